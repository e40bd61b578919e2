//! API keys: unknown, revoked, without the scope, of another organisation.

use assent_tests::{App, Organisation};
use serde_json::json;

use crate::{problem, send};

#[tokio::test(flavor = "multi_thread")]
async fn keys_open_only_what_is_theirs() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let other = app.organisation(json!({})).await;
    let path = "/v1/consent/contact:x";
    problem(
        "no key",
        send(app.request("GET", path)).await,
        401,
        "unauthenticated",
    )
    .await;
    for header in [
        "Bearer nonsense",
        "Basic eDp5",
        "Bearer",
        "nonsense",
        "Bearer assent_00",
    ] {
        let answer = send(app.request("GET", path).header("authorization", header)).await;
        problem(header, answer, 401, "unauthenticated").await;
    }
    let reader = Organisation::make_key(&app, &club.id, &["consent:read"]).await;
    let request = app.request("POST", "/v1/consent").bearer_auth(&reader);
    let answer =
        send(request.json(&json!({ "subject": "contact:x", "flags": { "dc": true } }))).await;
    let found = problem("scope", answer, 403, "forbidden").await;
    assert!(
        found["detail"].as_str().unwrap().contains("consent:write"),
        "{found}"
    );
    for path in [
        "/v1/organisations",
        &format!("/v1/keys?organisation={}", club.id),
    ] {
        let answer = send(app.request("GET", path).bearer_auth(&reader)).await;
        assert!(
            [401, 403].contains(&answer.status().as_u16()),
            "{path}: {}",
            answer.status()
        );
    }

    let message = club.message("<a href='https://a.example'>a</a>").await;
    for (method, tail) in [("GET", ""), ("POST", "/tokens"), ("GET", "/stats")] {
        let path = format!("/v1/messages/{}{tail}", message.id);
        let answer = send(
            other
                .request(method, &path)
                .json(&json!({ "contacts": ["a"] })),
        )
        .await;
        problem(&path, answer, 404, "not_found").await;
    }

    // A revoked key stops.
    let body =
        json!({ "organisation": club.id, "name": "short-lived", "scopes": ["consent:read"] });
    let short_lived = app.admin("POST", "/v1/keys", &body).await;
    let key = short_lived["key"].as_str().unwrap();
    let ask = async || send(app.request("GET", path).bearer_auth(key)).await;
    assert_eq!(ask().await.status(), 200);
    let id = short_lived["id"].as_str().unwrap();
    app.admin(
        "DELETE",
        &format!("/v1/keys/{id}?organisation={}", club.id),
        &json!({}),
    )
    .await;
    // Instances keep keys for at most a second.
    tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
    problem("revoked", ask().await, 401, "unauthenticated").await;
    let listed = app
        .admin(
            "GET",
            &format!("/v1/keys?organisation={}", club.id),
            &json!({}),
        )
        .await;
    assert!(!listed.to_string().contains(key), "a list shows no secrets");
}
