//! What the fields of the lines have in common: their names, their mistakes, times and flags.

use std::fmt::{self, Write};

use thiserror::Error;

use crate::files::ActionError;
use crate::{
    Choice, Flag, Flags, FlagsError, IdError, RegimeError, SourceError, SubjectError, Timestamp,
};

/// A field of a line, under its name in the Salesforce DMP's documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The whole line.
    Line,
    /// `idt`: `device` or `bk`.
    IdentifierType,
    /// `dt` or `bk`: the type of a device or the name of a bridge key.
    Name,
    /// `idv`, or the DMP's id of a device (`kuid`).
    Value,
    /// `ACTION`.
    Action,
    /// `PR`.
    Regime,
    /// `PRSRC`.
    RegimeSource,
    /// `FLAGS`, or the one `FLAG` of a dissent record.
    Flags,
    /// `TS`.
    Time,
    /// `orgUuid`.
    Organisation,
    /// `consentSource`.
    Source,
    /// `IP`.
    Address,
    /// `REQID`.
    Request,
}

impl Field {
    /// Its name in the DMP's documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::IdentifierType => "idt",
            Self::Name => "dt",
            Self::Value => "idv",
            Self::Action => "ACTION",
            Self::Regime => "PR",
            Self::RegimeSource => "PRSRC",
            Self::Flags => "FLAGS",
            Self::Time => "TS",
            Self::Organisation => "orgUuid",
            Self::Source => "consentSource",
            Self::Address => "IP",
            Self::Request => "REQID",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A line that cannot be read: which field, and what is wrong there. Never repeats what the field says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{field}: {mistake}")]
pub struct RecordError {
    /// Where.
    pub field: Field,
    /// What.
    pub mistake: Mistake,
}

/// What is wrong in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Mistake {
    /// Too few or too many separators.
    #[error("write {0} fields with ^ between them, the empty ones too")]
    FieldCount(u8),
    /// Neither device nor bridge key nor contact.
    #[error("write device, bk or contact")]
    IdentifierType,
    /// A contact with a name.
    #[error("leave this empty for a contact")]
    NoName,
    /// The identifier.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// The action.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// The regime or how it was chosen.
    #[error(transparent)]
    Regime(#[from] RegimeError),
    /// A flag.
    #[error(transparent)]
    Flags(#[from] FlagsError),
    /// A flag with another value than 0 or 1.
    #[error("write each flag as dc=1 or dc=0, with & between them")]
    FlagValue,
    /// `set` without flags.
    #[error("the action set needs at least one flag, such as dc=1")]
    NoFlags,
    /// Flags for another action.
    #[error("only the action set has flags; leave them out")]
    NeedlessFlags,
    /// The time.
    #[error("write microseconds since 1970 with 16 digits or milliseconds with 13")]
    Time,
    /// The time in a table.
    #[error("write a time such as 2026-11-21T08:30:00Z, 2026-11-21 08:30:00 (UTC) or 2026-11-21")]
    Date,
    /// Neither yes nor no, in a table.
    #[error("write true or false, or nothing")]
    Answer,
    /// The organisation.
    #[error(transparent)]
    Id(#[from] IdError),
    /// Through what the decision came.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The address.
    #[error("write an IP address, or nothing")]
    Address,
    /// A text that is no identifier.
    #[error("write 1 to 256 bytes of printable text without ^")]
    Text,
}

impl Field {
    pub(super) fn wrong(self, mistake: impl Into<Mistake>) -> RecordError {
        RecordError {
            field: self,
            mistake: mistake.into(),
        }
    }
}

/// The longest time that 16 digits can write.
const MOST_MICROS: i64 = 9_999_999_999_999_999;

/// Reads a time with 16 digits (microseconds) or 13 (milliseconds); dissent lists have the latter.
pub(super) fn parse_time(text: &str) -> Result<Timestamp, RecordError> {
    let unit = match text.len() {
        16 => 1,
        13 => 1000,
        _ => return Err(Field::Time.wrong(Mistake::Time)),
    };
    Some(text)
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse::<i64>().ok())
        .and_then(|number| number.checked_mul(unit))
        .map(Timestamp::from_micros)
        .ok_or(Field::Time.wrong(Mistake::Time))
}

/// 16 digits; a time before 1970 or after 2286 comes out as the nearest that there is.
pub(super) fn write_micros(f: &mut fmt::Formatter<'_>, at: Timestamp) -> fmt::Result {
    write!(f, "{:016}", at.micros().clamp(0, MOST_MICROS))
}

/// 13 digits, what is finer than a millisecond cut off.
pub(super) fn write_millis(f: &mut fmt::Formatter<'_>, at: Timestamp) -> fmt::Result {
    let millis = at.micros().clamp(0, MOST_MICROS).div_euclid(1000);
    write!(f, "{millis:013}")
}

/// Reads `dc=1&al=0`, in any order, each flag once.
pub(super) fn parse_flags(text: &str) -> Result<Flags, RecordError> {
    let mut flags = Flags::none();
    for pair in text.split('&') {
        flags = with_flag(flags, pair)?;
    }
    Ok(flags)
}

pub(super) fn with_flag(flags: Flags, pair: &str) -> Result<Flags, RecordError> {
    let wrong = |mistake: Mistake| Field::Flags.wrong(mistake);
    let (code, value) = pair.split_once('=').ok_or(wrong(Mistake::FlagValue))?;
    let flag = Flag::parse(code).map_err(|error| wrong(error.into()))?;
    let choice = match value {
        "1" => Choice::Granted,
        "0" => Choice::Refused,
        _ => return Err(wrong(Mistake::FlagValue)),
    };
    if flags.get(flag).is_some() {
        return Err(wrong(FlagsError::Twice(flag.code()).into()));
    }
    Ok(flags.with(flag, choice))
}

/// Writes those of the flags about which something is said, in this order, as `dc=1&al=0`.
pub(super) fn write_flags(
    f: &mut fmt::Formatter<'_>,
    flags: Flags,
    order: impl IntoIterator<Item = Flag>,
    mut first: bool,
) -> fmt::Result {
    for flag in order {
        let Some(choice) = flags.get(flag) else {
            continue;
        };
        if !first {
            f.write_char('&')?;
        }
        first = false;
        write!(f, "{}={}", flag.code(), u8::from(choice == Choice::Granted))?;
    }
    Ok(())
}

/// A text that is only passed on: printable, and not longer than a subject's value.
pub(super) fn parse_text(text: &str, field: Field) -> Result<String, RecordError> {
    let printable = |c: char| !c.is_control() && c != '^';
    if (1..=256).contains(&text.len()) && text.chars().all(printable) {
        Ok(text.to_owned())
    } else {
        Err(field.wrong(Mistake::Text))
    }
}
