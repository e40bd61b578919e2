//! The industry opt-out: of a device, in every organisation. SQLite is the truth, `i:` in the key-value store a
//! projection of it; the order of writes is that of decisions (ADR 1).

mod project;
mod value;

use domain::{
    Device, IndustryAction, IndustrySource, KeyedHash, OrganisationId, Subject, Timestamp,
};
use serde::Serialize;
use spin_sdk::sqlite::{RowResult, Value};
use std::collections::BTreeMap;

use crate::consent::{CurrentConsent, Requested};
use crate::sql::{Lane, execute, integer, parsed, read_many, text, write};
use crate::{Store, StoreError};

pub(crate) use project::{AtTheEdge, repair};

/// One device's wish, not stored yet.
#[derive(Debug, Clone)]
pub struct IndustryChange {
    /// Its place in the request; with the request id and the device it makes the change unique.
    pub item: u32,
    /// Whose.
    pub device: Device,
    /// Which.
    pub action: IndustryAction,
    /// When it was decided.
    pub at: Requested,
    /// When the question was put, if not now: an opt-in changes nothing if there was an opt-out since.
    pub since: Option<Timestamp>,
}

/// An acknowledged change with the device's state after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndustryRecorded {
    /// The place in the request.
    pub item: u32,
    /// Stored by this call, and not by an earlier one with the same request id.
    pub is_new: bool,
    /// Since when the device is opted out now.
    pub opted_out: Option<Timestamp>,
}

/// What SQLite says of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct DeviceState {
    opted_out: Option<Timestamp>,
    /// How many changes there are; 0 for a device that has asked nothing.
    version: i64,
}

#[derive(Serialize)]
struct IntakeRow {
    item: u32,
    device_hash: String,
    action: &'static str,
    live: bool,
    at: i64,
    since: i64,
}

const INSERT: &str = "INSERT INTO industry_intake (device_hash, request_id, item, action, source, live, at, since, \
  received_at, actor) SELECT value ->> 'device_hash', ?1, value ->> 'item', value ->> 'action', ?2, value ->> 'live', \
  value ->> 'at', value ->> 'since', ?3, ?4 FROM json_each(?5)";

/// A device as columns: hash, since when it is opted out (0 if it is not), version.
macro_rules! device_columns {
    () => {
        "d.device_hash, d.opted_out_at * (d.opted_out_at >= d.opted_in_at), d.version"
    };
}

const READ_BACK: &str = concat!(
    "SELECT ",
    device_columns!(),
    ", c.item, c.action, c.seq, c.received_at FROM json_each(?2) j JOIN industry_change c ON c.request_id = ?1 \
     AND c.item = j.value ->> 'item' AND c.device_hash = j.value ->> 'device_hash' \
     JOIN industry_opt_out d ON d.device_hash = c.device_hash ORDER BY c.item"
);

pub(crate) const DEVICES: &str = concat!(
    "SELECT ",
    device_columns!(),
    " FROM industry_opt_out d WHERE d.device_hash IN (SELECT value FROM json_each(?1))"
);

/// Changes in one statement: a longer one would keep everybody else's refusals waiting.
const SLICE: usize = 500;

impl Store {
    /// Stores what devices ask and brings it into force in every organisation. `actor` is who sent a list;
    /// nothing for the person herself.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the same item of the same request asked something else before, and
    /// [`StoreError::Away`] when nothing can be promised: repeat it with the same request id.
    pub async fn change_industry_opt_outs(
        &self,
        request_id: &str,
        source: IndustrySource,
        actor: Option<&str>,
        changes: &[IndustryChange],
        now: Timestamp,
    ) -> Result<Vec<IndustryRecorded>, StoreError> {
        let mut recorded = Vec::with_capacity(changes.len());
        for slice in changes.chunks(SLICE) {
            recorded.extend(
                self.change_slice(request_id, source, actor, slice, now)
                    .await?,
            );
        }
        Ok(recorded)
    }

    async fn change_slice(
        &self,
        request_id: &str,
        source: IndustrySource,
        actor: Option<&str>,
        changes: &[IndustryChange],
        now: Timestamp,
    ) -> Result<Vec<IndustryRecorded>, StoreError> {
        let rows: Vec<(KeyedHash, IntakeRow)> = changes
            .iter()
            .map(|change| self.intake_row(change, now))
            .collect();
        let hashes: Vec<KeyedHash> = rows.iter().map(|(hash, _)| *hash).collect();
        let opens = changes
            .iter()
            .all(|change| change.action == IndustryAction::OptIn);
        if project::hold(&hashes, now).await.is_err() && opens {
            return Err(StoreError::Away(
                "the key-value store is away, so nothing can be opted in".to_owned(),
            ));
        }
        let rows: Vec<IntakeRow> = rows.into_iter().map(|(_, row)| row).collect();
        let rows =
            serde_json::to_string(&rows).map_err(|_| StoreError::Corrupt("industry_change"))?;
        let parameters = vec![
            Value::from(request_id),
            Value::from(source.code()),
            Value::from(now.micros()),
            Value::from(actor.map(str::to_owned)),
            Value::from(rows.clone()),
        ];
        write(INSERT, parameters, changes.len()).await?;
        let parameters = vec![Value::from(request_id), Value::from(rows)];
        let rows = read_many(READ_BACK, parameters, changes.len()).await?;
        let (recorded, states, marks) = read_back(&rows, changes, now)?;
        // What does not reach the key-value store has a mark, and a hold.
        let _ = project::project(states, marks).await;
        Ok(recorded)
    }

    fn intake_row(&self, change: &IndustryChange, now: Timestamp) -> (KeyedHash, IntakeRow) {
        let hash = change.device.keyed_hash(&self.hash_secret);
        let (live, at) = match change.at {
            Requested::Live => (true, now),
            Requested::At(at) => (false, at),
        };
        // A moment ahead of the clock tells nothing: the clock was set back since.
        let since = match change.since {
            Some(since) if since > now => Timestamp::from_micros(0),
            Some(since) => since,
            None => now,
        };
        let row = IntakeRow {
            item: change.item,
            device_hash: hash.to_string(),
            action: change.action.code(),
            live,
            // 0 stands for never.
            at: at.micros().max(1),
            since: since.micros(),
        };
        (hash, row)
    }

    /// Since when a device is opted out everywhere, from SQLite.
    pub async fn industry_opt_out(&self, device: &Device) -> Result<Option<Timestamp>, StoreError> {
        let hash = device.keyed_hash(&self.hash_secret);
        Ok(project::read_one(hash).await?.opted_out)
    }

    /// Into the states of these subjects, in their order: which of the devices among them are opted out.
    /// Who asks about none pays nothing.
    pub(crate) async fn add_industry_opt_outs(
        &self,
        lane: Lane,
        subjects: &[Subject],
        states: &mut [CurrentConsent],
    ) -> Result<(), StoreError> {
        let devices = self.device_hashes(subjects.iter());
        let opted_out = opted_out_among(lane, &devices).await?;
        for (subject, state) in subjects.iter().zip(states) {
            state.state.industry_opt_out = devices
                .get(subject)
                .and_then(|hash| opted_out.get(hash).copied());
        }
        Ok(())
    }

    /// The same for states that are found by their organisation's own names for the subjects.
    pub(crate) async fn industry_opt_outs_of<'a>(
        &self,
        organisation: OrganisationId,
        subjects: impl Iterator<Item = &'a Subject>,
    ) -> Result<BTreeMap<KeyedHash, Timestamp>, StoreError> {
        let devices = self.device_hashes(subjects);
        let opted_out = opted_out_among(Lane::Read, &devices).await?;
        Ok(devices
            .into_iter()
            .filter_map(|(subject, hash)| {
                let since = opted_out.get(&hash)?;
                Some((self.hash(organisation, &subject), *since))
            })
            .collect())
    }

    fn device_hashes<'a>(
        &self,
        subjects: impl Iterator<Item = &'a Subject>,
    ) -> BTreeMap<Subject, KeyedHash> {
        subjects
            .filter_map(|subject| Device::try_from(subject.clone()).ok())
            .map(|device| {
                let hash = device.keyed_hash(&self.hash_secret);
                (device.into(), hash)
            })
            .collect()
    }
}

async fn opted_out_among(
    lane: Lane,
    devices: &BTreeMap<Subject, KeyedHash>,
) -> Result<BTreeMap<KeyedHash, Timestamp>, StoreError> {
    if devices.is_empty() {
        return Ok(BTreeMap::new());
    }
    let hashes: Vec<String> = devices.values().map(ToString::to_string).collect();
    let hashes = serde_json::to_string(&hashes).map_err(|_| StoreError::Corrupt("subject"))?;
    let parameters = vec![Value::from(hashes)];
    let rows = match lane {
        Lane::Record | Lane::Seal => execute(lane, DEVICES, parameters).await?,
        Lane::Read | Lane::Decide | Lane::Project => {
            read_many(DEVICES, parameters, devices.len()).await?
        }
    };
    let mut found = BTreeMap::new();
    for row in &rows {
        let (hash, state) = device_of(row)?;
        found.extend(state.opted_out.map(|since| (hash, since)));
    }
    Ok(found)
}

fn device_of(row: &RowResult) -> Result<(KeyedHash, DeviceState), StoreError> {
    const TABLE: &str = "industry_opt_out";
    let since = integer(row, 1, TABLE)?;
    let state = DeviceState {
        opted_out: (since != 0).then(|| Timestamp::from_micros(since)),
        version: integer(row, 2, TABLE)?,
    };
    Ok((parsed(row, 0, TABLE, KeyedHash::parse)?, state))
}

type ReadBack = (
    Vec<IndustryRecorded>,
    BTreeMap<KeyedHash, DeviceState>,
    BTreeMap<KeyedHash, Vec<i64>>,
);

/// The changes of the request, their devices, and the marks of those that this call has stored.
fn read_back(
    rows: &[RowResult],
    changes: &[IndustryChange],
    now: Timestamp,
) -> Result<ReadBack, StoreError> {
    const TABLE: &str = "industry_change";
    let asked: BTreeMap<u32, IndustryAction> = changes
        .iter()
        .map(|change| (change.item, change.action))
        .collect();
    let (mut recorded, mut states, mut marks) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    for row in rows {
        let (hash, state) = device_of(row)?;
        let item = row.get::<u32>(3).ok_or(StoreError::Corrupt(TABLE))?;
        if asked.get(&item).map(|action| action.code()) != Some(text(row, 4, TABLE)?) {
            return Err(StoreError::Conflict);
        }
        let is_new = integer(row, 6, TABLE)? == now.micros();
        if is_new {
            let seq = integer(row, 5, TABLE)?;
            marks.entry(hash).or_insert_with(Vec::new).push(seq);
        }
        states.insert(hash, state);
        recorded.push(IndustryRecorded {
            item,
            is_new,
            opted_out: state.opted_out,
        });
    }
    Ok((recorded, states, marks))
}
