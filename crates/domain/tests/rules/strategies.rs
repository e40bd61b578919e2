//! Policies and signals for properties that hold for all of them.

use domain::{
    Choice, Decision, Flag, FlagSet, GlobalMode, Policy, Regime, Settings, Source, Tier, Timestamp,
};
use proptest::prelude::*;

pub const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

pub fn policy(regime: Regime, global_mode: GlobalMode) -> Policy {
    Policy {
        regime,
        global_mode,
        tracking_flags: FlagSet::of(&[Flag::Dc, Flag::Al]),
        former_tracking_flags: FlagSet::EMPTY,
        ..Policy::from(&Settings::default())
    }
}

pub fn decision(choice: Choice, tier: Tier, at: Timestamp) -> Decision {
    Decision {
        choice,
        tier,
        source: Source::Api,
        at,
        regime: Regime::Gdpr,
    }
}

pub fn any_choice() -> impl Strategy<Value = Choice> {
    prop_oneof![Just(Choice::Granted), Just(Choice::Refused)]
}

pub fn any_flag() -> impl Strategy<Value = Flag> {
    proptest::sample::select(&Flag::ALL[..])
}

pub fn any_tier() -> impl Strategy<Value = Tier> {
    proptest::sample::select(&Tier::ALL[..])
}

/// Few distinct times, so that equal ones are common.
pub fn any_decision() -> impl Strategy<Value = Decision> {
    let source = proptest::sample::select(&Source::ALL[..]);
    let regime = proptest::sample::select(&Regime::ALL[..]);
    (any_choice(), any_tier(), source, -5..0_i64, regime).prop_map(
        |(choice, tier, source, ago, regime)| Decision {
            choice,
            tier,
            source,
            at: NOW.saturating_add_micros(ago),
            regime,
        },
    )
}

pub fn any_signals() -> impl Strategy<Value = Vec<(Flag, Decision)>> {
    proptest::collection::vec((any_flag(), any_decision()), 0..40)
}

pub fn any_policy() -> impl Strategy<Value = Policy> {
    let regime = proptest::sample::select(&Regime::ALL[..]);
    let mode = prop_oneof![Just(GlobalMode::OptIn), Just(GlobalMode::OptOut)];
    (regime, mode, any_flag_set()).prop_map(|(regime, mode, former_tracking_flags)| Policy {
        former_tracking_flags,
        ..policy(regime, mode)
    })
}

pub fn any_flag_set() -> impl Strategy<Value = FlagSet> {
    (0..64_u8).prop_map(|mask| FlagSet::from_mask(mask).unwrap())
}
