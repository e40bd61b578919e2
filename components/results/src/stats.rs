//! `GET /v1/messages/{id}/stats`: the report. Totals are whole; breakdowns leave out what would point at somebody.

use std::collections::BTreeMap;

use domain::report::{Count, Tally, hidden, released, tally};
use domain::{AnonymousTokens, Kind, LinkId, MessageId, Timestamp, Verdict};
use serde::Serialize;
use spin_sdk::http::StatusCode;
use store::{AnonymousPeople, Scope, Stats};
use web::{Context, Handled, Problem, Request, Session};

use crate::csv;

const MICROS_PER_HOUR: i64 = 3_600_000_000;
/// For so long after the end of an hour the breakdown by link waits for what is still being recorded.
const LATE_MICROS: i64 = 30_000_000;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "MessageReport"))]
pub struct StatsView {
    pub message: MessageId,
    pub name: String,
    /// Tokens handed out.
    pub sent: u64,
    /// Of these, made for people who could not be linked to what they do with this mail when it was sent. Who accepted
    /// since can be named all the same, who refused since is not in this number, and tokens that were asked for twice
    /// count twice.
    pub untracked_recipients: u64,
    /// How many people did something without being known: only where their tokens have numbers of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anonymous_people: Option<AnonymousPeopleView>,
    pub clicks: TallyView,
    pub opens: TallyView,
    /// By one click, on the form behind `unsubscribe_url` of a mail with a `one_click_tag`, and by *No* to the question about
    /// communications on a click. Nobody is named: who unsubscribed because of which mail is stored nowhere.
    pub unsubscribes: TallyView,
    /// By link. Anonymous numbers as of the last full hour, and growing by at least five at a time.
    pub links: Vec<LinkView>,
    pub hours: Vec<HourView>,
}

impl StatsView {
    /// The hours of what is done with links and pixel, and not of unsubscribing.
    pub fn interaction_hours(&self) -> impl Iterator<Item = &HourView> {
        let hours = self.hours.iter();
        hours.filter(|hour| hour.kind != Counted::Unsubscribe)
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "AnonymousPeople"))]
pub struct AnonymousPeopleView {
    pub clicks: u64,
    pub opens: u64,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Tally"))]
pub struct TallyView {
    /// Identified and anonymous.
    pub total: u64,
    pub identified: u64,
    pub anonymous: u64,
    /// Machines that follow links, not in the total.
    pub scanners: u64,
    /// What mail programs' proxies loaded, not in the total; of opens only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxies: Option<ProxiesView>,
}

#[derive(Serialize, Clone, Copy)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Proxies"))]
pub struct ProxiesView {
    pub apple: u64,
    pub google: u64,
}

/// A row of a breakdown: what would point at somebody is left out.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "TallyRow"))]
pub struct RowView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    pub identified: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anonymous: Option<u64>,
    pub scanners: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxies: Option<ProxiesView>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "LinkReport"))]
pub struct LinkView {
    pub link: LinkId,
    pub kind: Kind,
    pub destination: String,
    #[serde(flatten)]
    pub row: RowView,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "HourReport"))]
pub struct HourView {
    pub hour: Timestamp,
    pub kind: Counted,
    #[serde(flatten)]
    pub row: RowView,
}

/// What is counted by hour.
#[derive(Serialize, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    Click,
    Open,
    Unsubscribe,
}

impl Counted {
    const fn code(self) -> &'static str {
        match self {
            Self::Click => Kind::Click.code(),
            Self::Open => Kind::Open.code(),
            Self::Unsubscribe => "unsubscribe",
        }
    }
}

impl From<Kind> for Counted {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Click => Self::Click,
            Kind::Open => Self::Open,
        }
    }
}

/// The report of a mail, as JSON or as a table.
pub async fn get(context: Context, request: Request, id: &str) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ReportsRead).await?;
    let view = report(&session, id, context.now).await?;
    if csv::wanted(request.headers()) {
        return Ok(web::csv(table(&view)));
    }
    web::answer_json(StatusCode::OK, &view)
}

/// What is shown of the mail that an address names.
pub async fn report(session: &Session, id: &str, now: Timestamp) -> Result<StatsView, Problem> {
    let (message, name) = session.message(id).await?;
    let stats = session.store.stats(message).await?;
    let links = session.store.links(message).await?;
    let strangers = session.store.anonymous_people(message).await?;
    let distinct = session.organisation.settings.anonymous_tokens == AnonymousTokens::Distinct;
    let counted = distinct || strangers != AnonymousPeople::default();
    let unsubscribes = stats
        .unsubscribes
        .iter()
        .fold(0_u64, |sum, (_, n)| sum.saturating_add(*n));
    Ok(StatsView {
        message,
        name,
        sent: stats.mint.sent,
        untracked_recipients: stats.mint.untracked,
        anonymous_people: counted.then_some(AnonymousPeopleView {
            clicks: strangers.clicks,
            opens: strangers.opens,
        }),
        clicks: tally_view(Kind::Click, &stats.counts),
        opens: tally_view(Kind::Open, &stats.counts),
        unsubscribes: TallyView {
            total: unsubscribes,
            identified: 0,
            anonymous: unsubscribes,
            scanners: 0,
            proxies: None,
        },
        links: link_views(links, &stats.counts, now),
        hours: hour_views(&stats),
    })
}

/// The hour before which all are over.
pub fn full_hours(now: Timestamp) -> i64 {
    let until = now.micros().saturating_sub(LATE_MICROS);
    until.div_euclid(MICROS_PER_HOUR)
}

fn link_views(
    links: Vec<(LinkId, Kind, String)>,
    counts: &[Count],
    now: Timestamp,
) -> Vec<LinkView> {
    let mut tallies: BTreeMap<LinkId, Tally> = BTreeMap::new();
    for count in counts {
        let tally = tallies.entry(count.link).or_default();
        tally.add(count.verdict, count.n);
    }
    let ids: Vec<(LinkId, Kind)> = links.iter().map(|(id, kind, _)| (*id, *kind)).collect();
    let released = released(counts, &ids, full_hours(now));
    links
        .into_iter()
        .zip(released)
        .map(|((link, kind, destination), anonymous)| LinkView {
            link,
            kind,
            destination,
            row: row_view(
                kind.into(),
                &tallies.remove(&link).unwrap_or_default(),
                anonymous,
            ),
        })
        .collect()
}

fn hour_views(stats: &Stats) -> Vec<HourView> {
    let counts = stats
        .counts
        .iter()
        .map(|count| (count.hour, count.kind.into(), count.verdict, count.n));
    let unsubscribes = stats
        .unsubscribes
        .iter()
        .map(|(hour, n)| (*hour, Counted::Unsubscribe, Verdict::Anonymous, *n));
    let mut hours: BTreeMap<(i64, Counted), Tally> = BTreeMap::new();
    for (hour, kind, verdict, n) in counts.chain(unsubscribes) {
        hours.entry((hour, kind)).or_default().add(verdict, n);
    }
    let rows: Vec<(Counted, Tally)> = hours
        .iter()
        .map(|((_, kind), tally)| (*kind, *tally))
        .collect();
    let hidden = hidden(&rows);
    hours
        .into_iter()
        .zip(hidden)
        .map(|(((hour, kind), tally), hide)| HourView {
            hour: Timestamp::from_micros(hour.saturating_mul(MICROS_PER_HOUR)),
            kind,
            row: row_view(kind, &tally, (!hide).then_some(tally.anonymous)),
        })
        .collect()
}

fn proxies(kind: Counted, tally: &Tally) -> Option<ProxiesView> {
    (kind == Counted::Open).then_some(ProxiesView {
        apple: tally.apple_proxy,
        google: tally.google_proxy,
    })
}

fn tally_view(kind: Kind, counts: &[Count]) -> TallyView {
    let tally = tally(counts.iter().filter(|count| count.kind == kind));
    TallyView {
        total: tally.total(),
        identified: tally.identified,
        anonymous: tally.anonymous,
        scanners: tally.scanners,
        proxies: proxies(kind.into(), &tally),
    }
}

/// `anonymous` is what may be shown of it.
fn row_view(kind: Counted, tally: &Tally, anonymous: Option<u64>) -> RowView {
    RowView {
        total: anonymous.map(|anonymous| anonymous.saturating_add(tally.identified)),
        identified: tally.identified,
        anonymous,
        scanners: tally.scanners,
        proxies: proxies(kind, tally),
    }
}

const COLUMNS: [&str; 11] = [
    "scope",
    "kind",
    "link",
    "destination",
    "hour",
    "total",
    "identified",
    "anonymous",
    "scanners",
    "apple_proxy",
    "google_proxy",
];

/// Totals, links and hours, one below the other; what is left out is empty.
fn table(view: &StatsView) -> String {
    let mut text = csv::row(COLUMNS);
    let counted = [
        ("sent", view.sent),
        ("untracked_recipients", view.untracked_recipients),
    ];
    for (name, n) in counted {
        let n = n.to_string();
        text.push_str(&csv::row([name, "", "", "", "", &n, "", "", "", "", ""]));
    }
    for (kind, tally) in [(Kind::Click, &view.clicks), (Kind::Open, &view.opens)] {
        let row = RowView {
            total: Some(tally.total),
            identified: tally.identified,
            anonymous: Some(tally.anonymous),
            scanners: tally.scanners,
            proxies: tally.proxies,
        };
        text.push_str(&line(["total", kind.code(), "", "", ""], &row));
    }
    let n = view.unsubscribes.total.to_string();
    let unsubscribed = ["total", "unsubscribe", "", "", "", &n, "0", &n, "0", "", ""];
    text.push_str(&csv::row(unsubscribed));
    for link in &view.links {
        let id = link.link.to_string();
        let place = ["link", link.kind.code(), &id, &link.destination, ""];
        text.push_str(&line(place, &link.row));
    }
    for hour in &view.hours {
        let at = hour.hour.to_rfc3339();
        text.push_str(&line(["hour", hour.kind.code(), "", "", &at], &hour.row));
    }
    text
}

fn line(place: [&str; 5], row: &RowView) -> String {
    let shown = |n: Option<u64>| n.map_or_else(String::new, |n| n.to_string());
    let numbers = [
        shown(row.total),
        row.identified.to_string(),
        shown(row.anonymous),
        row.scanners.to_string(),
        shown(row.proxies.map(|proxies| proxies.apple)),
        shown(row.proxies.map(|proxies| proxies.google)),
    ];
    csv::row(place.into_iter().chain(numbers.iter().map(String::as_str)))
}
