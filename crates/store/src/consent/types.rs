//! What decisions look like on their way in and out of the stores.

use domain::iab::Evidence;
use domain::{
    Ceilings, ConsentState, Flags, KeyId, KeyedHash, OrganisationId, Regime, RegimeSource, Shown,
    Source, Subject, Tier, Timestamp,
};
use serde::Serialize;

/// When the person decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requested {
    /// Now: the time is made in the statement, after everything the subject has said before.
    Live,
    /// At a time that the caller brought along.
    At(Timestamp),
}

/// Stands for a moment that lies ahead of the clock: the clock was set back since, so nothing tells whether the
/// person has refused in the meantime. The intake's trigger does the same.
const BEFORE_ALL: Timestamp = Timestamp::from_micros(0);

/// When a signal was decided, as the statements that store it take it.
pub(super) struct Times {
    /// Whether the statement makes the time.
    pub live: bool,
    /// Which time it has otherwise, and at least.
    pub at: i64,
    /// From when it may count: a yes changes nothing if a no came in since.
    pub since: i64,
}

impl Times {
    /// `since` is when the question was put, `first` when the same request came in before.
    pub fn new(
        requested: Requested,
        since: Option<Timestamp>,
        first: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let (live, at) = match requested {
            Requested::Live => (true, now),
            Requested::At(at) => (false, at),
        };
        let since = [since, first]
            .into_iter()
            .flatten()
            .map(|since| if since > now { BEFORE_ALL } else { since })
            .fold(now, Timestamp::min);
        Self {
            live,
            at: at.micros(),
            since: since.micros(),
        }
    }
}

/// Who stored a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A caller with an API key.
    Key(KeyId),
    /// The person, through a form.
    Person,
    /// Another organisation, with which this one is linked: it was said there.
    Linked(OrganisationId),
}

impl Actor {
    pub(super) fn text(self) -> Option<String> {
        match self {
            Self::Key(id) => Some(id.to_string()),
            Self::Person => None,
            Self::Linked(organisation) => Some(format!("organisation:{organisation}")),
        }
    }
}

/// A signal that is not stored yet.
#[derive(Debug, Clone)]
pub struct NewSignal {
    /// Its place in the request; with the request id it makes the signal unique.
    pub item: u32,
    /// Who it is about.
    pub subject: Subject,
    /// What it says; at least one flag.
    pub flags: Flags,
    /// How near the person it was given.
    pub tier: Tier,
    /// Where it came in.
    pub source: Source,
    /// The policy regime.
    pub regime: Regime,
    /// How the regime was chosen.
    pub regime_source: RegimeSource,
    /// When the person decided.
    pub at: Requested,
    /// When the question was put, if not now: a grant changes nothing if there was a refusal since.
    pub since: Option<Timestamp>,
    /// The first moment at which its grants can have been given, if they count from before `at`.
    pub grants_from: Option<Timestamp>,
    /// What was shown.
    pub shown: Option<Shown>,
    /// The strings that it was made of.
    pub evidence: Option<Evidence>,
}

/// Whether a signal came for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Stored by this call.
    Stored,
    /// Stored before, by the same request.
    Repeated,
    /// Not stored: it was said before everything about the subject was erased.
    Void,
}

/// An acknowledged signal with the subject's state after it.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The place in the request.
    pub item: u32,
    /// The decision's time.
    pub at: Timestamp,
    /// New, repeated or void.
    pub outcome: Outcome,
    /// Linked devices that it reached, too.
    pub devices: u32,
    /// The subject's decisions now.
    pub current: CurrentConsent,
}

/// Where a state was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// SQLite, the truth.
    History,
    /// The key-value store, what the edge acts on.
    Projection,
    /// A hold in the key-value store: closed until the refusal behind it is written.
    Hold,
}

/// A subject's decisions.
#[derive(Debug, Clone)]
pub struct CurrentConsent {
    /// The row in SQLite; nothing for a subject that has said nothing.
    pub(crate) subject_id: Option<i64>,
    pub(crate) keyed_hash: KeyedHash,
    /// How many signals there are about the subject.
    pub version: i64,
    /// The decisions per flag and tier.
    pub state: ConsentState,
    /// What may be recorded of the contact at most, as far as SQLite was asked.
    pub ceiling: Ceilings,
    /// Which store said so.
    pub seen: Seen,
}

impl CurrentConsent {
    pub(super) fn unknown(keyed_hash: KeyedHash, seen: Seen) -> Self {
        Self {
            subject_id: None,
            keyed_hash,
            version: 0,
            state: ConsentState::default(),
            ceiling: Ceilings::default(),
            seen,
        }
    }
}

/// What the recorder acts on, all of one moment.
#[derive(Debug)]
pub struct ForRecording {
    /// Of the organisation's settings; nothing if there is no such organisation.
    pub version: Option<i64>,
    /// Whether decisions wait to be projected, so that [`Store::repair_soon`](crate::Store::repair_soon) may have
    /// something to do.
    pub unprojected: bool,
    /// What the subjects have decided, in the order asked.
    pub states: Vec<CurrentConsent>,
}

/// One signal of the history.
#[derive(Debug, Clone)]
pub struct HistoryEntry {
    /// Place in the log.
    pub seq: i64,
    /// The request that brought it.
    pub request_id: String,
    /// Its place in that request.
    pub item: u32,
    /// `set`, `remove` or `portability`.
    pub action: String,
    /// The subject that the request named, where this came over a link; `erased` if that was erased since.
    pub via: Option<String>,
    /// What it says; nothing unless it sets.
    pub flags: Flags,
    /// How near the person it was given.
    pub tier: Tier,
    /// Where it came in.
    pub source: Source,
    /// The policy regime.
    pub regime: Regime,
    /// How the regime was chosen.
    pub regime_source: String,
    /// When the person decided.
    pub at: Timestamp,
    /// When its grants count from: `at`, unless a refusal came in while it was on its way.
    pub grants_at: Timestamp,
    /// When it was stored.
    pub received_at: Timestamp,
    /// What was shown.
    pub shown: Option<Shown>,
    /// The strings that it was made of; gone with an erasure.
    pub evidence: Option<Evidence>,
    /// The API key that sent it; nothing for the person herself.
    pub actor: Option<String>,
}
