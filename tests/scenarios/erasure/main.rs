//! What a person may ask beside yes and no: everything erased, everything handed out, devices linked.

mod erase;
mod export;
mod files;
mod kill9;
mod links;

use assent_tests::{Organisation, random};
use reqwest::StatusCode;
use serde_json::{Value, json};

pub const MAIL: &str = "<body><a href='https://a.example'>a</a></body>";

/// Every flag.
pub fn all(choice: bool) -> Value {
    json!({ "dc": choice, "al": choice, "tg": choice, "cd": choice, "sh": choice, "re": choice })
}

/// A request with JSON, its status and its answer.
pub async fn ask(
    club: &Organisation,
    method: &str,
    path: &str,
    body: &Value,
    id: &str,
) -> (StatusCode, Value) {
    let request = club.request(method, path).header("idempotency-key", id);
    let answer = request.json(body).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

/// Erases, as it must succeed.
pub async fn erase(club: &Organisation, subject: &str, id: &str) -> Value {
    let path = format!("/v1/consent/{subject}");
    let request = club.request("DELETE", &path).header("idempotency-key", id);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.unwrap()
}

/// Links, as it must succeed.
pub async fn link(club: &Organisation, subject: &str, device: &str) {
    let body = json!({ "subject": subject, "device": device });
    let (status, answer) = ask(club, "POST", "/v1/subjects/link", &body, &random()).await;
    assert_eq!((status, &answer["linked"]), (StatusCode::OK, &json!(true)));
}

/// To whom a subject is linked.
pub async fn links(club: &Organisation, subject: &str) -> Vec<String> {
    let answer = club.get(&format!("/v1/subjects/{subject}/links")).await;
    let links = answer["links"].as_array().unwrap().iter();
    links
        .map(|link| link["subject"].as_str().unwrap().to_owned())
        .collect()
}
