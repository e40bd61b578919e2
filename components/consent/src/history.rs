//! `GET /v1/consent/{subject}/history`: every signal, newest first.

use domain::iab::Evidence;
use domain::{Flags, Shown, Timestamp};
use serde::Serialize;
use spin_sdk::http::StatusCode;
use store::{HistoryEntry, Scope};
use web::{Context, Handled, Request};

use crate::view::subject_in_path;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "History"))]
pub struct HistoryView {
    signals: Vec<SignalView>,
    /// The address of the next page; nothing when this is the last.
    next: Option<String>,
}

/// One entry of the history.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Signal"))]
pub struct SignalView {
    seq: i64,
    pub request_id: String,
    item: u32,
    /// `set`, `remove` or `portability`.
    pub action: String,
    /// The subject that the request named, where this came over a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<String>,
    pub flags: Flags,
    tier: &'static str,
    pub source: &'static str,
    pub regime: &'static str,
    regime_source: String,
    pub at: Timestamp,
    /// Only where grants count from another time: a refusal came in while the signal was on its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    grants_at: Option<Timestamp>,
    received_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    shown: Option<Shown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
}

/// One page of the history.
pub async fn get(context: Context, request: Request, subject_text: &str) -> Handled {
    let [before, limit] = web::query(request.uri().query(), ["before", "limit"])?;
    let before = web::place_in_list("before", before.as_deref())?;
    let limit = web::page_limit(limit.as_deref())?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let subject = subject_in_path(subject_text)?;
    let entries = session
        .store
        .history(session.organisation.id, &subject, before, limit)
        .await?;
    session.store.repair_soon(context.now);
    let full = u32::try_from(entries.len()).is_ok_and(|count| count == limit);
    let next = entries
        .last()
        .filter(|_| full)
        .map(|last| format!("?before={}&limit={limit}", last.seq));
    let view = HistoryView {
        signals: entries.into_iter().map(SignalView::of).collect(),
        next,
    };
    web::answer_json(StatusCode::OK, &view)
}

impl SignalView {
    /// As it is stored.
    pub fn of(entry: HistoryEntry) -> Self {
        Self {
            seq: entry.seq,
            request_id: entry.request_id,
            item: entry.item,
            action: entry.action,
            via: entry.via,
            flags: entry.flags,
            tier: entry.tier.code(),
            source: entry.source.code(),
            regime: entry.regime.code(),
            regime_source: entry.regime_source,
            at: entry.at,
            grants_at: (entry.grants_at != entry.at).then_some(entry.grants_at),
            received_at: entry.received_at,
            shown: entry.shown,
            evidence: entry.evidence,
            actor: entry.actor,
        }
    }
}
