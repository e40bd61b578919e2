//! TC and GPP strings: the vectors of the specifications and of the IAB's own libraries, and what they are mapped to.
//!
//! Sources: "Transparency and Consent String" 2.3 and "Global Privacy Platform String" 1.0 (IAB Tech Lab, CC BY 3.0),
//! and the tests of `iabgpp-es` 3.2.0 (Apache-2.0), whose strings are given here with what they were encoded from.

mod gpp;
mod tcf;

use domain::iab::{Statement, Strings};
use domain::{Choice, Flag, Flags, Timestamp};

/// The vector of the TCF specification.
const SPECIFIED: &str =
    "CQSbk4AQSbk4ANwAAAENAwCgAAAAAAAAAAYgACPAAAAA.IDKQA4AAgAKAGQAygAAA.YAAAAAAAAAAA";

fn time(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

/// 2026-11-22, nine o'clock.
fn now() -> Timestamp {
    time("2026-11-22T09:00:00Z")
}

/// Writes bits as the specification says.
#[derive(Default)]
struct Writer(Vec<bool>);

impl Writer {
    fn number(mut self, value: u64, bits: u32) -> Self {
        self.0
            .extend((0..bits).rev().map(|bit| value >> bit & 1 == 1));
        self
    }

    fn ids(mut self, ids: &[u64], bits: u64) -> Self {
        self.0.extend((1..=bits).map(|id| ids.contains(&id)));
        self
    }

    fn text(mut self) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        while !self.0.len().is_multiple_of(6) {
            self.0.push(false);
        }
        let value = |six: &[bool]| six.iter().fold(0, |all, bit| all << 1 | usize::from(*bit));
        self.0
            .chunks(6)
            .map(|six| char::from(LETTERS[value(six)]))
            .collect()
    }
}

/// A TC string in the making: valid, and everything accepted.
#[derive(Clone)]
struct Made {
    created: Timestamp,
    updated: Timestamp,
    list: u64,
    policy: u64,
    specific: u64,
    consents: Vec<u64>,
    interests: Vec<u64>,
    treatment: u64,
    behind: Vec<String>,
}

impl Made {
    fn today() -> Self {
        let today = time("2026-11-22T00:00:00Z");
        Self {
            created: today,
            updated: today,
            list: 120,
            policy: 5,
            specific: 1,
            consents: (1..=11).collect(),
            interests: vec![2, 7, 8, 9, 10, 11],
            treatment: 0,
            behind: vec![disclosed()],
        }
    }

    fn text(&self) -> String {
        let tenths = |time: Timestamp| u64::try_from(time.micros() / 100_000).unwrap();
        let core = Writer::default()
            .number(2, 6)
            .number(tenths(self.created), 36)
            .number(tenths(self.updated), 36)
            .number(880, 12)
            .number(1, 12)
            .number(1, 6)
            .number(4, 6)
            .number(13, 6)
            .number(self.list, 12)
            .number(self.policy, 6)
            .number(self.specific, 1)
            .number(0, 1 + 12)
            .ids(&self.consents, 24)
            .ids(&self.interests, 24)
            .number(self.treatment, 1)
            .number(0, 12)
            // Vendors 2, 3 and 7 as bits, no interests, one restriction of purpose 2 for vendors 3 to 5.
            .number(7, 16)
            .number(0, 1)
            .ids(&[2, 3, 7], 7)
            .number(0, 17)
            .number(1, 12)
            .number(2, 6)
            .number(1, 2)
            .number(1, 12)
            .number(1, 1)
            .number(3, 16)
            .number(5, 16)
            .text();
        [vec![core], self.behind.clone()].concat().join(".")
    }

    fn says(&self) -> Statement {
        says(&self.text())
    }
}

/// Vendors 1 to 5 were disclosed.
fn disclosed() -> String {
    let range = Writer::default().number(1, 3).number(5, 16).number(1, 1);
    range
        .number(1, 12)
        .number(1, 1)
        .number(1, 16)
        .number(5, 16)
        .text()
}

fn publisher(consents: &[u64], interests: &[u64], own: u64) -> String {
    let segment = Writer::default()
        .number(3, 3)
        .ids(consents, 24)
        .ids(interests, 24);
    segment
        .number(own, 6)
        .number(0, u32::try_from(own * 2).unwrap())
        .text()
}

fn says(text: &str) -> Statement {
    let strings = Strings {
        tcf: Some(text),
        ..Strings::default()
    };
    Statement::read(strings, now()).unwrap()
}

/// `dc al tg cd sh re`, with `+`, `-` and `.` for nothing said.
fn written(flags: Flags) -> String {
    Flag::ALL
        .map(|flag| match flags.get(flag) {
            Some(Choice::Granted) => '+',
            Some(Choice::Refused) => '-',
            None => '.',
        })
        .into_iter()
        .collect()
}

#[test]
fn evidence_is_read_as_it_was_written() {
    let strings = Strings {
        tcf: Some(SPECIFIED),
        gpp: Some("DBABTA~1YYN"),
        gpp_sid: Some(&[6]),
    };
    let evidence = Statement::read(strings, now()).unwrap().evidence;
    let json = serde_json::to_string(&evidence).unwrap();
    assert_eq!(
        json,
        format!(
            r#"{{"mapping":1,"tcf":"{SPECIFIED}","gpp":"DBABTA~1YYN","gpp_sid":[6],"sections":["tcfeuv2","uspv1"]}}"#
        )
    );
    assert_eq!(
        serde_json::from_str::<domain::iab::Evidence>(&json).unwrap(),
        evidence
    );
}
