//! What of an organisation's settings matters for a decision.

use crate::{ConsentState, FlagSet, GlobalMode, Regime, Settings};

/// The rules under which a person's signals are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Policy {
    /// The regime in force.
    pub regime: Regime,
    /// What unset means under [`Regime::Global`].
    pub global_mode: GlobalMode,
    /// The flags that together mean "may be tracked".
    pub tracking_flags: FlagSet,
    /// The flags that once meant it; a refusal of one of them still counts.
    pub former_tracking_flags: FlagSet,
}

impl Policy {
    /// The same policy under the stricter of its regime and another one, such as that of the request. It
    /// is never loosened.
    #[must_use]
    pub fn tightened_by(self, regime: Option<Regime>) -> Self {
        Self {
            regime: regime.map_or(self.regime, |other| {
                self.regime.stricter(other, self.global_mode)
            }),
            ..self
        }
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
            global_mode: settings.global_mode,
            tracking_flags: settings.tracking_flags,
            former_tracking_flags: settings.former_tracking_flags,
        }
    }
}
