//! Each component runs alone from its own manifest, and several together on one state folder.

use assent_tests::{App, Form, Host, Organisation, Setup, skipped};
use serde_json::json;

fn alone(name: &str) -> Setup {
    Setup::default().manifest(&format!("components/{name}/spin.toml"))
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hosts_with_a_component_each_are_one_application() {
    if std::env::var_os("ASSENT_BASE_URL").is_some() {
        return skipped("starts hosts of its own");
    }
    let consent = Host::start(alone("consent"));
    let links = App::of(Host::start(alone("links").state_of(&consent)));
    let preferences = App::of(Host::start(alone("preferences").state_of(&consent)));
    let results = App::of(Host::start(alone("results").state_of(&consent)));
    let site = App::of(Host::start(alone("site").state_of(&consent)));
    let consent = App::of(consent);

    let club = consent.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let (mailer, reader) = (club.at(&links), club.at(&results));
    let mail = mailer
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let anna = mailer.tokens(&mail, &["anna"]).await.remove(0);
    mailer.visit(&mail.click_path(&anna.click)).await;
    let report = reader.stats_with(&mail, "clicks", 1).await;
    assert_eq!(Organisation::named(&report), ["anna"]);

    let form = Form::open(&preferences, &club.id, &anna.preferences, "en").await;
    form.answer(&preferences, "refuse", "en").await;
    assert_eq!(
        club.consent("contact:anna").await["hasTrackingConsent"],
        false
    );
    assert_eq!(
        Organisation::named(&reader.stats(&mail).await),
        Vec::<String>::new()
    );
    mailer.visit(&mail.click_path(&anna.click)).await;
    let report = reader.stats_with(&mail, "clicks", 2).await;
    assert_eq!(report["clicks"]["anonymous"], 1);

    let health = site.request("GET", "/healthz").send().await.unwrap();
    assert_eq!(health.status(), 200);
    // Each answers only what is its own.
    for (app, path) in [
        (&links, "/v1/consent/contact:anna"),
        (&results, "/v1/messages"),
        (&consent, "/healthz"),
        (&site, "/l/x/y"),
    ] {
        let answer = app
            .request("GET", path)
            .bearer_auth(&club.key)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_component_starts_on_an_empty_state() {
    if std::env::var_os("ASSENT_BASE_URL").is_some() {
        return skipped("starts hosts of its own");
    }
    for (name, path, status) in [
        ("consent", "/v1/consent/contact:x", 401),
        ("links", "/l/aaaaaaaaaaaaaaaa/x", 404),
        (
            "preferences",
            "/p/45e0a0b2-7f30-456c-875c-1cfa507d72b6/x/tracking",
            404,
        ),
        ("contacts", "/v1/contacts", 401),
        ("contacts", "/v1/exports/contacts", 401),
        ("results", "/v1/messages/x/stats", 401),
        ("site", "/healthz", 200),
    ] {
        let app = App::of(Host::start(alone(name)));
        let answer = app.request("GET", path).send().await.unwrap();
        assert_eq!(
            answer.status(),
            status,
            "{name} {path}: {}",
            answer.text().await.unwrap()
        );
    }
}
