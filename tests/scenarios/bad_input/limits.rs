//! How much, and of which type.

use assent_tests::{App, Organisation};
use serde_json::{Value, json};

use crate::{decision, problem, send};

#[tokio::test(flavor = "multi_thread")]
async fn sizes_and_types_have_limits() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let long = "x".repeat(300);
    let subject =
        json!({ "subject": format!("contact:{long}"), "flags": { "dc": true } }).to_string();
    problem(
        "long subject",
        send(decision(&club, &subject)).await,
        422,
        "invalid",
    )
    .await;

    let padding = " ".repeat(64 * 1024);
    let large = format!("{{\"subject\":\"contact:x\",{padding}\"flags\":{{\"dc\":true}}}}");
    problem(
        "65 KiB",
        send(decision(&club, &large)).await,
        413,
        "too_large",
    )
    .await;
    let item = r#"{"subject":"contact:x","flags":{"dc":true}}"#;
    let many = format!("[{}{item}]", format!("{item},").repeat(10_000));
    problem(
        "10 001",
        send(decision(&club, &many)).await,
        413,
        "too_large",
    )
    .await;
    more_than_is_announced_is_not_waited_for(&app, &club).await;

    for content_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let request = club
            .request("POST", "/v1/consent")
            .header("content-type", content_type);
        let answer = send(request.body(item)).await;
        problem(content_type, answer, 415, "unsupported_media_type").await;
    }
    let without = send(club.request("POST", "/v1/consent").body(item)).await;
    problem("no type", without, 415, "unsupported_media_type").await;
    assert!(
        club.history("contact:x").await.is_empty(),
        "nothing was stored"
    );
    let accepted = club
        .request("POST", "/v1/consent")
        .header("content-type", "application/json; charset=utf-8")
        .body(item);
    assert_eq!(send(accepted).await.status(), 200);
}

/// The answer comes before the body, so a client that goes on sending may lose it; hence by hand.
async fn more_than_is_announced_is_not_waited_for(app: &App, club: &Organisation) {
    if !app.base().starts_with("http://") {
        return;
    }
    let key = format!("Bearer {}", club.key);
    let length = (8 * 1024 * 1024 + 1).to_string();
    let headers = [
        ("authorization", key.as_str()),
        ("content-type", "application/json"),
        ("content-length", &length),
    ];
    for path in ["/v1/consent", "/v1/messages"] {
        let answer = assent_tests::raw(app.base(), "POST", path, &headers).await;
        assert_eq!(answer.status, 413, "{path}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
        let problem: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(problem["type"], "urn:assent:problem:too_large");
    }
}
