//! Previews show everything and record nothing.

use std::collections::BTreeSet;

use assent_tests::eventually;
use serde_json::json;

use super::{SHIPPED, Scene};

/// Every form can be looked at in every language before anybody else sees it, and nobody answers by that.
#[tokio::test(flavor = "multi_thread")]
async fn a_preview_shows_everything_and_records_nothing() {
    let scene = Scene::new(json!({})).await;
    let words = json!({ "opt-in-title": "Que voulez-vous ?" });
    scene
        .change("PUT", "/v1/forms/opt_in/texts/fr", &words)
        .await;
    for form in [
        "tracking",
        "unsubscribe",
        "opt_in",
        "profile",
        "preferences",
        "interception",
    ] {
        // A click shows its form among links.
        let (routes, role) = match form {
            "interception" => ("l", "status"),
            _ => ("p", "note"),
        };
        let start = format!("/{routes}/{}/preview/", scene.club.id);
        let mut all = BTreeSet::new();
        for language in SHIPPED {
            let path = format!("/v1/forms/{form}/preview?language={language}");
            let preview = scene.club.get(&path).await;
            let url = preview["url"].as_str().unwrap();
            let path = url.strip_prefix(scene.app.base()).unwrap();
            assert!(path.starts_with(&start), "{form}: {path}");
            let (status, html) = scene.page(path).await;
            assert_eq!(status, 200, "{html}");
            let direction = if language == "ar" { "rtl" } else { "ltr" };
            let start = format!("<html lang=\"{language}\" dir=\"{direction}\">");
            assert!(html.contains(&start), "{html}");
            assert!(html.contains(&format!("role=\"{role}\"")), "{html}");
            for body in ["answer=refuse", "answer=all", "tracking=no"] {
                assert_eq!(scene.post(path, body.to_owned()).await, 303);
            }
            if (form, language) == ("opt_in", "fr") {
                assert!(html.contains("Que voulez-vous ?"), "{html}");
            }
            let leads_on = html.contains("href=\"https://www.example.com/\"");
            assert_eq!(leads_on, form == "interception", "{html}");
            // Tokens differ in any case; words have to.
            let words = html.split_once("<h1>").unwrap().1;
            all.insert(words.split_once("</h1>").unwrap().0.to_owned());
        }
        assert_eq!(all.len(), SHIPPED.len(), "{form}: {all:?}");
    }
    let changes = scene.club.get("/v1/changes").await;
    assert_eq!(changes["changes"], json!([]));
    for (path, code) in [
        ("/v1/forms/tracking/preview?language=sv", 404),
        ("/v1/forms/nothing/preview", 404),
    ] {
        let answer = scene.club.request("GET", path).send().await.unwrap();
        assert_eq!(answer.status(), code, "{path}");
    }
    let person = &scene.tokens.preferences;
    let path = format!("/p/{}/preview/{person}", scene.club.id);
    assert_eq!(scene.page(&path).await.0, 404);
}

/// A click asks two questions, one after the other: both can be looked at beforehand, and nobody answers by that.
#[tokio::test(flavor = "multi_thread")]
async fn both_questions_of_a_click_have_a_preview() {
    let scene = Scene::new(json!({})).await;
    let words = json!({ "intercept-communication-title": "Envie de {type} ?" });
    scene
        .change("PUT", "/v1/forms/interception/texts/fr", &words)
        .await;
    let preview = async |query: &str| {
        let path = format!("/v1/forms/interception/preview{query}");
        let preview = scene.club.get(&path).await;
        let url = preview["url"].as_str().unwrap();
        url.strip_prefix(scene.app.base()).unwrap().to_owned()
    };
    let mut titles = BTreeSet::new();
    for language in SHIPPED {
        for (asks, about) in [
            ("", "interception"),
            (
                "&communication_type=newsletter",
                "interception-communication",
            ),
        ] {
            let path = preview(&format!("?language={language}{asks}")).await;
            let (status, html) = scene.page(&path).await;
            assert_eq!(status, 200, "{html}");
            let field = format!("name=\"about\" value=\"{about}\"");
            assert!(html.contains(&field), "{language}: {html}");
            assert!(html.contains("name=\"shown\" value=\"\""), "{html}");
            let start = format!("<html lang=\"{language}\"");
            assert!(html.contains(&start) && html.contains("role=\"status\""));
            let (title, effects) = html.split_once("</h1>").unwrap();
            let title = title.split_once("<h1>").unwrap().1.to_owned();
            // It says which mails it is about, and what yes and no would change.
            let names = [
                title.matches("Newsletter").count(),
                effects.matches("Newsletter").count(),
            ];
            let expected = if asks.is_empty() { [0, 0] } else { [1, 2] };
            assert_eq!(names, expected, "{language}: {html}");
            titles.insert(title);
            for answer in ["grant", "refuse", "later"] {
                let body = format!("answer={answer}&about={about}&shown=");
                assert_eq!(scene.post(&path, body).await, 303, "{answer}");
            }
        }
    }
    assert_eq!(titles.len(), 2 * SHIPPED.len(), "{titles:?}");
    assert!(titles.contains("Envie de Newsletter ?"), "{titles:?}");
    let changes = scene.club.get("/v1/changes").await;
    assert_eq!(changes["changes"], json!([]));

    for path in [
        "/v1/forms/interception/preview?communication_type=unheard_of",
        "/v1/forms/interception/preview?communication_type=",
        "/v1/forms/unsubscribe/preview?communication_type=newsletter",
    ] {
        let answer = scene.club.request("GET", path).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
        let problem = answer.text().await.unwrap();
        assert!(problem.contains("communication type"), "{path}: {problem}");
    }
    // Each address shows the form that it was made for, and no other one.
    let own = preview("?communication_type=newsletter").await;
    let other = scene.club.get("/v1/forms/tracking/preview").await;
    let other = other["url"].as_str().unwrap();
    let other = other.strip_prefix(scene.app.base()).unwrap();
    for path in [own.replace("/l/", "/p/"), other.replace("/p/", "/l/")] {
        assert_eq!(scene.page(&path).await.0, 404, "{path}");
    }
    // A type that is gone is asked about no more.
    let gone = json!({ "display_name": "Club" });
    let organisation = format!("/v1/organisations/{}", scene.club.id);
    scene.app.admin("PUT", &organisation, &gone).await;
    let status = eventually(async || scene.page(&own).await.0, |status| *status == 404);
    assert_eq!(status.await, 404);
}
