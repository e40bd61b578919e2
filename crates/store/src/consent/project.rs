//! Brings what SQLite says into the key-value store, and takes up what dead writers have left behind.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::time::{Duration, Instant};

use domain::{KeyedHash, OrganisationId, Timestamp};
use futures::StreamExt;
use serde::Serialize;
use spin_sdk::sqlite::{RowResult, Value};
use spin_sdk::time::sleep;
use spin_sdk::wasip3;

use super::rows::{read_states, states_of};
use super::types::{CurrentConsent, Seen};
use crate::industry;
use crate::kv::{self, KvAway};
use crate::projection::Projection;
use crate::sql::{Lane, clear, execute, parsed};
use crate::{Store, StoreError};

/// A mark or a hold that is farther than this from the clock belongs to a writer that died: whoever comes next
/// projects it. One from the future was made before the clock was set back.
const REPAIR_AFTER_MICROS: i64 = 5_000_000;
/// How often one instance looks for such marks.
pub(crate) const REPAIR_EVERY: Duration = Duration::from_secs(1);
/// Key-value writes in flight at once for a batch.
pub(crate) const CONCURRENT_PROJECTIONS: usize = 32;
/// How often a writer repeats its projection while others write about the same subject.
pub(crate) const PROJECTION_ATTEMPTS: usize = 16;

const CLEAR_OWN: &str = "DELETE FROM unprojected WHERE seq IN (SELECT j.value ->> 'seq' FROM json_each(?1) j \
  JOIN subject s ON s.id = j.value ->> 'id' AND s.version = j.value ->> 'version') RETURNING subject_id";

const CLEAR_OLD: &str = "DELETE FROM unprojected WHERE marked_at NOT BETWEEN ?2 AND ?3 AND subject_id IN \
  (SELECT s.id FROM json_each(?1) j JOIN subject s ON s.id = j.value ->> 0 AND s.version = j.value ->> 1)";

const MARKED: &str = "SELECT DISTINCT s.org_id, s.keyed_hash FROM unprojected u JOIN subject s ON s.id = u.subject_id \
  WHERE u.marked_at NOT BETWEEN ?1 AND ?2 LIMIT 500";

/// The first and the last moment of which a living writer may be.
pub(crate) fn recent_at(now: Timestamp) -> [i64; 2] {
    [
        now.micros().saturating_sub(REPAIR_AFTER_MICROS),
        now.micros().saturating_add(REPAIR_AFTER_MICROS),
    ]
}

/// Whether what was begun then may still be under way.
pub(crate) fn recent(now: Timestamp, since: Timestamp) -> bool {
    let [first, last] = recent_at(now);
    (first..=last).contains(&since.micros())
}

pub(super) fn key(organisation: OrganisationId, hash: KeyedHash) -> String {
    format!("c:{organisation}:{hash}")
}

/// The mark of a signal of ours, to be cleared once its subject is projected at `version`.
#[derive(Serialize)]
struct Mark {
    seq: i64,
    id: i64,
    version: i64,
}

/// Writes the resolved values and clears the marks of this writer, again for whom others have written
/// about in the meantime.
pub(super) async fn project(
    organisation: OrganisationId,
    rows: &[RowResult],
    mut marks: BTreeMap<KeyedHash, Vec<i64>>,
) -> Result<(), KvAway> {
    let mut states = states_of(rows).map_err(|_| KvAway)?;
    for _ in 0..PROJECTION_ATTEMPTS {
        put_projections(organisation, &states).await?;
        let own: Vec<Mark> = marks
            .iter()
            .filter_map(|(hash, seqs)| states.get(hash).map(|state| (state, seqs)))
            .flat_map(|(state, seqs)| {
                let id = state.subject_id.unwrap_or_default();
                seqs.iter().map(move |seq| Mark {
                    seq: *seq,
                    id,
                    version: state.version,
                })
            })
            .collect();
        if own.is_empty() {
            return Ok(());
        }
        let cleared = serde_json::to_string(&own).map_err(|_| KvAway)?;
        // A mark that stays is projected again by the repair.
        let Ok(cleared) = clear(CLEAR_OWN, vec![Value::from(cleared)], own.len()).await else {
            return Ok(());
        };
        let cleared: Vec<i64> = cleared.iter().filter_map(|row| row.get::<i64>(0)).collect();
        marks.retain(|hash, _| {
            states
                .get(hash)
                .and_then(|state| state.subject_id)
                .is_some_and(|id| !cleared.contains(&id))
        });
        if marks.is_empty() {
            return Ok(());
        }
        let moved: Vec<KeyedHash> = marks.keys().copied().collect();
        let Ok(rows) = read_states(organisation, &moved).await else {
            return Ok(());
        };
        states = states_of(&rows).map_err(|_| KvAway)?;
    }
    Ok(())
}

impl Store {
    /// After an answer: projects what dead writers have left behind, at most once a second per instance.
    pub fn repair_soon(&self, now: Timestamp) {
        thread_local! {
            static LAST: Cell<Option<Instant>> = const { Cell::new(None) };
        }
        if LAST.get().is_some_and(|last| last.elapsed() < REPAIR_EVERY) {
            return;
        }
        LAST.set(Some(Instant::now()));
        wasip3::spawn(async move {
            // Away now means: left to whoever comes next.
            let _ = repair(now).await;
            let _ = industry::repair(now).await;
        });
    }
}

async fn repair(now: Timestamp) -> Result<(), StoreError> {
    let recent = recent_at(now);
    let marked = execute(Lane::Record, MARKED, recent.map(Value::from).into()).await?;
    let mut hashes: BTreeMap<OrganisationId, Vec<KeyedHash>> = BTreeMap::new();
    for row in &marked {
        let organisation = parsed(row, 0, "subject", OrganisationId::parse)?;
        let hash = parsed(row, 1, "subject", KeyedHash::parse)?;
        hashes.entry(organisation).or_default().push(hash);
    }
    for (organisation, hashes) in hashes {
        let states = states_of(&read_states(organisation, &hashes).await?)?;
        if put_projections(organisation, &states).await.is_err() {
            return Ok(());
        }
        let projected: Vec<(Option<i64>, i64)> = states
            .values()
            .map(|state| (state.subject_id, state.version))
            .collect();
        let projected =
            serde_json::to_string(&projected).map_err(|_| StoreError::Corrupt("subject"))?;
        let mut parameters = vec![Value::from(projected)];
        parameters.extend(recent.map(Value::from));
        execute(Lane::Record, CLEAR_OLD, parameters).await?;
    }
    Ok(())
}

pub(super) async fn put_projections(
    organisation: OrganisationId,
    states: &BTreeMap<KeyedHash, CurrentConsent>,
) -> Result<(), KvAway> {
    let away = Cell::new(false);
    futures::stream::iter(states)
        .for_each_concurrent(CONCURRENT_PROJECTIONS, |(hash, current)| {
            let value = Projection::State {
                version: current.version,
                state: current.state.clone(),
            }
            .encode();
            let away = &away;
            // Boxed, because projecting again is projecting.
            let again: Pin<Box<dyn Future<Output = ()>>> =
                Box::pin(project_late(organisation, *hash));
            async move {
                if kv::set_or_else(key(organisation, *hash), value, again)
                    .await
                    .is_err()
                {
                    away.set(true);
                }
            }
        })
        .await;
    if away.get() { Err(KvAway) } else { Ok(()) }
}

/// Projects a subject of whom this caller holds no mark, until the version stays the same around the write:
/// otherwise an old value could be left on top of a newer one. Where that cannot be seen, a hold is left.
pub(super) async fn project_again(
    organisation: OrganisationId,
    hash: KeyedHash,
) -> Result<(), KvAway> {
    let mut before = read_one(organisation, hash).await.map_err(|_| KvAway)?;
    for _ in 0..PROJECTION_ATTEMPTS {
        put_projections(organisation, &BTreeMap::from([(hash, before.clone())])).await?;
        let Ok(after) = read_one(organisation, hash).await else {
            break;
        };
        if after.version == before.version {
            return Ok(());
        }
        before = after;
    }
    // Older than any patience, so that whoever reads it asks SQLite.
    let hold = Projection::Hold {
        since: Timestamp::from_micros(0),
    };
    kv::set(key(organisation, hash), hold.encode()).await
}

/// The same after a write that came through late or may do so, when the key-value store is being left alone.
async fn project_late(organisation: OrganisationId, hash: KeyedHash) {
    thread_local! {
        /// Those for whom somebody is at it already.
        static LATE: RefCell<BTreeSet<(OrganisationId, KeyedHash)>> = const { RefCell::new(BTreeSet::new()) };
    }
    if !LATE.with_borrow_mut(|late| late.insert((organisation, hash))) {
        return;
    }
    for _ in 0..PROJECTION_ATTEMPTS {
        sleep(REPAIR_EVERY).await;
        if project_again(organisation, hash).await.is_ok() {
            break;
        }
    }
    LATE.with_borrow_mut(|late| late.remove(&(organisation, hash)));
}

/// A subject as SQLite has it; with version 0 for one that has said nothing.
pub(super) async fn read_one(
    organisation: OrganisationId,
    hash: KeyedHash,
) -> Result<CurrentConsent, StoreError> {
    let mut states = states_of(&read_states(organisation, &[hash]).await?)?;
    Ok(states
        .remove(&hash)
        .unwrap_or_else(|| CurrentConsent::unknown(hash, Seen::History)))
}
