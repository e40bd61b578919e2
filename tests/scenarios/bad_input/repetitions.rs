//! The same request again.

use assent_tests::{App, random};
use serde_json::{Value, json};

use crate::problem;

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
