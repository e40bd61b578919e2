//! Consent records: `idt^dt^idv^ACTION^PR^FLAGS^TS` (Salesforce DMP, "Consent Management", "File").

use std::fmt;

use thiserror::Error;

use super::field::{
    Field, Mistake, RecordError, parse_flags, parse_time, write_flags, write_micros,
};
use crate::{Flag, Flags, Regime, Subject, Timestamp};

/// What a line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// A decision about flags.
    Set,
    /// Erasure.
    Remove,
    /// A copy of what is stored.
    Portability,
}

/// The code is not that of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("unknown action: the actions are set, remove and portability")]
pub struct ActionError;

impl Action {
    /// All actions.
    pub const ALL: [Self; 3] = [Self::Set, Self::Remove, Self::Portability];

    /// The code in files.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Remove => "remove",
            Self::Portability => "portability",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`ActionError`] for any other.
    pub fn parse(code: &str) -> Result<Self, ActionError> {
        Self::ALL
            .into_iter()
            .find(|action| action.code() == code)
            .ok_or(ActionError)
    }
}

/// A line of a consent file. `Display` writes it as it is read, flags in wire order and times with 16 digits.
///
/// Contacts, which the DMP does not know, are `contact^^<key>^…`.
///
/// ```
/// use domain::files::{Action, ConsentRecord};
///
/// let line = "device^idfa^6D92078A-8246-4BA4-AE5B-76104861E7DC^set^gdpr^dc=1&al=0^1515471711277000";
/// let record = ConsentRecord::parse(line)?;
/// assert_eq!(record.subject.as_str(), "device:idfa:6D92078A-8246-4BA4-AE5B-76104861E7DC");
/// assert_eq!(record.action, Action::Set);
/// assert_eq!(record.to_string(), line);
/// # Ok::<(), domain::files::RecordError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRecord {
    /// Whom it is about.
    pub subject: Subject,
    /// What it asks for.
    pub action: Action,
    /// The policy regime, if it says one.
    pub regime: Option<Regime>,
    /// What was decided; something for [`Action::Set`], nothing for the others.
    pub flags: Flags,
    /// When, if it says so.
    pub at: Option<Timestamp>,
}

impl ConsentRecord {
    /// Reads a line without its line end.
    ///
    /// # Errors
    /// [`RecordError`] says which field is wrong, without repeating it.
    pub fn parse(line: &str) -> Result<Self, RecordError> {
        let mut fields = line.split('^');
        let mut field = || {
            let found = fields.next();
            found.ok_or(Field::Line.wrong(Mistake::FieldCount(7)))
        };
        let (kind, name, value) = (field()?, field()?, field()?);
        let (action, regime, flags, time) = (field()?, field()?, field()?, field()?);
        if field().is_ok() {
            return Err(Field::Line.wrong(Mistake::FieldCount(7)));
        }
        let subject = parse_subject(kind, name, value)?;
        let action = Action::parse(action).map_err(|error| Field::Action.wrong(error))?;
        let regime = Some(regime)
            .filter(|code| !code.is_empty())
            .map(|code| Regime::parse(code).map_err(|error| Field::Regime.wrong(error)))
            .transpose()?;
        let flags = match (action, flags) {
            (Action::Set, "") => return Err(Field::Flags.wrong(Mistake::NoFlags)),
            (Action::Set, flags) => parse_flags(flags)?,
            (_, "") => Flags::none(),
            _ => return Err(Field::Flags.wrong(Mistake::NeedlessFlags)),
        };
        let at = Some(time)
            .filter(|time| !time.is_empty())
            .map(parse_time)
            .transpose()?;
        Ok(Self {
            subject,
            action,
            regime,
            flags,
            at,
        })
    }
}

fn parse_subject(kind: &str, name: &str, value: &str) -> Result<Subject, RecordError> {
    let subject = match kind {
        "device" => Subject::parse(&format!("device:{name}:{value}")),
        "bk" => Subject::parse(&format!("bk:{name}:{value}")),
        "contact" if name.is_empty() => Subject::contact(value),
        "contact" => return Err(Field::Name.wrong(Mistake::NoName)),
        _ => return Err(Field::IdentifierType.wrong(Mistake::IdentifierType)),
    };
    // A colon in the name would end it too early.
    if name.contains(':') {
        return Err(Field::Name.wrong(crate::SubjectError::Name));
    }
    subject.map_err(|error| match error {
        crate::SubjectError::Name => Field::Name.wrong(error),
        _ => Field::Value.wrong(error),
    })
}

impl fmt::Display for ConsentRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, rest) = self.subject.as_str().split_once(':').unwrap_or_default();
        let (name, value) = match kind {
            "contact" => ("", rest),
            _ => rest.split_once(':').unwrap_or_default(),
        };
        let regime = self.regime.map_or("", Regime::code);
        write!(f, "{kind}^{name}^{value}^{}^{regime}^", self.action.code())?;
        write_flags(f, self.flags, Flag::ALL, true)?;
        f.write_str("^")?;
        self.at.map_or(Ok(()), |at| write_micros(f, at))
    }
}
