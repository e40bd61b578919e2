//! Paths, methods, and people in URLs.

use assent_tests::App;
use serde_json::json;

use crate::{problem, send};

#[tokio::test(flavor = "multi_thread")]
async fn unknown_addresses_and_methods_are_problems_too() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    for (method, path, allow) in [
        ("GET", "/v1/consent", "POST"),
        ("PUT", "/v1/consent", "POST"),
        ("DELETE", "/v1/consent/query", "POST"),
        ("POST", "/v1/consent/contact:x", "GET, HEAD, DELETE"),
        ("POST", "/v1/consent/contact:x/history", "GET, HEAD"),
        ("DELETE", "/v1/organisations", "GET, HEAD, POST"),
        ("PATCH", "/v1/keys", "GET, HEAD, POST"),
        ("PUT", "/v1/messages", "GET, HEAD, POST"),
        ("PUT", "/v1/messages/x/stats", "GET, HEAD"),
    ] {
        let answer = send(club.request(method, path)).await;
        let found = answer
            .headers()
            .get("allow")
            .map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(found.as_deref(), Some(allow), "{method} {path}");
        problem(path, answer, 405, "method_not_allowed").await;
    }
    for path in [
        "/",
        "/v1",
        "/v1/nothing",
        "/favicon.ico",
        "/v1/consent/a/b/c",
        "/v1/messages/a/b",
    ] {
        let answer = send(app.request("GET", path)).await;
        if answer.status() != 200 || path != "/" {
            problem(path, answer, 404, "not_found").await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_of_people_do_not_belong_in_urls() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    for path in [
        "bk:email:ada@example.org",
        "bk:email:ada%40example.org",
        "bk%3Aemail%3Aada@example.org",
    ] {
        for tail in ["", "/history"] {
            let path = format!("/v1/consent/{path}{tail}");
            let answer = send(club.request("GET", &path)).await;
            let found = problem(&path, answer, 400, "malformed").await;
            let detail = found["detail"].as_str().unwrap();
            assert!(
                detail.contains("Use POST") && detail.contains("/v1/consent/query"),
                "{detail}"
            );
            assert!(!detail.contains("ada"), "the answer does not repeat it");
        }
    }
    club.decide("bk:email: Ada@Example.org ", json!({ "dc": true }))
        .await;
    let body = json!({ "subject": "bk:email:ada@example.org" });
    let found = club.send("POST", "/v1/consent/query", &body).await;
    assert_eq!(found["flags"]["dc"]["choice"], "granted");
    let hash = found["subject"].as_str().unwrap();
    assert!(hash.starts_with("bk:email_sha256:"), "{hash}");
    assert_eq!(club.consent(hash).await["flags"]["dc"]["choice"], "granted");
}
