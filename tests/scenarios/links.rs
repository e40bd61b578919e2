//! A link leads where it was registered to lead, whoever follows it with whatever token; and following
//! links changes nobody's consent.

use assent_tests::{App, Form, Message, Organisation, Raw, eventually, raw, skipped};
use serde_json::{Value, json};

const MAIL: &str = "<body><a href=\"https://shop.example/a?b=c&amp;d=e#f\">a</a></body>";
const DESTINATION: &str = "https://shop.example/a?b=c&d=e#f";

/// Plain HTTP by hand is possible only without TLS.
fn can_be_raw(app: &App) -> bool {
    let plain = app.base().starts_with("http://");
    if !plain {
        skipped("sends requests by hand, which needs plain HTTP");
    }
    plain
}

fn is_redirect(answer: &Raw, what: &str) {
    assert_eq!(answer.status, 302, "{what}");
    assert_eq!(answer.header("location"), Some(DESTINATION), "{what}");
    assert_eq!(answer.header("content-length"), Some("0"), "{what}");
    is_private(answer, what);
}

fn is_private(answer: &Raw, what: &str) {
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
    assert!(answer.header("referrer-policy").is_some(), "{what}");
    assert!(
        answer
            .header("x-robots-tag")
            .is_some_and(|tag| tag.contains("noindex")),
        "{what}"
    );
    assert!(answer.header("x-request-id").is_some(), "{what}");
}

/// The report when this many clicks are in it.
async fn counted(club: &Organisation, message: &Message, clicks: u64) -> Value {
    let report = club.stats_with(message, "clicks", clicks).await;
    report["clicks"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_links_lead_nowhere() {
    let app = App::start();
    if !can_be_raw(&app) {
        return;
    }
    let club = app.organisation(json!({})).await;
    let mail = club.message(MAIL).await;
    let pixel = mail
        .links
        .iter()
        .find(|link| link.kind == "open")
        .unwrap()
        .id
        .clone();
    let link = mail.clicks()[0].id.clone();
    for target in [
        "/l/aaaaaaaaaaaaaaaa/x".to_owned(),
        "/l/".to_owned(),
        "/l/x".to_owned(),
        "/l/https://evil.example/".to_owned(),
        "/l//evil.example/".to_owned(),
        format!(
            "/l/{}/x",
            link.to_uppercase()
                .replace(|c: char| c.is_ascii_digit(), "Z")
        ),
        format!("/l/{}x/x", &link),
        format!("/l/{}/x", &link[1..]),
        format!("/l/{}%00/x", &link),
        // A pixel is no link and a link is no pixel.
        format!("/l/{pixel}/x"),
        format!("/o/{link}/x"),
        format!("/l/..%2f{link}/x"),
    ] {
        for method in ["GET", "HEAD"] {
            let answer = raw(app.base(), method, &target, &[]).await;
            assert!(
                (400..500).contains(&answer.status),
                "{method} {target}: {}",
                answer.status
            );
            assert_eq!(answer.header("location"), None, "{method} {target}");
        }
    }
    for method in ["PATCH", "PUT", "DELETE", "OPTIONS"] {
        let answer = raw(
            app.base(),
            method,
            &mail.click_path("x"),
            &[("content-length", "0")],
        )
        .await;
        assert_eq!(answer.status, 405, "{method}");
        assert!(
            answer
                .header("allow")
                .is_some_and(|allow| allow.contains("GET")),
            "{method}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_valid_link_leads_on_whatever_its_token_says() {
    let app = App::start();
    if !can_be_raw(&app) {
        return;
    }
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let (mail, other) = (club.message(MAIL).await, club.message(MAIL).await);
    let own = club.tokens(&mail, &["anna"]).await.remove(0);
    let elsewhere = club.tokens(&other, &["anna"]).await.remove(0);
    let stranger = app.organisation(json!({})).await;
    stranger.grant("contact:anna").await;
    let strangers = stranger.message(MAIL).await;
    let strange = stranger.tokens(&strangers, &["anna"]).await.remove(0);
    let mut altered = own.click.clone().into_bytes();
    let last = altered.len() / 2;
    altered[last] = if altered[last] == b'A' { b'B' } else { b'A' };
    let mut tokens = vec![
        String::new(),
        "*|CLICK|*".to_owned(),
        "%2A%7CCLICK%7C%2A".to_owned(),
        "x".repeat(2000),
        "%zz%".to_owned(),
        "%ff%fe".to_owned(),
        "..%2f..%2fetc".to_owned(),
        "a/b/c".to_owned(),
        String::from_utf8(altered).unwrap(),
        own.click[..own.click.len() - 1].to_owned(),
        format!("{}A", own.click),
        own.preferences.clone(),
        elsewhere.click,
        strange.click,
        "?token=".to_owned() + &own.click,
    ];
    if std::env::var_os("ASSENT_BASE_URL").is_some() {
        skipped("a proxy in front may take no address with a broken %");
        tokens.retain(|token| token != "%zz%");
    }
    let link = &mail.clicks()[0].id;
    for token in &tokens {
        let answer = raw(app.base(), "GET", &format!("/l/{link}/{token}"), &[]).await;
        is_redirect(&answer, token);
    }
    is_redirect(
        &raw(app.base(), "GET", &format!("/l/{link}"), &[]).await,
        "no token",
    );
    let all = u64::try_from(tokens.len()).unwrap() + 1;
    let clicks = counted(&club, &mail, all).await;
    assert_eq!(
        clicks,
        json!({ "total": all, "identified": 0, "anonymous": all, "scanners": 0 })
    );
    // What mail programs add behind the path changes nothing.
    let path = mail.click_path(&own.click);
    is_redirect(
        &raw(app.base(), "GET", &format!("{path}?utm_source=x"), &[]).await,
        "query",
    );
    is_redirect(
        &raw(app.base(), "GET", &format!("{path}/"), &[]).await,
        "slash",
    );
    let clicks = counted(&club, &mail, all + 2).await;
    assert_eq!(clicks["identified"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn machines_and_privacy_signals_are_respected() {
    let app = App::start();
    if !can_be_raw(&app) {
        return;
    }
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let mail = club.message(MAIL).await;
    let own = club.tokens(&mail, &["anna"]).await.remove(0);
    let path = mail.click_path(&own.click);

    let head = raw(app.base(), "HEAD", &path, &[]).await;
    is_redirect(&head, "HEAD");
    assert!(head.body.is_empty());
    for agent in [
        "Barracuda Sentinel",
        "curl/8.0",
        "Mozilla/5.0 (compatible; Googlebot/2.1)",
        "",
    ] {
        is_redirect(
            &raw(app.base(), "GET", &path, &[("user-agent", agent)]).await,
            agent,
        );
    }
    let expected = json!({ "total": 0, "identified": 0, "anonymous": 0, "scanners": 5 });
    let clicks = counted(&club, &mail, 5).await;
    // Whether scanners are part of the total is the report's choice; they are never anything else.
    assert_eq!(clicks["scanners"], expected["scanners"]);
    assert_eq!(
        (&clicks["identified"], &clicks["anonymous"]),
        (&json!(0), &json!(0))
    );

    is_redirect(
        &raw(app.base(), "GET", &path, &[("sec-gpc", "1")]).await,
        "GPC",
    );
    eventually(
        async || club.stats(&mail).await,
        |report| report["clicks"]["anonymous"] == 1,
    )
    .await;
    is_redirect(
        &raw(app.base(), "GET", &path, &[("sec-gpc", "0")]).await,
        "no GPC",
    );
    eventually(
        async || club.stats(&mail).await,
        |report| report["clicks"]["identified"] == 1,
    )
    .await;
    assert!(
        club.history("contact:anna").await.len() == 1,
        "the signal held for that click alone"
    );

    let pixel = raw(app.base(), "GET", &mail.open_path(&own.click), &[]).await;
    assert_eq!(
        (pixel.status, pixel.header("content-type")),
        (200, Some("image/gif"))
    );
    assert!(pixel.body.starts_with(b"GIF89a"));
    assert_eq!(
        pixel.header("content-length"),
        Some(pixel.body.len().to_string().as_str())
    );
    is_private(&pixel, "pixel");
    let head = raw(app.base(), "HEAD", &mail.open_path(&own.click), &[]).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    eventually(
        async || club.stats(&mail).await,
        |report| report["opens"]["identified"] == 1 && report["opens"]["scanners"] == 1,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn following_links_changes_nobodys_consent() {
    let app = App::start();
    let club = app.organisation(json!({ "languages": ["en", "fr"] })).await;
    club.grant("contact:anna").await;
    club.refuse("contact:ben").await;
    let mail = club.message(MAIL).await;
    let people = ["anna", "ben", "chloe"];
    let tokens = club.tokens(&mail, &people).await;
    let mut paths = Vec::new();
    for token in tokens
        .iter()
        .flat_map(|tokens| [&tokens.click, &tokens.preferences])
    {
        for path in [
            format!("/p/{}/{token}/tracking", club.id),
            format!("/p/{}/{token}/tracking?answer=refuse", club.id),
            format!(
                "/p/{}/{token}/tracking?answer=grant&lang=fr&saved=granted",
                club.id
            ),
            format!("/p/{}/{token}", club.id),
            format!("/p/{}/{token}/unsubscribe", club.id),
            mail.click_path(token),
            mail.open_path(token),
        ] {
            paths.push(path);
        }
    }
    let before = state(&club, &people).await;
    for round in 0..100 {
        let visits = paths.iter().map(|path| {
            let method = if round % 2 == 0 { "GET" } else { "HEAD" };
            app.request(method, path).send()
        });
        for answer in futures::future::join_all(visits).await {
            assert!(answer.unwrap().status().as_u16() < 500);
        }
    }
    assert_eq!(state(&club, &people).await, before);
}

async fn state(club: &Organisation, people: &[&str]) -> Vec<Value> {
    let mut all = Vec::new();
    for person in people {
        let subject = format!("contact:{person}");
        all.push(json!([
            club.history(&subject).await,
            club.consent(&subject).await
        ]));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_nobody_shows_no_form() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let mail = club.message(MAIL).await;
    let tokens = club.tokens(&mail, &["anna"]).await.remove(0);
    let other = app.organisation(json!({})).await;
    for path in [
        format!("/p/{}/nonsense/tracking", club.id),
        format!("/p/{}/{}/tracking", club.id, tokens.click),
        format!("/p/{}/{}/tracking", other.id, tokens.preferences),
        format!("/p/nonsense/{}/tracking", tokens.preferences),
        format!("/p/{}/%2A%7CPREFS%7C%2A/tracking", club.id),
    ] {
        for method in ["GET", "POST"] {
            let request = app
                .request(method, &path)
                .header("content-type", "application/x-www-form-urlencoded")
                .body("answer=refuse&shown=");
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            let page = answer.text().await.unwrap();
            assert!((400..500).contains(&status), "{method} {path}: {status}");
            assert!(!page.contains("name=\"answer\""), "{method} {path}");
        }
    }
    assert_eq!(club.history("contact:anna").await.len(), 1);
    let form = Form::open(&app, &club.id, &tokens.preferences, "en").await;
    assert!(form.html.contains("<form"));
}
