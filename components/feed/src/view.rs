//! A change as it is read and sent.

use domain::{CommunicationType, Flags, Regime, Timestamp};
use serde::Serialize;
use store::{Change, ChangeKind};

/// One change.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Change"))]
pub struct ChangeView {
    /// Its place in the log: read on after it.
    seq: i64,
    #[serde(rename = "type")]
    kind: &'static str,
    /// Whom it is about; `null` once she was erased.
    subject: Option<String>,
    /// The same in all changes of one subject, also in that of its erasure.
    subject_ref: String,
    /// What was said about flags; not in changes of `communication`.
    #[serde(skip_serializing_if = "Option::is_none")]
    flags: Option<Flags>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<&'static str>,
    /// Of what she opted in or out; only in changes of `communication`.
    #[serde(skip_serializing_if = "Option::is_none")]
    communication_type: Option<CommunicationType>,
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    regime: Option<Regime>,
    at: Timestamp,
    received_at: Timestamp,
    request_id: String,
    item: u32,
}

impl From<Change> for ChangeView {
    fn from(change: Change) -> Self {
        let consent = change.consent.as_ref();
        Self {
            seq: change.seq,
            kind: match change.kind {
                ChangeKind::Refused => "consent.refused",
                ChangeKind::Granted => "consent.granted",
                ChangeKind::Erased => "consent.erased",
                ChangeKind::OptedIn => "communication.opted_in",
                ChangeKind::OptedOut => "communication.opted_out",
            },
            subject: change.subject,
            subject_ref: change.subject_ref.to_string(),
            flags: consent.map(|consent| consent.flags),
            tier: consent.map(|consent| consent.tier.code()),
            regime: consent.map(|consent| consent.regime),
            communication_type: change.communication_type,
            source: change.source.code(),
            at: change.at,
            received_at: change.received_at,
            request_id: change.request_id,
            item: change.item,
        }
    }
}
