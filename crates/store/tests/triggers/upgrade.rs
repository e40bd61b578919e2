//! What is stored outlasts every migration.

use rusqlite::Connection;

use crate::shared::{self, database};
use crate::{FIRST, Signal, decide, whole_state, wrong_beside};

/// A database of the first version keeps what is in it, and goes on as a new one does.
#[test]
fn what_was_stored_before_an_upgrade_stays() {
    let upgraded = Connection::open_in_memory().unwrap();
    shared::migrate(&upgraded, 1..=1);
    let new = database();
    for database in [&upgraded, &new] {
        database
            .execute(
                "INSERT OR IGNORE INTO organisation VALUES ('org', '{}', 1, 1, 1, 'admin')",
                [],
            )
            .unwrap();
        decide(database, &FIRST);
        let refusal = Signal {
            item: 1,
            granted: 0,
            refused: 2,
            ..FIRST
        };
        decide(database, &refusal);
    }
    let before = whole_state(&upgraded);
    shared::migrate(&upgraded, 2..=i64::MAX);
    assert_eq!(whole_state(&upgraded), before);
    assert_eq!(wrong_beside(&upgraded), 0);
    for database in [&upgraded, &new] {
        let stricter = Signal {
            item: 2,
            granted: 1,
            live: false,
            at: 100,
            regime: "law25",
            ..FIRST
        };
        decide(database, &stricter);
    }
    assert_eq!(whole_state(&upgraded), whole_state(&new));
    assert_eq!(whole_state(&upgraded)[0].5, "law25");
    let schema = |database: &Connection| -> Vec<String> {
        database
            .prepare("SELECT coalesce(sql, name) FROM sqlite_master ORDER BY name")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    assert_eq!(schema(&upgraded), schema(&new));
}
