//! From what was said to what may be done.

use crate::{
    Choice, ConsentState, Decision, Flag, FlagSet, Gate, Policy, Timestamp, TrackingStatus,
};
use serde::Serialize;

/// What came out for one flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ResolvedFlag {
    /// What the person said; `None` if nobody asked, or if the grant has lapsed.
    pub choice: Option<Choice>,
    /// Whether the purpose is allowed now.
    pub effective: bool,
    /// The decision that was looked at, also when it is a grant that has lapsed.
    pub decided_by: Option<Decision>,
    /// On what this rests.
    pub basis: Basis,
}

/// On what the answer for one flag rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The deciding signal.
    Signal,
    /// The deciding signal granted it too long ago, so that what the regime makes of nothing counts.
    Lapsed,
    /// Nobody said anything: what the regime makes of that.
    Regime,
    /// Nobody said anything, and the organisation knew the subject before its backfill: what that says.
    Backfill,
    /// Everything about the subject was erased, and nobody said anything since: a no.
    Erased,
    /// The request carries a privacy signal, which refuses it for that request.
    PrivacySignal,
    /// The device has opted out of everything, in every organisation.
    IndustryOptOut,
}

/// Why a flag keeps a gate closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Closed {
    /// The person refused it.
    Refused,
    /// She granted it too long ago for the regime.
    Lapsed,
    /// Nobody said anything about it, and the regime takes that for a no.
    Unset,
    /// Nobody said anything about it, and the organisation's backfill takes that for a no.
    Backfill,
    /// Everything about the subject was erased, and nobody said anything since.
    Erased,
    /// The request carries a privacy signal.
    PrivacySignal,
    /// The device has opted out of everything, in every organisation.
    IndustryOptOut,
}

/// What came out for all flags, under one policy, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    policy: Policy,
    flags: [ResolvedFlag; 6],
    industry_opt_out: Option<Timestamp>,
    now: Timestamp,
}

/// When somebody who refused may be asked again by a form on a click.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AskAgain {
    /// Not at all.
    Never,
    /// From this moment.
    At(Timestamp),
}

/// Decides every flag on its own: the lowest tier that has said anything counts, and in it the
/// newest signal (Salesforce DMP, "Consent Resolution"); at equal times the refusal. A grant that
/// is too old for the regime counts as unset, and does not hand the decision to a lower tier: what
/// a person's own grant no longer allows, a data provider's must not. Unset means what the regime
/// says. Then, each before what stands above it:
///
/// - a [`Backfill`](crate::Backfill) says what unset means for whom the organisation knew before it;
/// - unset means no for a subject that was erased;
/// - a privacy signal of the request refuses the flags of [`Policy::refused_by_privacy_signal`];
/// - a device that has opted out of everything has refused every flag, whatever it said.
///
/// `policy` is the organisation's, already tightened by the person's stored regimes
/// and the request's; see [`Policy::for_person`] and [`Policy::tightened_by`].
///
/// ```
/// use domain::{Choice, ConsentState, Decision, Flag, Gate, Policy, Regime, Settings, Source, Tier, Timestamp, resolve};
///
/// let now = Timestamp::from_micros(1_800_000_000_000_000);
/// let policy = Policy::from(&Settings::default());
/// let mut state = ConsentState::default();
/// assert!(!resolve(&state, &policy, now).allows(Gate::Analyse));
///
/// let choice = Choice::Granted;
/// let decision = Decision { choice, tier: Tier::Direct, source: Source::Form, at: now, regime: Regime::Gdpr };
/// state.record(Flag::Al, decision);
/// assert!(resolve(&state, &policy, now).allows(Gate::Analyse));
/// ```
#[must_use]
pub fn resolve(state: &ConsentState, policy: &Policy, now: Timestamp) -> Resolved {
    Resolved {
        policy: *policy,
        flags: Flag::ALL.map(|flag| resolve_flag(flag, state, policy, now)),
        industry_opt_out: state.industry_opt_out,
        now,
    }
}

fn resolve_flag(flag: Flag, state: &ConsentState, policy: &Policy, now: Timestamp) -> ResolvedFlag {
    let decided_by = state.deciding(flag).copied();
    let refused = (Some(Choice::Refused), false);
    let unset = |effective| (None, effective);
    let regimes = policy.regime.unset_means(policy.global_mode);
    let (basis, (choice, effective)) = match decided_by {
        _ if state.industry_opt_out.is_some() => (Basis::IndustryOptOut, refused),
        Some(decision) if decision.choice == Choice::Refused => (Basis::Signal, refused),
        _ if policy.refused_by_privacy_signal().contains(flag) => (Basis::PrivacySignal, refused),
        Some(decision) if policy.regime.has_lapsed(decision.at, now) => {
            (Basis::Lapsed, unset(regimes))
        }
        Some(_) => (Basis::Signal, (Some(Choice::Granted), true)),
        None if state.erased_at.is_some() => (Basis::Erased, unset(false)),
        None => match backfilled(flag, state, policy, now) {
            Some(choice) => (Basis::Backfill, unset(choice == Choice::Granted)),
            None => (Basis::Regime, unset(regimes)),
        },
    };
    ResolvedFlag {
        choice,
        effective,
        decided_by,
        basis,
    }
}

fn backfilled(flag: Flag, state: &ConsentState, policy: &Policy, now: Timestamp) -> Option<Choice> {
    policy
        .backfill?
        .choice(flag, state.first_seen, policy.regime, now)
}

impl Resolved {
    /// What came out for one flag.
    #[must_use]
    pub const fn get(&self, flag: Flag) -> ResolvedFlag {
        let [dc, al, tg, cd, sh, re] = self.flags;
        match flag {
            Flag::Dc => dc,
            Flag::Al => al,
            Flag::Tg => tg,
            Flag::Cd => cd,
            Flag::Sh => sh,
            Flag::Re => re,
        }
    }

    /// All flags, in wire order.
    pub fn iter(&self) -> impl Iterator<Item = (Flag, ResolvedFlag)> {
        Flag::ALL.into_iter().zip(self.flags)
    }

    /// The bits of the flags that are effectively allowed (see [`Flag::bit`]).
    #[must_use]
    pub fn effective_mask(&self) -> u8 {
        self.iter()
            .filter(|(_, flag)| flag.effective)
            .fold(0, |mask, (flag, _)| mask | flag.bit())
    }

    /// The policy under which this holds.
    #[must_use]
    pub const fn policy(&self) -> Policy {
        self.policy
    }

    /// Whether a gate is open: every flag it needs is allowed and, for [`Gate::Track`], nothing that it
    /// needed earlier is refused.
    #[must_use]
    pub fn allows(&self, gate: Gate) -> bool {
        let needs = gate.needs(self.policy.tracking_flags);
        // No gate needs nothing; should settings ever say so, it stays closed.
        !needs.is_empty()
            && needs.mask() & !self.effective_mask() == 0
            && (gate != Gate::Track || self.refused_before().is_empty())
    }

    /// The flags that keep a gate closed, in wire order, each with the reason. None where it is open, and
    /// where it needs none: then see [`Self::allows`].
    pub fn closed_by(&self, gate: Gate) -> impl Iterator<Item = (Flag, Closed)> {
        let needs = gate.needs(self.policy.tracking_flags);
        let before = match gate {
            Gate::Track => self.refused_before(),
            _ => FlagSet::EMPTY,
        };
        self.iter()
            .filter(move |(flag, found)| {
                before.contains(*flag) || (needs.contains(*flag) && !found.effective)
            })
            .map(|(flag, found)| {
                let reason = match found.basis {
                    Basis::Signal => Closed::Refused,
                    Basis::Lapsed => Closed::Lapsed,
                    Basis::Regime => Closed::Unset,
                    Basis::Backfill => Closed::Backfill,
                    Basis::Erased => Closed::Erased,
                    Basis::PrivacySignal => Closed::PrivacySignal,
                    Basis::IndustryOptOut => Closed::IndustryOptOut,
                };
                (flag, reason)
            })
    }

    /// The former tracking flags that the person has refused: she refused tracking when it stood for them,
    /// so she has still refused it. To agree, she must grant these too.
    #[must_use]
    pub fn refused_before(&self) -> FlagSet {
        let Policy {
            tracking_flags,
            former_tracking_flags,
            ..
        } = self.policy;
        former_tracking_flags
            .without(tracking_flags)
            .iter()
            .filter(|flag| self.get(*flag).choice == Some(Choice::Refused))
            .fold(FlagSet::EMPTY, FlagSet::with)
    }

    /// What the person said about tracking, now or when it stood for other flags. What an unset flag
    /// means plays no role here.
    #[must_use]
    pub fn tracking_status(&self) -> TrackingStatus {
        if !self.refused_before().is_empty() {
            return TrackingStatus::Refused;
        }
        let mut answers = self
            .policy
            .tracking_flags
            .iter()
            .map(|flag| self.get(flag).choice)
            .peekable();
        if answers.peek().is_none() {
            return TrackingStatus::Unanswered;
        }
        answers.fold(TrackingStatus::Accepted, |status, answer| {
            match (status, answer) {
                (TrackingStatus::Refused, _) | (_, Some(Choice::Refused)) => {
                    TrackingStatus::Refused
                }
                (TrackingStatus::Unanswered, _) | (_, None) => TrackingStatus::Unanswered,
                (TrackingStatus::Accepted, Some(Choice::Granted)) => TrackingStatus::Accepted,
            }
        })
    }

    /// Whether the day of her last open may be kept where the organisation has chosen *deliverability only*: she has
    /// said neither yes nor no to tracking, and nothing about her was erased since she last said something.
    #[must_use]
    pub fn may_keep_last_open(&self) -> bool {
        let erased = self.flags.iter().any(|flag| flag.basis == Basis::Erased);
        self.tracking_status() == TrackingStatus::Unanswered && !erased
    }

    /// When she said it (on the wire `dtTrackingConsent`): the latest deciding time among the
    /// tracking flags and the former ones that she has refused; `None` while the status is [`TrackingStatus::Unanswered`].
    #[must_use]
    pub fn tracking_decided_at(&self) -> Option<Timestamp> {
        if self.tracking_status() == TrackingStatus::Unanswered {
            return None;
        }
        self.policy
            .tracking_flags
            .union(self.refused_before())
            .iter()
            .map(|flag| self.get(flag))
            .filter_map(|flag| self.said_at(&flag))
            .max()
    }

    /// When the answer that counts was given; nothing where there is none.
    fn said_at(&self, flag: &ResolvedFlag) -> Option<Timestamp> {
        match flag.basis {
            Basis::Signal => flag.decided_by.map(|decision| decision.at),
            Basis::IndustryOptOut => self.industry_opt_out,
            Basis::PrivacySignal => Some(self.now),
            Basis::Lapsed | Basis::Regime | Basis::Backfill | Basis::Erased => None,
        }
    }

    /// When somebody who has refused to be tracked may be asked again; nothing where nobody has refused. An
    /// industry opt-out is taken back by the person herself or not at all.
    #[must_use]
    pub fn may_ask_again(&self) -> Option<AskAgain> {
        if self.tracking_status() != TrackingStatus::Refused {
            return None;
        }
        if self.industry_opt_out.is_some() {
            return Some(AskAgain::Never);
        }
        let refused_at = self
            .policy
            .tracking_flags
            .union(self.refused_before())
            .iter()
            .map(|flag| self.get(flag))
            .filter(|flag| flag.choice == Some(Choice::Refused))
            .filter_map(|flag| self.said_at(&flag))
            .max()?;
        let after = self.policy.may_ask_again_after_months();
        Some(after.map_or(AskAgain::Never, |months| {
            AskAgain::At(refused_at.plus_months(months))
        }))
    }
}
