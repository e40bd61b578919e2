//! Who is asked, and who is not.

use assent_tests::{App, Organisation, ledger, random};
use domain::Timestamp;
use reqwest::header::USER_AGENT;
use serde_json::{Value, json};

use crate::{Intercepted, MAIL, asking, counted, leads_on};

#[tokio::test(flavor = "multi_thread")]
async fn machines_are_never_asked() {
    let app = App::start();
    let club = app
        .organisation(asking(json!({ "default_regime": "global" })))
        .await;
    let mail = club.message(MAIL).await;
    let anna = club.tokens(&mail, &["anna"]).await.remove(0);
    let path = mail.click_path(&anna.click);
    for (method, name, value) in [
        ("HEAD", "accept", "*/*"),
        ("GET", "sec-purpose", "prefetch"),
        ("GET", "sec-purpose", "prefetch;prerender"),
        ("GET", "purpose", "prefetch"),
        ("GET", "x-moz", "prefetch"),
    ] {
        let answer = app
            .request(method, &path)
            .header(name, value)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 302, "{method} {name}: {value}");
    }
    let scanner = app
        .request("GET", &path)
        .header(USER_AGENT, "Barracuda Sentinel");
    assert_eq!(scanner.send().await.unwrap().status(), 302);
    assert_eq!(counted(&club, &mail, 6).await, [0, 0, 6]);
    let signal = app.request("GET", &path).header("sec-gpc", "1");
    assert_eq!(signal.send().await.unwrap().status(), 302);
    assert_eq!(counted(&club, &mail, 7).await, [0, 1, 6]);
    assert!(Intercepted::click(&club, &path).await.is_some());
    // The pixel asks nobody.
    let pixel = club.visit(&mail.open_path(&anna.click)).await;
    assert_eq!(pixel.headers()["content-type"], "image/gif");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_are_asked_whose_answer_is_wanted() {
    let app = App::start();
    let types = json!([{ "id": "news", "name": { "en": "the newsletter" } }, { "id": "offers", "name": { "en": "offers" } }]);
    for (settings, kind, asked) in [
        (json!({ "interception": { "on": false } }), None, false),
        (
            json!({ "interception": { "on": true, "channels": [] } }),
            None,
            false,
        ),
        (json!({}), None, true),
        (json!({}), Some("offers"), true),
        (
            json!({ "interception": { "on": true, "excluded_communication_types": ["offers"] } }),
            Some("offers"),
            false,
        ),
        (
            json!({ "interception": { "on": true, "excluded_communication_types": ["offers"] } }),
            Some("news"),
            true,
        ),
        (json!({ "default_regime": "casl" }), None, false),
        (json!({ "default_regime": "law25" }), None, true),
        (
            json!({ "ceiling": { "clicks": "anonymous", "opens": "anonymous" } }),
            None,
            false,
        ),
        // What is excluded is the question about tracking: whether she wants such mails is asked all the same.
        (
            json!({ "interception": { "on": true, "opt_in_form": true, "excluded_communication_types": ["offers"] } }),
            Some("offers"),
            true,
        ),
        (
            json!({ "interception": { "on": true, "opt_in_form": true, "channels": [] } }),
            Some("offers"),
            true,
        ),
    ] {
        let opting_in = settings["interception"]["opt_in_form"] == true;
        let mut settings = asking(settings);
        settings["communication_types"] = types.clone();
        let club = app.organisation(settings.clone()).await;
        let mut fields = json!({ "content": MAIL });
        if let Some(kind) = kind {
            fields["communication_type"] = json!(kind);
        }
        let mail = club.message_with(fields).await;
        club.refuse("contact:ben").await;
        club.grant("contact:cleo").await;
        let tokens = club.tokens(&mail, &["anna", "ben", "cleo", "dora"]).await;
        // Who has agreed to be tracked may want no such mails.
        for (token, asked) in tokens.iter().zip([asked, false, opting_in]) {
            let path = mail.click_path(&token.click);
            let form = Intercepted::click(&club, &path).await;
            assert_eq!(
                form.is_some(),
                asked,
                "{settings} {kind:?} {}",
                token.contact
            );
            let Some(form) = form.filter(|_| opting_in) else {
                continue;
            };
            let question = "Would you like to get offers?";
            assert!(form.html.contains(question), "{}", form.html);
            leads_on(&form.press(&app, "grant").await);
            assert!(Intercepted::click(&club, &path).await.is_none());
        }
        // Who may be asked has a token of her own; everybody else has the same one.
        assert_eq!(tokens[3].click != tokens[1].click, asked, "{settings}");
        // What was sent before stays silent once it is switched off.
        let off = json!({ "interception": { "on": false } });
        app.admin("PUT", &format!("/v1/organisations/{}", club.id), &off)
            .await;
        let silent = assent_tests::eventually(
            async || {
                club.visit(&mail.click_path(&tokens[3].click))
                    .await
                    .status()
                    .as_u16()
            },
            |status| *status == 302,
        );
        assert_eq!(silent.await, 302);
    }
}

/// Under `gdpr` after six months.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_refused_is_asked_again_when_the_regime_lets() {
    let app = App::start();
    let club = app.organisation(asking(json!({}))).await;
    let mail = club.message(MAIL).await;
    for (contact, months_ago, asked) in [("anna", 7, true), ("ben", 5, false)] {
        let now = Timestamp::from_micros(ledger::now());
        let at = now.months_before(months_ago).to_rfc3339();
        let body = json!({ "subject": format!("contact:{contact}"), "flags": { "dc": false, "al": false }, "at": at });
        let request = club
            .request("POST", "/v1/consent")
            .header("idempotency-key", random());
        assert_eq!(request.json(&body).send().await.unwrap().status(), 200);
        let token = club.tokens(&mail, &[contact]).await.remove(0);
        let form = Intercepted::click(&club, &mail.click_path(&token.click)).await;
        assert_eq!(form.is_some(), asked, "{contact}");
    }
}

async fn wants(club: &Organisation, contact: &str) -> Value {
    let answer = club
        .get(&format!("/v1/communications/contact:{contact}"))
        .await;
    answer["types"]["news"]["status"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn communications_come_first_and_tracking_at_the_next_click() {
    let app = App::start();
    let settings = asking(json!({
        "interception": { "on": true, "opt_in_form": true },
        "communication_types": [{ "id": "news", "name": { "en": "the newsletter" } }],
    }));
    let club = app.organisation(settings).await;
    let fields = json!({ "content": MAIL, "communication_type": "news" });
    let mail = club.message_with(fields).await;
    club.grant("contact:cleo").await;
    let tokens = club.tokens(&mail, &["anna", "ben", "cleo"]).await;
    for (token, answer, status) in [
        (&tokens[0], "grant", "opted_in"),
        (&tokens[1], "refuse", "opted_out"),
        (&tokens[2], "grant", "opted_in"),
    ] {
        let path = mail.click_path(&token.click);
        let first = Intercepted::click(&club, &path).await.unwrap();
        assert!(
            first.html.contains("Would you like to get the newsletter?"),
            "{}",
            first.html
        );
        leads_on(&first.press(&app, answer).await);
        leads_on(&first.press(&app, answer).await);
        assert_eq!(wants(&club, &token.contact).await, status);
        let second = Intercepted::click(&club, &path).await;
        match token.contact.as_str() {
            // She has agreed to be tracked before.
            "cleo" => assert!(second.is_none()),
            contact => {
                let tracking = club.consent(&format!("contact:{contact}")).await;
                assert_eq!(tracking["hasTrackingConsent"], Value::Null);
                let second = second.unwrap();
                assert!(second.html.contains("May we know what you click on?"));
                leads_on(&second.press(&app, "refuse").await);
                assert_eq!(wants(&club, contact).await, status);
                assert!(Intercepted::click(&club, &path).await.is_none());
            }
        }
    }
    let history = club.get("/v1/communications/contact:anna/history").await;
    assert_eq!(history["signals"][0]["source"], "interception", "{history}");
}

/// Which question a click asks; nothing where it leads on at once.
async fn question(club: &Organisation, path: &str) -> Option<&'static str> {
    let form = Intercepted::click(club, path).await?;
    let of = [TRACKING, NEWS, OFFERS];
    let of = of.into_iter().find(|question| form.html.contains(question));
    Some(of.unwrap_or_else(|| panic!("{}", form.html)))
}

const TRACKING: &str = "May we know what you click on?";
const NEWS: &str = "Would you like to get the newsletter?";
const OFFERS: &str = "Would you like to get offers?";

/// ADR 19: a form that was only shown starts no delay, so whoever goes on without an answer is asked the same again; *Ask me
/// later* on either of the two questions silences both, for as long.
#[tokio::test(flavor = "multi_thread")]
async fn going_on_asks_the_same_again_and_later_silences_both_questions() {
    let app = App::start();
    let settings = asking(json!({
        "interception": { "on": true, "opt_in_form": true, "delay_hours": 24 },
        "communication_types": [
            { "id": "news", "name": { "en": "the newsletter" } }, { "id": "offers", "name": { "en": "offers" } },
        ],
    }));
    let club = app.organisation(settings).await;
    let fields = |kind: &str| json!({ "content": MAIL, "communication_type": kind });
    let news = club.message_with(fields("news")).await;
    let offers = club.message_with(fields("offers")).await;
    let people = ["anna", "ben"];
    let of_news = club.tokens(&news, &people).await;
    let of_offers = club.tokens(&offers, &people).await;
    for (put_off, token, other) in [
        (NEWS, &of_news[0], &of_offers[0]),
        (TRACKING, &of_news[1], &of_offers[1]),
    ] {
        let path = news.click_path(&token.click);
        let other = offers.click_path(&other.click);
        // She takes the link on the page, which tells nobody: the first question waits for an answer.
        for _ in 0..3 {
            assert_eq!(question(&club, &path).await, Some(NEWS));
        }
        if put_off == TRACKING {
            let form = Intercepted::click(&club, &path).await.unwrap();
            leads_on(&form.press(&app, "grant").await);
            for _ in 0..3 {
                assert_eq!(question(&club, &path).await, Some(TRACKING));
            }
        }
        assert_eq!(question(&club, &other).await, Some(OFFERS));
        let form = Intercepted::click(&club, &path).await.unwrap();
        assert!(form.html.contains(put_off), "{}", form.html);
        leads_on(&form.press(&app, "later").await);
        for path in [&path, &other] {
            assert_eq!(question(&club, path).await, None, "{put_off}");
        }
        let Some(host) = app.own_host() else {
            continue;
        };
        for (hours, questions) in [(23, [None, None]), (1, [Some(put_off), Some(OFFERS)])] {
            // As if she had pressed it so many hours earlier.
            let earlier = "UPDATE asked SET at = at - ?1 * 3600000000";
            let changed = host.database().execute(earlier, [hours]);
            assert!(changed.unwrap() > 0);
            for (path, expected) in [&path, &other].into_iter().zip(questions) {
                assert_eq!(question(&club, path).await, expected, "{put_off}");
            }
        }
    }
}
