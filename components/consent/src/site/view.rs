//! `GET /v1/site/{organisation}/consent`: what this browser allows, and whether a question is due.

use std::collections::BTreeMap;

use domain::{
    Basis, Choice, ConsentState, Flag, FlagSet, Policy, Regime, ResolvedFlag, Subject, Timestamp,
    resolve,
};
use serde::Serialize;
use store::{CurrentConsent, Seen};
use web::{Context, Problem, Request};

use super::document;
use crate::view::yes_or_no;
use crate::wire::{Caller, Done, opted_out_elsewhere};

/// What holds for the browser that asks.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "BrowserConsent"))]
pub struct SiteView {
    /// The policy regime in force.
    regime: Regime,
    /// Whether the browser has an id here. If not, nothing that it said before can be known.
    known: bool,
    /// The six purposes.
    flags: BTreeMap<&'static str, SiteFlag>,
    /// Which of them the organisation asks for.
    asks: FlagSet,
    /// Whether something that was refused may be asked for again.
    ask_again: bool,
    /// Whether the browser's privacy signal refuses anything here.
    gpc: bool,
    /// Whether it refuses what no stored signal refuses: a decision without flags stores it.
    unrecorded_gpc: bool,
    /// Whether the browser has opted out of everything, in every organisation.
    opted_out: bool,
    /// Since when the present notice holds; a grant from before does not count on pages.
    notice_since: Option<Timestamp>,
    /// How long a grant given now lasts; `null` where it does not lapse.
    grants_last_seconds: Option<i64>,
}

/// One purpose.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "BrowserFlag"))]
struct SiteFlag {
    /// What the person said; `null` if nothing that still counts.
    choice: Option<Choice>,
    /// Whether it is allowed now.
    allowed: bool,
    /// Whether a privacy signal or an opt-out keeps it closed, whatever is said here.
    locked: bool,
    /// When she said it.
    decided_at: Option<Timestamp>,
}

/// What the address says besides.
pub struct Extra {
    /// Whether the page's script sees a privacy signal, which not all browsers also send as a header.
    pub gpc: bool,
}

impl Extra {
    /// Reads the query.
    pub fn of(request: &Request) -> Result<Self, Problem> {
        let [gpc] = web::query(request.uri().query(), ["gpc"])?;
        let gpc = yes_or_no("gpc", gpc.as_deref())?;
        Ok(Self { gpc })
    }
}

/// Reads it, from where the edge does.
pub async fn get(context: &Context, caller: &Caller, request: &Request) -> Result<Done, Problem> {
    let extra = Extra::of(request)?;
    let organisation = caller.organisation()?;
    let current = match caller.browser()?.device() {
        Some(device) => {
            let subject = Subject::of_device(device);
            let projected = caller
                .store
                .projected(organisation.id, &subject, context.now);
            Some(projected.await?)
        }
        None => None,
    };
    caller.store.repair_soon(context.now);
    let elsewhere = opted_out_elsewhere(context, caller).await?;
    let view = SiteView::of(context, caller, &extra, current.as_ref(), elsewhere)?;
    document(&view, None)
}

impl SiteView {
    /// The view of what is stored; of nothing for a browser without an id.
    pub fn of(
        context: &Context,
        caller: &Caller,
        extra: &Extra,
        current: Option<&CurrentConsent>,
        opted_out_elsewhere: bool,
    ) -> Result<Self, Problem> {
        let settings = &caller.organisation()?.settings;
        let nothing = ConsentState::default();
        let state = current.map_or(&nothing, |current| &current.state);
        let is_held = current.is_some_and(|current| current.seen == Seen::Hold);
        let here = caller
            .region
            .as_deref()
            .map(|region| settings.regime_in(region));
        let policy = Policy::from(settings)
            .for_person(state)
            .tightened_by(here)
            .with_privacy_signal(extra.gpc || caller.objects());
        let resolved = resolve(state, &policy, context.now);
        let opted_out = opted_out_elsewhere || state.industry_opt_out.is_some();
        let objected = policy.refused_by_privacy_signal();
        let notice_since = settings.banner.notice_in_force(context.now);
        let unset_allows = policy.regime.unset_means(policy.global_mode);
        let flag = |flag: Flag| {
            let locked = is_held || opted_out || objected.contains(flag);
            let found = under_notice(resolved.get(flag), notice_since, unset_allows);
            SiteFlag {
                choice: found.choice,
                allowed: found.effective && !locked,
                locked,
                decided_at: found.choice.and(found.decided_by).map(|said| said.at),
            }
        };
        let asks = settings.banner.asked();
        Ok(Self {
            regime: policy.regime,
            known: current.is_some(),
            flags: Flag::ALL
                .into_iter()
                .map(|one| (one.code(), flag(one)))
                .collect(),
            asks,
            ask_again: may_ask_again(state, asks, &policy, context.now),
            gpc: !objected.is_empty(),
            unrecorded_gpc: objected
                .iter()
                .any(|flag| state.deciding(flag).map(|said| said.choice) != Some(Choice::Refused)),
            opted_out,
            notice_since,
            grants_last_seconds: policy
                .regime
                .grant_lapses_after_months()
                .map(|months| seconds_until(context.now.plus_months(months), context.now)),
        })
    }
}

/// What was granted under an earlier notice is to be asked for again, and until then counts as not said. What a
/// privacy signal closes was not said by the person either.
fn under_notice(
    found: ResolvedFlag,
    notice_since: Option<Timestamp>,
    unset_allows: bool,
) -> ResolvedFlag {
    let is_older = |at: Timestamp| notice_since.is_some_and(|since| at < since);
    let said = found.decided_by.map(|said| (said.choice, said.at));
    match (found.basis, said) {
        (Basis::PrivacySignal, Some((Choice::Granted, _)) | None) => ResolvedFlag {
            choice: None,
            ..found
        },
        (Basis::Signal, Some((Choice::Granted, at))) if is_older(at) => ResolvedFlag {
            choice: None,
            effective: unset_allows,
            ..found
        },
        _ => found,
    }
}

/// Whether the regime's time since the last refusal is over.
fn may_ask_again(state: &ConsentState, asks: FlagSet, policy: &Policy, now: Timestamp) -> bool {
    let refused = asks
        .iter()
        .filter_map(|flag| state.deciding(flag))
        .filter(|said| said.choice == Choice::Refused)
        .map(|said| said.at)
        .max();
    match (refused, policy.may_ask_again_after_months()) {
        (Some(last), Some(months)) => last.plus_months(months) <= now,
        _ => false,
    }
}

fn seconds_until(then: Timestamp, now: Timestamp) -> i64 {
    then.micros().saturating_sub(now.micros()) / 1_000_000
}
