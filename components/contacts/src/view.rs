//! How a contact is shown.

use std::collections::BTreeMap;

use domain::{
    AttributeName, AttributeValue, Gate, Policy, Resolved, Settings, Timestamp, TrackingStatus,
    resolve,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use store::{Contact, ContactMessage, CurrentConsent};

/// A contact with what is kept about it.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Contact"))]
pub struct ContactView {
    /// The key in the mailing system.
    pub contact: String,
    /// As the organisation defines them.
    #[cfg_attr(test, schemars(with = "BTreeMap<String, serde_json::Value>"))]
    pub attributes: BTreeMap<AttributeName, AttributeValue>,
    pub tracking_status: TrackingStatus,
    #[serde(rename = "hasTrackingConsent")]
    pub has_tracking_consent: Option<bool>,
    #[serde(rename = "dtTrackingConsent")]
    pub tracking_consent_at: Option<Timestamp>,
    /// `false` for a contact that may not be tracked: then nothing says which mails it was sent, or what it did.
    targeted: bool,
    /// The address of its signals.
    history: String,
    /// How many signals there are.
    version: i64,
}

/// A contact, and the mails in which it was identified.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ContactProfile"))]
pub struct ProfileView {
    #[serde(flatten)]
    contact: ContactView,
    /// The last 100 mails in which it did something; `null` where it is not `targeted`.
    messages: Option<Vec<MessageView>>,
}

/// What a contact did with a mail.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ContactMessage"))]
struct MessageView {
    message: String,
    name: String,
    clicks: i64,
    opens: i64,
    last_at: Timestamp,
}

/// What is in force for somebody now.
pub fn resolved(current: &CurrentConsent, settings: &Settings, now: Timestamp) -> Resolved {
    let policy = Policy::from(settings).for_person(&current.state);
    resolve(&current.state, &policy, now)
}

impl ContactView {
    pub fn of(contact: &Contact, settings: &Settings, now: Timestamp) -> Self {
        let resolved = resolved(&contact.current, settings, now);
        let status = resolved.tracking_status();
        let subject = utf8_percent_encode(contact.subject.as_str(), NON_ALPHANUMERIC);
        Self {
            contact: contact.subject.contact_key().unwrap_or_default().to_owned(),
            attributes: settings.attributes.shown(&contact.attributes),
            tracking_status: status,
            has_tracking_consent: status.has_tracking_consent(),
            tracking_consent_at: resolved.tracking_decided_at(),
            targeted: resolved.allows(Gate::Track),
            history: format!("/v1/consent/{subject}/history"),
            version: contact.current.version,
        }
    }

    pub const fn is_targeted(&self) -> bool {
        self.targeted
    }
}

impl ProfileView {
    /// `messages` only of somebody who is targeted.
    pub fn of(contact: ContactView, messages: Option<Vec<ContactMessage>>) -> Self {
        let messages = messages.map(|messages| {
            let views = messages.into_iter().map(|done| MessageView {
                message: done.message.to_string(),
                name: done.name,
                clicks: done.clicks,
                opens: done.opens,
                last_at: done.last_at,
            });
            views.collect()
        });
        Self { contact, messages }
    }
}
