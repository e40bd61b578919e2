//! What is recorded of a click or an open.

use crate::{Ceiling, Ceilings, ClickToken, Gate, Machine, Resolved, TrackingStatus};
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
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Click, Self::Open];

    /// The ceiling for this kind.
    #[must_use]
    pub const fn ceiling(self, ceilings: Ceilings) -> Ceiling {
        match self {
            Self::Click => ceilings.clicks,
            Self::Open => ceilings.opens,
        }
    }

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
        Self::ALL
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
    /// One more in the counter of what Apple's mail proxy loaded.
    AppleProxy,
    /// One more in the counter of what Google's mail proxy loaded.
    GoogleProxy,
}

impl From<Machine> for Verdict {
    fn from(machine: Machine) -> Self {
        match machine {
            Machine::Scanner => Self::Scanner,
            Machine::AppleProxy => Self::AppleProxy,
            Machine::GoogleProxy => Self::GoogleProxy,
        }
    }
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Identified,
        Self::Anonymous,
        Self::Scanner,
        Self::AppleProxy,
        Self::GoogleProxy,
    ];

    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Identified => "identified",
            Self::Anonymous => "anonymous",
            Self::Scanner => "scanner",
            Self::AppleProxy => "apple_proxy",
            Self::GoogleProxy => "google_proxy",
        }
    }
}

/// What is known of an interaction when it is to be recorded.
#[derive(Debug, Clone, Copy)]
pub struct Interaction<'a> {
    /// The machine that asked, if it was one: by `HEAD`, or by its user agent ([`crate::machine`]).
    pub machine: Option<Machine>,
    /// The token, if one came along and could be opened.
    pub token: Option<&'a ClickToken>,
    /// Whether `Sec-GPC: 1` came along, where the organisation honours it on clicks.
    pub gpc_honoured: bool,
    /// Whether the contact's state lets this token name her ([`names`]); `None` while nobody has asked the
    /// store, or if it does not answer.
    pub names: Option<bool>,
    /// The most restrictive ceiling for its kind.
    pub ceiling: Ceiling,
}

/// Whether what a person has decided lets a token of hers name her: the gate `track` is open, and if the token was
/// made only to ask her, she has agreed.
#[must_use]
pub fn names(token: &ClickToken, resolved: &Resolved) -> bool {
    match token {
        ClickToken::Own(_) | ClickToken::MayBeAsked(_) => resolved.allows(Gate::Track),
        ClickToken::OnlyToAsk(_) => {
            resolved.allows(Gate::Track) && resolved.tracking_status() == TrackingStatus::Accepted
        }
        ClickToken::Anonymous | ClickToken::AnonymousPerson(_) => false,
    }
}

/// As what an interaction is recorded; `None` if not at all.
///
/// Identified only if everything speaks for it: her own token, the gate known to be open, no
/// honoured Global Privacy Control, a ceiling that allows it, and not a machine. Everything that is
/// unknown counts as no. The redirect happens in any case.
///
/// The burst rule (several links of one message within two seconds) needs more than one
/// interaction and is applied by whoever sees them.
#[must_use]
pub fn verdict(interaction: &Interaction<'_>) -> Option<Verdict> {
    if interaction.ceiling == Ceiling::Off {
        return None;
    }
    if let Some(machine) = interaction.machine {
        return Some(machine.into());
    }
    let own = interaction
        .token
        .is_some_and(|token| token.person().is_some());
    let allowed = interaction.ceiling == Ceiling::Identified && interaction.names == Some(true);
    let identified = own && allowed && !interaction.gpc_honoured;
    Some(if identified {
        Verdict::Identified
    } else {
        Verdict::Anonymous
    })
}

/// Whether the day of this open is kept where the organisation has chosen *deliverability only*, and nothing else of it:
/// the open is recorded as anonymous, came with a token of the person's own, and she has neither agreed nor refused.
///
/// Global Privacy Control, a ceiling that allows no names, and an erasure since which she has said nothing end it.
#[must_use]
pub fn keeps_last_open(kind: Kind, interaction: &Interaction<'_>, person: &Resolved) -> bool {
    kind == Kind::Open
        && verdict(interaction) == Some(Verdict::Anonymous)
        && interaction
            .token
            .is_some_and(|token| token.person().is_some())
        && !interaction.gpc_honoured
        && interaction.ceiling == Ceiling::Identified
        && person.may_keep_last_open()
}
