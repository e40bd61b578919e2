//! From signals to gates.

use domain::{
    Choice, Closed, ConsentState, Decision, Flag, FlagSet, Gate, GlobalMode, Policy, Regime,
    Settings, Tier, Timestamp, TrackingStatus, resolve,
};
use proptest::prelude::*;

use crate::strategies::{
    NOW, any_decision, any_flag, any_flag_set, any_policy, any_signals, decision, policy,
};

proptest! {
    /// An older signal never changes anything.
    #[test]
    fn an_older_signal_changes_nothing(signals in any_signals(), flag in any_flag(), late in any_decision(), policy in any_policy()) {
        let mut state: ConsentState = signals.into_iter().collect();
        state.record(flag, late);
        let before = state.clone();
        let older = decision(Choice::Granted, late.tier, late.at.saturating_add_micros(-1));
        state.record(flag, older);
        prop_assert_eq!(&state, &before);
        state.record(flag, Decision { choice: Choice::Refused, ..older });
        prop_assert_eq!(resolve(&state, &policy, NOW), resolve(&before, &policy, NOW));
    }

    /// At equal times, refusal wins, whichever came first.
    #[test]
    fn refusal_wins_ties(flag in any_flag(), one in any_decision(), swap in any::<bool>(), policy in any_policy()) {
        let both = [Decision { choice: Choice::Granted, ..one }, Decision { choice: Choice::Refused, ..one }];
        let order = if swap { [both[1], both[0]] } else { both };
        let state: ConsentState = order.into_iter().map(|decision| (flag, decision)).collect();
        prop_assert_eq!(resolve(&state, &policy, NOW).get(flag).choice, Some(Choice::Refused));
        prop_assert!(!resolve(&state, &policy, NOW).get(flag).effective);
    }

    /// What a farther tier says never changes a flag that a closer one has decided.
    #[test]
    fn a_farther_tier_changes_nothing(signals in any_signals(), flag in any_flag(), close in any_decision(), far in any_decision(), policy in any_policy()) {
        prop_assume!(far.tier > close.tier);
        let mut state: ConsentState = signals.into_iter().collect();
        state.record(flag, close);
        let before = resolve(&state, &policy, NOW);
        state.record(flag, Decision { at: NOW.saturating_add_micros(1), ..far });
        prop_assert_eq!(resolve(&state, &policy, NOW), before);
    }

    /// The same signals again, in any order, change nothing.
    #[test]
    fn replay_is_idempotent(signals in any_signals()) {
        let state: ConsentState = signals.iter().copied().collect();
        let twice: ConsentState = signals.iter().chain(signals.iter().rev()).copied().collect();
        prop_assert_eq!(twice, state);
    }

    /// The order in which signals arrive does not matter.
    #[test]
    fn order_of_arrival_does_not_matter((signals, shuffled) in any_signals().prop_flat_map(|signals| (Just(signals.clone()), Just(signals).prop_shuffle()))) {
        let one: ConsentState = signals.into_iter().collect();
        let other: ConsentState = shuffled.into_iter().collect();
        prop_assert_eq!(one, other);
    }

    /// Whatever the organisation makes of its tracking flags, however often: who refused tracking as it
    /// stood then is not tracked, and is told so; and nobody who refused nothing is taken to have.
    #[test]
    fn no_change_of_settings_undoes_a_refusal(signals in any_signals(), sets in proptest::collection::vec((1..64_u8, any_flag_set()), 1..5), mode in prop_oneof![Just(GlobalMode::OptIn), Just(GlobalMode::OptOut)]) {
        let state: ConsentState = signals.into_iter().collect();
        let at_first = Settings { default_regime: Regime::Global, global_mode: mode, ..Settings::default() };
        let mut settings = at_first.clone();
        let mut refused = false;
        for (mask, former_tracking_flags) in sets {
            refused |= resolve(&state, &Policy::from(&settings), NOW).tracking_status() == TrackingStatus::Refused;
            let tracking_flags = FlagSet::from_mask(mask).unwrap();
            settings = Settings { tracking_flags, former_tracking_flags, ..at_first.clone() }.succeeding(&settings);
            prop_assert_eq!(settings.former_tracking_flags.mask() & mask, 0);
            let resolved = resolve(&state, &Policy::from(&settings), NOW);
            if refused {
                prop_assert!(!resolved.allows(Gate::Track));
                prop_assert_eq!(resolved.tracking_status(), TrackingStatus::Refused);
            }
            let ever = settings.tracking_flags.union(settings.former_tracking_flags);
            let said_no = ever.iter().any(|flag| resolved.get(flag).choice == Some(Choice::Refused));
            prop_assert_eq!(resolved.tracking_status() == TrackingStatus::Refused, said_no);
            prop_assert_eq!(resolved.tracking_decided_at().is_some(), resolved.tracking_status() != TrackingStatus::Unanswered);
        }
    }

    /// A gate that is closed says why, an open one says nothing, and nothing is a reason that is not one.
    #[test]
    fn a_closed_gate_says_why(signals in any_signals(), policy in any_policy(), months in 0..20_u32) {
        let state: ConsentState = signals.into_iter().collect();
        let resolved = resolve(&state, &policy, NOW.plus_months(months));
        for gate in Gate::ALL {
            let reasons: Vec<_> = resolved.closed_by(gate).collect();
            prop_assert_eq!(reasons.is_empty(), resolved.allows(gate), "{}", gate.code());
            for (flag, reason) in reasons {
                let said = state.deciding(flag).map(|decision| decision.choice);
                let expected = match reason {
                    Closed::Refused => Some(Choice::Refused),
                    Closed::Lapsed => Some(Choice::Granted),
                    Closed::Unset => None,
                    other => panic!("{other:?} of somebody without overlays"),
                };
                prop_assert_eq!(said, expected, "{} {}", gate.code(), flag.code());
            }
        }
    }

    /// A refusal that counts closes every gate that needs its flag, under every policy, for ever.
    #[test]
    fn a_refusal_closes_its_gates(signals in any_signals(), flag in any_flag(), policy in any_policy(), years in 0..50_u32) {
        let mut state: ConsentState = signals.into_iter().collect();
        state.record(flag, decision(Choice::Refused, Tier::Direct, NOW));
        let resolved = resolve(&state, &policy, NOW.plus_months(years * 12));
        for gate in Gate::ALL {
            if gate.needs(policy.tracking_flags).contains(flag) {
                prop_assert!(!resolved.allows(gate), "{}", gate.code());
            }
        }
    }
}

/// A grant under `gdpr` ends after 13 months to the microsecond; a refusal never; under `global`
/// neither.
#[test]
fn grants_lapse() {
    let state: ConsentState = Flag::ALL
        .map(|flag| (flag, decision(Choice::Granted, Tier::Direct, NOW)))
        .into_iter()
        .collect();
    let end = NOW.plus_months(13);
    let gdpr = policy(Regime::Gdpr, GlobalMode::OptOut);
    let last = resolve(&state, &gdpr, end.saturating_add_micros(-1));
    assert!(last.allows(Gate::Track));
    assert_eq!(last.tracking_status(), TrackingStatus::Accepted);
    let over = resolve(&state, &gdpr, end);
    assert!(!over.allows(Gate::Track));
    assert_eq!(over.tracking_status(), TrackingStatus::Unanswered);
    assert_eq!(over.get(Flag::Dc).choice, None);
    assert!(over.get(Flag::Dc).decided_by.is_some());
    let global = policy(Regime::Global, GlobalMode::OptIn);
    assert!(resolve(&state, &global, end).allows(Gate::Track));
}

/// A grant that lapsed does not hand over to a data provider's.
#[test]
fn a_lapsed_grant_does_not_hand_over() {
    let late = NOW.plus_months(14);
    let state: ConsentState = [
        (Flag::Dc, decision(Choice::Granted, Tier::Direct, NOW)),
        (Flag::Dc, decision(Choice::Granted, Tier::ThirdParty, late)),
    ]
    .into_iter()
    .collect();
    let resolved = resolve(&state, &policy(Regime::Gdpr, GlobalMode::OptOut), late);
    assert!(!resolved.get(Flag::Dc).effective);
}

/// Each gate needs exactly the flags of the table in the design.
#[test]
fn gates_need_their_flags() {
    let table = [
        (Gate::Collect, "dc"),
        (Gate::Analyse, "al"),
        (Gate::Target, "tg al"),
        (Gate::CrossDevice, "cd"),
        (Gate::Share, "sh"),
        (Gate::ShareAccount, "tg al sh"),
        (Gate::Reidentify, "re"),
        (Gate::Track, "dc al"),
    ];
    let policy = policy(Regime::Gdpr, GlobalMode::OptOut);
    for (gate, needs) in table {
        for mask in 0..64 {
            let given = FlagSet::from_mask(mask).unwrap();
            let state: ConsentState = given
                .iter()
                .map(|flag| (flag, decision(Choice::Granted, Tier::Direct, NOW)))
                .collect();
            let expected = needs
                .split(' ')
                .all(|code| given.contains(Flag::parse(code).unwrap()));
            assert_eq!(
                resolve(&state, &policy, NOW).allows(gate),
                expected,
                "{} with {mask}",
                gate.code()
            );
        }
    }
}

/// Accepted only if every tracking flag was granted, refused as soon as one was refused.
#[test]
fn tracking_status_of_every_combination() {
    let answers = [None, Some(Choice::Granted), Some(Choice::Refused)];
    for dc in answers {
        for al in answers {
            let mut state = ConsentState::default();
            for (flag, answer, at) in [(Flag::Dc, dc, 1), (Flag::Al, al, 2)] {
                if let Some(choice) = answer {
                    state.record(
                        flag,
                        decision(choice, Tier::Direct, Timestamp::from_micros(at)),
                    );
                }
            }
            let status =
                resolve(&state, &policy(Regime::Global, GlobalMode::OptOut), NOW).tracking_status();
            let expected = if [dc, al].contains(&Some(Choice::Refused)) {
                TrackingStatus::Refused
            } else if [dc, al] == [Some(Choice::Granted); 2] {
                TrackingStatus::Accepted
            } else {
                TrackingStatus::Unanswered
            };
            assert_eq!(status, expected, "{dc:?} {al:?}");
        }
    }
}

/// Tracking stands for `dc` and once stood for `al`: only a refusal of `al` matters, and only for tracking.
#[test]
fn a_refusal_of_a_former_tracking_flag_counts() {
    use Choice::{Granted, Refused};
    use TrackingStatus as Status;
    let policy = Policy {
        tracking_flags: FlagSet::of(&[Flag::Dc]),
        former_tracking_flags: FlagSet::of(&[Flag::Al]),
        ..policy(Regime::Global, GlobalMode::OptOut)
    };
    for (dc, al, open, status, decided_at) in [
        (None, None, true, Status::Unanswered, None),
        (None, Some(Granted), true, Status::Unanswered, None),
        (None, Some(Refused), false, Status::Refused, Some(1)),
        (Some(Granted), None, true, Status::Accepted, Some(2)),
        (
            Some(Granted),
            Some(Granted),
            true,
            Status::Accepted,
            Some(2),
        ),
        (
            Some(Granted),
            Some(Refused),
            false,
            Status::Refused,
            Some(2),
        ),
        (Some(Refused), None, false, Status::Refused, Some(2)),
        (
            Some(Refused),
            Some(Granted),
            false,
            Status::Refused,
            Some(2),
        ),
        (
            Some(Refused),
            Some(Refused),
            false,
            Status::Refused,
            Some(2),
        ),
    ] {
        let state: ConsentState = [(Flag::Al, al, 1), (Flag::Dc, dc, 2)]
            .into_iter()
            .filter_map(|(flag, choice, at)| {
                let at = Timestamp::from_micros(at);
                Some((flag, decision(choice?, Tier::Direct, at)))
            })
            .collect();
        let resolved = resolve(&state, &policy, NOW);
        assert_eq!(resolved.allows(Gate::Track), open, "{dc:?} {al:?}");
        assert_eq!(resolved.tracking_status(), status, "{dc:?} {al:?}");
        assert_eq!(
            resolved.tracking_decided_at(),
            decided_at.map(Timestamp::from_micros),
            "{dc:?} {al:?}"
        );
        assert_eq!(
            resolved.refused_before().contains(Flag::Al),
            al == Some(Refused)
        );
        assert_eq!(resolved.allows(Gate::Collect), dc != Some(Refused));
    }
}

/// What meant tracking until now joins what did so before; nobody can leave it out, and what means it
/// again is no longer former.
#[test]
fn former_tracking_flags_are_remembered() {
    use Flag::{Al, Dc, Re, Tg};
    let settings = |tracking: &[Flag], former: &[Flag]| Settings {
        tracking_flags: FlagSet::of(tracking),
        former_tracking_flags: FlagSet::of(former),
        ..Settings::default()
    };
    for (previous, next, former) in [
        (settings(&[Al], &[]), settings(&[Dc], &[]), &[Al][..]),
        (settings(&[Al], &[]), settings(&[Al], &[]), &[]),
        (settings(&[Dc, Al], &[]), settings(&[Dc], &[]), &[Al]),
        (settings(&[Dc], &[Al]), settings(&[Tg], &[]), &[Dc, Al]),
        (settings(&[Dc], &[Al]), settings(&[Al], &[]), &[Dc]),
        (settings(&[Dc], &[Al]), settings(&[Dc], &[Re]), &[Al, Re]),
    ] {
        let expected = FlagSet::of(former);
        let next = next.succeeding(&previous);
        assert_eq!(next.former_tracking_flags, expected);
        assert_eq!(next.clone().succeeding(&previous), next, "twice is once");
    }
}

/// The time of the tracking consent is the latest one among the tracking flags only.
#[test]
fn tracking_time_is_the_latest_of_the_tracking_flags() {
    let state: ConsentState = [(Flag::Dc, 1), (Flag::Al, 2), (Flag::Tg, 3)]
        .map(|(flag, at)| {
            (
                flag,
                decision(Choice::Granted, Tier::Direct, Timestamp::from_micros(at)),
            )
        })
        .into_iter()
        .collect();
    let resolved = resolve(&state, &policy(Regime::Global, GlobalMode::OptOut), NOW);
    assert_eq!(
        resolved.tracking_decided_at(),
        Some(Timestamp::from_micros(2))
    );
}

/// Settings without tracking flags would make everybody trackable; the gate stays closed instead.
#[test]
fn without_tracking_flags_nobody_is_tracked() {
    let policy = Policy {
        tracking_flags: FlagSet::EMPTY,
        ..policy(Regime::Global, GlobalMode::OptOut)
    };
    let resolved = resolve(&ConsentState::default(), &policy, NOW);
    assert!(!resolved.allows(Gate::Track));
    assert_eq!(resolved.tracking_status(), TrackingStatus::Unanswered);
}
