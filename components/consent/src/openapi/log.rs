//! The transparency log, and receipts.

use domain::schema::{ContactInPath, SubjectInPath};
use domain::{CommunicationType, OrganisationId};
use serde_json::{Value, json};
use store::Scope;
use web::openapi::{Access, Operation, Part, place};
use web::{DECISION_LIMIT, ProblemKind};

use crate::receipt::{CommunicationReceiptBody, ReceiptBody};

const TAG: &str = "Log";

pub fn describe(part: &mut Part) {
    let organisation = part.reads::<OrganisationId>();
    heads(part, &organisation);
    leaves(part, &organisation);
    receipts(part);
}

/// 32 bytes of SHA-256.
fn hash() -> Value {
    json!({ "type": "string", "description": "A hash of SHA-256, base64." })
}

fn proof(fields: &[&str], hashes: &[&str]) -> Value {
    let mut properties = json!({ "path": { "type": "array", "items": hash() } });
    for field in fields {
        properties[*field] = place();
    }
    for field in hashes {
        properties[*field] = hash();
    }
    let required: Vec<&str> = [fields, hashes, &["path"]].concat();
    json!({ "type": "object", "properties": properties, "required": required })
}

fn heads(part: &mut Part, organisation: &Value) {
    let of_log = |path, summary: &str| {
        Operation::new("GET", path, TAG, &Access::Anybody, summary)
            .required_query("organisation", organisation.clone(), "Whose log; that of the service, with the industry opt-outs, has the id 00000000-0000-0000-0000-000000000000.")
            .problems(&[ProblemKind::Invalid, ProblemKind::NotFound])
    };
    part.add(
        of_log("/v1/log/checkpoint", "The newest signed head of a log")
            .about("A signed note after C2SP tlog-checkpoint: origin, number of leaves, root, signatures.")
            .answer_as(200, "The head.", "text/plain", json!({ "type": "string" })),
    );
    part.add(
        of_log("/v1/log/proof", "That a leaf is in a log")
            .about("RFC 9162, section 2.1.3.")
            .required_query("index", place(), "Place of the leaf, from 0.")
            .query(
                "size",
                place(),
                "In the tree of so many leaves; the newest if left out.",
            )
            .answer(200, "The proof.", proof(&["index", "size"], &["leaf_hash"])),
    );
    part.add(
        of_log("/v1/log/consistency", "That a log was only added to")
            .about("RFC 9162, section 2.1.4.")
            .required_query("from", place(), "Leaves of the older tree.")
            .query(
                "to",
                place(),
                "Leaves of the newer one; the newest if left out.",
            )
            .answer(200, "The proof.", proof(&["from", "to"], &[])),
    );
    part.add(
        Operation::new(
            "GET",
            "/.well-known/jwks.json",
            TAG,
            &Access::Anybody,
            "The public keys that sign heads and receipts",
        )
        .problems(&[ProblemKind::Invalid])
        .answer_as(
            200,
            "A JSON Web Key Set (RFC 7517).",
            "application/jwk-set+json",
            json!({
                "type": "object",
                "properties": { "keys": { "type": "array", "items": { "type": "object" } } },
                "required": ["keys"],
            }),
        ),
    );
}

fn leaves(part: &mut Part, organisation: &Value) {
    let access = Access::Key(Scope::ConsentRead);
    part.add(
        Operation::new(
            "GET",
            "/v1/log/entries",
            TAG,
            &access,
            "The leaves of the key's log",
        )
        .about("Each as it was hashed, one a line, to the end of a page of 256. They name nobody.")
        .query("start", place(), "The first one; 0 if left out.")
        .query(
            "organisation",
            organisation.clone(),
            "Whose log: the key's own, or that of the service.",
        )
        .problems(&[ProblemKind::Invalid, ProblemKind::NotFound])
        .answer_as(
            200,
            "The leaves.",
            "application/x-ndjson",
            json!({ "type": "string" }),
        ),
    );
}

fn receipts(part: &mut Part) {
    let access = Access::Key(Scope::ConsentRead);
    let about = "A consent record with the proof that it is in the log, as JWS: `docs/proof.md`.";
    let get = |path, summary: &str, subject: Value| {
        receipt(
            Operation::new("GET", path, TAG, &access, summary)
                .about(about)
                .path(
                    "subject",
                    subject,
                    "Whose. An e-mail address must not stand here.",
                )
                .query(
                    "seq",
                    place(),
                    "Which decision, as the history numbers it; the newest if left out.",
                )
                .query(
                    "profile",
                    json!({ "enum": ["dpv"] }),
                    "JSON-LD of the W3C Data Privacy Vocabulary, as with `Accept: application/ld+json`.",
                )
                .problems(&[ProblemKind::Malformed, ProblemKind::Invalid]),
        )
    };
    let post = |path, body: Value, example: Value| {
        let summary = "The same for identifiers that must not stand in an address";
        receipt(
            Operation::new("POST", path, TAG, &access, summary)
                .about(about)
                .json(body, DECISION_LIMIT, &[example]),
        )
    };
    let subject = part.reads::<SubjectInPath>();
    let path = "/v1/consent/{subject}/receipt";
    part.add(get(path, "A signed receipt of a decision", subject));
    let body = part.reads::<ReceiptBody>();
    let example = json!({ "subject": "contact:4711" });
    part.add(post("/v1/consent/receipt", body, example));
    let subject = part.reads::<ContactInPath>();
    let of_type = part.reads::<CommunicationType>();
    let path = "/v1/communications/{subject}/receipt";
    let summary = "A signed receipt of what a contact said about communications";
    part.add(get(path, summary, subject).query(
        "type",
        of_type,
        "About which type; about any if left out.",
    ));
    let body = part.reads::<CommunicationReceiptBody>();
    let example = json!({ "subject": "contact:4711", "type": "newsletter" });
    part.add(post("/v1/communications/receipt", body, example));
}

fn receipt(operation: Operation) -> Operation {
    operation
        .problems(&[ProblemKind::NotFound])
        .answer_as(
            200,
            "The receipt.",
            "application/jose",
            json!({ "type": "string" }),
        )
        .answer_as(
            200,
            "The same, with the signed one in it.",
            "application/ld+json",
            json!({ "type": "object" }),
        )
}
