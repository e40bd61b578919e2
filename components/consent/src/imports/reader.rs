//! Reads a file as it comes, in slices, past what is stored already.

use std::rc::Rc;

use domain::Timestamp;
use domain::files::Action;
use sha2::{Digest, Sha256};
use store::{ContactChange, FileLine, ImportError, ImportRun, Progress};
use web::{Problem, ProblemKind, Session};

use super::body::Body;
use super::lines::{LONGEST, Row, Rows};
use super::parser::{Format, Parser};

/// Rows that are stored in one statement: a longer one would keep everybody else's refusals waiting.
const SLICE: usize = 1000;

/// Rows that are to be stored, and where the file is after them.
#[derive(Default)]
pub struct Slice {
    /// In their order: what is done to somebody depends on who is linked to her then.
    pub steps: Vec<(Action, Vec<FileLine>)>,
    /// What is kept about contacts, and whether their rows decide nothing.
    pub contacts: Vec<(ContactChange, bool)>,
    /// With nothing accepted or void yet.
    pub progress: Progress,
    rows: usize,
}

impl Slice {
    fn push(&mut self, action: Action, line: FileLine) {
        match self.steps.last_mut() {
            Some((last, lines)) if *last == action => lines.push(line),
            _ => self.steps.push((action, vec![line])),
        }
    }
}

/// A file on its way.
pub struct Reader {
    body: Body,
    rows: Rows,
    file: File,
}

/// How much of the file has come.
struct File {
    session: Rc<Session>,
    parser: Parser,
    /// The import as it was when this began.
    import: ImportRun,
    /// Lines that were stored before.
    repeated: u64,
    line: u64,
    bytes: u64,
    digest: Sha256,
    /// The row before goes on in this one.
    in_long_row: bool,
    ended: bool,
    slice: Slice,
}

impl Reader {
    pub fn new(
        session: Rc<Session>,
        body: Body,
        format: Format,
        import: ImportRun,
        now: Timestamp,
    ) -> Self {
        Self {
            body,
            rows: match format {
                Format::Records => Rows::default(),
                Format::Table(_) => Rows::of_table(),
            },
            file: File {
                parser: Parser::new(session.clone(), format, import.dated_at, now),
                session,
                import,
                repeated: 0,
                line: 0,
                bytes: 0,
                digest: Sha256::new(),
                in_long_row: false,
                ended: false,
                slice: Slice::default(),
            },
        }
    }

    /// Lines that were stored before this began.
    pub const fn repeated(&self) -> u64 {
        self.file.repeated
    }

    /// The next slice. The last one, which may be empty, ends the file; it is left out where that is written down.
    pub async fn next(&mut self) -> Result<Option<Slice>, Problem> {
        while !self.file.ended {
            while let Some(row) = self.rows.next() {
                if self.file.take(row)? {
                    return Ok(Some(self.file.slice(false)));
                }
            }
            if let Some(piece) = self.body.next().await? {
                self.rows.push(&piece);
                continue;
            }
            if let Some(row) = self.rows.rest() {
                self.file.take(row)?;
            }
            self.file.ended = true;
            if self.file.line < self.file.import.line {
                return Err(other_file());
            }
            if !self.file.import.complete {
                return Ok(Some(self.file.slice(true)));
            }
        }
        Ok(None)
    }
}

impl File {
    /// Takes in the next row. What is written down already is only compared. Says whether the slice is full.
    fn take(&mut self, row: Row<'_>) -> Result<bool, Problem> {
        let length = u64::try_from(row.bytes.len()).unwrap_or(u64::MAX);
        self.bytes = self.bytes.saturating_add(length);
        self.digest.update(row.bytes);
        let first_line = self.line.saturating_add(1);
        if row.too_long {
            self.in_long_row = true;
            return self.parser.endure(first_line).map(|()| false);
        }
        self.line = self.line.saturating_add(row.line_ends().max(1));
        let is_header = self.parser.read_header(row.bytes, self.line)?;
        let too_long = std::mem::take(&mut self.in_long_row);
        if self.line <= self.import.line {
            self.compare()?;
            return Ok(false);
        }
        if first_line <= self.import.line || self.import.complete {
            return Err(other_file());
        }
        let (line, contact) = if is_header {
            (Ok(None), Ok(None))
        } else if too_long {
            let reason = format!("line: a line has at most {LONGEST} bytes");
            (Err(reason), Ok(None))
        } else {
            let line = self.parser.read(row.bytes, first_line);
            (line, self.parser.contact(row.bytes, first_line))
        };
        let slice = &mut self.slice;
        slice.rows = slice.rows.saturating_add(1);
        // What is decided counts also where an attribute beside it is wrong: a refusal waits for nobody to mend that.
        let is_alone = matches!(line, Ok(None));
        let mistake = match (line, contact) {
            (Err(reason), _) => Some(reason),
            (Ok(line), contact) => {
                if let Some((action, line)) = line {
                    slice.push(action, line);
                }
                match contact {
                    Ok(contact) => {
                        let contact = contact.map(|contact| (contact, is_alone));
                        slice.contacts.extend(contact);
                        None
                    }
                    Err(reason) => Some(reason),
                }
            }
        };
        slice
            .progress
            .errors
            .extend(mistake.map(|reason| ImportError {
                line: first_line,
                reason,
            }));
        Ok(slice.rows >= SLICE)
    }

    /// What was sent before under this id must be the same.
    fn compare(&mut self) -> Result<(), Problem> {
        if self.line < self.import.line {
            return Ok(());
        }
        let digest = self.digest_so_far();
        if self.session.store.same_lines(&self.import, &digest) {
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

    fn slice(&mut self, complete: bool) -> Slice {
        let mut slice = std::mem::take(&mut self.slice);
        slice.progress.line = self.line;
        slice.progress.bytes = self.bytes;
        slice.progress.digest = self.digest_so_far();
        slice.progress.complete = complete;
        slice
    }
}

fn other_file() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "Another file was sent under this Idempotency-Key. Send this one under a new one.",
    )
}
