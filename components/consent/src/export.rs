//! `GET /v1/consent/{subject}/export` and `POST /v1/consent/export`: everything that is stored about somebody,
//! as JSON, or as CSV where `Accept` says so. Each request is noted in the history.

use std::collections::BTreeMap;

use domain::{Ceilings, Kind, Settings, Subject, SubjectKind, Timestamp};
use serde::Serialize;
use serde_json::Value;
use spin_sdk::http::{HeaderMap, StatusCode};
use store::{
    Action, Actor, Everything, NewAction, Organisation, Recorded, Scope, Store, StoredInteraction,
};
use web::{Context, Handled, Problem, ProblemKind, Request, Session};

use crate::communications::{self, CommunicationsView};
use crate::export_csv::csv;
use crate::history::SignalView;
use crate::link::LinkedView;
use crate::view::{ConsentView, Tightened, subject_in_path};
use crate::{batch, person};

/// Subjects with their devices in one answer, which is made in memory.
const MOST_SUBJECTS: usize = 20_000;

/// Everything about one person.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "PersonExport"))]
pub struct ExportView {
    pub subject: String,
    /// When this was asked for.
    at: Timestamp,
    pub consent: ConsentView,
    /// Every signal and request, oldest first.
    pub signals: Vec<SignalView>,
    /// Only a contact's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub communications: Option<CommunicationsView>,
    /// Every signal about communications, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub communication_signals: Vec<communications::SignalView>,
    pub links: Vec<LinkedView>,
    /// The mails in which something was done.
    messages: BTreeMap<String, String>,
    pub interactions: Vec<InteractionView>,
    /// When the person last answered *Ask me later* on a click.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_later: Option<Timestamp>,
    /// What the organisation keeps about a contact, as `GET /v1/contacts` shows it; what the settings do not define (any
    /// more), as it is stored.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Value>,
    /// What may be recorded of her at most, where that is less than of others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<Ceilings>,
    /// The day of her last open, where only that is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_open: Option<Timestamp>,
    /// The same for each linked device.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<ExportView>,
}

/// Something that was done with a mail.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Interaction"))]
pub struct InteractionView {
    pub message: String,
    pub kind: Kind,
    link: String,
    pub destination: String,
    pub at: Timestamp,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ExportResult"))]
pub struct BatchView<'a> {
    request_id: &'a str,
    exported: usize,
    rejected: usize,
    items: Vec<ItemView<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ExportItem"))]
struct ItemView<'a> {
    item: usize,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    export: Option<ExportView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<web::ProblemDocument<'a>>,
}

/// Everything about the subject that the address names.
pub async fn get(context: Context, request: Request, subject: &str) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let request_id = web::idempotency_key(request.headers(), &context.request_id)?;
    let subject = subject_in_path(subject)?;
    let content = person::content(Action::Portability, subject.as_str().as_bytes());
    let action = person::action(0, subject, &session.organisation.settings)?;
    let actions = std::slice::from_ref(&action);
    let mut views = export(&context, asker(&session), &request_id, &content, actions).await?;
    one(request.headers(), &mut views)
}

/// Everything about those whom the body names.
pub async fn post(context: Context, request: Request) -> Handled {
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let request_id = web::idempotency_key(request.headers(), &context.request_id)?;
    let settings = &session.organisation.settings;
    let headers = request.headers().clone();
    let batch = batch::read(request, |document, item, prefix| {
        person::named(document, item, prefix, settings)
    })
    .await?;
    let content = person::content(Action::Portability, &batch.content);
    let mut views = export(
        &context,
        asker(&session),
        &request_id,
        &content,
        &batch.items,
    )
    .await?;
    if !batch.is_list {
        return one(&headers, &mut views);
    }
    if wants_csv(&headers) {
        return Ok(web::csv(csv(&views)));
    }
    let items = batch.items.iter().map(|action| action.item);
    let mut items: Vec<ItemView<'_>> = items
        .zip(views)
        .map(|(item, view)| ItemView {
            item: usize::try_from(item).unwrap_or(usize::MAX),
            status: "exported",
            export: Some(view),
            problem: None,
        })
        .chain(batch.problems.iter().map(|(item, problem)| ItemView {
            item: *item,
            status: "rejected",
            export: None,
            problem: Some(problem.document()),
        }))
        .collect();
    items.sort_by_key(|item| item.item);
    let view = BatchView {
        request_id: &request_id,
        exported: batch.items.len(),
        rejected: batch.problems.len(),
        items,
    };
    let status = batch::status(batch.items.is_empty(), batch.problems.is_empty());
    web::answer_json(status, &view)
}

fn one(headers: &HeaderMap, views: &mut Vec<ExportView>) -> Handled {
    if wants_csv(headers) {
        return Ok(web::csv(csv(views)));
    }
    let view = views
        .pop()
        .ok_or_else(|| Problem::internal("an export for each subject"))?;
    web::answer_json(StatusCode::OK, &view)
}

fn wants_csv(headers: &HeaderMap) -> bool {
    web::first_header(headers, "accept").is_some_and(|accept| accept.contains("text/csv"))
}

fn asker(session: &Session) -> (&Store, &Organisation, Actor) {
    let actor = Actor::Key(session.key.id);
    (&session.store, &session.organisation, actor)
}

/// Notes the request, then reads: what is noted is in what is read.
pub async fn export(
    context: &Context,
    (store, organisation, actor): (&Store, &Organisation, Actor),
    request_id: &str,
    content: &str,
    actions: &[NewAction],
) -> Result<Vec<ExportView>, Problem> {
    if actions.is_empty() {
        return Ok(Vec::new());
    }
    let noted = store
        .act(
            organisation.id,
            Action::Portability,
            request_id,
            content,
            actor,
            actions,
            context.now,
        )
        .await?;
    store.repair_soon(context.now);
    web::seal_soon(store, organisation.id);
    let subjects: Vec<Subject> = actions
        .iter()
        .map(|action| action.subject.clone())
        .collect();
    let found = store.everything(organisation.id, &subjects).await?;
    let devices: Vec<Subject> = found
        .iter()
        .filter(|one| one.subject.kind() != SubjectKind::Device)
        .flat_map(|one| one.links.iter().map(|linked| linked.subject.clone()))
        .collect();
    if devices.len().saturating_add(subjects.len()) > MOST_SUBJECTS {
        let detail = format!(
            "With their devices these are more than {MOST_SUBJECTS} subjects. Ask for fewer."
        );
        return Err(Problem::new(ProblemKind::TooLarge, detail));
    }
    let mut devices = store
        .everything(organisation.id, &devices)
        .await?
        .into_iter();
    let settings = &organisation.settings;
    let exported = found.into_iter().zip(&noted).map(|(one, noted)| {
        let is_device = one.subject.kind() == SubjectKind::Device;
        let own = if is_device { 0 } else { one.links.len() };
        let own: Vec<ExportView> = devices
            .by_ref()
            .take(own)
            .map(|device| view(device, Vec::new(), noted, settings, context.now))
            .collect();
        view(one, own, noted, settings, context.now)
    });
    Ok(exported.collect())
}

fn view(
    one: Everything,
    devices: Vec<ExportView>,
    noted: &Recorded,
    settings: &Settings,
    now: Timestamp,
) -> ExportView {
    let messages = one
        .interactions
        .iter()
        .map(|done| (done.message.to_string(), done.message_name.clone()));
    let current = &one.current;
    let is_contact = one.subject.kind() == SubjectKind::Contact;
    ExportView {
        subject: one.subject.to_string(),
        at: noted.at,
        consent: ConsentView::of(None, current, settings, &Tightened::default(), now),
        messages: messages.collect(),
        signals: one.history.into_iter().map(SignalView::of).collect(),
        communications: is_contact
            .then(|| CommunicationsView::of(None, &one.communications, settings)),
        communication_signals: one
            .communication_history
            .into_iter()
            .map(communications::SignalView::of)
            .collect(),
        links: one.links.iter().map(LinkedView::of).collect(),
        interactions: one.interactions.iter().map(interaction).collect(),
        asked_later: one.asked_later,
        attributes: attributes(one.attributes, settings),
        ceiling: Some(one.current.ceiling).filter(|own| *own != Ceilings::default()),
        last_open: one.last_open,
        devices,
    }
}

/// All that is stored: also what the list of contacts leaves out.
fn attributes(stored: BTreeMap<String, Value>, settings: &Settings) -> BTreeMap<String, Value> {
    let shown = settings.attributes.shown(&stored);
    let shown = shown.into_iter().filter_map(|(name, value)| {
        let value = serde_json::to_value(value).ok()?;
        Some((name.to_string(), value))
    });
    let mut all = stored;
    all.extend(shown);
    all
}

fn interaction(done: &StoredInteraction) -> InteractionView {
    InteractionView {
        message: done.message.to_string(),
        kind: done.kind,
        link: done.link.to_string(),
        destination: done.destination.clone(),
        at: done.at,
    }
}
