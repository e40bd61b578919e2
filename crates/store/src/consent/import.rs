//! Decisions from files, many at a time, in the order of ADR 1 as far as anybody can tell (ADR 12).

use std::collections::{BTreeMap, BTreeSet};

use domain::{KeyedHash, OrganisationId, Timestamp};
use futures::{StreamExt, TryStreamExt};
use spin_sdk::sqlite::{RowResult, Value};
use spin_sdk::wasip3;

use super::decide::linked_request_id;
use super::file_line::{FileLine, Texts};
use super::project::{CONCURRENT_PROJECTIONS, key, project, project_again};
use super::rows::{states_parameters, subject_line};
use super::types::Actor;
use crate::import_run::number;
use crate::kv;
use crate::projection::Projection;
use crate::sql::{integer, read_many, write};
use crate::{ImportRun, Progress, Store, StoreError};

/// What became of a slice of lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// Lines that are stored.
    pub accepted: u64,
    /// Those of them that were stored before.
    pub repeated: u64,
    /// Lines that are not stored, because everything about their subject was erased later.
    pub void: u64,
    /// First and last place in the log of what this call has stored.
    pub log: Option<(i64, i64)>,
    /// Whether that is written down already.
    pub advanced: bool,
}

impl Imported {
    /// What was done after it, too.
    pub fn add(&mut self, next: Self) {
        self.accepted = self.accepted.saturating_add(next.accepted);
        self.repeated = self.repeated.saturating_add(next.repeated);
        self.void = self.void.saturating_add(next.void);
        self.log = match (self.log, next.log) {
            (Some((first, _)), Some((_, last))) => Some((first, last)),
            (one, other) => one.or(other),
        };
        self.advanced |= next.advanced;
    }
}

/// The request id of a line is that of the run, `#` and the number of the line: no other request can have it.
const INSERT: &str = "INSERT INTO file_intake (org_id, run_id, first_line, last_line, people, rest, received_at, actor, \
  line_before, line, bytes, digest, errors, complete) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";

/// Who of these is known, and up to which line the import may have something in the log.
const KNOWN: &str = "SELECT (SELECT group_concat(keyed_hash, char(10)) FROM subject \
  WHERE org_id = ?1 AND keyed_hash IN (SELECT value FROM json_each(?2))), \
  coalesce((SELECT line FROM import_stored WHERE org_id = ?1 AND run_id = ?3), 0)";

/// First the states of those about whom something was said before, then a text for each row: line, whether this
/// call has stored it, place in the log, digest, and the hash of those in the first column.
const READ_BACK: &str = concat!(
    "SELECT group_concat(CASE WHEN s.version > 1 AND s.keyed_hash NOT LIKE 'erased-%' THEN ",
    subject_line!(),
    " END, char(10)), group_concat(j.value || ' ' || (g.received_at = ?4) || ' ' || g.seq || ' ' || g.content || ' ' \
     || CASE WHEN s.version > 1 THEN s.keyed_hash ELSE '' END, char(10)) \
     FROM json_each(?3) j CROSS JOIN signal g ON g.org_id = ?1 AND g.request_id = ?2 || '#' || j.value \
     JOIN subject s ON s.id = g.subject_id"
);

/// Lines on their way into one organisation.
#[derive(Clone, Copy)]
struct Slice<'a> {
    organisation: OrganisationId,
    run: &'a str,
    actor: Actor,
    lines: &'a [FileLine],
    now: Timestamp,
}

impl Store {
    /// Stores lines of the run and brings them into force, in the linked organisations too. The same lines again
    /// change nothing. Where these lines are all that `progress` is about, and all of new people, `run` is moved on
    /// in the same statement, with all of them as accepted.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when a line was other before, and [`StoreError::Away`] when nothing can be
    /// promised: then the same lines are to be sent again.
    pub async fn import_lines(
        &self,
        organisation: OrganisationId,
        run: &mut ImportRun,
        actor: Actor,
        lines: &[FileLine],
        progress: Option<&Progress>,
        now: Timestamp,
    ) -> Result<Imported, StoreError> {
        if lines.is_empty() {
            return Ok(Imported::default());
        }
        let linked = self.linked_with(organisation).await?;
        let id = run.id.clone();
        let slice = Slice {
            organisation,
            run: &id,
            actor,
            lines,
            now,
        };
        // What is in force here alone is not in force.
        let progress = progress.filter(|_| linked.is_empty());
        let imported = self
            .import_slice(slice, progress.map(|progress| (run, progress)))
            .await?;
        for linked in linked {
            let slice = Slice {
                organisation: linked,
                run: &linked_request_id(organisation, &id),
                actor: Actor::Linked(organisation),
                ..slice
            };
            self.import_slice(slice, None).await?;
        }
        Ok(imported)
    }

    /// The same in one organisation.
    async fn import_slice(
        &self,
        slice: Slice<'_>,
        advance: Option<(&mut ImportRun, &Progress)>,
    ) -> Result<Imported, StoreError> {
        let lines = slice.lines;
        let hashes: Vec<KeyedHash> = lines
            .iter()
            .map(|line| self.hash(slice.organisation, &line.subject))
            .collect();
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
            return Ok(Imported::default());
        };
        let (mut seen, stored) = known(slice, &hashes).await?;
        let held = announce(slice, &hashes, &seen).await?;
        if first.line <= stored {
            seen.extend(&hashes);
        }
        let texts = Texts::of(lines, &hashes, salts(lines.len()), &mut seen);
        let mut parameters = vec![
            Value::from(slice.organisation.to_string()),
            Value::from(slice.run),
            number(first.line),
            number(last.line),
            Value::from(json(&texts.people)?),
            Value::from(json(&texts.rest)?),
            Value::from(slice.now.micros()),
            Value::from(slice.actor.text()),
        ];
        parameters.extend(match &advance {
            Some((run, progress)) => self.moves_on(run, progress)?,
            None => [const { Value::Null }; 6],
        });
        write(INSERT, parameters, lines.len()).await?;
        if let Some((run, progress)) = advance
            && texts.rest.is_empty()
            && self.moved_on(slice.organisation, run, progress).await?
        {
            return Ok(Imported {
                accepted: count(lines.len()),
                advanced: true,
                ..Imported::default()
            });
        }
        let numbers: Vec<u64> = lines.iter().map(|line| line.line).collect();
        let parameters = vec![
            Value::from(slice.organisation.to_string()),
            Value::from(slice.run),
            Value::from(json(&numbers)?),
            Value::from(slice.now.micros()),
        ];
        let rows = read_many(READ_BACK, parameters, lines.len()).await?;
        let mut found = Found::of(&rows, lines)?;
        // Also of those about whom all was void.
        let held = held.into_iter();
        let held = held.filter(|hash| !found.marks.contains_key(hash));
        found.unmarked.extend(held.collect::<Vec<_>>());
        found.bring_into_force(slice.organisation, &rows).await?;
        Ok(found.imported)
    }
}

/// Who of these is known, and up to which line the import may have something in the log.
async fn known(
    slice: Slice<'_>,
    hashes: &[KeyedHash],
) -> Result<(BTreeSet<KeyedHash>, u64), StoreError> {
    const CORRUPT: StoreError = StoreError::Corrupt("subject");
    let mut parameters = states_parameters(slice.organisation, hashes)?;
    parameters.push(Value::from(slice.run));
    let rows = read_many(KNOWN, parameters, hashes.len()).await?;
    let row = rows.first().ok_or(CORRUPT)?;
    let stored = u64::try_from(integer(row, 1, "import_stored")?).map_err(|_| CORRUPT)?;
    let known = row.get::<&str>(0).unwrap_or_default().lines();
    let known = known.map(|hash| KeyedHash::parse(hash).map_err(|_| CORRUPT));
    Ok((known.collect::<Result<_, _>>()?, stored))
}

/// Closes those who refuse and about whom the key-value store may say something else. Whoever is not known to
/// SQLite is not known to it either. Gives whom it has closed.
async fn announce(
    slice: Slice<'_>,
    hashes: &[KeyedHash],
    known: &BTreeSet<KeyedHash>,
) -> Result<BTreeSet<KeyedHash>, StoreError> {
    let refusing: BTreeSet<KeyedHash> = slice
        .lines
        .iter()
        .zip(hashes)
        .filter(|(line, hash)| line.flags.contains_refusal() && known.contains(hash))
        .map(|(_, hash)| *hash)
        .collect();
    let hold = Projection::Hold { since: slice.now }.encode();
    futures::stream::iter(refusing.clone())
        .map(|hash| kv::set(key(slice.organisation, hash), hold.clone()))
        .buffer_unordered(CONCURRENT_PROJECTIONS)
        .try_collect::<Vec<()>>()
        .await
        .map_err(|_| away())?;
    Ok(refusing)
}

/// Random salts, all from one call of the host or a few.
fn salts(count: usize) -> Vec<String> {
    use std::fmt::Write;
    const BYTES: usize = 16;
    let wanted = count.saturating_mul(BYTES);
    let mut random = Vec::with_capacity(wanted);
    while random.len() < wanted {
        let rest = wanted.saturating_sub(random.len());
        let rest = u64::try_from(rest).unwrap_or(u64::MAX);
        random.extend(wasip3::random::random::get_random_bytes(rest));
    }
    random
        .chunks_exact(BYTES)
        .take(count)
        .map(|bytes| {
            let mut text = String::with_capacity(BYTES.saturating_mul(2));
            for byte in bytes {
                let _ = write!(text, "{byte:02x}");
            }
            text
        })
        .collect()
}

fn away() -> StoreError {
    StoreError::Away("the key-value store is away, so no line can come into force".to_owned())
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

fn json(values: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(values).map_err(|_| StoreError::Corrupt("signal"))
}

/// What the read-back says.
#[derive(Default)]
struct Found {
    imported: Imported,
    /// Places in the log of what this call has stored about those who were known before.
    marks: BTreeMap<KeyedHash, Vec<i64>>,
    /// Known before, and stored by an earlier call.
    unmarked: BTreeSet<KeyedHash>,
}

impl Found {
    fn of(rows: &[RowResult], lines: &[FileLine]) -> Result<Self, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("signal");
        let contents: BTreeMap<u64, &str> = lines
            .iter()
            .map(|line| (line.line, line.content.as_str()))
            .collect();
        let mut found = Self::default();
        let (mut stored, mut repeated) = (BTreeSet::new(), BTreeSet::new());
        let text = rows.first().and_then(|row| row.get::<&str>(1));
        for row in text.unwrap_or_default().lines() {
            let mut fields = row.splitn(5, ' ');
            let mut field = || fields.next().ok_or(CORRUPT);
            let line: u64 = field()?.parse().map_err(|_| CORRUPT)?;
            let is_new = field()? == "1";
            let seq: i64 = field()?.parse().map_err(|_| CORRUPT)?;
            if contents.get(&line) != Some(&field()?) {
                return Err(StoreError::Conflict);
            }
            // The anchor of somebody who was erased since has no hash.
            let hash = KeyedHash::parse(field()?).ok();
            stored.insert(line);
            match hash {
                Some(hash) if is_new => found.marks.entry(hash).or_default().push(seq),
                Some(hash) => drop(found.unmarked.insert(hash)),
                None => {}
            }
            if is_new {
                let log = found.imported.log.unwrap_or((seq, seq));
                found.imported.log = Some((log.0.min(seq), log.1.max(seq)));
            } else {
                repeated.insert(line);
            }
        }
        found.imported.accepted = count(stored.len());
        found.imported.repeated = count(repeated.len());
        found.imported.void = count(lines.len().saturating_sub(stored.len()));
        Ok(found)
    }

    /// A line is acknowledged only when the key-value store says the same. Of whom nothing was said before, it
    /// says nothing, and SQLite is asked.
    async fn bring_into_force(
        &self,
        organisation: OrganisationId,
        rows: &[RowResult],
    ) -> Result<(), StoreError> {
        if !self.marks.is_empty() {
            let marks = self.marks.clone();
            project(organisation, rows, marks)
                .await
                .map_err(|_| away())?;
        }
        futures::stream::iter(&self.unmarked)
            .map(|hash| project_again(organisation, *hash))
            .buffer_unordered(CONCURRENT_PROJECTIONS)
            .try_collect::<Vec<()>>()
            .await
            .map_err(|_| away())?;
        Ok(())
    }
}
