//! The three answers, and the untouched link.

use assent_tests::{App, Organisation, Setup, eventually};
use serde_json::{Value, json};

use crate::{DESTINATION, Intercepted, MAIL, asking, counted, leads_on, send};

#[tokio::test(flavor = "multi_thread")]
async fn the_form_stands_between_click_and_destination_and_never_in_its_way() {
    let app = App::start();
    let club = app
        .organisation(asking(json!({ "languages": ["en", "fr"] })))
        .await;
    let mail = club.message(MAIL).await;
    let anna = club.tokens(&mail, &["anna"]).await.remove(0);
    let path = mail.click_path(&anna.click);
    let request = app.request("GET", &path).header("accept-language", "fr");
    let answer = request.send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert!(
        header("content-security-policy")
            .contains("form-action 'self' https://shop.example https:;")
    );
    assert_eq!(header("content-language"), "fr");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("referrer-policy"), "no-referrer");
    let html = answer.text().await.unwrap();
    assert!(
        html.contains("<html lang=\"fr\"") && html.contains("Me demander plus tard"),
        "{html}"
    );
    assert!(
        html.contains("href=\"https://shop.example/spring?a=1\""),
        "{html}"
    );
    // What the page needs comes from where it does.
    let (_, sheet) = html.split_once("<link rel=\"stylesheet\" href=\"").unwrap();
    let sheet = club.visit(sheet.split('"').next().unwrap()).await;
    assert_eq!(
        (sheet.status(), &sheet.headers()["content-type"]),
        (
            200.try_into().unwrap(),
            &"text/css; charset=utf-8".parse().unwrap()
        )
    );
    assert_eq!(counted(&club, &mail, 1).await, [0, 1, 0]);
    assert_eq!(club.history("contact:anna").await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn accepting_names_the_click_once_however_often_it_is_sent() {
    let app = App::start();
    let club = app.organisation(asking(json!({}))).await;
    let mail = club.message(MAIL).await;
    let anna = club.tokens(&mail, &["anna"]).await.remove(0);
    let path = mail.click_path(&anna.click);
    let form = Intercepted::click(&club, &path).await.unwrap();
    assert_eq!(counted(&club, &mail, 1).await, [0, 1, 0]);
    for _ in 0..3 {
        leads_on(&form.press(&app, "grant").await);
    }
    let stats = eventually(
        async || club.stats(&mail).await,
        |stats| stats["clicks"]["identified"] == 1,
    )
    .await;
    assert_eq!(
        (&stats["clicks"]["total"], &stats["clicks"]["anonymous"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(Organisation::named(&stats), ["anna"]);
    let history = club.history("contact:anna").await;
    assert_eq!(history.len(), 1, "{history:?}");
    assert_eq!(history[0]["source"], "interception");
    assert_eq!(history[0]["flags"], json!({ "dc": true, "al": true }));
    assert_eq!(history[0]["shown"]["form"], "interception");
    assert_eq!(history[0]["shown"]["language"], "en");
    let version = history[0]["shown"]["version"].as_str().unwrap();
    let words = format!("/v1/forms/interception/shown/{version}");
    let words = eventually(
        async || {
            club.request("GET", &words)
                .send()
                .await
                .unwrap()
                .text()
                .await
                .unwrap()
        },
        |words| words.contains("Accept"),
    )
    .await;
    assert!(!words.contains("shop.example"), "{words}");

    // Back and again: a second click, and no question.
    assert!(Intercepted::click(&club, &path).await.is_none());
    assert_eq!(counted(&club, &mail, 2).await, [2, 0, 0]);
    // The form again after she has changed her mind: nothing comes back.
    club.refuse("contact:anna").await;
    let answer = form.press(&app, "grant").await;
    assert_eq!(answer.status(), 409);
    let html = answer.text().await.unwrap();
    assert!(
        html.contains("Nothing was saved") && html.contains(&format!("href=\"{DESTINATION}\"")),
        "{html}"
    );
    assert_eq!(
        club.consent("contact:anna").await["hasTrackingConsent"],
        false
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn refusing_works_at_once_and_needs_no_proof() {
    let app = App::start();
    let club = app
        .organisation(asking(json!({ "default_regime": "global" })))
        .await;
    let mail = club.message(MAIL).await;
    let tokens = club.tokens(&mail, &["anna", "ben"]).await;
    let form = Intercepted::click(&club, &mail.click_path(&tokens[0].click))
        .await
        .unwrap();
    leads_on(&form.press(&app, "refuse").await);
    leads_on(&form.press(&app, "refuse").await);
    assert_eq!(
        club.consent("contact:anna").await["hasTrackingConsent"],
        false
    );
    assert_eq!(club.history("contact:anna").await.len(), 1);
    assert!(
        Intercepted::click(&club, &mail.click_path(&tokens[0].click))
            .await
            .is_none()
    );
    // Both clicks are nobody's, though silence means yes here.
    assert_eq!(counted(&club, &mail, 2).await, [0, 2, 0]);
    // Without any form token; what is kept names no link.
    let path = mail.click_path(&tokens[1].click);
    leads_on(&send(&app, &path, &[("answer", "refuse")]).await);
    assert_eq!(
        club.consent("contact:ben").await["hasTrackingConsent"],
        false
    );
    for person in ["anna", "ben"] {
        let history = club.history(&format!("contact:{person}")).await;
        assert!(!json!(history).to_string().contains(&mail.clicks()[0].id));
    }
    // Agreeing needs one, of this person and this link.
    let cleo = club.tokens(&mail, &["cleo"]).await.remove(0);
    let path = mail.click_path(&cleo.click);
    for shown in ["", "abc", form.shown.as_str()] {
        let answer = send(&app, &path, &[("answer", "grant"), ("shown", shown)]).await;
        assert_eq!(answer.status(), 422);
    }
    let form = Intercepted::click(&club, &path).await.unwrap();
    let other = format!("/l/{}/{}", mail.clicks()[1].id, cleo.click);
    let fields = [("answer", "grant"), ("shown", form.shown.as_str())];
    assert_eq!(send(&app, &other, &fields).await.status(), 422);
    assert_eq!(club.history("contact:cleo").await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn later_is_only_a_time() {
    let app = App::start();
    let club = app.organisation(asking(json!({}))).await;
    let impatient = json!({ "interception": { "on": true, "delay_hours": 0 } });
    let impatient = app.organisation(impatient).await;
    for (club, again) in [(&club, false), (&impatient, true)] {
        let mail = club.message(MAIL).await;
        let anna = club.tokens(&mail, &["anna"]).await.remove(0);
        let path = mail.click_path(&anna.click);
        // A form that was only shown starts no delay.
        assert!(Intercepted::click(club, &path).await.is_some());
        let form = Intercepted::click(club, &path).await.unwrap();
        leads_on(&form.press(&app, "later").await);
        assert_eq!(club.history("contact:anna").await.len(), 0);
        assert_eq!(Intercepted::click(club, &path).await.is_some(), again);
        assert_eq!(counted(club, &mail, 3).await, [0, 3, 0]);
    }
    // It is what is stored about her, and goes with her.
    let export = club.get("/v1/consent/contact:anna/export").await;
    assert!(export["asked_later"].is_string(), "{export}");
    club.send(
        "POST",
        "/v1/consent/erase",
        &json!({ "subject": "contact:anna" }),
    )
    .await;
    let export = club.get("/v1/consent/contact:anna/export").await;
    assert_eq!(export.get("asked_later"), None, "{export}");
}

/// "Buttons set `hasTrackingConsent` and `dtTrackingConsent`": the date is when she pressed; *Ask me later* sets neither.
#[tokio::test(flavor = "multi_thread")]
async fn the_buttons_set_the_fields_of_the_contact() {
    let app = App::start();
    let club = app.organisation(asking(json!({}))).await;
    let mail = club.message(MAIL).await;
    let tokens = club.tokens(&mail, &["anna", "ben", "cleo"]).await;
    for (token, answer, consent) in [
        (&tokens[0], "grant", json!(true)),
        (&tokens[1], "refuse", json!(false)),
        (&tokens[2], "later", Value::Null),
    ] {
        let form = Intercepted::click(&club, &mail.click_path(&token.click)).await;
        leads_on(&form.unwrap().press(&app, answer).await);
        let contact = club.get(&format!("/v1/contacts/{}", token.contact)).await;
        let fields = contact.as_object().unwrap();
        assert_eq!(fields["hasTrackingConsent"], consent, "{answer}");
        let history = club.history(&format!("contact:{}", token.contact)).await;
        let at = history.first().map_or(&Value::Null, |newest| &newest["at"]);
        assert_eq!(at.is_string(), answer != "later", "{history:?}");
        assert_eq!(fields["dtTrackingConsent"], *at, "{answer}");
    }
}

/// "Delay between interceptions, in hours": nobody who puts it off is asked again before they have passed, and everybody
/// is after them.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_puts_it_off_is_asked_again_after_the_hours() {
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let delay = json!({ "interception": { "on": true, "delay_hours": 24 } });
    let club = app.organisation(asking(delay)).await;
    let mail = club.message(MAIL).await;
    let anna = club.tokens(&mail, &["anna"]).await.remove(0);
    let path = mail.click_path(&anna.click);
    for _ in 0..2 {
        let form = Intercepted::click(&club, &path).await.unwrap();
        leads_on(&form.press(&app, "later").await);
        for (hours, asked) in [(0, false), (23, false), (2, true)] {
            // As if she had pressed it so many hours earlier.
            let earlier = "UPDATE asked SET at = at - ?1 * 3600000000";
            let changed = app.host().database().execute(earlier, [hours]);
            assert_eq!(changed.unwrap(), 1);
            let form = Intercepted::click(&club, &path).await;
            assert_eq!(form.is_some(), asked, "{hours} hours more");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_store_away_everybody_goes_on_and_nothing_is_called_saved() {
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let club = app.organisation(asking(json!({}))).await;
    let mail = club.message(MAIL).await;
    let anna = club.tokens(&mail, &["anna"]).await.remove(0);
    let path = mail.click_path(&anna.click);
    let form = Intercepted::click(&club, &path).await.unwrap();
    app.host().faults("sqlite fail");
    let away = eventually(
        async || club.visit(&path).await.status().as_u16(),
        |status| *status == 302,
    );
    assert_eq!(away.await, 302);
    for answer in ["refuse", "grant"] {
        let answer = form.press(&app, answer).await;
        assert_eq!(answer.status(), 503);
        assert!(answer.headers().contains_key("retry-after"));
        let html = answer.text().await.unwrap();
        assert!(html.contains(&format!("href=\"{DESTINATION}\"")), "{html}");
        assert!(
            html.contains(&format!("value=\"{}\"", form.shown)),
            "{html}"
        );
    }
    leads_on(&form.press(&app, "later").await);
    app.host().faults("");
    let refused = eventually(
        async || form.press(&app, "refuse").await.status().as_u16(),
        |status| *status == 303,
    );
    assert_eq!(refused.await, 303);
    assert_eq!(
        club.consent("contact:anna").await["hasTrackingConsent"],
        false
    );
}
