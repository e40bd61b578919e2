//! `/v1/communications`: what contacts said about each type of communication. It is apart from tracking: neither changes
//! the other.

use std::collections::BTreeMap;

use domain::{
    CommunicationStatus, CommunicationType, Communications, Settings, Shown, Source, Subject,
    SubjectKind, Timestamp, check_time,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use spin_sdk::http::StatusCode;
use store::{
    Actor, CommunicationEntry, NewCommunication, Outcome, RecordedCommunication, Requested, Scope,
    digest,
};
use web::{Context, DECISION_LIMIT, Handled, Problem, ProblemKind, Request, Session};

use crate::batch::{self, Done};
use crate::decision::check_shown;
use crate::paging::Page;
use crate::view::{subject_in_body, subject_in_path};

/// What a contact says about one type.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Communication"))]
#[serde(deny_unknown_fields)]
pub struct CommunicationBody {
    #[cfg_attr(test, schemars(with = "domain::schema::Contact"))]
    subject: String,
    /// One of the setting `communication_types`.
    #[serde(rename = "type")]
    #[cfg_attr(test, schemars(with = "CommunicationType"))]
    communication_type: String,
    status: Said,
    /// When the person decided; left out for a decision made now.
    at: Option<Timestamp>,
    shown: Option<Shown>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "CommunicationAnswer"))]
#[serde(rename_all = "snake_case")]
enum Said {
    OptedIn,
    OptedOut,
}

/// The answer to one.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "RecordedCommunication"))]
pub struct RecordedView {
    request_id: String,
    status: &'static str,
    at: Timestamp,
    communications: CommunicationsView,
}

/// What is in force for a contact.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Communications"))]
pub struct CommunicationsView {
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// By type: those of the settings, and those of which she said something before they were taken away there.
    pub types: BTreeMap<String, TypeView>,
    /// When everything before was erased; since then she wants nothing that she has not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    erased_at: Option<Timestamp>,
}

/// One type.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "CommunicationInForce"))]
pub struct TypeView {
    pub status: CommunicationStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<&'static str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "CommunicationHistory"))]
pub struct HistoryView {
    signals: Vec<SignalView>,
    /// The query of the next page; nothing when this is the last.
    next: Option<String>,
}

/// Whose history, and which page of it.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "CommunicationHistoryQuestion"))]
#[serde(deny_unknown_fields)]
pub struct HistoryBody {
    #[cfg_attr(test, schemars(with = "domain::schema::Contact"))]
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
#[cfg_attr(test, schemars(rename = "CommunicationSignal"))]
pub struct SignalView {
    pub seq: i64,
    pub request_id: String,
    pub item: u32,
    #[serde(rename = "type")]
    pub communication_type: CommunicationType,
    pub status: CommunicationStatus,
    pub source: &'static str,
    pub at: Timestamp,
    pub received_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<Shown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
}

/// Records what the body says; durable and in force when this answers.
pub async fn record(context: Context, request: Request) -> Handled {
    let session = web::session(request.headers(), Scope::ConsentWrite).await?;
    let request_id = web::idempotency_key(request.headers(), &context.request_id)?;
    let settings = &session.organisation.settings;
    let batch = batch::read(request, |document, item, prefix| {
        signal(document, item, prefix, settings, context.now)
    })
    .await?;
    let signals = &batch.items;
    let recorded = if signals.is_empty() {
        Vec::new()
    } else {
        session
            .store
            .decide_communications(
                session.organisation.id,
                &request_id,
                &digest(&batch.content),
                Actor::Key(session.key.id),
                signals,
                context.now,
            )
            .await?
    };
    web::seal_soon(&session.store, session.organisation.id);
    if batch.is_list {
        let done = recorded.iter().map(|recorded| Done {
            item: recorded.item,
            status: status_of(recorded),
            at: recorded.at,
            devices: None,
        });
        return batch::answer_each(&request_id, done.collect(), &batch.problems);
    }
    let (Some(recorded), Some(signal)) = (recorded.first(), signals.first()) else {
        return Err(Problem::internal("a stored signal was not found again"));
    };
    let view = RecordedView {
        request_id,
        status: status_of(recorded),
        at: recorded.at,
        communications: CommunicationsView::of(Some(&signal.subject), &recorded.current, settings),
    };
    web::answer_json(StatusCode::OK, &view)
}

const fn status_of(recorded: &RecordedCommunication) -> &'static str {
    match recorded.outcome {
        Outcome::Stored => "recorded",
        Outcome::Repeated => "repeated",
        Outcome::Void => "void",
    }
}

/// What is in force for the contact that the address names.
pub async fn get(request: Request, subject: &str) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let subject = contact(subject_in_path(subject)?, "subject")?;
    let organisation = &session.organisation;
    let mut found = session
        .store
        .communications(organisation.id, std::slice::from_ref(&subject))
        .await?;
    let said = found
        .pop()
        .ok_or_else(|| Problem::internal("a state for each contact"))?;
    let view = CommunicationsView::of(Some(&subject), &said, &organisation.settings);
    web::answer_json(StatusCode::OK, &view)
}

/// One page of the history.
pub async fn history(request: Request, subject: &str) -> Handled {
    let page = Page::in_address(&request)?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let subject = contact(subject_in_path(subject)?, "subject")?;
    answer_history(&session, &subject, &page).await
}

/// The same for a contact in the body.
pub async fn post_history(request: Request) -> Handled {
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    web::require_json(request.headers())?;
    let body = web::read_capped(request, DECISION_LIMIT).await?;
    let body: HistoryBody = web::json(&body)?;
    let subject = contact(subject_in_body(&body.subject)?, "/subject")?;
    let page = Page::in_body(body.before, body.limit)?;
    answer_history(&session, &subject, &page).await
}

async fn answer_history(session: &Session, subject: &Subject, page: &Page) -> Handled {
    let (store, id) = (&session.store, session.organisation.id);
    let entries = store.communication_history(id, subject, page.before, page.limit);
    let entries = entries.await?;
    let next = page.next(entries.len(), entries.last().map(|last| last.seq));
    let view = HistoryView {
        signals: entries.into_iter().map(SignalView::of).collect(),
        next,
    };
    web::answer_json(StatusCode::OK, &view)
}

fn signal(
    document: &RawValue,
    item: usize,
    prefix: &str,
    settings: &Settings,
    now: Timestamp,
) -> Result<NewCommunication, Problem> {
    let body: CommunicationBody = web::json_item(document.get().as_bytes(), prefix)?;
    let at = |field: &str| format!("{prefix}/{field}");
    let subject =
        Subject::parse(&body.subject).map_err(|error| Problem::invalid(at("subject"), error))?;
    let subject = contact(subject, &at("subject"))?;
    let communication_type = CommunicationType::parse(&body.communication_type)
        .map_err(|error| Problem::invalid(at("type"), error))?;
    let mut types = settings.communication_types.iter();
    if !types.any(|known| known.id == communication_type) {
        let detail = "Your organisation has no communication type of this id. Add it to the setting communication_types first.";
        return Err(Problem::invalid(at("type"), detail));
    }
    if let Some(time) = body.at {
        check_time(time, now).map_err(|error| Problem {
            pointer: Some(at("at")),
            ..Problem::new(ProblemKind::TimestampInFuture, error.to_string())
        })?;
    }
    check_shown(body.shown.as_ref(), &at)?;
    Ok(NewCommunication {
        item: u32::try_from(item).map_err(Problem::internal)?,
        subject,
        communication_type,
        opted_in: body.status == Said::OptedIn,
        source: Source::Api,
        at: body.at.map_or(Requested::Live, Requested::At),
        since: None,
        shown: body.shown,
        message: None,
    })
}

/// Only contacts are asked about communications.
pub fn contact(subject: Subject, pointer: &str) -> Result<Subject, Problem> {
    if subject.kind() == SubjectKind::Contact {
        return Ok(subject);
    }
    let detail = "Consent to communications is a contact's: give contact:<key>.";
    Err(Problem::invalid(pointer, detail))
}

impl CommunicationsView {
    /// The types of the settings and what she said.
    pub fn of(subject: Option<&Subject>, said: &Communications, settings: &Settings) -> Self {
        let types = settings.communication_types.iter().map(|known| &known.id);
        let types = types.chain(said.decisions.keys()).map(|id| {
            let decision = said.decisions.get(id);
            let view = TypeView {
                status: said.status(id),
                decided_at: decision.map(|decision| decision.at),
                source: decision.map(|decision| decision.source.code()),
            };
            (id.to_string(), view)
        });
        Self {
            subject: subject.map(ToString::to_string),
            types: types.collect(),
            erased_at: said.erased_at,
        }
    }
}

impl SignalView {
    /// As it is stored.
    pub fn of(entry: CommunicationEntry) -> Self {
        Self {
            seq: entry.seq,
            request_id: entry.request_id,
            item: entry.item,
            communication_type: entry.communication_type,
            status: entry.status,
            source: entry.source.code(),
            at: entry.at,
            received_at: entry.received_at,
            shown: entry.shown,
            actor: entry.actor,
        }
    }
}
