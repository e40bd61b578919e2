//! A browser that shows a page of a site, without the browser: the headers that one sends.

use reqwest::{RequestBuilder, Response};
use serde_json::Value;

use crate::App;

/// The site whose pages it shows.
pub const SITE: &str = "https://shop.example";

/// A browser and what it remembers.
pub struct Visitor<'a> {
    app: &'a App,
    cookies: Vec<(String, String)>,
    /// Headers that come with every request.
    pub headers: Vec<(&'static str, String)>,
}

impl<'a> Visitor<'a> {
    /// Of a page of the site.
    pub fn new(app: &'a App) -> Self {
        Self {
            app,
            cookies: Vec::new(),
            headers: vec![("origin", SITE.to_owned())],
        }
    }

    /// As a `<script>` of the page asks: without `Origin`, but with `Referer`.
    pub fn of_script(app: &'a App) -> Self {
        let mut visitor = Self::new(app);
        visitor.headers = vec![
            ("referer", format!("{SITE}/")),
            ("sec-fetch-site", "cross-site".to_owned()),
            ("sec-fetch-mode", "no-cors".to_owned()),
            ("sec-fetch-dest", "script".to_owned()),
        ];
        visitor
    }

    /// The same browser with another header, or another value of one.
    pub fn with(&self, name: &'static str, value: &str) -> Self {
        let mut headers = self.headers.clone();
        headers.retain(|(known, _)| *known != name);
        if !value.is_empty() {
            headers.push((name, value.to_owned()));
        }
        Self {
            app: self.app,
            cookies: self.cookies.clone(),
            headers,
        }
    }

    /// The value of the cookie with its id.
    pub fn cookie(&self) -> Option<&str> {
        let found = self
            .cookies
            .iter()
            .find(|(name, _)| name.contains("device"));
        found.map(|(_, value)| value.as_str())
    }

    /// Its id.
    pub fn id(&self) -> &str {
        self.cookie().unwrap().split_once('.').unwrap().0
    }

    /// Makes it remember another id.
    pub fn forge(&mut self, value: &str) {
        self.cookies = vec![("__Host-assent-site-device".to_owned(), value.to_owned())];
    }

    /// A request with its headers and cookies.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let request = self.app.request(method, path);
        let request = self.headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, value)
        });
        if self.cookies.is_empty() {
            return request;
        }
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        request.header("cookie", cookies.join("; "))
    }

    /// Sends a request and remembers what the answer says.
    pub async fn send(&mut self, method: &str, path: &str) -> Response {
        self.send_as(method, path, |request| request).await
    }

    async fn send_as(
        &mut self,
        method: &str,
        path: &str,
        complete: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Response {
        let mut tries = 0;
        loop {
            let request = complete(self.request(method, path));
            let answer = request.send().await.unwrap();
            tries += 1;
            if answer.status() == 503 && tries < 20 {
                tokio::time::sleep(std::time::Duration::from_millis(250)).await;
                continue;
            }
            for cookie in answer.headers().get_all("set-cookie") {
                let cookie = cookie.to_str().unwrap();
                let (name, value) = cookie.split_once(';').unwrap().0.split_once('=').unwrap();
                self.cookies.retain(|(known, _)| known != name);
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
            return answer;
        }
    }

    /// The status and the document of an answer.
    pub async fn ask(&mut self, method: &str, path: &str) -> (u16, Value) {
        self.send_with(method, path, |request| request).await
    }

    /// The same for a request that has more in it.
    pub async fn send_with(
        &mut self,
        method: &str,
        path: &str,
        complete: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> (u16, Value) {
        let answer = self.send_as(method, path, complete).await;
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (
            status,
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }
}
