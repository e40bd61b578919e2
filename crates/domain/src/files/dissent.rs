//! Dissent records: `idv^orgUuid^FLAG^timestamp` (Salesforce DMP, "Dissent List Format").

use std::fmt;

use super::field::{Field, Mistake, RecordError, parse_text, parse_time, write_millis};
use crate::{Flag, OrganisationId, Timestamp};

/// Somebody who has refused a flag. `Display` writes the line, its time with 13 digits (milliseconds).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DissentRecord {
    /// The value of the identifier alone.
    pub value: String,
    /// Whose list it is.
    pub organisation: OrganisationId,
    /// What was refused; the same as the folder's name.
    pub flag: Flag,
    /// When.
    pub at: Timestamp,
}

impl DissentRecord {
    /// Reads a line without its line end.
    ///
    /// # Errors
    /// [`RecordError`] says which field is wrong, without repeating it.
    pub fn parse(line: &str) -> Result<Self, RecordError> {
        let fields: Vec<&str> = line.split('^').collect();
        let [value, organisation, flag, time] = fields.as_slice() else {
            return Err(Field::Line.wrong(Mistake::FieldCount(4)));
        };
        Ok(Self {
            value: parse_text(value, Field::Value)?,
            organisation: OrganisationId::parse(organisation)
                .map_err(|error| Field::Organisation.wrong(error))?,
            flag: Flag::parse(flag).map_err(|error| Field::Flags.wrong(error))?,
            at: parse_time(time)?,
        })
    }
}

impl fmt::Display for DissentRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}^{}^{}^",
            self.value,
            self.organisation,
            self.flag.code()
        )?;
        write_millis(f, self.at)
    }
}
