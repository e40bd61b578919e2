//! Our verifier and one that shares nothing with it (`tests/verify_log.py`), each started once for many questions.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use assent_tests::root;
use domain::log::checkpoint::Checkpoint;
use domain::log::export;
use domain::log::keys::LogPublicKeys;
use domain::log::leaf::Leaf;
use domain::log::receipt::Receipt;
use domain::log::verify::{self, Consistency};
use serde_json::{Value, json};

use crate::kept::Kept;

/// What is to be checked: the kind, and the files.
pub type Case = (&'static str, Vec<String>);

/// How many questions the other one may still have before it.
const AHEAD: usize = 64;

/// Both of them.
pub struct Verifiers {
    ours: Ours,
    other: Other,
    /// What ours said of that which the other has not answered yet.
    waiting: VecDeque<(Case, bool)>,
}

impl Verifiers {
    /// With the public keys that were kept.
    pub fn start(kept: &Kept) -> Self {
        let keys = std::fs::read_to_string(kept.path("jwks.json")).unwrap();
        Self {
            ours: Ours {
                keys: serde_json::from_str(&keys).unwrap(),
                receipts: HashMap::new(),
                leaves: HashMap::new(),
            },
            other: Other::start(kept),
            waiting: VecDeque::new(),
        }
    }

    /// The keys.
    pub fn keys(&self) -> &LogPublicKeys {
        &self.ours.keys
    }

    /// Sends a text that will often be in what is asked only once.
    pub fn keep(&mut self, text: &str) {
        self.other.keep(text);
    }

    /// Asks both. The verdicts on what was asked before come when they are there.
    pub fn ask(&mut self, case: Case) -> Vec<(Case, [bool; 2])> {
        self.other.ask(&case);
        let ours = self.ours.accepts(&case);
        self.waiting.push_back((case, ours));
        let mut verdicts = Vec::new();
        while self.waiting.len() > AHEAD {
            verdicts.extend(self.next());
        }
        verdicts
    }

    /// The next verdicts on what was asked.
    pub fn next(&mut self) -> Option<(Case, [bool; 2])> {
        let (case, ours) = self.waiting.pop_front()?;
        let other = self.other.answer();
        Some((case, [ours, other]))
    }

    /// What both say of one, at once.
    pub fn verdicts(&mut self, case: Case) -> [bool; 2] {
        assert!(self.waiting.is_empty());
        self.ask(case);
        self.next().unwrap().1
    }
}

/// Exactly what `assent verify` calls.
struct Ours {
    keys: LogPublicKeys,
    /// What an export is held against is the same again and again.
    receipts: HashMap<String, Option<Receipt>>,
    leaves: HashMap<(String, String), Option<Vec<Leaf>>>,
}

impl Ours {
    fn accepts(&mut self, (what, files): &Case) -> bool {
        let keys = &self.keys;
        let head = |text: &String| Checkpoint::verified(text, keys).ok();
        let receipt = |text: &String| {
            let receipt = Receipt::verified(text.trim(), keys);
            receipt.map(|(receipt, _)| receipt).ok()
        };
        let leaves = |lines: &String, of: &String| verify::entries(lines, &head(of)?).ok();
        match (*what, files.as_slice()) {
            ("receipt", [text]) => receipt(text).is_some(),
            ("checkpoints", [old, new, proof]) => {
                let heads = head(old).zip(head(new));
                let proof = serde_json::from_str::<Consistency>(proof).ok();
                heads.zip(proof).is_some_and(|((old, new), proof)| {
                    verify::check_heads(&old, &new, &proof).is_ok()
                })
            }
            ("entries", [lines, of]) => leaves(lines, of).is_some(),
            ("export", [text, lines, of, receipts @ ..]) => {
                let key = (lines.clone(), of.clone());
                let known = self.leaves.entry(key).or_insert_with(|| leaves(lines, of));
                let receipts: Option<Vec<Receipt>> = receipts
                    .iter()
                    .map(|text| {
                        let known = self.receipts.entry(text.clone());
                        known.or_insert_with(|| receipt(text)).clone()
                    })
                    .collect();
                let rows = export::read(text).ok();
                let all = rows.zip(known.as_ref()).zip(receipts);
                all.is_some_and(|((rows, leaves), receipts)| {
                    export::check(&rows, leaves, &receipts).is_ok()
                })
            }
            other => panic!("{other:?}"),
        }
    }
}

/// The verifier in Python.
struct Other {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// The numbers that stand for texts.
    known: HashMap<String, usize>,
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
        let (questions, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self {
            child,
            questions,
            answers: BufReader::new(answers),
            known: HashMap::new(),
        }
    }

    fn keep(&mut self, text: &str) {
        let number = self.known.len();
        self.known.insert(text.to_owned(), number);
        writeln!(self.questions, "{}", json!(["keep", number, text])).unwrap();
    }

    fn ask(&mut self, (what, files): &Case) {
        let mut case = vec![json!(what)];
        case.extend(files.iter().map(|file| match self.known.get(file) {
            Some(number) => json!(number),
            None => json!(file),
        }));
        writeln!(self.questions, "{}", Value::from(case)).unwrap();
    }

    fn answer(&mut self) -> bool {
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
