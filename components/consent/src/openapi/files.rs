//! Files in and out, and counts.

use domain::{Flag, Timestamp};
use serde_json::{Value, json};
use store::{ImportRun, Scope};
use web::openapi::{Access, Operation, Part};
use web::{FailedLine, ProblemKind, RejectedLine};

use crate::imports::{ErrorsView, ImportsView, ProgressLine, SummaryLine};
use crate::reports::ReportView;

const TAG: &str = "Files";

pub fn describe(part: &mut Part) {
    import(part);
    imports(part);
    exports(part);
    let access = Access::Key(Scope::ReportsRead);
    let view = part.writes::<ReportView>();
    part.add(
        Operation::new(
            "GET",
            "/v1/reports/consent",
            TAG,
            &access,
            "How many have said what about each flag",
        )
        .problems(&[ProblemKind::Invalid])
        .answer(200, "The counts, by flag, value and regime.", view),
    );
}

fn import(part: &mut Part) {
    let access = Access::Key(Scope::ConsentWrite);
    let time = part.reads::<Timestamp>();
    let lines = [
        part.writes::<RejectedLine<'_>>(),
        part.writes::<ProgressLine>(),
        part.writes::<FailedLine<'_>>(),
        part.writes::<SummaryLine<'_>>(),
    ];
    // Any text: what is wrong in it is answered line by line.
    let text = json!({});
    part.add(
        Operation::new("POST", "/v1/imports", TAG, &access, "Import a file of decisions, however long")
            .about(
                "Consent records of the Salesforce DMP as `text/plain`, or a table as `text/csv`; plain, or packed with \
                 gzip and `Content-Encoding: gzip`. The answer comes while the file does: a line for each line that \
                 cannot be used, one after each slice that is in force, and at last the whole import. Without that one \
                 it is not complete: the same file again under the same `Idempotency-Key` goes on where it stopped, and \
                 a complete one changes nothing.",
            )
            .query("file", json!({ "type": "string", "pattern": "^[^\\x00-\\x1f\\x7f-\\x9f]{0,64}$" }), "The file's name, at most 256 bytes, to find the import again.")
            .query("at", time, "When lines without a time were decided; now if left out.")
            .query("columns", json!({ "type": "string" }), "Of a table only: how its columns are mapped, see docs/formats.md.")
            .idempotent(true)
            .body("text/plain", text.clone(), "However long.", &[json!("bk^crm^a-17^set^^dc=1,al=0^1515471711277000\n")])
            .body("text/csv", text, "However long.", &[json!("subject,dc,al\ncontact:4711,yes,no\n")])
            .answer_as(200, "How the import comes on, a JSON document a line.", "application/x-ndjson", ndjson(&lines)),
    );
}

fn ndjson(lines: &[Value]) -> Value {
    json!({ "type": "string", "contentMediaType": "application/x-ndjson", "x-lines": { "oneOf": lines } })
}

fn imports(part: &mut Part) {
    let access = Access::Key(Scope::ConsentRead);
    let time = part.reads::<Timestamp>();
    let list = part.writes::<ImportsView>();
    let one = part.writes::<ImportRun>();
    let errors = part.writes::<ErrorsView>();
    let id = json!({ "type": "string", "pattern": "^[0-9a-f-]{1,80}$" });
    part.add(
        Operation::new(
            "GET",
            "/v1/imports",
            TAG,
            &access,
            "How far imports have come, newest first",
        )
        .query("before", time, "Only imports that were started before.")
        .query("limit", web::openapi::limit(), "At most so many.")
        .answer(200, "A page; `next` is the query of the next one.", list),
    );
    part.add(
        Operation::new(
            "GET",
            "/v1/imports/{id}",
            TAG,
            &access,
            "How far an import has come",
        )
        .path(
            "id",
            id.clone(),
            "The import, as the last line of the answer to it or the list names it.",
        )
        .answer(200, "The import.", one),
    );
    part.add(
        Operation::new(
            "GET",
            "/v1/imports/{id}/errors",
            TAG,
            &access,
            "Which lines could not be used",
        )
        .path("id", id, "The import.")
        .query(
            "after",
            web::openapi::place(),
            "Only lines with a higher number.",
        )
        .query("limit", web::openapi::limit(), "At most so many.")
        .answer(200, "A page; `next` is the query of the next one.", errors),
    );
}

fn exports(part: &mut Part) {
    let access = Access::Key(Scope::ConsentRead);
    let (time, flag) = (part.reads::<Timestamp>(), part.reads::<Flag>());
    let about = "Streamed, however long, in the lines of the Salesforce DMP, as CSV or as NDJSON, by `Accept`: see docs/formats.md. An answer that breaks off is not complete.";
    let formats = |operation: Operation| {
        ["text/plain", "text/csv", "application/x-ndjson"]
            .into_iter()
            .fold(operation, |operation, kind| {
                operation.answer_as(200, "The lines.", kind, json!({ "type": "string" }))
            })
    };
    let action = json!({ "enum": ["set", "remove", "portability"], "default": "set" });
    part.add(formats(
        Operation::new(
            "GET",
            "/v1/exports/audit",
            TAG,
            &access,
            "The log as a file",
        )
        .about(about)
        .query("action", action, "Which entries.")
        .query(
            "from",
            time.clone(),
            "Only those that came in at this moment or later.",
        )
        .query(
            "to",
            time,
            "Only those that came in before; now if left out.",
        ),
    ));
    part.add(formats(
        Operation::new(
            "GET",
            "/v1/exports/dissent",
            TAG,
            &access,
            "Who has refused, as a file",
        )
        .about(about)
        .required_query("flag", flag, "What."),
    ));
    part.add(formats(
        Operation::new(
            "GET",
            "/v1/exports/consent",
            TAG,
            &access,
            "What is in force of everybody, as a file that can be imported",
        )
        .about(about)
        .problems(&[ProblemKind::Invalid]),
    ));
}
