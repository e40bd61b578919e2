//! What anybody can check about the log, with our command and with an independent verifier (`tests/verify_log.py`).
//!
//! `ASSENT_MUTATIONS` and `ASSENT_KILLS` say how often something is altered and the host killed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use assent_tests::{App, Dice, Host, Organisation, Setup, assent, root};
use serde_json::json;

fn alone() -> Setup {
    Setup::default().manifest("components/consent/spin.toml")
}

async fn text_of(club: &Organisation, path: &str) -> String {
    let answer = club.request("GET", path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

/// A folder with what somebody has fetched.
struct Kept {
    folder: tempfile::TempDir,
}

impl Kept {
    async fn new(club: &Organisation) -> Self {
        let kept = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        kept.keep("jwks.json", &text_of(club, "/.well-known/jwks.json").await);
        kept
    }

    fn keep(&self, name: &str, content: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        std::fs::write(&file, content).unwrap();
        file
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The newest head, and its size.
    async fn head(&self, club: &Organisation, name: &str) -> u64 {
        let path = format!("/v1/log/checkpoint?organisation={}", club.id);
        let note = text_of(club, &path).await;
        self.keep(name, &note);
        note.lines().nth(1).unwrap().parse().unwrap()
    }

    async fn consistency(&self, club: &Organisation, from: u64, to: u64) {
        let id = &club.id;
        let path = format!("/v1/log/consistency?organisation={id}&from={from}&to={to}");
        self.keep("consistency.json", &text_of(club, &path).await);
    }

    /// The exit codes of our command and of the other verifier.
    fn verdicts(&self, what: &str, files: [&Path; 3]) -> [i32; 2] {
        let keys = self.path("jwks.json");
        let [first, second, third] = files;
        let mut ours = Command::new(assent());
        ours.args(["verify", what])
            .arg(first)
            .arg("--keys")
            .arg(&keys);
        let mut theirs = Command::new("python3");
        theirs
            .arg(root().join("tests/verify_log.py"))
            .args([Path::new(what), first]);
        match what {
            "checkpoints" => {
                ours.arg(second).arg("--proof").arg(third);
                theirs.args([second, third]);
            }
            "entries" => {
                ours.arg("--checkpoint").arg(second);
                theirs.arg(second);
            }
            _ => {}
        }
        theirs.arg(&keys);
        [ours, theirs].map(|mut command| {
            let done = command.output().unwrap();
            done.status.code().unwrap()
        })
    }
}

const VALID: [i32; 2] = [0, 0];
const INVALID: i32 = 4;

/// One byte of a file is another.
fn altered(content: &str, dice: &mut Dice) -> String {
    let mut bytes = content.as_bytes().to_vec();
    let place = dice.below(bytes.len());
    let before = bytes[place];
    while bytes[place] == before {
        bytes[place] = u8::try_from(32 + dice.below(95)).unwrap();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_keeps_a_receipt_and_two_heads_needs_nobody() {
    let mutations: usize =
        std::env::var("ASSENT_MUTATIONS").map_or(20, |number| number.parse().unwrap());
    let Some(app) = App::start_own(alone()) else {
        return;
    };
    let club = app.organisation(json!({ "display_name": "Club" })).await;
    let kept = Kept::new(&club).await;
    for name in ["anna", "ben", "carla"] {
        club.grant(&format!("contact:{name}")).await;
    }
    let from = kept.head(&club, "old.txt").await;
    club.refuse("contact:ben").await;
    club.grant("contact:dora").await;
    let to = kept.head(&club, "new.txt").await;
    // The settings are the first leaf.
    assert_eq!((from, to), (4, 6));
    kept.consistency(&club, from, to).await;
    let receipt = text_of(&club, "/v1/consent/contact:ben/receipt").await;
    kept.keep("receipt.jws", &receipt);
    let entries = text_of(&club, "/v1/log/entries").await;
    kept.keep("entries.ndjson", &entries);
    assert!(
        !entries.contains("ben") && !entries.contains("contact"),
        "{entries}"
    );

    let [old, new, proof, receipt, entries] = [
        "old.txt",
        "new.txt",
        "consistency.json",
        "receipt.jws",
        "entries.ndjson",
    ]
    .map(|name| kept.path(name));
    let checks = [
        ("receipt", [&receipt, &receipt, &receipt]),
        ("checkpoints", [&old, &new, &proof]),
        ("entries", [&entries, &new, &new]),
    ];
    for (what, files) in checks {
        assert_eq!(
            kept.verdicts(what, files.map(PathBuf::as_path)),
            VALID,
            "{what}"
        );
    }
    let mut dice = Dice::new("proof");
    let copy = kept.path("altered");
    for number in 0..mutations {
        let (what, files) = checks[number % checks.len()];
        let original = std::fs::read_to_string(files[0]).unwrap();
        let content = altered(&original, &mut dice);
        std::fs::write(&copy, &content).unwrap();
        let verdicts = kept.verdicts(what, [&copy, files[1], files[2]]);
        assert_eq!(verdicts, [INVALID; 2], "{what}: {content}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_leaves_the_log_whole_and_nothing_that_opens_it() {
    let Some(app) = App::start_own(alone()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    let kept = Kept::new(&club).await;
    club.grant("contact:edith-9177").await;
    club.grant("contact:fred").await;
    let from = kept.head(&club, "old.txt").await;
    let salt: String = {
        let database = app.host().database();
        let query = "SELECT salt FROM subject WHERE identifier = 'contact:edith-9177'";
        database.query_row(query, [], |row| row.get(0)).unwrap()
    };
    let receipt = text_of(&club, "/v1/consent/contact:edith-9177/receipt").await;
    kept.keep("receipt.jws", &receipt);

    let erased = club.request("DELETE", "/v1/consent/contact:edith-9177");
    assert_eq!(erased.send().await.unwrap().status(), 200);
    let to = kept.head(&club, "new.txt").await;
    assert_eq!(to, from + 1, "the erasure is a leaf");
    kept.consistency(&club, from, to).await;
    let files = ["old.txt", "new.txt", "consistency.json"].map(|name| kept.path(name));
    let files = [&files[0], &files[1], &files[2]].map(PathBuf::as_path);
    assert_eq!(kept.verdicts("checkpoints", files), VALID);
    // Her own receipt is still good.
    let hers = kept.path("receipt.jws");
    assert_eq!(kept.verdicts("receipt", [&hers, &hers, &hers]), VALID);
    let again = club.request("GET", "/v1/consent/contact:edith-9177/receipt");
    assert_eq!(again.send().await.unwrap().status(), 404);

    let entries = text_of(&club, "/v1/log/entries").await;
    assert!(entries.contains("\"kind\":\"remove\""));
    let database = app.host().database();
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table'";
    let mut tables = database.prepare(tables).unwrap();
    let tables: Vec<String> = tables
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for table in tables {
        let mut rows = database.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                let value = format!("{:?}", row.get_ref(column).unwrap());
                let bytes = row
                    .get_ref(column)
                    .unwrap()
                    .as_bytes()
                    .unwrap_or_default()
                    .to_vec();
                let text = String::from_utf8_lossy(&bytes).into_owned() + &value;
                assert!(
                    !text.contains("edith-9177") && !text.contains(&salt),
                    "{table}: {text}"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_stay_consistent_when_the_host_is_killed_while_it_seals() {
    let kills: usize = std::env::var("ASSENT_KILLS").map_or(3, |kills| kills.parse().unwrap());
    let Some(mut app) = App::start_own(alone()) else {
        return;
    };
    let mut dice = Dice::new("proof kill9");
    let mut club = app.organisation(json!({})).await;
    let kept = Kept::new(&club).await;
    let mut size = kept.head(&club, "old.txt").await;
    for kill in 0..kills {
        let load = tokio::spawn(load(club.clone(), kill));
        let pause = u64::try_from(dice.below(300)).unwrap();
        tokio::time::sleep(Duration::from_millis(pause)).await;
        app.with_host(Host::kill);
        let seen = load.await.unwrap();
        app.with_host(Host::start_again);
        club = club.at(&app);
        if let Some(seen) = seen {
            let grown = seen.lines().nth(1).unwrap().parse().unwrap();
            assert!(grown >= size);
            size = grown;
            kept.keep("old.txt", &seen);
        }
        let newest = kept.head(&club, "new.txt").await;
        kept.consistency(&club, size, newest).await;
        let files = ["old.txt", "new.txt", "consistency.json"].map(|name| kept.path(name));
        let files = [&files[0], &files[1], &files[2]].map(PathBuf::as_path);
        assert_eq!(kept.verdicts("checkpoints", files), VALID, "kill {kill}");
        std::fs::rename(kept.path("new.txt"), kept.path("old.txt")).unwrap();
        size = newest;
    }
    let mut entries = String::new();
    for page in 0..=(size / 256) {
        entries += &text_of(&club, &format!("/v1/log/entries?start={}", page * 256)).await;
    }
    kept.keep("entries.ndjson", &entries);
    let [entries, head] = ["entries.ndjson", "old.txt"].map(|name| kept.path(name));
    assert_eq!(kept.verdicts("entries", [&entries, &head, &head]), VALID);
}

/// Decides and asks for heads until the host is gone; gives the last head that it has seen.
async fn load(club: Organisation, kill: usize) -> Option<String> {
    let mut seen = None;
    for number in 0.. {
        let subject = format!("contact:{kill}-{number}");
        let decision = club.decision(
            &subject,
            &json!({ "dc": true }),
            &format!("{kill}-{number}"),
        );
        if decision.send().await.is_err() {
            break;
        }
        let path = format!("/v1/log/checkpoint?organisation={}", club.id);
        let Ok(answer) = club.request("GET", &path).send().await else {
            break;
        };
        if answer.status() == 200 {
            match answer.text().await {
                Ok(head) => seen = Some(head),
                Err(_) => break,
            }
        }
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_only_the_log_is_closed() {
    let setup = alone().variable("SPIN_VARIABLE_LOG_SIGNING_KEY", "");
    let Some(app) = App::start_own(setup) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    club.grant("contact:gina").await;
    for path in [
        "/.well-known/jwks.json".to_owned(),
        "/v1/log/entries".to_owned(),
        format!("/v1/log/checkpoint?organisation={}", club.id),
        "/v1/consent/contact:gina/receipt".to_owned(),
    ] {
        let answer = club.request("GET", &path).send().await.unwrap();
        assert_eq!(answer.status(), 503, "{path}");
        let problem: serde_json::Value =
            serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .contains("log_signing_key")
        );
    }
}
