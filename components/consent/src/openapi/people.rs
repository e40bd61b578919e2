//! Rights of a person, and her devices.

use domain::schema::SubjectInPath;
use serde_json::json;
use store::Scope;
use web::openapi::{Access, Operation, Part};
use web::{BATCH_LIMIT, DECISION_LIMIT, ProblemKind};

use super::{LISTS, one_or_many};
use crate::batch::BatchView;
use crate::erase::ErasedView;
use crate::export;
use crate::link::{LinkBody, LinkView, LinksView};
use crate::person::PersonBody;

const TAG: &str = "People";

pub fn describe(part: &mut Part) {
    erase(part);
    everything(part);
    devices(part);
}

fn erase(part: &mut Part) {
    let access = Access::Key(Scope::ConsentWrite);
    let subject = part.reads::<SubjectInPath>();
    let body = one_or_many(&part.reads::<PersonBody>());
    let one = part.writes::<ErasedView>();
    let many = part.writes::<BatchView<'_>>();
    let about = "What was said before stays void, also if it comes in again. Linked devices are erased, too.";
    part.add(
        Operation::new(
            "DELETE",
            "/v1/consent/{subject}",
            TAG,
            &access,
            "Erase everything about somebody",
        )
        .about(about)
        .path(
            "subject",
            subject,
            "Whom. An e-mail address must not stand here.",
        )
        .idempotent(false)
        .problems(&[ProblemKind::Malformed])
        .answer(200, "Erased.", one.clone()),
    );
    part.add(
        Operation::new(
            "POST",
            "/v1/consent/erase",
            TAG,
            &access,
            "Erase everything about one person or many",
        )
        .about(&format!("{about} {LISTS}"))
        .idempotent(false)
        .json(
            body,
            BATCH_LIMIT,
            &[
                json!({ "subject": "bk:email:ada@example.org" }),
                json!([{ "subject": "contact:4713" }, { "subject": "contact:4714" }]),
            ],
        )
        .answer(
            200,
            "Erased, or what became of each item.",
            json!({ "anyOf": [one, many] }),
        )
        .answer(207, "Some items were rejected.", many.clone())
        .answer(422, "All items were rejected.", many),
    );
}

fn everything(part: &mut Part) {
    let access = Access::Key(Scope::ConsentRead);
    let subject = part.reads::<SubjectInPath>();
    let body = one_or_many(&part.reads::<PersonBody>());
    let one = part.writes::<export::ExportView>();
    let many = part.writes::<export::BatchView<'_>>();
    let about = "The request is noted in the history. `Accept: text/csv` answers a table.";
    let table = json!({ "type": "string" });
    part.add(
        Operation::new(
            "GET",
            "/v1/consent/{subject}/export",
            TAG,
            &access,
            "Everything that is stored about somebody",
        )
        .about(about)
        .path(
            "subject",
            subject,
            "Whom. An e-mail address must not stand here.",
        )
        .idempotent(false)
        .problems(&[ProblemKind::Malformed])
        .answer(200, "Everything.", one.clone())
        .answer_as(200, "Everything.", "text/csv", table.clone()),
    );
    part.add(
        Operation::new(
            "POST",
            "/v1/consent/export",
            TAG,
            &access,
            "Everything that is stored about one person or many",
        )
        .about(&format!("{about} {LISTS}"))
        .idempotent(false)
        .json(
            body,
            BATCH_LIMIT,
            &[
                json!({ "subject": "contact:4711" }),
                json!([{ "subject": "contact:4711" }]),
            ],
        )
        .answer(
            200,
            "Everything, or that about each item.",
            json!({ "anyOf": [one, many] }),
        )
        .answer_as(
            200,
            "Everything, or that about each item.",
            "text/csv",
            table,
        )
        .answer(207, "Some items were rejected.", many.clone())
        .answer(422, "All items were rejected.", many),
    );
}

fn devices(part: &mut Part) {
    const TAG: &str = "Devices";
    let access = Access::Key(Scope::ConsentWrite);
    let body = part.reads::<LinkBody>();
    let view = part.writes::<LinkView>();
    let example = json!({ "subject": "bk:crm:linked", "device": "device:idfa:linked" });
    part.add(
        Operation::new(
            "POST",
            "/v1/subjects/link",
            TAG,
            &access,
            "Link a device to a contact or a bridge key",
        )
        .about(
            "If `cd` is allowed for both. What is said of the first then reaches the device, too.",
        )
        .json(body.clone(), DECISION_LIMIT, std::slice::from_ref(&example))
        .problems(&[ProblemKind::GateClosed])
        .answer(200, "Linked, perhaps already before.", view.clone()),
    );
    part.add(
        Operation::new(
            "DELETE",
            "/v1/subjects/link",
            TAG,
            &access,
            "Take a link away",
        )
        .json(body, DECISION_LIMIT, &[example])
        .answer(200, "Not linked, perhaps never.", view),
    );
    let access = Access::Key(Scope::ConsentRead);
    let (subject, view) = (part.reads::<SubjectInPath>(), part.writes::<LinksView>());
    part.add(
        Operation::new(
            "GET",
            "/v1/subjects/{subject}/links",
            TAG,
            &access,
            "To whom a subject is linked",
        )
        .path(
            "subject",
            subject,
            "Whom. An e-mail address must not stand here.",
        )
        .problems(&[ProblemKind::Malformed, ProblemKind::Invalid])
        .answer(200, "The other ends.", view),
    );
}
