//! Decisions, what is in force, the log, files.

use serde_json::json;

use super::{Ask, Key, Outcome};
use crate::sides::{Side, Things};

/// The attempts at a route of these; nothing for another one.
pub fn cases(method: &str, path: &str, _: &Side, theirs: &Things) -> Option<Vec<(Ask, Outcome)>> {
    use Key::{Administrator, Own as OwnKey};
    use Outcome::{Closed, Own};
    let ask = |path: String, key| Ask::new(method, path, key);
    let Things {
        organisation,
        subject,
        contact,
        request_id,
        import,
        seq,
        ..
    } = theirs;
    let cases = match (method, path) {
        ("POST", "/v1/consent") => {
            let decision = json!({ "subject": subject, "flags": { "dc": true, "al": true } });
            vec![
                (
                    ask(path.into(), OwnKey)
                        .json(decision.clone())
                        .under(request_id),
                    Own,
                ),
                (ask(path.into(), Administrator).json(decision), Closed),
            ]
        }
        ("GET", "/v1/consent/{subject}") => {
            ["", "?source=projection", "?regime=gdpr", "?explain=true"]
                .map(|query| (ask(format!("/v1/consent/{subject}{query}"), OwnKey), Own))
                .into()
        }
        ("POST", "/v1/consent/query") => ["history", "projection"]
            .map(|source| {
                let body = json!({ "subject": subject, "source": source });
                (ask(path.into(), OwnKey).json(body), Own)
            })
            .into(),
        ("POST", "/v1/consent/check") => {
            let body = json!({ "gate": "track", "subjects": [subject] });
            let with_receiver =
                json!({ "gate": "share", "receiver": organisation, "subjects": [subject] });
            vec![
                (ask(path.into(), OwnKey).json(body), Own),
                (ask(path.into(), OwnKey).json(with_receiver), Closed),
            ]
        }
        // What the other has decided is in the other's log alone.
        ("GET", "/v1/consent/{subject}/receipt") => vec![(
            ask(format!("/v1/consent/{subject}/receipt?seq={seq}"), OwnKey),
            Closed,
        )],
        ("GET", "/v1/log/entries") => vec![
            (ask(path.into(), OwnKey), Own),
            (
                ask(format!("{path}?organisation={organisation}"), OwnKey),
                Closed,
            ),
        ],
        // For everybody: hashes and signatures.
        ("GET", "/v1/log/checkpoint" | "/v1/log/proof" | "/v1/log/consistency") => Vec::new(),
        ("GET", "/v1/consent/{subject}/history") => {
            ["".to_owned(), format!("?before={seq}&limit=1000")]
                .map(|query| {
                    (
                        ask(format!("/v1/consent/{subject}/history{query}"), OwnKey),
                        Own,
                    )
                })
                .into()
        }
        ("POST", "/v1/consent/history") => {
            let body = json!({ "subject": subject, "limit": 1000 });
            vec![(ask(path.into(), OwnKey).json(body), Own)]
        }
        ("POST", "/v1/consent/receipt" | "/v1/communications/receipt") => {
            let seq: i64 = seq.parse().unwrap();
            let body = json!({ "subject": subject, "seq": seq });
            vec![(ask(path.into(), OwnKey).json(body), Closed)]
        }
        ("POST", "/v1/communications/history") => {
            vec![(
                ask(path.into(), OwnKey).json(json!({ "subject": subject })),
                Own,
            )]
        }
        ("GET", "/v1/communications/{subject}/receipt") => {
            vec![(ask(path.replace("{subject}", subject), OwnKey), Closed)]
        }
        ("POST", "/v1/communications") => {
            let body = json!({ "subject": subject, "type": "newsletter", "status": "opted_out" });
            vec![(ask(path.into(), OwnKey).json(body).under(request_id), Own)]
        }
        ("GET", "/v1/communications/{subject}" | "/v1/communications/{subject}/history") => {
            vec![(ask(path.replace("{subject}", subject), OwnKey), Own)]
        }
        ("POST", "/v1/imports") => {
            let lines = format!("contact^^{contact}^set^^dc=1^1515471711277000\n");
            vec![(ask(path.into(), OwnKey).text(lines).under(request_id), Own)]
        }
        // Everything is asked for, and only one's own comes.
        ("GET", "/v1/exports/audit") => ["set", "portability", "remove"]
            .map(|action| (ask(format!("{path}?action={action}"), OwnKey), Own))
            .into(),
        ("GET", "/v1/exports/consent") => vec![(ask(path.to_owned(), OwnKey), Own)],
        ("GET", "/v1/exports/dissent") => vec![(ask(format!("{path}?flag=dc"), OwnKey), Own)],
        ("GET", "/v1/reports/consent") => vec![(ask(path.into(), Administrator), Closed)],
        ("GET", "/v1/imports") => vec![(ask(path.into(), OwnKey), Own)],
        ("GET", "/v1/imports/{id}" | "/v1/imports/{id}/errors") => {
            vec![(ask(path.replace("{id}", import), OwnKey), Closed)]
        }
        ("DELETE", "/v1/consent/{subject}") | ("GET", "/v1/consent/{subject}/export") => {
            vec![(ask(path.replace("{subject}", subject), OwnKey), Own)]
        }
        ("POST", "/v1/consent/erase" | "/v1/consent/export") => {
            let body = json!({ "subject": subject });
            vec![
                (ask(path.into(), OwnKey).json(body.clone()), Own),
                (ask(path.into(), OwnKey).json(json!([body])), Own),
            ]
        }
        ("POST" | "DELETE", "/v1/subjects/link") => {
            let body = json!({ "subject": subject, "device": "device:idfa:phone" });
            vec![(ask(path.into(), OwnKey).json(body), Own)]
        }
        ("GET", "/v1/subjects/{subject}/links") => {
            vec![(ask(path.replace("{subject}", subject), OwnKey), Own)]
        }
        _ => return None,
    };
    Some(cases)
}
