//! Contacts, audiences and rules.

use serde_json::{Value, json};

use super::{Ask, Key, Outcome};
use crate::sides::{Side, Things};

/// The attempts at a route of these; nothing for another one.
pub fn cases(method: &str, path: &str, _: &Side, theirs: &Things) -> Option<Vec<(Ask, Outcome)>> {
    use Key::{Administrator, Own as OwnKey};
    use Outcome::{Closed, Own};
    let ask = |path: String, key| Ask::new(method, path, key);
    let Things {
        message,
        link,
        contact,
        rule,
        ..
    } = theirs;
    let cases = match (method, path) {
        // The first is one's own person; what one has said of others' names comes later.
        ("GET", "/v1/contacts") => vec![(ask(format!("{path}?limit=1"), OwnKey), Own)],
        ("POST", "/v1/contacts") => {
            let body = json!({ "contact": contact });
            vec![
                (ask(path.into(), OwnKey).json(body.clone()), Own),
                (ask(path.into(), Administrator).json(body), Closed),
            ]
        }
        ("POST", "/v1/contacts/query") => {
            let body = json!({ "contacts": [contact] });
            vec![(ask(path.into(), OwnKey).json(body), Own)]
        }
        ("GET" | "PUT" | "PATCH" | "DELETE", "/v1/contacts/{key}") => {
            let ask = ask(path.replace("{key}", contact), OwnKey);
            vec![(ask.json(json!({ "attributes": {} })), Own)]
        }
        ("GET" | "PUT", "/v1/contacts/{key}/ceiling") => {
            let ask = ask(path.replace("{key}", contact), OwnKey);
            vec![(ask.json(json!({ "clicks": "anonymous" })), Own)]
        }
        ("GET", "/v1/exports/contacts") => vec![(ask(path.into(), OwnKey), Own)],
        // The other's mail is none of one's own.
        ("POST", "/v1/audience") => {
            let when = json!({ "opened": {} });
            let theirs = json!({ "not": { "clicked": { "messages": [message] } } });
            let link = json!({ "clicked": { "links": [link] } });
            let question = |when: Value| ask(path.into(), OwnKey).json(json!({ "when": when }));
            vec![
                (question(when), Own),
                (question(theirs), Own),
                (question(link), Own),
            ]
        }
        ("POST", "/v1/audience/check" | "/v1/audience/score") => {
            let question = |when: Value| {
                let body = match path {
                    "/v1/audience/check" => json!({ "when": when, "contacts": [contact] }),
                    _ => {
                        json!({ "scores": [{ "when": when, "points": 1 }], "contacts": [contact] })
                    }
                };
                ask(path.into(), OwnKey).json(body)
            };
            vec![
                (question(json!({ "clicked": {} })), Own),
                (
                    question(json!({ "clicked": { "messages": [message] } })),
                    Own,
                ),
            ]
        }
        ("GET" | "POST", "/v1/rules") => {
            let body = json!({ "name": "x", "only_tracked": true, "when": { "clicked": { "links": [link] } } });
            match method {
                "GET" => vec![(ask(path.into(), OwnKey), Own)],
                _ => vec![(ask(path.into(), OwnKey).json(body), Own)],
            }
        }
        ("GET" | "PUT" | "DELETE", "/v1/rules/{id}") => {
            let body = json!({ "name": "Taken", "only_tracked": false });
            vec![(ask(path.replace("{id}", rule), OwnKey).json(body), Closed)]
        }
        ("POST", "/v1/rules/{id}/evaluate") => {
            let body = json!({ "contacts": [contact] });
            vec![(ask(path.replace("{id}", rule), OwnKey).json(body), Closed)]
        }
        _ => return None,
    };
    Some(cases)
}
