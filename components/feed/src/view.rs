//! A change as it is read and sent.

use domain::{Flags, Regime, Timestamp};
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
    flags: Flags,
    tier: &'static str,
    source: &'static str,
    regime: Regime,
    at: Timestamp,
    received_at: Timestamp,
    request_id: String,
    item: u32,
}

impl From<Change> for ChangeView {
    fn from(change: Change) -> Self {
        Self {
            seq: change.seq,
            kind: match change.kind {
                ChangeKind::Refused => "consent.refused",
                ChangeKind::Granted => "consent.granted",
                ChangeKind::Erased => "consent.erased",
            },
            subject: change.subject,
            subject_ref: change.subject_ref.to_string(),
            flags: change.flags,
            tier: change.tier.code(),
            source: change.source.code(),
            regime: change.regime,
            at: change.at,
            received_at: change.received_at,
            request_id: change.request_id,
            item: change.item,
        }
    }
}
