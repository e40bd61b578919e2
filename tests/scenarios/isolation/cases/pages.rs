//! Pages, links, forms and tags.

use serde_json::json;

use super::{Ask, Key, Outcome};
use crate::sides::{Side, Things};

/// The attempts at a route of these; nothing for another one.
pub fn cases(method: &str, path: &str, own: &Side, theirs: &Things) -> Option<Vec<(Ask, Outcome)>> {
    use Key::{Administrator, None as NoKey, Own as OwnKey};
    use Outcome::{Closed, Own};
    let ask = |path: String, key| Ask::new(method, path, key);
    let Things {
        organisation,
        link,
        contact,
        request_id,
        click,
        preferences,
        one_click,
        form,
        ..
    } = theirs;
    let cases = match (method, path) {
        ("GET", path) if path.starts_with("/p/{organisation}/{person}/receipt") => [
            (organisation, &own.tokens.preferences),
            (&own.club.id, preferences),
            (organisation, click),
        ]
        .map(|(organisation, token)| {
            let path = path.replace("{organisation}", organisation);
            (ask(path.replace("{person}", token), NoKey), Closed)
        })
        .into(),
        // For everybody, like the log: what it shows is in what is sent.
        ("GET" | "POST", "/receipt") => Vec::new(),
        // A browser's own cookie, and no organisation's data.
        ("GET" | "POST", "/opt-out") => Vec::new(),
        // Anybody may follow a link; somebody else's token makes it nobody's click.
        ("GET" | "HEAD", "/l/{link}/{token}" | "/o/{link}/{token}") => {
            let (kind, own_link) = match path.as_bytes()[1] {
                b'l' => ("l", own.link("click")),
                _ => ("o", own.link("open")),
            };
            vec![
                (ask(format!("/{kind}/{own_link}/{click}"), NoKey), Own),
                (ask(format!("/{kind}/{own_link}/{preferences}"), NoKey), Own),
                // A link is no pixel: like one that does not exist.
                (
                    ask(format!("/o/{link}/{}", own.tokens.click), NoKey),
                    Closed,
                ),
            ]
        }
        // An answer on one's own link with the other's token is nobody's, and only leads on.
        ("POST", "/l/{link}/{token}") => ["refuse", "grant", "later"]
            .map(|answer| {
                let path = format!("/l/{}/{click}", own.link("click"));
                (ask(path, NoKey).form(format!("answer={answer}")), Own)
            })
            .into(),
        (
            "GET" | "POST",
            "/p/{organisation}/{person}"
            | "/p/{organisation}/{person}/unsubscribe"
            | "/p/{organisation}/{person}/opt-in"
            | "/p/{organisation}/{person}/form/{form}",
        ) => {
            let answers = "answer=all&tracking=no&type-newsletter=no&stop=newsletter";
            [
                (organisation, &own.tokens.preferences),
                (&own.club.id, preferences),
                (organisation, click),
            ]
            .map(|(organisation, token)| {
                let path = path
                    .replace("{organisation}", organisation)
                    .replace("{person}", token)
                    .replace("{form}", "unsubscribe");
                (ask(path, NoKey).form(answers.to_owned()), Closed)
            })
            .into()
        }
        ("GET" | "POST", "/u/{organisation}/{token}") => [
            (organisation, &own.things.one_click),
            (&own.club.id, one_click),
            (organisation, preferences),
        ]
        .map(|(organisation, token)| {
            let path = format!("/u/{organisation}/{token}");
            let ask = ask(path, NoKey).form("List-Unsubscribe=One-Click".to_owned());
            (ask, Closed)
        })
        .into(),
        // With one's own preview under the other's name; nothing that is sent there is read.
        ("GET", "/p/{organisation}/preview/{token}" | "/l/{organisation}/preview/{token}") => {
            [preferences, form]
                .map(|token| {
                    (
                        ask(
                            path.replace("{organisation}", organisation)
                                .replace("{token}", token),
                            NoKey,
                        ),
                        Closed,
                    )
                })
                .into()
        }
        ("POST", "/p/{organisation}/preview/{token}" | "/l/{organisation}/preview/{token}") => {
            Vec::new()
        }
        ("GET", "/v1/forms" | "/v1/forms/{id}" | "/v1/forms/{id}/link") => {
            vec![(ask(path.replace("{id}", "unsubscribe"), OwnKey), Own)]
        }
        // Its address is sealed anew each time.
        ("GET", "/v1/forms/{id}/preview") => {
            vec![(ask("/v1/forms/theirs/preview".to_owned(), OwnKey), Closed)]
        }
        ("POST", "/v1/forms") => {
            let body = json!({ "id": "theirs", "kind": "unsubscribe" });
            vec![(ask(path.into(), OwnKey).json(body), Closed)]
        }
        ("PUT", "/v1/forms/{id}" | "/v1/forms/{id}/texts/{language}") => {
            let path = path.replace("{id}", "theirs").replace("{language}", "en");
            [OwnKey, Administrator]
                .map(|key| (ask(path.clone(), key).json(json!({})), Closed))
                .into()
        }
        ("GET", "/v1/forms/{id}/shown/{version}") => {
            let path = path
                .replace("{id}", "tracking")
                .replace("{version}", "0123");
            vec![(ask(path, OwnKey), Closed)]
        }
        ("GET" | "POST", "/p/{organisation}/{person}/tracking") => {
            let form = format!("answer=grant&shown={form}");
            [
                (organisation, &own.tokens.preferences),
                (&own.club.id, preferences),
                (organisation, click),
            ]
            .into_iter()
            .flat_map(|(organisation, token)| {
                let path = format!("/p/{organisation}/{token}/tracking");
                [form.clone(), "answer=refuse".to_owned()]
                    .map(|fields| (ask(path.clone(), NoKey).form(fields), Closed))
            })
            .chain([(
                // One's own form with the other's evidence; `GET` shows one's own.
                ask(
                    format!("/p/{}/{}/tracking", own.club.id, own.tokens.preferences),
                    NoKey,
                )
                .form(form.clone()),
                Own,
            )])
            .collect()
        }
        // Whoever is no page of the other's sites; keys play no role.
        ("GET" | "POST", "/v1/site/{organisation}/consent")
        | ("GET", "/v1/site/{organisation}/banner") => {
            let ask = ask(path.replace("{organisation}", organisation), NoKey);
            let decision = json!({ "flags": { "dc": true } });
            match method {
                "POST" => vec![(ask.json(decision).under(request_id), Closed)],
                _ => vec![(ask, Closed)],
            }
        }
        // As the tag asks, for the contact's own bridge key; a page without a key is none of the other's.
        (
            "GET" | "POST",
            "/consent/get/{organisation}"
            | "/consent/set/{organisation}"
            | "/consumer/remove/{organisation}"
            | "/consumer/portability/{organisation}",
        ) => {
            let flag = if path.starts_with("/consent/set") {
                "&dc=1"
            } else {
                ""
            };
            let path = path.replace("{organisation}", organisation);
            let named = format!("{path}?idt=bk&bk=crm&idv={contact}{flag}");
            let visiting = format!("{path}?idt=device&dt=kxcookie{flag}");
            vec![
                (ask(named.clone(), OwnKey).under(request_id), Closed),
                (
                    ask(format!("{named}&request_id={request_id}"), OwnKey),
                    Closed,
                ),
                (ask(named, NoKey), Closed),
                (ask(visiting, NoKey), Closed),
            ]
        }
        // About the browser alone, which has no cookie here.
        (
            "GET" | "POST",
            "/optout_check" | "/consumer/tmp_cookie" | "/consumer/optout" | "/consumer/optin",
        ) => vec![(ask(path.into(), NoKey), Closed)],
        // Without any organisation's data.
        (
            "GET",
            "/openapi.json"
            | "/healthz"
            | "/.well-known/gpc.json"
            | "/.well-known/jwks.json"
            | "/static/…"
            | "/demo",
        )
        | ("POST", "/v1/webhooks/deliver") => Vec::new(),
        _ => return None,
    };
    Some(cases)
}
