//! What `docs/proof.md` tells readers to type is right.

use std::process::Command;

use assent_tests::{App, root};
use serde_json::json;

use crate::alone;
use crate::kept::{Kept, text_of};

/// The commands below the heading about checking without any program of ours.
fn commands() -> Vec<String> {
    let document = std::fs::read_to_string(root().join("docs/proof.md")).unwrap();
    let (_, rest) = document
        .split_once("\n## Without any program of ours\n")
        .unwrap();
    let blocks = rest.split("```sh\n").skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worked_example_works() {
    let Some(app) = App::start_own(alone()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    let kept = Kept::new(&club).await;
    for name in ["anna", "ben", "carla"] {
        club.refuse(&format!("contact:{name}")).await;
    }
    kept.head(&club, "sunday.txt").await;
    let receipt = text_of(&club, "/v1/consent/contact:ben/receipt").await;
    kept.keep("receipt.jws", &receipt);
    let run = |commands: &str| {
        let mut shell = Command::new("bash");
        shell
            .args(["-euo", "pipefail", "-c", commands])
            .current_dir(kept.path(""));
        shell.output().unwrap()
    };
    let commands = commands();
    assert_eq!(commands.len(), 2);
    let said: Vec<String> = commands
        .iter()
        .map(|commands| {
            let done = run(commands);
            assert!(
                done.status.success(),
                "{}",
                String::from_utf8_lossy(&done.stderr)
            );
            String::from_utf8_lossy(&done.stdout).into_owned()
        })
        .collect();
    assert!(
        said[0].contains("Signature Verified Successfully"),
        "{}",
        said[0]
    );
    assert!(
        said[1].contains("in the log: contact:ben {'al': False, 'dc': False}"),
        "{}",
        said[1]
    );
    // And it tells what is not.
    let head = std::fs::read_to_string(kept.path("sunday.txt")).unwrap();
    kept.keep("sunday.txt", &head.replacen("\n4\n", "\n5\n", 1));
    assert!(!run(&commands[0]).status.success());
}
