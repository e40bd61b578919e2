//! Asking on a click: who is asked, what the three answers do, and what it never does.

mod answers;
mod asked;
mod counted;
mod looks;
mod same;
mod urls;

use assent_tests::{App, Message, Organisation};
use reqwest::Response;
use serde_json::{Value, json};

pub const DESTINATION: &str = "https://shop.example/spring?a=1";

/// A mail of three links.
pub const MAIL: &str = "<body><a href='https://shop.example/spring?a=1'>a</a> <a href='https://shop.example/b'>b</a> \
  <a href='https://shop.example/c'>c</a></body>";

/// Settings with the interception on.
pub fn asking(more: Value) -> Value {
    let mut settings = json!({ "display_name": "Fernhill", "interception": { "on": true } });
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    settings
}

/// A form as a click shows it.
pub struct Intercepted {
    path: String,
    pub html: String,
    about: String,
    pub shown: String,
}

impl Intercepted {
    /// What the click shows; nothing where it leads on at once.
    pub async fn click(club: &Organisation, path: &str) -> Option<Self> {
        let answer = club.visit(path).await;
        if answer.status() == 302 {
            return None;
        }
        assert_eq!(answer.status(), 200, "{path}");
        Some(Self::of(path, answer).await)
    }

    async fn of(path: &str, answer: Response) -> Self {
        let html = answer.text().await.unwrap();
        let value = |name: &str| {
            let (_, rest) = html
                .split_once(&format!("name=\"{name}\" value=\""))
                .unwrap();
            rest.split('"').next().unwrap().to_owned()
        };
        Self {
            path: path.to_owned(),
            about: value("about"),
            shown: value("shown"),
            html,
        }
    }

    /// Presses `refuse`, `grant` or `later`.
    pub async fn press(&self, app: &App, answer: &str) -> Response {
        send(
            app,
            &self.path,
            &[
                ("answer", answer),
                ("shown", &self.shown),
                ("about", &self.about),
            ],
        )
        .await
    }
}

/// Sends a form to an address.
pub async fn send(app: &App, path: &str, fields: &[(&str, &str)]) -> Response {
    let body: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    app.request("POST", path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.join("&"))
        .send()
        .await
        .unwrap()
}

/// That an answer leads on, by `303` to where the link leads.
pub fn leads_on(answer: &Response) {
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], DESTINATION);
    assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
    assert_eq!(answer.headers()["cache-control"], "no-store");
}

/// Clicks that were counted: identified, anonymous, scanners.
pub async fn counted(club: &Organisation, mail: &Message, total: u64) -> [u64; 3] {
    let stats = club.stats_with(mail, "clicks", total).await;
    ["identified", "anonymous", "scanners"].map(|kind| stats["clicks"][kind].as_u64().unwrap())
}
