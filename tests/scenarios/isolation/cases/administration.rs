//! Organisations, keys, and what their systems are told.

use serde_json::json;

use super::{Ask, Key, Outcome};
use crate::sides::{Side, Things};

/// The attempts at a route of these; nothing for another one.
pub fn cases(method: &str, path: &str, own: &Side, theirs: &Things) -> Option<Vec<(Ask, Outcome)>> {
    use Key::{Administrator, Own as OwnKey};
    use Outcome::{Closed, Own};
    let ask = |path: String, key| Ask::new(method, path, key);
    let Things {
        organisation,
        key_id,
        webhook,
        ..
    } = theirs;
    let cases = match (method, path) {
        ("POST", "/v1/organisations") => {
            let body = json!({ "id": organisation, "settings": {} });
            vec![(ask(path.into(), Administrator).json(body), Closed)]
        }
        ("GET", "/v1/organisations") => vec![(ask(path.into(), Administrator), Closed)],
        ("GET" | "PUT", "/v1/organisations/{id}") => [OwnKey, Administrator]
            .map(|key| {
                let ask = ask(path.replace("{id}", organisation), key);
                (ask.json(json!({ "display_name": "Taken" })), Closed)
            })
            .into(),
        ("GET", "/v1/organisations/{id}/settings/versions") => [OwnKey, Administrator]
            .map(|key| (ask(path.replace("{id}", organisation), key), Closed))
            .into(),
        ("POST", "/v1/organisations/{id}/backfill") => [OwnKey, Administrator]
            .map(|key| {
                let ask = ask(path.replace("{id}", organisation), key);
                (ask.json(json!({ "flags": { "dc": true } })), Closed)
            })
            .into(),
        // From the other, to the other, and as if it were linked.
        ("POST", "/v1/organisations/{id}/linked/{other}/catch-up") => {
            [(&own.club.id, organisation), (organisation, &own.club.id)]
                .map(|(id, other)| {
                    let path = path.replace("{id}", id).replace("{other}", other);
                    (ask(path, Administrator), Closed)
                })
                .into()
        }
        // For the operator alone: it holds in every organisation.
        ("POST", "/v1/industry-opt-outs") => vec![(
            ask(format!("{path}?source=page"), Administrator).json(json!({})),
            Closed,
        )],
        ("POST", "/v1/keys") => {
            let body = json!({ "organisation": organisation, "name": "x", "scopes": ["admin"] });
            [OwnKey, Administrator]
                .map(|key| (ask(path.into(), key).json(body.clone()), Closed))
                .into()
        }
        ("GET", "/v1/keys") => [OwnKey, Administrator]
            .map(|key| {
                (
                    ask(format!("{path}?organisation={organisation}"), key),
                    Closed,
                )
            })
            .into(),
        // In the other's name, and in one's own.
        ("DELETE", "/v1/keys/{id}") => [organisation, &own.club.id]
            .map(|whose| {
                (
                    ask(
                        format!("/v1/keys/{key_id}?organisation={whose}"),
                        Administrator,
                    ),
                    Closed,
                )
            })
            .into(),
        // The first is one's own person; what one has said of others' names comes later.
        ("GET", "/v1/changes") => vec![(ask(format!("{path}?limit=1"), OwnKey), Own)],
        ("POST", "/v1/webhooks") => {
            let body = json!({ "organisation": organisation, "url": "https://theirs.example" });
            [OwnKey, Administrator]
                .map(|key| (ask(path.into(), key).json(body.clone()), Closed))
                .into()
        }
        ("GET", "/v1/webhooks") => [OwnKey, Administrator]
            .map(|key| {
                let path = format!("{path}?organisation={organisation}");
                (ask(path, key), Closed)
            })
            .into(),
        (
            "GET" | "DELETE" | "POST",
            "/v1/webhooks/{id}" | "/v1/webhooks/{id}/secret" | "/v1/webhooks/{id}/resume",
        ) => [organisation, &own.club.id]
            .map(|whose| {
                let path = format!("{}?organisation={whose}", path.replace("{id}", webhook));
                (ask(path, Administrator), Closed)
            })
            .into(),
        _ => return None,
    };
    Some(cases)
}
