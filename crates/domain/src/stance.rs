//! What a contact's decisions that count say, as one number without their times. There are few different ones, so that
//! an audience of millions decides on each of them once, by the same rules as on a person, and compares numbers for
//! the rest.

use crate::{
    Choice, ConsentState, Decision, Flag, Gate, Policy, Regime, Source, Tier, Timestamp, resolve,
};

/// Refused flags in the bits of [`Flag::bit`], granted ones six bits higher; from bit 12 the regimes of these decisions
/// by their strictness; and in bit 17 whether everything was erased before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stance(i64);

/// When gates are open for everybody with a stance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StanceVerdict {
    /// Four bits: 1 for who was known before the backfill is decided apart (+1), and who has no lapsed grant among the
    /// needed flags (+2).
    open: u8,
    /// Grants of this moment and before have lapsed.
    lapsed_at: Timestamp,
}

/// The regimes in the order of their bits.
const REGIMES: [Regime; 5] = [
    Regime::Global,
    Regime::Ccpa,
    Regime::Casl,
    Regime::Gdpr,
    Regime::Law25,
];
const GRANTED: u32 = 6;
const REGIME: u32 = 12;
const ERASED: u32 = 17;

impl Stance {
    /// The stance with these bits.
    #[must_use]
    pub const fn from_bits(bits: i64) -> Self {
        Self(bits)
    }

    /// The stance of somebody.
    #[must_use]
    pub fn of(state: &ConsentState) -> Self {
        let mut bits = 0;
        for flag in Flag::ALL {
            let Some(decision) = state.deciding(flag) else {
                continue;
            };
            let flag = i64::from(flag.bit());
            bits |= match decision.choice {
                Choice::Refused => flag,
                Choice::Granted => flag << GRANTED,
            };
            let place = REGIMES.iter().position(|regime| *regime == decision.regime);
            let place = place
                .and_then(|place| u32::try_from(place).ok())
                .unwrap_or(0);
            bits |= 1 << REGIME.saturating_add(place);
        }
        Self(bits | i64::from(state.erased_at.is_some()) << ERASED)
    }

    const fn has(self, bit: u32) -> bool {
        self.0 >> bit & 1 == 1
    }

    /// Somebody with this stance.
    fn example(self, granted_at: Timestamp, first_seen: Timestamp, now: Timestamp) -> ConsentState {
        let erased = self.has(ERASED).then_some(Timestamp::from_micros(i64::MIN));
        let mut state = ConsentState::new(Some(first_seen), erased);
        let mut regimes = (0..5)
            .zip(REGIMES)
            .filter(|(place, _)| self.has(REGIME.saturating_add(*place)))
            .map(|(_, regime)| regime);
        let mut regime = None;
        for flag in Flag::ALL {
            let bit = u32::from(flag.bit()).trailing_zeros();
            let choice = match (self.has(bit), self.has(bit.saturating_add(GRANTED))) {
                (true, _) => Choice::Refused,
                (false, true) => Choice::Granted,
                (false, false) => continue,
            };
            // Each regime with one decision at least, the last one with all that are left.
            regime = regimes.next().or(regime);
            let Some(regime) = regime else { continue };
            let at = match choice {
                Choice::Granted => granted_at,
                Choice::Refused => now,
            };
            let decision = Decision {
                choice,
                tier: Tier::Direct,
                source: Source::Api,
                at,
                regime,
            };
            state.record(flag, decision);
        }
        state
    }

    /// When all of these gates are open under the organisation's policy.
    #[must_use]
    pub fn verdict(self, gates: &[Gate], policy: &Policy, now: Timestamp) -> StanceVerdict {
        let long_ago = Timestamp::from_micros(0);
        let backfill = policy.backfill.map_or(now, |backfill| backfill.at);
        let mut open = 0;
        for case in 0..4 {
            let granted_at = if case & 2 == 2 { now } else { long_ago };
            let first_seen = if case & 1 == 1 {
                backfill.saturating_add_micros(-1)
            } else {
                backfill
            };
            let state = self.example(granted_at, first_seen, now);
            let resolved = resolve(&state, &policy.for_person(&state), now);
            if gates.iter().all(|gate| resolved.allows(*gate)) {
                open |= 1 << case;
            }
        }
        let regime = policy.for_person(&self.example(now, now, now)).regime;
        let lapsed_at = regime
            .grant_lapses_after_months()
            .map_or(Timestamp::from_micros(i64::MIN), |months| {
                now.months_before(months)
            });
        StanceVerdict { open, lapsed_at }
    }
}

impl StanceVerdict {
    /// The four bits: the place of the one that counts is 2 where the oldest grant of a needed flag came after
    /// [`Self::lapsed_at`] (or there is none), and 1 more for who was first seen before the backfill.
    #[must_use]
    pub const fn open(self) -> u8 {
        self.open
    }

    /// Grants of this moment and before have lapsed.
    #[must_use]
    pub const fn lapsed_at(self) -> Timestamp {
        self.lapsed_at
    }

    /// Whether the gates are open for one person.
    #[must_use]
    pub fn is_open(self, oldest_grant: Option<Timestamp>, before_backfill: bool) -> bool {
        let fresh = oldest_grant.is_none_or(|at| at > self.lapsed_at);
        let case = u32::from(fresh) << 1 | u32::from(before_backfill);
        self.open >> case & 1 == 1
    }
}
