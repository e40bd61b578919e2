//! The rules that live in triggers, against `domain` and against what is promised about them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

#[path = "triggers/late.rs"]
mod late;
mod shared;
#[path = "triggers/upgrade.rs"]
mod upgrade;

use domain::{Choice, ConsentState, Decision, Flag, Regime, Source, Tier, Timestamp};
use proptest::prelude::*;
use rusqlite::{Connection, params};
use shared::{database, number};

struct Signal<'a> {
    request: &'a str,
    item: i64,
    content: &'a str,
    granted: u8,
    refused: u8,
    tier: u8,
    source: &'a str,
    regime: &'a str,
    live: bool,
    at: i64,
    received_at: i64,
}

const FIRST: Signal<'static> = Signal {
    request: "r",
    item: 0,
    content: "c",
    granted: 3,
    refused: 0,
    tier: 1,
    source: "api",
    regime: "gdpr",
    live: true,
    at: 100,
    received_at: 1,
};

fn decide(database: &Connection, signal: &Signal<'_>) {
    database
        .execute(
            "INSERT INTO signal_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, granted, \
             refused, tier, source, regime, regime_from, live, at, received_at, since) \
             VALUES ('org', 'hash', 'contact:1', 'salt', ?1, ?2, ?3, ?4, ?5, ?6, ?10, ?11, 'org', ?7, ?8, ?9, ?9)",
            params![
                signal.request,
                signal.item,
                signal.content,
                signal.granted,
                signal.refused,
                signal.tier,
                signal.live,
                signal.at,
                signal.received_at,
                signal.source,
                signal.regime
            ],
        )
        .unwrap();
}

/// Flag, tier, granted, time, source, regime.
type Row = (u8, u8, bool, i64, String, String);

/// How many subjects have something else beside them than their state.
fn wrong_beside(database: &Connection) -> i64 {
    number(
        database,
        "SELECT count(*) FROM subject WHERE decisions IS NOT NULL AND decisions <> (
           SELECT coalesce(group_concat(flag || ' ' || tier || ' ' || granted || ' ' || decided_at || ' ' || source
             || ' ' || regime, ';'), '') FROM consent_state WHERE subject_id = subject.id)",
    )
}

fn whole_state(database: &Connection) -> Vec<Row> {
    database
        .prepare("SELECT flag, tier, granted, decided_at, source, regime FROM consent_state ORDER BY flag, tier")
        .unwrap()
        .query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
        })
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

fn state(database: &Connection) -> Vec<(u8, u8, bool, i64)> {
    database
        .prepare("SELECT flag, tier, granted, decided_at FROM consent_state ORDER BY flag, tier")
        .unwrap()
        .query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

fn any_source() -> impl Strategy<Value = Source> {
    prop::sample::select(&Source::ALL[..])
}

fn any_regime() -> impl Strategy<Value = Regime> {
    prop::sample::select(&Regime::ALL[..])
}

proptest! {
    /// The trigger keeps what `domain` would: the newest within a tier, at equal times the refusal, then the
    /// stricter regime, in whatever order signals arrive.
    #[test]
    fn the_trigger_resolves_like_the_domain(
        signals in prop::collection::vec((1..64_u8, 0..64_u8, 1..=3_u8, 0..6_i64, any_source(), any_regime()), 1..40)
    ) {
        let database = database();
        let mut expected = ConsentState::default();
        for (item, (given, split, tier, at, source, regime)) in signals.iter().enumerate() {
            let (granted, refused) = (given & split, given & !split);
            let item = i64::try_from(item).unwrap();
            decide(&database, &Signal {
                item, granted, refused, tier: *tier, source: source.code(), regime: regime.code(), live: false, at: *at, ..FIRST
            });
            for flag in Flag::ALL {
                let choice = match (granted & flag.bit() != 0, refused & flag.bit() != 0) {
                    (true, _) => Choice::Granted,
                    (_, true) => Choice::Refused,
                    _ => continue,
                };
                let tier = Tier::from_number(*tier).unwrap();
                let at = Timestamp::from_micros(*at);
                expected.record(flag, Decision { choice, tier, source: *source, at, regime: *regime });
            }
        }
        let expected: Vec<_> = expected
            .iter()
            .map(|(flag, decision)| {
                (flag.bit(), decision.tier.number(), decision.choice == Choice::Granted, decision.at.micros(),
                    decision.source.code().to_owned(), decision.regime.code().to_owned())
            })
            .collect();
        prop_assert_eq!(whole_state(&database), expected);
        prop_assert_eq!(wrong_beside(&database), 0);
        let count = i64::try_from(signals.len()).unwrap();
        prop_assert_eq!(number(&database, "SELECT version FROM subject"), count);
        prop_assert_eq!(number(&database, "SELECT count(*) FROM unprojected"), count);
    }

    /// However a clock jumps, live decisions of a subject have strictly increasing times, so the last one
    /// counts.
    #[test]
    fn a_live_decision_comes_after_everything_before_it(clock in prop::collection::vec(0..1000_i64, 1..30)) {
        let database = database();
        for (item, at) in clock.iter().enumerate() {
            let refuses = item + 1 == clock.len();
            let (granted, refused) = if refuses { (0, 3) } else { (3, 0) };
            decide(&database, &Signal { item: i64::try_from(item).unwrap(), granted, refused, at: *at, ..FIRST });
        }
        let out_of_order = "SELECT count(*) FROM signal a JOIN signal b ON b.seq > a.seq AND b.decided_at <= a.decided_at";
        prop_assert_eq!(number(&database, out_of_order), 0);
        prop_assert!(state(&database).iter().all(|(_, _, granted, _)| !granted));
    }
}

#[test]
fn the_same_request_is_stored_once_and_other_content_not_at_all() {
    let database = database();
    decide(&database, &FIRST);
    decide(&database, &FIRST);
    assert_eq!(number(&database, "SELECT count(*) FROM signal"), 1);
    decide(
        &database,
        &Signal {
            content: "other",
            granted: 0,
            refused: 3,
            ..FIRST
        },
    );
    decide(
        &database,
        &Signal {
            content: "other",
            item: 7,
            granted: 0,
            refused: 3,
            ..FIRST
        },
    );
    assert_eq!(number(&database, "SELECT count(*) FROM signal"), 1);
    assert_eq!(number(&database, "SELECT version FROM subject"), 1);
}

#[test]
fn the_history_is_append_only() {
    let database = database();
    decide(&database, &FIRST);
    assert!(
        database
            .execute("UPDATE signal SET granted = 0", [])
            .is_err()
    );
    assert!(database.execute("DELETE FROM signal", []).is_err());
    assert_eq!(number(&database, "SELECT granted FROM signal"), 3);
}

#[test]
fn a_signal_without_or_with_contradicting_flags_is_refused() {
    for (granted, refused) in [(0, 0), (1, 1), (64, 0)] {
        let database = database();
        let result = database.execute(
            "INSERT INTO signal (org_id, subject_id, request_id, item, content, granted, refused, tier, source, regime, \
             regime_from, decided_at, grants_at, received_at) VALUES ('org', 1, 'r', 0, 'c', ?1, ?2, 1, 'api', 'gdpr', 'org', 1, 1, 1)",
            params![granted, refused],
        );
        assert!(result.is_err(), "{granted} {refused}");
    }
}

#[test]
fn a_yes_may_count_from_before_the_signal_and_strings_go_with_the_person() {
    let database = database();
    let signal = "INSERT INTO signal_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, granted, \
        refused, tier, source, regime, regime_from, live, at, received_at, since, grants_from, evidence) \
        VALUES ('org', 'hash', 'contact:1', 'salt', ?1, 0, 'c', 3, 4, 1, 'tcf', 'gdpr', 'req', 0, 500, 500, 500, ?2, '{}')";
    database.execute(signal, params!["one", 200]).unwrap();
    let times = "SELECT group_concat(flag || ':' || decided_at, ' ') FROM consent_state";
    let times = |database: &Connection| -> String {
        database.query_row(times, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(times(&database), "1:200 2:200 4:500");
    // Never from after it.
    database.execute(signal, params!["two", 900]).unwrap();
    assert_eq!(times(&database), "1:500 2:500 4:500");
    assert!(
        database
            .execute("UPDATE signal SET evidence = '[]'", [])
            .is_err()
    );
    let kept = "SELECT count(*) FROM signal WHERE evidence IS NOT NULL";
    assert_eq!(number(&database, kept), 2);
    database
        .execute(
            "INSERT INTO action_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, action, source, \
             regime, regime_from, live, at, received_at) VALUES ('org', 'hash', 'contact:1', 'salt', 'erase', 0, 'c', \
             'remove', 'api', 'gdpr', 'org', 1, 600, 600)",
            [],
        )
        .unwrap();
    assert_eq!(number(&database, kept), 0);
    assert_eq!(number(&database, "SELECT count(*) FROM signal"), 3);
}

/// Adds a mail with one link and gives an interaction by the subject at the given version.
fn interact(database: &Connection, version: i64) {
    database
        .execute(
            "INSERT INTO interaction_intake (link_id, hour, verdict, n, people) \
             SELECT 'link', 2, 'identified', 1, json_array(format('%019d%019d%019d', id, ?1, 7200000000)) FROM subject",
            [version],
        )
        .unwrap();
}

#[test]
fn a_person_is_named_only_at_the_version_that_was_decided_on() {
    let database = database();
    decide(&database, &FIRST);
    database
        .execute(
            "INSERT INTO message_intake (id, org_id, request_id, request_hash, name, format, clicks, opens, content, \
             created_at, links) VALUES ('message', 'org', 'r', 'h', 'n', 'html', 'identified', 'identified', '', 1, \
             '[{\"id\":\"link\",\"kind\":\"click\",\"ordinal\":0,\"destination\":\"https://example.org\",\"ceiling\":\"identified\"}]')",
            [],
        )
        .unwrap();
    interact(&database, 1);
    decide(
        &database,
        &Signal {
            item: 1,
            granted: 0,
            refused: 3,
            ..FIRST
        },
    );
    interact(&database, 1);
    assert_eq!(number(&database, "SELECT count(*) FROM interaction"), 1);
    let count = |verdict| {
        number(
            &database,
            &format!("SELECT n FROM interaction_count WHERE verdict = '{verdict}' AND hour = 2"),
        )
    };
    assert_eq!((count("identified"), count("anonymous")), (1, 1));
}

/// The trigger orders regimes as `domain` does.
#[test]
fn regimes_are_as_strict_as_in_the_domain() {
    let mut regimes = Regime::ALL;
    regimes.sort();
    let expected: Vec<&str> = regimes.into_iter().map(Regime::code).collect();
    let found: Vec<String> = database()
        .prepare("SELECT code FROM regime ORDER BY strictness")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(found, expected);
}
