//! `DELETE /v1/consent/{subject}` and `POST /v1/consent/erase`: everything about somebody is erased.

use domain::Timestamp;
use serde::Serialize;
use spin_sdk::http::StatusCode;
use store::{Action, Actor, NewAction, Outcome, Recorded, Scope};
use web::{Context, Handled, Problem, Request, Session};

use crate::view::{ConsentView, Tightened, subject_in_path};
use crate::{batch, person};

/// The answer to one erasure.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Erased"))]
pub struct ErasedView {
    request_id: String,
    /// `erased`, or `repeated` where the same request did so before: then nothing was erased anew.
    status: &'static str,
    /// What was said up to then is void, also if it comes in again.
    at: Timestamp,
    /// Linked devices that were erased, too.
    devices: u32,
    consent: ConsentView,
}

/// Erases the subject that the address names.
pub async fn delete(context: Context, request: Request, subject: &str) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ConsentWrite).await?;
    let request_id = web::idempotency_key(request.headers(), &context.request_id)?;
    let subject = subject_in_path(subject)?;
    let content = person::content(Action::Remove, subject.as_str().as_bytes());
    let action = person::action(0, subject, &session.organisation.settings)?;
    let actions = std::slice::from_ref(&action);
    let erased = erase(&context, &session, &request_id, &content, actions).await?;
    one(&context, &session, request_id, &action, erased.first())
}

/// Erases whom the body names: for identifiers that must not stand in an address, and for lists.
pub async fn post(context: Context, request: Request) -> Handled {
    let session = web::session(request.headers(), Scope::ConsentWrite).await?;
    let request_id = web::idempotency_key(request.headers(), &context.request_id)?;
    let settings = &session.organisation.settings;
    let batch = batch::read(request, |document, item, prefix| {
        person::named(document, item, prefix, settings)
    })
    .await?;
    let content = person::content(Action::Remove, &batch.content);
    let erased = erase(&context, &session, &request_id, &content, &batch.items).await?;
    match batch.items.first() {
        Some(action) if !batch.is_list => {
            one(&context, &session, request_id, action, erased.first())
        }
        _ => batch::answer(&request_id, &erased, &batch.problems, status_of),
    }
}

async fn erase(
    context: &Context,
    session: &Session,
    request_id: &str,
    content: &str,
    actions: &[NewAction],
) -> Result<Vec<Recorded>, Problem> {
    if actions.is_empty() {
        return Ok(Vec::new());
    }
    let erased = session
        .store
        .act(
            session.organisation.id,
            Action::Remove,
            request_id,
            content,
            Actor::Key(session.key.id),
            actions,
            context.now,
        )
        .await?;
    session.store.repair_soon(context.now);
    web::seal_soon(&session.store, session.organisation.id);
    Ok(erased)
}

fn one(
    context: &Context,
    session: &Session,
    request_id: String,
    action: &NewAction,
    erased: Option<&Recorded>,
) -> Handled {
    let erased = erased.ok_or_else(|| Problem::internal("an erasure was not found again"))?;
    let view = ErasedView {
        request_id,
        status: status_of(erased),
        at: erased.at,
        devices: erased.devices,
        consent: ConsentView::of(
            Some(&action.subject),
            &erased.current,
            &session.organisation.settings,
            &Tightened::default(),
            context.now,
        ),
    };
    web::answer_json(StatusCode::OK, &view)
}

fn status_of(recorded: &Recorded) -> &'static str {
    match recorded.outcome {
        Outcome::Stored => "erased",
        Outcome::Repeated | Outcome::Void => "repeated",
    }
}
