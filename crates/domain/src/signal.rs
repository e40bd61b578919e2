//! What a signal is made of: who spoke, how, when, under which regime.

use crate::{Choice, Regime, Timestamp, object::read_from_object_only};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How close to the person a signal is; the closest one that said anything decides
/// (Salesforce DMP, "Consent Resolution").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// The person, to the organisation itself.
    Direct = 1,
    /// Seen through an ad impression or a partner.
    SecondParty = 2,
    /// From a data provider.
    ThirdParty = 3,
}

/// The number or code is not that of a tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("unknown tier: the tiers are direct (1), second_party (2) and third_party (3)")]
pub struct TierError;

impl Tier {
    /// All tiers, the deciding one first.
    pub const ALL: [Self; 3] = [Self::Direct, Self::SecondParty, Self::ThirdParty];

    /// Its number, 1 to 3.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Direct => 1,
            Self::SecondParty => 2,
            Self::ThirdParty => 3,
        }
    }

    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::SecondParty => "second_party",
            Self::ThirdParty => "third_party",
        }
    }

    /// Reads the number.
    ///
    /// # Errors
    /// [`TierError`] for any other.
    pub fn from_number(number: u8) -> Result<Self, TierError> {
        Self::ALL
            .into_iter()
            .find(|tier| tier.number() == number)
            .ok_or(TierError)
    }
}

/// Through what a signal reached us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A server of the organisation.
    Api,
    /// The tag on a site.
    Tag,
    /// A phone app.
    Sdk,
    /// A form of ours.
    Form,
    /// The form shown on a click.
    Interception,
    /// One-click unsubscribing (RFC 8058).
    OneClick,
    /// A file.
    File,
    /// The operator's console.
    Console,
    /// Global Privacy Control.
    Gpc,
    /// A TCF string.
    Tcf,
    /// A GPP string.
    Gpp,
}

/// The code is not that of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "unknown source: the sources are api, tag, sdk, form, interception, one_click, file, console, gpc, tcf and gpp"
)]
pub struct SourceError;

impl Source {
    /// All sources.
    pub const ALL: [Self; 11] = [
        Self::Api,
        Self::Tag,
        Self::Sdk,
        Self::Form,
        Self::Interception,
        Self::OneClick,
        Self::File,
        Self::Console,
        Self::Gpc,
        Self::Tcf,
        Self::Gpp,
    ];

    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Tag => "tag",
            Self::Sdk => "sdk",
            Self::Form => "form",
            Self::Interception => "interception",
            Self::OneClick => "one_click",
            Self::File => "file",
            Self::Console => "console",
            Self::Gpc => "gpc",
            Self::Tcf => "tcf",
            Self::Gpp => "gpp",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`SourceError`] for any other.
    pub fn parse(code: &str) -> Result<Self, SourceError> {
        Self::ALL
            .into_iter()
            .find(|source| source.code() == code)
            .ok_or(SourceError)
    }
}

/// What the person saw when she decided: the evidence that she knew what she was asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Shown"))]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Shown {
    /// The form's id.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
    pub form: String,
    /// The hash of its wording.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
    pub version: String,
    /// The language it was shown in (BCP 47).
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
    pub language: String,
}

read_from_object_only!(Shown);

/// What one signal says about one flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Yes or no.
    pub choice: Choice,
    /// How close to the person.
    pub tier: Tier,
    /// Through what it came.
    pub source: Source,
    /// The moment the person decided.
    pub at: Timestamp,
    /// The regime under which she did.
    pub regime: Regime,
}

/// Whether a text can be the id under which a request may be repeated: 8 to 128 letters, digits, `-`, `_`, `.`
/// or `:`, for example a UUID.
#[must_use]
pub fn is_request_id(text: &str) -> bool {
    (8..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
}

/// How far ahead of our clock a time brought along may be: five minutes, in microseconds.
pub const MAX_AHEAD_MICROS: i64 = 300_000_000;

/// The signal cannot be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SignalError {
    /// A fast clock would outvote every later refusal until then.
    #[error(
        "timestamp_in_future: the time is more than five minutes ahead; set the sender's clock, or leave the time out"
    )]
    TimestampInFuture,
    /// A signal that says nothing.
    #[error("no_flags: give at least one of the flags dc, al, tg, cd, sh and re")]
    NoFlags,
}

/// Checks a time that a request or a file brought along.
///
/// # Errors
/// [`SignalError::TimestampInFuture`] if it is more than [`MAX_AHEAD_MICROS`] after `now`. It is
/// refused rather than corrected, so that the sender notices.
pub fn check_time(at: Timestamp, now: Timestamp) -> Result<(), SignalError> {
    if at > now.saturating_add_micros(MAX_AHEAD_MICROS) {
        return Err(SignalError::TimestampInFuture);
    }
    Ok(())
}
