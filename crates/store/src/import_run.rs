//! Imports of files: how far each has come, and the lines that could not be used.

use domain::{KeyId, OrganisationId, Timestamp};
use serde::Serialize;
use spin_sdk::sqlite::{RowResult, Value};

use crate::sql::{integer, read, read_many, text, write};
use crate::{Store, StoreError};

const TABLE: &str = "import_run";

/// The import of one file.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Import"))]
pub struct ImportRun {
    /// Stands for the request id under which it was sent, which may tell what is in the file.
    pub id: String,
    /// The file's name, as the sender gave it.
    pub file: String,
    /// When lines without a time were decided.
    pub dated_at: Timestamp,
    /// When the first part came.
    pub started_at: Timestamp,
    /// When it last came on.
    pub changed_at: Timestamp,
    /// Up to this line everything is in force.
    pub line: u64,
    /// The bytes of these lines, unpacked.
    pub bytes: u64,
    /// Tells these lines from others.
    #[serde(skip)]
    digest: String,
    /// Lines that are stored.
    pub accepted: u64,
    /// Lines that are not, because everything about their subject was erased later than they were decided.
    pub void: u64,
    /// Lines that cannot be used.
    pub rejected: u64,
    /// Whether the end of the file was reached.
    pub complete: bool,
    /// The key that sent it.
    pub actor: String,
}

/// An import that is to begin, or to go on.
#[derive(Debug, Clone)]
pub struct NewImport {
    /// The request id.
    pub id: String,
    /// The file's name.
    pub file: String,
    /// When lines without a time were decided; the start of the run if nothing is known.
    pub dated_at: Option<Timestamp>,
    /// The key that sends it.
    pub actor: KeyId,
}

/// A line that cannot be used.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ImportError"))]
pub struct ImportError {
    /// Its number in the file, from 1.
    pub line: u64,
    /// Which field is wrong, and why.
    pub reason: String,
}

/// What became of a slice of lines.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// The last line of the slice.
    pub line: u64,
    /// The bytes of all lines so far.
    pub bytes: u64,
    /// Their SHA-256.
    pub digest: String,
    /// Stored lines of the slice.
    pub accepted: u64,
    /// Void lines of the slice.
    pub void: u64,
    /// Lines of the slice that cannot be used.
    pub errors: Vec<ImportError>,
    /// First and last place in the log that the slice has.
    pub log: Option<(i64, i64)>,
    /// Whether the file ends here.
    pub complete: bool,
}

const BEGIN: &str = "INSERT INTO import_run (org_id, id, file, actor, dated_at, started_at, changed_at) \
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT (org_id, id) DO NOTHING";

const ADVANCE: &str = "INSERT INTO import_progress (org_id, run_id, line_before, line, bytes, digest, accepted, void, \
  errors, complete, first_seq, last_seq, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";

macro_rules! columns {
    () => {
        "SELECT id, file, dated_at, started_at, changed_at, line, bytes, digest, accepted, void, rejected, complete, \
         actor FROM import_run WHERE org_id = ?1 "
    };
}

const ONE: &str = concat!(columns!(), "AND id IN (?2, ?3)");

const NEWEST: &str = concat!(
    columns!(),
    "AND started_at < ?2 ORDER BY started_at DESC LIMIT ?3"
);

const ERRORS: &str = "SELECT line, reason FROM import_error WHERE org_id = ?1 AND run_id = ?2 AND line > ?3 \
  ORDER BY line LIMIT ?4";

pub(crate) fn number(n: u64) -> Value {
    Value::from(i64::try_from(n).unwrap_or(i64::MAX))
}

impl Store {
    /// Begins an import, or gives how far it has come; then the name and the date stay those that it had.
    pub async fn begin_import(
        &self,
        organisation: OrganisationId,
        import: &NewImport,
        now: Timestamp,
    ) -> Result<ImportRun, StoreError> {
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(self.fingerprint(&import.id)),
            Value::from(import.file.as_str()),
            Value::from(import.actor.to_string()),
            Value::from(import.dated_at.unwrap_or(now).micros()),
            Value::from(now.micros()),
        ];
        write(BEGIN, parameters, 1).await?;
        let run = self.import(organisation, &import.id).await?;
        run.ok_or(StoreError::Corrupt(TABLE))
    }

    /// Writes down that a slice is in force, whose lines come after those of `run`, and moves `run` on.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody else has moved the run meanwhile.
    pub async fn advance_import(
        &self,
        organisation: OrganisationId,
        run: &mut ImportRun,
        progress: &Progress,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let [line_before, line, bytes, digest, errors, complete] = self.moves_on(run, progress)?;
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(run.id.as_str()),
            line_before,
            line,
            bytes,
            digest,
            number(progress.accepted),
            number(progress.void),
            errors,
            complete,
            Value::from(progress.log.map(|(first, _)| first)),
            Value::from(progress.log.map(|(_, last)| last)),
            Value::from(now.micros()),
        ];
        write(ADVANCE, parameters, 1).await?;
        if self.moved_on(organisation, run, progress).await? {
            Ok(())
        } else {
            Err(StoreError::Conflict)
        }
    }

    /// From where to where `progress` moves the run: the line before, the line, the bytes, the digest, the errors, and
    /// whether the file ends there.
    pub(crate) fn moves_on(
        &self,
        run: &ImportRun,
        progress: &Progress,
    ) -> Result<[Value; 6], StoreError> {
        let errors: Vec<(u64, &str)> = progress
            .errors
            .iter()
            .map(|error| (error.line, error.reason.as_str()))
            .collect();
        let errors = serde_json::to_string(&errors).map_err(|_| StoreError::Corrupt(TABLE))?;
        Ok([
            number(run.line),
            number(progress.line),
            number(progress.bytes),
            Value::from(self.fingerprint(&progress.digest)),
            Value::from(errors),
            Value::from(i64::from(progress.complete)),
        ])
    }

    /// Whether the run is where `progress` moves it; then `run` is, too.
    pub(crate) async fn moved_on(
        &self,
        organisation: OrganisationId,
        run: &mut ImportRun,
        progress: &Progress,
    ) -> Result<bool, StoreError> {
        let found = self.import(organisation, &run.id).await?;
        let found = found.ok_or(StoreError::Corrupt(TABLE))?;
        let is_there = found.line == progress.line
            && found.complete == progress.complete
            && self.same_lines(&found, &progress.digest);
        if is_there {
            *run = found;
        }
        Ok(is_there)
    }

    /// Whether the lines so far of a file, which have this SHA-256, are those of the import.
    pub fn same_lines(&self, run: &ImportRun, digest: &str) -> bool {
        self.fingerprint(digest) == run.digest
    }

    /// The import with this id, or under this request id.
    pub async fn import(
        &self,
        organisation: OrganisationId,
        id: &str,
    ) -> Result<Option<ImportRun>, StoreError> {
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(id),
            Value::from(self.fingerprint(id)),
        ];
        let rows = read(ONE, parameters).await?;
        rows.first().map(run_of).transpose()
    }

    /// Imports that began before `before`, newest first.
    pub async fn imports(
        &self,
        organisation: OrganisationId,
        before: Option<Timestamp>,
        limit: u32,
    ) -> Result<Vec<ImportRun>, StoreError> {
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(before.map_or(i64::MAX, Timestamp::micros)),
            Value::from(limit),
        ];
        let rows = read(NEWEST, parameters).await?;
        rows.iter().map(run_of).collect()
    }

    /// The lines of an import that could not be used, after the line `after`.
    pub async fn import_errors(
        &self,
        organisation: OrganisationId,
        id: &str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<ImportError>, StoreError> {
        const TABLE: &str = "import_error";
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(id),
            number(after),
            Value::from(limit),
        ];
        let items = usize::try_from(limit).unwrap_or(usize::MAX);
        let rows = read_many(ERRORS, parameters, items).await?;
        rows.iter()
            .map(|row| {
                Ok(ImportError {
                    line: count(row, 0, TABLE)?,
                    reason: text(row, 1, TABLE)?.to_owned(),
                })
            })
            .collect()
    }
}

fn count(row: &RowResult, index: usize, table: &'static str) -> Result<u64, StoreError> {
    u64::try_from(integer(row, index, table)?).map_err(|_| StoreError::Corrupt(table))
}

fn run_of(row: &RowResult) -> Result<ImportRun, StoreError> {
    let time = |index| integer(row, index, TABLE).map(Timestamp::from_micros);
    Ok(ImportRun {
        id: text(row, 0, TABLE)?.to_owned(),
        file: text(row, 1, TABLE)?.to_owned(),
        dated_at: time(2)?,
        started_at: time(3)?,
        changed_at: time(4)?,
        line: count(row, 5, TABLE)?,
        bytes: count(row, 6, TABLE)?,
        digest: text(row, 7, TABLE)?.to_owned(),
        accepted: count(row, 8, TABLE)?,
        void: count(row, 9, TABLE)?,
        rejected: count(row, 10, TABLE)?,
        complete: integer(row, 11, TABLE)? != 0,
        actor: text(row, 12, TABLE)?.to_owned(),
    })
}
