//! Conditions that nobody should send.

use assent_tests::App;
use serde_json::{Value, json};

use crate::status;

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_is_refused_with_its_place() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let message = "45e0a0b2-7f30-456c-875c-1cfa507d72b6";
    let many = |count: usize| json!({ "any": vec![json!({ "opened": {} }); count] });
    let deep = |levels: usize| {
        (0..levels).fold(json!({ "opened": {} }), |inner, _| json!({ "not": inner }))
    };
    for (body, expected, pointer) in [
        (json!({}), 422, json!("/")),
        (json!([]), 422, json!("/")),
        (json!({ "when": {} }), 422, Value::Null),
        (
            json!({ "when": { "opened": {} }, "limit": 0 }),
            422,
            json!("/limit"),
        ),
        (
            json!({ "when": { "opened": {} }, "limit": 10001 }),
            422,
            json!("/limit"),
        ),
        (
            json!({ "when": { "opened": {} }, "after": -1 }),
            422,
            json!("/after"),
        ),
        (
            json!({ "when": many(21) }),
            422,
            json!("/when/any/20/opened"),
        ),
        (json!({ "when": deep(8) }), 422, Value::Null),
        (json!({ "when": deep(60) }), 422, Value::Null),
        (json!({ "when": deep(200) }), 400, Value::Null),
        (
            json!({ "when": { "clicked": { "messages": [message] } } }),
            422,
            json!("/when/clicked/messages/0"),
        ),
        (
            json!({ "when": { "clicked": { "links": ["abcdefghijklmnop"] } } }),
            422,
            json!("/when/clicked/links/0"),
        ),
        (
            json!({ "when": { "attribute": { "name": "x", "is": "' OR 1=1 --" } } }),
            422,
            json!("/when/attribute/name"),
        ),
    ] {
        let (code, problem) = status(&club, "POST", "/v1/audience", &body).await;
        let place = &problem["pointer"];
        assert!(
            code == expected || (expected == 422 && pointer.is_null() && code == 400),
            "{body}: {code} {problem}"
        );
        if !pointer.is_null() {
            assert_eq!(place, &pointer, "{body}");
        }
    }
    let clauses = vec![json!({ "opened": {} }); 20];
    let largest = json!({ "when": { "all": clauses } });
    assert_eq!(status(&club, "POST", "/v1/audience", &largest).await.0, 200);
    let long = "x".repeat(70_000);
    let body = json!({ "when": { "attribute": { "name": "x", "is": long } } });
    assert_eq!(status(&club, "POST", "/v1/audience", &body).await.0, 413);
    for path in ["/v1/audience/check", "/v1/audience/score"] {
        for body in [
            json!({ "when": { "opened": {} }, "contacts": [] }),
            json!({ "scores": [], "contacts": ["1"] }),
            json!({ "scores": [{ "when": { "opened": {} }, "points": 1 }], "contacts": ["^"] }),
        ] {
            assert_eq!(
                status(&club, "POST", path, &body).await.0,
                422,
                "{path} {body}"
            );
        }
    }
    let many: Vec<String> = (0..10_001).map(|n| n.to_string()).collect();
    let body = json!({ "when": { "opened": {} }, "contacts": many });
    assert_eq!(
        status(&club, "POST", "/v1/audience/check", &body).await.0,
        413
    );
}
