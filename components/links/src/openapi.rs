//! What this component answers, for the OpenAPI document.

use domain::MessageId;
use serde_json::{Value, json};
use store::Scope;
use web::openapi::{Access, Operation, Part};
use web::{BATCH_LIMIT, FailedLine, ProblemKind, RejectedLine};

use crate::messages::{MessageBody, MessageView, MessagesView};
use crate::minter::TokenLine;
use crate::token_stream::SummaryLine;
use crate::tokens::TokensBody;

const TAG: &str = "Mails";

#[test]
fn the_document_says_what_is_answered() {
    let mut part = Part::new("links");
    let id = part.reads::<MessageId>();
    let of_one = |method, path, scope, summary: &str, id: Value| {
        Operation::new(method, path, TAG, &Access::Key(scope), summary).path("id", id, "The mail.")
    };
    let mail = part.writes::<MessageView>();
    let body = part.reads::<MessageBody>();
    let access = Access::Key(Scope::MessagesWrite);
    part.add(
        Operation::new("POST", "/v1/messages", TAG, &access, "Register a mail")
            .about("Its links become ours, at most 1000, and it is answered with them in their place.")
            .idempotent(false)
            .json(
                body,
                BATCH_LIMIT,
                &[
                    json!({
                        "name": "Spring letter",
                        "content": "<p><a href=\"https://www.example.com/spring\">Spring</a> <a href=\"*|PREFS|*\">Tracking</a>",
                        "click_tag": "*|CLICK|*",
                        "preferences_tag": "*|PREFS|*",
                        "base_url": "https://links.example.com",
                    }),
                    json!({
                        "name": "Spring letter, plain",
                        "format": "text",
                        "content": "https://www.example.com/spring",
                        "click_tag": "*|CLICK|*",
                        "preferences_tag": "*|PREFS|*",
                        "ceiling": { "clicks": "anonymous" },
                        "utm": { "source": "letter", "medium": "email", "campaign": "spring" },
                    }),
                ],
            )
            .created("The mail to send.", mail.clone()),
    );
    part.add(
        of_one(
            "GET",
            "/v1/messages/{id}",
            Scope::MessagesWrite,
            "A mail as it was registered",
            id.clone(),
        )
        .answer(200, "The mail.", mail),
    );
    let list = part.writes::<MessagesView>();
    let access = Access::Key(Scope::ReportsRead);
    part.add(
        Operation::new("GET", "/v1/messages", TAG, &access, "List mails")
            .about("The newest first.")
            .query("before", id.clone(), "A mail: those registered before it.")
            .query("limit", web::openapi::limit(), "At most so many.")
            .answer(200, "A page; `next` is the query of the next one.", list),
    );
    tokens(
        &mut part,
        of_one(
            "POST",
            "/v1/messages/{id}/tokens",
            Scope::MessagesWrite,
            "Tokens of recipients",
            id,
        ),
    );
    part.check(crate::ROUTES);
}

fn tokens(part: &mut Part, operation: Operation) {
    let body = part.reads::<TokensBody>();
    let lines = [
        part.writes::<TokenLine<'_>>(),
        part.writes::<RejectedLine<'_>>(),
        part.writes::<FailedLine<'_>>(),
        part.writes::<SummaryLine>(),
    ];
    part.add(
        operation
            .about(
                "A click token and a preferences token for each contact, to be merged into her mail. A list of up to \
                 10 000 as JSON is answered at once. As `text/plain` there may be any number, one contact a line: the \
                 answer comes while they do, and is complete when its last line has the counts.",
            )
            .idempotent(false)
            .json(body, BATCH_LIMIT, &[json!({ "contacts": ["4711", "4712"] })])
            .body(
                "text/plain",
                json!({}),
                "",
                &[json!("4711\n4712\n")],
            )
            .answer_as(200, "A line for each contact.", "application/x-ndjson", json!({ "type": "string", "contentMediaType": "application/x-ndjson", "x-lines": { "oneOf": lines } }))
            .answer_as(200, "A line for each contact.", "text/csv", json!({ "type": "string" }))
            .problems(&[ProblemKind::Malformed]),
    );
}
