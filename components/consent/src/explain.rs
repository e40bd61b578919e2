//! Why what is in force is so: for each flag the signal that decided, and why every other one did not.

use std::collections::BTreeMap;

use domain::{
    Backfill, Basis, Choice, ConsentState, Decision, Flag, OrganisationId, Overruled, Regime,
    Resolved, ResolvedFlag, Settings, Subject, Timestamp, overruled,
};
use serde::Serialize;
use store::{CurrentConsent, HistoryEntry, Store};
use web::Problem;

/// The newest signals that are looked at.
const MOST_SIGNALS: u32 = 1000;
/// How often what is in force and its history are read until they are of the same moment.
const ATTEMPTS: u32 = 5;

/// The explanation of an answer.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Explanation {
    flags: BTreeMap<&'static str, FlagExplanation>,
    regimes: Regimes,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_seen: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    erased_at: Option<Timestamp>,
    /// Since when the device is opted out of everything, in every organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    industry_opt_out: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backfill: Option<Backfill>,
    /// Whether all signals about the subject were looked at, or only the newest thousand.
    complete: bool,
}

/// Where the regime in force comes from: the strictest of these.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ConsideredRegimes"))]
struct Regimes {
    organisation: Regime,
    /// Of the signals that count.
    signals: Vec<Regime>,
    /// All of them, with what the request named.
    considered: Vec<Regime>,
}

/// One flag.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FlagExplanation {
    basis: Basis,
    effective: bool,
    /// The signal that decided; nothing where something else did.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<SignalView>,
    /// Every other one about this flag, newest first.
    others: Vec<SignalView>,
}

/// What one signal says about one flag.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ConsideredSignal"))]
struct SignalView {
    seq: i64,
    request_id: String,
    item: u32,
    choice: Choice,
    tier: &'static str,
    source: &'static str,
    at: Timestamp,
    received_at: Timestamp,
    regime: Regime,
    regime_source: String,
    /// Why it did not decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    overruled: Option<Overruled>,
}

/// What is in force for a subject, and the history behind it, both of one moment.
pub async fn current_with_history(
    store: &Store,
    organisation: OrganisationId,
    subject: &Subject,
) -> Result<(CurrentConsent, Vec<HistoryEntry>), Problem> {
    let subjects = std::slice::from_ref(subject);
    let read = async || {
        let state = store.current(organisation, subjects).await?.pop();
        state.ok_or_else(|| Problem::internal("a state for each subject"))
    };
    let mut current = read().await?;
    for _ in 0..ATTEMPTS {
        let history = store
            .history(organisation, subject, None, MOST_SIGNALS)
            .await?;
        let after = read().await?;
        if after.version == current.version {
            return Ok((after, history));
        }
        current = after;
    }
    Err(store::StoreError::Away("the subject changes all the time".to_owned()).into())
}

impl Explanation {
    /// Why `resolved` came out of this state and this history.
    pub fn of(
        resolved: &Resolved,
        state: &ConsentState,
        history: &[HistoryEntry],
        settings: &Settings,
    ) -> Self {
        let flags = resolved
            .iter()
            .map(|(flag, found)| (flag.code(), flag_explanation(flag, &found, state, history)));
        let mut signals: Vec<Regime> = state.regimes().collect();
        signals.sort_unstable();
        signals.dedup();
        Self {
            flags: flags.collect(),
            regimes: Regimes {
                organisation: settings.default_regime,
                signals,
                considered: resolved.policy().regimes().collect(),
            },
            first_seen: state.first_seen,
            erased_at: state.erased_at,
            industry_opt_out: state.industry_opt_out,
            backfill: settings.backfill,
            complete: u32::try_from(history.len()).is_ok_and(|count| count < MOST_SIGNALS),
        }
    }
}

fn flag_explanation(
    flag: Flag,
    found: &ResolvedFlag,
    state: &ConsentState,
    history: &[HistoryEntry],
) -> FlagExplanation {
    let mut decided_by = None;
    let mut others = Vec::new();
    for entry in history {
        let Some(choice) = entry.flags.get(flag) else {
            continue;
        };
        let decision = decision(entry, choice);
        let view = |overruled| SignalView {
            seq: entry.seq,
            request_id: entry.request_id.clone(),
            item: entry.item,
            choice,
            tier: entry.tier.code(),
            source: entry.source.code(),
            at: decision.at,
            received_at: entry.received_at,
            regime: entry.regime,
            regime_source: entry.regime_source.clone(),
            overruled,
        };
        match overruled(&decision, state, found) {
            None if decided_by.is_none() => decided_by = Some(view(None)),
            overruled => others.push(view(overruled)),
        }
    }
    FlagExplanation {
        basis: found.basis,
        effective: found.effective,
        decided_by,
        others,
    }
}

/// What a signal says, with the time that counts for it.
fn decision(entry: &HistoryEntry, choice: Choice) -> Decision {
    Decision {
        choice,
        tier: entry.tier,
        source: entry.source,
        at: match choice {
            Choice::Granted => entry.grants_at,
            Choice::Refused => entry.at,
        },
        regime: entry.regime,
    }
}
