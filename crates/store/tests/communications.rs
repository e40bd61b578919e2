//! The rules of communication consent that live in triggers.
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

fn database() -> Connection {
    let database = shared::database();
    database
        .execute_batch(
            "INSERT INTO message (id, org_id, request_id, request_hash, name, format, clicks, opens, content, created_at)
             VALUES ('mail', 'org', 'm', 'm', 'Mail', 'html', 'identified', 'identified', '', 1);",
        )
        .unwrap();
    database
}

/// What is said, at which time, asked when, and received when.
#[derive(Debug, Clone, Copy)]
struct Said {
    opted_in: bool,
    live: bool,
    at: i64,
    since: i64,
    received_at: i64,
}

fn say(database: &Connection, request: &str, said: Said) {
    database
        .execute(
            "INSERT INTO communication_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, \
             communication_type, opted_in, source, live, at, since, received_at, message_id) \
             VALUES ('org', 'hash', 'contact:1', 'salt', ?1, 0, 'c', 'news', ?2, 'api', ?3, ?4, ?5, ?6, 'mail')",
            params![
                request,
                said.opted_in,
                said.live,
                said.at,
                said.since,
                said.received_at
            ],
        )
        .unwrap();
}

fn decide(database: &Connection, request: &str, action: &str, at: i64) {
    let statement = match action {
        "set" => {
            "INSERT INTO signal_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, granted, \
             refused, tier, source, regime, regime_from, live, at, received_at, since) \
             VALUES ('org', 'hash', 'contact:1', 'salt', ?1, 0, 'c', 0, 3, 1, 'api', 'gdpr', 'org', 1, ?2, ?2, ?2)"
        }
        _ => {
            "INSERT INTO action_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, action, \
             source, regime, regime_from, live, at, received_at) \
             VALUES ('org', 'hash', 'contact:1', 'salt', ?1, 0, 'c', 'remove', 'api', 'gdpr', 'org', 0, ?2, ?2)"
        }
    };
    database.execute(statement, params![request, at]).unwrap();
}

fn state(database: &Connection) -> Option<(bool, i64)> {
    let statement = "SELECT c.opted_in, c.decided_at FROM communication_state c JOIN subject s ON s.id = c.subject_id \
                     WHERE s.keyed_hash = 'hash'";
    let mut statement = database.prepare(statement).unwrap();
    let mut rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    rows.next().map(Result::unwrap)
}

const NOW: Said = Said {
    opted_in: false,
    live: true,
    at: 100,
    since: 100,
    received_at: 100,
};

proptest! {
    // Each makes a database of its own.
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever comes in which order: the newest counts, at equal times opting out.
    #[test]
    fn the_newest_counts(said in proptest::collection::vec((any::<bool>(), 1..20i64), 1..12)) {
        let database = database();
        for (number, (opted_in, at)) in said.iter().enumerate() {
            let said = Said { opted_in: *opted_in, live: false, at: *at, ..NOW };
            say(&database, &format!("r{number}"), said);
        }
        let newest = said.iter().map(|(opted_in, at)| (*at, !*opted_in)).max().unwrap();
        prop_assert_eq!(state(&database), Some((!newest.1, newest.0)));
        prop_assert_eq!(
            number(&database, "SELECT count(*) FROM communication_signal"),
            i64::try_from(said.len()).unwrap()
        );
    }

    /// Live decisions come after everything that was said; but opting in that was asked before an opt-out came in changes
    /// nothing.
    #[test]
    fn an_opt_out_is_never_overridden_by_what_is_older(
        said in proptest::collection::vec((any::<bool>(), 0..40i64), 1..12),
    ) {
        let database = database();
        let mut expected = None;
        let mut opted_out_at = None;
        for (number, (opted_in, asked_before)) in said.into_iter().enumerate() {
            let at = 100 + i64::try_from(number).unwrap() * 10;
            let since = at - asked_before;
            say(&database, &format!("r{number}"), Said { opted_in, live: true, at, since, received_at: at });
            if !opted_in || opted_out_at.is_none_or(|out| out <= since) {
                expected = Some(opted_in);
            } else {
                // It was opted out already, or opted in anew since.
                expected = expected.or(Some(true));
            }
            if !opted_in {
                opted_out_at = Some(at);
            }
        }
        prop_assert_eq!(state(&database).map(|(opted_in, _)| opted_in), expected);
    }
}

#[test]
fn a_repetition_after_an_opt_out_changes_nothing() {
    let database = database();
    database
        .execute("INSERT INTO attempt VALUES ('org', 'again', 90)", [])
        .unwrap();
    say(&database, "out", NOW);
    let again = Said {
        opted_in: true,
        at: 200,
        since: 200,
        received_at: 200,
        ..NOW
    };
    say(&database, "again", again);
    assert_eq!(state(&database), Some((false, 100)));
    say(&database, "anew", again);
    assert_eq!(state(&database), Some((true, 200)));
}

#[test]
fn both_kinds_of_signals_share_one_order() {
    let database = database();
    say(&database, "a", NOW);
    decide(&database, "b", "set", 110);
    say(&database, "c", NOW);
    say(&database, "c", NOW);
    decide(&database, "d", "set", 120);
    let statement = "SELECT group_concat(request_id, '') FROM (SELECT seq, request_id FROM signal \
                     UNION ALL SELECT seq, request_id FROM communication_signal ORDER BY seq)";
    let order: String = database.query_row(statement, [], |row| row.get(0)).unwrap();
    assert_eq!(order, "abcd");
    assert_eq!(
        number(&database, "SELECT count(DISTINCT seq) FROM log_place"),
        4
    );
    // Saying something about communications is no new state of tracking.
    assert_eq!(number(&database, "SELECT version FROM subject"), 2);
    for change in [
        "UPDATE communication_signal SET opted_in = 1",
        "DELETE FROM communication_signal",
    ] {
        assert!(database.execute(change, []).is_err(), "{change}");
    }
}

#[test]
fn erasing_takes_what_was_said_until_then() {
    let database = database();
    say(&database, "before", NOW);
    let after = Said {
        live: false,
        at: 300,
        ..NOW
    };
    say(&database, "after", after);
    decide(&database, "erase", "remove", 200);
    assert_eq!(state(&database), Some((false, 300)));
    // What was said later is still somebody's.
    let identifier: String = database
        .query_row(
            "SELECT identifier FROM subject WHERE keyed_hash = 'hash'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(identifier, "contact:1");
    decide(&database, "erase again", "remove", 400);
    assert_eq!(state(&database), None);
    assert_eq!(
        number(
            &database,
            "SELECT count(*) FROM subject WHERE identifier IS NOT NULL OR salt IS NOT NULL"
        ),
        0
    );
    let void = Said {
        opted_in: true,
        live: false,
        at: 350,
        ..NOW
    };
    say(&database, "void", void);
    assert_eq!(state(&database), None);
}

#[test]
fn unsubscribing_is_counted_once_and_without_a_name() {
    let database = database();
    say(&database, "a", NOW);
    say(&database, "a", NOW);
    say(&database, "b", NOW);
    assert_eq!(number(&database, "SELECT sum(n) FROM unsubscribe_count"), 1);
    let in_again = Said {
        opted_in: true,
        at: 200,
        since: 200,
        received_at: 200,
        ..NOW
    };
    say(&database, "c", in_again);
    let out_again = Said {
        at: 300,
        since: 300,
        received_at: 300,
        ..NOW
    };
    say(&database, "d", out_again);
    assert_eq!(number(&database, "SELECT sum(n) FROM unsubscribe_count"), 2);
}
