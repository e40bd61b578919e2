//! `/v1/subjects`: which devices belong to a contact or a bridge key.

use domain::{Closed, Gate, Policy, Resolved, Settings, Subject, SubjectKind, Timestamp, resolve};
use serde::{Deserialize, Serialize};
use spin_sdk::http::StatusCode;
use store::{AtVersion, CurrentConsent, Linked, Scope};
use web::{Context, DECISION_LIMIT, Handled, Problem, ProblemKind, Request, Session};

use crate::view::subject_in_path;

/// How often it is tried while others decide about the same two.
const ATTEMPTS: usize = 8;

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "SubjectLink"))]
#[serde(deny_unknown_fields)]
pub struct LinkBody {
    #[cfg_attr(test, schemars(with = "domain::schema::NoDevice"))]
    subject: String,
    #[cfg_attr(test, schemars(with = "domain::schema::Device"))]
    device: String,
}

/// A contact or bridge key, and a device.
struct Pair([Subject; 2]);

/// The pointers to both in the body.
const PLACES: [&str; 2] = ["/subject", "/device"];

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "SubjectLinked"))]
pub struct LinkView {
    subject: String,
    device: String,
    linked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    linked_at: Option<Timestamp>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "SubjectLinks"))]
pub struct LinksView {
    subject: String,
    links: Vec<LinkedView>,
}

/// The other end of a link.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "LinkedSubject"))]
pub struct LinkedView {
    pub subject: String,
    pub linked_at: Timestamp,
}

impl LinkedView {
    /// As it is stored.
    pub fn of(linked: &Linked) -> Self {
        Self {
            subject: linked.subject.to_string(),
            linked_at: linked.at,
        }
    }
}

async fn pair(request: Request) -> Result<Pair, Problem> {
    web::require_json(request.headers())?;
    let body: LinkBody = web::json(&web::read_capped(request, DECISION_LIMIT).await?)?;
    let parse = |text: &str, place: &str| {
        Subject::parse(text).map_err(|error| Problem::invalid(place, error))
    };
    let subject = parse(&body.subject, "/subject")?;
    let device = parse(&body.device, "/device")?;
    if subject.kind() == SubjectKind::Device {
        let detail = "Give a contact or a bridge key here, and its device as device.";
        return Err(Problem::invalid("/subject", detail));
    }
    if device.kind() != SubjectKind::Device {
        return Err(Problem::invalid("/device", "Give a device:<type>:<value>."));
    }
    Ok(Pair([subject, device]))
}

/// Links the two, if cross-device use is allowed for both: what is said of the first reaches the device from
/// now on.
pub async fn post(context: Context, request: Request) -> Handled {
    let session = web::session(request.headers(), Scope::ConsentWrite).await?;
    let pair = pair(request).await?;
    for _ in 0..ATTEMPTS {
        let [subject, device] = allowed(&context, &session, &pair).await?;
        if let Some(at) = session
            .store
            .link_subjects(subject, device, context.now)
            .await?
        {
            return answer(&pair, Some(at));
        }
    }
    Err(Problem::new(
        ProblemKind::Unavailable,
        "Others decide about the same subjects at this moment. Send it again.",
    ))
}

/// Both as they are now, if the gate is open for both.
async fn allowed(
    context: &Context,
    session: &Session,
    Pair(subjects): &Pair,
) -> Result<[AtVersion; 2], Problem> {
    let Session {
        store,
        organisation,
        ..
    } = session;
    let mut found = store.current(organisation.id, subjects).await?;
    check(&found, &organisation.settings, context.now)?;
    let unknown: Vec<&Subject> = subjects
        .iter()
        .zip(&found)
        .filter(|(_, current)| !current.is_known())
        .map(|(subject, _)| subject)
        .collect();
    if !unknown.is_empty() {
        store
            .make_known_now(organisation.id, &unknown, context.now)
            .await?;
        found = store.current(organisation.id, subjects).await?;
        check(&found, &organisation.settings, context.now)?;
    }
    match found.as_slice() {
        [subject, device] => subject.at_version().zip(device.at_version()),
        _ => None,
    }
    .map(|(subject, device)| [subject, device])
    .ok_or_else(|| Problem::internal("a state for each subject"))
}

fn check(found: &[CurrentConsent], settings: &Settings, now: Timestamp) -> Result<(), Problem> {
    for (current, place) in found.iter().zip(PLACES) {
        let policy = Policy::from(settings).for_person(&current.state);
        let resolved = resolve(&current.state, &policy, now);
        if !resolved.allows(Gate::CrossDevice) {
            return Err(closed(&resolved, place));
        }
    }
    Ok(())
}

fn closed(resolved: &Resolved, place: &str) -> Problem {
    let why = match resolved.closed_by(Gate::CrossDevice).next() {
        Some((_, Closed::Unset | Closed::Erased)) => "nobody granted cd",
        Some((_, Closed::Lapsed)) => "the grant of cd has lapsed",
        _ => "cd is refused",
    };
    Problem {
        pointer: Some(place.to_owned()),
        ..Problem::new(
            ProblemKind::GateClosed,
            format!(
                "The gate cross_device is closed here: {why}. Link them once it is open for both."
            ),
        )
    }
}

/// Takes the link away.
pub async fn delete(_: Context, request: Request) -> Handled {
    let session = web::session(request.headers(), Scope::ConsentWrite).await?;
    let pair = pair(request).await?;
    let Pair([subject, device]) = &pair;
    session
        .store
        .unlink_subjects(session.organisation.id, subject, device)
        .await?;
    answer(&pair, None)
}

fn answer(Pair([subject, device]): &Pair, linked_at: Option<Timestamp>) -> Handled {
    let view = LinkView {
        subject: subject.to_string(),
        device: device.to_string(),
        linked: linked_at.is_some(),
        linked_at,
    };
    web::answer_json(StatusCode::OK, &view)
}

/// To whom the subject in the address is linked.
pub async fn get(_: Context, request: Request, subject: &str) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let subject = subject_in_path(subject)?;
    let links = session
        .store
        .links_of(session.organisation.id, std::slice::from_ref(&subject))
        .await?;
    let view = LinksView {
        subject: subject.to_string(),
        links: links.iter().flatten().map(LinkedView::of).collect(),
    };
    web::answer_json(StatusCode::OK, &view)
}
