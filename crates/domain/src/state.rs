//! What somebody has said so far: of each flag and tier the decision that counts.

use crate::{Choice, Decision, Flag, Regime, Tier, Timestamp};

/// Per flag and tier the newest decision. Empty for somebody who never said anything.
///
/// However often, and in whatever order, the same decisions are recorded, the state is the same.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsentState {
    decisions: [[Option<Decision>; 3]; 6],
    /// Since when the device has opted out of everything in every organisation.
    pub industry_opt_out: Option<Timestamp>,
}

impl ConsentState {
    /// Takes a decision into account. Within a tier the newest counts (Salesforce DMP, "Consent
    /// Resolution"); of two made at the same moment, the refusal. An older one changes nothing.
    pub fn record(&mut self, flag: Flag, decision: Decision) {
        let slot = self
            .decisions
            .get_mut(row(flag))
            .and_then(|tiers| tiers.get_mut(column(decision.tier)));
        if let Some(slot) = slot
            && slot.is_none_or(|present| rank(&decision) > rank(&present))
        {
            *slot = Some(decision);
        }
    }

    /// The decision that counts for this flag in this tier.
    #[must_use]
    pub fn get(&self, flag: Flag, tier: Tier) -> Option<&Decision> {
        self.decisions.get(row(flag))?.get(column(tier))?.as_ref()
    }

    /// The decision that counts for this flag: that of the first tier that said anything.
    #[must_use]
    pub fn deciding(&self, flag: Flag) -> Option<&Decision> {
        Tier::ALL.into_iter().find_map(|tier| self.get(flag, tier))
    }

    /// The regimes "stored with the person": those under which her decisions that count were made.
    pub fn regimes(&self) -> impl Iterator<Item = Regime> {
        Flag::ALL
            .into_iter()
            .filter_map(|flag| self.deciding(flag))
            .map(|decision| decision.regime)
    }

    /// All decisions that are kept, by flag in wire order, then by tier.
    pub fn iter(&self) -> impl Iterator<Item = (Flag, &Decision)> {
        Flag::ALL
            .into_iter()
            .zip(&self.decisions)
            .flat_map(|(flag, tiers)| tiers.iter().flatten().map(move |decision| (flag, decision)))
    }
}

impl FromIterator<(Flag, Decision)> for ConsentState {
    fn from_iter<I: IntoIterator<Item = (Flag, Decision)>>(decisions: I) -> Self {
        let mut state = Self::default();
        for (flag, decision) in decisions {
            state.record(flag, decision);
        }
        state
    }
}

/// Which of two decisions of a tier counts: the greater. After time and refusal, the stricter
/// regime and then the source only see to it that the order of arrival never matters.
/// The history's trigger has the same rule.
const fn rank(decision: &Decision) -> (Timestamp, Choice, Regime, &'static str) {
    (
        decision.at,
        decision.choice,
        decision.regime,
        decision.source.code(),
    )
}

const fn row(flag: Flag) -> usize {
    match flag {
        Flag::Dc => 0,
        Flag::Al => 1,
        Flag::Tg => 2,
        Flag::Cd => 3,
        Flag::Sh => 4,
        Flag::Re => 5,
    }
}

const fn column(tier: Tier) -> usize {
    match tier {
        Tier::Direct => 0,
        Tier::SecondParty => 1,
        Tier::ThirdParty => 2,
    }
}
