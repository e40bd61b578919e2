//! What is recorded of a click or an open.

use crate::{Ceiling, ClickToken};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What somebody did with a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Followed a link.
    Click,
    /// Loaded the pixel.
    Open,
}

/// The code is not that of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("unknown kind of interaction: the kinds are click and open")]
pub struct KindError;

impl Kind {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Click => "click",
            Self::Open => "open",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`KindError`] for any other.
    pub fn parse(code: &str) -> Result<Self, KindError> {
        [Self::Click, Self::Open]
            .into_iter()
            .find(|kind| kind.code() == code)
            .ok_or(KindError)
    }
}

/// As what an interaction is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A row with the contact.
    Identified,
    /// One more in a counter.
    Anonymous,
    /// One more in the counter of scanners.
    Scanner,
}

impl Verdict {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Identified => "identified",
            Self::Anonymous => "anonymous",
            Self::Scanner => "scanner",
        }
    }
}

/// What is known of an interaction when it is to be recorded.
#[derive(Debug, Clone, Copy)]
pub struct Interaction<'a> {
    /// Whether a machine asked: by `HEAD`, or with a user agent for which [`crate::scanner_user_agent`]
    /// holds.
    pub is_scanner: bool,
    /// The token, if one came along and could be opened.
    pub token: Option<&'a ClickToken>,
    /// Whether `Sec-GPC: 1` came along, where the organisation honours it on clicks.
    pub gpc_honoured: bool,
    /// Whether the contact's gate `track` is open; `None` while nobody has asked the store, or if
    /// it does not answer.
    pub track_gate_open: Option<bool>,
    /// The most restrictive ceiling for its kind.
    pub ceiling: Ceiling,
}

/// As what an interaction is recorded; `None` if not at all.
///
/// Identified only if everything speaks for it: her own token, the gate known to be open, no
/// honoured Global Privacy Control, a ceiling that allows it, and not a scanner. Everything that is
/// unknown counts as no. The redirect happens in any case.
///
/// The burst rule (several links of one message within two seconds) needs more than one
/// interaction and is applied by whoever sees them.
#[must_use]
pub fn verdict(interaction: &Interaction<'_>) -> Option<Verdict> {
    if interaction.ceiling == Ceiling::Off {
        return None;
    }
    if interaction.is_scanner {
        return Some(Verdict::Scanner);
    }
    let own = matches!(interaction.token, Some(ClickToken::Own(_)));
    let allowed =
        interaction.ceiling == Ceiling::Identified && interaction.track_gate_open == Some(true);
    let identified = own && allowed && !interaction.gpc_honoured;
    Some(if identified {
        Verdict::Identified
    } else {
        Verdict::Anonymous
    })
}
