//! The application under test: a host of its own, or the service that `ASSENT_BASE_URL` names.

use std::time::{Duration, Instant};

use reqwest::header::{HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Client, RequestBuilder, redirect};
use serde_json::Value;

use crate::host::ADMIN_TOKEN;
use crate::{Host, Organisation, Setup, skipped};

/// What a person's browser says it is.
pub const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

/// How long anything may take that happens after an answer.
const SOON: Duration = Duration::from_secs(20);

/// A running application and a browser-like client.
pub struct App {
    host: Option<Host>,
    base: String,
    admin_token: String,
    http: Client,
}

impl App {
    /// The service that the environment names, or a host of its own.
    pub fn start() -> Self {
        match std::env::var("ASSENT_BASE_URL") {
            Ok(base) => {
                let admin_token = std::env::var("ASSENT_ADMIN_TOKEN")
                    .expect("set ASSENT_ADMIN_TOKEN together with ASSENT_BASE_URL");
                Self::new(None, base.trim_end_matches('/').to_owned(), admin_token)
            }
            Err(_) => Self::of(Host::start(Setup::default())),
        }
    }

    /// A host of its own, or nothing where the tests run against a service that is not theirs to stop.
    pub fn start_own(setup: Setup) -> Option<Self> {
        if std::env::var_os("ASSENT_BASE_URL").is_some() {
            skipped(
                "needs its own host, to stop it, to break its stores, or to look into its files",
            );
            return None;
        }
        Some(Self::of(Host::start(setup)))
    }

    /// An application at a host that runs.
    pub fn of(host: Host) -> Self {
        let base = host.base().to_owned();
        Self::new(Some(host), base, ADMIN_TOKEN.to_owned())
    }

    fn new(host: Option<Host>, base: String, admin_token: String) -> Self {
        Self {
            host,
            base,
            admin_token,
            http: client(),
        }
    }

    /// Its own host.
    pub fn host(&self) -> &Host {
        self.host.as_ref().expect("a host of its own")
    }

    /// Its own host, if it has one.
    pub fn own_host(&self) -> Option<&Host> {
        self.host.as_ref()
    }

    /// Does something to its own host that may change its address.
    pub fn with_host(&mut self, act: impl FnOnce(&mut Host)) {
        let host = self.host.as_mut().expect("a host of its own");
        act(host);
        self.base = host.base().to_owned();
        // Connections to a host that is gone are of no use.
        self.http = client();
    }

    /// Where it is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The operator's secret.
    pub fn admin_token(&self) -> &str {
        &self.admin_token
    }

    /// A client that follows no redirects and looks like a browser.
    pub fn http(&self) -> &Client {
        &self.http
    }

    /// A request.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.http
            .request(method.parse().unwrap(), format!("{}{path}", self.base))
    }

    /// A request of the operator, with JSON.
    pub async fn admin(&self, method: &str, path: &str, body: &Value) -> Value {
        let request = self
            .request(method, path)
            .bearer_auth(&self.admin_token)
            .json(body);
        let answer = crate::organisation::succeed(request).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{method} {path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// A new organisation with these settings.
    pub async fn organisation(&self, settings: Value) -> Organisation {
        Organisation::create(self, settings).await
    }

    /// An organisation that is there, with a new key.
    pub async fn existing(&self, id: &str) -> Organisation {
        Organisation::existing(self, id).await
    }
}

fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, HeaderValue::from_static(BROWSER));
    Client::builder()
        .default_headers(headers)
        .redirect(redirect::Policy::none())
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap()
}

/// Looks again and again until what was promised is there; panics with what was there instead.
pub async fn eventually<T: std::fmt::Debug>(
    mut look: impl AsyncFnMut() -> T,
    mut is_there: impl FnMut(&T) -> bool,
) -> T {
    let begin = Instant::now();
    loop {
        let found = look().await;
        if is_there(&found) {
            return found;
        }
        assert!(
            begin.elapsed() < SOON,
            "still not there after {SOON:?}: {found:#?}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
