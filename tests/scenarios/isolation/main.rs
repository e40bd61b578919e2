//! One organisation tries every route with what is another's: it is answered as if that did not exist, reads
//! nothing and changes nothing. A route of the README without such a case fails this test.

mod cases;
mod routes;
mod sides;

use assent_tests::{App, Organisation};
use cases::{Ask, Body, Key, Outcome, cases};
use serde_json::Value;
use sides::{Side, Things};

/// Status, headers that matter, and body of an answer.
type Seen = (u16, Vec<String>, String);

/// What a request carries instead of the attacker's key.
enum Instead<'a> {
    Nothing,
    This(&'a str),
}

async fn send(app: &App, own: &Side, ask: &Ask, instead: Option<&Instead<'_>>) -> Seen {
    let mut request = app.request(&ask.method, &ask.path);
    let key = match (instead, ask.key) {
        (Some(Instead::Nothing), _) | (None, Key::None) => None,
        (Some(Instead::This(key)), _) => Some(*key),
        (None, Key::Own) => Some(own.club.key.as_str()),
        (None, Key::Administrator) => Some(own.administrator.as_str()),
    };
    if let Some(key) = key {
        request = request.bearer_auth(key);
    }
    if let Some(id) = &ask.request_id {
        request = request.header("idempotency-key", id);
    }
    request = match &ask.body {
        Some(Body::Json(body)) => request.json(body),
        Some(Body::Form(fields)) if ask.method == "POST" => request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(fields.clone()),
        Some(Body::Text(lines)) => request
            .header("content-type", "text/plain")
            .body(lines.clone()),
        _ => request,
    };
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let mut headers: Vec<String> = answer
        .headers()
        .iter()
        .filter(|(name, _)| {
            !["x-request-id", "date", "content-length", "location"].contains(&name.as_str())
        })
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    headers.sort();
    (status, headers, answer.text().await.unwrap())
}

/// The answer without what differs between any two answers.
fn comparable((status, headers, body): Seen, things: &Things) -> Seen {
    let text = things.anonymised(&body);
    if headers
        .iter()
        .any(|header| header.ends_with("text/plain; charset=utf-8"))
    {
        // Of an audit log everything but the ids of requests, which are new each time.
        let lines = text.lines().filter_map(|line| line.rsplit_once('^'));
        return (status, headers, lines.map(|(line, _)| line).collect());
    }
    let Ok(mut value) = serde_json::from_str::<Value>(&text) else {
        // Pages have a fresh form token, mails and token lists fresh ids.
        let shown = text.split("name=\"shown\" value=\"").enumerate();
        let page = shown.map(|(number, part)| match number {
            0 => part,
            _ => part.split_once('"').map_or("", |(_, rest)| rest),
        });
        return (status, headers, page.collect());
    };
    strip(&mut value);
    (status, headers, value.to_string())
}

/// Times and ids that are new each time.
fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for name in [
                "request_id",
                "at",
                "decided_at",
                "erased_at",
                "linked_at",
                "dtTrackingConsent",
                "created_at",
                "id",
                "content",
                "links",
                "seq",
                "received_at",
                "dated_at",
                "started_at",
                "changed_at",
                "digest",
                "first_seen",
                "click",
                "preferences",
                "one_click",
                "url",
                "mailers",
                // Of work that is everybody's, such as retention.
                "more",
            ] {
                fields.remove(name);
            }
            fields.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_anothers_does_not_exist() {
    let app = App::start();
    let (own, other) = (Side::new(&app).await, Side::new(&app).await);
    let nobody = Things::of_nobody();
    let without_scope = Organisation::make_key(&app, &own.club.id, &["reports:read"]).await;
    let revoked = revoked_key(&app, &own).await;
    let mut tried = 0;
    for wanted in [Outcome::Closed, Outcome::Own] {
        let before = (own.state(&app).await, other.state(&app).await);
        for (method, path) in routes::routes() {
            let no_case = || panic!("{method} {path} has no isolation case: add one in cases.rs");
            let theirs = cases(&method, &path, &own, &other.things).unwrap_or_else(no_case);
            let twins = cases(&method, &path, &own, &nobody).unwrap_or_else(no_case);
            for ((ask, outcome), (twin, _)) in theirs.iter().zip(&twins) {
                if *outcome != wanted {
                    continue;
                }
                tried += 1;
                if ask.key != Key::None {
                    keys_open_nothing(&app, &own, ask, &without_scope, &revoked).await;
                }
                compare(&app, &own, &other.things, &nobody, (ask, twin), wanted).await;
            }
        }
        assert_eq!(other.state(&app).await, before.1, "the other's data");
        if wanted == Outcome::Closed {
            assert_eq!(own.state(&app).await, before.0, "one's own data");
        }
    }
    assert!(tried >= 40, "only {tried} attempts");
    println!("{tried} attempts");
    // Of whoever clicked with a token of the other's, nobody is named.
    let report = own.club.stats_with(&own.mail, "clicks", 3).await;
    assert_eq!(Organisation::named(&report), [own.things.contact.as_str()]);
    // And whoever clicks the other's links with one's own token is nobody there.
    let visit = other.mail.click_path(&own.tokens.click);
    assert_eq!(own.club.visit(&visit).await.status(), 302);
    let report = other.club.stats_with(&other.mail, "clicks", 2).await;
    assert_eq!(
        Organisation::named(&report),
        [other.things.contact.as_str()]
    );
    assert_eq!(report["clicks"]["anonymous"], 1);
}

async fn compare(
    app: &App,
    own: &Side,
    theirs: &Things,
    nobodys: &Things,
    (ask, twin): (&Ask, &Ask),
    wanted: Outcome,
) {
    let what = format!("{} {}", ask.method, ask.path);
    let seen = send(app, own, ask, None).await;
    let expected = send(app, own, twin, None).await;
    if wanted == Outcome::Closed {
        assert!([401, 403, 404].contains(&seen.0), "{what}: {seen:?}");
    }
    assert!(seen.0 < 500, "{what}: {seen:?}");
    assert_eq!(
        comparable(seen, theirs),
        comparable(expected, nobodys),
        "{what} tells that it is another's"
    );
}

/// Without a key, with a revoked one, and with one that lacks the scope: closed.
async fn keys_open_nothing(app: &App, own: &Side, ask: &Ask, without_scope: &str, revoked: &str) {
    for (instead, status) in [
        (Instead::Nothing, 401),
        (Instead::This("assent_0000"), 401),
        (Instead::This(revoked), 401),
        (Instead::This(without_scope), 403),
    ] {
        let seen = send(app, own, ask, Some(&instead)).await;
        let for_the_operator = ["/v1/organisations", "/v1/industry-opt-outs?source=page"];
        let operators = seen.0 == 401 && for_the_operator.contains(&ask.path.as_str());
        let path = ask.path.split('?').next().unwrap();
        let reading = [
            "/stats",
            "/contacts",
            "/chart.svg",
            "/report",
            "/segments",
            "/v1/exports/interactions",
            "/v1/last-opens",
            "/v1/messages",
            "/v1/reports/consent",
        ];
        let reports = matches!(instead, Instead::This(key) if key == without_scope)
            && ask.method == "GET"
            && reading.iter().any(|end| path.ends_with(end));
        assert!(
            seen.0 == status || operators || reports,
            "{} {}: {seen:?}, not {status}",
            ask.method,
            ask.path
        );
    }
}

async fn revoked_key(app: &App, own: &Side) -> String {
    let body = serde_json::json!({ "organisation": own.club.id, "name": "revoked", "scopes": ["consent:read"] });
    let made = app.admin("POST", "/v1/keys", &body).await;
    let path = format!(
        "/v1/keys/{}?organisation={}",
        made["id"].as_str().unwrap(),
        own.club.id
    );
    let answer = app
        .request("DELETE", &path)
        .bearer_auth(app.admin_token())
        .send()
        .await;
    assert_eq!(answer.unwrap().status(), 204);
    made["key"].as_str().unwrap().to_owned()
}
