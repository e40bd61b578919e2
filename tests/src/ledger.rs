//! What was sent and what was answered: whatever the stores hold is compared with this.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

use crate::{Organisation, random};

/// One decision that was sent, about one contact or about several in a list.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The request id.
    pub id: String,
    /// How many contacts it is about.
    pub items: usize,
    /// What it says.
    pub granted: bool,
    /// When the answer was here, if it came. In microseconds since the epoch.
    pub acknowledged: Option<i64>,
}

/// What came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// 200: durable and in force.
    Taken,
    /// 503: nothing is promised.
    Unavailable,
    /// No whole answer: nothing is known.
    None,
}

/// How often each answer came, by its status (`-` is none), and the slowest.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    pub by_status: BTreeMap<String, u64>,
    pub slowest: Duration,
}

impl Answers {
    fn count(&mut self, status: Option<u16>, took: Duration) {
        let status = status.map_or_else(|| "-".to_owned(), |status| status.to_string());
        *self.by_status.entry(status).or_default() += 1;
        self.slowest = self.slowest.max(took);
    }

    /// How often this status came.
    pub fn of(&self, status: &str) -> u64 {
        self.by_status.get(status).copied().unwrap_or(0)
    }

    /// All together.
    pub fn total(&self) -> u64 {
        self.by_status.values().sum()
    }

    /// Panics if anything else came than these.
    pub fn only(&self, allowed: &[&str]) {
        let others = self
            .by_status
            .keys()
            .find(|status| !allowed.contains(&status.as_str()));
        assert_eq!(others, None, "{:?}", self.by_status);
    }
}

#[derive(Default)]
struct Inner {
    people: BTreeMap<String, Vec<Attempt>>,
    touched: BTreeSet<String>,
    decisions: Answers,
    clicks: Answers,
}

/// Everything that was sent to one application.
#[derive(Default)]
pub struct Ledger(Mutex<Inner>);

/// Microseconds since the epoch.
pub fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    i64::try_from(since.as_micros()).unwrap()
}

impl Ledger {
    /// Notes a decision that is going to be sent about these contacts.
    pub fn note(&self, contacts: &[String], granted: bool, id: &str) {
        let mut inner = self.0.lock().unwrap();
        for contact in contacts {
            let attempt = Attempt {
                id: id.to_owned(),
                items: contacts.len(),
                granted,
                acknowledged: None,
            };
            let attempts = inner.people.entry(contact.clone()).or_default();
            attempts.push(attempt);
            inner.touched.insert(contact.clone());
        }
    }

    /// Sends a decision about these contacts; a list if there are several.
    pub async fn decide(&self, club: &Organisation, contacts: &[String], granted: bool) -> Answer {
        let id = random() + &random();
        self.note(contacts, granted, &id);
        let begin = Instant::now();
        let status = send(club, contacts, granted, &id).await;
        let mut inner = self.0.lock().unwrap();
        inner.decisions.count(status, begin.elapsed());
        match status {
            Some(200) => {
                for contact in contacts {
                    let attempts = inner.people.get_mut(contact).unwrap();
                    let attempt = attempts.iter_mut().rfind(|attempt| attempt.id == id);
                    attempt.unwrap().acknowledged = Some(now());
                }
                Answer::Taken
            }
            Some(_) => Answer::Unavailable,
            None => Answer::None,
        }
    }

    /// Follows a link; whether there was an answer.
    pub async fn click(&self, club: &Organisation, path: &str) -> bool {
        let begin = Instant::now();
        let answer = club.request("GET", path).send().await;
        let status = answer.ok().map(|answer| answer.status().as_u16());
        let mut inner = self.0.lock().unwrap();
        inner.clicks.count(status, begin.elapsed());
        status.is_some()
    }

    /// The contacts of whom something was sent since this was asked last.
    pub fn touched(&self) -> BTreeSet<String> {
        std::mem::take(&mut self.0.lock().unwrap().touched)
    }

    /// All contacts.
    pub fn contacts(&self) -> BTreeSet<String> {
        self.0.lock().unwrap().people.keys().cloned().collect()
    }

    /// What was sent about a contact, in order.
    pub fn of(&self, contact: &str) -> Vec<Attempt> {
        let inner = self.0.lock().unwrap();
        inner.people.get(contact).cloned().unwrap_or_default()
    }

    /// Everything that was sent, by request id.
    pub fn attempts(&self) -> BTreeMap<String, Attempt> {
        let inner = self.0.lock().unwrap();
        let attempts = inner.people.values().flatten();
        attempts
            .map(|attempt| (attempt.id.clone(), attempt.clone()))
            .collect()
    }

    /// How decisions were answered.
    pub fn decisions(&self) -> Answers {
        self.0.lock().unwrap().decisions.clone()
    }

    /// How clicks were answered.
    pub fn clicks(&self) -> Answers {
        self.0.lock().unwrap().clicks.clone()
    }
}

/// The body of a decision.
pub fn body(contacts: &[String], granted: bool) -> Value {
    let items: Vec<Value> = contacts
        .iter()
        .map(|contact| {
            json!({ "subject": format!("contact:{contact}"), "flags": { "dc": granted, "al": granted } })
        })
        .collect();
    match items.as_slice() {
        [one] => one.clone(),
        _ => Value::Array(items),
    }
}

/// The status, if the whole answer came.
async fn send(club: &Organisation, contacts: &[String], granted: bool, id: &str) -> Option<u16> {
    let request = club
        .request("POST", "/v1/consent")
        .header("idempotency-key", id)
        .json(&body(contacts, granted));
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    // The head may be all that comes; then nothing was read.
    answer.bytes().await.ok()?;
    Some(status)
}
