//! `POST /v1/consent`: each mistake with its place.

use assent_tests::App;
use serde_json::{Value, json};

use crate::{decision, problem, send};

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
        (r#"{"subject":"contact:x"}"#, 422, "invalid", Some("/flags")),
        (
            r#"{"subject":"contact:x","tcf":"CQSbk4AQSbk4ANwAAAENAwCgAAAAAAAAAAYgACPAAAA"}"#,
            422,
            "invalid",
            Some("/tcf"),
        ),
        (
            r#"{"subject":"contact:x","gpp":"DBABTA~1YNN"}"#,
            422,
            "invalid",
            Some("/gpp"),
        ),
        (
            r#"{"subject":"contact:x","gpp":"DBABTA~1YYN","flags":{"tg":true}}"#,
            422,
            "invalid",
            Some("/flags/tg"),
        ),
        (
            r#"{"subject":"contact:x","flags":{"tg":true},"gpp_sid":[6]}"#,
            422,
            "invalid",
            Some("/gpp_sid"),
        ),
        (
            r#"{"subject":"contact:x","gpc":true}"#,
            422,
            "invalid",
            Some("/gpc"),
        ),
        (
            r#"{"subject":"contact:x","flags":{"sh":true},"gpc":true,"regime":"ccpa"}"#,
            422,
            "invalid",
            Some("/flags/sh"),
        ),
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
        (
            r#"{"subject":"contact:x","flags":{"dc":true},"shown":["f","v","en"]}"#,
            422,
            "invalid",
            Some("/shown"),
        ),
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
    let by_order = json!([["contact:four", { "dc": true }, null, null, null, null, null]]);
    let request = club.request("POST", "/v1/consent").json(&by_order);
    assert_eq!(
        request.send().await.unwrap().status(),
        422,
        "a list is no decision"
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
