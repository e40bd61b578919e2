//! What a request has stored, and what is in force for whom it is about.

use std::collections::{BTreeMap, BTreeSet};

use domain::{KeyedHash, OrganisationId, Timestamp};
use spin_sdk::sqlite::{RowResult, Value};

use super::project::{project, project_again};
use super::rows::{in_order, is_anchor, read_states, subject_line, subject_of};
use super::types::CurrentConsent;
use crate::StoreError;
use crate::sql::{integer, read_many, text};

const READ_BACK: &str = concat!(
    "SELECT ",
    subject_line!(),
    ", g.item, g.content, g.seq, g.decided_at, g.received_at, g.via FROM signal g JOIN subject s ON s.id = g.subject_id \
     WHERE g.org_id = ?1 AND g.request_id = ?2 ORDER BY g.item, g.seq"
);

/// Subjects in one statement, so that a long list does not keep everybody else's reads waiting.
const SLICE: usize = 1000;

/// What became of one item of a request.
#[derive(Debug)]
pub(super) struct Entry {
    /// The row's time; nothing if the item was not stored, because it was void.
    pub at: Option<Timestamp>,
    /// Stored by this call, and not by an earlier one with the same request id.
    pub is_new: bool,
    /// Linked devices that it reached.
    pub devices: u32,
}

/// What a request has stored.
pub(super) struct ReadBack {
    rows: Vec<RowResult>,
    entries: BTreeMap<u32, Entry>,
    marks: BTreeMap<KeyedHash, Vec<i64>>,
    states: BTreeMap<KeyedHash, CurrentConsent>,
}

/// The rows of the request `id`, stored now or before.
///
/// # Errors
/// [`StoreError::Conflict`] when they are of a request with other content.
pub(super) async fn read_back(
    organisation: OrganisationId,
    id: &str,
    content: &str,
    items: usize,
    now: Timestamp,
) -> Result<ReadBack, StoreError> {
    const TABLE: &str = "signal";
    let parameters = vec![Value::from(organisation.to_string()), Value::from(id)];
    let rows = read_many(READ_BACK, parameters, items).await?;
    let mut found = ReadBack {
        rows: Vec::new(),
        entries: BTreeMap::new(),
        marks: BTreeMap::new(),
        states: BTreeMap::new(),
    };
    for row in &rows {
        if text(row, 2, TABLE)? != content {
            return Err(StoreError::Conflict);
        }
        let item = row.get::<u32>(1).ok_or(StoreError::Corrupt(TABLE))?;
        let is_new = integer(row, 5, TABLE)? == now.micros();
        let entry = found.entries.entry(item).or_insert(Entry {
            at: None,
            is_new,
            devices: 0,
        });
        if row.get::<i64>(6).is_some() {
            entry.devices = entry.devices.saturating_add(1);
        } else {
            entry.at = Some(Timestamp::from_micros(integer(row, 4, TABLE)?));
        }
        let line = text(row, 0, TABLE)?;
        if is_anchor(line) {
            continue;
        }
        let current = subject_of(line)?;
        if is_new {
            let marks = found.marks.entry(current.keyed_hash).or_default();
            marks.push(integer(row, 3, TABLE)?);
        }
        found.states.insert(current.keyed_hash, current);
    }
    found.rows = rows;
    Ok(found)
}

impl ReadBack {
    /// Brings into the key-value store what the rows are about, and `also`, of whom this call holds no mark.
    /// What does not reach it has a mark, and a hold where it refuses.
    pub async fn project(&mut self, organisation: OrganisationId, also: &BTreeSet<KeyedHash>) {
        let marks = std::mem::take(&mut self.marks);
        let _ = project(organisation, &self.rows, marks).await;
        for hash in also {
            let _ = project_again(organisation, *hash).await;
        }
    }

    /// What became of an item.
    pub fn entry(&self, item: u32) -> Option<&Entry> {
        self.entries.get(&item)
    }

    /// Whether the rows say what is in force for a subject: not if it was erased since, or nothing was stored.
    pub fn has_state(&self, hash: KeyedHash) -> bool {
        self.states.contains_key(&hash)
    }

    /// What is in force for these subjects, in their order.
    pub async fn states(
        &self,
        organisation: OrganisationId,
        hashes: &[KeyedHash],
    ) -> Result<Vec<CurrentConsent>, StoreError> {
        let missing: BTreeSet<KeyedHash> = hashes
            .iter()
            .copied()
            .filter(|hash| !self.has_state(*hash))
            .collect();
        let missing: Vec<KeyedHash> = missing.into_iter().collect();
        let mut states = self.states.clone();
        for slice in missing.chunks(SLICE) {
            let rows = read_states(organisation, slice).await?;
            let read = in_order(slice, &rows)?;
            states.extend(read.into_iter().map(|state| (state.keyed_hash, state)));
        }
        hashes
            .iter()
            .map(|hash| states.get(hash).cloned())
            .collect::<Option<_>>()
            .ok_or(StoreError::Corrupt("subject"))
    }
}
