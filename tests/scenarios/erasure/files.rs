//! After an erasure no file leads to the person any more, except by the tombstone.

use std::path::{Path, PathBuf};
use std::process::Command;

use assent_tests::{App, Setup, assent, eventually, random};
use serde_json::json;

use super::{MAIL, all, link};

const PEOPLE: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_an_erased_person_is_left_in_any_file() {
    let Some(mut app) = App::start_own(Setup::default()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    let (key, phone) = (random(), random());
    let contacts: Vec<String> = (0..PEOPLE).map(|n| format!("{key}-{n}")).collect();
    let device = format!("device:idfa:{phone}");
    club.decide(&device, all(true)).await;
    // Others in between, so that pages are split and filled; and several changes, so that rows move in them.
    for round in 0..3 {
        for (name, people) in [("other", 300), (key.as_str(), PEOPLE)] {
            let others: Vec<_> = (0..people)
                .map(|n| json!({ "subject": format!("contact:{name}-{n}"), "flags": all(round != 1) }))
                .collect();
            club.send("POST", "/v1/consent", &json!(others)).await;
        }
    }
    link(&club, &format!("contact:{}", contacts[0]), &device).await;
    let mail = club.message(MAIL).await;
    let names: Vec<&str> = contacts.iter().take(20).map(String::as_str).collect();
    for tokens in club.tokens(&mail, &names).await {
        club.visit(&mail.click_path(&tokens.click)).await;
    }
    club.stats_with(&mail, "clicks", 20).await;
    let salts: Vec<String> = {
        let database = app.host().database();
        let mut rows = database
            .prepare("SELECT salt FROM subject WHERE identifier LIKE ?1 || '%' LIMIT 30")
            .unwrap();
        let rows = rows
            .query_map([format!("contact:{key}")], |row| row.get(0))
            .unwrap();
        rows.map(Result::unwrap).collect()
    };
    assert_eq!(salts.len(), 30);
    let planted: Vec<&str> = [&key, &phone]
        .into_iter()
        .chain(&salts)
        .map(String::as_str)
        .collect();
    assert!(
        !found(app.host().state_dir(), &planted).is_empty(),
        "it was there"
    );

    let list: Vec<_> = contacts
        .iter()
        .map(|contact| json!({ "subject": format!("contact:{contact}") }))
        .collect();
    let answer = club.send("POST", "/v1/consent/erase", &json!(list)).await;
    assert_eq!(answer["recorded"], PEOPLE);
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
    // What `assent up` does every day.
    let state = app.host().state_dir();
    let files = ["sqlite_db.db", "sqlite_key_value.db"].map(|name| state.join(name));
    let mut scrub = Command::new(assent());
    scrub
        .arg("scrub")
        .args(files.iter().filter(|file| file.exists()));
    let done = scrub.output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    let database = app.host().database();
    let named: i64 = database
        .query_row(
            "SELECT count(*) FROM subject s LEFT JOIN interaction i ON i.subject_id = s.id \
             WHERE s.identifier LIKE '%' || ?1 || '%' OR s.identifier = ?2 OR i.id IS NOT NULL",
            [&key, &device],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(named, 0);
    // The keyed hash stands in tombstones, and no row of the log points to them.
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
