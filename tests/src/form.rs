//! The form about tracking, as a browser without scripts uses it.

use reqwest::{Response, StatusCode};

use crate::App;

/// The form as it was shown.
pub struct Form {
    url: String,
    /// The page.
    pub html: String,
    /// What says which form was shown.
    pub shown: String,
}

impl Form {
    /// Opens the form of a person.
    pub async fn open(app: &App, organisation: &str, token: &str, language: &str) -> Self {
        let url = format!("{}/p/{organisation}/{token}/tracking", app.base());
        let answer = app
            .http()
            .get(&url)
            .header("accept-language", language)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "the form");
        let html = answer.text().await.unwrap();
        let shown = value_of(&html, "shown").expect("a hidden field `shown`");
        Self { url, html, shown }
    }

    /// Presses one of the two buttons: `refuse` or `grant`.
    pub async fn answer(&self, app: &App, answer: &str, language: &str) -> Response {
        self.send(app, &[("answer", answer), ("shown", &self.shown)], language)
            .await
    }

    /// Sends these fields.
    pub async fn send(&self, app: &App, fields: &[(&str, &str)], language: &str) -> Response {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        app.http()
            .post(&self.url)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept-language", language)
            .header("origin", app.base())
            .body(body.join("&"))
            .send()
            .await
            .unwrap()
    }
}

/// The value of a hidden field.
fn value_of(html: &str, name: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!("name=\"{name}\" value=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(value.replace("&#38;", "&").replace("&amp;", "&"))
}

fn encoded(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
