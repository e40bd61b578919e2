//! What somebody keeps of a log, and what both verifiers say about it.

use std::path::{Path, PathBuf};
use std::process::Command;

use assent_tests::{Organisation, assent, root};

/// A `GET` with the organisation's key.
pub async fn text_of(club: &Organisation, path: &str) -> String {
    let answer = club.request("GET", path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

/// A folder with what somebody has fetched.
pub struct Kept {
    folder: tempfile::TempDir,
}

impl Kept {
    /// With the public keys.
    pub async fn new(club: &Organisation) -> Self {
        let kept = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        kept.keep("jwks.json", &text_of(club, "/.well-known/jwks.json").await);
        kept
    }

    /// Keeps a file.
    pub fn keep(&self, name: &str, content: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        std::fs::write(&file, content).unwrap();
        file
    }

    /// Where a file is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What is in these files.
    pub fn read<const N: usize>(&self, names: [&str; N]) -> Vec<String> {
        let texts = names.map(|name| std::fs::read_to_string(self.path(name)).unwrap());
        texts.into()
    }

    /// The newest head, and its size.
    pub async fn head(&self, club: &Organisation, name: &str) -> u64 {
        let path = format!("/v1/log/checkpoint?organisation={}", club.id);
        let note = text_of(club, &path).await;
        self.keep(name, &note);
        note.lines().nth(1).unwrap().parse().unwrap()
    }

    /// Fetches the proof that the older log is the beginning of the newer one.
    pub async fn consistency(&self, club: &Organisation, from: u64, to: u64) {
        let id = &club.id;
        let path = format!("/v1/log/consistency?organisation={id}&from={from}&to={to}");
        self.keep("consistency.json", &text_of(club, &path).await);
    }

    /// The exit codes of our command and of the other verifier.
    pub fn verdicts(&self, what: &str, files: [&Path; 3]) -> [i32; 2] {
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
