//! The forms about communications: opting out, one-click unsubscribing (RFC 8058), the preference centre, opting in.

use assent_tests::{App, Organisation, random};
use reqwest::Response;
use serde_json::{Value, json};

struct Scene {
    app: App,
    club: Organisation,
}

impl Scene {
    async fn new(more: Value) -> Self {
        let app = App::start();
        let mut settings = json!({
            "display_name": "Club", "languages": ["en", "fr"],
            "communication_types": [
                { "id": "newsletter", "name": { "en": "Newsletter", "fr": "Infolettre" } },
                { "id": "offers", "name": { "en": "Offers", "fr": "Offres" } },
            ],
        });
        let more = more.as_object().unwrap().clone();
        settings.as_object_mut().unwrap().extend(more);
        let club = app.organisation(settings).await;
        Self { app, club }
    }

    /// A person's page after `/p/{organisation}/`, and her one-click address.
    async fn person(&self, contact: &str) -> (String, String) {
        let mail = self
            .club
            .message_with(json!({
                "content": "<a href='https://club.example'>x</a>", "communication_type": "newsletter",
                "one_click_tag": "*|ONECLICK|*",
            }))
            .await;
        let path = format!("/v1/messages/{}/tokens", mail.id);
        let body = json!({ "contacts": [contact] });
        let request = self.club.request("POST", &path).json(&body);
        let line = request.send().await.unwrap().text().await.unwrap();
        let line: Value = serde_json::from_str(line.trim()).unwrap();
        let id = &self.club.id;
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        (
            format!("/p/{id}/{}", text("preferences")),
            format!("/u/{id}/{}", text("one_click")),
        )
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let answer = self.app.request("GET", path).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn post(&self, path: &str, body: &str) -> Response {
        let request = self
            .app
            .request("POST", path)
            .header("content-type", "application/x-www-form-urlencoded");
        request.body(body.to_owned()).send().await.unwrap()
    }

    /// The form token of a page.
    async fn shown(&self, path: &str) -> String {
        let (status, html) = self.get(path).await;
        assert_eq!(status, 200, "{html}");
        let (_, rest) = html.split_once("name=\"shown\" value=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    }

    async fn status(&self, contact: &str) -> [String; 2] {
        let path = format!("/v1/communications/contact:{contact}");
        let answer = self.club.get(&path).await;
        ["newsletter", "offers"].map(|id| {
            let status = answer["types"][id]["status"].as_str();
            status.unwrap().to_owned()
        })
    }

    async fn history(&self, contact: &str) -> Vec<Value> {
        let path = format!("/v1/communications/contact:{contact}/history");
        let answer = self.club.get(&path).await;
        answer["signals"].as_array().unwrap().clone()
    }

    async fn tracking(&self, contact: &str) -> Value {
        self.club.consent(&format!("contact:{contact}")).await["tracking_status"].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_click_unsubscribes_of_its_type_alone_and_once() {
    let scene = Scene::new(json!({})).await;
    scene.club.grant("contact:anna").await;
    let (_, one_click) = scene.person("anna").await;
    // Scanners look, and press no button.
    for method in ["GET", "HEAD"] {
        let answer = scene.app.request(method, &one_click).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
    assert_eq!(scene.status("anna").await, ["unanswered", "unanswered"]);
    for _ in 0..3 {
        let answer = scene.post(&one_click, "List-Unsubscribe=One-Click").await;
        assert_eq!(answer.status(), 200);
        assert!(answer.headers().get("set-cookie").is_none());
        assert!(answer.headers().get("location").is_none());
    }
    assert_eq!(scene.status("anna").await, ["opted_out", "unanswered"]);
    let history = scene.history("anna").await;
    assert_eq!(history.len(), 1, "{history:?}");
    assert_eq!(history[0]["source"], "one_click");
    assert_eq!(scene.tracking("anna").await, "accepted");
    let changes = scene.club.get("/v1/changes").await;
    let changes = changes["changes"].as_array().unwrap();
    assert_eq!(changes.last().unwrap()["type"], "communication.opted_out");
    assert_eq!(changes.len(), 2);

    // The same token again, after she came back: a new opt-out.
    let body = json!({ "subject": "contact:anna", "type": "newsletter", "status": "opted_in" });
    scene.club.send("POST", "/v1/communications", &body).await;
    scene.post(&one_click, "List-Unsubscribe=One-Click").await;
    assert_eq!(scene.status("anna").await[0], "opted_out");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_click_takes_both_encodings_and_nothing_else() {
    let scene = Scene::new(json!({})).await;
    let (preferences, one_click) = scene.person("anna").await;
    for body in ["", "List-Unsubscribe=Two-Clicks", "x=1"] {
        assert_eq!(scene.post(&one_click, body).await.status(), 422, "{body}");
    }
    let other = scene.app.organisation(json!({})).await;
    let token = one_click.rsplit('/').next().unwrap();
    let person = preferences.rsplit('/').next().unwrap();
    for path in [
        format!("/u/{}/{token}", other.id),
        format!("/u/{}/{person}", scene.club.id),
        format!("/u/{}/{token}x", scene.club.id),
        format!("/p/{}/{token}/unsubscribe", scene.club.id),
    ] {
        let answer = scene.post(&path, "List-Unsubscribe=One-Click").await;
        assert_eq!(answer.status(), 404, "{path}");
    }
    assert_eq!(scene.status("anna").await, ["unanswered", "unanswered"]);
    let multipart = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    let request = scene
        .app
        .request("POST", &one_click)
        .header("content-type", "multipart/form-data; boundary=b");
    assert_eq!(request.body(multipart).send().await.unwrap().status(), 200);
    assert_eq!(scene.status("anna").await[0], "opted_out");
    assert_eq!(
        scene
            .app
            .request("PUT", &one_click)
            .send()
            .await
            .unwrap()
            .status(),
        405
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_behind_the_one_click_address_unsubscribes_people_too() {
    let scene = Scene::new(json!({})).await;
    let (preferences, one_click) = scene.person("anna").await;
    let shown = scene.shown(&one_click).await;
    let (_, html) = scene.get(&format!("{one_click}?lang=fr")).await;
    assert!(
        html.contains("Infolettre") && !html.contains("Offres"),
        "{html}"
    );
    assert!(html.contains(&format!("{preferences}/tracking")), "{html}");
    let answer = scene
        .post(&one_click, &format!("answer=all&shown={shown}"))
        .await;
    assert_eq!(answer.status(), 303);
    let location = answer.headers()["location"].to_str().unwrap();
    let (_, html) = scene.get(&format!("{one_click}{location}")).await;
    assert!(html.contains("You are unsubscribed"), "{html}");
    let history = scene.history("anna").await;
    assert_eq!(history[0]["source"], "form");
    assert_eq!(history[0]["shown"]["form"], "unsubscribe");
    assert_eq!(scene.status("anna").await, ["opted_out", "unanswered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn opting_out_needs_a_choice_and_no_fresh_page() {
    let scene = Scene::new(json!({})).await;
    scene.club.grant("contact:anna").await;
    let (person, _) = scene.person("anna").await;
    let path = format!("{person}/unsubscribe");
    let (status, html) = scene.get(&path).await;
    assert_eq!(status, 200);
    assert!(html.contains("Newsletter") && html.contains("Offers"));
    assert!(!html.contains("checked"), "{html}");
    let answer = scene.post(&path, "answer=selected").await;
    assert_eq!(answer.status(), 422);
    // Without any form token.
    let answer = scene.post(&path, "answer=selected&stop=offers").await;
    assert_eq!(answer.status(), 303);
    assert_eq!(scene.status("anna").await, ["unanswered", "opted_out"]);
    let answer = scene.post(&path, "answer=all&shown=broken").await;
    assert_eq!(answer.status(), 303);
    assert_eq!(scene.status("anna").await, ["opted_out", "opted_out"]);
    let (_, html) = scene.get(&format!("{path}?saved=yes")).await;
    assert!(html.contains("You are unsubscribed"));
    assert_eq!(scene.tracking("anna").await, "accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preference_centre_stores_what_was_changed() {
    let scene = Scene::new(json!({})).await;
    let (person, _) = scene.person("anna").await;
    let shown = scene.shown(&person).await;
    let body = format!(
        "shown={shown}&tracking=yes&was-tracking=&type-newsletter=yes&was-type-newsletter=&type-offers=no&was-type-offers="
    );
    assert_eq!(scene.post(&person, &body).await.status(), 303);
    assert_eq!(scene.status("anna").await, ["opted_in", "opted_out"]);
    assert_eq!(scene.tracking("anna").await, "accepted");
    let (_, html) = scene.get(&person).await;
    assert_eq!(html.matches(" checked").count(), 3, "{html}");

    // A page that is sent unchanged says nothing.
    let shown = scene.shown(&person).await;
    let body = format!(
        "shown={shown}&tracking=yes&was-tracking=yes&type-newsletter=yes&was-type-newsletter=yes&type-offers=no&was-type-offers=no"
    );
    assert_eq!(scene.post(&person, &body).await.status(), 303);
    assert_eq!(scene.history("anna").await.len(), 2);
    assert_eq!(scene.club.history("contact:anna").await.len(), 1);

    // While it lay open she refused: what it shows does not come back, also not as a change.
    scene.club.refuse("contact:anna").await;
    let opt_out = json!({ "subject": "contact:anna", "type": "newsletter", "status": "opted_out" });
    scene
        .club
        .send("POST", "/v1/communications", &opt_out)
        .await;
    assert_eq!(scene.post(&person, &body).await.status(), 303);
    assert_eq!(scene.tracking("anna").await, "refused");
    let changed = format!(
        "shown={shown}&tracking=yes&was-tracking=no&type-newsletter=yes&was-type-newsletter=no"
    );
    assert_eq!(scene.post(&person, &changed).await.status(), 409);
    assert_eq!(scene.tracking("anna").await, "refused");
    assert_eq!(scene.status("anna").await[0], "opted_out");

    // Saying no needs no evidence; saying yes does, and does not take the no with it.
    let answer = scene
        .post(&person, "tracking=yes&type-newsletter=yes&type-offers=no")
        .await;
    assert_eq!(answer.status(), 409);
    scene.club.grant("contact:ben").await;
    let (ben, _) = scene.person("ben").await;
    let answer = scene.post(&ben, "tracking=no&type-newsletter=yes").await;
    assert_eq!(answer.status(), 409);
    assert_eq!(scene.tracking("ben").await, "refused");
    assert_eq!(scene.status("ben").await[0], "unanswered");
}

#[tokio::test(flavor = "multi_thread")]
async fn opting_in_ticks_nothing_beforehand_and_asks_about_tracking() {
    let scene = Scene::new(json!({})).await;
    let (person, _) = scene.person("anna").await;
    let path = format!("{person}/opt-in");
    let (_, html) = scene.get(&path).await;
    assert!(!html.contains("checked"), "{html}");
    let shown = scene.shown(&path).await;
    let nothing = format!("shown={shown}");
    assert_eq!(scene.post(&path, &nothing).await.status(), 422);
    let body = format!("shown={shown}&start=newsletter&tracking=no");
    assert_eq!(scene.post(&path, &body).await.status(), 303);
    assert_eq!(scene.status("anna").await, ["opted_in", "unanswered"]);
    assert_eq!(scene.tracking("anna").await, "refused");
    assert_eq!(scene.history("anna").await[0]["shown"]["form"], "opt_in");
    // Without evidence of what was asked nobody opts in.
    let answer = scene.post(&path, "start=offers").await;
    assert_eq!(answer.status(), 409);
    assert_eq!(scene.status("anna").await[1], "unanswered");
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_changes_nothing() {
    let scene = Scene::new(json!({})).await;
    let (person, one_click) = scene.person("anna").await;
    for page in [
        "",
        "/tracking",
        "/unsubscribe",
        "/opt-in",
        "/form/unsubscribe",
    ] {
        for query in [
            "",
            "?answer=all&stop=newsletter",
            "?saved=yes",
            "?List-Unsubscribe=One-Click",
        ] {
            for method in ["GET", "HEAD"] {
                for path in [
                    format!("{person}{page}{query}"),
                    format!("{one_click}{query}"),
                ] {
                    let answer = scene.app.request(method, &path).send().await.unwrap();
                    assert_eq!(answer.status(), 200, "{method} {path}");
                    let policy = answer.headers()["content-security-policy"].to_str();
                    assert!(policy.unwrap().contains("default-src 'none'"));
                }
            }
        }
    }
    assert_eq!(scene.status("anna").await, ["unanswered", "unanswered"]);
    assert!(scene.club.history("contact:anna").await.is_empty());
    assert_eq!(
        scene.get(&format!("{person}/form/{}", random())).await.0,
        404
    );
}
