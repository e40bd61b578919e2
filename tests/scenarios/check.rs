//! `POST /v1/consent/check`: one gate for many subjects, by what SQLite says.

use assent_tests::{App, Organisation, eventually, random};
use reqwest::Response;
use serde_json::{Value, json};

async fn check(club: &Organisation, body: &Value) -> Response {
    let request = club.request("POST", "/v1/consent/check").json(body);
    request.send().await.unwrap()
}

async fn checked(club: &Organisation, body: &Value) -> Value {
    let answer = check(club, body).await;
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_subject_is_answered_with_the_reason() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    club.decide("contact:anna", json!({ "tg": true, "al": true }))
        .await;
    club.decide("contact:ben", json!({ "tg": true, "al": false }))
        .await;
    let lapsed = json!({ "subject": "contact:dora", "flags": { "tg": true, "al": true }, "at": "2020-01-01T00:00:00Z" });
    club.send("POST", "/v1/consent", &lapsed).await;
    let subjects = [
        "contact:anna",
        "contact:ben",
        "contact:chloe",
        "contact:dora",
        "bk:email:Eve@Example.org",
        "contact:anna",
    ];
    let answer = checked(&club, &json!({ "gate": "target", "subjects": subjects })).await;
    assert_eq!(
        (&answer["gate"], &answer["allowed"], &answer["refused"]),
        (&json!("target"), &json!(2), &json!(4))
    );
    let items = answer["items"].as_array().unwrap();
    let told: Vec<Value> = items
        .iter()
        .map(|item| json!([item["allowed"], item["closed_by"], item["version"]]))
        .collect();
    assert_eq!(
        told,
        [
            json!([true, null, 1]),
            json!([false, { "al": "refused" }, 1]),
            json!([false, { "al": "unset", "tg": "unset" }, 0]),
            json!([false, { "al": "lapsed", "tg": "lapsed" }, 1]),
            json!([false, { "al": "unset", "tg": "unset" }, 0]),
            json!([true, null, 1]),
        ]
    );
    assert_eq!(items[0]["subject"], "contact:anna");
    assert!(
        items[4]["subject"]
            .as_str()
            .unwrap()
            .starts_with("bk:email_sha256:"),
        "an address is never told back"
    );

    // As the single answer says, for every gate.
    for (subject, name) in [("contact:anna", 0), ("contact:ben", 1)] {
        let gates = club.consent(subject).await["gates"].clone();
        for (gate, open) in gates.as_object().unwrap() {
            let answer = checked(&club, &json!({ "gate": gate, "subjects": subjects })).await;
            assert_eq!(&answer["items"][name]["allowed"], open, "{subject} {gate}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_is_refused_with_its_place() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let many: Vec<String> = (0..10_001).map(|n| format!("contact:{n}")).collect();
    for (body, status, kind, pointer) in [
        (
            json!({ "gate": "target", "subjects": ["contact:a", "nobody"] }),
            422,
            "invalid",
            json!("/subjects/1"),
        ),
        (
            json!({ "gate": "target", "subjects": [] }),
            422,
            "invalid",
            json!("/subjects"),
        ),
        (
            json!({ "gate": "everything", "subjects": ["contact:a"] }),
            422,
            "invalid",
            json!("/gate"),
        ),
        (
            json!({ "gate": "target", "subjects": ["contact:a"], "regime": "dsgvo" }),
            422,
            "invalid",
            json!("/regime"),
        ),
        (
            json!({ "gate": "target", "subjects": ["contact:a"], "gates": 1 }),
            422,
            "invalid",
            json!("/gates"),
        ),
        (
            json!({ "gate": "target", "subjects": many }),
            413,
            "too_large",
            Value::Null,
        ),
    ] {
        let answer = check(&club, &body).await;
        assert_eq!(answer.status(), status);
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["type"], format!("urn:assent:problem:{kind}"));
        assert_eq!(problem["pointer"], pointer, "{problem}");
    }
    let writer = Organisation::make_key(&app, &club.id, &["consent:write"]).await;
    let request = app
        .request("POST", "/v1/consent/check")
        .bearer_auth(writer)
        .json(&json!({ "gate": "target", "subjects": ["contact:a"] }));
    assert_eq!(request.send().await.unwrap().status(), 403);
    let get = club.request("GET", "/v1/consent/check").send().await;
    assert_eq!(get.unwrap().status(), 405);
}

/// Ten thousand, of whom every third has refused and every seventh is unknown.
#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_are_answered_in_their_order() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let prefix = random();
    let subject = |n: usize| format!("contact:{prefix}{n}");
    let known: Vec<usize> = (0..10_000).filter(|n| n % 7 != 0).collect();
    let decisions: Vec<Value> = known
        .iter()
        .map(|n| json!({ "subject": subject(*n), "flags": { "dc": true, "al": n % 3 != 0 } }))
        .collect();
    for slice in decisions.chunks(500) {
        let id = random();
        let stored = async || {
            let request = club.request("POST", "/v1/consent").json(slice);
            let request = request.header("idempotency-key", &id);
            request.send().await.unwrap().status().as_u16()
        };
        // On a busy machine a store can be too slow for its limit; then the same again.
        eventually(stored, |status| *status == 200).await;
    }
    let subjects: Vec<String> = (0..10_000).map(subject).collect();
    let answer = checked(&club, &json!({ "gate": "track", "subjects": subjects })).await;
    let items = answer["items"].as_array().unwrap();
    assert_eq!(items.len(), subjects.len());
    for (n, item) in items.iter().enumerate() {
        assert_eq!(item["subject"], subject(n));
        assert_eq!(item["allowed"], n % 7 != 0 && n % 3 != 0, "{item}");
    }
    let allowed = (0..10_000).filter(|n| n % 7 != 0 && n % 3 != 0).count();
    assert_eq!(answer["allowed"], allowed);
    assert_eq!(answer["refused"], 10_000 - allowed);
}
