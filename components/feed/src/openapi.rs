//! What this component answers, for the OpenAPI document.

use domain::{OrganisationId, WebhookId};
use serde_json::{Value, json};
use store::{Scope, WebhookRecord};
use web::DECISION_LIMIT;
use web::openapi::{Access, Operation, Part};

use crate::changes::ChangesView;
use crate::webhooks::{NewWebhookView, SecretView, WebhookBody};

const TAG: &str = "Changes";

#[test]
fn the_document_says_what_is_answered() {
    let mut part = Part::new("feed");
    changes(&mut part);
    webhooks(&mut part);
    part.check(crate::ROUTES);
}

fn changes(part: &mut Part) {
    let page = part.writes::<ChangesView>();
    let access = Access::Key(Scope::ConsentRead);
    part.add(
        Operation::new("GET", "/v1/changes", TAG, &access, "What changed after a place in the log")
            .about("Every grant, refusal, opt-in, opt-out and erasure, in the order of the log; an empty page when nothing has happened since.")
            .query("after", web::openapi::place(), "The `seq` of the last change that was read; from the beginning if left out.")
            .query("limit", web::openapi::limit(), "At most so many.")
            .answer(200, "A page; `next` is the query of the next one, now or later.", page),
    );
}

fn webhooks(part: &mut Part) {
    let organisation = part.reads::<OrganisationId>();
    let id = part.reads::<WebhookId>();
    let body = part.reads::<WebhookBody>();
    let created = part.writes::<NewWebhookView>();
    let record = part.writes::<WebhookRecord>();
    let secret = part.writes::<SecretView>();
    let new = |method, path, summary: &str| {
        Operation::new(method, path, TAG, &Access::Administrator, summary)
    };
    let of_one = |method, path, summary: &str, schema: &Value| {
        new(method, path, summary)
            .path("id", schema.clone(), "The webhook.")
            .required_query("organisation", organisation.clone(), "Whose it is.")
    };
    part.add(
        new("POST", "/v1/webhooks", "Register a receiver")
            .about("It is told of every change from now on, signed as Standard Webhooks says.")
            .json(
                body,
                DECISION_LIMIT,
                &[json!({ "organisation": "45e0a0b2-7f30-456c-875c-1cfa507d72b6", "url": "https://crm.example.com/assent" })],
            )
            .problems(&[web::ProblemKind::NotFound])
            .created("What was made, and the secret with which signatures are checked.", created),
    );
    part.add(
        new(
            "GET",
            "/v1/webhooks",
            "List the receivers of an organisation",
        )
        .required_query("organisation", organisation.clone(), "Whose.")
        .problems(&[web::ProblemKind::NotFound])
        .answer(
            200,
            "All, and how far each has been told.",
            json!({ "type": "array", "items": record }),
        ),
    );
    part.add(
        of_one("GET", "/v1/webhooks/{id}", "One receiver", &id).answer(
            200,
            "How far it has been told.",
            record.clone(),
        ),
    );
    part.add(
        of_one("DELETE", "/v1/webhooks/{id}", "End a webhook", &id).empty(
            204,
            "Nothing more is sent; what is on its way may still arrive.",
        ),
    );
    part.add(
        of_one(
            "GET",
            "/v1/webhooks/{id}/secret",
            "What signatures are checked with",
            &id,
        )
        .answer(200, "The secret.", secret),
    );
    part.add(
        of_one("POST", "/v1/webhooks/{id}/resume", "Try again at once", &id)
            .about("Also where the receiver had said that it is gone.")
            .answer(200, "How far it has been told.", record),
    );
    part.add(
        Operation::new("POST", "/v1/webhooks/deliver", TAG, &Access::Anybody, "Send what is due")
            .about("`assent up` and `assent deliver` ask every second. However often it is asked, a receiver hears no more than is due.")
            .empty(204, "Everything that was due has been tried."),
    );
}
