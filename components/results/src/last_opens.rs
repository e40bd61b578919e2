//! `GET /v1/last-opens`: deliverability only. Who opened last when, by the day, of people who have not refused.

use domain::{Policy, Timestamp, TrackingStatus, resolve};
use serde::Serialize;
use spin_sdk::http::StatusCode;
use store::Scope;
use web::{Context, Handled, Problem, Request};

use crate::csv;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "LastOpens"))]
pub struct LastOpensView {
    contacts: Vec<LastOpenView>,
    /// The query of the next page; nothing after the last.
    next: Option<String>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "LastOpen"))]
struct LastOpenView {
    contact: String,
    /// A day in UTC, `YYYY-MM-DD`.
    day: String,
}

/// A page of contacts; none where the organisation has not chosen to keep these days.
pub async fn get(context: Context, request: Request) -> Handled {
    let known = ["before", "after", "limit"];
    let [before, after, limit] = web::query(request.uri().query(), known)?;
    let before = before.as_deref().map(day).transpose()?;
    let after = web::place_in_list("after", after.as_deref())?.unwrap_or(0);
    let limit = web::page_limit(limit.as_deref())?;
    let session = web::session(request.headers(), Scope::ReportsRead).await?;
    let organisation = &session.organisation;
    let settings = &organisation.settings;
    let kept = if settings.deliverability_only {
        let before = before.unwrap_or(Timestamp::from_micros(i64::MAX));
        let store = &session.store;
        store
            .last_opens(organisation.id, before, after, limit)
            .await?
    } else {
        Vec::new()
    };
    let full = u32::try_from(kept.len()).is_ok_and(|found| found == limit);
    let next = kept.last().filter(|_| full).map(|last| {
        let before = before.map_or_else(String::new, |at| format!("&before={}", written(at)));
        format!("?after={}&limit={limit}{before}", last.place)
    });
    let contacts: Vec<LastOpenView> = kept
        .into_iter()
        .filter(|one| {
            let policy = Policy::from(settings).for_person(&one.current.state);
            let resolved = resolve(&one.current.state, &policy, context.now);
            resolved.tracking_status() != TrackingStatus::Refused
        })
        .filter_map(|one| {
            Some(LastOpenView {
                contact: one.subject?.contact_key()?.to_owned(),
                day: written(one.day),
            })
        })
        .collect();
    if csv::wanted(request.headers()) {
        let mut table = csv::row(["contact", "day"]);
        for one in &contacts {
            table.push_str(&csv::row([one.contact.as_str(), &one.day]));
        }
        let answer = web::csv(table);
        return Ok(match next {
            Some(next) => web::with_header(answer, "link", &format!("<{next}>; rel=\"next\"")),
            None => answer,
        });
    }
    web::answer_json(StatusCode::OK, &LastOpensView { contacts, next })
}

fn day(text: &str) -> Result<Timestamp, Problem> {
    let plain = text.len() == 10;
    let parsed = Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z"));
    parsed
        .ok()
        .filter(|_| plain)
        .ok_or_else(|| Problem::invalid("before", "Give a day such as 2026-11-22."))
}

fn written(day: Timestamp) -> String {
    let text = day.to_rfc3339();
    text.get(..10).unwrap_or_default().to_owned()
}
