//! Mails and their results.

use serde_json::json;

use super::{Ask, Key, Outcome};
use crate::sides::{Side, Things};

/// The attempts at a route of these; nothing for another one.
pub fn cases(method: &str, path: &str, own: &Side, theirs: &Things) -> Option<Vec<(Ask, Outcome)>> {
    use Key::{None as NoKey, Own as OwnKey};
    use Outcome::{Closed, Own};
    let ask = |path: String, key| Ask::new(method, path, key);
    let Things {
        message,
        contact,
        request_id,
        ..
    } = theirs;
    let cases = match (method, path) {
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
        _ => return None,
    };
    Some(cases)
}
