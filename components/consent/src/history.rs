//! `GET /v1/consent/{subject}/history` and `POST /v1/consent/history`: every signal, newest first.

use domain::iab::Evidence;
use domain::{Flags, Shown, Subject, Timestamp};
use serde::{Deserialize, Serialize};
use spin_sdk::http::StatusCode;
use store::{HistoryEntry, Scope};
use web::{Context, DECISION_LIMIT, Handled, Request, Session};

use crate::paging::Page;
use crate::view::{subject_in_body, subject_in_path};

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "History"))]
pub struct HistoryView {
    signals: Vec<SignalView>,
    /// The query of the next page; nothing when this is the last.
    next: Option<String>,
}

/// Whose history, and which page of it.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "HistoryQuestion"))]
#[serde(deny_unknown_fields)]
pub struct HistoryBody {
    #[cfg_attr(test, schemars(with = "domain::Subject"))]
    subject: String,
    /// Only signals with a lower `seq`.
    #[cfg_attr(test, schemars(range(min = 0)))]
    before: Option<i64>,
    /// At most so many; 100 if left out.
    #[cfg_attr(test, schemars(range(min = 1, max = 1000)))]
    limit: Option<u32>,
}

/// One entry of the history.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Signal"))]
pub struct SignalView {
    pub seq: i64,
    pub request_id: String,
    pub item: u32,
    /// `set`, `remove` or `portability`.
    pub action: String,
    /// The subject that the request named, where this came over a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    pub flags: Flags,
    pub tier: &'static str,
    pub source: &'static str,
    pub regime: &'static str,
    pub regime_source: String,
    pub at: Timestamp,
    /// Only where grants count from another time: a refusal came in while the signal was on its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grants_at: Option<Timestamp>,
    pub received_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<Shown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
}

/// One page of the history.
pub async fn get(context: Context, request: Request, subject: &str) -> Handled {
    let page = Page::in_address(&request)?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let subject = subject_in_path(subject)?;
    answer(&context, &session, &subject, &page).await
}

/// The same for a subject in the body.
pub async fn post(context: Context, request: Request) -> Handled {
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    web::require_json(request.headers())?;
    let body: HistoryBody = web::json(&web::read_capped(request, DECISION_LIMIT).await?)?;
    let subject = subject_in_body(&body.subject)?;
    let page = Page::in_body(body.before, body.limit)?;
    answer(&context, &session, &subject, &page).await
}

async fn answer(context: &Context, session: &Session, subject: &Subject, page: &Page) -> Handled {
    let id = session.organisation.id;
    let entries = session.store.history(id, subject, page.before, page.limit);
    let entries = entries.await?;
    session.store.repair_soon(context.now);
    let next = page.next(entries.len(), entries.last().map(|last| last.seq));
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
