//! The same steps in SQLite, through the triggers.

use std::collections::BTreeSet;

use domain::{
    Choice, ConsentState, Decision, Flag, Flags, KeyedHash, Regime, RegimeSource, Source, Subject,
    Timestamp,
};
use rusqlite::{Connection, OptionalExtension, params};

use crate::file_line::{FileLine, Texts};
use crate::model::{Line, Step, tier};

/// A contact and two devices of hers, and two whom nobody knows at first.
pub const SUBJECTS: [&str; 5] = [
    "contact:anna",
    "device:idfa:one",
    "device:idfa:two",
    "contact:ben",
    "bk:crm:café",
];

/// Those of them who are.
pub const KNOWN: usize = 3;

pub struct History(Connection);

impl History {
    /// In which Anna and her devices are known.
    pub fn new() -> Self {
        let database = crate::shared::database();
        for subject in 0..KNOWN {
            database
                .execute(
                    "INSERT INTO subject (org_id, keyed_hash, identifier, salt, first_seen, latest_at, version) \
                     VALUES ('org', ?1, ?2, 'salt', 1, 0, 0)",
                    params![hash(subject), SUBJECTS[subject]],
                )
                .unwrap();
        }
        Self(database)
    }

    pub fn take(&self, step: &Step, number: usize, clock: i64) {
        self.take_late(step, number, clock, clock);
    }

    /// A step that came in at `clock` and is carried out at `now`.
    pub fn take_late(&self, step: &Step, number: usize, clock: i64, now: i64) {
        match step {
            Step::Signal {
                subject,
                granted,
                refused,
                tier,
                at,
                lag,
                source,
                regime,
            } => {
                let (live, time) = (at.is_none(), at.unwrap_or(now));
                self.0
                    .execute(
                        "INSERT INTO signal_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, \
                         granted, refused, tier, source, regime, regime_from, live, at, since, received_at) \
                         VALUES ('org', ?1, ?2, 'salt', ?3, 0, 'c', ?4, ?5, ?6, ?7, ?8, 'org', ?9, ?10, ?11, ?12)",
                        params![hash(*subject), SUBJECTS[*subject], format!("r{number}"), granted, refused, tier,
                            source.code(), regime.code(), live, time, clock - lag, now],
                    )
                    .unwrap();
            }
            Step::Slice(lines) => self.slice(lines, number, now),
            Step::Erase { subject, at } => self.act("remove", *subject, number, *at, clock),
            Step::Portability { subject } => self.act("portability", *subject, number, None, clock),
            Step::Link { device } => {
                self.0
                    .execute(
                        "INSERT INTO subject_link (subject_id, device_id, linked_at) SELECT s.id, d.id, ?3 \
                         FROM subject s, subject d WHERE s.keyed_hash = ?1 AND d.keyed_hash = ?2 ON CONFLICT DO NOTHING",
                        params![hash(0), hash(*device), clock],
                    )
                    .unwrap();
            }
            Step::Unlink { device } => {
                self.0
                    .execute(
                        "DELETE FROM subject_link WHERE device_id = (SELECT id FROM subject WHERE keyed_hash = ?1)",
                        [hash(*device)],
                    )
                    .unwrap();
            }
        }
    }

    /// Lines of a file, as `Store::import_lines` stores them.
    fn slice(&self, said: &[Line], number: usize, now: i64) {
        let run = format!("run{number}");
        let lines: Vec<FileLine> = (1..)
            .zip(said)
            .map(|(line, said)| FileLine {
                line,
                content: hash(99),
                subject: Subject::parse(SUBJECTS[said.subject]).unwrap(),
                flags: Flags::from_masks(said.granted, said.refused).unwrap(),
                regime: said.regime,
                regime_source: RegimeSource::Req,
                at: Timestamp::from_micros(said.at),
            })
            .collect();
        let hashes = said
            .iter()
            .map(|said| KeyedHash::parse(&hash(said.subject)).unwrap());
        let hashes: Vec<KeyedHash> = hashes.collect();
        let stored = self.number(&format!(
            "SELECT coalesce(max(line), 0) FROM import_stored WHERE run_id = '{run}'"
        ));
        let known =
            self.texts("SELECT keyed_hash FROM subject WHERE keyed_hash NOT LIKE 'erased-%'");
        let known = known.iter().map(|hash| KeyedHash::parse(hash).unwrap());
        let mut seen: BTreeSet<KeyedHash> = known.collect();
        if stored > 0 {
            seen.extend(&hashes);
        }
        let salts = (0..).map(|salt| format!("{salt:032}"));
        let texts = Texts::of(&lines, &hashes, salts, &mut seen);
        let json = |texts: &[String]| serde_json::to_string(texts).unwrap();
        self.0
            .execute(
                "INSERT INTO file_intake (org_id, run_id, first_line, last_line, people, rest, received_at) \
                 VALUES ('org', ?1, 1, ?2, ?3, ?4, ?5)",
                params![run, i64::try_from(lines.len()).unwrap(), json(&texts.people), json(&texts.rest), now],
            )
            .unwrap();
    }

    fn act(&self, action: &str, subject: usize, number: usize, at: Option<i64>, clock: i64) {
        self.0
            .execute(
                "INSERT INTO action_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, action, \
                 source, regime, regime_from, live, at, received_at) \
                 VALUES ('org', ?1, ?2, 'salt', ?3, 0, 'c', ?4, 'api', 'gdpr', 'org', ?5, ?6, ?7)",
                params![hash(subject), SUBJECTS[subject], format!("r{number}"), action, at.is_none(),
                    at.unwrap_or(clock), clock],
            )
            .unwrap();
    }

    /// The devices linked to the first subject.
    pub fn links(&self) -> Vec<usize> {
        (1..KNOWN)
            .filter(|device| {
                self.number(&format!(
                    "SELECT count(*) FROM subject_link l JOIN subject d ON d.id = l.device_id \
                     WHERE d.keyed_hash = '{}'",
                    hash(*device)
                )) == 1
            })
            .collect()
    }

    /// What is in force.
    pub fn state(&self, subject: usize) -> ConsentState {
        let times = self.0.query_row(
            "SELECT first_seen, erased_at FROM subject WHERE keyed_hash = ?1",
            [hash(subject)],
            |row| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?)),
        );
        let Some((first_seen, erased_at)) = times.optional().unwrap() else {
            return ConsentState::default();
        };
        let (first_seen, erased_at) = (
            Timestamp::from_micros(first_seen),
            erased_at.map(Timestamp::from_micros),
        );
        let mut state = ConsentState::new(Some(first_seen), erased_at);
        let mut rows = self
            .0
            .prepare(
                "SELECT c.flag, c.tier, c.granted, c.decided_at, c.source, c.regime FROM consent_state c \
                 JOIN subject s ON s.id = c.subject_id WHERE s.keyed_hash = ?1",
            )
            .unwrap();
        let rows = rows
            .query_map([hash(subject)], |row| {
                let bit: u8 = row.get(0)?;
                let flag = Flag::ALL
                    .into_iter()
                    .find(|flag| flag.bit() == bit)
                    .unwrap();
                let choice = if row.get(2)? {
                    Choice::Granted
                } else {
                    Choice::Refused
                };
                Ok((
                    flag,
                    Decision {
                        choice,
                        tier: tier(row.get(1)?),
                        at: Timestamp::from_micros(row.get(3)?),
                        source: Source::parse(&row.get::<_, String>(4)?).unwrap(),
                        regime: Regime::parse(&row.get::<_, String>(5)?).unwrap(),
                    },
                ))
            })
            .unwrap();
        let mut count = 0;
        for row in rows {
            let (flag, decision) = row.unwrap();
            state.record(flag, decision);
            count += 1;
        }
        assert_eq!(state.iter().count(), count, "nothing void is kept");
        state
    }

    pub fn version(&self, subject: usize) -> i64 {
        self.number(&format!(
            "SELECT coalesce(max(version), 0) FROM subject WHERE keyed_hash = '{}'",
            hash(subject)
        ))
    }

    pub fn identifiers(&self) -> i64 {
        self.number("SELECT count(*) FROM subject WHERE identifier IS NOT NULL OR salt IS NOT NULL")
    }

    fn number(&self, query: &str) -> i64 {
        self.0.query_row(query, [], |row| row.get(0)).unwrap()
    }

    /// Everything about subjects and what is in force, and how much there is in the log.
    pub fn dump(&self) -> Vec<String> {
        self.texts(
            "SELECT id || keyed_hash || coalesce(identifier, '-') || coalesce(salt, '-') || version || latest_at FROM subject \
             UNION ALL SELECT subject_id || flag || tier || granted || decided_at FROM consent_state \
             UNION ALL SELECT seq || action FROM signal UNION ALL SELECT seq || subject_id FROM unprojected",
        )
    }

    /// Rows that must not be there.
    pub fn wrong_rows(&self) -> Vec<String> {
        self.texts(
            "SELECT 'still leads somewhere: ' || id FROM subject WHERE keyed_hash LIKE 'erased-%' AND (identifier IS NOT NULL \
               OR salt IS NOT NULL OR id IN (SELECT subject_id FROM consent_state UNION SELECT subject_id FROM subject_link \
               UNION SELECT device_id FROM subject_link UNION SELECT subject_id FROM unprojected)) \
             UNION ALL SELECT 'no name: ' || s.id FROM subject s JOIN consent_state c ON c.subject_id = s.id \
               WHERE s.identifier IS NULL AND s.keyed_hash LIKE '%0' \
             UNION ALL SELECT 'lost its hash: ' || id FROM subject WHERE keyed_hash LIKE 'next-%' \
             UNION ALL SELECT 'no mark: ' || g.seq FROM signal g JOIN subject s ON s.id = g.subject_id \
               LEFT JOIN unprojected u ON u.seq = g.seq WHERE (u.seq IS NULL) <> (g.action = 'portability' \
               OR (g.request_id LIKE 'run%' AND s.first_seen = g.received_at \
               AND g.seq = (SELECT min(seq) FROM signal WHERE subject_id = s.id))) \
             UNION ALL SELECT 'something else beside it: ' || id FROM subject WHERE decisions <> ( \
               SELECT coalesce(group_concat(flag || ' ' || tier || ' ' || granted || ' ' || decided_at || ' ' || source \
               || ' ' || regime, ';'), '') FROM consent_state WHERE subject_id = subject.id)",
        )
    }

    fn texts(&self, query: &str) -> Vec<String> {
        let mut rows = self.0.prepare(query).unwrap();
        let rows = rows.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }
}

fn hash(subject: usize) -> String {
    format!("{subject:032}")
}
