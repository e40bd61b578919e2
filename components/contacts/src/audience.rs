//! `POST /v1/audience`: of which contacts a condition holds, among those who may be targeted and tracked.

mod stream;

use std::time::{Duration, Instant};

use domain::condition::{Clause, Condition};
use serde::{Deserialize, Serialize};
use spin_sdk::http::StatusCode;
use store::{Audience, Organisation, Scope, Store};
use web::{Context, DECISION_LIMIT, Handled, Problem, Request};

pub use stream::{answer, asked};

/// How long slices of the list are looked at for one answer: then it ends, wherever it is.
const LONGEST: Duration = Duration::from_secs(5);
const PAGE: u32 = 1000;
const LARGEST_PAGE: u32 = 10_000;
/// So many contacts are looked at first for each that a page has room for.
const CONTACTS_A_MEMBER: u32 = 4;

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "AudienceQuestion"))]
#[serde(deny_unknown_fields)]
pub struct AudienceBody {
    /// Of whom this holds.
    when: Clause,
    /// Numbers alone, without contacts.
    #[serde(default)]
    count_only: bool,
    /// Where to go on: `next` of the answer before.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 0)))]
    after: i64,
    /// At most so many contacts: 1000. A stream has all of them.
    #[cfg_attr(test, schemars(range(min = 1, max = 10_000)))]
    limit: Option<u32>,
}

/// Numbers are about the contacts from `after` to `next`; of all pages together, about everybody.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Audience"))]
pub struct AudienceView {
    matched: usize,
    /// Contacts who were left out because they may not be targeted or tracked, but for those of whom the attributes
    /// alone say no.
    untrackable: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    contacts: Option<Vec<String>>,
    /// Where to go on; nothing at the end.
    next: Option<i64>,
}

impl AudienceBody {
    fn limit(&self) -> Result<usize, Problem> {
        let limit = self.limit.unwrap_or(PAGE);
        if !(1..=LARGEST_PAGE).contains(&limit) {
            return Err(Problem::invalid("/limit", "Give a number from 1 to 10000."));
        }
        if self.after < 0 {
            return Err(Problem::invalid("/after", "Give what next said."));
        }
        usize::try_from(limit).map_err(Problem::internal)
    }
}

/// One page, or numbers alone.
pub async fn post(context: Context, request: Request) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    web::require_json(request.headers())?;
    let body: AudienceBody = web::json(&web::read_capped(request, DECISION_LIMIT).await?)?;
    let limit = body.limit()?;
    let condition = condition(&body.when, &session.organisation, "/when")?;
    let audience = prepare(
        &session.store,
        &session.organisation,
        &condition,
        &context,
        "/when",
    )
    .await?;
    let mut view = AudienceView {
        matched: 0,
        untrackable: 0,
        contacts: None,
        next: Some(body.after),
    };
    let mut places = Vec::new();
    if !body.count_only {
        let room = u32::try_from(limit).map_err(Problem::internal)?;
        audience.begin_with(room.saturating_mul(CONTACTS_A_MEMBER));
    }
    let begun = Instant::now();
    while let Some(after) = view.next {
        let mut slice = audience.slice(after).await?;
        if !body.count_only {
            let room = limit.saturating_sub(places.len());
            let is_enough = slice.members.len() >= room;
            slice.members.truncate(room);
            places.extend(&slice.members);
            if let Some(last) = places.last().filter(|_| is_enough) {
                slice.untrackable.retain(|place| place <= last);
                slice.next = Some(*last);
            }
        }
        view.matched = view.matched.saturating_add(slice.members.len());
        view.untrackable = view.untrackable.saturating_add(slice.untrackable.len());
        view.next = slice.next;
        let is_full = !body.count_only && places.len() >= limit;
        if is_full || begun.elapsed() >= LONGEST {
            break;
        }
    }
    if !body.count_only {
        let keys = session.store.contact_keys(&session.organisation, &places);
        view.contacts = Some(keys.await?);
    }
    web::answer_json(StatusCode::OK, &view)
}

/// Checks what stands at `pointer` in the body.
pub fn condition(
    clause: &Clause,
    organisation: &Organisation,
    pointer: &str,
) -> Result<Condition, Problem> {
    Condition::new(clause, &organisation.settings.attributes).map_err(|error| {
        let error = error.within(pointer);
        Problem::invalid(error.pointer, error.reason)
    })
}

/// Looks up what the condition at `pointer` names.
pub async fn prepare<'a>(
    store: &Store,
    organisation: &'a Organisation,
    condition: &'a Condition,
    context: &Context,
    pointer: &str,
) -> Result<Audience<'a>, Problem> {
    let audience = store.audience(organisation, condition, context.now).await?;
    audience.map_err(|unknown| {
        let detail = "The organisation has no such message or link.";
        Problem::invalid(format!("{pointer}{}", unknown.0), detail)
    })
}
