//! Every address that is ever handed out is asked for as machines do: nobody's consent changes, and nobody is
//! unsubscribed.

use std::collections::BTreeSet;

use assent_tests::{App, Organisation, Setup, random, root};
use reqwest::header::USER_AGENT;
use serde_json::{Value, json};

use crate::{Intercepted, MAIL};

/// Addresses for people and for everybody that are in no mail and no answer; each is asked for as it stands.
const FIXED: [&str; 10] = [
    "/receipt",
    "/opt-out",
    "/openapi.json",
    "/healthz",
    "/.well-known/gpc.json",
    "/.well-known/jwks.json",
    "/static/assent.js",
    "/demo",
    "/optout_check",
    "/consumer/tmp_cookie",
];

struct Handed {
    addresses: BTreeSet<String>,
}

impl Handed {
    /// Every address of our own in a text, with its merge tags filled in.
    fn take(&mut self, base: &str, text: &str, merge: &[(&str, &str)]) {
        for (place, _) in text.match_indices(base) {
            let rest = &text[place..];
            let end = rest
                .find(['"', '\'', '<', '>', ' ', '\\', ')'])
                .unwrap_or(rest.len());
            let mut address = rest[base.len()..end].to_owned();
            for (tag, value) in merge {
                address = address.replace(tag, value);
            }
            self.addresses.insert(address);
        }
    }
}

async fn text_of(club: &Organisation, path: &str) -> String {
    let answer = club.request("GET", path).send().await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    answer.text().await.unwrap()
}

/// All that an organisation and its readers ever get to see.
async fn handed_out(app: &App, club: &Organisation) -> Handed {
    let base = app.base();
    let mut handed = Handed {
        addresses: FIXED.map(str::to_owned).into(),
    };
    let fields =
        json!({ "content": MAIL, "communication_type": "news", "one_click_tag": "*|ONE|*" });
    let mail = club.message_with(fields).await;
    let path = format!("/v1/messages/{}/tokens", mail.id);
    let request = club
        .request("POST", &path)
        .header("idempotency-key", random());
    let body = json!({ "contacts": ["anna", "ben", "cleo"] });
    let lines = request
        .json(&body)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let token = |name: &str| {
            line[name]
                .as_str()
                .unwrap_or_else(|| panic!("{name} in {line}"))
                .to_owned()
        };
        let (click, preferences, one_click) =
            (token("click"), token("preferences"), token("one_click"));
        let merge = [
            ("*|CLICK|*", click.as_str()),
            ("*|PREFS|*", &preferences),
            ("*|ONE|*", &one_click),
        ];
        // The rewritten mail, the pixel, the links to forms, and the headers to send.
        handed.take(base, &mail.answer.to_string(), &merge);
        let forms: Value = serde_json::from_str(&text_of(club, "/v1/forms").await).unwrap();
        for form in forms["forms"].as_array().unwrap() {
            let id = form["id"].as_str().unwrap();
            let link = club
                .request("GET", &format!("/v1/forms/{id}/link"))
                .send()
                .await
                .unwrap();
            if link.status() == 200 {
                handed.take(base, &link.text().await.unwrap(), &merge);
            }
            let preview = format!("/v1/forms/{id}/preview?language=en");
            let preview = club.request("GET", &preview).send().await.unwrap();
            if preview.status() == 200 {
                handed.take(base, &preview.text().await.unwrap(), &merge);
            }
        }
    }
    // What pages lead to, and what they are made of; two steps are enough to find all.
    for _ in 0..2 {
        for address in handed.addresses.clone() {
            let answer = app
                .request("GET", &address)
                .header("accept", "text/html")
                .send()
                .await
                .unwrap();
            let is_page = answer
                .headers()
                .get("content-type")
                .is_some_and(|kind| kind.to_str().unwrap().contains("html"));
            if !is_page {
                continue;
            }
            let html = answer.text().await.unwrap();
            for attribute in ["href=\"", "src=\"", "action=\""] {
                for part in html.split(attribute).skip(1) {
                    let target = part.split('"').next().unwrap().replace("&#38;", "&");
                    let path = address.split('?').next().unwrap();
                    match target.chars().next() {
                        Some('/') => handed.addresses.insert(target),
                        Some('?') => handed.addresses.insert(format!("{path}{target}")),
                        _ => false,
                    };
                }
            }
        }
    }
    // For pages of the organisation's sites.
    for path in ["consent", "banner"] {
        handed
            .addresses
            .insert(format!("/v1/site/{}/{path}", club.id));
    }
    for path in [
        "/consent/get",
        "/consent/set",
        "/consumer/remove",
        "/consumer/portability",
    ] {
        handed
            .addresses
            .insert(format!("{path}/{}?al=0&dc=0&tg=0&cd=0&sh=0&re=0", club.id));
    }
    for what in [
        "checkpoint?",
        "proof?leaf=0&size=1&",
        "consistency?from=1&to=1&",
    ] {
        handed
            .addresses
            .insert(format!("/v1/log/{what}organisation={}", club.id));
    }
    // A form leads to the receipt of an answer once there is one; its other formats stand beside it.
    for address in handed.addresses.clone() {
        if let Some(person) = address.strip_suffix("/tracking") {
            for format in ["", ".jws", ".jsonld", ".svg"] {
                handed.addresses.insert(format!("{person}/receipt{format}"));
            }
        }
    }
    // Receipts and webhooks name addresses, too.
    for contact in ["anna", "ben", "cleo"] {
        let receipt = club
            .request("GET", &format!("/v1/consent/contact:{contact}/receipt"))
            .send()
            .await
            .unwrap();
        if receipt.status() == 200 {
            handed.take(base, &receipt.text().await.unwrap(), &[]);
        }
    }
    handed
}

/// Whether an address is one of a route of the README's table.
fn is_of(address: &str, route: &str) -> bool {
    let path = address.split('?').next().unwrap();
    let (mut found, mut wanted) = (path.split('/'), route.split('/'));
    loop {
        match (found.next(), wanted.next()) {
            (None, None) => return true,
            (Some(_), Some("…")) => return true,
            (Some(one), Some(other))
                if one == other || (other.starts_with('{') && !one.is_empty()) => {}
            _ => return false,
        }
    }
}

/// The routes of the README's table that need no key and have `GET`.
fn open_routes() -> Vec<String> {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("\n## Routes\n").unwrap();
    let table = rest.trim_start().split("\n\n").next().unwrap();
    let mut routes = Vec::new();
    for row in table.lines().skip(2) {
        let cells: Vec<&str> = row.split('|').collect();
        if cells[2].contains("key,") && !cells[2].contains("a page of")
            || cells[2].contains("admin_token")
        {
            continue;
        }
        let (mut base, mut gets) = (String::new(), false);
        let mut methods_open = false;
        for piece in cells[1].split('`').skip(1).step_by(2) {
            for word in piece.split(' ') {
                if word.bytes().all(|byte| byte.is_ascii_uppercase()) {
                    gets = (methods_open && gets) || word == "GET";
                    methods_open = true;
                    continue;
                }
                methods_open = false;
                let path = match word.strip_prefix('…') {
                    Some(rest) => format!("{base}{rest}"),
                    None => word.to_owned(),
                };
                if word.starts_with('/') {
                    base.clone_from(&path);
                }
                if gets {
                    routes.push(path);
                }
            }
        }
    }
    assert!(routes.len() >= 15, "{routes:?}");
    routes
}

/// What people have said, all of it.
async fn said(club: &Organisation) -> Vec<Value> {
    let mut all = Vec::new();
    for contact in ["anna", "ben", "cleo"] {
        let subject = format!("contact:{contact}");
        let consent = club.consent(&subject).await;
        let communications = club.get(&format!("/v1/communications/{subject}")).await;
        let history = club
            .get(&format!("/v1/communications/{subject}/history"))
            .await;
        all.extend([
            consent["flags"].clone(),
            consent["hasTrackingConsent"].clone(),
            json!(club.history(&subject).await),
            communications["types"].clone(),
            history["signals"].clone(),
        ]);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn no_get_of_anything_ever_handed_out_changes_what_people_said() {
    let Some(app) = App::start_own(Setup::default().arguments(&["--demo"])) else {
        return;
    };
    let png = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let settings = json!({
        "default_regime": "global", "interception": { "on": true, "opt_in_form": true, "delay_hours": 0 },
        "communication_types": [{ "id": "news", "name": { "en": "the newsletter" } }],
        "brand": { "accent": "#1b5e20", "logo": png }, "languages": ["en", "fr"],
    });
    let club = app.organisation(settings).await;
    // A form of the organisation's own has an address of its own.
    let key = Organisation::make_key(&app, &club.id, &["admin"]).await;
    let body = json!({ "id": "spring", "kind": "unsubscribe" });
    let made = app.request("POST", "/v1/forms").bearer_auth(&key);
    let made = made.json(&body).send().await.unwrap();
    assert_eq!(made.status(), 201);
    // Anna has agreed to everything, Ben has refused everything, nobody has asked Cleo.
    for (contact, yes, status) in [("anna", true, "opted_in"), ("ben", false, "opted_out")] {
        let subject = format!("contact:{contact}");
        club.decide(&subject, json!({ "dc": yes, "al": yes })).await;
        let body = json!({ "subject": subject, "type": "news", "status": status });
        club.send("POST", "/v1/communications", &body).await;
    }
    let handed = handed_out(&app, &club).await;
    for route in open_routes() {
        assert!(
            handed
                .addresses
                .iter()
                .any(|address| is_of(address, &route)),
            "no address of {route} was handed out: teach `handed_out` to find one, or `FIXED`"
        );
    }
    // Cleo is asked by her links.
    let mut asks = false;
    for address in handed.addresses.iter().filter(|address| {
        address.starts_with("/l/") && address.matches('/').count() == 3 && !address.contains('.')
    }) {
        asks |= Intercepted::click(&club, address).await.is_some();
    }
    assert!(asks);

    let before = said(&club).await;
    let machines: [(&str, &str, &str); 5] = [
        ("GET", "accept", "*/*"),
        ("HEAD", "accept", "*/*"),
        ("GET", "sec-purpose", "prefetch"),
        ("GET", USER_AGENT.as_str(), "Barracuda Sentinel (EE)"),
        ("GET", "sec-gpc", "1"),
    ];
    for (method, name, value) in machines {
        // A burst: all at once.
        let asked = handed.addresses.iter().map(|address| {
            let request = app.request(method, address).header(name, value);
            async move { (address, request.send().await.unwrap().status().as_u16()) }
        });
        for (address, status) in futures::future::join_all(asked).await {
            assert!(
                status < 500 || status == 503,
                "{method} {address}: {status}"
            );
        }
    }
    assert_eq!(said(&club).await, before);
}
