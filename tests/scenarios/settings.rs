//! Settings: checked when they are set, every version kept and in the log, and how they make forms look.

use assent_tests::{App, Organisation};
use serde_json::{Value, json};

const PNG: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

async fn put(app: &App, key: &str, id: &str, settings: &Value) -> (u16, Value) {
    let path = format!("/v1/organisations/{id}");
    let request = app.request("PUT", &path).bearer_auth(key).json(settings);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_version_of_the_settings_is_kept_with_who_set_it() {
    let app = App::start();
    let club = app.organisation(json!({ "display_name": "One" })).await;
    let key = Organisation::make_key(&app, &club.id, &["admin"]).await;
    for name in ["Two", "Three"] {
        let settings = json!({ "display_name": name, "interception": { "on": true } });
        assert_eq!(put(&app, &key, &club.id, &settings).await.0, 200);
    }
    let of = |query: &str| format!("/v1/organisations/{}/settings/versions{query}", club.id);
    let read = async |query: &str| -> Value {
        let request = app.request("GET", &of(query)).bearer_auth(&key);
        request.send().await.unwrap().json().await.unwrap()
    };
    let first = read("?limit=2").await;
    let versions = first["versions"].as_array().unwrap();
    let names: Vec<&Value> = versions
        .iter()
        .map(|version| &version["settings"]["display_name"])
        .collect();
    assert_eq!(names, ["Three", "Two"]);
    assert_eq!(versions[0]["version"], 3);
    assert_eq!(versions[0]["settings"]["interception"]["on"], true);
    let actor = versions[0]["actor"].as_str().unwrap();
    assert_eq!(actor.len(), 36, "the id of the key: {actor}");
    let rest = read(first["next"].as_str().unwrap()).await;
    assert_eq!(rest["versions"][0]["settings"]["display_name"], "One");
    assert_eq!(rest["versions"][0]["actor"], "admin");
    assert_eq!(
        (rest["versions"].as_array().unwrap().len(), &rest["next"]),
        (1, &Value::Null)
    );

    // Each is a leaf of the log.
    let head = format!("/v1/log/checkpoint?organisation={}", club.id);
    assert_eq!(
        club.request("GET", &head).send().await.unwrap().status(),
        200
    );
    let entries = club
        .request("GET", "/v1/log/entries?start=0")
        .send()
        .await
        .unwrap();
    let entries = entries.text().await.unwrap();
    for (version, by) in [(1, "admin"), (2, actor), (3, actor)] {
        let said = |entry: &str| {
            entry.contains("settings")
                && entry.contains(&format!("\"version\":{version}"))
                && entry.contains(by)
        };
        assert!(entries.lines().any(said), "{version} by {by}: {entries}");
    }
    // The organisation's other keys do not see them.
    let other = club.request("GET", &of("")).send().await.unwrap();
    assert_eq!(other.status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brand_that_cannot_be_read_is_refused_with_the_pair_and_its_contrast() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    for (brand, pointer, part) in [
        (
            json!({ "background": "#ffffff", "text": "#999999" }),
            "/brand/text",
            "#999999 on #ffffff has a contrast of 2.84 to 1",
        ),
        (
            json!({ "accent": "#ffd400" }),
            "/brand/accent",
            "#ffd400 on #ffffff has a contrast of 1.43 to 1",
        ),
    ] {
        let settings = json!({ "brand": brand });
        let (status, problem) = put(&app, app.admin_token(), &club.id, &settings).await;
        assert_eq!((status, &problem["pointer"]), (422, &json!(pointer)));
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(part), "{detail}");
        let body = json!({ "settings": settings });
        let request = app.request("POST", "/v1/organisations");
        let request = request.bearer_auth(app.admin_token()).json(&body);
        assert_eq!(request.send().await.unwrap().status(), 422);
    }
    let settings =
        json!({ "brand": { "background": "#101010", "text": "#f0f0f0", "accent": "#ffd400" } });
    assert_eq!(
        put(&app, app.admin_token(), &club.id, &settings).await.0,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn logo_and_font_come_from_where_the_form_does() {
    let app = App::start();
    let plain = app.organisation(json!({})).await;
    let brand = json!({ "logo": PNG, "font": ["Source Serif 4", "Georgia", "serif"] });
    let club = app.organisation(json!({ "brand": brand })).await;
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let token = club.tokens(&mail, &["anna"]).await.remove(0);
    let page = format!("/p/{}/{}/tracking", club.id, token.preferences);
    let answer = club.visit(&page).await;
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("img-src 'self';"),
        "{policy}"
    );
    let html = answer.text().await.unwrap();
    let (_, rest) = html.split_once("<img src=\"").expect("a logo");
    let logo = club.visit(rest.split('"').next().unwrap()).await;
    assert_eq!(logo.status(), 200);
    assert_eq!(logo.headers()["content-type"], "image/png");
    assert_eq!(logo.headers()["x-content-type-options"], "nosniff");
    assert!(logo.bytes().await.unwrap().starts_with(b"\x89PNG"));
    let sheet = club.visit(&format!("/p/{}/brand.css", club.id)).await;
    let sheet = sheet.text().await.unwrap();
    assert!(
        sheet.contains("--font: \"Source Serif 4\", \"Georgia\", serif;"),
        "{sheet}"
    );
    let none = plain.visit(&format!("/p/{}/logo", plain.id)).await;
    assert_eq!(none.status(), 404);
}
