//! What somebody did with mails.

use super::ConditionError;
use crate::object::read_from_object_only;
use crate::{Kind, LinkId, MessageId, Timestamp};
use serde::{Deserialize, Serialize};

/// Messages or links in one clause at most.
const MOST_NAMED: usize = 100;
/// Days back at most.
const MOST_DAYS: u32 = 3650;
/// Times at most.
const MOST_TIMES: u32 = 1000;

/// As it is written. With neither messages nor links it is about all mails of the organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Behaviour"))]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub struct BehaviourClause {
    /// In one of these mails.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 100)))]
    pub messages: Vec<MessageId>,
    /// On one of these links; then without `messages`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 100)))]
    pub links: Vec<LinkId>,
    /// In the last so many days of 24 hours; then without `from`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 3650)))]
    pub within_days: Option<u32>,
    /// At this moment or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// So many times or more, all mails and links together: once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))]
    pub at_least: Option<u32>,
}

read_from_object_only!(BehaviourClause);

/// What was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behaviour {
    /// Clicked or opened.
    pub kind: Kind,
    /// In one of these mails; any where this and `links` are empty.
    pub messages: Vec<MessageId>,
    /// On one of these links.
    pub links: Vec<LinkId>,
    /// At least so often.
    pub at_least: u32,
    within_days: Option<u32>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl Behaviour {
    /// Checks what is written.
    ///
    /// # Errors
    /// [`ConditionError`] with the place.
    pub fn new(kind: Kind, clause: &BehaviourClause) -> Result<Self, ConditionError> {
        let BehaviourClause {
            messages,
            links,
            within_days,
            from,
            to,
            at_least,
        } = clause;
        let wrong = |pointer, reason: &str| Err(ConditionError::at(pointer, reason));
        if messages.len() > MOST_NAMED {
            return wrong("/messages", "Give at most 100 messages.");
        }
        if links.len() > MOST_NAMED {
            return wrong("/links", "Give at most 100 links.");
        }
        if !links.is_empty() && !messages.is_empty() {
            return wrong(
                "/links",
                "Give messages or links, not both: a link is of one message.",
            );
        }
        if !links.is_empty() && kind == Kind::Open {
            return wrong(
                "/links",
                "Mails are opened, links are clicked. Give messages.",
            );
        }
        if within_days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
            return wrong("/within_days", "Give 1 to 3650 days.");
        }
        if within_days.is_some() && from.is_some() {
            return wrong("/from", "Give from or within_days, not both.");
        }
        if at_least.is_some_and(|times| !(1..=MOST_TIMES).contains(&times)) {
            return wrong("/at_least", "Give 1 to 1000 times.");
        }
        Ok(Self {
            kind,
            messages: messages.clone(),
            links: links.clone(),
            at_least: at_least.unwrap_or(1),
            within_days: *within_days,
            from: *from,
            to: *to,
        })
    }

    /// From when, and up to when: what is done at the second moment is too late.
    #[must_use]
    pub fn period(&self, now: Timestamp) -> (Timestamp, Timestamp) {
        const DAY: i64 = 86_400_000_000;
        let within = self.within_days.map(|days| {
            let micros = DAY.saturating_mul(i64::from(days)).saturating_neg();
            now.saturating_add_micros(micros)
        });
        let from = within
            .or(self.from)
            .unwrap_or(Timestamp::from_micros(i64::MIN));
        (from, self.to.unwrap_or(Timestamp::from_micros(i64::MAX)))
    }
}
