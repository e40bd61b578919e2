//! The industry opt-out: what a device asks of every organisation at once, through the lists of the NAI and
//! the DAA or on our own page (Salesforce DMP, "Industry Opt-Out").

use crate::{HashSecret, KeyedHash, Subject, SubjectKind};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A subject that is a browser or a phone: only these can be opted out everywhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Subject", into = "Subject")]
pub struct Device(Subject);

/// The subject is a contact or a bridge key, which belongs to one organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("only devices can be opted out everywhere: give device:<type>:<value>")]
pub struct DeviceError;

impl Device {
    /// The subject.
    #[must_use]
    pub const fn subject(&self) -> &Subject {
        &self.0
    }

    /// The name under which its opt-out is kept: the same for every organisation, and no organisation's own
    /// name for it.
    #[must_use]
    pub fn keyed_hash(&self, secret: &HashSecret) -> KeyedHash {
        self.0.keyed_hash_everywhere(secret)
    }
}

impl TryFrom<Subject> for Device {
    type Error = DeviceError;

    fn try_from(subject: Subject) -> Result<Self, DeviceError> {
        match subject.kind() {
            SubjectKind::Device => Ok(Self(subject)),
            SubjectKind::Contact | SubjectKind::BridgeKey => Err(DeviceError),
        }
    }
}

impl From<Device> for Subject {
    fn from(device: Device) -> Self {
        device.0
    }
}

/// What a device asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum IndustryAction {
    /// Every flag is refused in every organisation, until it is taken back.
    OptOut,
    /// What was said to each organisation counts again.
    OptIn,
}

/// Through what it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum IndustrySource {
    /// A list of the Network Advertising Initiative.
    Nai,
    /// A list of the Digital Advertising Alliance.
    Daa,
    /// The person herself: on our page, or where a site of an organisation offers the same.
    Page,
}

/// The code is not that of an action or a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IndustryError {
    /// Not an action.
    #[error("unknown action: the actions are opt_out and opt_in")]
    Action,
    /// Not a source.
    #[error("unknown source: the sources are nai, daa and page")]
    Source,
}

impl IndustryAction {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OptOut => "opt_out",
            Self::OptIn => "opt_in",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`IndustryError::Action`] for any other.
    pub fn parse(code: &str) -> Result<Self, IndustryError> {
        [Self::OptOut, Self::OptIn]
            .into_iter()
            .find(|action| action.code() == code)
            .ok_or(IndustryError::Action)
    }
}

impl IndustrySource {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nai => "nai",
            Self::Daa => "daa",
            Self::Page => "page",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`IndustryError::Source`] for any other.
    pub fn parse(code: &str) -> Result<Self, IndustryError> {
        [Self::Nai, Self::Daa, Self::Page]
            .into_iter()
            .find(|source| source.code() == code)
            .ok_or(IndustryError::Source)
    }
}
