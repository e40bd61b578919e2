//! `POST /v1/consent`: one decision, or a list of them with a result for each.

use domain::Timestamp;
use serde::Serialize;
use spin_sdk::http::StatusCode;
use store::{Actor, Outcome, Recorded, Scope, digest};
use web::{BATCH_LIMIT, Context, DECISION_LIMIT, Handled, Problem, ProblemKind, Request};

use crate::decision::signal;
use crate::view::{ConsentView, Tightened};

/// Decisions in one request.
const MOST_ITEMS: usize = 10_000;

/// The answer to one decision.
#[derive(Serialize)]
struct RecordedView {
    request_id: String,
    status: &'static str,
    at: Timestamp,
    /// Linked devices that it reached, too.
    devices: u32,
    consent: ConsentView,
}

/// The answer to a list.
#[derive(Serialize)]
struct BatchView<'a> {
    request_id: &'a str,
    recorded: usize,
    rejected: usize,
    items: Vec<ItemView<'a>>,
}

#[derive(Serialize)]
struct ItemView<'a> {
    item: usize,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    devices: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<web::ProblemDocument<'a>>,
}

/// Records what the body says; durable and in force when this answers.
pub async fn record(context: Context, request: Request) -> Handled {
    let session = web::session(request.headers(), Scope::ConsentWrite).await?;
    web::require_json(request.headers())?;
    let request_id = web::idempotency_key(request.headers(), &context.request_id)?;

    let content = web::read_capped(request, BATCH_LIMIT).await?;
    let (documents, is_list) = web::json_items(&content)?;
    if !is_list && content.len() > DECISION_LIMIT {
        let detail = format!(
            "One decision may have at most {DECISION_LIMIT} bytes; a list up to {BATCH_LIMIT}."
        );
        return Err(Problem::new(ProblemKind::TooLarge, detail));
    }
    if documents.is_empty() {
        return Err(Problem::invalid("/", "Send at least one decision."));
    }
    if documents.len() > MOST_ITEMS {
        let detail = format!(
            "A list may hold at most {MOST_ITEMS} decisions. Send the rest in another request."
        );
        return Err(Problem::new(ProblemKind::TooLarge, detail));
    }

    let settings = &session.organisation.settings;
    let mut signals = Vec::with_capacity(documents.len());
    let mut problems = Vec::new();
    for (item, document) in documents.iter().enumerate() {
        let prefix = if is_list {
            format!("/{item}")
        } else {
            String::new()
        };
        match signal(document, item, &prefix, settings, context.now) {
            Ok(signal) => signals.push(signal),
            Err(problem) => problems.push((item, problem)),
        }
    }
    if !is_list && let Some((_, problem)) = problems.pop() {
        return Err(problem);
    }

    let recorded = if signals.is_empty() {
        Vec::new()
    } else {
        let actor = Actor::Key(session.key.id);
        session
            .store
            .decide(
                session.organisation.id,
                &request_id,
                &digest(&content),
                actor,
                &signals,
                context.now,
            )
            .await?
    };
    session.store.repair_soon(context.now);

    if is_list {
        return batch_answer(&request_id, &recorded, &problems);
    }
    let (Some(recorded), Some(signal)) = (recorded.first(), signals.first()) else {
        return Err(Problem::internal("a stored decision was not found again"));
    };
    let view = RecordedView {
        request_id,
        status: status_of(recorded.outcome),
        at: recorded.at,
        devices: recorded.devices,
        consent: ConsentView::of(
            Some(&signal.subject),
            &recorded.current,
            settings,
            &Tightened::default(),
            context.now,
        ),
    };
    web::answer_json(StatusCode::OK, &view)
}

fn status_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Stored => "recorded",
        Outcome::Repeated => "repeated",
        Outcome::Void => "void",
    }
}

/// `200` when all were recorded, `207` when some were, `422` when none was.
fn batch_answer(request_id: &str, recorded: &[Recorded], problems: &[(usize, Problem)]) -> Handled {
    let mut items: Vec<ItemView<'_>> = recorded
        .iter()
        .map(|recorded| ItemView {
            item: usize::try_from(recorded.item).unwrap_or(usize::MAX),
            status: status_of(recorded.outcome),
            at: Some(recorded.at),
            devices: Some(recorded.devices),
            problem: None,
        })
        .chain(problems.iter().map(|(item, problem)| ItemView {
            item: *item,
            status: "rejected",
            at: None,
            devices: None,
            problem: Some(problem.document()),
        }))
        .collect();
    items.sort_by_key(|item| item.item);
    let status = match (recorded.is_empty(), problems.is_empty()) {
        (_, true) => StatusCode::OK,
        (false, false) => StatusCode::MULTI_STATUS,
        (true, false) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    web::answer_json(
        status,
        &BatchView {
            request_id,
            recorded: recorded.len(),
            rejected: problems.len(),
            items,
        },
    )
}
