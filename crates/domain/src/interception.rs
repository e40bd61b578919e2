//! Asking on a click (Dialog Insight, "Configure the Tracking Consent Interception").

use crate::object::read_from_object_only;
use crate::{AskAgain, Basis, CommunicationType, Resolved, Timestamp, TrackingStatus};
use serde::{Deserialize, Serialize};
use thiserror::Error;

const MICROS_PER_HOUR: i64 = 3_600_000_000;
/// The longest delay: a year.
pub(crate) const LONGEST_DELAY_HOURS: u32 = 8784;
/// The most types that can be excluded.
const MOST_TYPES: usize = 50;

/// When a click asks first whether it may be linked to the person. Off unless chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Interception"))]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub struct InterceptionSettings {
    /// Whether the form about tracking is shown on clicks: `false`.
    pub on: bool,
    /// How many hours after *Ask me later* nobody is asked anything, and after an answer about tracking nobody about that,
    /// 0 to 8784: `24`.
    #[cfg_attr(feature = "schema", schemars(range(max = 8784)))]
    pub delay_hours: u32,
    /// The channels whose clicks ask about tracking; there is one, and with none no click does: `["email"]`.
    #[cfg_attr(feature = "schema", schemars(length(max = 1), extend("uniqueItems" = true)))]
    pub channels: Vec<Channel>,
    /// Types of communication whose messages do not ask about tracking, by id: none. Whether they ask for the type itself
    /// says `opt_in_form`.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "crate::schema::CommunicationTypes")
    )]
    pub excluded_communication_types: Vec<String>,
    /// Whether somebody who has not said whether she wants the message's type of communication is asked that
    /// first: `false`.
    pub opt_in_form: bool,
}

read_from_object_only!(InterceptionSettings);

/// Where a click comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A mail.
    Email,
}

/// What those carry in their links who are not tracked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AnonymousTokens {
    /// The same for everybody in a message: actions are counted.
    #[default]
    Shared,
    /// A random number for each, kept nowhere next to the contact: people are counted, too.
    Distinct,
}

/// Nobody can be asked like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InterceptionError {
    /// No delay of this world.
    #[error("interception.delay_hours: write 0 to 8784")]
    Delay,
    /// A channel stands there twice.
    #[error("interception.channels: name email, or nothing")]
    Channels,
    /// Not the ids of types of communication.
    #[error(
        "interception.excluded_communication_types: write each id once, with 1 to 32 of a-z, 0-9 and _, at most 50"
    )]
    CommunicationTypes,
}

impl Default for InterceptionSettings {
    fn default() -> Self {
        Self {
            on: false,
            delay_hours: 24,
            channels: vec![Channel::Email],
            excluded_communication_types: Vec::new(),
            opt_in_form: false,
        }
    }
}

impl InterceptionSettings {
    /// Checks what the types alone do not say.
    ///
    /// # Errors
    /// [`InterceptionError`] names the first setting that is wrong.
    pub fn check(&self) -> Result<(), InterceptionError> {
        if self.delay_hours > LONGEST_DELAY_HOURS {
            return Err(InterceptionError::Delay);
        }
        if self.channels.len() > 1 {
            return Err(InterceptionError::Channels);
        }
        let types = &self.excluded_communication_types;
        let once =
            |(place, id): (usize, &String)| !types.iter().take(place).any(|other| other == id);
        if types.len() > MOST_TYPES
            || !types.iter().all(|id| CommunicationType::parse(id).is_ok())
            || !types.iter().enumerate().all(once)
        {
            return Err(InterceptionError::CommunicationTypes);
        }
        Ok(())
    }
}

/// Whether the state of a person lets a click ask her: she has not answered, or has refused longer ago than her
/// regimes want (Dialog Insight: *Unanswered*; `may_ask_again_after_months`). Never under `casl`, where she comes to
/// the form by herself, nor after everything about her was erased.
#[must_use]
pub fn may_ask(resolved: &Resolved, now: Timestamp) -> bool {
    let policy = resolved.policy();
    let erased = resolved.iter().any(|(_, flag)| flag.basis == Basis::Erased);
    if erased || policy.regimes().any(|regime| !regime.lets_clicks_ask()) {
        return false;
    }
    match (resolved.tracking_status(), resolved.may_ask_again()) {
        (TrackingStatus::Unanswered, _) => true,
        (TrackingStatus::Refused, Some(AskAgain::At(from))) => now >= from,
        _ => false,
    }
}

impl InterceptionSettings {
    /// Whether clicks on a mail of this type of communication ask about tracking.
    #[must_use]
    pub fn asks_on_clicks(&self, communication_type: Option<&str>) -> bool {
        let excluded = |id: &str| {
            self.excluded_communication_types
                .iter()
                .any(|one| one == id)
        };
        self.on
            && self.channels.contains(&Channel::Email)
            && !communication_type.is_some_and(excluded)
    }

    /// Whether enough time has passed since she last said *Ask me later*. A form that was only shown starts no
    /// delay: scanners see it first.
    #[must_use]
    pub fn is_due(&self, later: Option<Timestamp>, now: Timestamp) -> bool {
        later.is_none_or(|later| self.is_over(later, now))
    }

    fn is_over(&self, since: Timestamp, now: Timestamp) -> bool {
        let delay = i64::from(self.delay_hours).saturating_mul(MICROS_PER_HOUR);
        now.micros().saturating_sub(since.micros()) >= delay
    }

    /// The same for the question about tracking, where her last answer counts, too.
    #[must_use]
    pub fn tracking_is_due(
        &self,
        resolved: &Resolved,
        later: Option<Timestamp>,
        now: Timestamp,
    ) -> bool {
        let policy = resolved.policy();
        let mut answered = policy
            .tracking_flags
            .union(policy.former_tracking_flags)
            .iter()
            .filter_map(|flag| resolved.get(flag).decided_by)
            .map(|decision| decision.at);
        self.is_due(later, now) && answered.all(|at| self.is_over(at, now))
    }
}
