//! `POST /v1/contacts`: what is said about one contact or up to 10 000, with a result for each.

use domain::{Settings, Subject};
use serde::Serialize;
use serde_json::value::RawValue;
use store::{ContactChange, Outcome, Requested, Scope};
use web::{Context, Handled, Problem, Request};

use crate::body::{ContactBody, once, values};

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ContactsResult"))]
pub struct ResultView<'a> {
    stored: usize,
    rejected: usize,
    items: Vec<ItemView<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ContactItem"))]
struct ItemView<'a> {
    item: usize,
    /// `stored`, `void` (everything about the contact was erased later) or `rejected`.
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<web::ProblemDocument<'a>>,
}

/// Changes the attributes that are named, and makes contacts known.
pub async fn post(context: Context, request: Request) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ConsentWrite).await?;
    let request_id = web::idempotency_key(request.headers(), "")?;
    let settings = &session.organisation.settings;
    let batch = web::read_batch(request, |document, item, prefix| {
        read(document, prefix, settings).map(|change| (item, change))
    })
    .await?;
    let (places, changes): (Vec<usize>, Vec<ContactChange>) = batch.items.into_iter().unzip();
    let organisation = session.organisation.id;
    let content = String::from_utf8_lossy(&batch.content);
    let once = once(&request_id, &content);
    let outcomes =
        session
            .store
            .change_contacts(organisation, &changes, Requested::Live, once, context.now);
    let outcomes = outcomes.await?;
    let mut items: Vec<ItemView<'_>> = places
        .iter()
        .zip(outcomes)
        .map(|(item, outcome)| ItemView {
            item: *item,
            status: match outcome {
                Outcome::Void => "void",
                Outcome::Stored | Outcome::Repeated => "stored",
            },
            problem: None,
        })
        .chain(batch.problems.iter().map(|(item, problem)| ItemView {
            item: *item,
            status: "rejected",
            problem: Some(problem.document()),
        }))
        .collect();
    items.sort_by_key(|item| item.item);
    let view = ResultView {
        stored: items.iter().filter(|item| item.status == "stored").count(),
        rejected: batch.problems.len(),
        items,
    };
    let status = web::batch_status(changes.is_empty(), batch.problems.is_empty());
    web::answer_json(status, &view)
}

fn read(document: &RawValue, prefix: &str, settings: &Settings) -> Result<ContactChange, Problem> {
    let body: ContactBody = web::json_item(document.get().as_bytes(), prefix)?;
    let subject = Subject::contact(&body.contact)
        .map_err(|error| Problem::invalid(format!("{prefix}/contact"), error))?;
    Ok(ContactChange {
        subject,
        attributes: values(&body.attributes, &settings.attributes, prefix)?,
        replaces: false,
    })
}
