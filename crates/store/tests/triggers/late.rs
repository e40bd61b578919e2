//! What comes late, comes again, or comes from a clock that is wrong never overrides a refusal.

use rusqlite::Connection;

use crate::shared::{database, number};
use crate::{FIRST, Signal, decide, state};

/// A statement that hung comes through after a refusal that was received, and acknowledged, later.
#[test]
fn a_late_statement_never_overrides_a_refusal_received_after_it() {
    for late in [
        Signal {
            granted: 3,
            refused: 0,
            ..FIRST
        },
        Signal {
            granted: 1,
            refused: 2,
            ..FIRST
        },
    ] {
        let database = database();
        decide(
            &database,
            &Signal {
                request: "refusal",
                granted: 0,
                refused: 3,
                at: 200,
                received_at: 200,
                ..FIRST
            },
        );
        decide(
            &database,
            &Signal {
                at: 100,
                received_at: 100,
                ..late
            },
        );
        assert!(
            state(&database).iter().all(|(_, _, granted, _)| !granted),
            "{:?}",
            state(&database)
        );
        assert_eq!(number(&database, "SELECT count(*) FROM signal"), 2);
    }
}

/// A grant that first came in at this moment, and comes again after a refusal: she has still refused.
fn granted_again_after_a_refusal(first_came_in: i64) -> Connection {
    let database = database();
    database
        .execute(
            "INSERT INTO attempt VALUES ('org', 'grant', ?1)",
            [first_came_in],
        )
        .unwrap();
    decide(
        &database,
        &Signal {
            request: "refusal",
            granted: 0,
            refused: 3,
            at: 200,
            received_at: 200,
            ..FIRST
        },
    );
    decide(
        &database,
        &Signal {
            request: "grant",
            at: 300,
            received_at: 300,
            ..FIRST
        },
    );
    assert!(state(&database).iter().all(|(_, _, granted, _)| !granted));
    database
}

/// What was answered "nothing is promised" and is repeated after a refusal is no newer than it was at first.
#[test]
fn a_repeated_grant_never_overrides_a_refusal_in_between() {
    let database = granted_again_after_a_refusal(100);
    decide(
        &database,
        &Signal {
            request: "another",
            at: 300,
            received_at: 300,
            ..FIRST
        },
    );
    assert!(state(&database).iter().all(|(_, _, granted, _)| *granted));
}

/// What first came in at a moment that is still to come did so before the clock was set back, so perhaps before
/// the refusal.
#[test]
fn a_grant_repeated_after_the_clock_was_set_back_never_overrides_a_refusal() {
    granted_again_after_a_refusal(900);
}

/// A refusal counts even where the clock of the grant before it ran fast.
#[test]
fn a_fast_clocks_grant_does_not_outlive_a_later_refusal() {
    let database = database();
    decide(
        &database,
        &Signal {
            request: "grant",
            at: 900,
            received_at: 900,
            ..FIRST
        },
    );
    decide(
        &database,
        &Signal {
            granted: 0,
            refused: 3,
            at: 500,
            received_at: 500,
            ..FIRST
        },
    );
    assert!(state(&database).iter().all(|(_, _, granted, _)| !granted));
}
