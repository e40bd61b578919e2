//! Talks to an Assent service, here or elsewhere.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::{Method, Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use crate::random;

/// How long an answer may take; a large mail's links are all stored before it comes.
const TIMEOUT: Duration = Duration::from_secs(60);

/// How long a stream may take: a day.
const STREAM_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

/// How often something is sent while the service answers that a store is busy or away, and how long between.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(500);

/// A service and the right to use it.
pub struct Client {
    http: reqwest::Client,
    base: String,
    secret: String,
}

/// A request with a long body.
pub struct Stream<'a> {
    /// Where it goes.
    pub path: &'a str,
    /// Its parameters.
    pub query: &'a [(&'a str, &'a str)],
    /// What the body is.
    pub content_type: &'a str,
    /// The id under which it may be repeated.
    pub idempotency_key: &'a str,
}

/// RFC 9457, as far as it is shown.
#[derive(Deserialize)]
struct Problem {
    title: String,
    detail: Option<String>,
    pointer: Option<String>,
}

/// A client that waits so long for an answer.
pub fn http(timeout: Duration) -> Result<reqwest::Client> {
    // Refused only if something in this process has chosen one before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(timeout)
        .user_agent(concat!("assent/", env!("CARGO_PKG_VERSION")))
        .build()
        .context("cannot make an HTTP client")
}

impl Client {
    /// A client of the service at `base`, such as `https://t.example.org`.
    pub fn new(base: &str, secret: &str) -> Result<Self> {
        Ok(Self {
            http: http(TIMEOUT)?,
            base: base.trim_end_matches('/').to_owned(),
            secret: secret.to_owned(),
        })
    }

    /// The same service with another secret.
    pub fn with_secret(&self, secret: &str) -> Self {
        Self {
            http: self.http.clone(),
            base: self.base.clone(),
            secret: secret.to_owned(),
        }
    }

    /// Waits until the service answers that it is well.
    pub async fn healthy(&self) -> Result<()> {
        let mut last = String::new();
        for _ in 0..100 {
            match self.http.get(format!("{}/healthz", self.base)).send().await {
                Ok(answer) if answer.status().is_success() => return Ok(()),
                Ok(answer) => last = answer.status().to_string(),
                Err(error) => last = error.to_string(),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("the service does not get well: /healthz answers {last}")
    }

    /// Sends JSON, and once more where a store is busy: under the same `idempotency_key` (a new one if none
    /// is given) that changes nothing more.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        idempotency_key: Option<&str>,
        body: &Value,
    ) -> Result<Response> {
        let idempotency_key = match idempotency_key {
            Some(key) => key.to_owned(),
            None => random::hexadecimal::<16>()?,
        };
        succeeded(self.try_send(method, path, &idempotency_key, body).await?).await
    }

    /// The same, whatever is answered but that a store is busy.
    async fn try_send(
        &self,
        method: Method,
        path: &str,
        idempotency_key: &str,
        body: &Value,
    ) -> Result<Response> {
        let mut tries: u32 = 1;
        loop {
            let request = self
                .http
                .request(method.clone(), format!("{}{path}", self.base))
                .header("idempotency-key", idempotency_key)
                .bearer_auth(&self.secret)
                .json(body);
            let answer = request
                .send()
                .await
                .map_err(|error| self.unreachable(&error))?;
            if answer.status() != StatusCode::SERVICE_UNAVAILABLE || tries >= TRIES {
                return Ok(answer);
            }
            tries = tries.saturating_add(1);
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The text that is answered to JSON sent by POST, if there is what it asks for.
    pub async fn post_for_text_if_there(&self, path: &str, body: &Value) -> Result<Option<String>> {
        let idempotency_key = random::hexadecimal::<16>()?;
        let answer = self.try_send(Method::POST, path, &idempotency_key, body);
        let answer = answer.await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let text = succeeded(answer).await?.text().await;
        text.map(Some)
            .map_err(reqwest::Error::without_url)
            .with_context(|| format!("{path} answered something else than this version expects"))
    }

    /// Sends JSON by POST and reads the JSON answer.
    pub async fn post<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        idempotency_key: Option<&str>,
        body: &Value,
    ) -> Result<T> {
        let answer = self.send(Method::POST, path, idempotency_key, body).await?;
        answer
            .json()
            .await
            .map_err(|error| error.without_url())
            .with_context(|| format!("{path} answered something else than this version expects"))
    }

    /// Sends a body of unknown length by POST, once; the answer is read as it comes, however long it takes.
    pub async fn stream<B>(&self, request: &Stream<'_>, body: B) -> Result<Response>
    where
        B: http_body::Body<Data = bytes::Bytes, Error = std::io::Error> + Send + Sync + 'static,
    {
        let answer = self
            .http
            .post(self.address(request.path, request.query)?)
            .timeout(STREAM_TIMEOUT)
            .header("content-type", request.content_type)
            .header("idempotency-key", request.idempotency_key)
            .bearer_auth(&self.secret)
            .body(reqwest::Body::wrap(body))
            .send()
            .await
            .map_err(|error| self.unreachable(&error))?;
        succeeded(answer).await
    }

    /// The answer to a GET, to be read as it comes.
    pub async fn get(&self, path: &str, query: &[(&str, &str)], accept: &str) -> Result<Response> {
        let answer = self.try_get(path, query, accept).await?;
        succeeded(answer).await
    }

    /// What is at this path, if anything is.
    pub async fn get_if_there<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
    ) -> Result<Option<T>> {
        let answer = self.try_get(path, &[], "application/json").await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let found = succeeded(answer).await?.json().await;
        found
            .map(Some)
            .map_err(reqwest::Error::without_url)
            .with_context(|| format!("{path} answered something else than this version expects"))
    }

    /// The text at this path, if there is any.
    pub async fn get_text_if_there(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Option<String>> {
        let answer = self.try_get(path, query, "text/plain").await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let text = succeeded(answer).await?.text().await;
        text.map(Some)
            .map_err(reqwest::Error::without_url)
            .with_context(|| format!("{path} answered something else than this version expects"))
    }

    async fn try_get(&self, path: &str, query: &[(&str, &str)], accept: &str) -> Result<Response> {
        self.http
            .get(self.address(path, query)?)
            .header("accept", accept)
            .timeout(STREAM_TIMEOUT)
            .bearer_auth(&self.secret)
            .send()
            .await
            .map_err(|error| self.unreachable(&error))
    }

    fn address(&self, path: &str, query: &[(&str, &str)]) -> Result<reqwest::Url> {
        let mut address =
            reqwest::Url::parse(&format!("{}{path}", self.base)).with_context(|| {
                format!("{} is no address such as https://t.example.org", self.base)
            })?;
        if !query.is_empty() {
            address.query_pairs_mut().extend_pairs(query);
        }
        Ok(address)
    }

    fn unreachable(&self, error: &reqwest::Error) -> anyhow::Error {
        let base = &self.base;
        if error.is_connect() {
            anyhow::anyhow!(
                "nothing answers at {base}. Start it with `assent up`, or give another --url"
            )
        } else if error.is_timeout() {
            anyhow::anyhow!(
                "{base} did not answer within {} s; try again",
                TIMEOUT.as_secs()
            )
        } else {
            anyhow::anyhow!(
                "cannot talk to {base}; is it an address such as https://t.example.org?"
            )
        }
    }
}

async fn succeeded(answer: Response) -> Result<Response> {
    if answer.status().is_success() {
        Ok(answer)
    } else {
        Err(problem(answer).await)
    }
}

/// What the service says, and what to do where it cannot know that.
async fn problem(answer: Response) -> anyhow::Error {
    let status = answer.status();
    let Ok(Problem {
        title,
        detail,
        pointer,
    }) = answer.json().await
    else {
        return anyhow::anyhow!("the service answers {status}; is it an Assent service?");
    };
    let detail = detail
        .map(|detail| format!(": {detail}"))
        .unwrap_or_default();
    let place = pointer
        .map(|pointer| format!(" (at {pointer})"))
        .unwrap_or_default();
    let hint = match status {
        StatusCode::UNAUTHORIZED => " Give the API key with --key or ASSENT_KEY.",
        _ => "",
    };
    anyhow::anyhow!("{title}{detail}{place}{hint}")
}
