//! What a row of a file says.

use std::rc::Rc;

use domain::files::{Action, ConsentRecord, Table};
use domain::{AttributeError, RegimeSource, Settings, SubjectKind, Timestamp, check_time};
use store::{ContactChange, FileLine};
use web::{Problem, Session};

use super::lines::LONGEST;

/// How the rows are to be read.
pub enum Format {
    /// Consent records, one a line.
    Records,
    /// A table, and how its columns are mapped.
    Table(String),
}

/// Reads rows.
pub struct Parser {
    session: Rc<Session>,
    format: Format,
    /// How a table is read, once its header has come.
    table: Option<Table>,
    /// When lines without a time were decided.
    dated_at: Timestamp,
    now: Timestamp,
}

impl Parser {
    pub const fn new(
        session: Rc<Session>,
        format: Format,
        dated_at: Timestamp,
        now: Timestamp,
    ) -> Self {
        Self {
            session,
            format,
            table: None,
            dated_at,
            now,
        }
    }

    /// Whether a row that is too long may be left out: all that follows in a table may be in the same quotes.
    pub fn endure(&self, line: u64) -> Result<(), Problem> {
        match self.format {
            Format::Records => Ok(()),
            Format::Table(_) => Err(Problem::invalid(
                format!("line {line}"),
                format!("A row has at most {LONGEST} bytes. Is there a quote that does not end?"),
            )),
        }
    }

    /// Whether this row, which ends in this line, is the header of a table.
    pub fn read_header(&mut self, row: &[u8], line: u64) -> Result<bool, Problem> {
        let Format::Table(mapping) = &self.format else {
            return Ok(false);
        };
        if self.table.is_some() {
            return Ok(false);
        }
        let invalid = |reason: &str| Problem::invalid(format!("line {line}"), reason);
        let header = text(row, line).map_err(|reason| invalid(&reason))?;
        let table = Table::parse(header, mapping);
        let table = table.map_err(|error| invalid(&error.to_string()))?;
        let defined = &self.session.organisation.settings.attributes;
        if let Some(name) = table
            .attributes()
            .find(|name| defined.get(name.as_str()).is_none())
        {
            return Err(invalid(&format!(
                "attribute:{name}: {}",
                AttributeError::Unknown
            )));
        }
        self.table = Some(table);
        Ok(true)
    }

    /// What a row asks for; nothing in an empty one.
    pub fn read(&self, row: &[u8], line: u64) -> Result<Option<(Action, FileLine)>, String> {
        let text = text(row, line)?;
        let Some(record) = self.record(text)? else {
            return Ok(None);
        };
        let at = record.at.unwrap_or(self.dated_at);
        check_time(at, self.now).map_err(|error| format!("TS: {error}"))?;
        let settings: &Settings = &self.session.organisation.settings;
        let (regime, regime_source) = match record.regime {
            Some(regime) => (regime, RegimeSource::Req),
            None => (settings.default_regime, RegimeSource::Org),
        };
        let line = FileLine {
            line,
            content: self.session.store.fingerprint(text),
            subject: record.subject,
            flags: record.flags,
            regime,
            regime_source,
            at,
        };
        Ok(Some((record.action, line)))
    }

    /// What a row says about attributes; nothing where it says nothing.
    pub fn contact(&self, row: &[u8], line: u64) -> Result<Option<ContactChange>, String> {
        let Some(table) = &self.table else {
            return Ok(None);
        };
        let row = table.contact(text(row, line)?);
        let Some(row) = row.map_err(|error| error.to_string())? else {
            return Ok(None);
        };
        if row.subject.kind() != SubjectKind::Contact {
            return Err(
                "attributes are kept about contacts: name them in a column contact".to_owned(),
            );
        }
        let defined = &self.session.organisation.settings.attributes;
        let values = row.attributes.into_iter().map(|(name, cell)| {
            let attribute = defined.get(name.as_str()).ok_or(AttributeError::Unknown);
            let value = attribute.and_then(|attribute| attribute.read_text(&cell));
            let value = value.map_err(|error| format!("attribute:{name}: {error}"))?;
            Ok((name, value))
        });
        Ok(Some(ContactChange {
            subject: row.subject,
            attributes: values.collect::<Result<_, String>>()?,
            replaces: false,
        }))
    }

    fn record(&self, text: &str) -> Result<Option<ConsentRecord>, String> {
        let record = match &self.table {
            _ if text.is_empty() => Ok(None),
            Some(table) => table.record(text, self.session.organisation.settings.tracking_flags),
            None => ConsentRecord::parse(text).map(Some),
        };
        record.map_err(|error| error.to_string())
    }
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
