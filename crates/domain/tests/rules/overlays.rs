//! What lies over signals: the industry opt-out, privacy signals, erasure, and the backfill. Against a slow
//! model that is obviously right.

use domain::{
    Backfill, Basis, Choice, Closed, ConsentState, Decision, Flag, Flags, Gate, Overruled, Policy,
    Regime, Settings, Tier, Timestamp, TrackingStatus, overruled, resolve,
};
use proptest::prelude::*;

use crate::strategies::{NOW, any_flag_set, any_policy, any_signals, decision};

/// Somebody with everything that can lie over her signals.
#[derive(Debug, Clone)]
struct Person {
    signals: Vec<(Flag, Decision)>,
    first_seen: Option<Timestamp>,
    erased_at: Option<Timestamp>,
    industry_opt_out: Option<Timestamp>,
}

impl Person {
    fn state(&self) -> ConsentState {
        let mut state = ConsentState::new(self.first_seen, self.erased_at);
        for (flag, decision) in &self.signals {
            state.record(*flag, *decision);
        }
        state.industry_opt_out = self.industry_opt_out;
        state
    }
}

fn around_now() -> impl Strategy<Value = Timestamp> {
    (-6..1_i64).prop_map(|ago| NOW.saturating_add_micros(ago))
}

fn any_person() -> impl Strategy<Value = Person> {
    let rarely = || proptest::option::weighted(0.3, around_now());
    (
        any_signals(),
        proptest::option::of(around_now()),
        rarely(),
        rarely(),
    )
        .prop_map(
            |(signals, first_seen, erased_at, industry_opt_out)| Person {
                signals,
                first_seen,
                erased_at,
                industry_opt_out,
            },
        )
}

fn any_flags() -> impl Strategy<Value = Flags> {
    (0..64_u8, 0..64_u8)
        .prop_map(|(given, granted)| Flags::from_masks(given & granted, given & !granted).unwrap())
}

fn any_overlaid_policy() -> impl Strategy<Value = Policy> {
    let backfill = (any_flags(), around_now()).prop_map(|(flags, at)| Backfill { flags, at });
    (
        any_policy(),
        proptest::option::of(backfill),
        any::<bool>(),
        any_flag_set(),
    )
        .prop_map(|(policy, backfill, privacy_signal, global_gpc)| Policy {
            global_gpc,
            backfill,
            privacy_signal,
            ..policy
        })
}

/// One sentence of the design after the other, without any state: for each flag what is allowed, and on what
/// that rests.
fn model(person: &Person, policy: &Policy, flag: Flag, now: Timestamp) -> (bool, Basis) {
    let regime = policy.regime;
    let months = match regime {
        Regime::Law25 => Some(12),
        Regime::Gdpr => Some(13),
        _ => None,
    };
    let over = |at: Timestamp| months.is_some_and(|months| now >= at.plus_months(months));
    // "In force: every flag refused in every organisation until opted in again."
    if person.industry_opt_out.is_some() {
        return (false, Basis::IndustryOptOut);
    }
    // "The lowest tier that has said anything; within it the latest time; at equal times, refusal wins."
    let mut said: Vec<&Decision> = person
        .signals
        .iter()
        .filter(|(about, _)| *about == flag)
        .map(|(_, decision)| decision)
        // "Signals older than the erasure are void."
        .filter(|decision| person.erased_at.is_none_or(|erased| decision.at > erased))
        .collect();
    let nearest = said.iter().map(|decision| decision.tier).min();
    said.retain(|decision| Some(decision.tier) == nearest);
    let latest = said.iter().map(|decision| decision.at).max();
    said.retain(|decision| Some(decision.at) == latest);
    let refused = said
        .iter()
        .any(|decision| decision.choice == Choice::Refused);
    if refused {
        return (false, Basis::Signal);
    }
    // "GPC on a GET or HEAD holds for that request alone."
    let refuses = |regime| match regime {
        Regime::Law25 => true,
        Regime::Ccpa => [Flag::Tg, Flag::Sh, Flag::Cd].contains(&flag),
        Regime::Gdpr | Regime::Casl => false,
        Regime::Global => policy.global_gpc.contains(flag),
    };
    if policy.privacy_signal && policy.regimes().any(refuses) {
        return (false, Basis::PrivacySignal);
    }
    let unset = regime.unset_means(policy.global_mode);
    match latest {
        // "A lapsed grant counts as unset."
        Some(at) if over(at) => return (unset, Basis::Lapsed),
        Some(_) => return (true, Basis::Signal),
        None => {}
    }
    // "Every gate stays closed until a newer one."
    if person.erased_at.is_some() {
        return (false, Basis::Erased);
    }
    // "Backfill applies to subjects first seen before it."
    if let (Some(backfill), Some(first_seen)) = (policy.backfill, person.first_seen)
        && first_seen < backfill.at
    {
        match backfill.flags.get(flag) {
            Some(Choice::Refused) => return (false, Basis::Backfill),
            Some(Choice::Granted) if !over(backfill.at) => return (true, Basis::Backfill),
            _ => {}
        }
    }
    (unset, Basis::Regime)
}

proptest! {
    #[test]
    fn resolution_is_what_the_model_says(person in any_person(), policy in any_overlaid_policy(), months in 0..20_u32) {
        let now = NOW.plus_months(months);
        let resolved = resolve(&person.state(), &policy, now);
        for (flag, found) in resolved.iter() {
            prop_assert_eq!((found.effective, found.basis), model(&person, &policy, flag, now), "{}", flag.code());
        }
        for gate in Gate::ALL {
            let needs = gate.needs(policy.tracking_flags);
            let open = needs.iter().all(|flag| model(&person, &policy, flag, now).0);
            let before = gate == Gate::Track && !resolved.refused_before().is_empty();
            prop_assert_eq!(resolved.allows(gate), open && !before, "{}", gate.code());
            prop_assert_eq!(resolved.closed_by(gate).next().is_none(), resolved.allows(gate), "{}", gate.code());
        }
    }

    /// Whatever was said, whatever the settings: an opted-out device opens nothing, and says so.
    #[test]
    fn an_industry_opt_out_closes_everything(person in any_person(), since in around_now(), policy in any_overlaid_policy()) {
        let person = Person { industry_opt_out: Some(since), ..person };
        let resolved = resolve(&person.state(), &policy, NOW);
        for gate in Gate::ALL {
            prop_assert!(!resolved.allows(gate));
            prop_assert!(resolved.closed_by(gate).all(|(_, reason)| reason == Closed::IndustryOptOut));
        }
        prop_assert_eq!(resolved.tracking_status(), TrackingStatus::Refused);
        prop_assert_eq!(resolved.tracking_decided_at(), Some(since));
    }

    /// Of all signals about a flag, those that decided it are not overruled; every other one says what stands
    /// in its way, and that is there.
    #[test]
    fn every_signal_that_did_not_decide_says_why(person in any_person(), policy in any_overlaid_policy(), months in 0..20_u32) {
        let (state, now) = (person.state(), NOW.plus_months(months));
        for (flag, found) in resolve(&state, &policy, now).iter() {
            let about = || person.signals.iter().filter(|(about, _)| *about == flag).map(|(_, decision)| decision);
            let counts = |decision: &Decision| person.erased_at.is_none_or(|erased| decision.at > erased);
            let rivals = |decision: Decision| about().filter(move |other| counts(other) && **other != decision);
            let mut decided = 0;
            for one in about() {
                let near = |other: &Decision| other.tier == one.tier;
                let tie = |other: &Decision| near(other) && other.at == one.at;
                let because = match overruled(one, &state, &found) {
                    None => { decided += 1; found.decided_by == Some(*one) }
                    Some(Overruled::Erased) => !counts(one),
                    Some(Overruled::FartherTier) => rivals(*one).any(|other| other.tier < one.tier),
                    Some(Overruled::Older) => rivals(*one).any(|other| near(other) && other.at > one.at),
                    Some(Overruled::RefusalAtTheSameTime) => one.choice == Choice::Granted
                        && rivals(*one).any(|other| tie(other) && other.choice == Choice::Refused),
                    Some(Overruled::StricterRegimeAtTheSameTime) => rivals(*one).any(|other| tie(other) && other.choice == one.choice && other.regime > one.regime),
                    Some(Overruled::SourceAtTheSameTime) => rivals(*one).any(|other| tie(other) && other.choice == one.choice && other.regime == one.regime && other.source.code() > one.source.code()),
                    Some(Overruled::Lapsed) => found.basis == Basis::Lapsed && one.choice == Choice::Granted,
                    Some(Overruled::PrivacySignal) => policy.privacy_signal && one.choice == Choice::Granted,
                    Some(Overruled::IndustryOptOut) => person.industry_opt_out.is_some(),
                };
                prop_assert!(because, "{} {one:?}", flag.code());
            }
            prop_assert_eq!(decided > 0, found.basis == Basis::Signal);
        }
    }

    /// An overlay that forbids never opens what is closed without it.
    #[test]
    fn an_overlay_never_opens(person in any_person(), policy in any_overlaid_policy(), since in around_now(), months in 0..20_u32) {
        let now = NOW.plus_months(months);
        let resolved = |person: &Person, policy: Policy| resolve(&person.state(), &policy, now).effective_mask();
        let signal = policy.with_privacy_signal(true);
        prop_assert_eq!(resolved(&person, signal) & !resolved(&person, signal.with_privacy_signal(false)), 0);
        let opted_out = Person { industry_opt_out: Some(since), ..person.clone() };
        prop_assert_eq!(resolved(&opted_out, policy), 0);
        if person.signals.is_empty() {
            let erased = Person { erased_at: Some(since), ..person };
            prop_assert_eq!(resolved(&erased, policy), 0);
        }
    }

    /// A stricter regime never opens a gate, also with a backfill and a privacy signal.
    #[test]
    fn tightening_never_opens_what_overlays_close(person in any_person(), policy in any_overlaid_policy(), regime in proptest::sample::select(&Regime::ALL[..]), months in 0..20_u32) {
        let now = NOW.plus_months(months);
        let loose = resolve(&person.state(), &policy, now).effective_mask();
        let tight = resolve(&person.state(), &policy.tightened_by(Some(regime)), now).effective_mask();
        prop_assert_eq!(tight & !loose, 0);
    }
}

/// The backfill stands below every signal, above the regime, for whom the organisation knew before it.
#[test]
fn a_backfill_decides_what_is_unset() {
    let at = |micros| NOW.saturating_add_micros(micros);
    let flags = Flags::none()
        .with(Flag::Dc, Choice::Granted)
        .with(Flag::Al, Choice::Refused);
    let policy = |regime| Policy {
        regime,
        backfill: Some(Backfill { flags, at: NOW }),
        ..Policy::from(&Settings::default())
    };
    for (regime, first_seen, expected) in [
        (Regime::Gdpr, Some(at(-1)), 1),
        (Regime::Gdpr, Some(at(0)), 0),
        (Regime::Gdpr, None, 0),
        (Regime::Ccpa, Some(at(-1)), 63 - 2),
        (Regime::Ccpa, Some(at(0)), 63),
    ] {
        let state = ConsentState::new(first_seen, None);
        let found = resolve(&state, &policy(regime), NOW);
        assert_eq!(
            found.effective_mask(),
            expected,
            "{} {first_seen:?}",
            regime.code()
        );
        assert_eq!(found.tracking_status(), TrackingStatus::Unanswered);
    }
    let mut known = ConsentState::new(Some(at(-1)), None);
    let gdpr = policy(Regime::Gdpr);
    assert!(
        resolve(&known, &gdpr, NOW.plus_months(13).saturating_add_micros(-1)).allows(Gate::Collect)
    );
    assert!(
        !resolve(&known, &gdpr, NOW.plus_months(13)).allows(Gate::Collect),
        "as lapsed as a grant"
    );
    known.record(
        Flag::Dc,
        decision(Choice::Refused, Tier::ThirdParty, at(-9)),
    );
    assert!(
        !resolve(&known, &gdpr, NOW).allows(Gate::Collect),
        "any signal stands above it"
    );
}
