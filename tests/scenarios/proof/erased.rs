//! Erasing somebody leaves the log whole, and nothing that opens it.

use std::path::{Path, PathBuf};

use assent_tests::{App, Organisation, Setup, eventually, random};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::VALID;
use crate::kept::{Kept, text_of};

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

/// The files below a folder in which this stands.
fn files_with(folder: &Path, wanted: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, wanted));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            if bytes.windows(wanted.len()).any(|part| part == wanted) {
                found.push(path);
            }
        }
    }
    found
}

/// The cells of a database in which this stands, as `table.column`.
fn cells_with(database: &rusqlite::Connection, wanted: &str) -> Vec<String> {
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table'";
    let mut tables = database.prepare(tables).unwrap();
    let tables = tables.query_map([], |row| row.get(0)).unwrap();
    let tables: Vec<String> = tables.map(Result::unwrap).collect();
    let mut found = Vec::new();
    for table in tables {
        let mut rows = database.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let names: Vec<String> = rows.column_names().map(str::to_owned).collect();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for (column, name) in names.iter().enumerate() {
                let cell = row.get_ref(column).unwrap();
                let text = cell.as_bytes().unwrap_or_default();
                if String::from_utf8_lossy(text).contains(wanted) {
                    found.push(format!("{table}.{name}"));
                }
            }
        }
    }
    found
}

/// Every export and list that an organisation can fetch.
async fn everything_exported(club: &Organisation) -> String {
    let mut all = text_of(club, "/v1/log/entries").await;
    for action in ["set", "remove", "portability"] {
        for format in ["text/plain", "text/csv", "application/x-ndjson"] {
            let path = format!(
                "/v1/exports/audit?action={action}&from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z"
            );
            let request = club.request("GET", &path).header("accept", format);
            all += &request.send().await.unwrap().text().await.unwrap();
        }
    }
    for flag in ["dc", "al", "tg", "cd", "sh", "re"] {
        all += &text_of(club, &format!("/v1/exports/dissent?flag={flag}")).await;
    }
    for path in ["/v1/exports/consent", "/v1/imports", "/v1/reports/consent"] {
        all += &text_of(club, path).await;
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_leaves_the_log_whole_and_nothing_that_opens_it() {
    let Some(mut app) = App::start_own(Setup::default()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    let kept = Kept::new(&club).await;
    let (edith, phone) = (random(), random());
    let (contact, device) = (format!("contact:{edith}"), format!("device:idfa:{phone}"));
    let message = club
        .message("<a href=\"https://shop.example/\">Shop</a>")
        .await;
    let mut heads = Vec::new();
    for subject in [&device, &contact] {
        club.decide(subject, json!({ "dc": true, "al": true, "cd": true }))
            .await;
        heads.push(kept.head(&club, &format!("{}.txt", heads.len())).await);
    }
    let both = json!({ "subject": contact, "device": device });
    let linked = club
        .request("POST", "/v1/subjects/link")
        .json(&both)
        .send()
        .await
        .unwrap();
    assert!(
        linked.status().is_success(),
        "{}",
        linked.text().await.unwrap()
    );
    club.tokens(&message, &[&edith]).await;
    club.get(&format!("/v1/consent/{contact}/export")).await;
    club.refuse("contact:fred").await;
    heads.push(kept.head(&club, "2.txt").await);
    let mut opened = Vec::new();
    for subject in [&contact, &device] {
        let receipt = text_of(&club, &format!("/v1/consent/{subject}/receipt")).await;
        opened.push(kept.keep(&format!("{}.jws", opened.len()), &receipt));
    }
    let (salts, hashes): (Vec<String>, Vec<String>) = {
        let database = app.host().database();
        let query = "SELECT salt, keyed_hash FROM subject WHERE identifier IN (?1, ?2)";
        let mut rows = database.prepare(query).unwrap();
        let rows = rows.query_map([&contact, &device], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.unwrap().map(Result::unwrap).unzip()
    };
    assert_eq!(salts.len(), 2);
    let mut secrets: Vec<Vec<u8>> = [&edith, &phone]
        .into_iter()
        .chain(&salts)
        .map(|text| text.clone().into_bytes())
        .collect();
    for text in [&edith, &phone, &contact, &device] {
        let hash = Sha256::digest(text.as_bytes());
        secrets.extend([hash.to_vec(), hexadecimal(&hash).into_bytes()]);
    }
    assert!(everything_exported(&club).await.contains(&edith));
    assert!(!files_with(app.host().state_dir(), edith.as_bytes()).is_empty());

    let erased = club.request("DELETE", &format!("/v1/consent/{contact}"));
    assert_eq!(erased.send().await.unwrap().status(), 200);
    let erased = club.request("DELETE", &format!("/v1/consent/{device}"));
    assert_eq!(erased.send().await.unwrap().status(), 200);
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
    let again = club.request("GET", &format!("/v1/consent/{contact}/receipt"));
    assert_eq!(again.send().await.unwrap().status(), 404);
    let exported = everything_exported(&club).await;
    let entries = text_of(&club, "/v1/log/entries").await;
    let kinds: Vec<Value> = entries
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .collect();
    let removed: Vec<&Value> = kinds
        .iter()
        .filter(|leaf| leaf["kind"] == "remove")
        .collect();
    assert!(!removed.is_empty() && removed.iter().all(|leaf| leaf.get("subject").is_none()));
    for secret in &secrets {
        let text = String::from_utf8_lossy(secret);
        assert!(!exported.contains(&*text), "exported: {text}");
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
        assert!(!exported.contains(hash.as_str()));
        let known = "SELECT count(*) FROM subject WHERE keyed_hash = ?1 AND identifier IS NULL AND salt IS NULL";
        let known: i64 = database.query_row(known, [hash], |row| row.get(0)).unwrap();
        assert_eq!(
            (known, cells_with(&database, hash)),
            (1, vec!["subject.keyed_hash".to_owned()])
        );
    }
    drop(database);
    // The last connection takes the write-ahead log with it.
    app.with_host(|host| assert_eq!(host.stop(), Some(0)));
    for secret in &secrets {
        let found = files_with(app.host().state_dir(), secret);
        assert!(
            found.is_empty(),
            "{found:?}: {}",
            String::from_utf8_lossy(secret)
        );
    }
}
