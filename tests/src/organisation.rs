//! An organisation in the application, and what it does through the API.

use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

use crate::{App, random};

/// All scopes that a key can have but `admin`.
pub const SCOPES: [&str; 4] = [
    "consent:read",
    "consent:write",
    "messages:write",
    "reports:read",
];

/// An organisation and a key of it.
#[derive(Clone)]
pub struct Organisation {
    base: String,
    http: reqwest::Client,
    /// Its id.
    pub id: String,
    /// A key with all scopes but `admin`.
    pub key: String,
}

/// A registered mail.
#[derive(Debug, Clone)]
pub struct Message {
    pub id: String,
    pub content: String,
    pub links: Vec<Link>,
    /// The whole answer.
    pub answer: Value,
}

/// A registered link.
#[derive(Debug, Clone)]
pub struct Link {
    pub id: String,
    pub kind: String,
    pub destination: String,
}

/// What a person gets in a mail.
#[derive(Debug, Clone, PartialEq)]
pub struct Tokens {
    pub contact: String,
    pub click: String,
    pub preferences: String,
    /// Only where the mail has a communication type.
    pub one_click: Option<String>,
}

impl Message {
    /// The links that are clicked.
    pub fn clicks(&self) -> Vec<&Link> {
        self.links
            .iter()
            .filter(|link| link.kind == "click")
            .collect()
    }

    /// The path of the first link with this token.
    pub fn click_path(&self, token: &str) -> String {
        format!("/l/{}/{token}", self.clicks()[0].id)
    }

    /// The path of the pixel with this token.
    pub fn open_path(&self, token: &str) -> String {
        let pixel = self
            .links
            .iter()
            .find(|link| link.kind == "open")
            .expect("a pixel");
        format!("/o/{}/{token}", pixel.id)
    }
}

impl Organisation {
    pub(crate) async fn create(app: &App, settings: Value) -> Self {
        let organisation = app
            .admin(
                "POST",
                "/v1/organisations",
                &json!({ "settings": settings }),
            )
            .await;
        Self::existing(app, &text(&organisation["id"])).await
    }

    pub(crate) async fn existing(app: &App, id: &str) -> Self {
        Self {
            base: app.base().to_owned(),
            http: app.http().clone(),
            id: id.to_owned(),
            key: Self::make_key(app, id, &SCOPES).await,
        }
    }

    /// Another key.
    pub async fn make_key(app: &App, id: &str, scopes: &[&str]) -> String {
        let body = json!({ "organisation": id, "name": "test", "scopes": scopes });
        text(&app.admin("POST", "/v1/keys", &body).await["key"])
    }

    /// The same organisation where the application is now.
    pub fn at(&self, app: &App) -> Self {
        Self {
            base: app.base().to_owned(),
            http: app.http().clone(),
            ..self.clone()
        }
    }

    /// A request with the key.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.http
            .request(method.parse().unwrap(), format!("{}{path}", self.base))
            .bearer_auth(&self.key)
    }

    /// A JSON request that succeeds.
    pub async fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        json_of(self.request(method, path).json(body).send().await.unwrap()).await
    }

    /// A `GET` that succeeds.
    pub async fn get(&self, path: &str) -> Value {
        json_of(succeed(self.request("GET", path)).await).await
    }

    /// The lines of the answer to a file of consent records, the last one apart.
    pub async fn import(
        &self,
        id: &str,
        query: &str,
        lines: impl Into<reqwest::Body>,
    ) -> (Vec<Value>, Value) {
        let request = self
            .request("POST", &format!("/v1/imports{query}"))
            .header("content-type", "text/plain")
            .header("idempotency-key", id)
            .body(lines);
        let text = succeed(request).await.text().await.unwrap();
        let mut lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let last = lines.pop().unwrap();
        (lines, last)
    }

    /// A decision under an id of its own.
    pub fn decision(&self, subject: &str, flags: &Value, id: &str) -> RequestBuilder {
        let body = json!({ "subject": subject, "flags": flags });
        self.request("POST", "/v1/consent")
            .header("idempotency-key", id)
            .json(&body)
    }

    /// Records a decision.
    pub async fn decide(&self, subject: &str, flags: Value) -> Value {
        json_of(succeed(self.decision(subject, &flags, &random())).await).await
    }

    /// Grants what tracking needs.
    pub async fn grant(&self, subject: &str) -> Value {
        self.decide(subject, json!({ "dc": true, "al": true }))
            .await
    }

    /// Refuses what tracking needs.
    pub async fn refuse(&self, subject: &str) -> Value {
        self.decide(subject, json!({ "dc": false, "al": false }))
            .await
    }

    /// What is in force, from the history.
    pub async fn consent(&self, subject: &str) -> Value {
        self.get(&format!("/v1/consent/{subject}")).await
    }

    /// What is in force, as the edge sees it.
    pub async fn projection(&self, subject: &str) -> Value {
        self.get(&format!("/v1/consent/{subject}?source=projection"))
            .await
    }

    /// All signals about a subject, newest first.
    pub async fn history(&self, subject: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut page = "?limit=1000".to_owned();
        loop {
            let answer = self
                .get(&format!("/v1/consent/{subject}/history{page}"))
                .await;
            all.extend(answer["signals"].as_array().unwrap().iter().cloned());
            match answer["next"].as_str() {
                Some(next) => page = next.to_owned(),
                None => return all,
            }
        }
    }

    /// Registers a mail.
    pub async fn message(&self, html: &str) -> Message {
        self.message_with(json!({ "content": html })).await
    }

    /// Registers a mail with these fields.
    pub async fn message_with(&self, fields: Value) -> Message {
        let mut body = json!({
            "name": "Test",
            "format": "html",
            "click_tag": "*|CLICK|*",
            "preferences_tag": "*|PREFS|*",
        });
        body.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let answer = self.send("POST", "/v1/messages", &body).await;
        Message {
            id: text(&answer["id"]),
            content: text(&answer["content"]),
            links: answer["links"]
                .as_array()
                .unwrap()
                .iter()
                .map(|link| Link {
                    id: text(&link["id"]),
                    kind: text(&link["kind"]),
                    destination: text(&link["destination"]),
                })
                .collect(),
            answer,
        }
    }

    /// What each of these contacts gets in a mail.
    pub async fn tokens(&self, message: &Message, contacts: &[&str]) -> Vec<Tokens> {
        let path = format!("/v1/messages/{}/tokens", message.id);
        let body = json!({ "contacts": contacts });
        let request = self
            .request("POST", &path)
            .header("idempotency-key", random());
        let answer = succeed(request.json(&body)).await;
        let status = answer.status();
        let lines = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {lines}");
        lines
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .map(|line| Tokens {
                contact: text(&line["contact"]),
                click: text(&line["click"]),
                preferences: text(&line["preferences"]),
                one_click: line["one_click"].as_str().map(str::to_owned),
            })
            .collect()
    }

    /// The report of a mail, and under `contacts` who acted.
    pub async fn stats(&self, message: &Message) -> Value {
        let mut report = self
            .get(&format!("/v1/messages/{}/stats", message.id))
            .await;
        report["contacts"] = self.acted(message, "?limit=1000").await["contacts"].take();
        report
    }

    /// A page of the contacts who acted.
    pub async fn acted(&self, message: &Message, query: &str) -> Value {
        self.get(&format!("/v1/messages/{}/contacts{query}", message.id))
            .await
    }

    /// The report, as soon as so many clicks (or `opens`) are in it.
    pub async fn stats_with(&self, message: &Message, kind: &str, total: u64) -> Value {
        crate::eventually(
            async || self.stats(message).await,
            |stats| {
                stats[kind]["total"].as_u64().unwrap() + stats[kind]["scanners"].as_u64().unwrap()
                    >= total
            },
        )
        .await
    }

    /// The contacts that a report names.
    pub fn named(stats: &Value) -> Vec<String> {
        let people = stats["contacts"].as_array().unwrap().iter();
        people.map(|person| text(&person["contact"])).collect()
    }

    /// Follows a path as a person does: no key.
    pub async fn visit(&self, path: &str) -> Response {
        self.http
            .get(format!("{}{path}", self.base))
            .send()
            .await
            .unwrap()
    }
}

/// A text, which it must be.
fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

async fn json_of(answer: Response) -> Value {
    let (status, path) = (answer.status(), answer.url().path().to_owned());
    let text = answer.text().await.unwrap();
    assert!(status.is_success(), "{path}: {status} {text}");
    serde_json::from_str(&text).unwrap()
}

/// On a busy machine a store can be too slow for its limit; then the same request again, as the answer says.
pub(crate) async fn succeed(request: RequestBuilder) -> Response {
    let mut tries = 0;
    loop {
        let answer = request.try_clone().unwrap().send().await.unwrap();
        tries += 1;
        if answer.status() != 503 || tries == 20 {
            return answer;
        }
        eprintln!("a store was too slow, trying again");
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
}
