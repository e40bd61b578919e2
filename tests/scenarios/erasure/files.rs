//! After an erasure no file leads to the person any more, except by the tombstone.

use std::path::{Path, PathBuf};

use assent_tests::{App, Setup, eventually, random};
use serde_json::json;

use super::{MAIL, all, erase, link};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_an_erased_person_is_left_in_any_file() {
    let Some(mut app) = App::start_own(Setup::default()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    let key = format!("crm-{}", random());
    let phone = format!("phone-{}", random());
    let (contact, device) = (format!("contact:{key}"), format!("device:idfa:{phone}"));
    // Enough others before and after that pages are split and filled.
    for round in 0..3 {
        let others: Vec<_> = (0..400)
            .map(|n| json!({ "subject": format!("contact:other-{round}-{n}"), "flags": all(true) }))
            .collect();
        club.send("POST", "/v1/consent", &json!(others)).await;
        // Changed again and again, so that the row moves in its page.
        for choice in [true, false, true] {
            club.decide(&contact, all(choice)).await;
            club.decide(&device, all(choice)).await;
        }
    }
    link(&club, &contact, &device).await;
    let mail = club.message(MAIL).await;
    let token = club.tokens(&mail, &[&key]).await.remove(0).click;
    club.visit(&mail.click_path(&token)).await;
    club.stats_with(&mail, "clicks", 1).await;
    let salts: Vec<String> = {
        let database = app.host().database();
        let mut rows = database
            .prepare("SELECT salt FROM subject WHERE identifier IN (?1, ?2)")
            .unwrap();
        let rows = rows
            .query_map([&contact, &device], |row| row.get(0))
            .unwrap();
        rows.map(Result::unwrap).collect()
    };
    assert_eq!(salts.len(), 2);
    let planted: Vec<&str> = [&key, &phone]
        .into_iter()
        .chain(&salts)
        .map(String::as_str)
        .collect();
    assert!(
        !found(app.host().state_dir(), &planted).is_empty(),
        "it was there"
    );

    erase(&club, &contact, &random()).await;
    eventually(
        async || {
            let marks = "SELECT count(*) FROM unprojected";
            app.host()
                .database()
                .query_row(marks, [], |row| row.get(0))
                .unwrap()
        },
        |marks: &i64| *marks == 0,
    )
    .await;
    // What SQLite does by itself when its log is full, or when the last connection closes.
    let database = app.host().database();
    let busy: i64 = database
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .unwrap();
    assert_eq!(busy, 0);
    let named: i64 = database
        .query_row(
            "SELECT count(*) FROM subject s LEFT JOIN interaction i ON i.subject_id = s.id \
             WHERE s.identifier IN (?1, ?2) OR i.id IS NOT NULL",
            [&contact, &device],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(named, 0);
    // The keyed hash stands in two tombstones, and no row of the log points to them.
    let log: i64 = database
        .query_row(
            "SELECT count(*) FROM signal g JOIN subject s ON s.id = g.subject_id WHERE s.erased_at IS NOT NULL",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(log, 0);
    drop(database);
    assert_eq!(
        found(app.host().state_dir(), &planted),
        Vec::<String>::new()
    );
    app.with_host(|host| assert_eq!(host.stop(), Some(0)));
    assert_eq!(
        found(app.host().state_dir(), &planted),
        Vec::<String>::new()
    );
    for text in &planted {
        assert!(!app.host().output().contains(text), "in the host's output");
    }
}

/// The files in which one of these texts stands.
fn found(folder: &Path, planted: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in walk(folder) {
        let bytes = std::fs::read(&file).unwrap();
        for (number, text) in planted.iter().enumerate() {
            if bytes
                .windows(text.len())
                .any(|window| window == text.as_bytes())
            {
                found.push(format!("{}: text {number}", file.display()));
            }
        }
    }
    found
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| {
            if path.is_dir() {
                walk(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}
