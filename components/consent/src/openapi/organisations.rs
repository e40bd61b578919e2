//! Organisations, their keys, and what holds in all of them.

use domain::{IndustryAction, IndustrySource, KeyId, OrganisationId, Settings};
use serde_json::json;
use store::{KeyRecord, Organisation};
use web::openapi::{Access, Operation, Part};
use web::{DECISION_LIMIT, ProblemKind};

use crate::industry::{IntakeView, LineBody};
use crate::keys::{KeyBody, NewKeyView};
use crate::organisations::{BackfillBody, CaughtUpView, OrganisationBody, VersionsView};

const TAG: &str = "Organisations";

pub fn describe(part: &mut Part) {
    organisations(part);
    keys(part);
    industry(part);
}

fn organisations(part: &mut Part) {
    let id = part.reads::<OrganisationId>();
    let organisation = part.writes::<Organisation>();
    let body = part.reads::<OrganisationBody>();
    let settings = part.reads::<Settings>();
    let of_one = |method, path, summary: &str| {
        Operation::new(method, path, TAG, &Access::Administrator, summary).path(
            "id",
            id.clone(),
            "The organisation.",
        )
    };
    part.add(
        Operation::new("POST", "/v1/organisations", TAG, &Access::Operator, "Create an organisation")
            .about("Safe to repeat where the body names the `id`.")
            .json(
                body,
                DECISION_LIMIT,
                &[
                    json!({}),
                    json!({
                        "id": "6b3c9f0e-27a4-4c5e-9a55-0f3f5cf6f7aa",
                        "settings": { "display_name": "Maison Levain", "languages": ["en", "fr"], "default_language": "en" },
                    }),
                ],
            )
            .problems(&[ProblemKind::Conflict])
            .created("The organisation.", organisation.clone()),
    );
    part.add(
        Operation::new(
            "GET",
            "/v1/organisations",
            TAG,
            &Access::Operator,
            "List all organisations",
        )
        .answer(
            200,
            "All.",
            json!({ "type": "array", "items": organisation }),
        ),
    );
    part.add(
        of_one("GET", "/v1/organisations/{id}", "An organisation").answer(
            200,
            "The organisation.",
            organisation.clone(),
        ),
    );
    part.add(
        of_one("PUT", "/v1/organisations/{id}", "Replace the settings")
            .about("What is left out has its default again.")
            .json(
                settings,
                DECISION_LIMIT,
                &[json!({
                    "default_regime": "law25",
                    "brand": { "accent": "#1b5e20", "font": ["Georgia", "serif"] },
                    "origins": ["https://www.example.com"],
                    "interception": { "on": true, "delay_hours": 48 },
                })],
            )
            .problems(&[ProblemKind::Conflict])
            .answer(200, "The organisation.", organisation.clone()),
    );
    let versions = part.writes::<VersionsView>();
    part.add(
        of_one(
            "GET",
            "/v1/organisations/{id}/settings/versions",
            "What the settings were, newest first",
        )
        .about("Each is a leaf of the transparency log, with the SHA-256 of the settings' RFC 8785 JSON.")
        .query("before", web::openapi::place(), "Only versions before this one.")
        .query("limit", web::openapi::limit(), "How many.")
        .answer(200, "A page of versions.", versions),
    );
    let body = part.reads::<BackfillBody>();
    part.add(
        of_one(
            "POST",
            "/v1/organisations/{id}/backfill",
            "What unset flags of the people known so far mean",
        )
        .about("Once and for ever: a second time is a `conflict`.")
        .json(
            body,
            DECISION_LIMIT,
            &[json!({ "flags": { "dc": true, "al": true } })],
        )
        .problems(&[ProblemKind::Conflict])
        .answer(200, "The organisation.", organisation),
    );
    let caught_up = part.writes::<CaughtUpView>();
    part.add(
        of_one(
            "POST",
            "/v1/organisations/{id}/linked/{other}/catch-up",
            "Bring over what was said to a linked organisation before",
        )
        .about("A page at a time: again with the query in `next` until that is `null`.")
        .path("other", id.clone(), "The linked organisation.")
        .query(
            "after",
            web::openapi::place(),
            "Where the page before ended.",
        )
        .answer(200, "How many signals came over.", caught_up),
    );
}

fn keys(part: &mut Part) {
    let organisation = part.reads::<OrganisationId>();
    let id = part.reads::<KeyId>();
    let body = part.reads::<KeyBody>();
    let created = part.writes::<NewKeyView>();
    let record = part.writes::<KeyRecord>();
    part.add(
        Operation::new(
            "POST",
            "/v1/keys",
            TAG,
            &Access::Administrator,
            "Create an API key",
        )
        .about("The key itself is shown in this answer and never again.")
        .json(
            body,
            DECISION_LIMIT,
            &[json!({
                "organisation": "45e0a0b2-7f30-456c-875c-1cfa507d72b6",
                "name": "mailing system",
                "scopes": ["consent:read", "messages:write"],
            })],
        )
        .problems(&[ProblemKind::NotFound])
        .created("The key.", created),
    );
    part.add(
        Operation::new(
            "GET",
            "/v1/keys",
            TAG,
            &Access::Administrator,
            "List the keys of an organisation",
        )
        .required_query("organisation", organisation.clone(), "Whose.")
        .problems(&[ProblemKind::NotFound])
        .answer(
            200,
            "All, the revoked ones too.",
            json!({ "type": "array", "items": record }),
        ),
    );
    part.add(
        Operation::new(
            "DELETE",
            "/v1/keys/{id}",
            TAG,
            &Access::Administrator,
            "Revoke a key",
        )
        .path("id", id, "The key.")
        .required_query("organisation", organisation, "Whose it is.")
        .empty(204, "It stops within a second."),
    );
}

fn industry(part: &mut Part) {
    let line = part.reads::<LineBody>();
    let (source, action) = (
        part.reads::<IndustrySource>(),
        part.reads::<IndustryAction>(),
    );
    let view = part.writes::<IntakeView<'_>>();
    part.add(
        Operation::new("POST", "/v1/industry-opt-outs", "Industry", &Access::Operator, "Take in a list of devices that opted out of everything, or back in")
            .about("However long; one device a line as `text/plain`, or one JSON document a line as `application/x-ndjson`. All that is acknowledged holds in every organisation. `200` when all lines were taken in, `207` when some were, `422` when none was.")
            .required_query("source", source, "Whose list.")
            .query("action", action, "What lines ask that do not say it themselves; `opt_out` if left out.")
            .idempotent(false)
            .body("text/plain", json!({}), "However long.", &[json!("device:aaid:3f0c8a54-90d7-4fd2-b4ab-b7e2c4a4f7a1\n")])
            .body(
                "application/x-ndjson",
                json!({ "x-lines": line }),
                "However long.",
                &[json!("{\"subject\":\"device:aaid:1c\",\"action\":\"opt_in\",\"at\":\"2026-01-31T08:00:00Z\"}\n")],
            )
            .problems(&[ProblemKind::Malformed])
            .answer(200, "All lines were taken in.", view.clone())
            .answer(207, "Some lines were rejected.", view.clone())
            .answer(422, "All lines were rejected.", view),
    );
}
