//! Erases everything about somebody, and notes who has asked for all that is stored (ADR 9).

use std::collections::{BTreeMap, BTreeSet};

use domain::{KeyedHash, OrganisationId, Regime, RegimeSource, Source, Subject, Timestamp};
use futures::StreamExt;
use serde::Serialize;
use spin_sdk::sqlite::Value;

use super::decide::salt;
use super::project::{CONCURRENT_PROJECTIONS, key, project, project_again};
use super::read_back::read_back;
use super::rows::{subject_line, subject_of};
use super::types::{Actor, Outcome, Recorded, Requested};
use crate::kv;
use crate::projection::Projection;
use crate::sql::{integer, read_many, text, write};
use crate::{Store, StoreError};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Erase everything: what stays is a tombstone, and the log without anything that leads to the person.
    Remove,
    /// Hand out everything; this only notes that it was asked for.
    Portability,
}

impl Action {
    /// As in the log and in files.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Remove => "remove",
            Self::Portability => "portability",
        }
    }

    /// How many go into one statement. An erasure looks somebody up on each day on which anybody did something: where the
    /// tree is not in memory that is a page of the disk each, a tenth of a second for a year and a half.
    const fn at_once(self) -> usize {
        match self {
            Self::Remove => 10,
            Self::Portability => 100,
        }
    }
}

/// One subject for whom an action is asked.
#[derive(Debug, Clone)]
pub struct NewAction {
    /// Its place in the request.
    pub item: u32,
    /// Who it is about.
    pub subject: Subject,
    /// Where it came in.
    pub source: Source,
    /// The policy regime.
    pub regime: Regime,
    /// How the regime was chosen.
    pub regime_source: RegimeSource,
    /// When it was asked. An erasure at a time brought along leaves in force what was said after it.
    pub at: Requested,
}

/// An action as json_each reads it in [`INSERT`].
#[derive(Serialize)]
struct IntakeRow<'a> {
    keyed_hash: String,
    identifier: &'a str,
    salt: String,
    item: u32,
    source: &'static str,
    regime: &'static str,
    regime_from: &'static str,
    live: bool,
    at: i64,
}

const INSERT: &str = "INSERT INTO action_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, action, \
  source, regime, regime_from, live, at, received_at, actor) \
  SELECT ?1, value ->> 'keyed_hash', value ->> 'identifier', value ->> 'salt', ?2, value ->> 'item', ?3, ?4, \
  value ->> 'source', value ->> 'regime', value ->> 'regime_from', value ->> 'live', value ->> 'at', ?5, ?6 \
  FROM json_each(?7)";

/// Whom a request has moved and nobody has projected since: an erasure's marks go with the tombstones.
const MARKED: &str = concat!(
    "SELECT ",
    subject_line!(),
    ", u.seq FROM signal g JOIN unprojected u ON u.seq = g.seq JOIN subject s ON s.id = u.subject_id \
     WHERE g.org_id = ?1 AND g.request_id = ?2"
);

impl Store {
    /// Carries out what is asked, in the order of ADR 1: an erasure closes first, is durable second, and is at
    /// the edge before this returns. The same request again changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the request id came before with other content, and
    /// [`StoreError::Away`] when nothing can be promised; safe to repeat with the same request id.
    #[allow(clippy::too_many_arguments, reason = "as `decide`, and which action")]
    pub async fn act(
        &self,
        organisation: OrganisationId,
        action: Action,
        request_id: &str,
        content: &str,
        actor: Actor,
        actions: &[NewAction],
        now: Timestamp,
    ) -> Result<Vec<Recorded>, StoreError> {
        let content = self.fingerprint(content);
        let hashes: Vec<KeyedHash> = actions
            .iter()
            .map(|action| self.hash(organisation, &action.subject))
            .collect();
        if action == Action::Remove {
            close(organisation, &hashes, now).await;
        }
        let most = action.at_once();
        for (slice, hashes) in actions.chunks(most).zip(hashes.chunks(most)) {
            let rows: Vec<IntakeRow<'_>> = slice
                .iter()
                .zip(hashes)
                .map(|(action, hash)| intake_row(action, *hash, now))
                .collect();
            let rows = serde_json::to_string(&rows).map_err(|_| StoreError::Corrupt("signal"))?;
            let parameters = vec![
                Value::from(organisation.to_string()),
                Value::from(request_id),
                Value::from(content.as_str()),
                Value::from(action.code()),
                Value::from(now.micros()),
                Value::from(actor.text()),
                Value::from(rows),
            ];
            write(INSERT, parameters, slice.len()).await?;
        }
        let read = read_back(organisation, request_id, &content, actions.len(), now).await;
        if action == Action::Remove {
            let unmarked = project_marked(organisation, request_id, &hashes).await?;
            for hash in unmarked {
                let _ = project_again(organisation, hash).await;
            }
        }
        let read = read?;
        let states = read.states(organisation, &hashes).await?;
        actions
            .iter()
            .zip(states)
            .map(|(action, current)| {
                let entry = read.entry(action.item);
                let entry = entry.ok_or(StoreError::Corrupt("signal"))?;
                Ok(Recorded {
                    item: action.item,
                    at: entry.at.unwrap_or(now),
                    outcome: if entry.is_new {
                        Outcome::Stored
                    } else {
                        Outcome::Repeated
                    },
                    devices: entry.devices,
                    current,
                })
            })
            .collect()
    }
}

/// Holds in the key-value store. Where it is away, SQLite alone has the erasure; that is enough.
async fn close(organisation: OrganisationId, hashes: &[KeyedHash], now: Timestamp) {
    let hold = Projection::Hold { since: now }.encode();
    futures::stream::iter(hashes)
        .for_each_concurrent(CONCURRENT_PROJECTIONS, |hash| {
            let hold = hold.clone();
            async move {
                let _ = kv::set(key(organisation, *hash), hold).await;
            }
        })
        .await;
}

/// Projects the tombstones that a request has made, also those of linked devices. Gives those of `hashes` that
/// have no mark of it any more.
async fn project_marked(
    organisation: OrganisationId,
    request_id: &str,
    hashes: &[KeyedHash],
) -> Result<BTreeSet<KeyedHash>, StoreError> {
    let parameters = vec![
        Value::from(organisation.to_string()),
        Value::from(request_id),
    ];
    let rows = read_many(MARKED, parameters, hashes.len()).await?;
    let mut marks: BTreeMap<KeyedHash, Vec<i64>> = BTreeMap::new();
    for row in &rows {
        let hash = subject_of(text(row, 0, "subject")?)?.keyed_hash;
        let seq = integer(row, 1, "unprojected")?;
        marks.entry(hash).or_default().push(seq);
    }
    let mut unmarked: BTreeSet<KeyedHash> = hashes.iter().copied().collect();
    unmarked.retain(|hash| !marks.contains_key(hash));
    // Where the key-value store is away, the marks stay for the repair.
    let _ = project(organisation, &rows, marks).await;
    Ok(unmarked)
}

fn intake_row(action: &NewAction, hash: KeyedHash, now: Timestamp) -> IntakeRow<'_> {
    let (live, at) = match action.at {
        Requested::Live => (true, now),
        Requested::At(at) => (false, at),
    };
    IntakeRow {
        keyed_hash: hash.to_string(),
        identifier: action.subject.as_str(),
        salt: salt(),
        item: action.item,
        source: action.source.code(),
        regime: action.regime.code(),
        regime_from: action.regime_source.code(),
        live,
        at: at.micros(),
    }
}
