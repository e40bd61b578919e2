//! Fetches the evidence and checks it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context, Result, bail};
use domain::log::checkpoint::Checkpoint;
use domain::log::hash::LogHash;
use domain::log::keys::LogPublicKeys;
use domain::log::receipt::{PurposeAnswer, Receipt};
use domain::log::verify::is_consistent;
use domain::{CommunicationStatus, Shown, Subject, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::client::Client;

/// Everything about one person's decisions.
pub struct Evidence {
    /// Who.
    pub subject: String,
    /// When this was put together.
    pub made_at: Timestamp,
    /// Whose log.
    pub organisation: String,
    /// What is in force now.
    pub consent: Value,
    /// All signals, newest first.
    pub history: Vec<Value>,
    /// What a contact said about types of communication, newest first.
    pub communications: Vec<Value>,
    /// The receipts of all that was decided, by `seq`.
    pub receipts: BTreeMap<i64, Proved>,
    /// What was shown, with its words where they are kept.
    pub texts: Vec<(Shown, Option<String>)>,
    /// The newest head.
    pub checkpoint: String,
    /// That it begins with those of the receipts: by their size.
    pub consistency: BTreeMap<u64, String>,
    /// The public keys.
    pub keys: String,
    /// What the verifier said, line by line.
    pub verification: String,
    /// How many checks failed.
    pub wrong: usize,
}

/// A receipt and what the verifier said.
pub struct Proved {
    /// As it was signed.
    pub signed: String,
    /// What it says, where it holds.
    pub receipt: Result<Receipt, String>,
}

#[derive(Deserialize)]
struct Page {
    signals: Vec<Value>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Consistency {
    path: Vec<LogHash>,
}

impl Evidence {
    /// Asks the service for everything, and believes none of it.
    pub async fn gather(client: &Client, subject: &Subject) -> Result<Self> {
        // Subjects stand in bodies, so that no log of addresses has them.
        let body = json!({ "subject": subject.as_str() });
        let consent: Value = client.post("/v1/consent/query", None, &body).await?;
        let history = all_said(client, TRACKING, subject).await?;
        let communications = if subject.contact_key().is_some() {
            all_said(client, COMMUNICATIONS, subject).await?
        } else {
            Vec::new()
        };
        if history.is_empty() && communications.is_empty() {
            bail!("nothing is known about this subject, so there is nothing to prove");
        }
        let keys = text(client, "/.well-known/jwks.json", &[]).await?;
        let known: LogPublicKeys = serde_json::from_str(&keys).context("no JWK set came")?;
        let decisions = history.iter().filter(|signal| is_decision(signal));
        let decisions = decisions
            .map(|signal| (TRACKING, signal))
            .chain(communications.iter().map(|signal| (COMMUNICATIONS, signal)));
        let mut receipts = BTreeMap::new();
        for (resource, signal) in decisions {
            let seq = signal
                .get("seq")
                .and_then(Value::as_i64)
                .unwrap_or_default();
            let body = json!({ "subject": subject.as_str(), "seq": seq });
            let path = format!("{resource}/receipt");
            let signed = client.post_for_text_if_there(&path, &body).await?;
            let signed = signed.unwrap_or_default();
            let receipt = Receipt::verified(&signed, &known);
            let receipt = receipt.map_err(|error| error.to_string());
            let receipt = receipt.and_then(|(receipt, _)| says_the_same(receipt, signal, subject));
            receipts.insert(seq, Proved { signed, receipt });
        }
        let organisation = receipts.values().find_map(|proved| {
            let receipt = proved.receipt.as_ref().ok()?;
            Some(receipt.record.pii_controller.party_id.to_string())
        });
        let organisation = organisation.unwrap_or_default();
        let checkpoint = if organisation.is_empty() {
            String::new()
        } else {
            let query = [("organisation", organisation.as_str())];
            text(client, "/v1/log/checkpoint", &query).await?
        };
        let mut evidence = Self {
            subject: subject.to_string(),
            made_at: now(),
            organisation,
            consent,
            history,
            communications,
            receipts,
            texts: Vec::new(),
            checkpoint,
            consistency: BTreeMap::new(),
            keys,
            verification: String::new(),
            wrong: 0,
        };
        evidence.add_texts(client).await?;
        evidence.add_consistency(client, &known).await?;
        Ok(evidence)
    }

    /// Notes what a check gave.
    fn note(&mut self, what: &str, found: Result<(), String>) {
        let line = match found {
            Ok(()) => format!("VALID      {what}"),
            Err(why) => {
                self.wrong = self.wrong.saturating_add(1);
                format!("NOT VALID  {what}: {why}")
            }
        };
        let _ = writeln!(self.verification, "{line}");
    }

    async fn add_texts(&mut self, client: &Client) -> Result<()> {
        let signals = self.history.iter().chain(&self.communications);
        let shown = signals.filter_map(|signal| {
            serde_json::from_value::<Shown>(signal.get("shown")?.clone()).ok()
        });
        let key = |shown: &Shown| [&shown.form, &shown.version, &shown.language].map(String::clone);
        let shown: BTreeMap<_, Shown> = shown.map(|shown| (key(&shown), shown)).collect();
        for (_, shown) in shown {
            let path = format!(
                "/v1/forms/{}/shown/{}",
                in_path(&shown.form),
                in_path(&shown.version)
            );
            let words = client.get_text_if_there(&path, &[]).await?;
            let words = words.map(|answer| parsed(&answer)).transpose()?;
            let words = words.and_then(|answer| Some(answer.get("words")?.as_str()?.to_owned()));
            let what = format!(
                "words of {}, {}, {}",
                shown.form, shown.version, shown.language
            );
            match &words {
                None => {
                    let _ = writeln!(
                        self.verification,
                        "NOT KNOWN  {what}: they are not kept by this service"
                    );
                }
                Some(words) => {
                    let same =
                        hexadecimal(words).starts_with(&shown.version) && shown.version.len() >= 32;
                    let why = || "they have another version than the history says".to_owned();
                    self.note(&what, same.then_some(()).ok_or_else(why));
                }
            }
            self.texts.push((shown, words));
        }
        Ok(())
    }

    async fn add_consistency(&mut self, client: &Client, keys: &LogPublicKeys) -> Result<()> {
        let found: Vec<(String, Result<(), String>)> = self
            .receipts
            .iter()
            .map(|(seq, proved)| {
                let found = proved.receipt.as_ref().map(|_| ()).map_err(String::clone);
                (format!("receipt {seq}"), found)
            })
            .collect();
        for (what, found) in found {
            self.note(&what, found);
        }
        if self.checkpoint.is_empty() {
            return Ok(());
        }
        let newest = Checkpoint::verified(&self.checkpoint, keys);
        let checked = newest.as_ref().map(|_| ()).map_err(ToString::to_string);
        self.note("checkpoint", checked);
        let Ok(newest) = newest else { return Ok(()) };
        let heads = self.receipts.values().filter_map(|proved| {
            let receipt = proved.receipt.as_ref().ok()?;
            Checkpoint::verified(&receipt.proof.checkpoint, keys).ok()
        });
        let heads: BTreeSet<_> = heads
            .map(|head| (head.size, head.root.to_string()))
            .collect();
        for (size, root) in heads {
            let (from, to) = (size.to_string(), newest.size.to_string());
            let query = [
                ("organisation", self.organisation.as_str()),
                ("from", &from),
                ("to", &to),
            ];
            let proof = text(client, "/v1/log/consistency", &query).await?;
            let path = serde_json::from_str::<Consistency>(&proof);
            let holds = path.is_ok_and(|proof| {
                LogHash::parse(&root).is_ok_and(|root| {
                    is_consistent((size, root), (newest.size, newest.root), &proof.path)
                })
            });
            let why = || "the log was rewritten since".to_owned();
            self.note(
                &format!("head of {from} leaves, beginning of that of {to}"),
                holds.then_some(()).ok_or_else(why),
            );
            self.consistency.insert(size, proof);
        }
        Ok(())
    }
}

fn is_decision(signal: &Value) -> bool {
    signal.get("action").and_then(Value::as_str) == Some("set")
}

/// That the entry of the history, which nobody signed, says what the receipt says.
fn says_the_same(receipt: Receipt, signal: &Value, subject: &Subject) -> Result<Receipt, String> {
    let record = &receipt.record;
    let field = |name: &str| signal.get(name).cloned().unwrap_or_default();
    let granted = |answer: &PurposeAnswer| answer.answer == domain::Choice::Granted;
    let same_answer = match record.purposes.as_slice() {
        [
            answer @ PurposeAnswer {
                communication_type: Some(of_type),
                ..
            },
        ] => {
            let status = CommunicationStatus::of(granted(answer));
            field("type") == of_type.as_str() && field("status") == status.code()
        }
        answers => {
            let said: serde_json::Map<String, Value> = answers
                .iter()
                .filter_map(|answer| Some((answer.flag.clone()?, granted(answer).into())))
                .collect();
            field("flags") == Value::Object(said)
        }
    };
    let request = format!(
        "{}/{}",
        field("request_id").as_str().unwrap_or_default(),
        field("item")
    );
    let same = record.pii_principal_id == subject.as_str()
        && same_answer
        && field("at") == record.event_time.to_rfc3339()
        && record.record_id == request;
    same.then_some(receipt)
        .ok_or_else(|| "the history and the receipt do not say the same".to_owned())
}

/// Where decisions about tracking are, and those about communications.
const TRACKING: &str = "/v1/consent";
const COMMUNICATIONS: &str = "/v1/communications";

/// All that somebody said, newest first.
async fn all_said(client: &Client, resource: &str, subject: &Subject) -> Result<Vec<Value>> {
    let path = format!("{resource}/history");
    let mut all = Vec::new();
    let mut body = json!({ "subject": subject.as_str(), "limit": 1000 });
    loop {
        let page: Page = client.post(&path, None, &body).await?;
        let last = page.signals.last();
        let last = last.and_then(|signal| signal.get("seq")).cloned();
        all.extend(page.signals);
        let (Some(_), Some(last), Some(body)) = (page.next, last, body.as_object_mut()) else {
            return Ok(all);
        };
        body.insert("before".to_owned(), last);
    }
}

async fn text(client: &Client, path: &str, query: &[(&str, &str)]) -> Result<String> {
    let answer = client.get(path, query, "*/*").await?;
    answer
        .text()
        .await
        .context("the service stopped in the middle of an answer")
}

fn parsed(text: &str) -> Result<Value> {
    serde_json::from_str(text).context("the service answered something else than JSON")
}

/// One segment of a path.
fn in_path(segment: &str) -> String {
    let encoded = segment.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b':' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    });
    encoded.collect()
}

/// SHA-256 in hexadecimal.
pub fn hexadecimal(text: &str) -> String {
    LogHash::from_bytes(Sha256::digest(text).into()).to_string()
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let micros = since.unwrap_or_default().as_micros();
    Timestamp::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
}
