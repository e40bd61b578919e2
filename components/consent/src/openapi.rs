//! What this component answers, for the OpenAPI document.

mod communications;
mod decisions;
mod files;
mod log;
mod organisations;
mod pages;
mod people;

use serde_json::{Value, json};
use web::openapi::Part;

#[test]
fn the_document_says_what_is_answered() {
    let mut part = Part::new("consent");
    decisions::describe(&mut part);
    communications::describe(&mut part);
    people::describe(&mut part);
    files::describe(&mut part);
    organisations::describe(&mut part);
    pages::describe(&mut part);
    log::describe(&mut part);
    part.check(crate::ROUTES);
}

/// One document, or a list of them.
fn one_or_many(one: &Value) -> Value {
    json!({ "oneOf": [one, { "type": "array", "items": one, "minItems": 1, "maxItems": 10_000 }] })
}

/// What a bounded list says of its length.
const LISTS: &str = "A list may have 10 000 items and 8 MiB. Each is taken for itself: `200` when all were, `207` when some were, `422` when none was, with a problem for each that was not.";
