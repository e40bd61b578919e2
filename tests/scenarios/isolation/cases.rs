//! What one organisation tries at each route with what is another's.

use serde_json::{Value, json};

use crate::sides::{Side, Things};

/// A request of the attacking organisation.
pub struct Ask {
    pub method: String,
    pub path: String,
    pub key: Key,
    pub body: Option<Body>,
    pub request_id: Option<String>,
}

/// Which key it carries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// One with every scope but `admin`.
    Own,
    /// One with `admin`.
    Administrator,
    /// None: the route asks for none.
    None,
}

pub enum Body {
    Json(Value),
    Form(String),
    Text(String),
}

/// What comes of it, for the other's things as for things that do not exist.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// 401, 403 or 404.
    Closed,
    /// The attacker's own data, in which the other's name means nothing.
    Own,
}

impl Ask {
    fn new(method: &str, path: impl Into<String>, key: Key) -> Self {
        Self {
            method: method.to_owned(),
            path: path.into(),
            key,
            body: None,
            request_id: None,
        }
    }

    fn json(mut self, body: Value) -> Self {
        self.body = Some(Body::Json(body));
        self
    }

    fn form(mut self, fields: String) -> Self {
        self.body = Some(Body::Form(fields));
        self
    }

    fn text(mut self, lines: String) -> Self {
        self.body = Some(Body::Text(lines));
        self
    }

    fn under(mut self, request_id: &str) -> Self {
        self.request_id = Some(request_id.to_owned());
        self
    }
}

/// The attempts at a route; nothing for one that has no case yet.
pub fn cases(method: &str, path: &str, own: &Side, theirs: &Things) -> Option<Vec<(Ask, Outcome)>> {
    use Key::{Administrator, None as NoKey, Own as OwnKey};
    use Outcome::{Closed, Own};
    let ask = |path: String, key| Ask::new(method, path, key);
    let Things {
        organisation,
        message,
        link,
        subject,
        contact,
        request_id,
        import,
        click,
        preferences,
        one_click,
        form,
        key_id,
        webhook,
        rule,
        seq,
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
        ("POST", "/v1/messages") => {
            let body = json!({
                "name": "Theirs", "content": "<a href='https://theirs.example'>x</a>",
                "click_tag": "*|CLICK|*", "preferences_tag": "*|PREFS|*",
            });
            vec![(ask(path.into(), OwnKey).json(body).under(request_id), Own)]
        }
        (
            "GET",
            "/v1/messages/{id}"
            | "/v1/messages/{id}/stats"
            | "/v1/messages/{id}/contacts"
            | "/v1/messages/{id}/chart.svg"
            | "/v1/messages/{id}/report"
            | "/v1/messages/{id}/ceiling",
        ) => {
            vec![(ask(path.replace("{id}", message), OwnKey), Closed)]
        }
        ("GET", "/v1/messages/{id}/segments") => {
            let path = path.replace("{id}", message);
            vec![(ask(format!("{path}?by=city"), OwnKey), Closed)]
        }
        ("GET", "/v1/last-opens") => vec![(ask(path.into(), OwnKey), Own)],
        ("GET", "/v1/exports/interactions") => vec![
            (ask(path.to_owned(), OwnKey), Own),
            // As one that does not exist.
            (ask(format!("{path}?message={message}"), OwnKey), Own),
        ],
        ("PUT", "/v1/messages/{id}/ceiling") => {
            let ask = ask(path.replace("{id}", message), OwnKey);
            vec![(ask.json(json!({ "clicks": "off", "opens": "off" })), Closed)]
        }
        // Takes away what each organisation's settings say, whoever asks; of these nothing is so old.
        ("POST", "/v1/retain") => vec![(ask(path.into(), NoKey), Own)],
        // The other's mail is no place in one's own list.
        ("GET", "/v1/messages") => vec![
            (ask(path.into(), OwnKey), Own),
            (ask(format!("{path}?before={message}"), OwnKey), Own),
        ],
        ("POST", "/v1/messages/{id}/tokens") => {
            let body = json!({ "contacts": [contact] });
            let own_mail = path.replace("{id}", &own.mail.id);
            vec![
                (
                    ask(path.replace("{id}", message), OwnKey)
                        .json(body.clone())
                        .under(request_id),
                    Closed,
                ),
                (ask(own_mail, OwnKey).json(body).under(request_id), Own),
            ]
        }
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
