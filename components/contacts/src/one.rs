//! `/v1/contacts/{key}`: one contact.

use std::collections::BTreeMap;

use domain::Subject;
use spin_sdk::http::StatusCode;
use store::{Contact, ContactChange, Requested, Scope};
use web::{Context, DECISION_LIMIT, Handled, Problem, Request, Session};

use crate::body::{AttributesBody, contact_in_path, once, values};
use crate::view::{ContactView, ProfileView};

/// What is kept about a contact, its tracking status, and where it was identified.
pub async fn get(context: Context, request: Request, key: &str) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    profile(&context, &session, &contact_in_path(key)?).await
}

/// Replaces all attributes of a contact, and makes it known.
pub async fn put(context: Context, request: Request, key: &str) -> Handled {
    change(context, request, key, true).await
}

/// Changes those attributes that the body names, and makes the contact known.
pub async fn patch(context: Context, request: Request, key: &str) -> Handled {
    change(context, request, key, false).await
}

/// Takes all attributes away. What the contact has decided stays: `DELETE /v1/consent/{subject}` erases everything.
pub async fn delete(context: Context, request: Request, key: &str) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ConsentWrite).await?;
    let request_id = web::idempotency_key(request.headers(), "")?;
    let contact = found(&session, &contact_in_path(key)?).await?;
    let content = format!("DELETE {key}");
    let change = ContactChange {
        subject: contact.subject,
        attributes: BTreeMap::new(),
        replaces: true,
    };
    store(&context, &session, change, &request_id, &content).await?;
    Ok(web::empty(StatusCode::NO_CONTENT))
}

async fn change(context: Context, request: Request, key: &str, replaces: bool) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ConsentWrite).await?;
    let request_id = web::idempotency_key(request.headers(), "")?;
    let subject = contact_in_path(key)?;
    web::require_json(request.headers())?;
    let body = web::read_capped(request, DECISION_LIMIT).await?;
    let content = format!("{replaces} {key} {}", String::from_utf8_lossy(&body));
    let body: AttributesBody = web::json(&body)?;
    let settings = &session.organisation.settings;
    let attributes = values(&body.attributes, &settings.attributes, "")?;
    let change = ContactChange {
        subject: subject.clone(),
        attributes,
        replaces,
    };
    store(&context, &session, change, &request_id, &content).await?;
    profile(&context, &session, &subject).await
}

async fn store(
    context: &Context,
    session: &Session,
    change: ContactChange,
    request_id: &str,
    content: &str,
) -> Result<(), Problem> {
    let (organisation, once) = (session.organisation.id, once(request_id, content));
    let changes = [change];
    let changed =
        session
            .store
            .change_contacts(organisation, &changes, Requested::Live, once, context.now);
    changed.await?;
    Ok(())
}

pub async fn found(session: &Session, subject: &Subject) -> Result<Contact, Problem> {
    let subjects = std::slice::from_ref(subject);
    let found = session.store.contacts(session.organisation.id, subjects);
    let found = found.await?.pop().flatten();
    found.ok_or_else(|| Problem::not_found("The organisation knows no such contact."))
}

async fn profile(context: &Context, session: &Session, subject: &Subject) -> Handled {
    let organisation = &session.organisation;
    let contact = found(session, subject).await?;
    let view = ContactView::of(&contact, &organisation.settings, context.now);
    let messages = if view.is_targeted() {
        let messages = session.store.contact_messages(organisation.id, subject);
        Some(messages.await?)
    } else {
        None
    };
    web::answer_json(StatusCode::OK, &ProfileView::of(view, messages))
}
