//! A stance without times decides gates as the person's whole state does.

use domain::{
    Backfill, Choice, ConsentState, Decision, Flag, Flags, Gate, Policy, Stance, Timestamp, resolve,
};
use proptest::prelude::*;

use crate::strategies::{NOW, any_decision, any_flag, any_flag_set, any_policy};

/// Around the moments at which grants lapse: after 12 months and after 13.
fn any_time() -> impl Strategy<Value = Timestamp> {
    let lapsed = [12, 13].map(|months| NOW.months_before(months));
    prop_oneof![
        (0..400_i64).prop_map(|days| NOW.saturating_add_micros(-days * 86_400_000_000)),
        (proptest::sample::select(lapsed.to_vec()), -2..3_i64)
            .prop_map(|(at, micros)| at.saturating_add_micros(micros)),
    ]
}

fn any_state() -> impl Strategy<Value = ConsentState> {
    let said = (any_flag(), any_decision(), any_time())
        .prop_map(|(flag, decision, at)| (flag, Decision { at, ..decision }));
    (
        proptest::collection::vec(said, 0..12),
        any_time(),
        proptest::option::weighted(0.3, any_time()),
    )
        .prop_map(|(said, first_seen, erased_at)| {
            let mut state = ConsentState::new(Some(first_seen), erased_at);
            for (flag, decision) in said {
                state.record(flag, decision);
            }
            state
        })
}

fn any_backfill() -> impl Strategy<Value = Backfill> {
    (0..64_u8, 0..64_u8, any_time()).prop_map(|(given, granted, at)| Backfill {
        flags: Flags::from_masks(given & granted, given & !granted).unwrap(),
        at,
    })
}

fn any_full_policy() -> impl Strategy<Value = Policy> {
    let tracking = any_flag_set().prop_filter("one at least", |flags| !flags.is_empty());
    (any_policy(), tracking, proptest::option::of(any_backfill())).prop_map(
        |(policy, tracking_flags, backfill)| Policy {
            tracking_flags,
            backfill,
            ..policy
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn a_stance_decides_gates_as_the_state_does(
        state in any_state(),
        policy in any_full_policy(),
        gates in proptest::sample::subsequence(&Gate::ALL[..], 1..=3),
    ) {
        let resolved = resolve(&state, &policy.for_person(&state), NOW);
        let open = gates.iter().all(|gate| resolved.allows(*gate));
        let needed = gates.iter().fold(0, |mask, gate| mask | gate.needs(policy.tracking_flags).mask());
        let oldest = Flag::ALL
            .into_iter()
            .filter(|flag| flag.bit() & needed != 0)
            .filter_map(|flag| state.deciding(flag))
            .filter(|decision| decision.choice == Choice::Granted)
            .map(|decision| decision.at)
            .min();
        let before = policy.backfill.is_some_and(|backfill| state.first_seen < Some(backfill.at));
        let verdict = Stance::of(&state).verdict(&gates, &policy, NOW);
        prop_assert_eq!(verdict.is_open(oldest, before), open);
    }
}
