//! What is stored outlasts every migration.

use rusqlite::Connection;

use crate::shared::{self, database, number};
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

/// What people did before days were counted is counted, and an erasure finds it there.
#[test]
fn what_was_done_before_days_were_counted_is_found_by_an_erasure() {
    let database = Connection::open_in_memory().unwrap();
    shared::migrate(&database, 1..=21);
    database
        .execute_batch(
            "INSERT INTO organisation VALUES ('org', '{}', 1, 1, 1, 'admin'), ('other', '{}', 1, 1, 1, 'admin');
             INSERT INTO subject (id, org_id, keyed_hash, identifier, salt, first_seen, latest_at, version)
             VALUES (1, 'org', 'hash1', 'contact:1', 's', 0, 0, 1), (2, 'org', 'hash2', 'contact:2', 's', 0, 0, 1),
               (3, 'other', 'hash3', 'contact:3', 's', 0, 0, 1);
             INSERT INTO message (id, org_id, request_id, request_hash, name, format, clicks, opens, content, created_at)
             SELECT column2, column1, column2, '', 'm', 'html', 'identified', 'identified', '', 0
             FROM (VALUES ('org', 'm1'), ('org', 'm2'), ('other', 'm3'));
             INSERT INTO link SELECT message.id || kind.value || ordinal.value, org_id, message.id, kind.value,
               2 * ordinal.value + kind.key, '', 'identified'
             FROM message, json_each('[\"click\", \"open\"]') kind, json_each('[0, 1]') ordinal
             WHERE kind.value = 'click' OR ordinal.value = 0;
             -- Each did everything on two days, on the second one more often.
             INSERT INTO interaction (message_id, link_id, subject_id, at)
             SELECT link.message_id, link.id, subject.id, (19000 + day.value) * 86400000000 + times.value * 50000000000
             FROM link JOIN subject ON subject.org_id = link.org_id, json_each('[0, 1]') day, json_each('[0, 1]') times
             WHERE times.value <= day.value;
             INSERT INTO interaction_count (message_id, link_id, kind, hour, verdict, n)
             SELECT link.message_id, link.id, link.kind, at / 3600000000, 'identified', count(*)
             FROM interaction JOIN link ON link.id = interaction.link_id GROUP BY 1, 2, 3, 4;",
        )
        .unwrap();
    let done = "SELECT count(*) FROM interaction WHERE subject_id";
    let days = "SELECT count(*) FROM activity WHERE subject_id";
    let of = |count: &str, who: i64| number(&database, &format!("{count} = {who}"));
    assert_eq!((of(done, 1), of(done, 2), of(done, 3)), (18, 18, 9));
    shared::migrate(&database, 22..=i64::MAX);
    assert_eq!((of(days, 1), of(days, 2), of(days, 3)), (8, 8, 4));
    assert_eq!(number(&database, shared::WRONG_ACTIVITY), 0);
    database
        .execute(
            "INSERT INTO action_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, action, source, \
             regime, regime_from, live, at, received_at) VALUES ('org', 'hash1', 'contact:1', 's', 'erase', 0, 'c', \
             'remove', 'api', 'gdpr', 'org', 1, 600, 600)",
            [],
        )
        .unwrap();
    assert_eq!((of(done, 1), of(done, 2), of(done, 3)), (0, 18, 9));
    assert_eq!((of(days, 1), of(days, 2), of(days, 3)), (0, 8, 4));
    assert_eq!(number(&database, shared::WRONG_ACTIVITY), 0);
    let identified = "SELECT sum(n) FROM interaction_count WHERE verdict = 'identified'";
    assert_eq!(number(&database, identified), 27);
}
