//! What must not be written down is written down nowhere: logs, stores, answers to mistakes.

use std::path::Path;

use assent_tests::{App, Form, Organisation, Setup, random};
use rusqlite::{Connection, types::ValueRef};
use serde_json::json;

/// A site whose pages ask for the browsers that show them.
const SITE: &str = "https://shop.example";

/// Something planted, and whether `subject.identifier` may hold it.
struct Planted {
    what: &'static str,
    text: String,
    is_contact: bool,
}

fn planted(what: &'static str, text: &str) -> Planted {
    Planted {
        what,
        text: text.to_owned(),
        is_contact: ["contact key", "device id"].contains(&what),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_and_stores_hold_only_what_the_design_puts_there() {
    let Some(mut app) = App::start_own(Setup::default()) else {
        return;
    };
    let mut all = vec![planted("admin token", app.admin_token())];
    let club = app
        .organisation(
            json!({ "languages": ["en", "fr"], "origins": [SITE], "legacy_get_set": true }),
        )
        .await;
    all.push(planted("API key", &club.key));
    let local = format!("ada.{}", random());
    let address = format!("{local}@privacy.example");
    all.push(planted("address", &local));
    let contacts = [format!("crm-{}", random()), format!("crm-{}", random())];
    for contact in &contacts {
        all.push(planted("contact key", contact));
    }

    use_everything(&app, &club, &address, &contacts, &mut all).await;
    // And once more while the stores are away: what fails is logged.
    for fault in ["kv fail", "sqlite fail", "kv fail\nsqlite fail"] {
        app.host().faults(fault);
        use_carelessly(&app, &club, &address, &contacts, &all).await;
    }
    app.host().faults("");
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    let logs = app.host().logs();
    assert!(
        logs.contains("request_id="),
        "failures are logged, with the id of the request"
    );
    app.with_host(|host| assert_eq!(host.stop(), Some(0)));

    for planted in &all {
        let Planted { what, text, .. } = planted;
        assert!(
            !app.host().logs().contains(text),
            "{what} in the components' logs"
        );
        assert!(
            !app.host().output().contains(text),
            "{what} in the host's output"
        );
    }
    for entry in walk(app.host().state_dir()) {
        let bytes = std::fs::read(&entry).unwrap();
        for Planted {
            what,
            text,
            is_contact,
        } in &all
        {
            let found = bytes
                .windows(text.len())
                .any(|window| window == text.as_bytes());
            let is_history = entry
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("sqlite_db.db"));
            assert!(
                !found || (*is_contact && is_history),
                "{what} in {}",
                entry.display()
            );
        }
    }
    let mut stored = texts(&app.host().database());
    stored.extend(projected(&app));
    for (place, text) in stored {
        for planted in &all {
            let found = text
                .windows(planted.text.len())
                .any(|window| window == planted.text.as_bytes());
            let allowed = planted.is_contact && place == "subject.identifier";
            assert!(!found || allowed, "{} in {place}", planted.what);
        }
    }
}

/// The keys and values of the key-value store.
fn projected(app: &App) -> Vec<(String, Vec<u8>)> {
    let Some(redis) = app.host().redis() else {
        let file = app.host().state_dir().join("sqlite_key_value.db");
        return texts(&Connection::open(file).unwrap());
    };
    let contents = redis.contents();
    assert!(!contents.is_empty());
    let pairs = contents.into_iter();
    pairs
        .flat_map(|(key, value)| {
            [
                ("a key in Redis", key.into_bytes()),
                ("a value in Redis", value),
            ]
        })
        .map(|(place, text)| (place.to_owned(), text))
        .collect()
}

/// Every route, as it is meant to be used.
async fn use_everything(
    app: &App,
    club: &Organisation,
    address: &str,
    contacts: &[String; 2],
    all: &mut Vec<Planted>,
) {
    let (first, second) = (&contacts[0], &contacts[1]);
    club.grant(&format!("contact:{first}")).await;
    club.refuse(&format!("contact:{second}")).await;
    club.grant(&format!("bk:email:{address}")).await;
    club.send(
        "POST",
        "/v1/consent/query",
        &json!({ "subject": format!("bk:email:{address}") }),
    )
    .await;
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let tokens = club.tokens(&mail, &[first, second]).await;
    for tokens in &tokens {
        club.visit(&mail.click_path(&tokens.click)).await;
        club.visit(&mail.open_path(&tokens.click)).await;
        for (answer, language) in [("refuse", "en"), ("grant", "fr")] {
            let form = Form::open(app, &club.id, &tokens.preferences, language).await;
            form.answer(app, answer, language).await;
        }
        all.push(planted("click token", &tokens.click));
        all.push(planted("preferences token", &tokens.preferences));
    }
    club.stats_with(&mail, "clicks", 2).await;
    use_tags(app, club, contacts, all).await;
    let other = Organisation::make_key(app, &club.id, &["consent:read"]).await;
    all.push(planted("another API key", &other));
    let listed = app
        .admin(
            "GET",
            &format!("/v1/keys?organisation={}", club.id),
            &json!({}),
        )
        .await;
    assert!(!listed.to_string().contains(&other));
    use_carelessly(app, club, address, contacts, all).await;
}

/// What tags and systems ask, with a browser's id in its cookie and others in the address.
async fn use_tags(app: &App, club: &Organisation, contacts: &[String; 2], all: &mut Vec<Planted>) {
    let own = format!("{}?idt=device&dt=kxcookie", club.id);
    let set = app
        .request("POST", &format!("/consent/set/{own}&dc=1&tg=0"))
        .header("origin", SITE);
    let answer = set.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split_once(';').unwrap().0.to_owned();
    let (id, code) = cookie.split_once('=').unwrap().1.split_once('.').unwrap();
    all.push(planted("device id", id));
    all.push(planted("device code", code));
    for path in [
        format!("/consent/get/{own}&callback=f"),
        format!("/consent/get/{own}&idv={id}"),
        format!("/consent/set/{own}&al=1&idv={id}"),
        "/optout_check?callback=f".to_owned(),
    ] {
        let request = app.request("GET", &path).header("origin", SITE);
        let answer = request.header("cookie", &cookie).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
    for method in ["optout", "optin"] {
        let request = app.request("POST", &format!("/consumer/{method}"));
        let request = request.header("origin", SITE).header("cookie", &cookie);
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    let named = format!("{}?idt=bk&bk=crm&idv={}", club.id, contacts[0]);
    for path in [
        format!("/consent/set/{named}&dc=1"),
        format!("/consent/get/{named}"),
    ] {
        let answer = club.request("GET", &path).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
}

/// Every route, with everything in the wrong place. No answer to a mistake repeats what was sent.
async fn use_carelessly(
    app: &App,
    club: &Organisation,
    address: &str,
    contacts: &[String; 2],
    all: &[Planted],
) {
    let token = all
        .iter()
        .find(|planted| planted.what == "preferences token");
    let token = token.map_or("none", |planted| planted.text.as_str());
    let contact = &contacts[0];
    let encoded = address.replace('@', "%40");
    let mut requests = vec![
        club.request("GET", &format!("/v1/consent/bk:email:{encoded}")),
        club.request("GET", &format!("/v1/consent/{encoded}")),
        club.request(
            "GET",
            &format!("/v1/consent/contact:{contact}?regime={encoded}&{encoded}=1"),
        ),
        club.request(
            "GET",
            &format!("/v1/consent/contact:{contact}/history?before={contact}"),
        ),
        club.request("GET", &format!("/v1/messages/{token}/stats")),
        club.request(
            "DELETE",
            &format!("/v1/keys/{}?organisation={token}", club.key),
        ),
        club.request("GET", &format!("/v1/nothing/{token}/{encoded}")),
        app.request("GET", &format!("/l/{token}/{token}")),
        app.request(
            "GET",
            &format!("/p/{}/{token}/tracking?x={encoded}", club.id),
        ),
        app.request("GET", &format!("/p/{}/{token}x/tracking", club.id)),
        app.request("GET", &format!("/static/{token}")),
        app.request("GET", &format!("/demo/{token}")),
        app.request("GET", "/v1/organisations")
            .bearer_auth(&club.key),
        app.request("GET", "/v1/consent/contact:x")
            .bearer_auth(format!("{}x", club.key)),
        app.request("PUT", "/demo/outbox")
            .bearer_auth(&club.key)
            .body(token.to_owned()),
        app.request("POST", &format!("/p/{}/{token}/tracking", club.id))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("answer=refuse&shown={token}&email={encoded}")),
    ];
    let tag = format!("{}?idt=device&dt=kxcookie", club.id);
    for (route, parameters) in [
        ("get", format!("&idv={contact}")),
        ("get", format!("&callback={encoded}")),
        ("get", format!("&callback=f&idv={contact}")),
        ("get", format!("&callback=f&pr={encoded}&{encoded}=1")),
        ("get", format!("&callback=f&request_id={contact}%40")),
        ("set", format!("&dc={contact}")),
        ("set", format!("&callback=f&dc=1&idv={encoded}")),
        ("set", format!("&dc=1&bk={contact}")),
        ("set", "&dc=0".to_owned()),
    ] {
        let path = format!("/consent/{route}/{tag}{parameters}");
        let cookie = format!("__Host-assent-site-device={token}; {contact}={token}");
        requests.push(
            app.request("GET", &path)
                .header("origin", SITE)
                .header("cookie", cookie),
        );
        requests.push(
            app.request("GET", &path)
                .header("origin", format!("https://{token}")),
        );
        requests.push(club.request("POST", &path));
        requests.push(club.request(
            "GET",
            &format!("/consent/{route}/{}?idt=bk&bk=crm&idv={contact}", club.id),
        ));
    }
    for body in [
        format!(r#"{{"subject":"bk:email:{address}","flags":{{"dc":true}},"{address}":1}}"#),
        format!(r#"{{"subject":"{address}","flags":{{"dc":true}}}}"#),
        format!(r#"{{"subject":"contact:{contact}","flags":{{"dc":"{address}"}}}}"#),
        format!(r#"{{"subject":"contact:{contact}","flags":{{"{address}":true}}}}"#),
        format!(r#"{{"subject":"contact:{contact}","flags":{{"dc":true}},"regime":"{address}"}}"#),
        format!(r#"{{"subject":"contact:{contact}","flags":{{"dc":false}}}}"#),
        format!(r#"{{"subject":"bk:email:{address}"#),
        format!("\"{token}\""),
    ] {
        let json = |path: &str| {
            club.request("POST", path)
                .header("content-type", "application/json")
                .body(body.clone())
        };
        requests.push(json("/v1/consent"));
        requests.push(json("/v1/consent/query"));
        requests.push(json("/v1/messages"));
        requests.push(json("/v1/organisations"));
        requests.push(json("/v1/keys"));
    }
    for request in requests {
        let request = request.build().unwrap();
        let what = format!("{} {}", request.method(), request.url().path());
        let answer = app.http().execute(request).await.unwrap();
        let is_problem = !answer.status().is_success() && !answer.status().is_redirection();
        let text = answer.text().await.unwrap();
        // A script comes with 200 whatever it says.
        if !is_problem && !text.contains("\"errors\"") {
            continue;
        }
        // A form that could not be answered offers to send the same once more, to its own address.
        let is_page = text.starts_with("<!doctype html") || text.starts_with("<!DOCTYPE html");
        for Planted {
            what: planted,
            text: value,
            ..
        } in all
        {
            assert!(
                is_page || !text.contains(value),
                "{what} answers with the {planted}: {text}"
            );
        }
    }
}

/// Every value of every table that is a text or a blob, with its place.
fn texts(database: &Connection) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut tables = database
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
        .unwrap();
    let tables: Vec<String> = tables
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(!tables.is_empty());
    for table in tables {
        let mut statement = database
            .prepare(&format!("SELECT * FROM \"{table}\""))
            .unwrap();
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for (number, column) in columns.iter().enumerate() {
                if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = row.get_ref(number).unwrap()
                {
                    all.push((format!("{table}.{column}"), bytes.to_vec()));
                }
            }
        }
    }
    all
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else {
            files.push(path);
        }
    }
    files
}
