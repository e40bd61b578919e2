//! `/consumer/remove/{organisation}` and `/consumer/portability/{organisation}`: everything about somebody is
//! erased, or handed out.

use domain::Subject;
use domain::wire::Parameters;
use serde_json::{Value, json};
use store::{Action, NewAction, Outcome, Requested};
use web::{Context, Problem};

use super::caller::{About, Caller};
use super::get::no_consent;
use super::set::request_id;
use crate::{export, person};

/// Erases whom the request names. The cookie stays: in it other organisations have a refusal.
pub async fn remove(
    context: &Context,
    caller: &Caller,
    parameters: &Parameters,
) -> Result<Value, Problem> {
    let (action, request_id) = asked(context, caller, parameters)?;
    let organisation = caller.organisation()?;
    let content = person::content(Action::Remove, action.subject.as_str().as_bytes());
    let erased = caller
        .store
        .act(
            organisation.id,
            Action::Remove,
            &request_id,
            &content,
            caller.actor(),
            std::slice::from_ref(&action),
            context.now,
        )
        .await?;
    caller.store.repair_soon(context.now);
    web::seal_soon(&caller.store, organisation.id);
    let erased = erased
        .first()
        .ok_or_else(|| Problem::internal("an erasure was not found again"))?;
    let status = match erased.outcome {
        Outcome::Stored => "erased",
        Outcome::Repeated | Outcome::Void => "repeated",
    };
    Ok(json!({ "status": status, "request_id": request_id, "devices": erased.devices }))
}

/// Everything that is stored about whom the request names; that it was asked for is noted.
pub async fn portability(
    context: &Context,
    caller: &Caller,
    parameters: &Parameters,
) -> Result<Value, Problem> {
    let (action, request_id) = asked(context, caller, parameters)?;
    let organisation = caller.organisation()?;
    let content = person::content(Action::Portability, action.subject.as_str().as_bytes());
    let mut views = export::export(
        context,
        (&caller.store, organisation, caller.actor()),
        &request_id,
        &content,
        &[action],
    )
    .await?;
    let view = views
        .pop()
        .ok_or_else(|| Problem::internal("an export for each subject"))?;
    let mut document = serde_json::to_value(&view).map_err(Problem::internal)?;
    if let Some(fields) = document.as_object_mut() {
        fields.insert("request_id".to_owned(), json!(request_id));
    }
    Ok(document)
}

fn asked(
    context: &Context,
    caller: &Caller,
    parameters: &Parameters,
) -> Result<(NewAction, String), Problem> {
    let (subject, device) = match caller.about(parameters.identifier.as_ref())? {
        About::Named(subject) => (subject, None),
        About::Browser(device) => (Subject::of_device(device), Some(device)),
        // It has said nothing, so nothing is stored.
        About::Stranger => return Err(no_consent()),
    };
    let (regime, regime_source) =
        caller.regime(parameters.regime, &caller.organisation()?.settings);
    let action = NewAction {
        item: 0,
        subject,
        source: caller.source(),
        regime,
        regime_source,
        at: Requested::Live,
    };
    Ok((action, request_id(context, caller, parameters, device)))
}
