//! Communication consent: recorded, read, and how it came to be. SQLite alone has it, so there is nothing to project: what
//! is acknowledged is durable and in force.

use std::collections::BTreeMap;

use domain::{
    CommunicationDecision, CommunicationStatus, CommunicationType, Communications, KeyedHash,
    MessageId, OrganisationId, Shown, Source, Subject, Timestamp,
};
use serde::Serialize;
use spin_sdk::sqlite::{RowResult, Value};

use super::attempt;
use super::decide::salt;
use super::types::{Actor, Outcome, Requested, Times};
use crate::kv::KvAway;
use crate::sql::{integer, parsed, read, read_many, text, write};
use crate::{Store, StoreError};

/// What a contact says about a type of communication, not stored yet.
#[derive(Debug, Clone)]
pub struct NewCommunication {
    /// Its place in the request; with the request id it makes the signal unique.
    pub item: u32,
    /// Who says it; a contact.
    pub subject: Subject,
    /// About what.
    pub communication_type: CommunicationType,
    /// Whether she wants them.
    pub opted_in: bool,
    /// Where it came in.
    pub source: Source,
    /// When the person decided.
    pub at: Requested,
    /// When the question was put, if not now: opting in changes nothing if she opted out since.
    pub since: Option<Timestamp>,
    /// What was shown.
    pub shown: Option<Shown>,
    /// The message out of which she unsubscribed: it is counted there, and not kept with her.
    pub message: Option<MessageId>,
}

/// An acknowledged signal about communications.
#[derive(Debug, Clone)]
pub struct RecordedCommunication {
    /// The place in the request.
    pub item: u32,
    /// The decision's time.
    pub at: Timestamp,
    /// New, repeated or void.
    pub outcome: Outcome,
    /// What is in force for the contact now.
    pub current: Communications,
}

/// One signal of the history of communications.
#[derive(Debug, Clone)]
pub struct CommunicationEntry {
    /// Place in the log.
    pub seq: i64,
    /// The request that brought it.
    pub request_id: String,
    /// Its place in that request.
    pub item: u32,
    /// About what.
    pub communication_type: CommunicationType,
    /// What was said.
    pub status: CommunicationStatus,
    /// Where it came in.
    pub source: Source,
    /// When the person decided.
    pub at: Timestamp,
    /// When it was stored.
    pub received_at: Timestamp,
    /// What was shown.
    pub shown: Option<Shown>,
    /// The API key that sent it; nothing for the person herself.
    pub actor: Option<String>,
}

/// A signal as json_each reads it in [`INSERT`].
#[derive(Serialize)]
struct IntakeRow<'a> {
    keyed_hash: String,
    identifier: &'a str,
    salt: String,
    item: u32,
    communication_type: &'a str,
    opted_in: bool,
    source: &'static str,
    live: bool,
    at: i64,
    since: i64,
    form: Option<&'a str>,
    form_version: Option<&'a str>,
    language: Option<&'a str>,
    message_id: Option<String>,
}

const TABLE: &str = "communication_signal";

const INSERT: &str = "INSERT INTO communication_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, \
  communication_type, opted_in, source, live, at, since, received_at, form, form_version, language, actor, message_id) \
  SELECT ?1, value ->> 'keyed_hash', value ->> 'identifier', value ->> 'salt', ?2, value ->> 'item', ?3, \
  value ->> 'communication_type', value ->> 'opted_in', value ->> 'source', value ->> 'live', value ->> 'at', \
  value ->> 'since', ?4, value ->> 'form', value ->> 'form_version', value ->> 'language', ?5, value ->> 'message_id' \
  FROM json_each(?6)";

const READ_BACK: &str = "SELECT item, content, decided_at, received_at FROM communication_signal \
  WHERE org_id = ?1 AND request_id = ?2 ORDER BY item";

const STATES: &str = "SELECT s.keyed_hash, s.erased_at, c.communication_type, c.opted_in, c.decided_at, c.source \
  FROM subject s LEFT JOIN communication_state c ON c.subject_id = s.id \
  WHERE s.org_id = ?1 AND s.keyed_hash IN (SELECT value FROM json_each(?2))";

/// Of signal `c` of subject `s`, as [`communication_entry`] reads them.
macro_rules! entry_columns {
    () => {
        "SELECT c.seq, c.request_id, c.item, c.communication_type, c.opted_in, c.source, c.decided_at, c.received_at, \
         c.form, c.form_version, c.language, c.actor"
    };
}

const HISTORY: &str = concat!(
    entry_columns!(),
    " FROM communication_signal c JOIN subject s ON s.id = c.subject_id \
     WHERE s.org_id = ?1 AND s.keyed_hash = ?2 AND c.seq < ?3 ORDER BY c.seq DESC LIMIT ?4"
);

/// Oldest first; the keyed hash stands in column 12.
pub(crate) const COMMUNICATION_SIGNALS: &str = concat!(
    entry_columns!(),
    ", s.keyed_hash FROM communication_signal c JOIN subject s ON s.id = c.subject_id \
     WHERE s.org_id = ?1 AND s.keyed_hash IN (SELECT value FROM json_each(?2)) ORDER BY c.seq"
);

/// Signals in one statement: a longer one would keep everybody else's refusals waiting.
const SLICE: usize = 500;

impl Store {
    /// Stores what contacts say about communications, durable and in force when this returns. The same request again
    /// changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the request id came before with other content, and
    /// [`StoreError::Away`] when nothing can be promised: repeat it with the same request id. Opting in that is
    /// repeated after opting out changes nothing.
    pub async fn decide_communications(
        &self,
        organisation: OrganisationId,
        request_id: &str,
        content: &str,
        actor: Actor,
        signals: &[NewCommunication],
        now: Timestamp,
    ) -> Result<Vec<RecordedCommunication>, StoreError> {
        let content = self.fingerprint(content);
        let stored = self
            .store_communications(organisation, request_id, &content, actor, signals, now)
            .await;
        if matches!(stored, Err(StoreError::Away(_))) {
            attempt::remember(organisation, request_id, now);
        }
        stored
    }

    async fn store_communications(
        &self,
        organisation: OrganisationId,
        request_id: &str,
        content: &str,
        actor: Actor,
        signals: &[NewCommunication],
        now: Timestamp,
    ) -> Result<Vec<RecordedCommunication>, StoreError> {
        let first = match attempt::first_came_in(organisation, request_id).await {
            Ok(first) => first,
            Err(KvAway) if signals.iter().all(|signal| signal.opted_in) => {
                let away = "the key-value store is away, so nobody can be opted in";
                return Err(StoreError::Away(away.to_owned()));
            }
            Err(KvAway) => None,
        };
        for slice in signals.chunks(SLICE) {
            let rows: Vec<IntakeRow<'_>> = slice
                .iter()
                .map(|signal| {
                    let hash = self.hash(organisation, &signal.subject);
                    intake_row(signal, hash, now, first)
                })
                .collect();
            let rows = serde_json::to_string(&rows).map_err(|_| StoreError::Corrupt(TABLE))?;
            let parameters = vec![
                Value::from(organisation.to_string()),
                Value::from(request_id),
                Value::from(content),
                Value::from(now.micros()),
                Value::from(actor.text()),
                Value::from(rows),
            ];
            write(INSERT, parameters, slice.len()).await?;
        }
        let stored = read_back(organisation, request_id, content, signals.len()).await?;
        let subjects: Vec<Subject> = signals.iter().map(|one| one.subject.clone()).collect();
        let states = self.communications(organisation, &subjects).await?;
        let recorded = signals.iter().zip(states).map(|(signal, current)| {
            let found = stored.get(&signal.item);
            let (at, outcome) = match found {
                Some((at, received_at)) if *received_at == now => (*at, Outcome::Stored),
                Some((at, _)) => (*at, Outcome::Repeated),
                None => match signal.at {
                    Requested::Live => (now, Outcome::Void),
                    Requested::At(at) => (at, Outcome::Void),
                },
            };
            RecordedCommunication {
                item: signal.item,
                at,
                outcome,
                current,
            }
        });
        Ok(recorded.collect())
    }

    /// What contacts have said about communications, in the order asked.
    pub async fn communications(
        &self,
        organisation: OrganisationId,
        subjects: &[Subject],
    ) -> Result<Vec<Communications>, StoreError> {
        let hashes: Vec<KeyedHash> = subjects
            .iter()
            .map(|subject| self.hash(organisation, subject))
            .collect();
        let mut found: BTreeMap<KeyedHash, Communications> = BTreeMap::new();
        for slice in hashes.chunks(SLICE) {
            let parameters = super::states_parameters(organisation, slice)?;
            for row in &read_many(STATES, parameters, slice.len()).await? {
                let hash = parsed(row, 0, "subject", KeyedHash::parse)?;
                let one = found.entry(hash).or_default();
                one.erased_at = row.get::<i64>(1).map(Timestamp::from_micros);
                if row.get::<&str>(2).is_some() {
                    let (communication_type, decision) = decision(row)?;
                    one.decisions.insert(communication_type, decision);
                }
            }
        }
        let states = hashes
            .iter()
            .map(|hash| found.get(hash).cloned().unwrap_or_default());
        Ok(states.collect())
    }

    /// What a contact has said about communications, newest first, what stands before `before` in the log.
    pub async fn communication_history(
        &self,
        organisation: OrganisationId,
        subject: &Subject,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<CommunicationEntry>, StoreError> {
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(self.hash(organisation, subject).to_string()),
            Value::from(before.unwrap_or(i64::MAX)),
            Value::from(limit),
        ];
        read(HISTORY, parameters)
            .await?
            .iter()
            .map(communication_entry)
            .collect()
    }
}

/// The items that a request has stored, now or before: the decision's time, and when it came in.
async fn read_back(
    organisation: OrganisationId,
    request_id: &str,
    content: &str,
    items: usize,
) -> Result<BTreeMap<u32, (Timestamp, Timestamp)>, StoreError> {
    let parameters = vec![
        Value::from(organisation.to_string()),
        Value::from(request_id),
    ];
    let mut found = BTreeMap::new();
    for row in &read_many(READ_BACK, parameters, items).await? {
        if text(row, 1, TABLE)? != content {
            return Err(StoreError::Conflict);
        }
        let time = |index| integer(row, index, TABLE).map(Timestamp::from_micros);
        let item = row.get::<u32>(0).ok_or(StoreError::Corrupt(TABLE))?;
        found.insert(item, (time(2)?, time(3)?));
    }
    Ok(found)
}

fn intake_row(
    signal: &NewCommunication,
    hash: KeyedHash,
    now: Timestamp,
    first: Option<Timestamp>,
) -> IntakeRow<'_> {
    let times = Times::new(signal.at, signal.since, first, now);
    let shown = signal.shown.as_ref();
    IntakeRow {
        keyed_hash: hash.to_string(),
        identifier: signal.subject.as_str(),
        salt: salt(),
        item: signal.item,
        communication_type: signal.communication_type.as_str(),
        opted_in: signal.opted_in,
        source: signal.source.code(),
        live: times.live,
        at: times.at,
        since: times.since,
        form: shown.map(|shown| shown.form.as_str()),
        form_version: shown.map(|shown| shown.version.as_str()),
        language: shown.map(|shown| shown.language.as_str()),
        message_id: signal.message.map(|message| message.to_string()),
    }
}

fn decision(row: &RowResult) -> Result<(CommunicationType, CommunicationDecision), StoreError> {
    const TABLE: &str = "communication_state";
    let decision = CommunicationDecision {
        opted_in: integer(row, 3, TABLE)? != 0,
        at: Timestamp::from_micros(integer(row, 4, TABLE)?),
        source: parsed(row, 5, TABLE, Source::parse)?,
    };
    Ok((parsed(row, 2, TABLE, CommunicationType::parse)?, decision))
}

pub(crate) fn communication_entry(row: &RowResult) -> Result<CommunicationEntry, StoreError> {
    let time = |index| integer(row, index, TABLE).map(Timestamp::from_micros);
    let owned = |index| row.get::<&str>(index).map(str::to_owned);
    let shown = match (owned(8), owned(9), owned(10)) {
        (Some(form), Some(version), Some(language)) => Some(Shown {
            form,
            version,
            language,
        }),
        _ => None,
    };
    Ok(CommunicationEntry {
        seq: integer(row, 0, TABLE)?,
        request_id: text(row, 1, TABLE)?.to_owned(),
        item: row.get::<u32>(2).ok_or(StoreError::Corrupt(TABLE))?,
        communication_type: parsed(row, 3, TABLE, CommunicationType::parse)?,
        status: CommunicationStatus::of(integer(row, 4, TABLE)? != 0),
        source: parsed(row, 5, TABLE, Source::parse)?,
        at: time(6)?,
        received_at: time(7)?,
        shown,
        actor: owned(11),
    })
}
