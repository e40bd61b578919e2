//! What this component answers, for the OpenAPI document.

use domain::{Ceilings, LinkId, MessageId};
use serde_json::{Value, json};
use store::Scope;
use web::DECISION_LIMIT;
use web::openapi::{Access, Operation, Part};

use crate::ceiling::CeilingView;
use crate::contacts::ContactsView;
use crate::exports::Row;
use crate::last_opens::LastOpensView;
use crate::retain::RetainedView;
use crate::segments::SegmentsView;
use crate::stats::StatsView;

const TAG: &str = "Results";

#[test]
fn the_document_says_what_is_answered() {
    let mut part = Part::new("results");
    let id = part.reads::<MessageId>();
    reports(&mut part, &id);
    segmented(&mut part, &id);
    ceiling(&mut part, &id);
    last_opens(&mut part);
    retain(&mut part);
    part.check(crate::ROUTES);
}

fn of_one(
    method: &'static str,
    path: &'static str,
    scope: Scope,
    summary: &str,
    id: &Value,
) -> Operation {
    Operation::new(method, path, TAG, &Access::Key(scope), summary).path(
        "id",
        id.clone(),
        "The mail.",
    )
}

fn reports(part: &mut Part, id: &Value) {
    let report = part.writes::<StatsView>();
    part.add(
        of_one(
            "GET",
            "/v1/messages/{id}/stats",
            Scope::ReportsRead,
            "What was done with a mail",
            id,
        )
        .about("Totals are whole; rows that would point at somebody are left out.")
        .answer(200, "The report.", report)
        .answer_as(200, "The report.", "text/csv", json!({ "type": "string" })),
    );
    part.add(
        of_one(
            "GET",
            "/v1/messages/{id}/chart.svg",
            Scope::ReportsRead,
            "Opens and clicks over time",
            id,
        )
        .answer_as(
            200,
            "The drawing.",
            "image/svg+xml",
            json!({ "type": "string" }),
        ),
    );
    part.add(
        of_one("GET", "/v1/messages/{id}/report", Scope::ReportsRead, "The report as a page", id)
            .about("One document with everything in it, to be kept or sent on: `assent report` writes it to a file.")
            .answer_as(200, "The page.", "text/html", json!({ "type": "string" })),
    );
    let contacts = part.writes::<ContactsView>();
    let link = part.reads::<LinkId>();
    let actions =
        json!({ "type": "string", "enum": ["clicked", "opened", "not_clicked", "not_opened"] });
    part.add(
        of_one("GET", "/v1/messages/{id}/contacts", Scope::ReportsRead, "Who acted", id)
            .about(
                "Contacts for whom the gate `track` was open when they did something with the mail, and is open now. \
                 Whom a mail was sent to is not stored: who did not click is one of those who opened it by name.",
            )
            .query("action", actions, "What they did or did not do; anything if left out.")
            .query("link", link, "With which link; a click on it if `action` is left out.")
            .query("after", web::openapi::place(), "Where the page before ended.")
            .query("limit", web::openapi::limit(), "At most so many.")
            .answer(200, "A page; `next` is the query of the next one.", contacts)
            .answer_as(200, "A page.", "text/csv", json!({ "type": "string" })),
    );
}

fn segmented(part: &mut Part, id: &Value) {
    let segments = part.writes::<SegmentsView>();
    part.add(
        of_one(
            "GET",
            "/v1/messages/{id}/segments",
            Scope::ReportsRead,
            "Who acted, by an attribute of contacts",
            id,
        )
        .about("Of the contacts for whom the gate `track` was open then and is open now.")
        .required_query(
            "by",
            json!({ "type": "string" }),
            "The name of an attribute that the settings define.",
        )
        .answer(200, "Contacts, clicks and opens by value.", segments)
        .answer_as(200, "The same.", "text/csv", json!({ "type": "string" })),
    );
    let row = part.writes::<Row<'_>>();
    let access = Access::Key(Scope::ReportsRead);
    part.add(
        Operation::new("GET", "/v1/exports/interactions", TAG, &access, "What was done with mails, for business intelligence")
            .about(
                "Anonymised at the source: rows by name only where the gate `track` was open then and is open now, with the \
                 contact's attributes; everybody else as the numbers of the report. Streamed, the newest mail first.",
            )
            .query("message", id.clone(), "That mail alone.")
            .answer_as(200, "A line for each.", "application/x-ndjson", json!({ "type": "string", "contentMediaType": "application/x-ndjson", "x-lines": row }))
            .answer_as(200, "A row for each.", "text/csv", json!({ "type": "string" })),
    );
}

fn ceiling(part: &mut Part, id: &Value) {
    let view = part.writes::<CeilingView>();
    let body = part.reads::<Ceilings>();
    part.add(
        of_one(
            "GET",
            "/v1/messages/{id}/ceiling",
            Scope::MessagesWrite,
            "How much may be recorded of a mail",
            id,
        )
        .answer(200, "What holds, and how that came.", view.clone()),
    );
    part.add(
        of_one("PUT", "/v1/messages/{id}/ceiling", Scope::MessagesWrite, "Change how much may be recorded of a mail", id)
            .about(
                "Also after it was sent: what is recorded from now on obeys, what is recorded already stays. Never more \
                 than the organisation allows.",
            )
            .json(body, DECISION_LIMIT, &[json!({ "clicks": "anonymous", "opens": "off" })])
            .answer(200, "What holds, and how that came.", view),
    );
}

fn last_opens(part: &mut Part) {
    let view = part.writes::<LastOpensView>();
    let access = Access::Key(Scope::ReportsRead);
    let day = json!({ "type": "string", "format": "date" });
    part.add(
        Operation::new("GET", "/v1/last-opens", TAG, &access, "Who opened last when")
            .about(
                "With the setting `deliverability_only`: of people who have neither agreed nor refused to be tracked, the day \
                 of the last open and nothing else. Empty without that setting.",
            )
            .query("before", day, "Those whose last open was before this day.")
            .query("after", web::openapi::place(), "Where the page before ended.")
            .query("limit", web::openapi::limit(), "At most so many.")
            .answer(200, "A page; `next` is the query of the next one.", view)
            .answer_as(200, "A page.", "text/csv", json!({ "type": "string" })),
    );
}

fn retain(part: &mut Part) {
    let view = part.writes::<RetainedView>();
    part.add(
        Operation::new("POST", "/v1/retain", "Operation", &Access::Anybody, "Take away what is kept no longer")
            .about(
                "A part of it: ask again while `more` says so, once a day. `assent up` and `assent retain` do. However often \
                 it is asked, nothing goes that the organisations' setting `retention` keeps.",
            )
            .answer(200, "Whether there may be more.", view),
    );
}
