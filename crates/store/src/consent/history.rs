//! Every signal about a subject.

use domain::{Flags, OrganisationId, Regime, Shown, Source, Subject, Tier, Timestamp};
use spin_sdk::sqlite::{RowResult, Value};

use super::types::HistoryEntry;
use crate::sql::{integer, parsed, read, text};
use crate::{Store, StoreError};

/// Of signal `g` that came over the link of subject `v`, if any, as [`history_entry`] reads them.
macro_rules! history_columns {
    () => {
        "SELECT g.seq, g.request_id, g.item, g.granted, g.refused, g.tier, g.source, g.regime, g.regime_from, \
         g.decided_at, g.received_at, g.form, g.form_version, g.language, g.actor, g.grants_at, g.action, \
         CASE WHEN g.via IS NOT NULL THEN coalesce(v.identifier, 'erased') END, g.evidence"
    };
}
pub(crate) use history_columns;

const HISTORY: &str = concat!(
    history_columns!(),
    " FROM signal g JOIN subject s ON s.id = g.subject_id LEFT JOIN subject v ON v.id = g.via \
     WHERE s.org_id = ?1 AND s.keyed_hash = ?2 AND g.seq < ?3 ORDER BY g.seq DESC LIMIT ?4"
);

impl Store {
    /// Signals about a subject, newest first, those before `before` in the log.
    pub async fn history(
        &self,
        organisation: OrganisationId,
        subject: &Subject,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<HistoryEntry>, StoreError> {
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(self.hash(organisation, subject).to_string()),
            Value::from(before.unwrap_or(i64::MAX)),
            Value::from(limit),
        ];
        read(HISTORY, parameters)
            .await?
            .iter()
            .map(history_entry)
            .collect()
    }
}

pub(crate) fn history_entry(row: &RowResult) -> Result<HistoryEntry, StoreError> {
    const TABLE: &str = "signal";
    let mask = |index| row.get::<u8>(index).ok_or(StoreError::Corrupt(TABLE));
    let shown = match (
        row.get::<&str>(11),
        row.get::<&str>(12),
        row.get::<&str>(13),
    ) {
        (Some(form), Some(version), Some(language)) => Some(Shown {
            form: form.to_owned(),
            version: version.to_owned(),
            language: language.to_owned(),
        }),
        _ => None,
    };
    Ok(HistoryEntry {
        seq: integer(row, 0, TABLE)?,
        request_id: text(row, 1, TABLE)?.to_owned(),
        item: row.get::<u32>(2).ok_or(StoreError::Corrupt(TABLE))?,
        flags: Flags::from_masks(mask(3)?, mask(4)?).map_err(|_| StoreError::Corrupt(TABLE))?,
        tier: tier(row, 5)?,
        source: parsed(row, 6, TABLE, Source::parse)?,
        regime: parsed(row, 7, TABLE, Regime::parse)?,
        regime_source: text(row, 8, TABLE)?.to_owned(),
        at: Timestamp::from_micros(integer(row, 9, TABLE)?),
        received_at: Timestamp::from_micros(integer(row, 10, TABLE)?),
        shown,
        actor: row.get::<&str>(14).map(str::to_owned),
        grants_at: Timestamp::from_micros(integer(row, 15, TABLE)?),
        action: text(row, 16, TABLE)?.to_owned(),
        via: row.get::<&str>(17).map(str::to_owned),
        evidence: row
            .get::<&str>(18)
            .map(serde_json::from_str)
            .transpose()
            .map_err(|_| StoreError::Corrupt(TABLE))?,
    })
}

fn tier(row: &RowResult, index: usize) -> Result<Tier, StoreError> {
    row.get::<u8>(index)
        .and_then(|number| Tier::from_number(number).ok())
        .ok_or(StoreError::Corrupt("tier"))
}
