//! Erasing somebody leaves the log whole, and nothing that opens it.

mod everywhere;

use std::path::PathBuf;
use std::process::Command;

use assent_tests::{App, Form, Message, Organisation, Receiver, Setup, Tokens};
use assent_tests::{assent, eventually, random, tc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::VALID;
use crate::kept::{Kept, text_of};
use everywhere::{Fetched, all, cells_with, files_with};

/// Both verifiers say that the newest log begins with that of an older head.
async fn begins_with(kept: &Kept, club: &Organisation, old: &str, from: u64) {
    let to = kept.head(club, "new.txt").await;
    kept.consistency(club, from, to).await;
    let files = [old, "new.txt", "consistency.json"].map(|name| kept.path(name));
    let files = [&files[0], &files[1], &files[2]].map(PathBuf::as_path);
    assert_eq!(kept.verdicts("checkpoints", files), VALID, "{old}");
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Networks and strings of decisions: only hers here.
const EVIDENCE: &str = "SELECT count(ip) + count(evidence) FROM signal";

/// One person under several names, who does all that one can do.
struct Edith {
    key: String,
    phone: String,
    address: String,
    nick: String,
    strings: String,
}

impl Edith {
    fn new() -> Self {
        Self {
            key: random(),
            phone: random(),
            address: format!("{}@example.org", random()),
            nick: format!("nick-{}", random()),
            strings: tc(&[1, 3, 5, 7, 9], 2),
        }
    }

    fn contact(&self) -> String {
        format!("contact:{}", self.key)
    }

    fn device(&self) -> String {
        format!("device:idfa:{}", self.phone)
    }

    /// As it is stored.
    fn bridge_key(&self) -> String {
        let hash = Sha256::digest(self.address.as_bytes());
        format!("bk:email_sha256:{}", hexadecimal(&hash))
    }

    fn subjects(&self) -> [String; 3] {
        [self.device(), self.contact(), self.bridge_key()]
    }

    /// What names her, and what it is hashed to.
    fn secrets(&self) -> Vec<Vec<u8>> {
        let names = [
            &self.key,
            &self.phone,
            &self.address,
            &self.nick,
            &self.strings,
        ];
        let mut secrets: Vec<Vec<u8>> = names.map(|name| name.clone().into_bytes()).into();
        let subjects = self.subjects();
        for text in names.into_iter().chain(&subjects) {
            let hash = Sha256::digest(text.as_bytes());
            secrets.extend([hash.to_vec(), hexadecimal(&hash).into_bytes()]);
        }
        secrets
    }

    /// What she said by API, in a file, in a browser and on forms; and what she did with a mail.
    async fn lives(&self, app: &App, club: &Organisation, mail: &Message) -> Tokens {
        let contact = self.contact();
        for (subject, body) in [
            (
                self.device(),
                json!({ "flags": { "cd": true, "dc": true } }),
            ),
            (self.bridge_key(), json!({ "flags": { "dc": true } })),
            (contact.clone(), json!({ "tcf": self.strings })),
        ] {
            let mut body = body;
            body["subject"] = json!(subject);
            club.send("POST", "/v1/consent", &body).await;
        }
        let all = json!({ "dc": true, "al": true, "tg": true, "cd": true });
        club.decide(&contact, all).await;
        let both = json!({ "subject": contact, "device": self.device() });
        club.send("POST", "/v1/subjects/link", &both).await;
        let path = format!("/v1/contacts/{}", self.key);
        let nick = json!({ "attributes": { "nick": self.nick } });
        club.send("PATCH", &path, &nick).await;
        for status in ["opted_in", "opted_out"] {
            let body = json!({ "subject": contact, "type": "newsletter", "status": status });
            club.send("POST", "/v1/communications", &body).await;
        }
        let file = format!(
            "contact^^{0}^set^^sh=0^\ncontact^^{0}^set^^dc=7^\nwho is {0}?\n",
            self.key
        );
        let (errors, last) = club.import(&random(), "?file=day.txt", file).await;
        assert_eq!((errors.len(), &last["import"]["accepted"]), (2, &json!(1)));
        let tokens = club.tokens(mail, &[&self.key]).await.remove(0);
        club.visit(&mail.click_path(&tokens.click)).await;
        club.visit(&mail.open_path(&tokens.click)).await;
        club.stats_with(mail, "clicks", 1).await;
        club.stats_with(mail, "opens", 1).await;
        let form = Form::open(app, &club.id, &tokens.preferences, "en").await;
        assert_eq!(form.answer(app, "grant", "en").await.status(), 303);
        let one_click = format!("/u/{}/{}", club.id, tokens.one_click.as_ref().unwrap());
        let unsubscribe = app
            .request("POST", &one_click)
            .header("content-type", "application/x-www-form-urlencoded");
        let unsubscribe = unsubscribe.body("List-Unsubscribe=One-Click").send().await;
        assert!(unsubscribe.unwrap().status().is_success());
        club.get(&format!("/v1/consent/{contact}/export")).await;
        let address = json!({ "subject": format!("bk:email:{}", self.address) });
        club.send("POST", "/v1/consent/query", &address).await;
        tokens
    }
}

/// Where she is named.
fn naming(fetched: &Fetched, edith: &Edith) -> Vec<String> {
    let found = fetched.iter().filter(|(_, text)| text.contains(&edith.key));
    found.map(|(name, _)| name.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_leaves_the_log_whole_and_nothing_that_opens_it() {
    let setup = Setup::default().variable("SPIN_VARIABLE_WEBHOOK_HOSTS", "http://127.0.0.1:*");
    let Some(mut app) = App::start_own(setup) else {
        return;
    };
    let club = app
        .organisation(json!({
            "attributes": [{ "name": "nick", "type": "text", "label": "Nick" }],
            "communication_types": [{ "id": "newsletter", "name": { "en": "Newsletter" } }],
        }))
        .await;
    let kept = Kept::new(&club).await;
    // It does not answer while she is there, so that what it would be told waits.
    let receiver = Receiver::start().await;
    receiver.answers(Some(500));
    let hook = json!({ "organisation": club.id, "url": receiver.url });
    let hook = app.admin("POST", "/v1/webhooks", &hook).await;
    let mail = club
        .message_with(json!({
            "content": "<body><a href=\"https://shop.example/\">Shop</a></body>",
            "communication_type": "newsletter", "one_click_tag": "*|ONECLICK|*", "base_url": app.base(),
        }))
        .await;
    let mut heads = vec![kept.head(&club, "0.txt").await];
    club.grant("contact:fred").await;
    let edith = Edith::new();
    let tokens = edith.lives(&app, &club, &mail).await;
    heads.push(kept.head(&club, "1.txt").await);
    club.refuse("contact:fred").await;
    heads.push(kept.head(&club, "2.txt").await);
    let mut opened = Vec::new();
    for subject in edith.subjects() {
        let receipt = text_of(&club, &format!("/v1/consent/{subject}/receipt")).await;
        opened.push(kept.keep(&format!("{}.jws", opened.len()), &receipt));
    }
    let (salts, hashes): (Vec<String>, Vec<String>) = {
        let database = app.host().database();
        let kept: i64 = database.query_row(EVIDENCE, [], |row| row.get(0)).unwrap();
        assert!(kept > 0);
        let query = "SELECT salt, keyed_hash FROM subject WHERE identifier IN (?1, ?2, ?3)";
        let mut rows = database.prepare(query).unwrap();
        let rows = rows.query_map(edith.subjects(), |row| Ok((row.get(0)?, row.get(1)?)));
        rows.unwrap().map(Result::unwrap).unzip()
    };
    assert_eq!(salts.len(), 3);
    let mut secrets = edith.secrets();
    secrets.extend(salts.into_iter().map(String::into_bytes));
    let links = [tokens.click, tokens.preferences, tokens.one_click.unwrap()];
    secrets.extend(links.map(String::into_bytes));
    // The search finds her where she is.
    let before = naming(&all(&app, &club, &mail).await, &edith);
    for place in [
        "/v1/exports/audit?action=set",
        "/v1/exports/audit?action=portability",
        "/v1/exports/dissent?flag=sh",
        "/v1/exports/consent",
        "/v1/exports/contacts",
        "/v1/exports/interactions",
        "/contacts?action=clicked",
        "/contacts?action=opened",
        "/v1/changes",
        "/v1/contacts?limit",
        "/v1/contacts?status=accepted",
        "/v1/audience {\"when\":{\"clicked\"",
        "/v1/audience {\"when\":{\"attribute\"",
        "assent export consent",
        "assent export dissent",
    ] {
        assert!(
            before.iter().any(|found| found.contains(place)),
            "{place}: {before:?}"
        );
    }
    assert!(!files_with(app.host().state_dir(), edith.key.as_bytes()).is_empty());

    for subject in edith.subjects() {
        let erased = club.request("DELETE", &format!("/v1/consent/{subject}"));
        assert_eq!(erased.send().await.unwrap().status(), 200);
    }
    // What waited is told now, and her receiver knows her no more.
    let told = receiver.received().len();
    receiver.answers(Some(204));
    let id = hook["id"].as_str().unwrap();
    let path = format!("/v1/webhooks/{id}/resume?organisation={}", club.id);
    app.admin("POST", &path, &Value::Null).await;
    let erasures = eventually(
        async || {
            let told: Vec<Value> = receiver.received()[told..]
                .iter()
                .flat_map(assent_tests::Received::changes)
                .collect();
            told
        },
        |told: &Vec<Value>| told.iter().any(|change| change["type"] == "consent.erased"),
    )
    .await;
    for (number, from) in heads.iter().enumerate() {
        begins_with(&kept, &club, &format!("{number}.txt"), *from).await;
    }
    // Their own receipts are still good, and nobody gets another one.
    for receipt in &opened {
        assert_eq!(
            kept.verdicts("receipt", [receipt; 3].map(|path| &**path)),
            VALID
        );
    }
    for subject in edith.subjects() {
        let again = club.request("GET", &format!("/v1/consent/{subject}/receipt"));
        assert_eq!(again.send().await.unwrap().status(), 404);
        let path = format!("/v1/consent/{subject}/history");
        assert_eq!(club.get(&path).await["signals"], json!([]));
    }
    let mut exported = all(&app, &club, &mail).await;
    exported.push(("webhook".to_owned(), json!(erasures).to_string()));
    exported.push(("host".to_owned(), app.host().output() + &app.host().logs()));
    let entries = text_of(&club, "/v1/log/entries").await;
    let leaves = entries
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let removed: Vec<Value> = leaves
        .filter(|leaf: &Value| leaf["kind"] == "remove")
        .collect();
    assert!(!removed.is_empty() && removed.iter().all(|leaf| leaf.get("subject").is_none()));
    let hashes_as_bytes = hashes.iter().map(|hash| hash.clone().into_bytes());
    for secret in secrets.iter().cloned().chain(hashes_as_bytes) {
        let text = String::from_utf8_lossy(&secret);
        for (name, content) in &exported {
            assert!(!content.contains(&*text), "{name}: {text}");
        }
    }
    eventually(
        async || {
            app.host()
                .database()
                .query_row("SELECT count(*) FROM unprojected", [], |row| row.get(0))
                .unwrap()
        },
        |marks: &i64| *marks == 0,
    )
    .await;
    // The tombstone: a keyed hash and when.
    let database = app.host().database();
    for hash in &hashes {
        let known = "SELECT count(*) FROM subject WHERE keyed_hash = ?1 AND identifier IS NULL AND salt IS NULL";
        let known: i64 = database.query_row(known, [hash], |row| row.get(0)).unwrap();
        assert_eq!(
            (known, cells_with(&database, hash)),
            (1, vec!["subject.keyed_hash".to_owned()])
        );
    }
    let left: i64 = database.query_row(EVIDENCE, [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
    drop(database);
    // While it runs; and when the last connection has taken the write-ahead log with it.
    scrub(&app);
    nothing_in_files(&app, &secrets);
    app.with_host(|host| assert_eq!(host.stop(), Some(0)));
    nothing_in_files(&app, &secrets);
}

/// What `assent up` does every day.
fn scrub(app: &App) {
    let files =
        ["sqlite_db.db", "sqlite_key_value.db"].map(|name| app.host().state_dir().join(name));
    let files = files.iter().filter(|file| file.exists());
    let done = Command::new(assent()).arg("scrub").args(files).output();
    let done = done.unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

fn nothing_in_files(app: &App, secrets: &[Vec<u8>]) {
    let redis = app.host().redis();
    let values = redis.map(|redis| redis.contents()).unwrap_or_default();
    for secret in secrets {
        for (key, value) in &values {
            let stands = |text: &[u8]| text.windows(secret.len()).any(|part| part == secret);
            assert!(!stands(key.as_bytes()) && !stands(value), "{key}");
        }
        let found = files_with(app.host().state_dir(), secret);
        let text = String::from_utf8_lossy(secret);
        assert!(found.is_empty(), "{found:?}: {text}");
    }
}
