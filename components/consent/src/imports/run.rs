//! One import: reads rows, stores them in slices, and knows how far it has come.

use domain::files::{Action, ConsentRecord, Table};
use domain::{RegimeSource, Settings, Source, Timestamp, check_time};
use sha2::{Digest, Sha256};
use spin_sdk::time::sleep;
use std::time::Duration;
use store::{
    Actor, FileLine, ImportError, ImportRun, Imported, NewAction, Outcome, Progress, Recorded,
    Requested, StoreError,
};
use web::{Problem, ProblemKind, Session};

use super::lines::{LONGEST, Row, Rows};

/// Rows that are stored in one statement: a longer one would keep everybody else's refusals waiting.
const SLICE: usize = 500;
/// How often a slice is tried while a store is away, and how long between.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(500);

/// How the rows are to be read.
pub enum Format {
    /// Consent records, one a line.
    Records,
    /// A table, and how its columns are mapped.
    Table(String),
}

/// The rows that are read and not stored yet.
#[derive(Default)]
struct Slice {
    rows: usize,
    lines: Vec<FileLine>,
    removals: Vec<FileLine>,
    requests: Vec<FileLine>,
    errors: Vec<ImportError>,
}

/// One import on its way.
pub struct Run {
    session: Session,
    format: Format,
    /// How a table is read, once its header has come.
    table: Option<Table>,
    /// As it is written down.
    pub import: ImportRun,
    /// Lines of this request that were there before.
    pub repeated: u64,
    line: u64,
    bytes: u64,
    digest: Sha256,
    /// The row before goes on in this one.
    in_long_row: bool,
    slice: Slice,
    now: Timestamp,
}

impl Run {
    pub fn new(session: Session, format: Format, import: ImportRun, now: Timestamp) -> Self {
        Self {
            session,
            format,
            table: None,
            import,
            repeated: 0,
            line: 0,
            bytes: 0,
            digest: Sha256::new(),
            in_long_row: false,
            slice: Slice::default(),
            now,
        }
    }

    /// For the rows of this file.
    pub fn rows(&self) -> Rows {
        match self.format {
            Format::Records => Rows::default(),
            Format::Table(_) => Rows::of_table(),
        }
    }

    /// Takes in the next row. What is written down already is only compared. Says whether the slice is full.
    pub fn take(&mut self, row: Row<'_>) -> Result<bool, Problem> {
        let length = u64::try_from(row.bytes.len()).unwrap_or(u64::MAX);
        self.bytes = self.bytes.saturating_add(length);
        self.digest.update(row.bytes);
        let first_line = self.line.saturating_add(1);
        if row.too_long {
            self.in_long_row = true;
            return match self.format {
                Format::Records => Ok(false),
                Format::Table(_) => Err(endless(first_line)),
            };
        }
        self.line = self.line.saturating_add(row.line_ends().max(1));
        let is_header = self.read_header(row.bytes)?;
        let too_long = std::mem::take(&mut self.in_long_row);
        if self.line <= self.import.line {
            self.compare()?;
            return Ok(false);
        }
        if first_line <= self.import.line || self.import.complete {
            return Err(other_file());
        }
        let line = if is_header {
            Ok(None)
        } else if too_long {
            Err(format!("line: a line has at most {} bytes", LONGEST))
        } else {
            self.read(row.bytes, first_line)
        };
        self.slice.rows = self.slice.rows.saturating_add(1);
        match line {
            Ok(Some((Action::Set, line))) => self.slice.lines.push(line),
            Ok(Some((Action::Remove, line))) => self.slice.removals.push(line),
            Ok(Some((Action::Portability, line))) => self.slice.requests.push(line),
            Ok(None) => {}
            Err(reason) => self.slice.errors.push(ImportError {
                line: first_line,
                reason,
            }),
        }
        Ok(self.slice.rows >= SLICE)
    }

    /// What was sent before under this id must be the same.
    fn compare(&mut self) -> Result<(), Problem> {
        if self.line < self.import.line {
            return Ok(());
        }
        if self
            .session
            .store
            .same_lines(&self.import, &self.digest_so_far())
        {
            self.repeated = self.import.accepted;
            Ok(())
        } else {
            Err(other_file())
        }
    }

    fn digest_so_far(&self) -> String {
        let mut text = String::with_capacity(64);
        for byte in self.digest.clone().finalize() {
            use std::fmt::Write;
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    /// Whether this row is the header of a table.
    fn read_header(&mut self, row: &[u8]) -> Result<bool, Problem> {
        let Format::Table(mapping) = &self.format else {
            return Ok(false);
        };
        if self.table.is_some() {
            return Ok(false);
        }
        let invalid = |reason: &str| Problem::invalid(format!("line {}", self.line), reason);
        let header = text(row, self.line).map_err(|reason| invalid(&reason))?;
        let table = Table::parse(header, mapping);
        self.table = Some(table.map_err(|error| invalid(&error.to_string()))?);
        Ok(true)
    }

    fn record(&self, text: &str) -> Result<Option<ConsentRecord>, String> {
        let record = match &self.table {
            _ if text.is_empty() => Ok(None),
            Some(table) => table.record(text, self.session.organisation.settings.tracking_flags),
            None => ConsentRecord::parse(text).map(Some),
        };
        record.map_err(|error| error.to_string())
    }

    /// What a row asks for; nothing in an empty one.
    fn read(&self, row: &[u8], line: u64) -> Result<Option<(Action, FileLine)>, String> {
        let text = text(row, line)?;
        let Some(record) = self.record(text)? else {
            return Ok(None);
        };
        let at = record.at.unwrap_or(self.import.dated_at);
        check_time(at, self.now).map_err(|error| format!("TS: {error}"))?;
        let settings: &Settings = &self.session.organisation.settings;
        let (regime, regime_source) = match record.regime {
            Some(regime) => (regime, RegimeSource::Req),
            None => (settings.default_regime, RegimeSource::Org),
        };
        let line = FileLine {
            line,
            content: text.to_owned(),
            subject: record.subject,
            flags: record.flags,
            regime,
            regime_source,
            at,
        };
        Ok(Some((record.action, line)))
    }

    /// Stores the slice and writes down that it is in force. Gives its errors.
    pub async fn store(&mut self, complete: bool) -> Result<Vec<ImportError>, Problem> {
        if self.line < self.import.line {
            return Err(other_file());
        }
        let nothing_new = self.line == self.import.line && complete == self.import.complete;
        if nothing_new || self.import.complete {
            return Ok(Vec::new());
        }
        let mut attempt = 1;
        let imported = loop {
            match self.try_store().await {
                Err(problem) if again(&problem, &mut attempt) => sleep(PAUSE).await,
                done => break done?,
            }
        };
        let slice = std::mem::take(&mut self.slice);
        let progress = Progress {
            line: self.line,
            bytes: self.bytes,
            digest: self.digest_so_far(),
            accepted: imported.accepted,
            void: imported.void,
            errors: slice.errors,
            log: imported.log,
            complete,
        };
        self.repeated = self.repeated.saturating_add(imported.repeated);
        loop {
            match self.try_advance(&progress).await {
                Err(problem) if again(&problem, &mut attempt) => sleep(PAUSE).await,
                done => break done?,
            }
        }
        Ok(progress.errors)
    }

    async fn try_store(&self) -> Result<Imported, Problem> {
        let imported = self.session.store.import_lines(
            self.session.organisation.id,
            &self.import.id,
            Actor::Key(self.session.key.id),
            &self.slice.lines,
            web::now(),
        );
        let mut imported = imported.await?;
        for (action, lines) in [
            (store::Action::Remove, &self.slice.removals),
            (store::Action::Portability, &self.slice.requests),
        ] {
            let recorded = self.act(action, lines).await?;
            for outcome in recorded.iter().map(|recorded| recorded.outcome) {
                imported.accepted = imported.accepted.saturating_add(1);
                let repeated = u64::from(outcome == Outcome::Repeated);
                imported.repeated = imported.repeated.saturating_add(repeated);
            }
        }
        Ok(imported)
    }

    /// Carries out what these lines ask for. They have one request id, which no line with a decision has: a slice
    /// that is tried again has the same lines.
    async fn act(
        &self,
        action: store::Action,
        lines: &[FileLine],
    ) -> Result<Vec<Recorded>, Problem> {
        let Some(first) = lines.first() else {
            return Ok(Vec::new());
        };
        let actions = lines.iter().map(|line| {
            let item = line.line.saturating_sub(first.line);
            Ok(NewAction {
                item: u32::try_from(item).map_err(Problem::internal)?,
                subject: line.subject.clone(),
                source: Source::File,
                regime: line.regime,
                regime_source: line.regime_source,
                at: Requested::At(line.at),
            })
        });
        let actions = actions.collect::<Result<Vec<NewAction>, Problem>>()?;
        let contents: Vec<&str> = lines.iter().map(|line| line.content.as_str()).collect();
        let content = contents.join("\n");
        let request_id = format!("{}#{}-{}", self.import.id, first.line, action.code());
        let acted = self.session.store.act(
            self.session.organisation.id,
            action,
            &request_id,
            &content,
            Actor::Key(self.session.key.id),
            &actions,
            web::now(),
        );
        Ok(acted.await?)
    }

    async fn try_advance(&mut self, progress: &Progress) -> Result<(), Problem> {
        let organisation = self.session.organisation.id;
        let advanced =
            self.session
                .store
                .advance_import(organisation, &mut self.import, progress, web::now());
        advanced.await.map_err(|error| match error {
            StoreError::Conflict => Problem::new(
                ProblemKind::Conflict,
                "This import is being sent by two at once. Send it again when the other one has ended.",
            ),
            error => error.into(),
        })
    }
}

/// Whether a store was away and may be asked once more.
fn again(problem: &Problem, attempt: &mut u32) -> bool {
    *attempt = attempt.saturating_add(1);
    problem.kind == ProblemKind::Unavailable && *attempt <= ATTEMPTS
}

/// A row without its line end.
fn text(row: &[u8], line: u64) -> Result<&str, String> {
    let text = row.strip_suffix(b"\n").unwrap_or(row);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let text = std::str::from_utf8(text).map_err(|_| "line: write it in UTF-8".to_owned())?;
    // What some programs begin a file in UTF-8 with.
    Ok(match line {
        1 => text.trim_start_matches('\u{feff}'),
        _ => text,
    })
}

/// All that follows may be in the same quotes.
fn endless(line: u64) -> Problem {
    let detail = format!("A row has at most {LONGEST} bytes. Is there a quote that does not end?");
    Problem::invalid(format!("line {line}"), detail)
}

fn other_file() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "Another file was sent under this Idempotency-Key. Send this one under a new one.",
    )
}
