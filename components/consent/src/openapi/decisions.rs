//! Decisions, and what is in force.

use domain::schema::SubjectInPath;
use domain::{Regime, Region};
use serde_json::json;
use store::Scope;
use web::openapi::{Access, Operation, Part};
use web::{BATCH_LIMIT, DECISION_LIMIT, ProblemKind};

use super::{LISTS, one_or_many};
use crate::batch::BatchView;
use crate::check::{CheckBody, CheckView};
use crate::decision::DecisionBody;
use crate::history::{HistoryBody, HistoryView};
use crate::read::{QueryBody, View};
use crate::record::RecordedView;
use crate::view::ConsentView;

const TAG: &str = "Decisions";

pub fn describe(part: &mut Part) {
    record(part);
    read(part);
    let access = Access::Key(Scope::ConsentRead);
    let (body, view) = (part.reads::<CheckBody>(), part.writes::<CheckView>());
    part.add(
        Operation::new("POST", "/v1/consent/check", TAG, &access, "For whom a gate is open")
            .about("With the flags that keep it closed for the others, and why. Only `share` may name a linked `receiver`, whose own gate `target` then counts too.")
            .json(
                body,
                BATCH_LIMIT,
                &[
                    json!({ "gate": "target", "subjects": ["contact:4711", "bk:crm:a-17"] }),
                    json!({ "gate": "track", "subjects": ["contact:4711"], "region": "CA-QC", "gpc": true }),
                ],
            )
            .problems(&[ProblemKind::NotFound])
            .answer(200, "Everybody, in the order asked.", view),
    );
    let (subject, view) = (part.reads::<SubjectInPath>(), part.writes::<HistoryView>());
    part.add(
        Operation::new(
            "GET",
            "/v1/consent/{subject}/history",
            TAG,
            &access,
            "Every signal, newest first",
        )
        .path(
            "subject",
            subject,
            "Whose. An e-mail address must not stand here.",
        )
        .query(
            "before",
            web::openapi::place(),
            "Only signals with a lower `seq`.",
        )
        .query("limit", web::openapi::limit(), "At most so many.")
        .problems(&[ProblemKind::Malformed])
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
            "/v1/consent/history",
            TAG,
            &access,
            "The same for identifiers that must not stand in an address",
        )
        .json(
            body,
            DECISION_LIMIT,
            &[
                json!({ "subject": "bk:email:ada@example.org" }),
                json!({ "subject": "contact:4711", "before": 17, "limit": 10 }),
            ],
        )
        .answer(
            200,
            "A page; `next` names `before` and `limit` of the next one.",
            view,
        ),
    );
}

fn record(part: &mut Part) {
    let access = Access::Key(Scope::ConsentWrite);
    let body = one_or_many(&part.reads::<DecisionBody>());
    let one = part.writes::<RecordedView>();
    let many = part.writes::<BatchView<'_>>();
    part.add(
        Operation::new("POST", "/v1/consent", TAG, &access, "Record one decision or many")
            .about(&format!("Durable and in force when this answers. One decision may have 64 KiB. {LISTS}"))
            .idempotent(false)
            .json(
                body,
                BATCH_LIMIT,
                &[
                    json!({ "subject": "contact:4711", "flags": { "dc": true, "al": true } }),
                    json!([
                        { "subject": "bk:crm:a-17", "flags": { "tg": false }, "region": "US-CA", "at": "2026-01-31T08:00:00Z" },
                        {
                            "subject": "device:idfa:6d92078a-8246-4ba4-ae5b-76104861e7dc",
                            "flags": { "cd": true },
                            "regime": "law25",
                            "shown": { "form": "app-start", "version": "3", "language": "fr-CA" },
                        },
                    ]),
                ],
            )
            .problems(&[ProblemKind::TimestampInFuture])
            .answer(200, "What is in force now, or what became of each item.", json!({ "anyOf": [one, many] }))
            .answer(207, "Some items were rejected.", many.clone())
            .answer(422, "All items were rejected.", many),
    );
}

fn read(part: &mut Part) {
    let access = Access::Key(Scope::ConsentRead);
    let view = part.writes::<ConsentView>();
    let subject = part.reads::<SubjectInPath>();
    let (regime, region) = (part.reads::<Regime>(), part.reads::<Region>());
    let mut source = part.reads::<View>();
    source["examples"] = json!(["history"]);
    let about = "Never more open than an acknowledged refusal allows, unless `source` is `projection`, which shows what the edge acts on. `regime`, `region` and `gpc` only ever make the answer stricter.";
    let flag = json!({ "type": "boolean", "default": false, "examples": [false] });
    part.add(
        Operation::new(
            "GET",
            "/v1/consent/{subject}",
            TAG,
            &access,
            "What is in force for somebody",
        )
        .about(about)
        .path(
            "subject",
            subject,
            "Whom. An e-mail address must not stand here.",
        )
        .query("regime", regime, "Count at least by this regime.")
        .query("region", region, "Where the person is.")
        .query("gpc", flag.clone(), "Her browser sends `Sec-GPC: 1`.")
        .query(
            "source",
            source,
            "Where to read; `projection` cannot be explained.",
        )
        .query(
            "explain",
            flag,
            "Say for each flag which signal decided, and why every other one did not.",
        )
        .problems(&[ProblemKind::Malformed])
        .answer(200, "What is in force.", view.clone()),
    );
    let body = part.reads::<QueryBody>();
    part.add(
        Operation::new(
            "POST",
            "/v1/consent/query",
            TAG,
            &access,
            "The same for identifiers that must not stand in an address",
        )
        .about(about)
        .json(
            body,
            DECISION_LIMIT,
            &[
                json!({ "subject": "bk:email:ada@example.org" }),
                json!({ "subject": "contact:4711", "regime": "gdpr", "explain": true }),
            ],
        )
        .answer(200, "What is in force.", view),
    );
}
