//! Organisations do not see each other, and each has its own rules.

use assent_tests::{App, Form, Organisation, eventually};
use serde_json::{Value, json};

const MAIL: &str = "<body><a href='https://a.example'>a</a></body>";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_crosses_organisations() {
    let app = App::start();
    let (one, two) = (
        app.organisation(json!({})).await,
        app.organisation(json!({})).await,
    );
    one.refuse("contact:anna").await;
    two.grant("contact:anna").await;
    assert_eq!(
        one.consent("contact:anna").await["hasTrackingConsent"],
        false
    );
    assert_eq!(
        two.consent("contact:anna").await["hasTrackingConsent"],
        true
    );
    assert_eq!(
        (
            one.history("contact:anna").await.len(),
            two.history("contact:anna").await.len()
        ),
        (1, 1)
    );

    let (mail_one, mail_two) = (one.message(MAIL).await, two.message(MAIL).await);
    let token_one = one.tokens(&mail_one, &["anna"]).await.remove(0);
    let token_two = two.tokens(&mail_two, &["anna"]).await.remove(0);
    assert_ne!(token_one.preferences, token_two.preferences);
    // The other organisation's token on a link says nothing there.
    one.visit(&mail_one.click_path(&token_two.click)).await;
    let report = one.stats_with(&mail_one, "clicks", 1).await;
    assert_eq!(report["clicks"]["anonymous"], 1);
    two.visit(&mail_two.click_path(&token_two.click)).await;
    let report = two.stats_with(&mail_two, "clicks", 1).await;
    assert_eq!(Organisation::named(&report), ["anna"]);

    for (organisation, mail) in [(&one, &mail_two), (&two, &mail_one)] {
        for tail in ["", "/stats"] {
            let path = format!("/v1/messages/{}{tail}", mail.id);
            let answer = organisation.request("GET", &path).send().await.unwrap();
            assert_eq!(answer.status(), 404, "{path}");
        }
    }
    // An administrator of one is nobody in the other.
    let administrator = Organisation::make_key(&app, &one.id, &["admin"]).await;
    for (method, path) in [
        ("GET", format!("/v1/organisations/{}", two.id)),
        ("PUT", format!("/v1/organisations/{}", two.id)),
        ("GET", format!("/v1/keys?organisation={}", two.id)),
        ("GET", "/v1/organisations".to_owned()),
    ] {
        let request = app
            .request(method, &path)
            .bearer_auth(&administrator)
            .json(&json!({}));
        let status = request.send().await.unwrap().status().as_u16();
        assert!(
            [401, 403, 404].contains(&status),
            "{method} {path}: {status}"
        );
    }
    let path = format!("/v1/organisations/{}", one.id);
    let own = app
        .request("GET", &path)
        .bearer_auth(&administrator)
        .send()
        .await
        .unwrap();
    assert_eq!(own.status(), 200);
    let body = json!({ "organisation": two.id, "name": "x", "scopes": ["consent:read"] });
    let request = app
        .request("POST", "/v1/keys")
        .bearer_auth(&administrator)
        .json(&body);
    assert_eq!(request.send().await.unwrap().status(), 404);

    // One's form in the other's name.
    let form = Form::open(&app, &one.id, &token_one.preferences, "en").await;
    form.answer(&app, "grant", "en").await;
    assert_eq!(one.history("contact:anna").await.len(), 2);
    assert_eq!(two.history("contact:anna").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_silence_means_is_each_organisations_own() {
    let app = App::start();
    for (settings, open) in [
        (json!({}), false),
        (json!({ "default_regime": "global" }), true),
        (
            json!({ "default_regime": "global", "global_mode": "opt_out" }),
            true,
        ),
        (
            json!({ "default_regime": "global", "global_mode": "opt_in" }),
            false,
        ),
    ] {
        let club = app.organisation(settings.clone()).await;
        let silent = club.consent("contact:silent").await;
        assert_eq!(silent["gates"]["track"], open, "{settings}");
        assert_eq!(silent["hasTrackingConsent"], Value::Null, "{settings}");
        let mail = club.message(MAIL).await;
        let tokens = club.tokens(&mail, &["silent", "quiet"]).await;
        assert_eq!(tokens[0].click != tokens[1].click, open, "{settings}");
        club.visit(&mail.click_path(&tokens[0].click)).await;
        let report = club.stats_with(&mail, "clicks", 1).await;
        assert_eq!(
            report["clicks"]["identified"],
            u64::from(open),
            "{settings}"
        );
        club.refuse("contact:silent").await;
        assert_eq!(
            club.consent("contact:silent").await["gates"]["track"],
            false
        );
        club.visit(&mail.click_path(&tokens[0].click)).await;
        let report = club.stats_with(&mail, "clicks", 2).await;
        assert_eq!(
            report["clicks"]["anonymous"],
            2 - u64::from(open),
            "{settings}"
        );
        assert!(Organisation::named(&report).is_empty(), "{settings}");
    }
}

/// "You can change the default method": from then on it holds for everybody who has said nothing, also in mails that were
/// sent before. Who has answered stays as she answered, and what was recorded as somebody's is named while she may be.
#[tokio::test(flavor = "multi_thread")]
async fn the_mode_can_be_changed_and_holds_for_who_has_not_answered() {
    let app = App::start();
    let settings = |mode: &str| json!({ "default_regime": "global", "global_mode": mode });
    let club = app.organisation(settings("opt_out")).await;
    club.grant("contact:agrees").await;
    club.refuse("contact:refuses").await;
    let mail = club.message(MAIL).await;
    let sent = club
        .tokens(&mail, &["silent", "agrees", "refuses", "nobody"])
        .await;
    let differ = async || {
        let tokens = club.tokens(&mail, &["silent", "quiet"]).await;
        tokens[0].click != tokens[1].click
    };
    assert!(differ().await);
    for person in &sent[..2] {
        club.visit(&mail.click_path(&person.click)).await;
    }
    club.stats_with(&mail, "clicks", 2).await;
    let path = format!("/v1/organisations/{}", club.id);
    for (mode, open, identified, anonymous) in [("opt_in", false, 2, 1), ("opt_out", true, 3, 1)] {
        let changed = app.admin("PUT", &path, &settings(mode)).await;
        assert_eq!(changed["settings"]["global_mode"], mode);
        assert_eq!(app.admin("GET", &path, &Value::Null).await, changed);
        for source in ["", "?source=projection"] {
            let silent = async || {
                club.get(&format!("/v1/consent/contact:silent{source}"))
                    .await
            };
            // An instance keeps settings for at most a second.
            let silent = eventually(silent, |silent| silent["gates"]["track"] == open).await;
            assert_eq!(silent["tracking_status"], "unanswered", "{mode}{source}");
            assert_eq!(silent["hasTrackingConsent"], Value::Null);
            for (contact, agreed) in [("agrees", true), ("refuses", false)] {
                let subject = format!("/v1/consent/contact:{contact}{source}");
                let answered = club.get(&subject).await;
                assert_eq!(answered["gates"]["track"], agreed, "{mode}: {contact}");
                assert_eq!(answered["hasTrackingConsent"], agreed);
            }
        }
        assert!(club.history("contact:silent").await.is_empty());
        // Mails that are made from now on name her or nobody, and one that she has got before, too.
        eventually(&differ, |differ| *differ == open).await;
        club.visit(&mail.click_path(&sent[0].click)).await;
        let clicks = json!({
            "total": identified + anonymous, "identified": identified, "anonymous": anonymous, "scanners": 0,
        });
        let report = club
            .stats_with(&mail, "clicks", identified + anonymous)
            .await;
        assert_eq!(report["clicks"], clicks, "{mode}");
        let expected: &[&str] = if open {
            &["agrees", "silent"]
        } else {
            &["agrees"]
        };
        let named = async || {
            let mut named = Organisation::named(&club.stats(&mail).await);
            named.sort();
            named
        };
        eventually(named, |named| *named == expected).await;
    }
    let versions = app
        .admin("GET", &format!("{path}/settings/versions"), &Value::Null)
        .await;
    let modes: Vec<&Value> = versions["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| &version["settings"]["global_mode"])
        .collect();
    assert_eq!(modes, ["opt_out", "opt_in", "opt_out"]);
}

/// The switch of all recording is the ceiling: `off` counts nothing either, and links lead on.
#[tokio::test(flavor = "multi_thread")]
async fn the_ceiling_switches_recording_off_and_on_again() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let mail = club.message(MAIL).await;
    let sent = club.tokens(&mail, &["anna", "ben"]).await;
    let act = async || {
        for person in &sent {
            let click = club.visit(&mail.click_path(&person.click)).await;
            assert_eq!(click.status(), 302);
            let open = club.visit(&mail.open_path(&person.click)).await;
            assert_eq!(open.status(), 200);
        }
    };
    let path = format!("/v1/organisations/{}", club.id);
    let off = json!({ "ceiling": { "clicks": "off", "opens": "off" } });
    app.admin("PUT", &path, &off).await;
    // An instance keeps settings for at most a second.
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    act().await;
    let made = club.message(MAIL).await;
    let tokens = club.tokens(&made, &["anna", "ben"]).await;
    assert_eq!(tokens[0].click, tokens[1].click, "a mail names nobody");
    // What was not to be recorded has been left out by now.
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    app.admin("PUT", &path, &json!({})).await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    act().await;
    club.stats_with(&mail, "clicks", 2).await;
    let report = club.stats_with(&mail, "opens", 2).await;
    for kind in ["clicks", "opens"] {
        let counts = ["identified", "anonymous", "scanners"].map(|name| &report[kind][name]);
        assert_eq!(
            counts,
            [&json!(1), &json!(1), &json!(0)],
            "{kind}: {report}"
        );
    }
    assert_eq!(
        club.consent("contact:anna").await["tracking_status"],
        "accepted"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_settings_is_obeyed_and_kept() {
    let app = App::start();
    let club = app
        .organisation(json!({ "default_regime": "global" }))
        .await;
    assert_eq!(club.consent("contact:x").await["gates"]["track"], true);
    let path = format!("/v1/organisations/{}", club.id);
    let changed = app
        .admin("PUT", &path, &json!({ "default_regime": "gdpr" }))
        .await;
    assert_eq!(changed["version"], 2);
    assert_eq!(app.admin("GET", &path, &json!({})).await, changed);
    assent_tests::eventually(
        async || club.consent("contact:x").await["gates"]["track"].clone(),
        |open| *open == false,
    )
    .await;
    for wrong in [
        json!({ "regime": "gdpr" }),
        json!({ "default_regime": "x" }),
        json!({ "languages": [] }),
    ] {
        let request = app
            .request("PUT", &path)
            .bearer_auth(app.admin_token())
            .json(&wrong);
        assert_eq!(request.send().await.unwrap().status(), 422, "{wrong}");
    }
    assert_eq!(app.admin("GET", &path, &json!({})).await["version"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_may_record_less_than_its_organisation_but_not_more() {
    let app = App::start();
    let club = app
        .organisation(json!({ "ceiling": { "clicks": "anonymous", "opens": "off" } }))
        .await;
    club.grant("contact:anna").await;
    for more in [
        json!({ "clicks": "identified", "opens": "off" }),
        json!({ "clicks": "off", "opens": "anonymous" }),
    ] {
        let body = json!({
            "name": "n", "content": MAIL, "click_tag": "*|C|*", "preferences_tag": "*|P|*", "ceiling": more
        });
        let answer = club
            .request("POST", "/v1/messages")
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 422, "{more}");
        let problem: Value = answer.json().await.unwrap();
        assert!(
            problem["pointer"].as_str().unwrap().starts_with("/ceiling"),
            "{problem}"
        );
    }
    let mail = club.message(MAIL).await;
    let tokens = club.tokens(&mail, &["anna", "ben"]).await;
    assert_eq!(
        tokens[0].click, tokens[1].click,
        "nobody's token is her own"
    );
    club.visit(&mail.click_path(&tokens[0].click)).await;
    if mail.links.iter().any(|link| link.kind == "open") {
        club.visit(&mail.open_path(&tokens[0].click)).await;
    }
    club.visit(&mail.click_path(&tokens[0].click)).await;
    let report = club.stats_with(&mail, "clicks", 2).await;
    assert_eq!(
        report["clicks"],
        json!({ "total": 2, "identified": 0, "anonymous": 2, "scanners": 0 })
    );
    assert_eq!(report["opens"]["total"], 0, "off records nothing");

    // Tokens of her own are of no use once less is allowed.
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let mail = club.message(MAIL).await;
    let anna = club.tokens(&mail, &["anna"]).await.remove(0);
    let less = json!({ "ceiling": { "clicks": "anonymous", "opens": "anonymous" } });
    app.admin("PUT", &format!("/v1/organisations/{}", club.id), &less)
        .await;
    // An instance keeps settings for at most a second.
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    club.visit(&mail.click_path(&anna.click)).await;
    let report = club.stats_with(&mail, "clicks", 1).await;
    assert_eq!(report["clicks"]["anonymous"], 1);
}
