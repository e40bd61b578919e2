//! The rules about clicks that live in triggers: bursts, people who are counted, and clicks that get a name later.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod shared;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use rusqlite::{Connection, params};
use shared::number;

const LINKS: usize = 5;
const HOUR: i64 = 3_600_000_000;
/// Right before midnight, so that bursts begin on one day and end on the next.
const START: i64 = 495_000 * HOUR - 3 * SECOND;
const SECOND: i64 = 1_000_000;

fn database() -> Connection {
    let database = shared::database();
    database
        .execute_batch(
            "INSERT INTO message (id, org_id, request_id, request_hash, name, format, clicks, opens, content, created_at)
             VALUES ('mail', 'org', 'm', 'm', 'Mail', 'html', 'identified', 'identified', '', 1);
             INSERT INTO link SELECT 'l' || value, 'org', 'mail', 'click', value, 'https://a.example', 'identified'
             FROM json_each('[0, 1, 2, 3, 4]');
             INSERT INTO link VALUES ('o', 'org', 'mail', 'open', 9, '', 'identified');
             INSERT INTO subject (id, org_id, keyed_hash, identifier, salt, first_seen, latest_at, version)
             VALUES (1, 'org', 'h1', 'contact:1', 's', 0, 0, 1), (2, 'org', 'h2', 'contact:2', 's', 0, 0, 1);",
        )
        .unwrap();
    database
}

/// A click of somebody: 1 and 2 are named, 3 and 4 are strangers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Click {
    who: usize,
    at: i64,
    link: usize,
}

impl Click {
    fn record(self, database: &Connection) {
        let (verdict, people, strangers) = if self.who <= 2 {
            let person = format!("[\"{:019}{:019}{:019}\"]", self.who, 1, self.at);
            ("identified", person, "[]".to_owned())
        } else {
            let hash = self.who.to_string().repeat(32);
            (
                "anonymous",
                "[]".to_owned(),
                format!("[\"{hash}{:019}+\"]", self.at),
            )
        };
        database
            .execute(
                "INSERT INTO interaction_intake (link_id, hour, verdict, n, people, strangers) VALUES (?1, ?2, ?3, 1, ?4, ?5)",
                params![format!("l{}", self.link), self.at / HOUR, verdict, people, strangers],
            )
            .unwrap();
    }
}

fn counts(database: &Connection) -> BTreeMap<String, i64> {
    let mut statement = database
        .prepare(
            "SELECT verdict, sum(n) FROM interaction_count GROUP BY verdict HAVING sum(n) <> 0",
        )
        .unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

/// Whether a click is in two seconds with clicks of the same person on three links.
fn in_burst(click: Click, clicks: &[Click]) -> bool {
    let own = || clicks.iter().filter(|other| other.who == click.who);
    own().any(|first| {
        let window = first.at..=first.at + 2 * SECOND;
        let links: BTreeSet<usize> = own()
            .filter(|other| window.contains(&other.at))
            .map(|other| other.link)
            .collect();
        window.contains(&click.at) && links.len() >= 3
    })
}

fn clicks() -> impl Strategy<Value = Vec<Click>> {
    let click = (1_usize..=4, 0_i64..12, 0..LINKS);
    prop::collection::vec(click, 1..40).prop_map(|all| {
        // No two at the very same moment.
        let numbered = all.into_iter().zip(0_i64..);
        numbered
            .map(|((who, half_seconds, link), number)| Click {
                who,
                at: START + half_seconds * SECOND / 2 + number,
                link,
            })
            .collect()
    })
}

proptest! {
    /// In whatever order clicks are recorded, exactly those of bursts are scanners', and every total stays.
    #[test]
    fn bursts_are_found_in_any_order_and_totals_stay(
        clicks in clicks().prop_shuffle(),
    ) {
        let database = database();
        for (done, click) in clicks.iter().enumerate() {
            click.record(&database);
            let total: i64 = counts(&database).values().sum();
            prop_assert_eq!(total, i64::try_from(done).unwrap() + 1);
        }
        let mut expected: BTreeMap<String, i64> = BTreeMap::new();
        let mut people: BTreeMap<usize, i64> = BTreeMap::new();
        for click in &clicks {
            let verdict = match (in_burst(*click, &clicks), click.who) {
                (true, _) => "scanner",
                (false, 1 | 2) => "identified",
                (false, _) => "anonymous",
            };
            *expected.entry(verdict.to_owned()).or_default() += 1;
            if verdict == "anonymous" {
                *people.entry(click.who).or_default() += 1;
            }
        }
        prop_assert_eq!(&counts(&database), &expected, "{:?}", clicks);
        let rows = number(&database, "SELECT count(*) FROM interaction");
        prop_assert_eq!(rows, expected.get("identified").copied().unwrap_or_default());
        // People are exactly those who did something that is no scanner's.
        let counted = number(&database, "SELECT count(*) FROM anonymous_person WHERE kind = 'click'");
        prop_assert_eq!(counted, i64::try_from(people.len()).unwrap());
        let times = number(&database, "SELECT coalesce(sum(n), 0) FROM anonymous_person");
        prop_assert_eq!(times, people.values().sum::<i64>());
        prop_assert_eq!(number(&database, "SELECT count(*) FROM recent_click WHERE moving"), 0);
        prop_assert_eq!(number(&database, shared::WRONG_ACTIVITY), 0);
        // A burst touches nobody else.
        let negative = number(&database, "SELECT count(*) FROM interaction_count WHERE n < 0");
        prop_assert_eq!(negative, 0);
    }
}

#[test]
fn two_links_or_more_than_two_seconds_are_a_persons() {
    for (clicks, scanners) in [
        (&[(0, 0), (1, 1)][..], 0),
        (&[(0, 0), (1, 0), (2, 0)], 0),
        (&[(0, 0), (1_000, 1), (2_000, 2)], 3),
        (&[(0, 0), (1_000, 1), (2_001, 2)], 0),
        (&[(0, 0), (10, 1), (20, 2), (4_000, 3)], 3),
    ] {
        let database = database();
        for (milliseconds, link) in clicks {
            let at = START + milliseconds * 1000;
            let link = *link;
            Click { who: 3, at, link }.record(&database);
        }
        let found = counts(&database);
        let found = found.get("scanner").copied().unwrap_or_default();
        assert_eq!(found, scanners, "{clicks:?}");
    }
}

/// Most people click once: of them nothing is written but the click.
#[test]
fn a_click_that_is_alone_is_not_looked_at() {
    let database = database();
    for (milliseconds, link) in [(0, 0), (1_000, 0), (3_001, 1), (5_002, 2)] {
        let at = START + milliseconds * 1000;
        Click { who: 1, at, link }.record(&database);
    }
    assert_eq!(number(&database, "SELECT count(*) FROM recent_click"), 0);
    assert_eq!(number(&database, "SELECT count(*) FROM interaction"), 4);
}

/// However many clicks a token brings, judging the next one costs no more than comparing a few.
#[test]
fn a_flood_of_clicks_is_bounded() {
    let database = database();
    for who in [1, 3] {
        for number in 0..3000 {
            Click {
                who,
                at: START + number,
                link: usize::try_from(number % 4).unwrap(),
            }
            .record(&database);
        }
    }
    assert_eq!(counts(&database), [("scanner".to_owned(), 6000)].into());
    let plan: Vec<String> = database
        .prepare(
            "EXPLAIN QUERY PLAN SELECT at FROM recent_click open INDEXED BY recent_click_not_judged \
             WHERE open.message_id = 'mail' AND open.person = 'x' AND open.verdict <> 'scanner' AND open.at BETWEEN 1 AND 2",
        )
        .unwrap()
        .query_map([], |row| row.get(3))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(plan[0].contains("recent_click_not_judged"), "{plan:?}");
}

fn accept(database: &Connection, version: i64) {
    database
        .execute(
            "INSERT INTO accepted_click (link_id, subject_id, version, at) VALUES ('l0', 1, ?1, ?2)",
            params![version, START],
        )
        .unwrap();
}

fn show(database: &Connection) {
    database
        .execute(
            "INSERT INTO interaction_intake (link_id, hour, verdict, n, people, strangers) \
             VALUES ('l0', ?1, 'anonymous', 1, '[]', '[]')",
            [START / HOUR],
        )
        .unwrap();
}

#[test]
fn a_click_gets_its_name_once_whichever_is_written_first() {
    let named = BTreeMap::from([("identified".to_owned(), 1)]);
    for shown_first in [true, false] {
        let database = database();
        if shown_first {
            show(&database);
        }
        // The state on which it was decided is not that of now.
        accept(&database, 7);
        assert_eq!(number(&database, "SELECT count(*) FROM interaction"), 0);
        for _ in 0..3 {
            accept(&database, 1);
        }
        if !shown_first {
            show(&database);
        }
        assert_eq!(counts(&database), named, "shown first: {shown_first}");
        assert_eq!(number(&database, "SELECT count(*) FROM interaction"), 1);
        assert_eq!(number(&database, "SELECT at FROM interaction"), START);
    }
}

#[test]
fn an_erasure_takes_what_asking_left() {
    let database = database();
    database
        .execute(
            "INSERT INTO asked (subject_id, at) VALUES (1, 5), (2, 5)",
            [],
        )
        .unwrap();
    for who in [1, 2] {
        for link in [0, 1] {
            Click {
                who,
                at: START,
                link,
            }
            .record(&database);
        }
    }
    database
        .execute(
            "INSERT INTO signal (org_id, subject_id, request_id, item, content, action, tier, source, regime, regime_from, \
             decided_at, grants_at, received_at) VALUES ('org', 1, 'r', 0, 'c', 'remove', 1, 'api', 'gdpr', 'org', 9, 9, 9)",
            [],
        )
        .unwrap();
    assert_eq!(number(&database, "SELECT sum(subject_id) FROM asked"), 2);
    assert_eq!(
        number(&database, "SELECT sum(DISTINCT person) FROM recent_click"),
        2
    );
}
