//! The log and the lists, slice by slice: no statement of an export keeps anybody waiting, however much there is.

use std::collections::BTreeMap;

use domain::files::Action;
use domain::{Flag, Flags, OrganisationId, Regime, RegimeSource, Source, Subject, Timestamp};
use spin_sdk::sqlite::{RowResult, Value};

use crate::sql::{integer, parsed, read_many};
use crate::{Store, StoreError};

/// Rows of a table that one statement looks at.
const SLICE: i64 = 2000;

/// Which part of the log.
#[derive(Debug, Clone, Copy)]
pub struct LogPart {
    /// What was asked for.
    pub action: Action,
    /// Received at this moment or later.
    pub from: Timestamp,
    /// Received before this moment.
    pub to: Timestamp,
}

/// A row of the log.
#[derive(Debug, Clone)]
pub struct LogEntry {
    /// Its place.
    pub seq: i64,
    /// Whom it reached; nothing once that was erased.
    pub subject: Option<Subject>,
    /// Whom the request named, if that is another.
    pub via: Option<Subject>,
    /// What was asked for.
    pub action: Action,
    /// What was decided.
    pub flags: Flags,
    /// Where it came in.
    pub source: Source,
    /// The policy regime.
    pub regime: Regime,
    /// How that was chosen.
    pub regime_source: RegimeSource,
    /// When it was decided.
    pub at: Timestamp,
    /// When it was stored.
    pub received_at: Timestamp,
    /// The network that it came from.
    pub network: Option<String>,
    /// The id of the request.
    pub request_id: String,
}

/// Somebody who has refused a flag.
#[derive(Debug, Clone)]
pub struct Dissent {
    /// Who.
    pub subject: Subject,
    /// When.
    pub at: Timestamp,
}

/// What somebody has said at one moment, as far as it is in force.
#[derive(Debug, Clone)]
pub struct InForce {
    /// Who.
    pub subject: Subject,
    /// What about which flags.
    pub flags: Flags,
    /// Under which regime.
    pub regime: Regime,
    /// When.
    pub at: Timestamp,
}

/// How many say the same about a flag, under the same regime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Population {
    /// About which.
    pub flag: Flag,
    /// Granted, not refused.
    pub granted: bool,
    /// A grant that is too old to count.
    pub lapsed: bool,
    /// Under which regime.
    pub regime: Regime,
    /// How many subjects.
    pub subjects: u64,
}

/// A slice, and where the next one begins; nothing after the last.
pub type Slice<T> = (T, Option<i64>);

const LOG: &str = "SELECT g.seq, s.identifier, v.identifier, g.granted, g.refused, g.source, g.regime, g.regime_from, \
  g.decided_at, g.received_at, g.ip, g.request_id FROM signal g JOIN subject s ON s.id = g.subject_id \
  LEFT JOIN subject v ON v.id = g.via WHERE g.seq BETWEEN ?2 + 1 AND ?3 AND g.org_id = ?1 AND g.action = ?4 \
  AND g.received_at >= ?5 AND g.received_at < ?6 ORDER BY g.seq";

/// What the nearest tier says decides, as it does everywhere.
const DISSENT: &str = "SELECT s.identifier, state.decided_at, s.id FROM subject s JOIN consent_state state \
  ON state.subject_id = s.id AND state.flag = ?4 WHERE s.id BETWEEN ?2 + 1 AND ?3 AND s.org_id = ?1 \
  AND s.identifier IS NOT NULL AND state.granted = 0 AND NOT EXISTS (SELECT 1 FROM consent_state nearer \
  WHERE nearer.subject_id = s.id AND nearer.flag = ?4 AND nearer.tier < state.tier) ORDER BY s.id";

/// Those who may be opted out of everything.
const DEVICES: &str = "SELECT identifier, id FROM subject WHERE id BETWEEN ?2 + 1 AND ?3 AND org_id = ?1 \
  AND identifier LIKE 'device:%' AND version > 0";

const IN_FORCE: &str = "SELECT s.identifier, sum(state.flag * state.granted), sum(state.flag * (1 - state.granted)), \
  state.regime, state.decided_at FROM subject s JOIN consent_state state ON state.subject_id = s.id \
  WHERE s.id BETWEEN ?2 + 1 AND ?3 AND s.org_id = ?1 AND s.identifier IS NOT NULL AND NOT EXISTS (SELECT 1 \
  FROM consent_state nearer WHERE nearer.subject_id = s.id AND nearer.flag = state.flag AND nearer.tier < state.tier) \
  GROUP BY s.id, state.decided_at, state.regime ORDER BY s.id, state.decided_at, state.regime";

const POPULATION: &str = "SELECT state.flag, state.granted, state.regime, \
  state.granted AND state.decided_at <= coalesce(?4 ->> state.regime, -1 << 63) AS lapsed, count(*) \
  FROM subject s JOIN consent_state state ON state.subject_id = s.id \
  WHERE s.id BETWEEN ?2 + 1 AND ?3 AND s.org_id = ?1 AND NOT EXISTS (SELECT 1 FROM consent_state nearer \
  WHERE nearer.subject_id = s.id AND nearer.flag = state.flag AND nearer.tier < state.tier) GROUP BY 1, 2, 3, 4";

const KNOWN: &str = "SELECT count(*) FROM subject WHERE id BETWEEN ?2 + 1 AND ?3 AND org_id = ?1 AND version > 0 \
  AND identifier IS NOT NULL";

const LAST_SIGNAL: &str = "SELECT coalesce(max(seq), 0) FROM signal";

const LAST_SUBJECT: &str = "SELECT coalesce(max(id), 0) FROM subject";

/// The rows of a slice, and where the next begins.
async fn slice(
    last: &'static str,
    statement: &'static str,
    organisation: OrganisationId,
    after: i64,
    rest: Vec<Value>,
) -> Result<Slice<Vec<RowResult>>, StoreError> {
    let end = read_many(last, Vec::new(), 1).await?;
    let end = end.first().map_or(Ok(0), |row| integer(row, 0, "signal"))?;
    let to = after.saturating_add(SLICE);
    let mut parameters = vec![
        Value::from(organisation.to_string()),
        Value::from(after),
        Value::from(to),
    ];
    parameters.extend(rest);
    let items = usize::try_from(SLICE).unwrap_or(usize::MAX);
    let rows = read_many(statement, parameters, items).await?;
    Ok((rows, (to < end).then_some(to)))
}

impl Store {
    /// What of this part of the log comes after the place `after`, in log order.
    pub async fn log_slice(
        &self,
        organisation: OrganisationId,
        part: &LogPart,
        after: i64,
    ) -> Result<Slice<Vec<LogEntry>>, StoreError> {
        let rest = vec![
            Value::from(part.action.code()),
            Value::from(part.from.micros()),
            Value::from(part.to.micros()),
        ];
        let (rows, next) = slice(LAST_SIGNAL, LOG, organisation, after, rest).await?;
        let entries = rows.iter().map(|row| log_entry(row, part.action));
        Ok((entries.collect::<Result<_, _>>()?, next))
    }

    /// Who of those after the row `after` has refused the flag, or is opted out of everything by an industry
    /// opt-out.
    pub async fn dissent_slice(
        &self,
        organisation: OrganisationId,
        flag: Flag,
        after: i64,
    ) -> Result<Slice<Vec<Dissent>>, StoreError> {
        const TABLE: &str = "subject";
        let rest = vec![Value::from(i64::from(flag.bit()))];
        let (rows, next) = slice(LAST_SUBJECT, DISSENT, organisation, after, rest).await?;
        let mut dissents = BTreeMap::new();
        for row in &rows {
            let dissent = Dissent {
                subject: parsed(row, 0, TABLE, Subject::parse)?,
                at: Timestamp::from_micros(integer(row, 1, TABLE)?),
            };
            dissents.insert(integer(row, 2, TABLE)?, dissent);
        }
        let (rows, _) = slice(LAST_SUBJECT, DEVICES, organisation, after, Vec::new()).await?;
        let devices = rows.iter().map(|row| {
            let subject = parsed(row, 0, TABLE, Subject::parse)?;
            Ok((subject, integer(row, 1, TABLE)?))
        });
        let devices = devices.collect::<Result<Vec<_>, StoreError>>()?;
        let subjects = devices.iter().map(|(subject, _)| subject);
        let opted_out = self.industry_opt_outs_of(organisation, subjects).await?;
        for (subject, id) in devices {
            if let Some(at) = opted_out.get(&self.hash(organisation, &subject)) {
                let dissent = Dissent { subject, at: *at };
                dissents.entry(id).or_insert(dissent);
            }
        }
        Ok((dissents.into_values().collect(), next))
    }

    /// What those after the row `after` have said, as far as it is in force.
    pub async fn in_force_slice(
        &self,
        organisation: OrganisationId,
        after: i64,
    ) -> Result<Slice<Vec<InForce>>, StoreError> {
        const TABLE: &str = "consent_state";
        let mask = |row: &RowResult, index| row.get::<u8>(index).ok_or(StoreError::Corrupt(TABLE));
        let (rows, next) = slice(LAST_SUBJECT, IN_FORCE, organisation, after, Vec::new()).await?;
        let said = rows.iter().map(|row| {
            let flags = Flags::from_masks(mask(row, 1)?, mask(row, 2)?);
            Ok(InForce {
                subject: parsed(row, 0, "subject", Subject::parse)?,
                flags: flags.map_err(|_| StoreError::Corrupt(TABLE))?,
                regime: parsed(row, 3, TABLE, Regime::parse)?,
                at: Timestamp::from_micros(integer(row, 4, TABLE)?),
            })
        });
        Ok((said.collect::<Result<_, StoreError>>()?, next))
    }

    /// How many of those after the row `after` there are, and what they have said. `lapsed` says up to when grants
    /// no longer count, by regime.
    pub async fn population_slice(
        &self,
        organisation: OrganisationId,
        lapsed: &[(Regime, Timestamp)],
        after: i64,
    ) -> Result<Slice<(u64, Vec<Population>)>, StoreError> {
        const TABLE: &str = "consent_state";
        let count = |row: &RowResult, index| {
            u64::try_from(integer(row, index, TABLE)?).map_err(|_| StoreError::Corrupt(TABLE))
        };
        let (known, _) = slice(LAST_SUBJECT, KNOWN, organisation, after, Vec::new()).await?;
        let known = known.first().map_or(Ok(0), |row| count(row, 0))?;
        let lapsed: serde_json::Map<String, serde_json::Value> = lapsed
            .iter()
            .map(|(regime, at)| (regime.code().to_owned(), at.micros().into()))
            .collect();
        let lapsed = serde_json::to_string(&lapsed).map_err(|_| StoreError::Corrupt(TABLE))?;
        let rest = vec![Value::from(lapsed)];
        let (rows, next) = slice(LAST_SUBJECT, POPULATION, organisation, after, rest).await?;
        let populations = rows.iter().map(|row| {
            let bit = row.get::<u8>(0).ok_or(StoreError::Corrupt(TABLE))?;
            Ok(Population {
                flag: crate::projection::flag_of(bit).ok_or(StoreError::Corrupt(TABLE))?,
                granted: integer(row, 1, TABLE)? != 0,
                regime: parsed(row, 2, TABLE, Regime::parse)?,
                lapsed: integer(row, 3, TABLE)? != 0,
                subjects: count(row, 4)?,
            })
        });
        let populations = populations.collect::<Result<_, StoreError>>()?;
        Ok(((known, populations), next))
    }
}

fn log_entry(row: &RowResult, action: Action) -> Result<LogEntry, StoreError> {
    const TABLE: &str = "signal";
    let mask = |index| row.get::<u8>(index).ok_or(StoreError::Corrupt(TABLE));
    let subject = |index| {
        let subject = row.get::<&str>(index).map(Subject::parse).transpose();
        subject.map_err(|_| StoreError::Corrupt("subject"))
    };
    Ok(LogEntry {
        seq: integer(row, 0, TABLE)?,
        subject: subject(1)?,
        via: subject(2)?,
        action,
        flags: Flags::from_masks(mask(3)?, mask(4)?).map_err(|_| StoreError::Corrupt(TABLE))?,
        source: parsed(row, 5, TABLE, Source::parse)?,
        regime: parsed(row, 6, TABLE, Regime::parse)?,
        regime_source: parsed(row, 7, TABLE, RegimeSource::parse)?,
        at: Timestamp::from_micros(integer(row, 8, TABLE)?),
        received_at: Timestamp::from_micros(integer(row, 9, TABLE)?),
        network: row.get::<&str>(10).map(str::to_owned),
        request_id: parsed(row, 11, TABLE, |id| Ok::<_, StoreError>(id.to_owned()))?,
    })
}
