//! What the flags permit. No other code combines flags.

use crate::{Flag, FlagSet};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Something that may be done with a person's data only if certain flags allow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Events, pixels, data-collection tags: `dc`.
    Collect,
    /// Reports per person, segment building: `al`.
    Analyse,
    /// Segments to third parties, behavioural clauses, scoring, automations: `tg` and `al`.
    Target,
    /// Linking and using linked devices: `cd`.
    CrossDevice,
    /// Segments or events to another organisation: `sh`.
    Share,
    /// Sharable partner accounts: `tg`, `al` and `sh`.
    ShareAccount,
    /// Mapping back to a contact: `re`.
    Reidentify,
    /// Linking a click or an open to its contact: all of the organisation's tracking flags.
    Track,
}

/// The code is not that of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "unknown gate: the gates are collect, analyse, target, cross_device, share, share_account, reidentify and track"
)]
pub struct GateError;

impl Gate {
    /// All gates.
    pub const ALL: [Self; 8] = [
        Self::Collect,
        Self::Analyse,
        Self::Target,
        Self::CrossDevice,
        Self::Share,
        Self::ShareAccount,
        Self::Reidentify,
        Self::Track,
    ];

    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Collect => "collect",
            Self::Analyse => "analyse",
            Self::Target => "target",
            Self::CrossDevice => "cross_device",
            Self::Share => "share",
            Self::ShareAccount => "share_account",
            Self::Reidentify => "reidentify",
            Self::Track => "track",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`GateError`] for any other.
    pub fn parse(code: &str) -> Result<Self, GateError> {
        Self::ALL
            .into_iter()
            .find(|gate| gate.code() == code)
            .ok_or(GateError)
    }

    /// The flags that must all be allowed; `tracking_flags` are the organisation's.
    #[must_use]
    pub fn needs(self, tracking_flags: FlagSet) -> FlagSet {
        match self {
            Self::Collect => FlagSet::of(&[Flag::Dc]),
            Self::Analyse => FlagSet::of(&[Flag::Al]),
            Self::Target => FlagSet::of(&[Flag::Tg, Flag::Al]),
            Self::CrossDevice => FlagSet::of(&[Flag::Cd]),
            Self::Share => FlagSet::of(&[Flag::Sh]),
            Self::ShareAccount => FlagSet::of(&[Flag::Tg, Flag::Al, Flag::Sh]),
            Self::Reidentify => FlagSet::of(&[Flag::Re]),
            Self::Track => tracking_flags,
        }
    }
}
