//! Random histories of decisions, erasures and links in SQLite, against a slow model that keeps everything that
//! was ever said.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

#[path = "../src/checked.rs"]
mod checked;
#[path = "../src/consent/file_line.rs"]
mod file_line;
#[path = "histories/history.rs"]
mod history;
#[path = "histories/model.rs"]
mod model;
#[allow(dead_code, reason = "the store uses more of it")]
#[path = "../src/projection.rs"]
mod projection;
mod shared;

use domain::{Flag, FlagSet, GlobalMode, Policy, Regime, Source, Timestamp, resolve};
use history::{History, KNOWN, SUBJECTS};
use model::{Line, Model, Step};
use projection::Projection;
use proptest::prelude::*;

/// A contact and two devices of hers, and what may happen to them.
fn any_step() -> impl Strategy<Value = Step> {
    let subject = 0..SUBJECTS.len();
    // Mostly sooner than a moment ago, sometimes from before a refusal or an erasure.
    let lag = prop_oneof![4 => Just(0_i64), 1 => 0..12_i64];
    let signal = (
        subject.clone(),
        1..64_u8,
        0..64_u8,
        1..=3_u8,
        prop::option::of(0..40_i64),
        lag,
        prop::sample::select(&Source::ALL[..]),
        prop::sample::select(&Regime::ALL[..]),
    );
    let signal =
        signal.prop_map(
            |(subject, flags, split, tier, at, lag, source, regime)| Step::Signal {
                subject,
                granted: flags & split,
                refused: flags & !split,
                tier,
                at,
                lag,
                source,
                regime,
            },
        );
    let line = (
        subject.clone(),
        1..64_u8,
        0..64_u8,
        0..40_i64,
        prop::sample::select(&Regime::ALL[..]),
    );
    let line = line.prop_map(|(subject, flags, split, at, regime)| Line {
        subject,
        granted: flags & split,
        refused: flags & !split,
        at,
        regime,
    });
    let erase = (subject, prop::option::of(0..40_i64));
    prop_oneof![
        8 => signal,
        4 => prop::collection::vec(line, 1..8).prop_map(Step::Slice),
        2 => erase.prop_map(|(subject, at)| Step::Erase { subject, at }),
        2 => (1..KNOWN).prop_map(|device| Step::Link { device }),
        1 => (1..KNOWN).prop_map(|device| Step::Unlink { device }),
        1 => (0..SUBJECTS.len()).prop_map(|subject| Step::Portability { subject }),
    ]
}

fn any_policy() -> impl Strategy<Value = Policy> {
    let mode = prop_oneof![Just(GlobalMode::OptIn), Just(GlobalMode::OptOut)];
    (prop::sample::select(&Regime::ALL[..]), mode).prop_map(|(regime, global_mode)| Policy {
        regime,
        global_mode,
        ..Policy::from(&domain::Settings::default())
    })
}

proptest! {
    /// What is in force is what a model says that looks through everything that was said, for every flag, under
    /// every policy; and the key-value store would hold the same.
    #[test]
    fn what_is_in_force_is_what_was_said(steps in prop::collection::vec(any_step(), 1..40), policy in any_policy(), months in 0..15_u32) {
        let (history, mut model) = (History::new(), Model::default());
        for (number, step) in steps.iter().enumerate() {
            let clock = i64::try_from(number).unwrap() + 10;
            history.take(step, number, clock);
            model.take(step, clock);
            prop_assert_eq!(history.links(), model.links(), "after {:?}", step);
        }
        let now = Timestamp::from_micros(50).plus_months(months);
        for subject in 0..SUBJECTS.len() {
            let state = history.state(subject);
            let resolved = resolve(&state, &policy, now);
            for flag in Flag::ALL {
                let expected = model.effective(subject, flag, &policy, now);
                prop_assert_eq!(resolved.get(flag).effective, expected, "{} {}\n{:?}", SUBJECTS[subject], flag.code(), state);
            }
            let version = history.version(subject);
            let projected = Projection::State { version, state };
            prop_assert_eq!(Projection::decode(&projected.encode()), Some(projected));
        }
        prop_assert_eq!(history.wrong_rows(), Vec::<String>::new());
    }

    /// After an erasure everything that was said before may come in again, in any order, live or with its time,
    /// under its own id or another: nothing changes, and nothing leads to the person.
    #[test]
    fn what_was_said_before_an_erasure_never_comes_back(steps in prop::collection::vec(any_step(), 1..25), order in any::<prop::sample::Index>()) {
        let history = History::new();
        for (number, step) in steps.iter().enumerate() {
            history.take(step, number, i64::try_from(number).unwrap() + 10);
        }
        for subject in 0..SUBJECTS.len() {
            let erasure = Step::Erase { subject, at: None };
            history.take(&erasure, 1000 + subject, 100);
        }
        let before = history.dump();
        let mut again: Vec<(usize, &Step)> = steps.iter().enumerate().collect();
        again.rotate_left(order.index(steps.len()));
        for (number, step) in again {
            if let Step::Signal { .. } | Step::Slice(_) = step {
                for id in [number, 2000 + number] {
                    // As it was; and as a request that first came in then, and is carried out only now.
                    history.take_late(step, id, i64::try_from(number).unwrap() + 10, 120);
                }
            }
        }
        prop_assert_eq!(history.dump(), before);
        for subject in 0..SUBJECTS.len() {
            prop_assert_eq!(history.state(subject).iter().count(), 0);
        }
        prop_assert_eq!(history.identifiers(), 0);
    }
}

#[test]
fn no_gate_opens_by_default_after_an_erasure() {
    let history = History::new();
    history.take(
        &Step::Erase {
            subject: 0,
            at: None,
        },
        1,
        10,
    );
    let policy = Policy {
        regime: Regime::Ccpa,
        tracking_flags: FlagSet::of(&[Flag::Dc]),
        ..Policy::from(&domain::Settings::default())
    };
    let resolved = resolve(&history.state(0), &policy, Timestamp::from_micros(20));
    assert_eq!(resolved.effective_mask(), 0);
}
