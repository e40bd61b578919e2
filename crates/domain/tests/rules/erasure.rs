//! Erasure: what was said before is void, and everything stays closed until something is said again.

use super::strategies::*;
use domain::{Choice, Closed, ConsentState, Flag, Gate, Policy, Tier, resolve};
use proptest::prelude::*;

proptest! {
    /// What was said up to the erasure is void, whether it comes before or after it.
    #[test]
    fn what_was_said_before_is_void(signals in any_signals(), ago in -6..1_i64, place in 0..40_usize) {
        let at = NOW.saturating_add_micros(ago);
        let mut state = ConsentState::default();
        for (index, (flag, decision)) in signals.iter().enumerate() {
            if index == place {
                state.erase(at);
            }
            state.record(*flag, *decision);
        }
        state.erase(at);
        let mut expected = ConsentState::new(None, Some(at));
        for (flag, decision) in &signals {
            if decision.at > at {
                expected.record(*flag, *decision);
            }
        }
        prop_assert_eq!(state, expected);
    }

    /// Under every policy, and whatever unset means there: a gate is open after an erasure only if each flag it
    /// needs was granted since; and where nothing was said since, that is the reason.
    #[test]
    fn everything_stays_closed_until_something_is_said_again(signals in any_signals(), policy in any_policy(), ago in -6..1_i64) {
        let mut state: ConsentState = signals.into_iter().collect();
        state.erase(NOW.saturating_add_micros(ago));
        let resolved = resolve(&state, &policy, NOW);
        for gate in Gate::ALL {
            let granted = |flag| state.deciding(flag).is_some_and(|decision| decision.choice == Choice::Granted);
            let needs = gate.needs(policy.tracking_flags);
            prop_assert!(!resolved.allows(gate) || needs.iter().all(granted), "{}", gate.code());
            for (flag, reason) in resolved.closed_by(gate) {
                prop_assert_eq!(reason == Closed::Erased, state.deciding(flag).is_none());
                prop_assert!(reason != Closed::Unset);
            }
        }
    }
}

#[test]
fn a_later_erasure_is_not_undone_by_an_earlier_one() {
    let mut state = ConsentState::default();
    state.erase(NOW);
    state.erase(NOW.saturating_add_micros(-5));
    let grant = |ago: i64| {
        decision(
            Choice::Granted,
            Tier::Direct,
            NOW.saturating_add_micros(-ago),
        )
    };
    state.record(Flag::Dc, grant(1));
    state.record(Flag::Al, grant(0));
    assert_eq!(state, ConsentState::new(None, Some(NOW)));
    state.record(Flag::Al, grant(-1));
    let policy: Policy = policy(domain::Regime::Ccpa, domain::GlobalMode::OptOut);
    let resolved = resolve(&state, &policy, NOW);
    assert!(resolved.allows(Gate::Analyse) && !resolved.allows(Gate::Collect));
}
