//! `GET /v1/messages/{id}/segments?by=…`: who acted, by an attribute of contacts; of those for whom the gate was open then
//! and is open now. Whom nobody knows has no attribute either, so there is nothing to say about the others.

use std::collections::BTreeMap;

use domain::{AttributeName, Subject};
use serde::Serialize;
use spin_sdk::http::StatusCode;
use store::{Acted, Scope};
use web::{Context, Handled, Problem, Request};

use crate::contacts::gate_is_open;
use crate::csv;
use crate::exports::text;

/// Contacts that one statement gives, and how often it is asked at most.
const PAGE: u32 = 1000;
const PAGES: u32 = 200;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Segments"))]
pub struct SegmentsView {
    attribute: String,
    /// The largest first.
    segments: Vec<SegmentView>,
    /// Whether all contacts who acted were looked at: 200 000 are at most.
    complete: bool,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Segment"))]
struct SegmentView {
    /// The value as text; `null` for contacts without one.
    value: Option<String>,
    /// How many contacts.
    contacts: u64,
    clicks: u64,
    opens: u64,
}

#[derive(Default)]
struct Sum {
    contacts: u64,
    clicks: u64,
    opens: u64,
}

/// The segments of a mail's results, as JSON or as a table.
pub async fn get(context: Context, request: Request, id: &str) -> Handled {
    let [by] = web::query(request.uri().query(), ["by"])?;
    let session = web::session(request.headers(), Scope::ReportsRead).await?;
    let (message, _) = session.message(id).await?;
    let settings = &session.organisation.settings;
    let by = by.as_deref().and_then(|name| settings.attributes.get(name));
    let attribute = by.map(|attribute| attribute.name.clone()).ok_or_else(|| {
        Problem::invalid(
            "by",
            "Give the name of an attribute that your settings define.",
        )
    })?;
    let anything = Acted {
        kind: None,
        not: false,
        link: None,
    };
    let (organisation, store) = (session.organisation.id, &session.store);
    let mut sums: BTreeMap<Option<String>, Sum> = BTreeMap::new();
    let (mut after, mut complete) = (0, false);
    for _ in 0..PAGES {
        let page = store
            .acted(organisation, message, anything, after, PAGE)
            .await?;
        complete = page.next.is_none();
        after = page.next.unwrap_or(after);
        let people: Vec<_> = page
            .people
            .into_iter()
            .filter(|person| gate_is_open(&person.current, settings, context.now))
            .filter_map(|mut person| Some((person.subject.take()?, person)))
            .collect();
        let subjects: Vec<Subject> = people.iter().map(|(who, _)| who.clone()).collect();
        let contacts = store.contacts(organisation, &subjects).await?;
        for ((_, person), contact) in people.iter().zip(contacts) {
            let value =
                contact.and_then(|contact| value_of(&contact.attributes, &attribute, settings));
            let sum = sums.entry(value).or_default();
            sum.contacts = sum.contacts.saturating_add(1);
            sum.clicks = sum.clicks.saturating_add(person.clicks);
            sum.opens = sum.opens.saturating_add(person.opens);
        }
        if complete {
            break;
        }
    }
    let mut segments: Vec<SegmentView> = sums.into_iter().map(view).collect();
    segments.sort_by_key(|segment| std::cmp::Reverse(segment.contacts));
    if csv::wanted(request.headers()) {
        return Ok(web::csv(table(&segments)));
    }
    let view = SegmentsView {
        attribute: attribute.to_string(),
        segments,
        complete,
    };
    web::answer_json(StatusCode::OK, &view)
}

fn value_of(
    stored: &BTreeMap<String, serde_json::Value>,
    attribute: &AttributeName,
    settings: &domain::Settings,
) -> Option<String> {
    let shown = settings.attributes.shown(stored);
    shown.get(attribute).map(text)
}

fn view((value, sum): (Option<String>, Sum)) -> SegmentView {
    SegmentView {
        value,
        contacts: sum.contacts,
        clicks: sum.clicks,
        opens: sum.opens,
    }
}

fn table(segments: &[SegmentView]) -> String {
    let mut table = csv::row(["value", "contacts", "clicks", "opens"]);
    for segment in segments {
        let numbers = [segment.contacts, segment.clicks, segment.opens].map(|n| n.to_string());
        let value = segment.value.as_deref().unwrap_or_default();
        let numbers = numbers.iter().map(String::as_str);
        table.push_str(&csv::row(std::iter::once(value).chain(numbers)));
    }
    table
}
