//! Brings what SQLite says about devices into the key-value store; see `consent/project.rs`, whose rules these are.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;

use domain::{Device, KeyedHash, Timestamp};
use futures::StreamExt;
use serde::Serialize;
use spin_sdk::sqlite::Value;
use spin_sdk::time::sleep;

use super::value::Known;
use super::{DEVICES, DeviceState, device_of};
use crate::consent::{
    CONCURRENT_PROJECTIONS, PROJECTION_ATTEMPTS, REPAIR_EVERY, recent, recent_at,
};
use crate::kv::{self, KvAway};
use crate::sql::{Lane, clear, execute, parsed, read_many};
use crate::{Store, StoreError};

const CLEAR_OWN: &str = "DELETE FROM industry_unprojected WHERE seq IN (SELECT j.value ->> 'seq' FROM json_each(?1) j \
  JOIN industry_opt_out d ON d.device_hash = j.value ->> 'hash' AND d.version = j.value ->> 'version') \
  RETURNING device_hash";

const CLEAR_OLD: &str = "DELETE FROM industry_unprojected WHERE marked_at NOT BETWEEN ?3 AND ?4 AND device_hash = ?1 \
  AND (SELECT version FROM industry_opt_out WHERE device_hash = ?1) = ?2";

const MARKED: &str = "SELECT DISTINCT device_hash FROM industry_unprojected \
  WHERE marked_at NOT BETWEEN ?1 AND ?2 LIMIT 100";

fn key(hash: KeyedHash) -> String {
    format!("i:{hash}")
}

impl DeviceState {
    fn known(self) -> Known {
        match self.opted_out {
            Some(since) => Known::Out { since },
            None => Known::In,
        }
    }
}

/// Before SQLite: devices whose opt-out is being written, or taken back, count as opted out.
pub async fn hold(hashes: &[KeyedHash], now: Timestamp) -> Result<(), KvAway> {
    let hold = Known::Hold { since: now }.encode();
    let away = Cell::new(false);
    futures::stream::iter(hashes)
        .for_each_concurrent(CONCURRENT_PROJECTIONS, |hash| {
            let (hold, away) = (hold.clone(), &away);
            async move {
                if kv::set(key(*hash), hold).await.is_err() {
                    away.set(true);
                }
            }
        })
        .await;
    if away.get() { Err(KvAway) } else { Ok(()) }
}

/// The mark of a change of ours, to be cleared once its device is projected at `version`.
#[derive(Serialize)]
struct Mark {
    seq: i64,
    hash: String,
    version: i64,
}

/// Writes what SQLite says and clears the marks of this writer, again for devices that others have written
/// about in the meantime. Of a device without a mark of ours, the writer looks whether its version stayed.
pub async fn project(
    mut states: BTreeMap<KeyedHash, DeviceState>,
    mut marks: BTreeMap<KeyedHash, Vec<i64>>,
) -> Result<(), KvAway> {
    let repeated: Vec<KeyedHash> = states
        .keys()
        .filter(|hash| !marks.contains_key(hash))
        .copied()
        .collect();
    if !repeated.is_empty() {
        states.retain(|hash, _| marks.contains_key(hash));
        project_again(&repeated).await?;
    }
    for _ in 0..PROJECTION_ATTEMPTS {
        put(&states).await?;
        let own: Vec<Mark> = marks
            .iter()
            .filter_map(|(hash, seqs)| states.get(hash).map(|state| (hash, state, seqs)))
            .flat_map(|(hash, state, seqs)| {
                seqs.iter().map(|seq| Mark {
                    seq: *seq,
                    hash: hash.to_string(),
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
        for row in &cleared {
            let hash = parsed(row, 0, "industry_unprojected", KeyedHash::parse);
            marks.remove(&hash.map_err(|_| KvAway)?);
        }
        let moved: Vec<KeyedHash> = marks.keys().copied().collect();
        let Ok(read) = read_states(&moved).await else {
            return Ok(());
        };
        states = read;
    }
    Ok(())
}

/// Projects what dead writers have left behind.
pub async fn repair(now: Timestamp) -> Result<(), StoreError> {
    let recent = recent_at(now);
    let marked = execute(Lane::Record, MARKED, recent.map(Value::from).into()).await?;
    for row in &marked {
        let hash = parsed(row, 0, "industry_unprojected", KeyedHash::parse)?;
        let state = read_one(hash).await?;
        if put(&BTreeMap::from([(hash, state)])).await.is_err() {
            return Ok(());
        }
        let mut parameters = vec![Value::from(hash.to_string()), Value::from(state.version)];
        parameters.extend(recent.map(Value::from));
        execute(Lane::Record, CLEAR_OLD, parameters).await?;
    }
    Ok(())
}

async fn put(states: &BTreeMap<KeyedHash, DeviceState>) -> Result<(), KvAway> {
    let away = Cell::new(false);
    futures::stream::iter(states)
        .for_each_concurrent(CONCURRENT_PROJECTIONS, |(hash, state)| {
            let away = &away;
            // Boxed, because projecting again is projecting.
            let again: Pin<Box<dyn Future<Output = ()>>> = Box::pin(project_late(*hash));
            async move {
                let value = state.known().encode();
                if kv::set_or_else(key(*hash), value, again).await.is_err() {
                    away.set(true);
                }
            }
        })
        .await;
    if away.get() { Err(KvAway) } else { Ok(()) }
}

/// Projects devices of which this caller holds no mark, until their versions stay the same around the write.
/// Where that cannot be seen, a hold is left.
async fn project_again(hashes: &[KeyedHash]) -> Result<(), KvAway> {
    let mut before = read_states(hashes).await.map_err(|_| KvAway)?;
    for _ in 0..PROJECTION_ATTEMPTS {
        put(&before).await?;
        let moving: Vec<KeyedHash> = before.keys().copied().collect();
        let Ok(mut after) = read_states(&moving).await else {
            break;
        };
        after.retain(|hash, state| before.get(hash).map(|old| old.version) != Some(state.version));
        if after.is_empty() {
            return Ok(());
        }
        before = after;
    }
    // Older than any patience, so that whoever reads it asks SQLite.
    let moving: Vec<KeyedHash> = before.keys().copied().collect();
    hold(&moving, Timestamp::from_micros(0)).await
}

/// The same after a write that came through late or may do so.
async fn project_late(hash: KeyedHash) {
    thread_local! {
        /// Those for which somebody is at it already.
        static LATE: RefCell<BTreeSet<KeyedHash>> = const { RefCell::new(BTreeSet::new()) };
    }
    if !LATE.with_borrow_mut(|late| late.insert(hash)) {
        return;
    }
    for _ in 0..PROJECTION_ATTEMPTS {
        sleep(REPAIR_EVERY).await;
        if project_again(&[hash]).await.is_ok() {
            break;
        }
    }
    LATE.with_borrow_mut(|late| late.remove(&hash));
}

/// Devices as SQLite has them; with version 0 those that have asked nothing.
async fn read_states(hashes: &[KeyedHash]) -> Result<BTreeMap<KeyedHash, DeviceState>, StoreError> {
    let mut states: BTreeMap<KeyedHash, DeviceState> = hashes
        .iter()
        .map(|hash| (*hash, DeviceState::default()))
        .collect();
    if states.is_empty() {
        return Ok(states);
    }
    let texts: Vec<String> = hashes.iter().map(ToString::to_string).collect();
    let texts = serde_json::to_string(&texts).map_err(|_| StoreError::Corrupt("subject"))?;
    let rows = read_many(DEVICES, vec![Value::from(texts)], hashes.len()).await?;
    for row in &rows {
        let (hash, state) = device_of(row)?;
        states.insert(hash, state);
    }
    Ok(states)
}

/// One of them.
pub async fn read_one(hash: KeyedHash) -> Result<DeviceState, StoreError> {
    let mut states = read_states(&[hash]).await?;
    Ok(states.remove(&hash).unwrap_or_default())
}

/// Whether a device is opted out, as the edge sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtTheEdge {
    /// Since then.
    OptedOut(Timestamp),
    /// It is not.
    OptedIn,
    /// Something about it is being written, or what is there cannot be read: closed.
    Hold,
}

impl Store {
    /// Whether the edge takes a device to be opted out everywhere: the key-value store, and SQLite where that
    /// knows nothing. What cannot be read counts as opted out.
    pub async fn projected_industry_opt_out(
        &self,
        device: &Device,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let seen = self.industry_at_the_edge(device, true, now).await?;
        Ok(seen != AtTheEdge::OptedIn)
    }

    /// The same with the time. `keep` says whether it is worth remembering that a device has asked nothing.
    pub(crate) async fn industry_at_the_edge(
        &self,
        device: &Device,
        keep: bool,
        now: Timestamp,
    ) -> Result<AtTheEdge, StoreError> {
        let hash = device.keyed_hash(&self.hash_secret);
        let value = kv::get(key(hash)).await.ok().flatten();
        match value.as_deref().map(Known::decode) {
            Some(Some(Known::Out { since })) => Ok(AtTheEdge::OptedOut(since)),
            Some(Some(Known::In)) => Ok(AtTheEdge::OptedIn),
            Some(Some(Known::Hold { since })) if recent(now, since) => Ok(AtTheEdge::Hold),
            // Newer than this software: closed.
            Some(None) => Ok(AtTheEdge::Hold),
            Some(Some(Known::Hold { .. })) | None => {
                let state = read_one(hash).await?;
                if value.is_some() || state.version != 0 || keep {
                    // Away: the next reader asks SQLite again.
                    let _ = project_again(&[hash]).await;
                }
                Ok(state
                    .opted_out
                    .map_or(AtTheEdge::OptedIn, AtTheEdge::OptedOut))
            }
        }
    }
}
