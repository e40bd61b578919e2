//! Subjects with their decisions, as SQLite gives them.

use std::collections::BTreeMap;

use domain::{
    Ceiling, Ceilings, Choice, ConsentState, Decision, Flag, KeyedHash, OrganisationId, Regime,
    Source, Tier, Timestamp,
};
use spin_sdk::sqlite::{RowResult, Value};

use super::types::{CurrentConsent, Seen};
use crate::StoreError;
use crate::projection::flag_of;
use crate::sql::read_many;

/// Subject `s` as one text: `id|hash|version|first seen|erased at|ceilings|decisions`, a decision being `flag tier granted
/// time source regime` and a `;`. A column, and even more a row, costs more on its way through the component model than
/// the text does.
macro_rules! subject_line {
    () => {
        "s.id || '|' || s.keyed_hash || '|' || s.version || '|' || s.first_seen || '|' || coalesce(s.erased_at, '') \
         || '|' || coalesce(s.clicks || ' ' || s.opens, '') || '|' || coalesce(s.decisions, (SELECT group_concat(flag || ' ' || tier \
         || ' ' || granted || ' ' || decided_at || ' ' || source || ' ' || regime, ';') FROM consent_state \
         WHERE subject_id = s.id), '')"
    };
}
pub(crate) use subject_line;

pub(super) const STATES: &str = concat!(
    "SELECT group_concat(",
    subject_line!(),
    ", char(10)) FROM subject s WHERE s.org_id = ?1 AND s.keyed_hash IN (SELECT value FROM json_each(?2))"
);

/// The same with the version of the organisation's settings, and whether anything waits to be projected.
pub(super) const RECORDING_STATES: &str = concat!(
    "SELECT group_concat(",
    subject_line!(),
    ", char(10)), (SELECT version FROM organisation WHERE id = ?1), \
     EXISTS (SELECT 1 FROM unprojected) OR EXISTS (SELECT 1 FROM industry_unprojected) \
     FROM subject s WHERE s.org_id = ?1 AND s.keyed_hash IN (SELECT value FROM json_each(?2))"
);

pub(crate) fn states_parameters(
    organisation: OrganisationId,
    hashes: &[KeyedHash],
) -> Result<Vec<Value>, StoreError> {
    let texts: Vec<String> = hashes.iter().map(ToString::to_string).collect();
    let texts = serde_json::to_string(&texts).map_err(|_| StoreError::Corrupt("subject"))?;
    Ok(vec![
        Value::from(organisation.to_string()),
        Value::from(texts),
    ])
}

pub(super) async fn read_states(
    organisation: OrganisationId,
    hashes: &[KeyedHash],
) -> Result<Vec<RowResult>, StoreError> {
    read_many(
        STATES,
        states_parameters(organisation, hashes)?,
        hashes.len(),
    )
    .await
}

/// One state per hash: whoever has said nothing has an empty one.
pub(super) fn in_order(
    hashes: &[KeyedHash],
    rows: &[RowResult],
) -> Result<Vec<CurrentConsent>, StoreError> {
    let states = states_of(rows)?;
    Ok(hashes
        .iter()
        .map(|hash| {
            states
                .get(hash)
                .cloned()
                .unwrap_or_else(|| CurrentConsent::unknown(*hash, Seen::History))
        })
        .collect())
}

/// The subjects in rows whose first column holds lines of [`subject_line`].
pub(super) fn states_of(
    rows: &[RowResult],
) -> Result<BTreeMap<KeyedHash, CurrentConsent>, StoreError> {
    let lines = rows
        .iter()
        .filter_map(|row| row.get::<&str>(0))
        .flat_map(str::lines)
        .filter(|line| !is_anchor(line));
    lines
        .map(|line| subject_of(line).map(|subject| (subject.keyed_hash, subject)))
        .collect()
}

pub(crate) fn subject_of(line: &str) -> Result<CurrentConsent, StoreError> {
    const CORRUPT: StoreError = StoreError::Corrupt("subject");
    let mut fields = line.splitn(7, '|');
    let mut field = || fields.next().ok_or(CORRUPT);
    let subject_id = field()?.parse().map_err(|_| CORRUPT)?;
    let keyed_hash = KeyedHash::parse(field()?).map_err(|_| CORRUPT)?;
    let version = field()?.parse().map_err(|_| CORRUPT)?;
    let first_seen = time_of(field()?).map_err(|_| CORRUPT)?;
    let erased_at = time_of(field()?).map_err(|_| CORRUPT)?;
    let ceiling = ceilings_of(field()?).ok_or(CORRUPT)?;
    let mut state = ConsentState::new(first_seen, erased_at);
    for line in field()?.split_terminator(';') {
        let (flag, decision) = decision_of(line).ok_or(StoreError::Corrupt("consent_state"))?;
        state.record(flag, decision);
    }
    Ok(CurrentConsent {
        subject_id: Some(subject_id),
        keyed_hash,
        version,
        state,
        ceiling,
        seen: Seen::History,
    })
}

/// Those of clicks and of opens; everything is allowed to a contact that has none of its own.
fn ceilings_of(text: &str) -> Option<Ceilings> {
    if text.is_empty() {
        return Some(Ceilings::default());
    }
    let (clicks, opens) = text.split_once(' ')?;
    let level = |code: &str| Ceiling::ALL.into_iter().find(|level| level.code() == code);
    Some(Ceilings {
        clicks: level(clicks)?,
        opens: level(opens)?,
    })
}

/// Whether the line is of a row that only the log still points to: its subject was erased.
pub(super) fn is_anchor(line: &str) -> bool {
    let hash = line.split('|').nth(1);
    hash.is_some_and(|hash| hash.starts_with("erased-"))
}

fn time_of(text: &str) -> Result<Option<Timestamp>, std::num::ParseIntError> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Timestamp::from_micros).map(Some)
}

fn decision_of(line: &str) -> Option<(Flag, Decision)> {
    let mut fields = line.split(' ');
    let flag = flag_of(fields.next()?.parse().ok()?)?;
    let tier = Tier::from_number(fields.next()?.parse().ok()?).ok()?;
    let choice = if fields.next()? == "1" {
        Choice::Granted
    } else {
        Choice::Refused
    };
    let at = Timestamp::from_micros(fields.next()?.parse().ok()?);
    let source = Source::parse(fields.next()?).ok()?;
    let regime = Regime::parse(fields.next()?).ok()?;
    Some((
        flag,
        Decision {
            choice,
            tier,
            source,
            at,
            regime,
        },
    ))
}
