//! Decisions from files, many at a time, in the order of ADR 1 as far as anybody can tell (ADR 12).

use std::collections::{BTreeMap, BTreeSet};

use domain::{Flags, KeyedHash, OrganisationId, Regime, RegimeSource, Subject, Timestamp};
use futures::{StreamExt, TryStreamExt};
use spin_sdk::sqlite::{RowResult, Value};
use spin_sdk::wasip3;

use super::decide::linked_request_id;
use super::project::{CONCURRENT_PROJECTIONS, key, project, project_again};
use super::rows::subject_line;
use super::types::Actor;
use crate::kv;
use crate::projection::Projection;
use crate::sql::{read_many, write};
use crate::{Store, StoreError};

/// A decision in a line of a file.
#[derive(Debug, Clone)]
pub struct FileLine {
    /// Its number in the file, from 1.
    pub line: u64,
    /// The line as it was sent.
    pub content: String,
    /// Who it is about.
    pub subject: Subject,
    /// What it says; at least one flag.
    pub flags: Flags,
    /// The policy regime.
    pub regime: Regime,
    /// How that was chosen.
    pub regime_source: RegimeSource,
    /// When the person decided.
    pub at: Timestamp,
}

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
}

/// A line is one text: columns of fixed width, the identifier at the end. `json_each` reads it many times faster
/// than an object. The request id of a line is that of the run, `#` and the number of the line: no other request
/// can have it.
const INSERT: &str = "INSERT INTO signal_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, \
  granted, refused, tier, source, regime, regime_from, live, at, since, received_at, form, form_version, language, ip, actor) \
  SELECT ?1, substr(value, 1, 32), substr(value, 149), substr(value, 33, 32), \
  ?2 || '#' || CAST(substr(value, 97, 19) AS INTEGER), 0, substr(value, 65, 32), \
  CAST(substr(value, 136, 2) AS INTEGER), CAST(substr(value, 138, 2) AS INTEGER), 1, 'file', \
  rtrim(substr(value, 140, 6)), rtrim(substr(value, 146, 3)), 0, CAST(substr(value, 116, 20) AS INTEGER), ?3, ?3, \
  NULL, NULL, NULL, NULL, ?4 FROM json_each(?5)";

/// Who of these is known.
const KNOWN: &str = "SELECT group_concat(keyed_hash, char(10)) FROM subject \
  WHERE org_id = ?1 AND keyed_hash IN (SELECT value FROM json_each(?2))";

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

fn intake_text(line: &FileLine, content: &str, hash: KeyedHash, salt: &str) -> String {
    format!(
        "{hash}{salt}{content}{:019}{:020}{:02}{:02}{:6}{:3}{}",
        line.line,
        line.at.micros(),
        line.flags.granted_mask(),
        line.flags.refused_mask(),
        line.regime.code(),
        line.regime_source.code(),
        line.subject
    )
}

impl Store {
    /// Stores lines of the run and brings them into force, in the linked organisations too. The same lines again
    /// change nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when a line was other before, and [`StoreError::Away`] when nothing can be
    /// promised: then the same lines are to be sent again.
    pub async fn import_lines(
        &self,
        organisation: OrganisationId,
        run: &str,
        actor: Actor,
        lines: &[FileLine],
        now: Timestamp,
    ) -> Result<Imported, StoreError> {
        if lines.is_empty() {
            return Ok(Imported::default());
        }
        let imported = self
            .import_lines_in(organisation, run, actor, lines, now)
            .await?;
        for linked in self.linked_with(organisation).await? {
            let run = linked_request_id(organisation, run);
            self.import_lines_in(linked, &run, Actor::Linked(organisation), lines, now)
                .await?;
        }
        Ok(imported)
    }

    /// The same in one organisation.
    async fn import_lines_in(
        &self,
        organisation: OrganisationId,
        run: &str,
        actor: Actor,
        lines: &[FileLine],
        now: Timestamp,
    ) -> Result<Imported, StoreError> {
        let hashes: Vec<KeyedHash> = lines
            .iter()
            .map(|line| self.hash(organisation, &line.subject))
            .collect();
        self.announce_lines(organisation, lines, &hashes, now)
            .await?;
        let contents: Vec<String> = lines
            .iter()
            .map(|line| self.fingerprint(&line.content))
            .collect();
        let texts: Vec<String> = lines
            .iter()
            .zip(&contents)
            .zip(&hashes)
            .zip(salts(lines.len()))
            .map(|(((line, content), hash), salt)| intake_text(line, content, *hash, &salt))
            .collect();
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(run),
            Value::from(now.micros()),
            Value::from(actor.text()),
            Value::from(json(&texts)?),
        ];
        write(INSERT, parameters, lines.len()).await?;
        let numbers: Vec<u64> = lines.iter().map(|line| line.line).collect();
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(run),
            Value::from(json(&numbers)?),
            Value::from(now.micros()),
        ];
        let rows = read_many(READ_BACK, parameters, lines.len()).await?;
        let found = Found::of(&rows, &numbers, &contents)?;
        found.bring_into_force(organisation, &rows).await?;
        Ok(found.imported)
    }

    /// Closes those who refuse and about whom the key-value store may say something else. Whoever is not known to
    /// SQLite is not known to it either.
    async fn announce_lines(
        &self,
        organisation: OrganisationId,
        lines: &[FileLine],
        hashes: &[KeyedHash],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let refusing: Vec<String> = lines
            .iter()
            .zip(hashes)
            .filter(|(line, _)| line.flags.contains_refusal())
            .map(|(_, hash)| hash.to_string())
            .collect();
        if refusing.is_empty() {
            return Ok(());
        }
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(json(&refusing)?),
        ];
        let rows = read_many(KNOWN, parameters, refusing.len()).await?;
        let known = rows.first().and_then(|row| row.get::<&str>(0));
        let known: Vec<KeyedHash> = known
            .unwrap_or_default()
            .lines()
            .map(|hash| KeyedHash::parse(hash).map_err(|_| StoreError::Corrupt("subject")))
            .collect::<Result<_, _>>()?;
        let hold = Projection::Hold { since: now }.encode();
        futures::stream::iter(known)
            .map(|hash| kv::set(key(organisation, hash), hold.clone()))
            .buffer_unordered(CONCURRENT_PROJECTIONS)
            .try_collect::<Vec<()>>()
            .await
            .map_err(|_| away())?;
        Ok(())
    }
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
    fn of(rows: &[RowResult], numbers: &[u64], contents: &[String]) -> Result<Self, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("signal");
        let contents: BTreeMap<u64, &str> = numbers
            .iter()
            .copied()
            .zip(contents.iter().map(String::as_str))
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
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        found.imported.accepted = count(stored.len());
        found.imported.repeated = count(repeated.len());
        found.imported.void = count(numbers.len().saturating_sub(stored.len()));
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
        for hash in &self.unmarked {
            project_again(organisation, *hash)
                .await
                .map_err(|_| away())?;
        }
        Ok(())
    }
}
