//! `GET /v1/messages/{id}/contacts`: who acted, of those for whom the gate was open then and is open now.

use domain::report::tally;
use domain::{Gate, Kind, LinkId, MessageId, Policy, Settings, Timestamp, resolve};
use serde::Serialize;
use spin_sdk::http::StatusCode;
use store::{Acted, CurrentConsent, Person, Scope};
use web::{Context, Handled, Problem, Request, Session};

use crate::csv;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ContactsWhoActed"))]
pub struct ContactsView {
    contacts: Vec<PersonView>,
    /// People of this page who acted by name and for whom the gate is closed now.
    left_out: u64,
    /// As in the report: tokens made for people who could not be linked to what they do with this mail when it was sent.
    untracked_recipients: u64,
    /// Clicks, opens, or both that nobody is linked to, all pages together.
    anonymous: u64,
    /// The query of the next page, which may be empty where few did what is asked for; nothing after the last.
    next: Option<String>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ContactWhoActed"))]
pub struct PersonView {
    pub contact: String,
    pub clicks: u64,
    pub opens: u64,
    pub last_at: Timestamp,
}

/// What `action` may say. Whom a mail was sent to is stored nowhere, so the last two are among those who did
/// something else with it.
const ACTIONS: [(&str, Kind, bool); 4] = [
    ("clicked", Kind::Click, false),
    ("opened", Kind::Open, false),
    ("not_clicked", Kind::Click, true),
    ("not_opened", Kind::Open, true),
];

/// A page of contacts, as JSON or as a table.
pub async fn get(context: Context, request: Request, id: &str) -> Handled {
    let known = ["action", "link", "after", "limit"];
    let [action, link, after, limit] = web::query(request.uri().query(), known)?;
    let acted = acted(action.as_deref(), link.as_deref())?;
    let after = web::place_in_list("after", after.as_deref())?.unwrap_or(0);
    let limit = web::page_limit(limit.as_deref())?;
    let session = web::session(request.headers(), Scope::ReportsRead).await?;
    let (message, _) = session.message(id).await?;
    let organisation = &session.organisation;
    let page = session
        .store
        .acted(organisation.id, message, acted, after, limit)
        .await?;
    let next = page.next.map(|place| {
        let rest = [("action", &action), ("link", &link)].map(|(name, value)| {
            let value = value.as_ref();
            value.map_or_else(String::new, |value| format!("&{name}={value}"))
        });
        format!("?after={place}&limit={limit}{}", rest.concat())
    });
    let found = page.people.len();
    let contacts: Vec<PersonView> = page
        .people
        .into_iter()
        .filter(|person| gate_is_open(&person.current, &organisation.settings, context.now))
        .filter_map(person_view)
        .collect();
    if csv::wanted(request.headers()) {
        return Ok(answer_table(&contacts, next.as_deref()));
    }
    let stats = session.store.stats(message).await?;
    let counted = stats
        .counts
        .iter()
        .filter(|count| acted.kind.is_none_or(|kind| count.kind == kind));
    let left_out = found.saturating_sub(contacts.len());
    let view = ContactsView {
        contacts,
        left_out: u64::try_from(left_out).unwrap_or(u64::MAX),
        untracked_recipients: stats.mint.untracked,
        anonymous: tally(counted).anonymous,
        next,
    };
    web::answer_json(StatusCode::OK, &view)
}

/// The first contacts who did anything.
pub struct Named {
    pub contacts: Vec<PersonView>,
    /// Who acted by name among those that were looked at, and may not be named now.
    pub left_out: usize,
    /// Whether there may be more.
    pub more: bool,
}

impl Named {
    /// How many were looked at.
    pub const fn looked_at(&self) -> usize {
        self.contacts.len().saturating_add(self.left_out)
    }
}

/// Looks at so many of those who did anything.
pub async fn named(
    session: &Session,
    message: MessageId,
    limit: u32,
    now: Timestamp,
) -> Result<Named, Problem> {
    let anything = acted(None, None)?;
    let organisation = &session.organisation;
    let page = session
        .store
        .acted(organisation.id, message, anything, 0, limit)
        .await?;
    let found = page.people.len();
    let allowed = page
        .people
        .into_iter()
        .filter(|person| gate_is_open(&person.current, &organisation.settings, now));
    let contacts: Vec<PersonView> = allowed.filter_map(person_view).collect();
    Ok(Named {
        left_out: found.saturating_sub(contacts.len()),
        contacts,
        more: page.next.is_some(),
    })
}

fn acted(action: Option<&str>, link: Option<&str>) -> Result<Acted, Problem> {
    let link = link
        .map(LinkId::parse)
        .transpose()
        .map_err(|error| Problem::invalid("link", error))?;
    let Some(action) = action else {
        // A link alone is a click on it.
        return Ok(Acted {
            kind: link.map(|_| Kind::Click),
            not: false,
            link,
        });
    };
    let (_, kind, not) = ACTIONS
        .into_iter()
        .find(|(name, _, _)| *name == action)
        .ok_or_else(|| {
            Problem::invalid(
                "action",
                "Give clicked, opened, not_clicked or not_opened, or leave it out.",
            )
        })?;
    Ok(Acted {
        kind: Some(kind),
        not,
        link,
    })
}

/// Named are those for whom the gate was open then and is open now.
pub fn gate_is_open(current: &CurrentConsent, settings: &Settings, now: Timestamp) -> bool {
    let policy = Policy::from(settings).for_person(&current.state);
    resolve(&current.state, &policy, now).allows(Gate::Track)
}

fn person_view(person: Person) -> Option<PersonView> {
    Some(PersonView {
        contact: person.subject?.contact_key()?.to_owned(),
        clicks: person.clicks,
        opens: person.opens,
        last_at: person.last_at,
    })
}

/// The next page of a table stands in the header `Link` (RFC 8288).
fn answer_table(contacts: &[PersonView], next: Option<&str>) -> web::Answer {
    let mut text = csv::row(["contact", "clicks", "opens", "last_at"]);
    for person in contacts {
        let (clicks, opens) = (person.clicks.to_string(), person.opens.to_string());
        let last_at = person.last_at.to_rfc3339();
        text.push_str(&csv::row(
            [&person.contact, &clicks, &opens, &last_at].map(String::as_str),
        ));
    }
    let answer = web::csv(text);
    match next {
        Some(next) => web::with_header(answer, "link", &format!("<{next}>; rel=\"next\"")),
        None => answer,
    }
}
