//! Decisions and attributes in a table (CSV, after RFC 4180): one row for each subject, a header that says which column is what.

use chrono::{NaiveDate, NaiveDateTime};
use thiserror::Error;

use super::consent::{Action, ConsentRecord};
use super::field::{Field, Mistake, RecordError, parse_time};
use crate::{AttributeName, Choice, Flag, FlagSet, Flags, Regime, Subject, Timestamp};

/// What a column holds, under the name by which a header or a mapping says so.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Column {
    /// `subject`: the text form.
    Subject,
    /// `contact`, `email`, `email_sha256`, `device:<type>`, `bk:<name>`: what goes before the value in the text form.
    Identifier(String),
    /// `dc`, `al`, `tg`, `cd`, `sh`, `re`.
    Flag(Flag),
    /// `hasTrackingConsent` (Dialog Insight): all flags that the organisation counts as tracking.
    Tracking,
    /// `at`, or `dtTrackingConsent` (Dialog Insight).
    Time,
    /// `regime`.
    Regime,
    /// `attribute:<name>`: what is kept about a contact.
    Attribute(AttributeName),
}

impl Column {
    fn parse(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase();
        match name.as_str() {
            "subject" => Some(Self::Subject),
            "contact" => Some(Self::Identifier("contact:".to_owned())),
            "email" | "email_sha256" => Some(Self::Identifier(format!("bk:{name}:"))),
            "hastrackingconsent" => Some(Self::Tracking),
            "dttrackingconsent" | "at" => Some(Self::Time),
            "regime" => Some(Self::Regime),
            _ if name.starts_with("attribute:") => {
                let name = name.strip_prefix("attribute:").unwrap_or_default();
                AttributeName::parse(name).ok().map(Self::Attribute)
            }
            _ if name.starts_with("device:") || name.starts_with("bk:") => {
                Some(Self::Identifier(format!("{name}:")))
            }
            _ => Flag::parse(&name).ok().map(Self::Flag),
        }
    }

    const fn names_subject(&self) -> bool {
        matches!(self, Self::Subject | Self::Identifier(_))
    }

    const fn says_something(&self) -> bool {
        matches!(self, Self::Flag(_) | Self::Tracking | Self::Attribute(_))
    }
}

/// The header or the mapping cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TableError {
    /// A pair of the mapping.
    #[error(
        "map columns as theirs=ours with commas between; ours are subject, contact, email, email_sha256, device:<type>, \
         bk:<name>, dc, al, tg, cd, sh, re, hasTrackingConsent, dtTrackingConsent, at, regime and attribute:<name>"
    )]
    Mapping,
    /// A mapped column that is not there.
    #[error("the header lacks a column that is mapped")]
    Missing,
    /// No column, or two, say whom a row is about.
    #[error(
        "name one column subject, contact, email, email_sha256, device:<type> or bk:<name>, or map one to that"
    )]
    Subject,
    /// No column says what was decided, or what is kept.
    #[error(
        "name a column dc, al, tg, cd, sh, re, hasTrackingConsent or attribute:<name>, or map one to that"
    )]
    Decision,
    /// Two columns are the same.
    #[error("two columns are the same")]
    Twice,
}

/// How the rows of a table are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    delimiter: char,
    columns: Vec<Option<Column>>,
}

impl Table {
    /// Reads the header. Columns are known by their names, or by the names that `mapping` gives to them
    /// (`theirs=ours,…`); others are left out. The delimiter is a comma, a semicolon or a tab, whichever the header
    /// has most of.
    ///
    /// # Errors
    /// [`TableError`] says what is missing.
    pub fn parse(header: &str, mapping: &str) -> Result<Self, TableError> {
        let count = |delimiter: char| header.matches(delimiter).count();
        let delimiter = [',', ';', '\t']
            .into_iter()
            .rev()
            .max_by_key(|delimiter| count(*delimiter))
            .unwrap_or(',');
        let mut mapped = Vec::new();
        for pair in mapping.split(',').filter(|pair| !pair.is_empty()) {
            let (theirs, ours) = pair.rsplit_once('=').ok_or(TableError::Mapping)?;
            mapped.push((theirs, Column::parse(ours).ok_or(TableError::Mapping)?));
        }
        let names = cells(header, delimiter);
        if mapped
            .iter()
            .any(|(theirs, _)| !names.iter().any(|name| name == theirs))
        {
            return Err(TableError::Missing);
        }
        let columns: Vec<Option<Column>> = names
            .iter()
            .map(|name| {
                let mapped = mapped.iter().find(|(theirs, _)| theirs == name);
                mapped.map_or_else(|| Column::parse(name), |(_, column)| Some(column.clone()))
            })
            .collect();
        let known: Vec<&Column> = columns.iter().flatten().collect();
        if known.iter().filter(|column| column.names_subject()).count() != 1 {
            return Err(TableError::Subject);
        }
        if !known.iter().any(|column| column.says_something()) {
            return Err(TableError::Decision);
        }
        let twice = |column: &&Column| known.iter().filter(|other| *other == column).count() > 1;
        if known.iter().any(twice) {
            return Err(TableError::Twice);
        }
        Ok(Self { delimiter, columns })
    }

    /// The attributes that columns hold.
    pub fn attributes(&self) -> impl Iterator<Item = &AttributeName> {
        self.columns.iter().filter_map(|column| match column {
            Some(Column::Attribute(name)) => Some(name),
            _ => None,
        })
    }

    /// Reads what a row without its line end says about attributes; nothing where it says nothing.
    ///
    /// # Errors
    /// [`RecordError`] where whom it is about cannot be read.
    pub fn contact(&self, row: &str) -> Result<Option<ContactRow>, RecordError> {
        if self.attributes().next().is_none() {
            return Ok(None);
        }
        let mut found = Found::default();
        let mut attributes = Vec::new();
        for (column, cell) in self.columns.iter().zip(cells(row, self.delimiter)) {
            let cell = cell.trim();
            match column {
                Some(column) if column.names_subject() => found.take(column, cell)?,
                Some(Column::Attribute(name)) if !cell.is_empty() => {
                    attributes.push((name.clone(), cell.to_owned()));
                }
                _ => {}
            }
        }
        if attributes.is_empty() {
            return Ok(None);
        }
        let missing = Field::Value.wrong(crate::SubjectError::Value);
        Ok(Some(ContactRow {
            subject: found.subject.ok_or(missing)?,
            attributes,
        }))
    }

    /// Reads a row without its line end; nothing where it decides nothing. `tracking` are the flags that
    /// `hasTrackingConsent` stands for; a flag's own column goes before it.
    ///
    /// # Errors
    /// [`RecordError`] says which field is wrong, without repeating it.
    pub fn record(
        &self,
        row: &str,
        tracking: FlagSet,
    ) -> Result<Option<ConsentRecord>, RecordError> {
        let cells = cells(row, self.delimiter);
        let mut found = Found::default();
        for (column, cell) in self.columns.iter().zip(&cells) {
            if let Some(column) = column {
                found.take(column, cell.trim())?;
            }
        }
        let mut flags = found.flags;
        if let Some(choice) = found.tracking {
            for flag in tracking
                .iter()
                .filter(|flag| found.flags.get(*flag).is_none())
            {
                flags = flags.with(flag, choice);
            }
        }
        if flags.is_empty() {
            return Ok(None);
        }
        let missing = Field::Value.wrong(crate::SubjectError::Value);
        Ok(Some(ConsentRecord {
            subject: found.subject.ok_or(missing)?,
            action: Action::Set,
            regime: found.regime,
            flags,
            at: found.at,
        }))
    }
}

/// What a row says about a contact, beside decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRow {
    /// Whom the row is about.
    pub subject: Subject,
    /// The cells that are not empty.
    pub attributes: Vec<(AttributeName, String)>,
}

#[derive(Default)]
struct Found {
    subject: Option<Subject>,
    flags: Flags,
    tracking: Option<Choice>,
    at: Option<Timestamp>,
    regime: Option<Regime>,
}

impl Found {
    fn take(&mut self, column: &Column, cell: &str) -> Result<(), RecordError> {
        if cell.is_empty() || cell.eq_ignore_ascii_case("null") {
            return Ok(());
        }
        let subject = |text: &str| {
            let subject = Subject::parse(text);
            subject.map_err(|error| Field::Value.wrong(error))
        };
        match column {
            Column::Subject => self.subject = Some(subject(cell)?),
            Column::Identifier(prefix) => self.subject = Some(subject(&format!("{prefix}{cell}"))?),
            Column::Flag(flag) => self.flags = self.flags.with(*flag, answer(cell)?),
            Column::Tracking => self.tracking = Some(answer(cell)?),
            Column::Time => self.at = Some(date(cell)?),
            Column::Attribute(_) => {}
            Column::Regime => {
                let regime = Regime::parse(cell);
                self.regime = Some(regime.map_err(|error| Field::Regime.wrong(error))?);
            }
        }
        Ok(())
    }
}

fn answer(cell: &str) -> Result<Choice, RecordError> {
    match cell.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Ok(Choice::Granted),
        "false" | "0" | "no" => Ok(Choice::Refused),
        _ => Err(Field::Flags.wrong(Mistake::Answer)),
    }
}

/// RFC 3339; or without an offset, then in UTC; or a day, then its beginning; or as in consent records.
fn date(cell: &str) -> Result<Timestamp, RecordError> {
    let civil = |format: &str| NaiveDateTime::parse_from_str(cell, format).ok();
    if let Ok(time) = Timestamp::parse_rfc3339(cell) {
        return Ok(time);
    }
    let day = NaiveDate::parse_from_str(cell, "%Y-%m-%d").ok();
    [
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M",
    ]
    .into_iter()
    .find_map(civil)
    .or_else(|| day.and_then(|day| day.and_hms_opt(0, 0, 0)))
    .map(|time| Timestamp::from_micros(time.and_utc().timestamp_micros()))
    .or_else(|| parse_time(cell).ok())
    .ok_or(Field::Time.wrong(Mistake::Date))
}

/// The cells of a row: quoted ones may hold the delimiter, line ends, and quotes that are doubled.
pub(crate) fn cells(row: &str, delimiter: char) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let (mut quoted, mut begins) = (false, true);
    let mut characters = row.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if begins => quoted = true,
            _ if character == delimiter && !quoted => {
                cells.push(std::mem::take(&mut cell));
                begins = true;
                continue;
            }
            _ => cell.push(character),
        }
        begins = false;
    }
    cells.push(cell);
    cells
}
