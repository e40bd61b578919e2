//! Whatever is wrong is answered with a problem document that names the place, and nothing is stored.

use assent_tests::{App, Organisation, random};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

/// A problem that has everything a problem must have.
async fn problem(what: &str, answer: Response, status: u16, kind: &str) -> Value {
    let found = answer.status().as_u16();
    let headers = answer.headers().clone();
    let text = answer.text().await.unwrap();
    assert_eq!(found, status, "{what}: {text}");
    let content_type = headers
        .get("content-type")
        .map(|value| value.to_str().unwrap());
    assert_eq!(content_type, Some("application/problem+json"), "{what}");
    let id = headers
        .get("x-request-id")
        .map(|value| value.to_str().unwrap());
    assert!(
        id.is_some_and(|id| id.len() >= 8),
        "{what}: x-request-id {id:?}"
    );
    let problem: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        problem["type"],
        format!("urn:assent:problem:{kind}"),
        "{what}: {text}"
    );
    assert_eq!(problem["status"], status, "{what}");
    assert!(
        problem["title"]
            .as_str()
            .is_some_and(|title| !title.is_empty()),
        "{what}"
    );
    assert!(
        problem["detail"]
            .as_str()
            .is_some_and(|detail| detail.len() >= 8),
        "{what}: {text}"
    );
    problem
}

async fn send(request: RequestBuilder) -> Response {
    request.send().await.unwrap()
}

fn decision(club: &Organisation, body: &str) -> RequestBuilder {
    club.request("POST", "/v1/consent")
        .header("content-type", "application/json")
        .body(body.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_decisions_are_refused_with_their_place() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let future = "2999-01-01T00:00:00Z";
    let cases: &[(&str, u16, &str, Option<&str>)] = &[
        (
            r#"{"subject":"contact:x","flags":{"dc":true},"flag":1}"#,
            422,
            "invalid",
            Some("/flag"),
        ),
        (
            r#"{"subject":"contact:x","flags":{"dd":true}}"#,
            422,
            "invalid",
            Some("/flags/dd"),
        ),
        (
            r#"{"subject":"contact:x","flags":{"dc":null}}"#,
            422,
            "invalid",
            Some("/flags/dc"),
        ),
        (
            r#"{"subject":"contact:x","flags":{"dc":"yes"}}"#,
            422,
            "invalid",
            Some("/flags/dc"),
        ),
        (
            r#"{"subject":"contact:x","flags":{"dc":1}}"#,
            422,
            "invalid",
            Some("/flags/dc"),
        ),
        (
            r#"{"subject":"contact:x","flags":{}}"#,
            422,
            "invalid",
            Some("/flags"),
        ),
        (
            r#"{"subject":"contact:x","flags":{"dc":true,"dc":false}}"#,
            422,
            "invalid",
            Some("/flags"),
        ),
        (r#"{"subject":"contact:x"}"#, 422, "invalid", None),
        (r#"{"flags":{"dc":true}}"#, 422, "invalid", None),
        (
            r#"{"subject":"person:x","flags":{"dc":true}}"#,
            422,
            "invalid",
            Some("/subject"),
        ),
        (
            r#"{"subject":"contact:","flags":{"dc":true}}"#,
            422,
            "invalid",
            Some("/subject"),
        ),
        (
            r#"{"subject":"contact:a^b","flags":{"dc":true}}"#,
            422,
            "invalid",
            Some("/subject"),
        ),
        (
            r#"{"subject":"bk:email:nobody","flags":{"dc":true}}"#,
            422,
            "invalid",
            Some("/subject"),
        ),
        (
            r#"{"subject":17,"flags":{"dc":true}}"#,
            422,
            "invalid",
            Some("/subject"),
        ),
        (
            r#"{"subject":"contact:x","flags":{"dc":true},"regime":"dsgvo"}"#,
            422,
            "invalid",
            Some("/regime"),
        ),
        (
            r#"{"subject":"contact:x","flags":{"dc":true},"tier":"fourth"}"#,
            422,
            "invalid",
            Some("/tier"),
        ),
        (
            r#"{"subject":"contact:x","flags":{"dc":true},"at":"yesterday"}"#,
            422,
            "invalid",
            Some("/at"),
        ),
        (
            r#"{"subject":"contact:x","flags":{"dc":true},"shown":{"form":"f"}}"#,
            422,
            "invalid",
            Some("/shown"),
        ),
        (
            "{\"subject\":\"contact:x\",\n\"flags\":{\"dc\":true,}}",
            400,
            "malformed",
            None,
        ),
        ("{\"subject\":\"contact:x\"", 400, "malformed", None),
        ("", 400, "malformed", None),
        ("[]", 422, "invalid", None),
        ("\"contact:x\"", 422, "invalid", None),
    ];
    for (body, status, kind, pointer) in cases {
        let found = problem(body, send(decision(&club, body)).await, *status, kind).await;
        if let Some(pointer) = pointer {
            let place = found["pointer"].as_str().unwrap_or_default();
            assert!(
                place.starts_with(pointer),
                "{body}: at {place:?}, not {pointer:?}"
            );
        }
        if *kind == "malformed" {
            let detail = found["detail"].as_str().unwrap();
            let line = body.lines().count().max(1);
            assert!(detail.contains("line"), "{body}: {detail}");
            assert!(
                detail.contains(&format!("line {line}")) || body.is_empty(),
                "{body}: {detail}"
            );
        }
    }
    let late = json!({ "subject": "contact:x", "flags": { "dc": true }, "at": future }).to_string();
    let found = problem(
        "future",
        send(decision(&club, &late)).await,
        422,
        "timestamp_in_future",
    )
    .await;
    assert_eq!(found["pointer"], "/at");
    assert!(
        club.history("contact:x").await.is_empty(),
        "nothing was stored"
    );
}

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

#[tokio::test(flavor = "multi_thread")]
async fn unknown_addresses_and_methods_are_problems_too() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    for (method, path, allow) in [
        ("GET", "/v1/consent", "POST"),
        ("PUT", "/v1/consent", "POST"),
        ("DELETE", "/v1/consent/query", "POST"),
        ("POST", "/v1/consent/contact:x", "GET"),
        ("POST", "/v1/consent/contact:x/history", "GET"),
        ("DELETE", "/v1/organisations", "GET, POST"),
        ("PATCH", "/v1/keys", "GET, POST"),
        ("GET", "/v1/messages", "POST"),
        ("PUT", "/v1/messages/x/stats", "GET"),
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

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_is_stored_once_and_another_under_its_id_not_at_all() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let id = random();
    let refuse = async || {
        club.decision("contact:x", &json!({ "dc": false }), &id)
            .send()
            .await
            .unwrap()
    };
    let (first, second) = (refuse().await, refuse().await);
    assert_eq!(
        (first.status(), second.status()),
        (reqwest::StatusCode::OK, reqwest::StatusCode::OK)
    );
    let (first, second): (Value, Value) =
        (first.json().await.unwrap(), second.json().await.unwrap());
    assert_eq!(
        (&first["status"], &second["status"]),
        (&json!("recorded"), &json!("repeated"))
    );
    for field in ["request_id", "at", "consent"] {
        assert_eq!(first[field], second[field], "{field}");
    }
    let other = club
        .decision("contact:x", &json!({ "dc": true }), &id)
        .send()
        .await
        .unwrap();
    problem("other content", other, 409, "conflict").await;
    assert_eq!(club.history("contact:x").await.len(), 1);
    assert_eq!(
        club.consent("contact:x").await["flags"]["dc"]["choice"],
        "refused"
    );
    for bad in ["short", "with space", &"x".repeat(129)] {
        let answer = club
            .decision("contact:x", &json!({ "dc": true }), bad)
            .send()
            .await
            .unwrap();
        problem(bad, answer, 422, "invalid").await;
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
            assert!(detail.contains("POST /v1/consent/query"), "{detail}");
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

#[tokio::test(flavor = "multi_thread")]
async fn a_list_has_a_result_for_each_of_its_items() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let list = json!([
        { "subject": "contact:one", "flags": { "dc": true } },
        { "subject": "nobody", "flags": { "dc": true } },
        { "subject": "contact:two", "flags": { "dx": true } },
        { "subject": "contact:three", "flags": { "al": false }, "at": "2024-05-01T10:00:00.000001Z" },
    ]);
    let request = club
        .request("POST", "/v1/consent")
        .header("idempotency-key", "list-one");
    let answer = request.json(&list).send().await.unwrap();
    assert_eq!(answer.status(), 207);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(
        (&answer["recorded"], &answer["rejected"]),
        (&json!(2), &json!(2))
    );
    let statuses: Vec<&str> = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["recorded", "rejected", "rejected", "recorded"]);
    assert_eq!(answer["items"][1]["problem"]["pointer"], "/1/subject");
    assert_eq!(answer["items"][2]["problem"]["pointer"], "/2/flags/dx");
    assert_eq!(club.history("contact:one").await.len(), 1);
    assert!(club.history("contact:two").await.is_empty());
    let three = club.history("contact:three").await;
    assert_eq!(three[0]["at"], "2024-05-01T10:00:00.000001Z");

    let request = club
        .request("POST", "/v1/consent")
        .json(&json!([{ "subject": "nobody", "flags": {} }]));
    assert_eq!(
        request.send().await.unwrap().status(),
        422,
        "nothing was recorded"
    );
    let request = club
        .request("POST", "/v1/consent")
        .header("idempotency-key", "list-one");
    let again: Value = request
        .json(&list)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(again["items"][0]["status"], "repeated");
    assert_eq!(club.history("contact:one").await.len(), 1);
}
