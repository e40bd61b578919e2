//! What of an organisation's settings matters for a decision.

use crate::{Backfill, ConsentState, FlagSet, GlobalMode, Regime, RegimeSet, Settings};

/// The rules under which a person's signals are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Policy {
    /// The regime in force.
    pub regime: Regime,
    /// All that the policy was tightened by, and the one that it began with. About when to ask again, and about
    /// privacy signals, they differ in more than strictness; there the most private of them counts.
    pub tightened: RegimeSet,
    /// What unset means under [`Regime::Global`].
    pub global_mode: GlobalMode,
    /// The flags that together mean "may be tracked".
    pub tracking_flags: FlagSet,
    /// The flags that once meant it; a refusal of one of them still counts.
    pub former_tracking_flags: FlagSet,
    /// The flags that a privacy signal refuses under [`Regime::Global`].
    pub global_gpc: FlagSet,
    /// After how many months one may ask again under [`Regime::Global`]; never if there is no number.
    pub global_re_ask_months: Option<u32>,
    /// The default for whom the organisation knew before.
    pub backfill: Option<Backfill>,
    /// Whether the request carries a privacy signal (`Sec-GPC: 1`), which holds for that request alone.
    pub privacy_signal: bool,
}

impl Policy {
    /// The same policy under the stricter of its regime and another one, such as that of the request. It
    /// is never loosened.
    #[must_use]
    pub fn tightened_by(self, regime: Option<Regime>) -> Self {
        let Some(other) = regime else {
            return self;
        };
        Self {
            regime: self.regime.stricter(other, self.global_mode),
            tightened: self.tightened.with(self.regime).with(other),
            ..self
        }
    }

    /// The regime in force, and all by which it was tightened.
    pub fn regimes(&self) -> impl Iterator<Item = Regime> {
        self.tightened.with(self.regime).iter()
    }

    /// The same policy for a request that carries a privacy signal, or none.
    #[must_use]
    pub const fn with_privacy_signal(self, privacy_signal: bool) -> Self {
        Self {
            privacy_signal,
            ..self
        }
    }

    /// The flags that are refused by the privacy signal of the request.
    #[must_use]
    pub fn refused_by_privacy_signal(&self) -> FlagSet {
        self.regimes()
            .filter(|_| self.privacy_signal)
            .map(|regime| regime.refused_by_gpc(self.global_gpc))
            .fold(FlagSet::EMPTY, FlagSet::union)
    }

    /// After how many months one may ask again; never if there is no number.
    #[must_use]
    pub fn may_ask_again_after_months(&self) -> Option<u32> {
        self.regimes()
            .map(|regime| regime.may_ask_again_after_months(self.global_re_ask_months))
            .reduce(|one, other| one.zip(other).map(|(one, other)| one.max(other)))
            .flatten()
    }

    /// The policy for a person: tightened by every regime under which a decision of hers that counts was
    /// made.
    #[must_use]
    pub fn for_person(self, state: &ConsentState) -> Self {
        state
            .regimes()
            .fold(self, |policy, regime| policy.tightened_by(Some(regime)))
    }
}

impl From<&Settings> for Policy {
    fn from(settings: &Settings) -> Self {
        Self {
            regime: settings.default_regime,
            tightened: RegimeSet::EMPTY,
            global_mode: settings.global_mode,
            tracking_flags: settings.tracking_flags,
            former_tracking_flags: settings.former_tracking_flags,
            global_gpc: settings.global_gpc,
            global_re_ask_months: settings.global_re_ask_months,
            backfill: settings.backfill,
            privacy_signal: false,
        }
    }
}
