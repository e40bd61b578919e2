//! Seals what is new: signals and settings become leaves of the organisation's log, in one statement.

use domain::log::hash::LogHash;
use domain::log::leaf::{Leaf, LeafKey, LeafKind, settings_hash};
use domain::log::{canonical, tree::Frontier};
use domain::{Flags, OrganisationId, Regime, Shown, Source, Tier, Timestamp};
use spin_sdk::sqlite::{RowResult, Value};

use crate::sql::{integer, parsed, read, read_many, seal, text};
use crate::transparency::LogHead;
use crate::{Store, StoreError};

/// Leaves that one statement adds where somebody reads the log.
const AT_ONCE: usize = 500;
/// The same after a decision: nobody else can write meanwhile, and decisions must not wait.
const MEANWHILE: usize = 50;
/// Statements of one call: the rest of a backlog is left to the next one.
const ROUNDS: usize = 20;
/// How long what was decided waits for its leaf, while more comes in.
const SEAL_EVERY_MICROS: i64 = 1_000_000;

const TABLE: &str = "log_head";

const HEAD: &str = "SELECT size, frontier, signal_seq, settings_version, sealed_at FROM log_head WHERE org_id = ?1";

const NEW_SETTINGS: &str = "SELECT version, settings, actor, at FROM settings_version \
  WHERE org_id = ?1 AND version > ?2 ORDER BY version LIMIT ?3";

const NEW_SIGNALS: &str = "SELECT g.seq, s.identifier, s.salt, g.request_id, g.item, g.action, g.granted, g.refused, \
  g.tier, g.source, g.regime, g.regime_from, g.decided_at, g.received_at, g.grants_at, g.form, g.form_version, \
  g.language, g.ip, g.actor, g.via IS NOT NULL, g.evidence FROM signal g JOIN subject s ON s.id = g.subject_id \
  WHERE g.org_id = ?1 AND g.seq > ?2 ORDER BY g.seq LIMIT ?3";

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
            if !seal_some(organisation, &before, now, AT_ONCE).await? {
                return Ok(LogHead::of(&before.frontier));
            }
        }
        let reached = sealed(organisation).await?;
        Ok(LogHead::of(&reached.frontier))
    }

    /// Seals what is new, unless somebody has done so within the last second.
    pub async fn seal_if_due(
        &self,
        organisation: OrganisationId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let before = sealed(organisation).await?;
        let since = now.micros().saturating_sub(before.sealed_at);
        if !(0..SEAL_EVERY_MICROS).contains(&since) {
            seal_some(organisation, &before, now, MEANWHILE).await?;
        }
        Ok(())
    }
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

/// Whether there was anything new. It is sealed then, by us or by somebody who was faster.
async fn seal_some(
    organisation: OrganisationId,
    before: &Sealed,
    now: Timestamp,
    most: usize,
) -> Result<bool, StoreError> {
    let after = |cursor: i64| {
        vec![
            Value::from(organisation.to_string()),
            Value::from(cursor),
            Value::from(i64::try_from(most).unwrap_or(i64::MAX)),
        ]
    };
    let settings = read(NEW_SETTINGS, after(before.settings_version)).await?;
    let signals = read_many(NEW_SIGNALS, after(before.signal_seq), most).await?;
    if settings.is_empty() && signals.is_empty() {
        return Ok(false);
    }
    let mut leaves: Vec<NewLeaf> = Vec::new();
    for row in &settings {
        leaves.push((None, settings_leaf(organisation, row)?));
    }
    for row in &signals {
        leaves.push((
            Some(integer(row, 0, "signal")?),
            signal_leaf(organisation, row)?,
        ));
    }
    let last = |rows: &[RowResult], before: i64| {
        rows.last().map_or(Ok(before), |row| integer(row, 0, TABLE))
    };
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
        Value::from(last(&signals, before.signal_seq)?),
        Value::from(last(&settings, before.settings_version)?),
        Value::from(now.micros()),
        Value::from(json(serde_json::to_string(&leaves))?),
        Value::from(json(serde_json::to_string(&nodes))?),
    ];
    seal(INSERT, parameters, leaves.len()).await?;
    Ok(true)
}

fn settings_leaf(organisation: OrganisationId, row: &RowResult) -> Result<String, StoreError> {
    const TABLE: &str = "settings_version";
    let at = Timestamp::from_micros(integer(row, 3, TABLE)?);
    let leaf = Leaf {
        version: Some(integer(row, 0, TABLE)?),
        settings: settings_hash(text(row, 1, TABLE)?),
        actor: Some(text(row, 2, TABLE)?.to_owned()),
        ..Leaf::new(LeafKind::Settings, organisation, at)
    };
    canonical(&leaf).ok_or(StoreError::Corrupt(TABLE))
}

fn signal_leaf(organisation: OrganisationId, row: &RowResult) -> Result<String, StoreError> {
    const TABLE: &str = "signal";
    let time = |index| integer(row, index, TABLE).map(Timestamp::from_micros);
    let mask = |index| row.get::<u8>(index).ok_or(StoreError::Corrupt(TABLE));
    let owned = |index| row.get::<&str>(index).map(str::to_owned);
    let kind = match text(row, 5, TABLE)? {
        "remove" => LeafKind::Remove,
        "portability" => LeafKind::Portability,
        _ => LeafKind::Set,
    };
    let item = row.get::<u32>(4).ok_or(StoreError::Corrupt(TABLE))?;
    let request_id = text(row, 3, TABLE)?;
    let key = row
        .get::<&str>(2)
        .and_then(|salt| LeafKey::derive(salt, request_id, item));
    let flags = Flags::from_masks(mask(6)?, mask(7)?).map_err(|_| StoreError::Corrupt(TABLE))?;
    let (at, grants_at) = (time(12)?, time(14)?);
    let shown = match (owned(15), owned(16), owned(17)) {
        (Some(form), Some(version), Some(language)) => Some(Shown {
            form,
            version,
            language,
        }),
        _ => None,
    };
    let committed = |commit: &dyn Fn(&LeafKey) -> Option<LogHash>| key.as_ref().and_then(commit);
    let leaf = Leaf {
        received_at: Some(time(13)?),
        grants_at: (kind == LeafKind::Set && grants_at != at).then_some(grants_at),
        flags: (kind == LeafKind::Set).then_some(flags),
        tier: Some(Tier::from_number(mask(8)?).map_err(|_| StoreError::Corrupt(TABLE))?),
        source: Some(parsed(row, 9, TABLE, Source::parse)?),
        regime: Some(parsed(row, 10, TABLE, Regime::parse)?),
        regime_source: owned(11),
        actor: owned(19),
        linked: integer(row, 20, TABLE)? != 0,
        subject: committed(&|key| key.subject(row.get::<&str>(1)?)),
        shown: committed(&|key| key.shown(shown.as_ref()?)),
        network: committed(&|key| key.network(row.get::<&str>(18)?)),
        evidence: committed(&|key| key.evidence(row.get::<&str>(21)?)),
        ..Leaf::new(kind, organisation, at)
    };
    canonical(&leaf).ok_or(StoreError::Corrupt(TABLE))
}
