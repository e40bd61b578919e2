//! The triggers of the industry opt-out, against a model and against what is promised about them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use proptest::prelude::*;
use rusqlite::{Connection, params};

const SCHEMA: &str = include_str!("../migrations/0006_industry_opt_out.sql");

#[derive(Debug, Clone)]
struct Change {
    device: u8,
    request: u8,
    item: u8,
    out: bool,
    live: bool,
    at: i64,
    since: i64,
    received_at: i64,
}

fn database() -> Connection {
    let database = Connection::open_in_memory().unwrap();
    database.execute_batch(SCHEMA).unwrap();
    database
}

fn insert(database: &Connection, change: &Change) {
    database
        .execute(
            "INSERT INTO industry_intake (device_hash, request_id, item, action, source, live, at, since, received_at) \
             VALUES (?1, ?2, ?3, ?4, 'nai', ?5, ?6, ?7, ?8)",
            params![
                format!("device{}", change.device),
                format!("request{}", change.request),
                change.item,
                if change.out { "opt_out" } else { "opt_in" },
                change.live,
                change.at,
                change.since,
                change.received_at,
            ],
        )
        .unwrap();
}

fn opted_out(database: &Connection, device: u8) -> bool {
    database
        .query_row(
            "SELECT opted_out_at > 0 AND opted_out_at >= opted_in_at FROM industry_opt_out WHERE device_hash = ?1",
            [format!("device{device}")],
            |row| row.get(0),
        )
        .unwrap_or(false)
}

fn number(database: &Connection, query: &str) -> i64 {
    database.query_row(query, [], |row| row.get(0)).unwrap()
}

fn any_change() -> impl Strategy<Value = Change> {
    (0..3_u8, 0..6_u8, 0..2_u8, any::<bool>(), 1..8_i64).prop_map(
        |(device, request, item, out, at)| Change {
            device,
            request,
            item,
            out,
            live: false,
            at,
            since: at,
            received_at: at,
        },
    )
}

proptest! {
    /// With times of their own: the newest counts, an opt-out first at equal times, whatever the order, and a
    /// repetition is stored once.
    #[test]
    fn the_newest_counts_in_any_order(changes in prop::collection::vec(any_change(), 0..30)) {
        let database = database();
        let mut stored: Vec<&Change> = Vec::new();
        for change in &changes {
            insert(&database, change);
            let same = |one: &&Change| (one.device, one.request, one.item) == (change.device, change.request, change.item);
            if !stored.iter().any(same) {
                stored.push(change);
            }
        }
        prop_assert_eq!(number(&database, "SELECT count(*) FROM industry_change"), stored.len() as i64);
        prop_assert_eq!(number(&database, "SELECT count(*) FROM industry_unprojected"), stored.len() as i64);
        for device in 0..3 {
            let newest = stored.iter().filter(|change| change.device == device).max_by_key(|change| (change.at, change.out));
            prop_assert_eq!(opted_out(&database, device), newest.is_some_and(|change| change.out));
        }
    }

    /// However the clock jumps, what a person says live counts after all before it; but nothing that she was
    /// asked before an opt-out takes that back.
    #[test]
    fn the_last_live_word_counts(words in prop::collection::vec((any::<bool>(), 1..50_i64, 0..50_i64), 1..20)) {
        let database = database();
        let mut expected = false;
        let mut refused_at = 0;
        for (number, (out, received_at, ago)) in words.into_iter().enumerate() {
            let since = (received_at - ago).max(0);
            insert(&database, &Change {
                device: 0, request: u8::try_from(number).unwrap(), item: 0, out, live: true,
                at: received_at, since, received_at,
            });
            if out {
                (expected, refused_at) = (true, refused_at.max(received_at));
            } else if refused_at <= since {
                expected = false;
            }
            prop_assert_eq!(opted_out(&database, 0), expected);
        }
    }
}

#[test]
fn what_was_asked_is_never_changed() {
    let database = database();
    insert(
        &database,
        &Change {
            device: 0,
            request: 0,
            item: 0,
            out: true,
            live: true,
            at: 5,
            since: 5,
            received_at: 5,
        },
    );
    for statement in [
        "UPDATE industry_change SET action = 'opt_in'",
        "DELETE FROM industry_change",
    ] {
        let error = database.execute(statement, []).unwrap_err().to_string();
        assert!(error.contains("append-only"), "{error}");
    }
}
