//! How much may be recorded of clicks and opens at most, and what a person said about it.

use crate::object::read_from_object_only;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The most that may be recorded, the most restrictive first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Ceiling {
    /// Nothing, not even a number.
    Off,
    /// Numbers, for everybody.
    Anonymous,
    /// The person, where her gate `track` is open.
    #[default]
    Identified,
}

/// The ceilings of one level (organisation, message, contact); without any, everything is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Ceilings"))]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub struct Ceilings {
    /// For clicks.
    pub clicks: Ceiling,
    /// For opens.
    pub opens: Ceiling,
}

read_from_object_only!(Ceilings);

impl Ceiling {
    /// All of them, the most restrictive first.
    pub const ALL: [Self; 3] = [Self::Off, Self::Anonymous, Self::Identified];

    /// As it is written on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Anonymous => "anonymous",
            Self::Identified => "identified",
        }
    }
}

/// A level asks for more than the one above it allows. It is told so: a silent correction would
/// leave a sender believing in statistics that do not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CeilingError {
    /// For clicks.
    #[error(
        "clicks: asks for more than the level above allows; ask for the same or less, or raise it there"
    )]
    Clicks,
    /// For opens.
    #[error(
        "opens: asks for more than the level above allows; ask for the same or less, or raise it there"
    )]
    Opens,
}

impl Ceilings {
    /// Checks that this level asks for no more than the level above it.
    ///
    /// # Errors
    /// [`CeilingError`] names the first of clicks and opens that asks for more.
    pub fn within(self, upper: Self) -> Result<(), CeilingError> {
        if self.clicks > upper.clicks {
            return Err(CeilingError::Clicks);
        }
        if self.opens > upper.opens {
            return Err(CeilingError::Opens);
        }
        Ok(())
    }

    /// What both levels allow.
    #[must_use]
    pub fn most_restrictive(self, other: Self) -> Self {
        Self {
            clicks: self.clicks.min(other.clicks),
            opens: self.opens.min(other.opens),
        }
    }
}

/// What a contact said about tracking (on the wire `hasTrackingConsent`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TrackingStatus {
    /// Each tracking flag was granted by a signal.
    Accepted,
    /// At least one was refused by a signal.
    Refused,
    /// Neither.
    Unanswered,
}

impl TrackingStatus {
    /// The three values of the wire: `true`, `false`, `null`.
    #[must_use]
    pub const fn has_tracking_consent(self) -> Option<bool> {
        match self {
            Self::Accepted => Some(true),
            Self::Refused => Some(false),
            Self::Unanswered => None,
        }
    }
}
