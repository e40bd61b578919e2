//! What anybody can check about the log, with our command and with an independent verifier (`tests/verify_log.py`).
//!
//! `ASSENT_MUTATIONS` and `ASSENT_KILLS` say how often something is altered and the host killed.

mod erased;
mod evidence;
mod example;
mod kept;
mod killed;
mod mutations;
mod person;
mod sealed;
mod verifiers;

use std::path::PathBuf;

use assent_tests::{App, Dice, Setup};
use kept::{Kept, text_of};
use serde_json::json;

fn alone() -> Setup {
    Setup::default().manifest("components/consent/spin.toml")
}

/// What both verifiers say of what holds.
const VALID: [i32; 2] = [0, 0];
/// What they say of what does not.
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
    for number in 0..12 {
        let (what, files) = checks[number % checks.len()];
        let original = std::fs::read_to_string(files[0]).unwrap();
        let content = altered(&original, &mut dice);
        std::fs::write(&copy, &content).unwrap();
        let verdicts = kept.verdicts(what, [&copy, files[1], files[2]]);
        assert_eq!(verdicts, [INVALID; 2], "{what}: {content}");
    }
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
