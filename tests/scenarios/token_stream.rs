//! Tokens for any number of contacts in one request: in constant memory, each one counted once.

use assent_tests::{App, Message, Organisation, Setup, random};
use domain::{ClickToken, MessageId, OrganisationId, Subject, TokenKeys, TokenSecrets};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const MAIL: &str = "<body><a href='https://a.example'>a</a></body>";

fn request(club: &Organisation, mail: &Message, id: &str, lines: String) -> RequestBuilder {
    club.request("POST", &format!("/v1/messages/{}/tokens", mail.id))
        .header("content-type", "text/plain; charset=utf-8")
        .header("idempotency-key", id)
        .body(lines)
}

/// The lines of the answer, the last one apart.
async fn stream(club: &Organisation, mail: &Message, id: &str, lines: &str) -> (Vec<Value>, Value) {
    let answer = request(club, mail, id, lines.to_owned()).send().await;
    let answer: Response = answer.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/x-ndjson");
    let text = answer.text().await.unwrap();
    let mut lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let last = lines.pop().unwrap();
    (lines, last)
}

/// The keys of an organisation, from the secrets that its host has made.
fn keys(app: &App, club: &Organisation) -> TokenKeys {
    let file = app.host().state_dir().join("secrets.toml");
    let secrets: toml::Table = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let secrets = TokenSecrets::parse(secrets["token_secrets"].as_str().unwrap()).unwrap();
    TokenKeys::derive(&secrets, OrganisationId::parse(&club.id).unwrap())
}

async fn sent(club: &Organisation, mail: &Message) -> (Value, Value) {
    let stats = club.stats(mail).await;
    (stats["sent"].clone(), stats["untracked_recipients"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_gives_what_a_list_gives() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    club.refuse("contact:ben").await;
    let mail = club.message(MAIL).await;
    let listed = club.tokens(&mail, &["anna", "ben", "chloé"]).await;
    let too_long = "x".repeat(5000);
    let lines = format!("\u{feff}anna\r\nben\n\n{too_long}\nno^body\nchloé");
    let (streamed, last) = stream(&club, &mail, &random(), &lines).await;
    let (rejected, tokens): (Vec<&Value>, Vec<&Value>) = streamed
        .iter()
        .partition(|line| line.get("problem").is_some());
    for (line, tokens) in tokens.iter().zip(&listed) {
        assert_eq!(line["contact"], tokens.contact);
        assert_eq!(line["click"], tokens.click);
        assert_eq!(line["preferences"], tokens.preferences);
    }
    assert_eq!(tokens.len(), 3);
    let places: Vec<&Value> = rejected.iter().map(|line| &line["line"]).collect();
    assert_eq!(places, [&json!(4), &json!(5)]);
    assert_eq!(rejected[1]["problem"]["type"], "urn:assent:problem:invalid");
    assert_eq!(rejected[1]["problem"]["pointer"], "line 5");
    assert!(!rejected[1].to_string().contains("no^body"));
    assert_eq!(last, json!({ "sent": 3, "untracked": 2, "rejected": 2 }));
    assert_eq!(sent(&club, &mail).await, (json!(6), json!(4)));

    let (none, last) = stream(&club, &mail, &random(), "").await;
    assert!(none.is_empty());
    assert_eq!(last, json!({ "sent": 0, "untracked": 0, "rejected": 0 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_stream_is_counted_once_and_other_content_is_a_conflict() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let mail = club.message(MAIL).await;
    let lines = |count: usize| (0..count).map(|n| format!("{n}\n")).collect::<String>();
    let id = random();
    let (first, _) = stream(&club, &mail, &id, &lines(2500)).await;
    let (again, last) = stream(&club, &mail, &id, &lines(2500)).await;
    assert_eq!(first, again);
    assert_eq!(last["sent"], 2500);
    assert_eq!(sent(&club, &mail).await.0, 2500);
    // One who has agreed since then is counted as the repetition says.
    club.grant("contact:7").await;
    let (_, last) = stream(&club, &mail, &id, &lines(2500)).await;
    assert_eq!(last["untracked"], 2499);
    assert_eq!(sent(&club, &mail).await, (json!(2500), json!(2499)));

    let swapped = lines(2500).replacen("1\n", "x\n", 1);
    for other in [lines(2499), lines(2501), lines(1000), lines(4000), swapped] {
        let (_, last) = stream(&club, &mail, &id, &other).await;
        assert_eq!(
            last["problem"]["type"], "urn:assent:problem:conflict",
            "{last}"
        );
        assert_eq!(sent(&club, &mail).await.0, 2500);
    }
    let body = json!({ "contacts": ["1"] });
    let list = club
        .request("POST", &format!("/v1/messages/{}/tokens", mail.id))
        .header("idempotency-key", &id)
        .json(&body);
    assert_eq!(list.send().await.unwrap().status(), 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_from_the_start_is_a_problem_document() {
    let app = App::start();
    let (club, other) = (
        app.organisation(json!({})).await,
        app.organisation(json!({})).await,
    );
    let mail = club.message(MAIL).await;
    let reader = Organisation::make_key(&app, &club.id, &["reports:read"]).await;
    let path = format!("/v1/messages/{}/tokens", mail.id);
    let bare = |key: &str| {
        app.request("POST", &path)
            .header("content-type", "text/plain")
            .bearer_auth(key)
            .body("anna\n")
    };
    for (request, status) in [
        (bare("wrong"), 401),
        (bare(&reader), 403),
        (bare(&other.key), 404),
        (bare(&club.key).header("idempotency-key", "short"), 422),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        assert!(answer.headers().contains_key("x-request-id"));
    }
    assert_eq!(sent(&club, &mail).await.0, 0);
}

/// A request that breaks off has counted whole slices only, and is completed by repeating it.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_breaks_off_is_completed_by_repeating_it() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let mail = club.message(MAIL).await;
    let lines: Vec<String> = (0..5500).map(|n| format!("{n}\n")).collect();
    let id = random();
    let authority = app.base().strip_prefix("http://").unwrap().to_owned();
    let mut socket = tokio::net::TcpStream::connect(&authority).await.unwrap();
    let head = format!(
        "POST /v1/messages/{}/tokens HTTP/1.1\r\nhost: {authority}\r\nauthorization: Bearer {}\r\n\
         content-type: text/plain\r\nidempotency-key: {id}\r\ntransfer-encoding: chunked\r\n\r\n",
        mail.id, club.key
    );
    let part = lines[..2500].concat();
    let chunk = format!("{head}{:x}\r\n{part}\r\n", part.len());
    socket.write_all(chunk.as_bytes()).await.unwrap();
    // Two slices are answered while the third is not complete.
    let mut got = Vec::new();
    let mut buffer = [0; 4096];
    while got.iter().filter(|byte| **byte == b'}').count() < 2000 {
        let read = socket.read(&mut buffer).await.unwrap();
        assert!(read > 0, "answered before the request is complete");
        got.extend_from_slice(&buffer[..read]);
    }
    drop(socket);
    assert_eq!(sent(&club, &mail).await.0, 2000);

    let (tokens, last) = stream(&club, &mail, &id, &lines.concat()).await;
    assert_eq!(tokens.len(), 5500);
    assert_eq!(last["sent"], 5500);
    assert_eq!(sent(&club, &mail).await.0, 5500);
}

/// A hundred thousand: the memory of the host does not grow with them, and every token is what it says.
#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_contacts_need_no_more_memory_than_ten_thousand() {
    const MANY: usize = 100_000;
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    let decisions: Vec<Value> = (0..1000)
        .map(|n| json!({ "subject": format!("contact:{n}"), "flags": { "dc": true, "al": true } }))
        .collect();
    club.send("POST", "/v1/consent", &json!(decisions)).await;
    let mail = club.message(MAIL).await;
    let lines = |count: usize| (0..count).map(|n| format!("{n}\n")).collect::<String>();
    stream(&club, &mail, &random(), &lines(10_000)).await;
    let before = app.host().peak_memory();
    let (tokens, last) = stream(&club, &mail, &random(), &lines(MANY)).await;
    let grown = app.host().peak_memory().saturating_sub(before);
    assert!(grown < 16 << 20, "{} MiB more than for 10,000", grown >> 20);
    assert_eq!(
        last,
        json!({ "sent": MANY, "untracked": MANY - 1000, "rejected": 0 })
    );
    let keys = keys(&app, &club);
    let opener = keys.click_opener(MessageId::parse(&mail.id).unwrap());
    for (n, line) in tokens.iter().enumerate() {
        assert_eq!(line["contact"], n.to_string());
        let person = Subject::contact(&n.to_string()).unwrap();
        let preferences = line["preferences"].as_str().unwrap();
        assert_eq!(keys.open_preferences(preferences).as_ref(), Some(&person));
        let click = opener.open(line["click"].as_str().unwrap());
        let expected = if n < 1000 {
            ClickToken::Own(person)
        } else {
            ClickToken::Anonymous
        };
        assert_eq!(click, Some(expected));
    }
    let first = club
        .visit(&mail.click_path(tokens[0]["click"].as_str().unwrap()))
        .await;
    assert_eq!(first.status(), 302);
    let stats = club.stats_with(&mail, "clicks", 1).await;
    assert_eq!(Organisation::named(&stats), ["0"]);
    let form = tokens[MANY - 1]["preferences"].as_str().unwrap();
    let form = club.visit(&format!("/p/{}/{form}/tracking", club.id)).await;
    assert_eq!(form.status(), 200);
}
