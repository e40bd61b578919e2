//! What somebody has said so far: of each flag and tier the decision that counts.

use crate::{Choice, Decision, Flag, Regime, Tier, Timestamp};

/// Per flag and tier the newest decision. Empty for somebody who never said anything.
///
/// However often, and in whatever order, the same decisions are recorded, the state is the same.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsentState {
    /// When the history first heard of this subject, or of the one that was erased last; `None` if never.
    pub first_seen: Option<Timestamp>,
    /// Up to when everything was erased: what was said until then is void, and whatever is unset since stays
    /// closed. See [`Self::erase`].
    pub erased_at: Option<Timestamp>,
    decisions: [[Option<Decision>; 3]; 6],
    /// Since when the device has opted out of everything in every organisation.
    pub industry_opt_out: Option<Timestamp>,
}

impl ConsentState {
    /// Of somebody who has said nothing since.
    #[must_use]
    pub const fn new(first_seen: Option<Timestamp>, erased_at: Option<Timestamp>) -> Self {
        Self {
            first_seen,
            erased_at,
            decisions: [[None; 3]; 6],
            industry_opt_out: None,
        }
    }

    /// Takes a decision into account. Within a tier the newest counts (Salesforce DMP, "Consent
    /// Resolution"); of two made at the same moment, the refusal. An older one changes nothing,
    /// nor does one from before an erasure.
    pub fn record(&mut self, flag: Flag, decision: Decision) {
        if self.erased_at.is_some_and(|erased| decision.at <= erased) {
            return;
        }
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

    /// Makes everything void that was said up to this moment.
    pub fn erase(&mut self, at: Timestamp) {
        let erased = self.erased_at.map_or(at, |before| before.max(at));
        self.erased_at = Some(erased);
        for slot in self.decisions.iter_mut().flatten() {
            slot.take_if(|decision| decision.at <= erased);
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
