//! Whatever is wrong is answered with a problem document that names the place, and nothing is stored.

mod addresses;
mod decisions;
mod keys;
mod limits;
mod repetitions;

use assent_tests::Organisation;
use reqwest::{RequestBuilder, Response};
use serde_json::Value;

/// A problem that has everything a problem must have.
pub async fn problem(what: &str, answer: Response, status: u16, kind: &str) -> Value {
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

pub async fn send(request: RequestBuilder) -> Response {
    request.send().await.unwrap()
}

pub fn decision(club: &Organisation, body: &str) -> RequestBuilder {
    club.request("POST", "/v1/consent")
        .header("content-type", "application/json")
        .body(body.to_owned())
}
