//! Consent to communications.

use domain::schema::ContactInPath;
use serde_json::json;
use store::Scope;
use web::openapi::{Access, Operation, Part};
use web::{BATCH_LIMIT, DECISION_LIMIT, ProblemKind};

use super::{LISTS, one_or_many};
use crate::batch::BatchView;
use crate::communications::{
    CommunicationBody, CommunicationsView, HistoryBody, HistoryView, RecordedView,
};

const TAG: &str = "Communications";

pub fn describe(part: &mut Part) {
    let access = Access::Key(Scope::ConsentWrite);
    let body = one_or_many(&part.reads::<CommunicationBody>());
    let one = part.writes::<RecordedView>();
    let many = part.writes::<BatchView<'_>>();
    let example = json!({ "subject": "contact:4711", "type": "newsletter", "status": "opted_out" });
    part.add(
        Operation::new(
            "POST",
            "/v1/communications",
            TAG,
            &access,
            "Record what contacts say about communications",
        )
        .about(&format!(
            "The newest date wins. Tracking is another matter: neither changes the other. {LISTS}"
        ))
        .idempotent(false)
        .json(body, BATCH_LIMIT, &[example.clone(), json!([example])])
        .problems(&[ProblemKind::TimestampInFuture])
        .answer(
            200,
            "Recorded, or what became of each item.",
            json!({ "anyOf": [one, many] }),
        )
        .answer(207, "Some items were rejected.", many.clone())
        .answer(422, "All items were rejected.", many),
    );
    let access = Access::Key(Scope::ConsentRead);
    let (subject, view) = (
        part.reads::<ContactInPath>(),
        part.writes::<CommunicationsView>(),
    );
    let whose = "Whose. An e-mail address must not stand here.";
    part.add(
        Operation::new(
            "GET",
            "/v1/communications/{subject}",
            TAG,
            &access,
            "What is in force for a contact",
        )
        .path("subject", subject.clone(), whose)
        .problems(&[ProblemKind::Malformed, ProblemKind::Invalid])
        .answer(200, "Each type.", view),
    );
    let view = part.writes::<HistoryView>();
    part.add(
        Operation::new(
            "GET",
            "/v1/communications/{subject}/history",
            TAG,
            &access,
            "Every signal about communications, newest first",
        )
        .path("subject", subject, whose)
        .query(
            "before",
            web::openapi::place(),
            "Only signals with a lower `seq`.",
        )
        .query("limit", web::openapi::limit(), "At most so many.")
        .problems(&[ProblemKind::Malformed, ProblemKind::Invalid])
        .answer(
            200,
            "A page; `next` is the query of the next one.",
            view.clone(),
        ),
    );
    let body = part.reads::<HistoryBody>();
    part.add(
        Operation::new(
            "POST",
            "/v1/communications/history",
            TAG,
            &access,
            "The same for identifiers that must not stand in an address",
        )
        .json(
            body,
            DECISION_LIMIT,
            &[json!({ "subject": "contact:ada@example.org", "limit": 10 })],
        )
        .answer(
            200,
            "A page; `next` names `before` and `limit` of the next one.",
            view,
        ),
    );
}
