//! Whatever is altered in a receipt, a proof, a head, an export or the database is rejected, by our verifier and by one
//! that shares nothing with it; and the two never disagree.
//!
//! `ASSENT_MUTATIONS` says how many; a sixth each.

mod alter;
mod rows;

use std::time::Duration;

use assent_tests::{App, Dice, Organisation, tc};
use serde_json::json;

use crate::alone;
use crate::kept::{Kept, text_of};
use crate::verifiers::{Case, Verifiers};
use alter::{altered, difference, meaning};

/// What is altered.
const KINDS: [&str; 6] = [
    "receipts",
    "proofs",
    "heads and entries",
    "exports",
    "tables about people",
    "rows of the database",
];

/// A log with something of everything, and what was fetched of it.
struct Log {
    club: Organisation,
    /// Each with where it was fetched.
    receipts: Vec<(String, String)>,
    heads: [String; 2],
    proof: String,
    entries: String,
    exports: Vec<String>,
    /// Everything about a person as CSV.
    tables: Vec<String>,
}

impl Log {
    async fn new(kept: &Kept, club: Organisation) -> Self {
        let people =
            ["anna", "ben", "carla", "dora", "edith", "fred"].map(|name| format!("contact:{name}"));
        let device = "device:idfa:AEBE52E7-03EE-455A-B3C4-E57283966239".to_owned();
        let people: Vec<String> = people.into_iter().chain([device]).collect();
        for subject in &people {
            club.grant(subject).await;
        }
        let from = kept.head(&club, "old.txt").await;
        for (subject, flags) in people.iter().zip([
            json!({"dc": false, "al": false}),
            json!({"tg": true, "sh": false, "re": true}),
        ]) {
            club.decide(subject, flags).await;
        }
        let strings = json!({ "subject": people[1], "tcf": tc(&[1, 3, 5, 7, 9], 2) });
        club.send("POST", "/v1/consent", &strings).await;
        for (subject, status) in [
            (1, "opted_in"),
            (1, "opted_out"),
            (2, "opted_in"),
            (5, "opted_in"),
        ] {
            let shown = json!({ "form": "welcome, \"2\"", "version": "1", "language": "en" });
            let said = json!({ "subject": people[subject], "type": "newsletter", "status": status, "shown": shown });
            club.send("POST", "/v1/communications", &said).await;
        }
        club.request("DELETE", "/v1/consent/contact:fred")
            .send()
            .await
            .unwrap();
        let (mut exports, mut tables) = (Vec::new(), Vec::new());
        for subject in [&people[1], &people[6]] {
            let path = format!("/v1/consent/{subject}/export");
            exports.push(text_of(&club, &path).await);
            tables.push(fetched(&club, &path, "text/csv").await);
        }
        let to = kept.head(&club, "new.txt").await;
        kept.consistency(&club, from, to).await;
        for format in ["text/plain", "text/csv", "application/x-ndjson"] {
            exports.push(fetched(&club, AUDIT, format).await);
        }
        let mut receipts = Vec::new();
        for subject in people.iter().filter(|subject| !subject.ends_with("fred")) {
            for signal in club.history(subject).await {
                if signal["action"] == "set" {
                    let path = format!("/v1/consent/{subject}/receipt?seq={}", signal["seq"]);
                    receipts.push((path.clone(), text_of(&club, &path).await));
                }
            }
        }
        for subject in [&people[1], &people[2]] {
            let path = format!("/v1/communications/{subject}/history");
            for signal in club.get(&path).await["signals"].as_array().unwrap() {
                let path = format!("/v1/communications/{subject}/receipt?seq={}", signal["seq"]);
                receipts.push((path.clone(), text_of(&club, &path).await));
            }
        }
        let [old, new, proof] = ["old.txt", "new.txt", "consistency.json"];
        let heads = [old, new].map(|name| kept.read([name]).remove(0));
        Self {
            receipts,
            heads,
            proof: kept.read([proof]).remove(0),
            entries: text_of(&club, "/v1/log/entries").await,
            exports,
            tables,
            club,
        }
    }

    /// What most cases have in common.
    fn kept(&self) -> impl Iterator<Item = &String> {
        let receipts = self.receipts.iter().map(|(_, receipt)| receipt);
        receipts.chain(&self.heads).chain([&self.entries])
    }

    /// An export with receipts of what it says.
    fn export(&self, text: &str) -> Case {
        let mut files = vec![text.to_owned(), self.entries.clone(), self.heads[1].clone()];
        let is_person = text.contains("\"signals\"") || text.starts_with("subject,record,");
        let receipts = self.receipts.iter().filter(|(path, _)| {
            let mut path = path.split('/').skip(2);
            let (kind, subject) = (path.next().unwrap(), path.next().unwrap());
            if is_person {
                text.contains(subject)
            } else {
                kind == "consent"
            }
        });
        files.extend(receipts.map(|(_, receipt)| receipt.clone()));
        ("export", files)
    }

    /// What holds, and which of its files is to be altered.
    fn case(&self, kind: usize, dice: &mut Dice) -> (Case, usize) {
        let [old, new] = self.heads.clone();
        let heads = || {
            (
                "checkpoints",
                vec![old.clone(), new.clone(), self.proof.clone()],
            )
        };
        let receipt = |dice: &mut Dice| {
            let (_, receipt) = &self.receipts[dice.below(self.receipts.len())];
            ("receipt", vec![receipt.clone()])
        };
        match kind {
            0 => (receipt(dice), 0),
            1 => (heads(), 2),
            2 if dice.below(2) == 0 => (heads(), dice.below(2)),
            2 => (("entries", vec![self.entries.clone(), new]), dice.below(2)),
            3 => (
                self.export(&self.exports[dice.below(self.exports.len())]),
                0,
            ),
            _ => (self.export(&self.tables[dice.below(self.tables.len())]), 0),
        }
    }
}

const AUDIT: &str =
    "/v1/exports/audit?action=set&from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z";

async fn fetched(club: &Organisation, path: &str, format: &str) -> String {
    let request = club.request("GET", path).header("accept", format);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

/// Lets rows be altered that never are.
fn without_triggers(app: &App) -> rusqlite::Connection {
    let database = app.host().database();
    database.busy_timeout(Duration::from_secs(10)).unwrap();
    database.pragma_update(None, "synchronous", "OFF").unwrap();
    let triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN \
                    ('log_leaf', 'log_node', 'log_head', 'signal', 'communication_signal', 'subject')";
    let mut triggers = database.prepare(triggers).unwrap();
    let names = triggers.query_map([], |row| row.get(0)).unwrap();
    let names: Vec<String> = names.map(Result::unwrap).collect();
    drop(triggers);
    for name in names {
        let drop = format!("DROP TRIGGER {name}");
        database.execute_batch(&drop).unwrap();
    }
    database
}

/// How many of each kind were rejected, and how many say the same.
#[derive(Default)]
struct Counts([(usize, usize); KINDS.len()]);

impl Counts {
    /// What was altered into what, and what both say of it.
    fn add(&mut self, kind: usize, original: &Case, case: &Case, verdicts: [bool; 2]) {
        let told = || difference(original, case);
        assert_eq!(verdicts[0], verdicts[1], "they disagree: {}", told());
        let (rejected, same) = &mut self.0[kind];
        if verdicts[0] {
            // What nobody claims to prove: white space, the numbers of rows.
            assert!(meaning(original) == meaning(case), "accepted: {}", told());
            *same += 1;
        } else {
            *rejected += 1;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_altered_is_rejected_by_both() {
    let mutations: usize =
        std::env::var("ASSENT_MUTATIONS").map_or(3000, |number| number.parse().unwrap());
    let Some(app) = App::start_own(alone()) else {
        return;
    };
    let types = json!([{ "id": "newsletter", "name": { "en": "Newsletter" } }]);
    let club = json!({ "display_name": "Club", "communication_types": types });
    let club = app.organisation(club).await;
    let kept = Kept::new(&club).await;
    let log = Log::new(&kept, club).await;
    let mut both = Verifiers::start(&kept);
    for text in log.kept() {
        both.keep(text);
    }
    let mut dice = Dice::new("mutations");
    let mut originals = vec![("entries", vec![log.entries.clone(), log.heads[1].clone()])];
    let exports = log.exports.iter().chain(&log.tables);
    originals.extend(exports.map(|text| log.export(text)));
    let receipts = log.receipts.iter();
    originals.extend(receipts.map(|(_, receipt)| ("receipt", vec![receipt.clone()])));
    originals.extend((1..3).map(|kind| log.case(kind, &mut dice).0));
    for case in &originals {
        assert_eq!(both.verdicts(case.clone()), [true; 2], "{case:?}");
    }
    let database = without_triggers(&app);
    let mut counts = Counts::default();
    let mut asked = std::collections::VecDeque::new();
    for number in 0..mutations {
        let kind = number % KINDS.len();
        let (original, case) = if kind == KINDS.len() - 1 {
            match rows::row(&log, both.keys(), &database, &mut dice).await {
                Some(altered) => altered,
                None => continue,
            }
        } else {
            let (original, file) = log.case(kind, &mut dice);
            let mut case = original.clone();
            case.1[file] = altered(&original.1[file], &mut dice);
            (original, case)
        };
        asked.push_back((kind, original));
        for (case, verdicts) in both.ask(case) {
            let (kind, original) = asked.pop_front().unwrap();
            counts.add(kind, &original, &case, verdicts);
        }
    }
    while let Some((case, verdicts)) = both.next() {
        let (kind, original) = asked.pop_front().unwrap();
        counts.add(kind, &original, &case, verdicts);
    }
    for (name, (rejected, same)) in KINDS.iter().zip(counts.0) {
        eprintln!("{name}: {rejected} rejected, {same} that say the same");
        assert!(rejected > 0, "{name}");
    }
    // Nothing is left of it.
    for case in originals {
        assert_eq!(both.verdicts(case), [true; 2]);
    }
    assert_eq!(text_of(&log.club, "/v1/log/entries").await, log.entries);
}
