//! Seals what is new: signals and settings become leaves of the organisation's log, industry opt-outs of the service's,
//! in one statement.

mod leaves;

use std::time::{Duration, Instant};

use domain::log::hash::LogHash;
use domain::log::{SERVICE, tree::Frontier};
use domain::{OrganisationId, Timestamp};
use spin_sdk::sqlite::{RowResult, Value};
use spin_sdk::time::sleep;

use crate::sql::{integer, read, read_many, seal, text};
use crate::transparency::LogHead;
use crate::{Store, StoreError};
use leaves::{industry_leaf, settings_leaf, signal_leaf};

/// Leaves that one statement adds where somebody reads the log.
const AT_ONCE: usize = 500;
/// The same after a decision: nobody else can write meanwhile, and decisions must not wait.
const MEANWHILE: usize = 16;
/// The same where that does not keep up: a leaf costs less the more there are in a statement.
const MEANWHILE_BEHIND: usize = 64;
/// Statements of one call: the rest of a backlog is left to the next one.
const ROUNDS: usize = 20;
/// The same after a decision.
const ROUNDS_MEANWHILE: usize = 60;
/// The same after an import.
const ROUNDS_AFTER_IMPORT: usize = 1000;
/// How long everybody else may write between two statements after an answer.
const PAUSE: Duration = Duration::from_millis(5);
/// How long what was decided waits for its leaf, while more comes in.
const SEAL_EVERY_MICROS: i64 = 1_000_000;

const TABLE: &str = "log_head";

const HEAD: &str = "SELECT size, frontier, signal_seq, settings_version, sealed_at FROM log_head WHERE org_id = ?1";

const NEW_SETTINGS: &str = "SELECT version, settings, actor, at FROM settings_version \
  WHERE org_id = ?1 AND version > ?2 ORDER BY version LIMIT ?3";

const NEW_SIGNALS: &str = "SELECT g.seq, s.identifier, s.salt, g.request_id, g.item, g.action, g.granted, g.refused, \
  g.tier, g.source, g.regime, g.regime_from, g.decided_at, g.received_at, g.grants_at, g.form, g.form_version, \
  g.language, g.ip, g.actor, g.via IS NOT NULL, g.evidence, NULL FROM signal g JOIN subject s ON s.id = g.subject_id \
  WHERE g.org_id = ?1 AND g.seq > ?2 \
  UNION ALL SELECT c.seq, s.identifier, s.salt, c.request_id, c.item, 'communication', c.opted_in, 0, 1, c.source, '', \
  '', c.decided_at, c.received_at, c.decided_at, c.form, c.form_version, c.language, NULL, c.actor, 0, NULL, \
  c.communication_type FROM communication_signal c JOIN subject s ON s.id = c.subject_id \
  WHERE c.org_id = ?1 AND c.seq > ?2 ORDER BY 1 LIMIT ?3";

const NEW_OPT_OUTS: &str = "SELECT seq, device_hash, request_id, item, action, source, at, received_at \
  FROM industry_change WHERE seq > ?1 ORDER BY seq LIMIT ?2";

const INSERT: &str = "INSERT INTO log_intake (org_id, size_before, size, frontier, signal_seq, settings_version, \
  sealed_at, leaves, nodes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

/// How far a log has come.
struct Sealed {
    frontier: Frontier,
    signal_seq: i64,
    settings_version: i64,
    sealed_at: i64,
}

/// A leaf, and the signal that it was made of.
type NewLeaf = (Option<i64>, String);

impl Store {
    /// Seals what is new and gives the head. After a long time without, only a part of it.
    pub async fn seal(
        &self,
        organisation: OrganisationId,
        now: Timestamp,
    ) -> Result<LogHead, StoreError> {
        for _ in 0..ROUNDS {
            let before = sealed(organisation).await?;
            if seal_some(organisation, &before, now, AT_ONCE).await? == 0 {
                return Ok(LogHead::of(&before.frontier));
            }
        }
        let reached = sealed(organisation).await?;
        Ok(LogHead::of(&reached.frontier))
    }

    /// Seals what is new a little at a time, unless somebody has begun to within the last second.
    pub async fn seal_if_due(
        &self,
        organisation: OrganisationId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let before = sealed(organisation).await?;
        let since = now.micros().saturating_sub(before.sealed_at);
        if !(0..SEAL_EVERY_MICROS).contains(&since) {
            seal_meanwhile(organisation, now, ROUNDS_MEANWHILE).await?;
        }
        Ok(())
    }

    /// Seals what an import has brought a little at a time; of a large one only the beginning.
    pub async fn seal_import(
        &self,
        organisation: OrganisationId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        seal_meanwhile(organisation, now, ROUNDS_AFTER_IMPORT).await
    }
}

/// Ends where somebody else is sealing the same log: several would do the same work, and one of them would keep it.
async fn seal_meanwhile(
    organisation: OrganisationId,
    now: Timestamp,
    rounds: usize,
) -> Result<(), StoreError> {
    let begun = Instant::now();
    let (mut ours, mut most) = (None, MEANWHILE);
    for _ in 0..rounds {
        let before = sealed(organisation).await?;
        if ours.is_some_and(|ours| ours != before.sealed_at) {
            break;
        }
        let elapsed = i64::try_from(begun.elapsed().as_micros()).unwrap_or(i64::MAX);
        let at = now.saturating_add_micros(elapsed);
        let added = seal_some(organisation, &before, at, most).await?;
        if added == 0 {
            break;
        }
        if added >= most {
            most = MEANWHILE_BEHIND;
        }
        ours = Some(at.micros());
        sleep(PAUSE).await;
    }
    Ok(())
}

async fn sealed(organisation: OrganisationId) -> Result<Sealed, StoreError> {
    let rows = read(HEAD, vec![Value::from(organisation.to_string())]).await?;
    let Some(row) = rows.first() else {
        return Ok(Sealed {
            frontier: Frontier::default(),
            signal_seq: 0,
            settings_version: 0,
            sealed_at: i64::MIN,
        });
    };
    let size = integer(row, 0, TABLE)?;
    let size = u64::try_from(size).map_err(|_| StoreError::Corrupt(TABLE))?;
    let roots = text(row, 1, TABLE)?
        .split_terminator(' ')
        .map(LogHash::parse);
    let roots = roots.collect::<Result<Vec<_>, _>>();
    let frontier = roots.ok().and_then(|roots| Frontier::new(size, roots));
    Ok(Sealed {
        frontier: frontier.ok_or(StoreError::Corrupt(TABLE))?,
        signal_seq: integer(row, 2, TABLE)?,
        settings_version: integer(row, 3, TABLE)?,
        sealed_at: integer(row, 4, TABLE)?,
    })
}

/// How many leaves were new. They are sealed then, by us or by somebody who was faster.
async fn seal_some(
    organisation: OrganisationId,
    before: &Sealed,
    now: Timestamp,
    most: usize,
) -> Result<usize, StoreError> {
    let (leaves, signal_seq, settings_version) = new_leaves(organisation, before, most).await?;
    if leaves.is_empty() {
        return Ok(0);
    }
    let mut frontier = before.frontier.clone();
    let mut nodes = Vec::new();
    for (_, leaf) in &leaves {
        frontier.add(LogHash::leaf(leaf.as_bytes()), |place, hash| {
            nodes.push((place.level, place.index, hash));
        });
    }
    let number = |size: u64| i64::try_from(size).map_err(|_| StoreError::Corrupt(TABLE));
    let roots: Vec<String> = frontier.roots().iter().map(ToString::to_string).collect();
    let json =
        |text: Result<String, _>| text.map_err(|_: serde_json::Error| StoreError::Corrupt(TABLE));
    let parameters = vec![
        Value::from(organisation.to_string()),
        Value::from(number(before.frontier.size())?),
        Value::from(number(frontier.size())?),
        Value::from(roots.join(" ")),
        Value::from(signal_seq),
        Value::from(settings_version),
        Value::from(now.micros()),
        Value::from(json(serde_json::to_string(&leaves))?),
        Value::from(json(serde_json::to_string(&nodes))?),
    ];
    seal(INSERT, parameters, leaves.len()).await?;
    Ok(leaves.len())
}

/// What is new as leaves, and how far that reaches.
async fn new_leaves(
    organisation: OrganisationId,
    before: &Sealed,
    most: usize,
) -> Result<(Vec<NewLeaf>, i64, i64), StoreError> {
    let limit = Value::from(i64::try_from(most).unwrap_or(i64::MAX));
    let last = |rows: &[RowResult], before: i64| {
        rows.last().map_or(Ok(before), |row| integer(row, 0, TABLE))
    };
    if organisation == SERVICE {
        let parameters = vec![Value::from(before.signal_seq), limit];
        let changes = read_many(NEW_OPT_OUTS, parameters, most).await?;
        let leaves = changes.iter().map(|row| Ok((None, industry_leaf(row)?)));
        let leaves = leaves.collect::<Result<_, StoreError>>()?;
        let reached = last(&changes, before.signal_seq)?;
        return Ok((leaves, reached, before.settings_version));
    }
    let after = |cursor: i64| {
        vec![
            Value::from(organisation.to_string()),
            Value::from(cursor),
            limit.clone(),
        ]
    };
    let settings = read(NEW_SETTINGS, after(before.settings_version)).await?;
    let signals = read_many(NEW_SIGNALS, after(before.signal_seq), most).await?;
    let mut leaves: Vec<NewLeaf> = Vec::new();
    for row in &settings {
        leaves.push((None, settings_leaf(organisation, row)?));
    }
    for row in &signals {
        let seq = integer(row, 0, "signal")?;
        leaves.push((Some(seq), signal_leaf(organisation, row)?));
    }
    let signal_seq = last(&signals, before.signal_seq)?;
    let settings_version = last(&settings, before.settings_version)?;
    Ok((leaves, signal_seq, settings_version))
}
