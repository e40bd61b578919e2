//! Files in buckets, `s3://bucket/folder/file`: S3 of Amazon and what is compatible with it.
//!
//! Requests are signed in their addresses, so no error may show an address.

use std::env;
use std::fmt;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use domain::Timestamp;
use reqwest::{Method, Response, StatusCode};
use rusty_s3::actions::{CreateMultipartUpload, ListObjectsV2};
use rusty_s3::{Credentials, S3Action, UrlStyle};

use crate::client::http;

/// How long one request may take, and its signature is good.
const TIMEOUT: Duration = Duration::from_secs(60 * 60);
/// How often something is asked for, and how long between.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_secs(1);
/// The bytes of a part but the last; S3 takes 10,000 parts, of 5 MiB at least.
const PART: usize = 8 << 20;

/// A bucket and the right to use it.
pub struct Bucket {
    http: reqwest::Client,
    bucket: rusty_s3::Bucket,
    credentials: Credentials,
}

/// A file in a bucket.
#[derive(Clone)]
pub struct Object {
    pub bucket: Arc<Bucket>,
    pub key: String,
}

/// What a list says of a file.
pub struct Listed {
    pub key: String,
    pub changed: Option<Timestamp>,
    pub size: u64,
}

/// The bucket and what comes after it, where `place` is in one.
pub fn parse(place: &str) -> Option<(&str, &str)> {
    let rest = place.strip_prefix("s3://")?;
    Some(rest.split_once('/').unwrap_or((rest, "")))
}

fn variable(names: &[&str]) -> Option<String> {
    let found = names.iter().find_map(|name| env::var(name).ok());
    found.filter(|value| !value.is_empty())
}

impl Bucket {
    /// The bucket with this name, with what the environment says: `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`
    /// (`AWS_SESSION_TOKEN`), `AWS_REGION`, and `AWS_ENDPOINT_URL` where it is not Amazon's.
    pub fn open(name: &str) -> Result<Arc<Self>> {
        let credentials = Credentials::from_env().context(
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (AWS_SESSION_TOKEN, if there is one)",
        )?;
        let region = variable(&["AWS_REGION", "AWS_DEFAULT_REGION"]);
        let region = region.unwrap_or_else(|| "us-east-1".to_owned());
        let (endpoint, style) = match variable(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]) {
            Some(endpoint) => (endpoint, UrlStyle::Path),
            None => (
                format!("https://s3.{region}.amazonaws.com"),
                UrlStyle::VirtualHost,
            ),
        };
        let endpoint = reqwest::Url::parse(&endpoint)
            .context("AWS_ENDPOINT_URL: write a URL such as https://storage.example.org")?;
        let bucket = rusty_s3::Bucket::new(endpoint, style, name.to_owned(), region)
            .with_context(|| format!("s3://{name}: this is no name of a bucket"))?;
        Ok(Arc::new(Self {
            http: http(TIMEOUT)?,
            bucket,
            credentials,
        }))
    }

    fn place(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket.name())
    }

    /// The files whose keys begin so, in the order of their keys.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Listed>> {
        let mut found = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let mut list = self.bucket.list_objects_v2(Some(&self.credentials));
            list.with_prefix(prefix);
            if let Some(token) = &next {
                list.with_continuation_token(token);
            }
            let answer = self.send(&list, Method::GET, &[], "list").await;
            let answer = answer.with_context(|| format!("cannot list {}", self.place(prefix)))?;
            let text = answer.text().await.map_err(reqwest::Error::without_url)?;
            let page = ListObjectsV2::parse_response(&text).with_context(|| {
                format!("cannot list {}: this is no list of S3", self.place(prefix))
            })?;
            found.extend(page.contents.into_iter().map(|object| {
                Listed {
                    changed: object
                        .last_modified
                        .and_then(|at| Timestamp::parse_rfc3339(&at).ok()),
                    size: object.size.unwrap_or_default(),
                    key: object.key,
                }
            }));
            next = page.next_continuation_token;
            if next.is_none() {
                return Ok(found);
            }
        }
    }

    /// Sends a request, and again where the store is busy or does not answer.
    async fn send<'a>(
        &self,
        action: &impl S3Action<'a>,
        method: Method,
        body: &[u8],
        what: &'static str,
    ) -> Result<Response> {
        let mut tries: u32 = 1;
        loop {
            let request = self
                .http
                .request(method.clone(), action.sign(TIMEOUT))
                .body(body.to_vec());
            let failed = match request.send().await {
                Ok(answer) if answer.status().is_success() => return Ok(answer),
                Ok(answer) => {
                    let status = answer.status();
                    let text = answer.text().await.unwrap_or_default();
                    let again = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
                    let code = code_of(&text).unwrap_or(what);
                    let failed = anyhow::anyhow!("the store answers {status} ({code})");
                    if !again {
                        return Err(failed);
                    }
                    failed
                }
                Err(error) => anyhow::Error::new(error.without_url()),
            };
            if tries >= TRIES {
                return Err(failed);
            }
            tries = tries.saturating_add(1);
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// What an error of S3 calls itself.
fn code_of(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    Some(code)
        .filter(|code| code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

impl Object {
    /// Copies what is in it.
    pub async fn read(&self, to: &mut impl Write) -> Result<()> {
        let Bucket {
            bucket,
            credentials,
            ..
        } = &*self.bucket;
        let get = bucket.get_object(Some(credentials), &self.key);
        let mut answer = self.bucket.send(&get, Method::GET, &[], "get").await?;
        while let Some(piece) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
            to.write_all(&piece)?;
        }
        Ok(())
    }
}

/// A file on its way into a bucket, in parts: it is there whole or not at all.
pub struct Upload {
    object: Object,
    waiting: Vec<u8>,
    /// The id of the upload and the tags of its parts, once there is more than one.
    begun: Option<(String, Vec<String>)>,
}

impl fmt::Display for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.object.bucket.place(&self.object.key))
    }
}

impl Upload {
    pub const fn new(object: Object) -> Self {
        Self {
            object,
            waiting: Vec::new(),
            begun: None,
        }
    }

    /// Takes in the next bytes.
    pub async fn write(&mut self, piece: &[u8]) -> Result<()> {
        self.waiting.extend_from_slice(piece);
        if self.waiting.len() >= PART {
            self.part().await?;
        }
        Ok(())
    }

    /// Makes the file.
    pub async fn end(&mut self) -> Result<()> {
        let Object { bucket, key } = self.object.clone();
        if self.begun.is_none() {
            let put = bucket.bucket.put_object(Some(&bucket.credentials), &key);
            bucket.send(&put, Method::PUT, &self.waiting, "put").await?;
            return Ok(());
        }
        if !self.waiting.is_empty() {
            self.part().await?;
        }
        let Some((id, tags)) = &self.begun else {
            bail!("the upload has not begun");
        };
        let tags = tags.iter().map(String::as_str);
        let credentials = Some(&bucket.credentials);
        let complete = bucket
            .bucket
            .complete_multipart_upload(credentials, &key, id, tags);
        let body = complete.clone().body();
        let answer = bucket
            .send(&complete, Method::POST, body.as_bytes(), "complete")
            .await?;
        let text = answer.text().await.map_err(reqwest::Error::without_url)?;
        // S3 answers 200 before it knows.
        match code_of(&text) {
            Some(code) => bail!("the store answers {code}"),
            None => Ok(()),
        }
    }

    /// Takes back what has come so far: parts cost money.
    pub async fn abort(self) {
        let Object { bucket, key } = self.object;
        if let Some((id, _)) = self.begun {
            let abort = bucket
                .bucket
                .abort_multipart_upload(Some(&bucket.credentials), &key, &id);
            let _ = bucket.send(&abort, Method::DELETE, &[], "abort").await;
        }
    }

    async fn part(&mut self) -> Result<()> {
        let Object { bucket, key } = self.object.clone();
        let credentials = Some(&bucket.credentials);
        if self.begun.is_none() {
            let create = bucket.bucket.create_multipart_upload(credentials, &key);
            let answer = bucket.send(&create, Method::POST, &[], "create").await?;
            let text = answer.text().await.map_err(reqwest::Error::without_url)?;
            let created = CreateMultipartUpload::parse_response(&text)
                .context("the store does not say under which id the upload is")?;
            self.begun = Some((created.upload_id().to_owned(), Vec::new()));
        }
        let Some((id, tags)) = &mut self.begun else {
            bail!("the upload has not begun");
        };
        let number = u16::try_from(tags.len().saturating_add(1)).context("the file is too long")?;
        let part = bucket.bucket.upload_part(credentials, &key, number, id);
        let answer = bucket
            .send(&part, Method::PUT, &self.waiting, "part")
            .await?;
        let tag = answer
            .headers()
            .get("etag")
            .and_then(|tag| tag.to_str().ok());
        tags.push(
            tag.context("the store does not say the tag of a part")?
                .to_owned(),
        );
        self.waiting.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_bucket_is_told_from_a_folder() {
        assert_eq!(parse("s3://bucket/a/b"), Some(("bucket", "a/b")));
        assert_eq!(parse("s3://bucket"), Some(("bucket", "")));
        assert_eq!(parse("s3:/bucket"), None);
        assert_eq!(parse("folder"), None);
    }

    #[test]
    fn only_the_name_of_an_error_is_shown() {
        let error = "<Error><Code>NoSuchBucket</Code><Message>x</Message></Error>";
        assert_eq!(code_of(error), Some("NoSuchBucket"));
        assert_eq!(code_of("<Code>\u{1b}[2J</Code>"), None);
    }
}
