//! `POST /v1/consent`: one decision, or a list of them with a result for each.

use domain::Timestamp;
use serde::Serialize;
use spin_sdk::http::StatusCode;
use store::{Actor, Outcome, Recorded, Scope, digest};
use web::{Context, Handled, Problem, Request};

use crate::batch;
use crate::decision::signal;
use crate::view::{ConsentView, Tightened};

/// The answer to one decision.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Recorded"))]
pub struct RecordedView {
    request_id: String,
    status: &'static str,
    at: Timestamp,
    /// Linked devices that it reached, too.
    devices: u32,
    consent: ConsentView,
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
        let actor = Actor::Key(session.key.id);
        session
            .store
            .decide(
                session.organisation.id,
                &request_id,
                &digest(&batch.content),
                actor,
                signals,
                context.now,
            )
            .await?
    };
    session.store.repair_soon(context.now);
    web::seal_soon(&session.store, session.organisation.id);

    if batch.is_list {
        return batch::answer(&request_id, &recorded, &batch.problems, status_of);
    }
    let (Some(recorded), Some(signal)) = (recorded.first(), signals.first()) else {
        return Err(Problem::internal("a stored decision was not found again"));
    };
    let view = RecordedView {
        request_id,
        status: status_of(recorded),
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

fn status_of(recorded: &Recorded) -> &'static str {
    match recorded.outcome {
        Outcome::Stored => "recorded",
        Outcome::Repeated => "repeated",
        Outcome::Void => "void",
    }
}
