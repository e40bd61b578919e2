//! Whatever is altered in a receipt, a proof, a head, an export or the database is rejected, by our verifier and by one
//! that shares nothing with it; and the two never disagree.
//!
//! `ASSENT_MUTATIONS` says how many; a fifth each.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use assent_tests::{App, Dice, Organisation, root};
use base64ct::Encoding;
use domain::log::checkpoint::Checkpoint;
use domain::log::export::{self, Who};
use domain::log::keys::LogPublicKeys;
use domain::log::proof::ProofPlan;
use domain::log::receipt::Receipt;
use domain::log::verify::{self, Consistency};
use rusqlite::types::Value as Cell;
use serde_json::{Value, json};

use crate::alone;
use crate::kept::{Kept, text_of};

/// What is to be checked: the kind, and the files.
type Case = (&'static str, Vec<String>);

/// The verifier in Python, one process for all.
struct Other {
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Other {
    fn start(kept: &Kept) -> Self {
        let mut child = Command::new("python3")
            .arg(root().join("tests/verify_log.py"))
            .arg("batch")
            .arg(kept.path("jwks.json"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (ask, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self {
            child,
            ask,
            answers: BufReader::new(answers),
        }
    }

    fn accepts(&mut self, (what, files): &Case) -> bool {
        let mut case = vec![json!(what)];
        case.extend(files.iter().map(|file| json!(file)));
        writeln!(self.ask, "{}", Value::from(case)).unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        match answer.trim() {
            "0" => true,
            "4" => false,
            other => panic!("the other verifier says {other:?}"),
        }
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What our verifier says: exactly what `assent verify` calls.
fn accepts((what, files): &Case, keys: &LogPublicKeys) -> bool {
    let head = |text: &String| Checkpoint::verified(text, keys).ok();
    let receipt = |text: &String| {
        Receipt::verified(text.trim(), keys)
            .map(|(receipt, _)| receipt)
            .ok()
    };
    let found = match (*what, files.as_slice()) {
        ("receipt", [text]) => receipt(text).map(|_| ()),
        ("checkpoints", [old, new, proof]) => head(old).zip(head(new)).and_then(|(old, new)| {
            let proof: Consistency = serde_json::from_str(proof).ok()?;
            verify::check_heads(&old, &new, &proof).ok()
        }),
        ("entries", [lines, of]) => {
            head(of).and_then(|head| verify::entries(lines, &head).ok().map(|_| ()))
        }
        ("export", [text, lines, of, receipts @ ..]) => (|| {
            let leaves = verify::entries(lines, &head(of)?).ok()?;
            let receipts: Option<Vec<Receipt>> = receipts.iter().map(receipt).collect();
            let rows = export::read(text).ok()?;
            export::check(&rows, &leaves, &receipts?).ok().map(|_| ())
        })(),
        other => panic!("{other:?}"),
    };
    found.is_some()
}

/// What of a file is proved: two files with the same are the same.
fn meaning((what, files): &Case) -> Value {
    match *what {
        "receipt" => json!(files[0].trim()),
        "checkpoints" => json!([
            files[0],
            files[1],
            serde_json::from_str::<Value>(&files[2]).ok()
        ]),
        "entries" => json!([files[0].lines().collect::<Vec<_>>(), files[1]]),
        _ => {
            let mut rows = export::read(&files[0]).unwrap_or_default();
            // Whose key no receipt brings: an erased person, a request for everything stored.
            let opened: Vec<String> = files[3..]
                .iter()
                .map(|receipt| event_time(receipt))
                .collect();
            for row in &mut rows {
                row.number = 0;
                if !opened.contains(&row.at.to_rfc3339()) {
                    (row.who, row.request, row.item) = (Who::Erased, String::new(), None);
                    (row.rest.network, row.rest.shown, row.rest.evidence) = (None, None, None);
                }
            }
            json!(format!("{rows:?}"))
        }
    }
}

/// Where the altered one begins to differ.
fn difference(original: &Case, altered: &Case) -> String {
    let files = original.1.iter().zip(&altered.1);
    let found = files.enumerate().find_map(|(file, (before, after))| {
        let (before, after): (Vec<char>, Vec<char>) =
            (before.chars().collect(), after.chars().collect());
        let place = before
            .iter()
            .zip(&after)
            .position(|(before, after)| before != after);
        let place = place.unwrap_or(before.len().min(after.len()));
        let around = |text: &[char]| -> String {
            text.iter()
                .skip(place.saturating_sub(40))
                .take(80)
                .collect()
        };
        (before != after).then(|| {
            format!(
                "file {file} at {place}: {:?} → {:?}",
                around(&before),
                around(&after)
            )
        })
    });
    format!("{}: {}", original.0, found.unwrap_or_default())
}

/// When a receipt says that was decided.
fn event_time(receipt: &str) -> String {
    let payload = receipt.split('.').nth(1).unwrap();
    let payload = base64ct::Base64UrlUnpadded::decode_vec(payload).unwrap();
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    payload["record"]["event_time"].as_str().unwrap().to_owned()
}

/// One character is another, is missing, or is there besides.
fn altered(content: &str, dice: &mut Dice) -> String {
    let mut characters: Vec<char> = content.chars().collect();
    let place = dice.below(characters.len());
    let other = char::from(u8::try_from(32 + dice.below(95)).unwrap());
    match dice.below(4) {
        0 => drop(characters.remove(place)),
        1 => characters.insert(place, other),
        // A digit or a letter for another: what is most like the original.
        2 if characters[place].is_ascii_digit() => {
            characters[place] = char::from(b'0' + u8::try_from(dice.below(10)).unwrap());
        }
        _ => characters[place] = other,
    }
    characters.into_iter().collect()
}

/// A log with something of everything, and what was fetched of it.
struct Log {
    club: Organisation,
    receipts: Vec<(String, String)>,
    heads: [String; 2],
    proof: String,
    entries: String,
    exports: Vec<String>,
}

impl Log {
    async fn new(app: &App, kept: &Kept, club: Organisation) -> Self {
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
        club.request("DELETE", "/v1/consent/contact:fred")
            .send()
            .await
            .unwrap();
        let mut exports = Vec::new();
        for subject in [&people[1], &people[6]] {
            exports.push(text_of(&club, &format!("/v1/consent/{subject}/export")).await);
        }
        let to = kept.head(&club, "new.txt").await;
        kept.consistency(&club, from, to).await;
        for format in ["text/plain", "text/csv", "application/x-ndjson"] {
            exports.push(audit(&club, format).await);
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
        let file = |name: &str| std::fs::read_to_string(kept.path(name)).unwrap();
        let _ = app;
        Self {
            receipts,
            heads: [file("old.txt"), file("new.txt")],
            proof: file("consistency.json"),
            entries: text_of(&club, "/v1/log/entries").await,
            exports,
            club,
        }
    }

    /// An export with receipts of what it says.
    fn export(&self, text: &str) -> Case {
        let mut files = vec![text.to_owned(), self.entries.clone(), self.heads[1].clone()];
        let is_person = text.contains("\"signals\"");
        let receipts = self.receipts.iter().filter(|(path, _)| {
            let subject = path
                .trim_start_matches("/v1/consent/")
                .trim_end_matches("/receipt");
            !is_person || text.contains(subject)
        });
        files.extend(receipts.map(|(_, receipt)| receipt.clone()));
        ("export", files)
    }

    /// What holds, and which of its files is to be altered.
    fn case(&self, kind: usize, dice: &mut Dice) -> (Case, usize) {
        let [old, new] = self.heads.clone();
        match kind {
            0 => (
                (
                    "receipt",
                    vec![self.receipts[dice.below(self.receipts.len())].1.clone()],
                ),
                0,
            ),
            1 => (("checkpoints", vec![old, new, self.proof.clone()]), 2),
            2 if dice.below(2) == 0 => (
                ("checkpoints", vec![old, new, self.proof.clone()]),
                dice.below(2),
            ),
            2 => (("entries", vec![self.entries.clone(), new]), dice.below(2)),
            _ => (
                self.export(&self.exports[dice.below(self.exports.len())]),
                0,
            ),
        }
    }
}

async fn audit(club: &Organisation, format: &str) -> String {
    let request = club.request(
        "GET",
        "/v1/exports/audit?action=set&from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z",
    );
    let answer = request.header("accept", format).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

/// An altered cell of the database, and what is fetched and checked then; nothing where it cannot be altered like this.
async fn row(
    log: &Log,
    keys: &LogPublicKeys,
    database: &rusqlite::Connection,
    dice: &mut Dice,
) -> Option<(Case, Case)> {
    let size = u64::try_from(log.entries.lines().count()).unwrap();
    let (path, receipt) = &log.receipts[dice.below(log.receipts.len())];
    let read = Receipt::verified(receipt, keys).unwrap().0;
    let index = read.proof.index;
    let seq: i64 = database
        .query_row(
            "SELECT signal_seq FROM log_leaf WHERE idx = ?1",
            [i64::try_from(index).unwrap()],
            |row| row.get(0),
        )
        .unwrap();
    let kind = dice.below(5);
    let (table, column, place): (&str, &str, String) = match kind {
        0 => (
            "log_leaf",
            "leaf",
            format!("idx = {}", dice.below(usize::try_from(size).unwrap())),
        ),
        1 => {
            let plan = ProofPlan::inclusion(index, size).unwrap();
            let places: Vec<_> = plan.places().collect();
            let node = places[dice.below(places.len())];
            (
                "log_node",
                "hash",
                format!("level = {} AND idx = {}", node.level, node.index),
            )
        }
        2 => ("log_head", "frontier", "1".to_owned()),
        3 => {
            let columns = [
                "decided_at",
                "received_at",
                "source",
                "regime",
                "regime_from",
                "request_id",
                "granted",
            ];
            (
                "signal",
                columns[dice.below(columns.len())],
                format!("seq = {seq}"),
            )
        }
        _ => {
            let column = ["salt", "identifier"][dice.below(2)];
            (
                "subject",
                column,
                format!("id = (SELECT subject_id FROM signal WHERE seq = {seq})"),
            )
        }
    };
    let before: Cell = database
        .query_row(
            &format!("SELECT {column} FROM {table} WHERE {place}"),
            [],
            |row| row.get(0),
        )
        .unwrap();
    let after = match &before {
        Cell::Text(text) => Cell::Text(altered(text, dice)),
        Cell::Integer(number) if column == "granted" => {
            Cell::Integer(number ^ (1 << dice.below(6)))
        }
        Cell::Integer(number) => {
            Cell::Integer(number + 1 + i64::try_from(dice.below(1000)).unwrap())
        }
        Cell::Blob(bytes) => {
            let mut bytes = bytes.clone();
            let place = dice.below(bytes.len());
            bytes[place] ^= 1 << dice.below(8);
            Cell::Blob(bytes)
        }
        other => panic!("{other:?}"),
    };
    let set = format!("UPDATE {table} SET {column} = ?1 WHERE {place}");
    if after == before || database.execute(&set, [&after]).is_err() {
        return None;
    }
    // An answer that breaks off, or says that something is unreadable, gives nothing out.
    let fetch = |path: String, accept: &'static str| async move {
        let request = log.club.request("GET", &path).header("accept", accept);
        match request.send().await {
            Ok(answer) if answer.status() == 200 => answer.text().await.unwrap_or_default(),
            _ => String::new(),
        }
    };
    let head = log.heads[1].clone();
    let audit = "/v1/exports/audit?action=set&from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z";
    let (original, case) = match kind {
        0 => {
            let of = |entries| ("entries", vec![entries, head.clone()]);
            let now = fetch("/v1/log/entries".to_owned(), "*/*").await;
            (of(log.entries.clone()), of(now))
        }
        2 => {
            let proof = format!("{{\"from\":{size},\"to\":{size},\"path\":[]}}");
            let of = |now| ("checkpoints", vec![head.clone(), now, proof.clone()]);
            let now = fetch(
                format!("/v1/log/checkpoint?organisation={}", log.club.id),
                "*/*",
            )
            .await;
            (of(head.clone()), of(now))
        }
        1 => (
            ("receipt", vec![receipt.clone()]),
            ("receipt", vec![fetch(path.clone(), "*/*").await]),
        ),
        4 if column == "salt" => (
            ("receipt", vec![receipt.clone()]),
            ("receipt", vec![fetch(path.clone(), "*/*").await]),
        ),
        _ => {
            let now = fetch(audit.to_owned(), "application/x-ndjson").await;
            let last = log.exports.last().unwrap();
            (log.export(last), log.export(&now))
        }
    };
    assert_eq!(database.execute(&set, [&before]).unwrap(), 1);
    Some((original, case))
}

async fn public(log: &Log) -> LogPublicKeys {
    serde_json::from_str(&text_of(&log.club, "/.well-known/jwks.json").await).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_altered_is_rejected_by_both() {
    let mutations: usize =
        std::env::var("ASSENT_MUTATIONS").map_or(500, |number| number.parse().unwrap());
    let Some(app) = App::start_own(alone()) else {
        return;
    };
    let club = app.organisation(json!({ "display_name": "Club" })).await;
    let kept = Kept::new(&club).await;
    let log = Log::new(&app, &kept, club).await;
    let keys = public(&log).await;
    let mut other = Other::start(&kept);
    let mut dice = Dice::new("mutations");
    let mut originals = vec![("entries", vec![log.entries.clone(), log.heads[1].clone()])];
    originals.extend(log.exports.iter().map(|text| log.export(text)));
    originals.extend((0..3).map(|kind| log.case(kind, &mut dice).0));
    for case in &originals {
        assert!(accepts(case, &keys), "ours rejects {case:?}");
        assert!(other.accepts(case), "the other rejects {case:?}");
    }
    let database = app.host().database();
    database
        .busy_timeout(std::time::Duration::from_secs(10))
        .unwrap();
    database.pragma_update(None, "synchronous", "OFF").unwrap();
    let triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN \
                    ('log_leaf', 'log_node', 'log_head', 'signal', 'subject')";
    let mut triggers = database.prepare(triggers).unwrap();
    let names: Vec<String> = triggers
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    drop(triggers);
    for name in names {
        database
            .execute_batch(&format!("DROP TRIGGER {name}"))
            .unwrap();
    }
    let mut counts = [(0, 0); 5];
    for number in 0..mutations {
        let kind = number % 5;
        let (original, case) = if kind == 4 {
            match row(&log, &keys, &database, &mut dice).await {
                Some(altered) => altered,
                None => continue,
            }
        } else {
            let (original, file) = log.case(kind, &mut dice);
            let mut case = original.clone();
            case.1[file] = altered(&original.1[file], &mut dice);
            (original, case)
        };
        let verdicts = [accepts(&case, &keys), other.accepts(&case)];
        let difference = difference(&original, &case);
        assert_eq!(verdicts[0], verdicts[1], "they disagree: {difference}");
        if verdicts[0] {
            // What nobody claims to prove: white space, the numbers of rows.
            let same = meaning(&original) == meaning(&case);
            assert!(same, "accepted: {difference}");
            counts[kind].1 += 1;
        } else {
            counts[kind].0 += 1;
        }
    }
    let names = [
        "receipts",
        "proofs",
        "heads and entries",
        "exports",
        "rows of the database",
    ];
    for (name, (rejected, same)) in names.iter().zip(counts) {
        eprintln!("{name}: {rejected} rejected, {same} that say the same");
        assert!(rejected > 0, "{name}");
    }
    // Nothing is left of it.
    for case in originals {
        assert!(accepts(&case, &keys) && other.accepts(&case));
    }
    assert_eq!(text_of(&log.club, "/v1/log/entries").await, log.entries);
}
