//! What this component answers, for the OpenAPI document.

use domain::schema::ContactKeyInPath;
use domain::{Ceilings, RuleId};
use serde_json::{Value, json};
use store::{Rule, Scope};
use web::openapi::{Access, Operation, Part};
use web::{BATCH_LIMIT, DECISION_LIMIT, ProblemKind};

use crate::audience::{AudienceBody, AudienceView};
use crate::batch::ResultView;
use crate::body::{AttributesBody, ContactBody};
use crate::judge::{CheckBody, CheckView, ScoreBody, ScoreView};
use crate::list::{ContactsView, FoundView, QueryBody};
use crate::rules::{EvaluateBody, EvaluateView, RuleBody, RulesView};
use crate::view::ProfileView;

const TAG: &str = "Contacts";

#[test]
fn the_document_says_what_is_answered() {
    let mut part = Part::new("contacts");
    lists(&mut part);
    one(&mut part);
    export(&mut part);
    audience(&mut part);
    judged(&mut part);
    rules(&mut part);
    part.check(crate::ROUTES);
}

fn lists(part: &mut Part) {
    let page = part.writes::<ContactsView>();
    let question = part.reads::<QueryBody>();
    let found = part.writes::<FoundView>();
    let change = part.reads::<ContactBody>();
    let result = part.writes::<ResultView<'_>>();
    let read = Access::Key(Scope::ConsentRead);
    let write = Access::Key(Scope::ConsentWrite);
    part.add(
        Operation::new("GET", "/v1/contacts", TAG, &read, "List contacts")
            .about("All that the organisation knows, in the order in which it came to know them. With a filter a page may be shorter than `limit`, also an empty one; `next` says where to go on.")
            .query("after", web::openapi::place(), "Where to go on, as `next` says.")
            .query("limit", web::openapi::limit(), "At most so many.")
            .query("status", json!({ "enum": ["accepted", "refused", "unanswered"] }), "Only those with this tracking status.")
            .query("attribute", json!({ "type": "string", "pattern": "^[a-z0-9_]{1,32}$" }), "Only those who have `value` in this attribute. Not for values that name people: addresses are kept in logs.")
            .query("value", json!({ "type": "string", "minLength": 1, "maxLength": 500 }), "See `attribute`.")
            .answer(200, "A page.", page),
    );
    part.add(
        Operation::new("POST", "/v1/contacts", TAG, &write, "Change attributes of contacts")
            .idempotent(false)
            .json(
                json!({ "oneOf": [change, { "type": "array", "items": change, "minItems": 1, "maxItems": 10_000 }] }),
                BATCH_LIMIT,
                &[
                    json!({ "contact": "4711" }),
                    json!([{ "contact": "4711", "attributes": {} }, { "contact": "4712" }]),
                ],
            )
            .about("Those that are named; `null` takes one away. Contacts that nobody knows become known. Each item of a list is taken for itself: `200` when all were, `207` when some were, `422` when none was, with a problem for each that was not.")
            .answer(200, "All are stored.", result.clone())
            .answer(207, "Some are stored.", result.clone())
            .answer(422, "None is stored.", result),
    );
    part.add(
        Operation::new(
            "POST",
            "/v1/contacts/query",
            TAG,
            &read,
            "Ask for contacts by their keys",
        )
        .about("For keys that must not stand in a URL, and for many at once.")
        .json(
            question,
            BATCH_LIMIT,
            &[json!({ "contacts": ["4711", "4712"] })],
        )
        .answer(200, "What is known of each.", found),
    );
}

fn one(part: &mut Part) {
    let profile = part.writes::<ProfileView>();
    let body = part.reads::<AttributesBody>();
    let key = part.reads::<ContactKeyInPath>();
    let new = |method, summary: &str, scope| {
        Operation::new(
            method,
            "/v1/contacts/{key}",
            TAG,
            &Access::Key(scope),
            summary,
        )
        .path(
            "key",
            key.clone(),
            "The contact's key in the mailing system. Not an e-mail address.",
        )
        .problems(&[ProblemKind::Malformed, ProblemKind::Invalid])
    };
    part.add(
        new("GET", "One contact", Scope::ConsentRead)
            .about("What is kept about it, its tracking status, and the mails in which it was identified: `null` for who may not be tracked, of whom nothing says which mails were sent.")
            .answer(200, "The contact.", profile.clone()),
    );
    for (method, summary, about) in [
        (
            "PUT",
            "Replace a contact's attributes",
            "Those that are not named go.",
        ),
        (
            "PATCH",
            "Change attributes of a contact",
            "Those that are named; `null` takes one away.",
        ),
    ] {
        part.add(
            new(method, summary, Scope::ConsentWrite)
                .about(about)
                .idempotent(false)
                .json(body.clone(), DECISION_LIMIT, &[json!({ "attributes": {} })])
                .answer(200, "The contact now.", profile.clone()),
        );
    }
    part.add(
        new("DELETE", "Take a contact's attributes away", Scope::ConsentWrite)
            .idempotent(false)
            .about("What it has decided stays, and so does the contact. To erase everything: `DELETE /v1/consent/{subject}`.")
            .empty(204, "No attribute is kept."),
    );
    let (ceiling, body) = (part.writes::<Ceilings>(), part.reads::<Ceilings>());
    let new = |method, summary, scope| {
        let path = "/v1/contacts/{key}/ceiling";
        Operation::new(method, path, TAG, &Access::Key(scope), summary)
            .path(
                "key",
                key.clone(),
                "The contact's key in the mailing system. Not an e-mail address.",
            )
            .problems(&[ProblemKind::Invalid, ProblemKind::NotFound])
            .answer(200, "What may be recorded.", ceiling.clone())
    };
    part.add(new(
        "GET",
        "How much may be recorded of a contact",
        Scope::ConsentRead,
    ));
    part.add(
        new("PUT", "Lower what may be recorded of a contact", Scope::ConsentWrite)
            .about("`anonymous` or `identified`, and never more than the organisation allows. In force at once, also for mails that were sent before; what is recorded already stays. A contact that nobody knows becomes known.")
            .json(body, DECISION_LIMIT, &[json!({ "clicks": "anonymous" })]),
    );
}

fn export(part: &mut Part) {
    let access = Access::Key(Scope::ConsentRead);
    let text = json!({ "type": "string" });
    part.add(
        Operation::new("GET", "/v1/exports/contacts", TAG, &access, "All contacts as a table")
            .about("As CSV with the columns `contact`, `hasTrackingConsent`, `dtTrackingConsent` and `attribute:<name>`, which `POST /v1/imports` reads; or by `Accept: application/x-ndjson` one contact a line. An answer that breaks off is not whole.")
            .answer_as(200, "All contacts.", "text/csv", text.clone())
            .answer_as(200, "All contacts.", "application/x-ndjson", text),
    );
}

/// Somebody who clicked and never opened: an example that names nothing.
fn example() -> Value {
    json!({ "all": [{ "clicked": { "within_days": 30 } }, { "not": { "opened": { "at_least": 3 } } }] })
}

fn audience(part: &mut Part) {
    let body = part.reads::<AudienceBody>();
    let view = part.writes::<AudienceView>();
    let access = Access::Key(Scope::ConsentRead);
    part.add(
        Operation::new("POST", "/v1/audience", TAG, &access, "Choose contacts by what they did and what is kept about them")
            .about("Only contacts whose gates `target` and `track` are open now are found, and only by what they did while tracking was allowed; `not` finds nobody else either. With `Accept: application/x-ndjson` a line comes for each as it is found, `{\"contact\": …}`, and last `{\"matched\": …, \"untrackable\": …}`: without that line the answer is not whole. At most 20 clauses in 8 levels.")
            .json(body, DECISION_LIMIT, &[json!({ "when": example() }), json!({ "when": { "opened": {} }, "count_only": true })])
            .answer(200, "A page.", view),
    );
}

fn judged(part: &mut Part) {
    let check = part.reads::<CheckBody>();
    let checked = part.writes::<CheckView<'_>>();
    let score = part.reads::<ScoreBody>();
    let scored = part.writes::<ScoreView<'_>>();
    let access = Access::Key(Scope::ConsentRead);
    part.add(
        Operation::new(
            "POST",
            "/v1/audience/check",
            TAG,
            &access,
            "Ask of contacts whether a condition holds",
        )
        .about("For conditions of automated campaigns.")
        .json(
            check,
            BATCH_LIMIT,
            &[json!({ "when": example(), "contacts": ["4711"] })],
        )
        .answer(200, "For each contact.", checked),
    );
    part.add(
        Operation::new("POST", "/v1/audience/score", TAG, &access, "Score contacts")
            .about("The points of all conditions that hold, together.")
            .json(
                score,
                BATCH_LIMIT,
                &[json!({ "scores": [{ "when": example(), "points": 5 }], "contacts": ["4711"] })],
            )
            .answer(200, "For each contact.", scored),
    );
}

fn rules(part: &mut Part) {
    let body = part.reads::<RuleBody>();
    let rule = part.writes::<Rule>();
    let list = part.writes::<RulesView>();
    let question = part.reads::<EvaluateBody>();
    let answer = part.writes::<EvaluateView<'_>>();
    let id = part.reads::<RuleId>();
    let read = Access::Key(Scope::ConsentRead);
    let write = Access::Key(Scope::ConsentWrite);
    let example = json!({ "name": "Win back", "only_tracked": true, "when": example() });
    part.add(
        Operation::new("POST", "/v1/rules", TAG, &write, "Make an injection rule")
            .about("With `only_tracked` it is never applied to contacts who may not be targeted or tracked. At most 1000 rules.")
            .json(body.clone(), DECISION_LIMIT, std::slice::from_ref(&example))
            .problems(&[ProblemKind::Conflict])
            .created("The rule.", rule.clone()),
    );
    part.add(
        Operation::new("GET", "/v1/rules", TAG, &read, "List the rules").answer(
            200,
            "All, the oldest first.",
            list,
        ),
    );
    let of_one = |method, summary: &str, access: &Access| {
        Operation::new(method, "/v1/rules/{id}", TAG, access, summary).path(
            "id",
            id.clone(),
            "The rule.",
        )
    };
    part.add(of_one("GET", "One rule", &read).answer(200, "The rule.", rule.clone()));
    part.add(
        of_one("PUT", "Replace a rule", &write)
            .json(body, DECISION_LIMIT, &[example])
            .answer(200, "The rule.", rule),
    );
    part.add(of_one("DELETE", "Delete a rule", &write).empty(204, "It is gone."));
    part.add(
        Operation::new(
            "POST",
            "/v1/rules/{id}/evaluate",
            TAG,
            &read,
            "Ask to whom a rule applies",
        )
        .path("id", id.clone(), "The rule.")
        .json(question, BATCH_LIMIT, &[json!({ "contacts": ["4711"] })])
        .problems(&[ProblemKind::Conflict])
        .answer(200, "For each contact, and why not.", answer),
    );
}
