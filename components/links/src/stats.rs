//! `GET /v1/messages/{id}/stats`: the report. Totals are whole; names only where the gate is open.

use std::collections::BTreeMap;

use domain::report::{Count, Tally, hidden, tally};
use domain::{Gate, Kind, LinkId, MessageId, Policy, Settings, Timestamp, resolve};
use serde::Serialize;
use spin_sdk::http::StatusCode;
use store::{Person, Scope};
use web::{Context, Handled, Request};

use crate::messages::find;

/// People listed at most, the most recent first.
const MOST_PEOPLE: u32 = 10_000;
const MICROS_PER_HOUR: i64 = 3_600_000_000;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "MessageReport"))]
pub struct StatsView {
    message: MessageId,
    name: String,
    sent: u64,
    untracked_recipients: u64,
    clicks: TallyView,
    opens: TallyView,
    links: Vec<LinkView>,
    hours: Vec<HourView>,
    people: Vec<PersonView>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Tally"))]
struct TallyView {
    total: u64,
    identified: u64,
    anonymous: u64,
    scanners: u64,
}

/// A row of a breakdown: what would point at somebody is left out.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "TallyRow"))]
struct RowView {
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    identified: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    anonymous: Option<u64>,
    scanners: u64,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "LinkReport"))]
struct LinkView {
    link: LinkId,
    kind: Kind,
    destination: String,
    #[serde(flatten)]
    row: RowView,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "HourReport"))]
struct HourView {
    hour: Timestamp,
    kind: Kind,
    #[serde(flatten)]
    row: RowView,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "PersonReport"))]
struct PersonView {
    contact: String,
    clicks: u64,
    opens: u64,
    last_at: Timestamp,
}

/// The report of a mail.
pub async fn get(context: Context, request: Request, id: &str) -> Handled {
    let session = web::session(request.headers(), Scope::ReportsRead).await?;
    let message = find(&session.store, session.organisation.id, id).await?;
    let stats = session.store.stats(message.id).await?;
    let links = session.store.links(message.id).await?;
    let people = session
        .store
        .people(session.organisation.id, message.id, MOST_PEOPLE)
        .await?;
    let of_kind = |kind| stats.counts.iter().filter(move |count| count.kind == kind);
    let view = StatsView {
        message: message.id,
        name: message.name,
        sent: stats.mint.sent,
        untracked_recipients: stats.mint.untracked,
        clicks: tally_view(tally(of_kind(Kind::Click))),
        opens: tally_view(tally(of_kind(Kind::Open))),
        links: link_views(links, &stats.counts),
        hours: hour_views(&stats.counts),
        people: people
            .into_iter()
            .filter(|person| allowed(person, &session.organisation.settings, context.now))
            .map(person_view)
            .collect(),
    };
    web::answer_json(StatusCode::OK, &view)
}

fn link_views(links: Vec<(LinkId, Kind, String)>, counts: &[Count]) -> Vec<LinkView> {
    let rows: Vec<(Kind, Tally)> = links
        .iter()
        .map(|(id, kind, _)| {
            (
                *kind,
                tally(counts.iter().filter(|count| count.link == *id)),
            )
        })
        .collect();
    let hidden = hidden(&rows);
    links
        .into_iter()
        .zip(rows.iter().zip(hidden))
        .map(|((link, kind, destination), ((_, tally), hide))| LinkView {
            link,
            kind,
            destination,
            row: row_view(tally, hide),
        })
        .collect()
}

fn hour_views(counts: &[Count]) -> Vec<HourView> {
    let mut hours: BTreeMap<(i64, &'static str), (Kind, Tally)> = BTreeMap::new();
    for count in counts {
        let (_, tally) = hours
            .entry((count.hour, count.kind.code()))
            .or_insert_with(|| (count.kind, Tally::default()));
        tally.add(count.verdict, count.n);
    }
    let rows: Vec<(Kind, Tally)> = hours.values().copied().collect();
    let hidden = hidden(&rows);
    hours
        .into_iter()
        .zip(hidden)
        .map(|(((hour, _), (kind, tally)), hide)| HourView {
            hour: Timestamp::from_micros(hour.saturating_mul(MICROS_PER_HOUR)),
            kind,
            row: row_view(&tally, hide),
        })
        .collect()
}

const fn tally_view(tally: Tally) -> TallyView {
    TallyView {
        total: tally.total(),
        identified: tally.identified,
        anonymous: tally.anonymous,
        scanners: tally.scanners,
    }
}

fn row_view(tally: &Tally, hide: bool) -> RowView {
    RowView {
        total: (!hide).then(|| tally.total()),
        identified: tally.identified,
        anonymous: (!hide).then_some(tally.anonymous),
        scanners: tally.scanners,
    }
}

/// Listed are those for whom the gate was open then and is open now.
fn allowed(person: &Person, settings: &Settings, now: Timestamp) -> bool {
    let policy = Policy::from(settings).for_person(&person.current.state);
    resolve(&person.current.state, &policy, now).allows(Gate::Track)
}

fn person_view(person: Person) -> PersonView {
    PersonView {
        contact: person.subject.contact_key().unwrap_or_default().to_owned(),
        clicks: person.clicks,
        opens: person.opens,
        last_at: person.last_at,
    }
}
