//! What this component answers, for the OpenAPI document.

use serde_json::json;
use web::ProblemKind;
use web::openapi::{Access, Operation, Part};

use crate::health::HealthView;

#[test]
fn the_document_says_what_is_answered() {
    let mut part = Part::new("site");
    let get =
        |path, summary: &str| Operation::new("GET", path, "Service", &Access::Anybody, summary);
    let health = part.writes::<HealthView>();
    part.add(get("/healthz", "Whether this instance can work").answer(
        200,
        "Both stores answer.",
        health,
    ));
    part.add(
        get("/.well-known/gpc.json", "That Global Privacy Control is honoured").answer(
            200,
            "The support resource of the GPC specification.",
            json!({
                "type": "object",
                "properties": { "gpc": { "const": true }, "lastUpdate": { "type": "string", "format": "date" } },
                "required": ["gpc", "lastUpdate"],
            }),
        ),
    );
    part.add(
        get("/openapi.json", "This document")
            .about("For pages of every origin. With `If-None-Match` it is only sent when it has changed.")
            .answer(200, "OpenAPI 3.1.", json!({ "type": "object" }))
            .empty(304, "Not changed.")
            .problems(&[ProblemKind::NotFound]),
    );
    part.check(crate::ROUTES);
}
