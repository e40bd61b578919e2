//! Decisions: the order of writes, reads, history, repair (`design: storage.md`, ADR 0001).
//!
//! A decision that holds a refusal: a hold in the key-value store, the signal in SQLite, the resolved
//! value in the key-value store. One that only grants: SQLite, then the key-value store.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use domain::{
    Choice, ConsentState, Decision, Flag, Flags, KeyId, KeyedHash, OrganisationId, Regime,
    RegimeSource, Shown, Source, Subject, Tier, Timestamp,
};
use futures::StreamExt;
use serde::Serialize;
use spin_sdk::sqlite::{RowResult, Value};
use spin_sdk::wasip3;

use crate::kv::{self, KvAway};
use crate::projection::{Projection, flag_of};
use crate::sql::{Lane, execute, integer, parsed, read, read_many, text, write};
use crate::{Store, StoreError};

/// A mark or a hold older than this belongs to a writer that died: whoever comes next projects it.
const REPAIR_AFTER_MICROS: i64 = 5_000_000;
/// How often one instance looks for such marks.
const REPAIR_EVERY: Duration = Duration::from_secs(1);
/// Key-value writes in flight at once for a batch.
const CONCURRENT_PROJECTIONS: usize = 32;
/// How often a writer repeats its projection while others write about the same subject.
const PROJECTION_ATTEMPTS: usize = 16;

/// When the person decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requested {
    /// Now: the time is made in the statement, after everything the subject has said before.
    Live,
    /// At a time that the caller brought along.
    At(Timestamp),
}

/// Who stored a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A caller with an API key.
    Key(KeyId),
    /// The person, through a form.
    Person,
}

impl Actor {
    fn text(self) -> Option<String> {
        match self {
            Self::Key(id) => Some(id.to_string()),
            Self::Person => None,
        }
    }
}

/// A signal that is not stored yet.
#[derive(Debug, Clone)]
pub struct NewSignal {
    /// Its place in the request; with the request id it makes the signal unique.
    pub item: u32,
    /// Who it is about.
    pub subject: Subject,
    /// What it says; at least one flag.
    pub flags: Flags,
    /// How near the person it was given.
    pub tier: Tier,
    /// Where it came in.
    pub source: Source,
    /// The policy regime.
    pub regime: Regime,
    /// How the regime was chosen.
    pub regime_source: RegimeSource,
    /// When the person decided.
    pub at: Requested,
    /// What was shown.
    pub shown: Option<Shown>,
}

/// Whether a signal came for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Stored by this call.
    Stored,
    /// Stored before, by the same request.
    Repeated,
}

/// An acknowledged signal with the subject's state after it.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The place in the request.
    pub item: u32,
    /// The decision's time.
    pub at: Timestamp,
    /// New or repeated.
    pub outcome: Outcome,
    /// The subject's decisions now.
    pub current: CurrentConsent,
}

/// Where a state was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// SQLite, the truth.
    History,
    /// The key-value store, what the edge acts on.
    Projection,
    /// A hold in the key-value store: closed until the refusal behind it is written.
    Hold,
}

/// A subject's decisions.
#[derive(Debug, Clone)]
pub struct CurrentConsent {
    /// The row in SQLite; nothing for a subject that has said nothing.
    pub(crate) subject_id: Option<i64>,
    pub(crate) keyed_hash: KeyedHash,
    /// How many signals there are about the subject.
    pub version: i64,
    /// The decisions per flag and tier.
    pub state: ConsentState,
    /// Which store said so.
    pub seen: Seen,
}

impl CurrentConsent {
    fn unknown(keyed_hash: KeyedHash, seen: Seen) -> Self {
        Self {
            subject_id: None,
            keyed_hash,
            version: 0,
            state: ConsentState::default(),
            seen,
        }
    }

    /// The strictest regime under which the subject has decided anything.
    pub fn regime(&self) -> Option<Regime> {
        self.state.regime()
    }
}

/// One signal of the history.
#[derive(Debug, Clone)]
pub struct HistoryEntry {
    /// Place in the log.
    pub seq: i64,
    /// The request that brought it.
    pub request_id: String,
    /// Its place in that request.
    pub item: u32,
    /// What it says.
    pub flags: Flags,
    /// How near the person it was given.
    pub tier: Tier,
    /// Where it came in.
    pub source: Source,
    /// The policy regime.
    pub regime: Regime,
    /// How the regime was chosen.
    pub regime_source: String,
    /// When the person decided.
    pub at: Timestamp,
    /// When it was stored.
    pub received_at: Timestamp,
    /// What was shown.
    pub shown: Option<Shown>,
    /// The API key that sent it; nothing for the person herself.
    pub actor: Option<String>,
}

/// A signal as json_each reads it in [`INSERT`].
#[derive(Serialize)]
struct IntakeRow<'a> {
    keyed_hash: String,
    identifier: &'a str,
    salt: String,
    item: u32,
    granted: u8,
    refused: u8,
    tier: u8,
    source: &'static str,
    regime: &'static str,
    regime_from: &'static str,
    live: bool,
    at: i64,
    form: Option<&'a str>,
    form_version: Option<&'a str>,
    language: Option<&'a str>,
}

const INSERT: &str = "INSERT INTO signal_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, \
  granted, refused, tier, source, regime, regime_from, live, at, received_at, form, form_version, language, ip, actor) \
  SELECT ?1, value ->> 'keyed_hash', value ->> 'identifier', value ->> 'salt', ?2, value ->> 'item', ?3, \
  value ->> 'granted', value ->> 'refused', value ->> 'tier', value ->> 'source', value ->> 'regime', \
  value ->> 'regime_from', value ->> 'live', value ->> 'at', ?4, value ->> 'form', value ->> 'form_version', \
  value ->> 'language', NULL, ?5 FROM json_each(?6)";

/// Subject `s` as one text: `id|hash|version|decisions`, a decision being `flag tier granted time source
/// regime` and a `;`. A column, and even more a row, costs more on its way through the component model than
/// the text does.
macro_rules! subject_line {
    () => {
        "s.id || '|' || s.keyed_hash || '|' || s.version || '|' || coalesce((SELECT group_concat(flag || ' ' || tier \
         || ' ' || granted || ' ' || decided_at || ' ' || source || ' ' || regime, ';') FROM consent_state \
         WHERE subject_id = s.id), '')"
    };
}

const READ_BACK: &str = concat!(
    "SELECT ",
    subject_line!(),
    ", g.item, g.content, g.seq, g.decided_at, g.received_at FROM signal g JOIN subject s ON s.id = g.subject_id \
     WHERE g.org_id = ?1 AND g.request_id = ?2 ORDER BY g.item"
);

const STATES: &str = concat!(
    "SELECT group_concat(",
    subject_line!(),
    ", char(10)) FROM subject s WHERE s.org_id = ?1 AND s.keyed_hash IN (SELECT value FROM json_each(?2))"
);

const CLEAR_OWN: &str = "DELETE FROM unprojected WHERE seq IN (SELECT j.value ->> 'seq' FROM json_each(?1) j \
  JOIN subject s ON s.id = j.value ->> 'id' AND s.version = j.value ->> 'version') RETURNING subject_id";

const CLEAR_OLD: &str = "DELETE FROM unprojected WHERE marked_at < ?3 AND subject_id = ?1 \
  AND (SELECT version FROM subject WHERE id = ?1) = ?2";

const MARKED: &str = "SELECT DISTINCT s.org_id, s.keyed_hash FROM unprojected u JOIN subject s ON s.id = u.subject_id \
  WHERE u.marked_at < ?1 LIMIT 100";

const HISTORY: &str = "SELECT g.seq, g.request_id, g.item, g.granted, g.refused, g.tier, g.source, g.regime, \
  g.regime_from, g.decided_at, g.received_at, g.form, g.form_version, g.language, g.actor \
  FROM signal g JOIN subject s ON s.id = g.subject_id \
  WHERE s.org_id = ?1 AND s.keyed_hash = ?2 AND g.seq < ?3 ORDER BY g.seq DESC LIMIT ?4";

fn key(organisation: OrganisationId, hash: KeyedHash) -> String {
    format!("c:{organisation}:{hash}")
}

/// The mark of a signal of ours, to be cleared once its subject is projected at `version`.
#[derive(Serialize)]
struct Mark {
    seq: i64,
    id: i64,
    version: i64,
}

impl Store {
    /// Stores the signals of one request and brings them into force. All are stored or none.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the request id came before with other content, and
    /// [`StoreError::Away`] when nothing can be promised: repeat with the same request id.
    pub async fn decide(
        &self,
        organisation: OrganisationId,
        request_id: &str,
        content: &str,
        actor: Actor,
        signals: &[NewSignal],
        now: Timestamp,
    ) -> Result<Vec<Recorded>, StoreError> {
        let hashes: Vec<KeyedHash> = signals
            .iter()
            .map(|signal| self.hash(organisation, &signal.subject))
            .collect();
        self.announce(organisation, signals, &hashes, now).await?;

        let rows: Vec<IntakeRow<'_>> = signals
            .iter()
            .zip(&hashes)
            .map(|(signal, hash)| intake_row(signal, *hash, now))
            .collect();
        let rows = serde_json::to_string(&rows).map_err(|_| StoreError::Corrupt("signal"))?;
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(request_id),
            Value::from(content),
            Value::from(now.micros()),
            Value::from(actor.text()),
            Value::from(rows),
        ];
        write(INSERT, parameters, signals.len()).await?;

        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(request_id),
        ];
        let rows = read_many(READ_BACK, parameters, signals.len()).await?;
        let (recorded, marks) = match read_back(&rows, content, now) {
            Ok(read) => read,
            Err(error) => {
                // Nothing was stored, so what was announced is taken back.
                let states = states_of(&read_states(organisation, &hashes).await?)?;
                let _ = put_projections(organisation, &states).await;
                return Err(error);
            }
        };

        let only_grants = !signals.iter().any(|signal| signal.flags.contains_refusal());
        let projected = self.project(organisation, &rows, marks).await;
        if only_grants && projected.is_err() {
            return Err(StoreError::Away(
                "the key-value store is away, so a grant cannot come into force".to_owned(),
            ));
        }
        Ok(recorded)
    }

    /// Before SQLite: closes what a refusal is about, and makes sure that a grant can come into force.
    async fn announce(
        &self,
        organisation: OrganisationId,
        signals: &[NewSignal],
        hashes: &[KeyedHash],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let refusing: Vec<KeyedHash> = signals
            .iter()
            .zip(hashes)
            .filter(|(signal, _)| signal.flags.contains_refusal())
            .map(|(_, hash)| *hash)
            .collect();
        if refusing.is_empty() {
            let Some(hash) = hashes.first() else {
                return Ok(());
            };
            return match kv::get(key(organisation, *hash)).await {
                Ok(_) => Ok(()),
                Err(KvAway) => Err(StoreError::Away(
                    "the key-value store is away, so nothing can be granted".to_owned(),
                )),
            };
        }
        let hold = Projection::Hold { since: now }.encode();
        futures::stream::iter(refusing)
            .for_each_concurrent(CONCURRENT_PROJECTIONS, |hash| {
                let hold = hold.clone();
                async move {
                    // Where the key-value store is away, SQLite alone has the refusal; that is enough.
                    let _ = kv::set(key(organisation, hash), hold).await;
                }
            })
            .await;
        Ok(())
    }

    /// Writes the resolved values and clears the marks of this writer, again for whom others have written
    /// about in the meantime.
    async fn project(
        &self,
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
            let Ok(cleared) = write(CLEAR_OWN, vec![Value::from(cleared)], own.len()).await else {
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

    /// What the subjects have decided, from SQLite, in the order asked.
    pub async fn current(
        &self,
        organisation: OrganisationId,
        subjects: &[Subject],
    ) -> Result<Vec<CurrentConsent>, StoreError> {
        let hashes: Vec<KeyedHash> = subjects
            .iter()
            .map(|subject| self.hash(organisation, subject))
            .collect();
        in_order(&hashes, &read_states(organisation, &hashes).await?)
    }

    /// The same for the recorder, which works after the answer and waits as long as it takes.
    pub async fn current_for_recording(
        &self,
        organisation: OrganisationId,
        subjects: &[Subject],
    ) -> Result<Vec<CurrentConsent>, StoreError> {
        let hashes: Vec<KeyedHash> = subjects
            .iter()
            .map(|subject| self.hash(organisation, subject))
            .collect();
        let rows = execute(
            Lane::Record,
            STATES,
            states_parameters(organisation, &hashes)?,
        )
        .await?;
        in_order(&hashes, &rows)
    }

    /// What the edge acts on for a subject: the key-value store, and SQLite where that knows nothing.
    pub async fn projected(
        &self,
        organisation: OrganisationId,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<CurrentConsent, StoreError> {
        let hash = self.hash(organisation, subject);
        let value = kv::get(key(organisation, hash)).await.ok().flatten();
        match value.as_deref().map(Projection::decode) {
            Some(Some(Projection::State { version, state })) => Ok(CurrentConsent {
                subject_id: None,
                keyed_hash: hash,
                version,
                state,
                seen: Seen::Projection,
            }),
            Some(Some(Projection::Hold { since }))
                if now.micros().saturating_sub(since.micros()) < REPAIR_AFTER_MICROS =>
            {
                Ok(CurrentConsent::unknown(hash, Seen::Hold))
            }
            // Newer than this software: closed.
            Some(None) => Ok(CurrentConsent::unknown(hash, Seen::Hold)),
            Some(Some(Projection::Hold { .. })) | None => {
                let mut states = states_of(&read_states(organisation, &[hash]).await?)?;
                if value.is_some() {
                    // The hold of a refusal that was never stored.
                    states
                        .entry(hash)
                        .or_insert_with(|| CurrentConsent::unknown(hash, Seen::History));
                }
                let _ = put_projections(organisation, &states).await;
                Ok(states
                    .get(&hash)
                    .cloned()
                    .unwrap_or_else(|| CurrentConsent::unknown(hash, Seen::History)))
            }
        }
    }

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
        });
    }
}

async fn repair(now: Timestamp) -> Result<(), StoreError> {
    let old = now.micros().saturating_sub(REPAIR_AFTER_MICROS);
    let marked = execute(Lane::Record, MARKED, vec![Value::from(old)]).await?;
    for row in &marked {
        let organisation = parsed(row, 0, "subject", OrganisationId::parse)?;
        let hash = parsed(row, 1, "subject", KeyedHash::parse)?;
        let states = states_of(&read_states(organisation, &[hash]).await?)?;
        if put_projections(organisation, &states).await.is_err() {
            return Ok(());
        }
        for state in states.values() {
            let parameters = vec![
                Value::from(state.subject_id.unwrap_or_default()),
                Value::from(state.version),
                Value::from(old),
            ];
            execute(Lane::Record, CLEAR_OLD, parameters).await?;
        }
    }
    Ok(())
}

fn intake_row(signal: &NewSignal, hash: KeyedHash, now: Timestamp) -> IntakeRow<'_> {
    let (live, at) = match signal.at {
        Requested::Live => (true, now),
        Requested::At(at) => (false, at),
    };
    let shown = signal.shown.as_ref();
    IntakeRow {
        keyed_hash: hash.to_string(),
        identifier: signal.subject.as_str(),
        salt: salt(),
        item: signal.item,
        granted: signal.flags.granted_mask(),
        refused: signal.flags.refused_mask(),
        tier: signal.tier.number(),
        source: signal.source.code(),
        regime: signal.regime.code(),
        regime_from: signal.regime_source.code(),
        live,
        at: at.micros(),
        form: shown.map(|shown| shown.form.as_str()),
        form_version: shown.map(|shown| shown.version.as_str()),
        language: shown.map(|shown| shown.language.as_str()),
    }
}

pub(crate) fn salt() -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(32);
    for byte in wasip3::random::random::get_random_bytes(16) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn states_parameters(
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

async fn read_states(
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
fn in_order(hashes: &[KeyedHash], rows: &[RowResult]) -> Result<Vec<CurrentConsent>, StoreError> {
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
fn states_of(rows: &[RowResult]) -> Result<BTreeMap<KeyedHash, CurrentConsent>, StoreError> {
    let lines = rows
        .iter()
        .filter_map(|row| row.get::<&str>(0))
        .flat_map(str::lines);
    lines
        .map(|line| subject_of(line).map(|subject| (subject.keyed_hash, subject)))
        .collect()
}

fn subject_of(line: &str) -> Result<CurrentConsent, StoreError> {
    const CORRUPT: StoreError = StoreError::Corrupt("subject");
    let mut fields = line.splitn(4, '|');
    let mut field = || fields.next().ok_or(CORRUPT);
    Ok(CurrentConsent {
        subject_id: Some(field()?.parse().map_err(|_| CORRUPT)?),
        keyed_hash: KeyedHash::parse(field()?).map_err(|_| CORRUPT)?,
        version: field()?.parse().map_err(|_| CORRUPT)?,
        state: field()?
            .split_terminator(';')
            .map(|line| decision_of(line).ok_or(StoreError::Corrupt("consent_state")))
            .collect::<Result<_, _>>()?,
        seen: Seen::History,
    })
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

fn tier(row: &RowResult, index: usize) -> Result<Tier, StoreError> {
    row.get::<u8>(index)
        .and_then(|number| Tier::from_number(number).ok())
        .ok_or(StoreError::Corrupt("tier"))
}

type ReadBack = (Vec<Recorded>, BTreeMap<KeyedHash, Vec<i64>>);

/// The signals of the request, and the marks of those that this call has stored.
fn read_back(rows: &[RowResult], content: &str, now: Timestamp) -> Result<ReadBack, StoreError> {
    const TABLE: &str = "signal";
    let mut recorded: Vec<Recorded> = Vec::new();
    let mut marks: BTreeMap<KeyedHash, Vec<i64>> = BTreeMap::new();
    for row in rows {
        if text(row, 2, TABLE)? != content {
            return Err(StoreError::Conflict);
        }
        let item = row.get::<u32>(1).ok_or(StoreError::Corrupt(TABLE))?;
        let current = subject_of(text(row, 0, TABLE)?)?;
        let hash = current.keyed_hash;
        let stored_now = integer(row, 5, TABLE)? == now.micros();
        if stored_now {
            marks.entry(hash).or_default().push(integer(row, 3, TABLE)?);
        }
        recorded.push(Recorded {
            item,
            at: Timestamp::from_micros(integer(row, 4, TABLE)?),
            outcome: if stored_now {
                Outcome::Stored
            } else {
                Outcome::Repeated
            },
            current,
        });
    }
    Ok((recorded, marks))
}

async fn put_projections(
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
            async move {
                if kv::set(key(organisation, *hash), value).await.is_err() {
                    away.set(true);
                }
            }
        })
        .await;
    if away.get() { Err(KvAway) } else { Ok(()) }
}

fn history_entry(row: &RowResult) -> Result<HistoryEntry, StoreError> {
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
    })
}
