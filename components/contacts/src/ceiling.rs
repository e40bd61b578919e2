//! `/v1/contacts/{key}/ceiling`: how much may be recorded of one contact, below what the organisation allows.

use domain::{Ceiling, Ceilings};
use spin_sdk::http::StatusCode;
use store::Scope;
use web::{Context, DECISION_LIMIT, Handled, Problem, Request};

use crate::body::contact_in_path;
use crate::one::found;

/// What may be recorded.
pub async fn get(request: Request, key: &str) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let contact = found(&session, &contact_in_path(key)?).await?;
    web::answer_json(StatusCode::OK, &contact.current.ceiling)
}

/// Changes it, and makes the contact known. What is recorded from now on obeys, also of mails that were sent before.
pub async fn put(context: Context, request: Request, key: &str) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ConsentWrite).await?;
    let contact = contact_in_path(key)?;
    web::require_json(request.headers())?;
    let ceiling: Ceilings = web::json(&web::read_capped(request, DECISION_LIMIT).await?)?;
    for (pointer, level) in [("/clicks", ceiling.clicks), ("/opens", ceiling.opens)] {
        if level == Ceiling::Off {
            let detail = "Give anonymous or identified. What is anonymous says of nobody that it is not to be counted.";
            return Err(Problem::invalid(pointer, detail));
        }
    }
    // As SQLite has it now: a ceiling that was lowered a moment ago counts.
    let id = session.organisation.id;
    let organisation = session.store.stored_organisation(id).await?;
    let organisation =
        organisation.ok_or_else(|| Problem::internal("a key without organisation"))?;
    ceiling
        .within(organisation.settings.ceiling)
        .map_err(|error| Problem::invalid("", error))?;
    session
        .store
        .make_known_now(id, &[&contact], context.now)
        .await?;
    let changed = session.store.change_contact_ceiling(id, &contact, ceiling);
    if !changed.await? {
        return Err(Problem::not_found(
            "Everything about this contact was erased, and it has said nothing since.",
        ));
    }
    web::answer_json(StatusCode::OK, &ceiling)
}
