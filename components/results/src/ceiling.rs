//! `/v1/messages/{id}/ceiling`: how much may be recorded of a mail, also after it was sent.

use domain::Ceilings;
use serde::Serialize;
use spin_sdk::http::StatusCode;
use store::{CeilingVersion, Scope};
use web::{Context, DECISION_LIMIT, Handled, Problem, Request};

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "MessageCeiling"))]
pub struct CeilingView {
    /// What holds now.
    ceiling: Ceilings,
    /// What was changed, the newest first.
    history: Vec<CeilingVersion>,
}

/// What may be recorded, and how that came.
pub async fn get(request: Request, id: &str) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::MessagesWrite).await?;
    let (message, _) = session.message(id).await?;
    answer(&session, message).await
}

/// Changes it. What is recorded from now on obeys, also of mails that were sent before; what is recorded already stays.
/// It never allows more than the organisation does.
pub async fn change(context: Context, request: Request, id: &str) -> Handled {
    let session = web::session(request.headers(), Scope::MessagesWrite).await?;
    web::require_json(request.headers())?;
    let (message, _) = session.message(id).await?;
    let content = web::read_capped(request, DECISION_LIMIT).await?;
    let ceiling: Ceilings = web::json(&content)?;
    // As SQLite has it now: a ceiling that was lowered a moment ago counts.
    let organisation = session
        .store
        .stored_organisation(session.organisation.id)
        .await?
        .ok_or_else(|| Problem::internal("a key without organisation"))?;
    ceiling
        .within(organisation.settings.ceiling)
        .map_err(|error| Problem::invalid("", error))?;
    let actor = session.key.id.to_string();
    session
        .store
        .change_ceiling(message, ceiling, &actor, context.now)
        .await?;
    answer(&session, message).await
}

async fn answer(session: &web::Session, message: domain::MessageId) -> Handled {
    let (ceiling, history) = session
        .store
        .ceilings(message)
        .await?
        .ok_or_else(|| Problem::internal("a message without ceiling"))?;
    web::answer_json(StatusCode::OK, &CeilingView { ceiling, history })
}
