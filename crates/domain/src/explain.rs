//! Why a signal did not decide a flag.

use crate::{Basis, Choice, ConsentState, Decision, ResolvedFlag};
use serde::Serialize;

/// What stood in the way of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Overruled {
    /// It is from before everything about the subject was erased.
    Erased,
    /// One that is nearer to the person said something about the flag.
    FartherTier,
    /// There is a newer one.
    Older,
    /// One of the same moment refused.
    RefusalAtTheSameTime,
    /// One of the same moment said the same under a stricter regime.
    StricterRegimeAtTheSameTime,
    /// One of the same moment said the same through a source that comes later in the alphabet.
    SourceAtTheSameTime,
    /// It would decide, but what it granted lapsed.
    Lapsed,
    /// It would decide, but the request carries a privacy signal.
    PrivacySignal,
    /// It would decide, but the device has opted out of everything, in every organisation.
    IndustryOptOut,
}

/// Why a signal about a flag did not decide it; nothing for the one that did, and for one that says entirely the
/// same. `found` is what came out for this flag from `state`, into which the signal went.
#[must_use]
pub fn overruled(
    decision: &Decision,
    state: &ConsentState,
    found: &ResolvedFlag,
) -> Option<Overruled> {
    if state.erased_at.is_some_and(|erased| decision.at <= erased) {
        return Some(Overruled::Erased);
    }
    let deciding = found.decided_by?;
    if decision.tier > deciding.tier {
        return Some(Overruled::FartherTier);
    }
    if decision.at < deciding.at {
        return Some(Overruled::Older);
    }
    if (decision.choice, deciding.choice) == (Choice::Granted, Choice::Refused) {
        return Some(Overruled::RefusalAtTheSameTime);
    }
    if decision.regime != deciding.regime {
        return Some(Overruled::StricterRegimeAtTheSameTime);
    }
    if decision.source != deciding.source {
        return Some(Overruled::SourceAtTheSameTime);
    }
    match found.basis {
        Basis::IndustryOptOut => Some(Overruled::IndustryOptOut),
        Basis::PrivacySignal => Some(Overruled::PrivacySignal),
        Basis::Lapsed => Some(Overruled::Lapsed),
        Basis::Signal | Basis::Regime | Basis::Backfill | Basis::Erased => None,
    }
}
