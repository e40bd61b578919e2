//! Clients that go away in the middle of a request.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use assent_tests::{App, Dice, Setup, eventually, ledger, random};
use futures::StreamExt;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::scene::Scene;

const AT_ONCE: usize = 32;
const MINTED: usize = 50;

fn cuts() -> usize {
    std::env::var("ASSENT_CUTS").map_or(400, |text| text.parse().unwrap())
}

/// How a client goes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// In the middle of the body, with a reset.
    HalfReset,
    /// In the middle of the body, in good order.
    HalfClosed,
    /// When everything is sent and nothing answered, with a reset.
    WholeReset,
}

const ENDS: [End; 3] = [End::HalfReset, End::HalfClosed, End::WholeReset];

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Decision,
    List,
    Mint,
    Message,
}

const KINDS: [Kind; 4] = [Kind::Decision, Kind::List, Kind::Mint, Kind::Message];

/// Sends a request, or its beginning, and goes away.
async fn cut(scene: &Scene, path: &str, body: &Value, id: &str, end: End, mut dice: Dice) {
    let authority = scene.app.base().strip_prefix("http://").unwrap();
    let body = body.to_string();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {authority}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         idempotency-key: {id}\r\ncontent-length: {}\r\n\r\n",
        scene.club.key,
        body.len(),
    );
    let length = match end {
        End::WholeReset => body.len(),
        End::HalfReset | End::HalfClosed => dice.below(body.len()),
    };
    let request = [head.as_bytes(), &body.as_bytes()[..length]].concat();
    let mut stream = TcpStream::connect(authority).await.unwrap();
    stream.write_all(&request).await.unwrap();
    // Some are read before the client is gone, some are not.
    tokio::time::sleep(Duration::from_millis(u64::try_from(dice.below(8)).unwrap())).await;
    if end == End::HalfClosed {
        stream.shutdown().await.unwrap();
    } else {
        stream.set_zero_linger().unwrap();
    }
}

/// The open connections of the host. Databases that it keeps open are not counted.
fn open_connections(app: &App) -> usize {
    let folder = format!("/proc/{}/fd", app.host().pid());
    let files = std::fs::read_dir(folder).unwrap();
    let targets = files.filter_map(|file| std::fs::read_link(file.unwrap().path()).ok());
    targets
        .filter(|target| target.to_string_lossy().starts_with("socket:"))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_are_cut_off() {
    let name = "clients cut mid-body";
    let Some(mut scene) = Scene::start(name, Setup::default()).await else {
        return;
    };
    let count = cuts();
    let before = open_connections(&scene.app);
    let mut dice = Dice::new(name);
    let html = "<body><a href='https://a.example'>a</a></body>";
    let mut sent_whole: BTreeMap<Kind, BTreeSet<String>> = BTreeMap::new();
    let cut_off = async |scene: &Scene| {
        let mut requests = Vec::new();
        for number in 0..count {
            let (end, id) = (ENDS[number % 3], random() + &random());
            let kind = KINDS[number % KINDS.len()];
            if end == End::WholeReset {
                sent_whole.entry(kind).or_default().insert(id.clone());
            }
            let (path, body) = match kind {
                Kind::Decision | Kind::List => {
                    let size = if kind == Kind::List { 20 } else { 1 };
                    let contacts: Vec<String> = (0..size).map(|_| random()).collect();
                    if end == End::WholeReset {
                        scene.ledger.note(&contacts, true, &id);
                    }
                    ("/v1/consent".to_owned(), ledger::body(&contacts, true))
                }
                Kind::Mint => {
                    let contacts: Vec<String> = (0..MINTED).map(|_| random()).collect();
                    let path = format!("/v1/messages/{}/tokens", scene.mail.id);
                    (path, json!({ "contacts": contacts }))
                }
                Kind::Message => {
                    let body = json!({ "name": "Cut", "format": "html", "content": html,
                        "click_tag": "*|CLICK|*", "preferences_tag": "*|PREFS|*" });
                    ("/v1/messages".to_owned(), body)
                }
            };
            requests.push((path, body, id, end, dice.fork()));
        }
        futures::stream::iter(requests)
            .map(|(path, body, id, end, dice)| async move {
                cut(scene, &path, &body, &id, end, dice).await;
            })
            .buffer_unordered(AT_ONCE)
            .collect::<Vec<()>>()
            .await;
    };
    scene.under(cut_off).await;

    // The scene has looked at the decisions: lists are there whole or not at all, halves never.
    let database = scene.app.host().database();
    let stored = |sql: &str| -> BTreeSet<String> {
        let mut rows = database.prepare(sql).unwrap();
        let rows = rows.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let minted = stored(&format!(
        "SELECT request_id FROM mint WHERE sent >= {MINTED}"
    ));
    let messages = stored("SELECT request_id FROM message WHERE name = 'Cut'");
    for (found, whole) in [
        (&minted, &sent_whole[&Kind::Mint]),
        (&messages, &sent_whole[&Kind::Message]),
    ] {
        let halves: Vec<_> = found.difference(whole).collect();
        assert!(halves.is_empty(), "stored from half a body: {halves:?}");
    }
    let whole: usize = sent_whole.values().map(BTreeSet::len).sum();
    eprintln!(
        "{count} requests cut off, {whole} of them behind the whole body; of those {} mails and {} mintings are there",
        messages.len(),
        minted.len(),
    );
    // Nothing of them is kept open.
    eventually(
        async || open_connections(&scene.app),
        |now| *now < before + AT_ONCE,
    )
    .await;
}
