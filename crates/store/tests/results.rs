//! What is promised about results, of the triggers: whatever happens, totals are what was done, and what is counted as
//! identified is what is stored by name.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod shared;

use proptest::prelude::*;
use rusqlite::{Connection, params};
use shared::number;

const PEOPLE: i64 = 4;
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
/// Hours from one moment of the property to the next: three are on the first day, two on the second, one on the third.
const APART: i64 = 11;

/// Two mails with a click link and a pixel each, and people of whom each has said one thing.
fn database() -> Connection {
    let database = shared::database();
    database
        .execute_batch(
            "INSERT INTO message_intake (id, org_id, request_id, request_hash, name, format, clicks, opens, content,
               created_at, links)
             SELECT 'm' || value, 'org', 'r' || value, '', 'mail', 'html', 'identified', 'identified', '', 1,
               json_array(json_object('id', 'click' || value, 'kind', 'click', 'ordinal', 0, 'destination', 'x',
                 'ceiling', 'identified'), json_object('id', 'open' || value, 'kind', 'open', 'ordinal', 1,
                 'destination', '', 'ceiling', 'identified'))
             FROM json_each('[0, 1]');",
        )
        .unwrap();
    for person in 1..=PEOPLE {
        database
            .execute(
                "INSERT INTO signal_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, granted, \
                 refused, tier, source, regime, regime_from, live, at, received_at, since) \
                 VALUES ('org', ?1, ?2, 'salt', ?1, 0, 'c', 3, 0, 1, 'api', 'gdpr', 'org', 1, 1, 1, 1)",
                params![format!("hash{person}"), format!("contact:{person}")],
            )
            .unwrap();
    }
    database
}

#[derive(Debug, Clone)]
enum Step {
    /// A person clicks or opens; nobody if 0. `stale` decided on another version of her.
    Act {
        mail: u8,
        open: bool,
        person: i64,
        hour: i64,
        stale: bool,
    },
    Scan {
        mail: u8,
    },
    Ceiling {
        mail: u8,
        clicks: usize,
        opens: usize,
    },
    Erase {
        person: i64,
    },
    /// Everything before this hour is too old; `most` rows at a time.
    Expire {
        before: i64,
        most: i64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..2_u8, any::<bool>(), 0..=PEOPLE, 0..6_i64, prop::bool::weighted(0.1))
            .prop_map(|(mail, open, person, part, stale)| {
                Step::Act { mail, open, person, hour: part * APART, stale }
            }),
        1 => (0..2_u8).prop_map(|mail| Step::Scan { mail }),
        1 => (0..2_u8, 0..3_usize, 0..3_usize)
            .prop_map(|(mail, clicks, opens)| Step::Ceiling { mail, clicks, opens }),
        1 => (1..=PEOPLE).prop_map(|person| Step::Erase { person }),
        1 => (0..7_i64, 1..4_i64)
            .prop_map(|(part, most)| Step::Expire { before: part * APART, most }),
    ]
}

const LEVELS: [&str; 3] = ["off", "anonymous", "identified"];

fn expire(database: &Connection, before: i64, most: i64) {
    database
        .execute(
            "INSERT INTO interaction_expiry (org_id, ids, before, day, created_at, message_id) \
             SELECT 'org', (SELECT json_group_array(id) FROM (SELECT id FROM interaction WHERE at < ?1 LIMIT ?2)), \
             ?1, 1, 1, 'm0'",
            params![before, most],
        )
        .unwrap();
}

/// Days that begin before a moment and on which nobody did anything.
fn empty_days(database: &Connection, before: i64) -> i64 {
    let empty = "SELECT count(*) FROM activity_day WHERE day * 86400000000 < ?1 \
        AND id NOT IN (SELECT day_id FROM activity)";
    database
        .query_row(empty, [before], |row| row.get(0))
        .unwrap()
}

fn take(database: &Connection, step: &Step) {
    let run = |statement: &str, parameters: &[&dyn rusqlite::ToSql]| {
        database.execute(statement, parameters).unwrap();
    };
    match step {
        Step::Act {
            mail,
            open,
            person,
            hour,
            stale,
        } => {
            let link = format!("{}{mail}", if *open { "open" } else { "click" });
            let known: Option<(i64, i64)> = database
                .query_row(
                    "SELECT id, version FROM subject WHERE keyed_hash = ?1",
                    [format!("hash{person}")],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .ok();
            let people: Vec<String> = known
                .map(|(id, version)| {
                    let version = version + i64::from(*stale);
                    format!("{id:019}{version:019}{:019}", hour * HOUR + 7)
                })
                .into_iter()
                .collect();
            let verdict = if people.is_empty() {
                "anonymous"
            } else {
                "identified"
            };
            let people = format!(
                "[{}]",
                people
                    .iter()
                    .map(|p| format!("\"{p}\""))
                    .collect::<String>()
            );
            run(
                "INSERT INTO interaction_intake (link_id, hour, verdict, n, people) SELECT id, ?2, ?3, 1, ?4 FROM link \
                 WHERE id = ?1 AND ceiling <> 'off'",
                params![link, hour, verdict, people],
            );
        }
        Step::Scan { mail } => run(
            "INSERT INTO interaction_intake (link_id, hour, verdict, n, people) SELECT id, 1, 'scanner', 1, '[]' FROM link \
             WHERE id = ?1 AND ceiling <> 'off'",
            params![format!("click{mail}")],
        ),
        Step::Ceiling {
            mail,
            clicks,
            opens,
        } => run(
            "INSERT INTO message_ceiling_intake (message_id, clicks, opens, actor, at) VALUES (?1, ?2, ?3, 'key', 2)",
            params![format!("m{mail}"), LEVELS[*clicks], LEVELS[*opens]],
        ),
        Step::Erase { person } => run(
            "INSERT INTO action_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, action, source, \
             regime, regime_from, live, at, received_at) \
             VALUES ('org', ?1, ?2, 'salt', 'erase' || (SELECT count(*) FROM signal), 0, 'c', 'remove', 'api', 'gdpr', \
             'org', 1, 5, 5)",
            params![format!("hash{person}"), format!("contact:{person}")],
        ),
        Step::Expire { before, most } => expire(database, before * HOUR, *most),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// Totals are identified and anonymous, through every operation: what may be recorded is counted once, erasing and
    /// expiring move it from one to the other, scanners stay apart, and each identified one is a row.
    #[test]
    fn totals_are_what_was_done(steps in prop::collection::vec(step(), 1..60)) {
        let database = database();
        let mut ceilings = [[2_usize; 2]; 2];
        let (mut total, mut scanners) = (0, 0);
        for step in &steps {
            take(&database, step);
            match step {
                Step::Act { mail, open, .. } => {
                    total += i64::from(ceilings[usize::from(*mail)][usize::from(*open)] > 0);
                }
                Step::Scan { mail } => scanners += i64::from(ceilings[usize::from(*mail)][0] > 0),
                Step::Ceiling { mail, clicks, opens } => ceilings[usize::from(*mail)] = [*clicks, *opens],
                Step::Erase { .. } | Step::Expire { .. } => {}
            }
            let sum = |verdicts: &str| {
                number(&database, &format!("SELECT coalesce(sum(n), 0) FROM interaction_count WHERE verdict IN ({verdicts})"))
            };
            prop_assert_eq!(sum("'identified', 'anonymous'"), total);
            prop_assert_eq!(sum("'scanner'"), scanners);
            // Cell by cell, not only in sum.
            let unequal = number(
                &database,
                "SELECT count(*) FROM (SELECT message_id, link_id, hour, n FROM interaction_count WHERE verdict = 'identified'
                   EXCEPT SELECT message_id, link_id, at / 3600000000, count(*) FROM interaction GROUP BY 1, 2, 3)
                 UNION ALL SELECT count(*) FROM interaction_count WHERE n <= 0",
            );
            prop_assert_eq!(unequal, 0);
            prop_assert_eq!(sum("'identified'"), number(&database, "SELECT count(*) FROM interaction"));
            prop_assert_eq!(number(&database, shared::WRONG_ACTIVITY), 0);
            if let Step::Expire { before, .. } = step {
                prop_assert_eq!(empty_days(&database, before * HOUR), 0);
            }
        }
    }
}

#[test]
fn a_ceiling_holds_for_what_comes_after_it_and_is_kept() {
    let database = database();
    let act = |person| Step::Act {
        mail: 0,
        open: false,
        person,
        hour: 1,
        stale: false,
    };
    take(&database, &act(1));
    take(
        &database,
        &Step::Ceiling {
            mail: 0,
            clicks: 1,
            opens: 2,
        },
    );
    take(&database, &act(1));
    take(
        &database,
        &Step::Ceiling {
            mail: 0,
            clicks: 0,
            opens: 2,
        },
    );
    take(&database, &act(1));
    // The same again is no change.
    take(
        &database,
        &Step::Ceiling {
            mail: 0,
            clicks: 0,
            opens: 2,
        },
    );
    let count = |verdict: &str| {
        number(
            &database,
            &format!(
                "SELECT coalesce(sum(n), 0) FROM interaction_count WHERE verdict = '{verdict}'"
            ),
        )
    };
    assert_eq!((count("identified"), count("anonymous")), (1, 1));
    let versions: String = database
        .query_row(
            "SELECT group_concat(version || ' ' || clicks || ' ' || actor, ', ') FROM (SELECT * FROM message_ceiling ORDER BY version)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(
        versions,
        "1 identified registered, 2 anonymous key, 3 off key"
    );
    for forbidden in [
        "UPDATE message_ceiling SET clicks = 'off'",
        "DELETE FROM message_ceiling",
    ] {
        assert!(database.execute(forbidden, []).is_err(), "{forbidden}");
    }
    let links = "SELECT count(*) FROM link WHERE message_id = 'm0' AND ceiling = CASE kind WHEN 'click' THEN 'off' ELSE 'identified' END";
    assert_eq!(number(&database, links), 2);
}

#[test]
fn the_day_of_the_last_open_is_overwritten_and_goes_with_a_refusal() {
    let database = database();
    let open = |day: i64, version: i64| {
        let people = format!("[\"{:019}{version:019}{day:019}\"]", 1);
        let parameters = params![people];
        database
            .execute(
                "INSERT INTO last_open_intake (org_id, people) VALUES ('org', ?1)",
                parameters,
            )
            .unwrap();
    };
    let day = || -> Vec<i64> {
        let mut statement = database.prepare("SELECT day FROM last_open").unwrap();
        statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    open(10, 2);
    assert!(day().is_empty(), "she has said something since");
    open(10, 1);
    open(12, 1);
    open(11, 1);
    assert_eq!(day(), [12]);
    database
        .execute(
            "INSERT INTO signal_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, granted, refused, \
             tier, source, regime, regime_from, live, at, received_at, since) \
             VALUES ('org', 'hash1', 'contact:1', 'salt', 'no', 0, 'c', 0, 2, 1, 'form', 'gdpr', 'org', 1, 9, 9, 9)",
            [],
        )
        .unwrap();
    assert!(day().is_empty());
    open(13, 2);
    assert_eq!(day(), [13]);
    take(&database, &Step::Erase { person: 1 });
    assert!(day().is_empty());
}

/// Whoever looks for somebody looks at each day: those of which nothing is left go.
#[test]
fn days_go_with_the_last_that_was_done_on_them() {
    let database = database();
    for (person, day, open) in [(1, 0, false), (2, 0, false), (1, 0, true), (1, 1, false)] {
        take(
            &database,
            &Step::Act {
                mail: 0,
                open,
                person,
                hour: 24 * day,
                stale: false,
            },
        );
    }
    let days = || {
        number(
            &database,
            "SELECT coalesce(sum(CASE kind WHEN 'click' THEN 1 ELSE 10 END), 0) FROM activity_day WHERE day = 0",
        )
    };
    let all = "SELECT count(*) FROM activity_day";
    assert_eq!((days(), number(&database, all)), (11, 3));
    // One click of that day, then all, then what is of the next day, too.
    expire(&database, DAY, 1);
    assert_eq!(days(), 11);
    expire(&database, DAY, 500);
    assert_eq!((days(), number(&database, all)), (0, 1));
    expire(&database, DAY + HOUR, 500);
    assert_eq!(number(&database, all), 0);
    // And it can come again.
    take(
        &database,
        &Step::Act {
            mail: 0,
            open: false,
            person: 1,
            hour: 0,
            stale: false,
        },
    );
    assert_eq!(days(), 1);
    assert_eq!(number(&database, shared::WRONG_ACTIVITY), 0);
}

/// Nothing of somebody outlasts her erasure, not even a number that is wrong.
#[test]
fn an_erasure_takes_what_days_say_of_somebody_even_where_it_is_wrong() {
    let database = database();
    for (person, hour) in [(1, 0), (2, 0), (1, 24)] {
        take(
            &database,
            &Step::Act {
                mail: 0,
                open: false,
                person,
                hour,
                stale: false,
            },
        );
    }
    let wrong = "UPDATE activity SET n = n + 1";
    database.execute(wrong, []).unwrap();
    let other = "INSERT INTO activity SELECT day_id, subject_id, 99, 1 FROM activity";
    database.execute(other, []).unwrap();
    take(&database, &Step::Erase { person: 1 });
    let left = "SELECT count(*) FROM activity WHERE subject_id";
    assert_eq!(number(&database, &format!("{left} = 1")), 0);
    assert_eq!(number(&database, &format!("{left} = 2")), 2);
}

#[test]
fn an_expiry_moves_on_and_never_back() {
    let database = database();
    let place = || -> (i64, i64, String) {
        database
            .query_row(
                "SELECT day, created_at, message_id FROM retention",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .unwrap()
    };
    let go = |day: i64, created_at: i64, message: &str| {
        database
            .execute(
                "INSERT INTO interaction_expiry (org_id, ids, before, day, created_at, message_id) VALUES ('org', '[]', 1, ?1, ?2, ?3)",
                params![day, created_at, message],
            )
            .unwrap();
    };
    go(2, 7, "b");
    go(2, 7, "a");
    go(1, 9, "c");
    assert_eq!(place(), (2, 7, "b".to_owned()));
    go(3, 0, "");
    assert_eq!(place(), (3, 0, String::new()));
}
