//! Records decisions, in the order of ADR 0001.

use std::collections::BTreeMap;

use domain::{KeyedHash, OrganisationId, Timestamp};
use futures::StreamExt;
use serde::Serialize;
use spin_sdk::sqlite::{RowResult, Value};
use spin_sdk::wasip3;

use super::project::{CONCURRENT_PROJECTIONS, key, project_again};
use super::rows::{subject_line, subject_of};
use super::types::{Actor, NewSignal, Outcome, Recorded, Requested};
use crate::kv::{self, KvAway};
use crate::projection::Projection;
use crate::sql::{integer, read_many, text, write};
use crate::{Store, StoreError};

/// A signal as json_each reads it in [`INSERT`].
#[derive(Serialize)]
struct IntakeRow<'a> {
    keyed_hash: String,
    identifier: &'a str,
    salt: String,
    item: u32,
    granted: u8,
    refused: u8,
    tier: u8,
    source: &'static str,
    regime: &'static str,
    regime_from: &'static str,
    live: bool,
    at: i64,
    form: Option<&'a str>,
    form_version: Option<&'a str>,
    language: Option<&'a str>,
}

const INSERT: &str = "INSERT INTO signal_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, \
  granted, refused, tier, source, regime, regime_from, live, at, received_at, form, form_version, language, ip, actor) \
  SELECT ?1, value ->> 'keyed_hash', value ->> 'identifier', value ->> 'salt', ?2, value ->> 'item', ?3, \
  value ->> 'granted', value ->> 'refused', value ->> 'tier', value ->> 'source', value ->> 'regime', \
  value ->> 'regime_from', value ->> 'live', value ->> 'at', ?4, value ->> 'form', value ->> 'form_version', \
  value ->> 'language', NULL, ?5 FROM json_each(?6)";

const READ_BACK: &str = concat!(
    "SELECT ",
    subject_line!(),
    ", g.item, g.content, g.seq, g.decided_at, g.received_at FROM signal g JOIN subject s ON s.id = g.subject_id \
     WHERE g.org_id = ?1 AND g.request_id = ?2 ORDER BY g.item"
);

impl Store {
    /// Stores the signals of one request and brings them into force. All are stored or none.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the request id came before with other content, and
    /// [`StoreError::Away`] when nothing can be promised: repeat with the same request id.
    pub async fn decide(
        &self,
        organisation: OrganisationId,
        request_id: &str,
        content: &str,
        actor: Actor,
        signals: &[NewSignal],
        now: Timestamp,
    ) -> Result<Vec<Recorded>, StoreError> {
        let hashes: Vec<KeyedHash> = signals
            .iter()
            .map(|signal| self.hash(organisation, &signal.subject))
            .collect();
        self.announce(organisation, signals, &hashes, now).await?;

        let rows: Vec<IntakeRow<'_>> = signals
            .iter()
            .zip(&hashes)
            .map(|(signal, hash)| intake_row(signal, *hash, now))
            .collect();
        let rows = serde_json::to_string(&rows).map_err(|_| StoreError::Corrupt("signal"))?;
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(request_id),
            Value::from(content),
            Value::from(now.micros()),
            Value::from(actor.text()),
            Value::from(rows),
        ];
        write(INSERT, parameters, signals.len()).await?;

        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(request_id),
        ];
        let rows = read_many(READ_BACK, parameters, signals.len()).await?;
        let (recorded, marks) = match read_back(&rows, content, now) {
            Ok(read) => read,
            Err(error) => {
                // Nothing was stored, so what was announced is taken back.
                for hash in hashes {
                    project_again(organisation, hash).await;
                }
                return Err(error);
            }
        };

        let only_grants = !signals.iter().any(|signal| signal.flags.contains_refusal());
        let projected = self.project(organisation, &rows, marks).await;
        if only_grants && projected.is_err() {
            return Err(StoreError::Away(
                "the key-value store is away, so a grant cannot come into force".to_owned(),
            ));
        }
        Ok(recorded)
    }

    /// Before SQLite: closes what a refusal is about, and makes sure that a grant can come into force.
    async fn announce(
        &self,
        organisation: OrganisationId,
        signals: &[NewSignal],
        hashes: &[KeyedHash],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let refusing: Vec<KeyedHash> = signals
            .iter()
            .zip(hashes)
            .filter(|(signal, _)| signal.flags.contains_refusal())
            .map(|(_, hash)| *hash)
            .collect();
        if refusing.is_empty() {
            let Some(hash) = hashes.first() else {
                return Ok(());
            };
            return match kv::get(key(organisation, *hash)).await {
                Ok(_) => Ok(()),
                Err(KvAway) => Err(StoreError::Away(
                    "the key-value store is away, so nothing can be granted".to_owned(),
                )),
            };
        }
        let hold = Projection::Hold { since: now }.encode();
        futures::stream::iter(refusing)
            .for_each_concurrent(CONCURRENT_PROJECTIONS, |hash| {
                let hold = hold.clone();
                async move {
                    // Where the key-value store is away, SQLite alone has the refusal; that is enough.
                    let _ = kv::set(key(organisation, hash), hold).await;
                }
            })
            .await;
        Ok(())
    }
}

fn intake_row(signal: &NewSignal, hash: KeyedHash, now: Timestamp) -> IntakeRow<'_> {
    let (live, at) = match signal.at {
        Requested::Live => (true, now),
        Requested::At(at) => (false, at),
    };
    let shown = signal.shown.as_ref();
    IntakeRow {
        keyed_hash: hash.to_string(),
        identifier: signal.subject.as_str(),
        salt: salt(),
        item: signal.item,
        granted: signal.flags.granted_mask(),
        refused: signal.flags.refused_mask(),
        tier: signal.tier.number(),
        source: signal.source.code(),
        regime: signal.regime.code(),
        regime_from: signal.regime_source.code(),
        live,
        at: at.micros(),
        form: shown.map(|shown| shown.form.as_str()),
        form_version: shown.map(|shown| shown.version.as_str()),
        language: shown.map(|shown| shown.language.as_str()),
    }
}

pub(crate) fn salt() -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(32);
    for byte in wasip3::random::random::get_random_bytes(16) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

type ReadBack = (Vec<Recorded>, BTreeMap<KeyedHash, Vec<i64>>);

/// The signals of the request, and the marks of those that this call has stored.
fn read_back(rows: &[RowResult], content: &str, now: Timestamp) -> Result<ReadBack, StoreError> {
    const TABLE: &str = "signal";
    let mut recorded: Vec<Recorded> = Vec::new();
    let mut marks: BTreeMap<KeyedHash, Vec<i64>> = BTreeMap::new();
    for row in rows {
        if text(row, 2, TABLE)? != content {
            return Err(StoreError::Conflict);
        }
        let item = row.get::<u32>(1).ok_or(StoreError::Corrupt(TABLE))?;
        let current = subject_of(text(row, 0, TABLE)?)?;
        let hash = current.keyed_hash;
        let stored_now = integer(row, 5, TABLE)? == now.micros();
        if stored_now {
            marks.entry(hash).or_default().push(integer(row, 3, TABLE)?);
        }
        recorded.push(Recorded {
            item,
            at: Timestamp::from_micros(integer(row, 4, TABLE)?),
            outcome: if stored_now {
                Outcome::Stored
            } else {
                Outcome::Repeated
            },
            current,
        });
    }
    Ok((recorded, marks))
}
