//! Forms that also ask about tracking, or lead to the form that does.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{SHIPPED, Scene, shown};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_corrects_her_details_and_answers_about_tracking() {
    let scene = Scene::new(json!({})).await;
    let settings = json!({ "attributes": ["city", "born", "size"] });
    let (status, _) = scene.change("PUT", "/v1/forms/profile", &settings).await;
    assert_eq!(status, 200);
    let path = scene.path("/profile");
    let (_, html) = scene.page(&path).await;
    assert!(
        html.contains("City") && html.contains("type=\"date\""),
        "{html}"
    );
    let token = shown(&html);
    let wrong = format!(
        "shown={token}&attribute-city=Lyon&was-attribute-city=&attribute-born=yesterday&was-attribute-born="
    );
    let request = scene
        .app
        .request("POST", &path)
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = request.body(wrong).send().await.unwrap();
    assert_eq!(answer.status(), 422);
    // What she wrote is still there.
    assert!(answer.text().await.unwrap().contains("value=\"Lyon\""));
    let good = format!(
        "shown={token}&attribute-city=Lyon&was-attribute-city=&attribute-size=M&was-attribute-size=&attribute-born=&was-attribute-born=&tracking=no"
    );
    assert_eq!(scene.post(&path, good).await, 303);
    let (_, html) = scene.page(&format!("{path}?saved=yes")).await;
    assert!(
        html.contains("value=\"Lyon\"") && html.contains("<option selected>M"),
        "{html}"
    );
    assert!(html.contains("Your details are saved"));
    let consent = scene.club.consent("contact:anna").await;
    assert_eq!(consent["tracking_status"], "refused");
    let export = scene.club.get("/v1/consent/contact:anna/export").await;
    assert_eq!(export["attributes"]["city"], "Lyon");
    // Nobody else's page changes them: without evidence nothing is.
    let forged = "attribute-city=Paris&was-attribute-city=Lyon".to_owned();
    assert_eq!(scene.post(&path, forged).await, 422);
    let (_, html) = scene.page(&path).await;
    assert!(html.contains("value=\"Lyon\""));
}

/// "The form has a field for it": where the setting `ask_tracking` says so. Where it does not, nothing is asked, and an
/// answer that comes all the same is none.
#[tokio::test(flavor = "multi_thread")]
async fn forms_ask_about_tracking_only_where_their_setting_says_so() {
    let scene = Scene::new(json!({})).await;
    let question = "May clicks and opens in our emails be linked to you?";
    for (kind, asks) in [
        ("opt_in", false),
        ("opt_in", true),
        ("profile", false),
        ("profile", true),
    ] {
        let id = format!("{kind}-{asks}");
        let settings = json!({ "ask_tracking": asks, "attributes": ["city"] });
        let body = json!({ "id": id, "kind": kind, "settings": settings });
        let (status, made) = scene.change("POST", "/v1/forms", &body).await;
        assert_eq!(status, 201, "{made}");
        let path = scene.path(&format!("/form/{id}"));
        for (answer, status) in [("no", "refused"), ("yes", "accepted")] {
            let (_, html) = scene.page(&path).await;
            for part in [question, "name=\"tracking\"", "we record that it was you"] {
                assert_eq!(html.contains(part), asks, "{id}: {part}: {html}");
            }
            let before = scene.club.history("contact:anna").await;
            let body = format!(
                "shown={}&start=newsletter&attribute-city={answer}&was-attribute-city=&tracking={answer}&was-tracking=",
                shown(&html)
            );
            scene.post(&path, body).await;
            if asks {
                let consent = scene.club.consent("contact:anna").await;
                assert_eq!(consent["tracking_status"], status, "{id}: {answer}");
            } else {
                let after = scene.club.history("contact:anna").await;
                assert_eq!(after, before, "{id}: {answer}");
            }
        }
        // Everything else on the form was taken.
        let wants = scene.club.get("/v1/communications/contact:anna").await;
        assert_eq!(wants["types"]["newsletter"]["status"], "opted_in", "{id}");
        if kind == "profile" {
            let anna = scene.club.get("/v1/contacts/anna").await;
            assert_eq!(anna["attributes"]["city"], "yes", "{id}");
        }
    }
}

/// "Opt-out, opt-in and profile forms can link to it": at the foot, wherever the form does not ask about tracking itself,
/// or as its setting `offer_tracking_opt_out` says; in every language, and it leads there.
#[tokio::test(flavor = "multi_thread")]
async fn every_form_can_lead_to_the_form_about_tracking() {
    let scene = Scene::new(json!({ "languages": SHIPPED })).await;
    let link = format!("href=\"{}?lang=", scene.path("/tracking"));
    let question = "name=\"tracking\"";
    for (kind, settings, asks, leads) in [
        ("unsubscribe", json!({}), false, true),
        (
            "unsubscribe",
            json!({ "offer_tracking_opt_out": true }),
            false,
            true,
        ),
        (
            "unsubscribe",
            json!({ "offer_tracking_opt_out": false }),
            false,
            false,
        ),
        // Not the same twice on one page, unless that is what the organisation wants.
        ("opt_in", json!({}), true, false),
        ("opt_in", json!({ "ask_tracking": false }), false, true),
        (
            "opt_in",
            json!({ "offer_tracking_opt_out": true }),
            true,
            true,
        ),
        (
            "opt_in",
            json!({ "ask_tracking": false, "offer_tracking_opt_out": false }),
            false,
            false,
        ),
        ("profile", json!({}), true, false),
        ("profile", json!({ "ask_tracking": false }), false, true),
        (
            "profile",
            json!({ "offer_tracking_opt_out": true }),
            true,
            true,
        ),
        (
            "profile",
            json!({ "ask_tracking": false, "offer_tracking_opt_out": false }),
            false,
            false,
        ),
    ] {
        let id = format!(
            "{kind}-{asks}-{leads}-{}",
            settings.as_object().unwrap().len()
        );
        let body = json!({ "id": id, "kind": kind, "settings": settings });
        let (status, made) = scene.change("POST", "/v1/forms", &body).await;
        assert_eq!(status, 201, "{made}");
        let (_, html) = scene.page(&scene.path(&format!("/form/{id}"))).await;
        let (form, foot) = html.rsplit_once("</form>").unwrap();
        assert_eq!(form.contains(question), asks, "{kind} {settings}: {html}");
        assert_eq!(foot.contains(&link), leads, "{kind} {settings}: {html}");
        assert!(!form.contains(&link), "{kind} {settings}: {html}");
    }
    let read = scene.club.get("/v1/forms/profile").await;
    assert_eq!(read["settings"]["offer_tracking_opt_out"], Value::Null);

    for kind in ["opt_in", "profile"] {
        let id = format!("{kind}-false-true-1");
        let texts = scene.club.get(&format!("/v1/forms/{id}")).await["texts"].clone();
        let mut links = BTreeSet::new();
        for language in SHIPPED {
            let path = scene.path(&format!("/form/{id}?lang={language}"));
            let (_, html) = scene.page(&path).await;
            let foot = html.rsplit_once("</form>").unwrap().1;
            let text = |id: &str| texts[language][id].as_str().unwrap();
            let words = text("unsubscribe-tracking-link");
            let line = format!(
                "<p>{} <a {link}{language}\">{words}</a></p>",
                text("tracking-lead")
            );
            assert!(foot.contains(&line), "{line}: {foot}");
            links.insert(words.to_owned());
            let address = scene.path(&format!("/tracking?lang={language}"));
            let (status, html) = scene.page(&address).await;
            let start = format!("<html lang=\"{language}\"");
            assert!(status == 200 && html.contains(&start), "{html}");
            assert!(html.contains("name=\"answer\" value=\"refuse\""));
        }
        assert_eq!(links.len(), SHIPPED.len(), "{links:?}");
    }
}
