//! `GET /v1/contacts` and `POST /v1/contacts/query`: many contacts.

use domain::{
    Attribute, AttributeError, AttributeName, AttributeValue, Attributes, Subject, TrackingStatus,
};
use serde::{Deserialize, Serialize};
use spin_sdk::http::StatusCode;
use store::Scope;
use web::{BATCH_LIMIT, Context, Handled, Problem, ProblemKind, Request};

use crate::view::ContactView;

/// Contacts that are looked at in one statement where only some of them are wanted.
const SLICE: u32 = 1000;
/// Statements for one page: then it ends, wherever it is.
const MOST_SLICES: u32 = 100;
/// Contacts in one question.
const MOST_CONTACTS: usize = 1000;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ContactList"))]
pub struct ContactsView {
    contacts: Vec<ContactView>,
    /// The query of the next page, which may be there also where this one is short; nothing when this is the last.
    next: Option<String>,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ContactQuestion"))]
#[serde(deny_unknown_fields)]
pub struct QueryBody {
    /// Keys in the mailing system.
    #[cfg_attr(
        test,
        schemars(with = "Vec<domain::schema::ContactKey>", length(min = 1, max = 1000))
    )]
    contacts: Vec<String>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ContactAnswer"))]
pub struct FoundView {
    /// In the order asked; `null` for one that nobody knows.
    contacts: Vec<Option<ContactView>>,
}

/// One page of all contacts, or of those with a tracking status or a value of an attribute.
pub async fn list(context: Context, request: Request) -> Handled {
    let [after, limit, status, attribute, value] = web::query(
        request.uri().query(),
        ["after", "limit", "status", "attribute", "value"],
    )?;
    let mut after = web::place_in_list("after", after.as_deref())?.unwrap_or(0);
    let limit = web::page_limit(limit.as_deref())?;
    let status = status.as_deref().map(status_of).transpose()?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let settings = &session.organisation.settings;
    let having = having(&settings.attributes, attribute.as_deref(), value.as_deref())?;
    let is_filtered = status.is_some() || having.is_some();
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut contacts = Vec::new();
    let mut next = None;
    for _ in 0..MOST_SLICES {
        let slice = session
            .store
            .contact_slice(
                session.organisation.id,
                after,
                if is_filtered { SLICE } else { limit },
                having.as_ref().map(|(name, value)| (name, value)),
            )
            .await?;
        next = slice.next;
        for contact in &slice.contacts {
            let view = ContactView::of(contact, settings, context.now);
            if status.is_none_or(|status| view.tracking_status == status) {
                if contacts.len() >= wanted {
                    break;
                }
                contacts.push(view);
                if contacts.len() == wanted {
                    next = Some(contact.place);
                }
            }
        }
        match next {
            Some(place) if contacts.len() < wanted => after = place,
            _ => break,
        }
    }
    let filter = filter(status, having.as_ref());
    let next = next.map(|place| format!("?after={place}&limit={limit}{filter}"));
    web::answer_json(StatusCode::OK, &ContactsView { contacts, next })
}

/// Those whom the body names: for keys that must not stand in an address.
pub async fn query(context: Context, request: Request) -> Handled {
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    web::require_json(request.headers())?;
    let body: QueryBody = web::json(&web::read_capped(request, BATCH_LIMIT).await?)?;
    if body.contacts.len() > MOST_CONTACTS {
        let detail =
            format!("Give at most {MOST_CONTACTS} contacts. Send the rest in another request.");
        return Err(Problem::new(ProblemKind::TooLarge, detail));
    }
    if body.contacts.is_empty() {
        return Err(Problem::invalid("/contacts", "Give at least one contact."));
    }
    let subjects: Vec<Subject> = body
        .contacts
        .iter()
        .enumerate()
        .map(|(number, key)| {
            Subject::contact(key)
                .map_err(|error| Problem::invalid(format!("/contacts/{number}"), error))
        })
        .collect::<Result<_, _>>()?;
    let organisation = &session.organisation;
    let found = session.store.contacts(organisation.id, &subjects).await?;
    let views = found.iter().map(|contact| {
        let contact = contact.as_ref()?;
        Some(ContactView::of(
            contact,
            &organisation.settings,
            context.now,
        ))
    });
    let contacts = views.collect();
    web::answer_json(StatusCode::OK, &FoundView { contacts })
}

fn status_of(text: &str) -> Result<TrackingStatus, Problem> {
    match text {
        "accepted" => Ok(TrackingStatus::Accepted),
        "refused" => Ok(TrackingStatus::Refused),
        "unanswered" => Ok(TrackingStatus::Unanswered),
        _ => Err(Problem::invalid(
            "status",
            "Give accepted, refused or unanswered.",
        )),
    }
}

const fn code(status: TrackingStatus) -> &'static str {
    match status {
        TrackingStatus::Accepted => "accepted",
        TrackingStatus::Refused => "refused",
        TrackingStatus::Unanswered => "unanswered",
    }
}

fn having(
    attributes: &Attributes,
    name: Option<&str>,
    value: Option<&str>,
) -> Result<Option<(AttributeName, AttributeValue)>, Problem> {
    let (name, value) = match (name, value) {
        (None, None) => return Ok(None),
        (Some(name), Some(value)) => (name, value),
        _ => {
            let detail = "Give attribute and value together, or neither.";
            return Err(Problem::invalid("value", detail));
        }
    };
    if value.contains('@') {
        let detail = "An e-mail address must not stand in a URL.";
        return Err(Problem::new(ProblemKind::Malformed, detail));
    }
    let unknown = || Problem::invalid("attribute", AttributeError::Unknown);
    let attribute: &Attribute = attributes.get(name).ok_or_else(unknown)?;
    let value = attribute
        .read_text(value)
        .map_err(|error| Problem::invalid("value", error))?
        .ok_or_else(|| Problem::invalid("value", "Give a value."))?;
    Ok(Some((attribute.name.clone(), value)))
}

/// The part of the next page's query that says who is wanted.
fn filter(
    status: Option<TrackingStatus>,
    having: Option<&(AttributeName, AttributeValue)>,
) -> String {
    let mut text = String::new();
    if let Some(status) = status {
        text.push_str("&status=");
        text.push_str(code(status));
    }
    if let Some((name, value)) = having {
        let value = value.to_string();
        let value =
            percent_encoding::utf8_percent_encode(&value, percent_encoding::NON_ALPHANUMERIC);
        text.push_str(&format!("&attribute={name}&value={value}"));
    }
    text
}
