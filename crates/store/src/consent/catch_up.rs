//! Brings over what was said to a linked organisation before the two were linked.

use domain::{
    Flags, OrganisationId, Regime, RegimeSource, Shown, Source, Subject, Tier, Timestamp,
};
use spin_sdk::sqlite::{RowResult, Value};

use super::decide::linked_request_id;
use super::types::{Actor, NewSignal, Requested};
use crate::sql::{integer, parsed, read_many, text};
use crate::{Store, StoreError};

/// Signals in one page.
const PAGE: usize = 100;

/// What the other organisation was told itself: not what reached it from elsewhere (a `/` in the request id), nor
/// over a link of its own, nor of people who were erased.
const SAID: &str = "SELECT g.seq, g.request_id, g.item, g.content, g.granted, g.refused, g.tier, g.source, g.regime, \
  g.regime_from, g.decided_at, g.grants_at, g.form, g.form_version, g.language, s.identifier \
  FROM signal g JOIN subject s ON s.id = g.subject_id WHERE g.org_id = ?1 AND g.seq > ?2 AND g.action = 'set' \
  AND g.via IS NULL AND instr(g.request_id, '/') = 0 AND s.identifier IS NOT NULL ORDER BY g.seq LIMIT ?3";

/// How far a catch-up has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaughtUp {
    /// Signals of this page.
    pub signals: usize,
    /// Where the next page begins; nothing after the last one.
    pub next: Option<i64>,
}

impl Store {
    /// Stores a page of what was said to `from` in `to` as well, as if they had been linked then: each signal under
    /// the request id that it would have, so that none is stored twice. Whoever calls sees to it that they are linked.
    ///
    /// # Errors
    /// [`StoreError::Away`]: the same page again completes it.
    pub async fn catch_up(
        &self,
        from: OrganisationId,
        to: OrganisationId,
        after: i64,
        now: Timestamp,
    ) -> Result<CaughtUp, StoreError> {
        let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
        let parameters = vec![
            Value::from(from.to_string()),
            Value::from(after),
            Value::from(limit),
        ];
        let rows = read_many(SAID, parameters, PAGE.saturating_mul(10)).await?;
        let mut last = None;
        for row in &rows {
            last = Some(integer(row, 0, "signal")?);
            let Some(signal) = signal_of(row)? else {
                continue;
            };
            let id = linked_request_id(from, text(row, 1, "signal")?);
            let content = text(row, 3, "signal")?;
            self.decide_in(to, &id, content, Actor::Linked(from), &[signal], now)
                .await?;
        }
        Ok(CaughtUp {
            signals: rows.len(),
            next: last.filter(|_| rows.len() == PAGE),
        })
    }
}

/// The signal with its own time. Where its grants count from an earlier one, because a refusal came in while it was on
/// its way, or because a string says the day only, they are left out: a no is brought over, a doubtful yes is not.
fn signal_of(row: &RowResult) -> Result<Option<NewSignal>, StoreError> {
    const TABLE: &str = "signal";
    let mask = |index| row.get::<u8>(index).ok_or(StoreError::Corrupt(TABLE));
    let (decided_at, grants_at) = (integer(row, 10, TABLE)?, integer(row, 11, TABLE)?);
    let granted = if decided_at == grants_at { mask(4)? } else { 0 };
    let flags = Flags::from_masks(granted, mask(5)?).map_err(|_| StoreError::Corrupt(TABLE))?;
    if flags.is_empty() {
        return Ok(None);
    }
    let shown = match (
        row.get::<&str>(12),
        row.get::<&str>(13),
        row.get::<&str>(14),
    ) {
        (Some(form), Some(version), Some(language)) => Some(Shown {
            form: form.to_owned(),
            version: version.to_owned(),
            language: language.to_owned(),
        }),
        _ => None,
    };
    let tier = Tier::from_number(mask(6)?).map_err(|_| StoreError::Corrupt(TABLE))?;
    Ok(Some(NewSignal {
        item: row.get::<u32>(2).ok_or(StoreError::Corrupt(TABLE))?,
        subject: parsed(row, 15, "subject", Subject::parse)?,
        flags,
        tier,
        source: parsed(row, 7, TABLE, Source::parse)?,
        regime: parsed(row, 8, TABLE, Regime::parse)?,
        regime_source: parsed(row, 9, TABLE, RegimeSource::parse)?,
        at: Requested::At(Timestamp::from_micros(decided_at)),
        since: None,
        grants_from: None,
        shown,
        evidence: None,
    }))
}
