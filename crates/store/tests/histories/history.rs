//! The same steps in SQLite, through the triggers.

use domain::{Choice, ConsentState, Decision, Flag, Regime, Source, Timestamp};
use rusqlite::{Connection, params};

use crate::model::{Step, tier};

const SCHEMA: &str = concat!(
    include_str!("../../migrations/0001_first_path.sql"),
    include_str!("../../migrations/0002_regimes.sql"),
    include_str!("../../migrations/0003_reports.sql"),
    include_str!("../../migrations/0004_clock_set_back.sql"),
    include_str!("../../migrations/0005_links_and_erasure.sql"),
    include_str!("../../migrations/0006_industry_opt_out.sql"),
    include_str!("../../migrations/0007_files.sql"),
    include_str!("../../migrations/0008_feed.sql"),
    include_str!("../../migrations/0009_decisions.sql"),
    include_str!("../../migrations/0010_subject_message.sql"),
    include_str!("../../migrations/0014_evidence.sql")
);

/// A contact and two devices.
pub const SUBJECTS: [&str; 3] = ["contact:anna", "device:idfa:one", "device:idfa:two"];

pub struct History(Connection);

impl History {
    /// In which everybody is known.
    pub fn new() -> Self {
        let database = Connection::open_in_memory().unwrap();
        database.execute_batch(SCHEMA).unwrap();
        database
            .execute(
                "INSERT INTO organisation VALUES ('org', '{}', 1, 1, 1, 'admin')",
                [],
            )
            .unwrap();
        for subject in 0..SUBJECTS.len() {
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
        (1..SUBJECTS.len())
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
        let (first_seen, erased_at) = times.unwrap();
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
            "SELECT version FROM subject WHERE keyed_hash = '{}'",
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
               WHERE s.identifier IS NULL AND s.keyed_hash = 'hash-0' \
             UNION ALL SELECT 'lost its hash: ' || id FROM subject WHERE keyed_hash LIKE 'next-%' \
             UNION ALL SELECT 'no mark: ' || g.seq FROM signal g LEFT JOIN unprojected u ON u.seq = g.seq \
               WHERE (u.seq IS NULL) <> (g.action = 'portability')",
        )
    }

    fn texts(&self, query: &str) -> Vec<String> {
        let mut rows = self.0.prepare(query).unwrap();
        let rows = rows.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }
}

fn hash(subject: usize) -> String {
    format!("hash-{subject}")
}
