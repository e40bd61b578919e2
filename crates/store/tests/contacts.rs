//! What is kept about contacts, and that the numbers that audiences are chosen from always say what was decided.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

mod shared;

use proptest::prelude::*;
use rusqlite::{Connection, params};

/// What `contact` must hold, worked out from the decisions.
const EXPECTED: &str = "
  SELECT s.org_id, s.id, s.first_seen,
    (SELECT coalesce(sum(DISTINCT CASE WHEN granted THEN flag << 6 ELSE flag END), 0) FROM consent_state c
      WHERE subject_id = s.id AND tier = (SELECT min(tier) FROM consent_state WHERE subject_id = s.id AND flag = c.flag))
    + (SELECT coalesce(sum(DISTINCT 1 << (12 + strictness)), 0) FROM consent_state c JOIN regime ON code = regime
      WHERE subject_id = s.id AND tier = (SELECT min(tier) FROM consent_state WHERE subject_id = s.id AND flag = c.flag))
    + CASE WHEN erased_at IS NULL THEN 0 ELSE 1 << 17 END,
    (SELECT group_concat(flag || ':' || decided_at) FROM (SELECT * FROM consent_state c WHERE subject_id = s.id AND granted
      AND tier = (SELECT min(tier) FROM consent_state WHERE subject_id = s.id AND flag = c.flag) ORDER BY flag))
  FROM subject s WHERE identifier LIKE 'contact:%' ORDER BY s.id";

const FOUND: &str = "
  SELECT org_id, subject_id, first_seen, stance, (SELECT group_concat(bit || ':' || at) FROM (
    SELECT bit, CASE code WHEN 'dc' THEN dc_at WHEN 'al' THEN al_at WHEN 'tg' THEN tg_at WHEN 'cd' THEN cd_at
      WHEN 'sh' THEN sh_at ELSE re_at END AS at FROM flag ORDER BY bit) WHERE at IS NOT NULL)
  FROM contact ORDER BY subject_id";

type Row = (String, i64, i64, i64, Option<String>);

fn rows(database: &Connection, query: &str) -> Vec<Row> {
    database
        .prepare(query)
        .unwrap()
        .query_map([], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
            ))
        })
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// Something that happens to one of a few subjects.
#[derive(Debug, Clone)]
enum Event {
    Decide {
        who: u8,
        granted: u8,
        refused: u8,
        tier: u8,
        regime: &'static str,
        at: i64,
        live: bool,
    },
    File {
        who: Vec<u8>,
        granted: u8,
        regime: &'static str,
    },
    Erase {
        who: u8,
        at: i64,
        live: bool,
    },
    Know {
        who: u8,
    },
    Say {
        who: u8,
        at: i64,
        live: bool,
    },
}

fn event() -> impl Strategy<Value = Event> {
    let who = 0..5_u8;
    let regime = prop::sample::select(vec!["global", "ccpa", "casl", "gdpr", "law25"]);
    let masks = (0..64_u8, 0..64_u8).prop_filter("says something", |(a, b)| a | b != 0);
    prop_oneof![
        5 => (who.clone(), masks, 1..4_u8, regime.clone(), 0..1000_i64, any::<bool>()).prop_map(
            |(who, (granted, refused), tier, regime, at, live)| Event::Decide {
                who, granted: granted & !refused, refused, tier, regime, at, live,
            }
        ),
        1 => (prop::collection::btree_set(0..9_u8, 1..4), 1..64_u8, regime).prop_map(
            |(who, granted, regime)| Event::File { who: who.into_iter().collect(), granted, regime }
        ),
        1 => (who.clone(), 0..1000_i64, any::<bool>()).prop_map(|(who, at, live)| Event::Erase { who, at, live }),
        1 => who.clone().prop_map(|who| Event::Know { who }),
        1 => (who, 0..1000_i64, any::<bool>()).prop_map(|(who, at, live)| Event::Say { who, at, live }),
    ]
}

/// The last one is a device.
fn identifier(who: u8) -> String {
    if who == 4 {
        "device:idfa:4".to_owned()
    } else {
        format!("contact:{who}")
    }
}

fn hash(who: u8) -> String {
    format!("{who:032x}")
}

fn happen(database: &Connection, number: usize, event: &Event) {
    let now = 1000 + i64::try_from(number).unwrap();
    match event {
        Event::Decide { who, granted, refused, tier, regime, at, live } => {
            database.execute(
                "INSERT INTO signal_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, granted, \
                 refused, tier, source, regime, regime_from, live, at, received_at, since) \
                 VALUES ('org', ?1, ?2, 'salt', ?3, 0, 'c', ?4, ?5, ?6, 'api', ?7, 'org', ?8, ?9, ?10, ?10)",
                params![hash(*who), identifier(*who), format!("r{number}"), granted, refused, tier, regime, live,
                    if *live { now } else { *at }, now],
            )
        }
        Event::Erase { who, at, live } => database.execute(
            "INSERT INTO action_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, action, source, \
             regime, regime_from, live, at, received_at) \
             VALUES ('org', ?1, ?2, 'salt', ?3, 0, 'c', 'remove', 'api', 'gdpr', 'org', ?4, ?5, ?6)",
            params![hash(*who), identifier(*who), format!("r{number}"), live, if *live { now } else { *at }, now],
        ),
        Event::Know { who } => database.execute(
            "INSERT INTO subject (org_id, keyed_hash, identifier, salt, first_seen, latest_at, version) \
             VALUES ('org', ?1, ?2, 'salt', ?3, 0, 0) ON CONFLICT DO NOTHING",
            params![hash(*who), identifier(*who), now],
        ),
        Event::Say { who, at, live } if *who != 4 => database.execute(
            "INSERT INTO contact_intake (org_id, keyed_hash, identifier, salt, attributes, replaces, live, at, received_at) \
             VALUES ('org', ?1, ?2, 'salt', '{\"city\":\"Lyon\"}', 0, ?3, ?4, ?5)",
            params![hash(*who), identifier(*who), live, if *live { now } else { *at }, now],
        ),
        Event::Say { .. } => Ok(0),
        Event::File { who, granted, regime } => {
            let known = |who: &u8| -> bool {
                let known = "SELECT EXISTS (SELECT 1 FROM subject WHERE keyed_hash = ?1)";
                database.query_row(known, [hash(*who)], |row| row.get(0)).unwrap()
            };
            let decisions = |who: &u8| if known(who) { String::new() } else {
                (0..6).filter(|bit| granted >> bit & 1 == 1).map(|bit| format!("{} 1 1 500 file {regime}", 1 << bit))
                    .collect::<Vec<_>>().join(";")
            };
            let line = |(place, who): (usize, &u8)| {
                let decisions = decisions(who);
                format!("{}{}{}{:019}{:020}{granted:02}00{regime:6}org{:03}{decisions}{}", hash(*who), "s".repeat(32),
                    "c".repeat(32), place + 1, 500, decisions.len(), identifier(*who))
            };
            let (rest, people): (Vec<(usize, &u8)>, Vec<_>) = who.iter().enumerate().partition(|(_, who)| known(who));
            let json = |lines: Vec<(usize, &u8)>| {
                serde_json::to_string(&lines.into_iter().map(line).collect::<Vec<_>>()).unwrap()
            };
            database.execute(
                "INSERT INTO file_intake (org_id, run_id, first_line, last_line, people, rest, received_at, actor) \
                 VALUES ('org', ?1, 1, ?2, ?3, ?4, ?5, 'a')",
                params![format!("run{number}"), i64::try_from(who.len()).unwrap(), json(people), json(rest), now],
            )
        }
    }
    .unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever comes in, and in whatever way.
    #[test]
    fn a_contact_stands_where_the_decisions_say(events in prop::collection::vec(event(), 1..30)) {
        let database = shared::database();
        for (number, event) in events.iter().enumerate() {
            happen(&database, number, event);
            prop_assert_eq!(rows(&database, FOUND), rows(&database, EXPECTED), "after {:?}", event);
        }
    }

    /// What an older version has stored is the same afterwards.
    #[test]
    fn an_upgrade_finds_the_contacts(events in prop::collection::vec(event(), 1..30)) {
        let database = Connection::open_in_memory().unwrap();
        shared::migrate(&database, 0..=18);
        database
            .execute("INSERT INTO organisation VALUES ('org', '{}', 1, 1, 1, 'admin')", [])
            .unwrap();
        let known = events.iter().filter(|event| !matches!(event, Event::Say { .. }));
        for (number, event) in known.enumerate() {
            happen(&database, number, event);
        }
        shared::migrate(&database, 19..=i64::MAX);
        prop_assert_eq!(rows(&database, FOUND), rows(&database, EXPECTED));
    }
}

fn say(database: &Connection, attributes: &str, replaces: bool, live: bool, at: i64) {
    database
        .execute(
            "INSERT INTO contact_intake (org_id, keyed_hash, identifier, salt, attributes, replaces, live, at, received_at) \
             VALUES ('org', ?1, 'contact:1', 'salt', ?2, ?3, ?4, ?5, ?5)",
            params![hash(1), attributes, replaces, live, at],
        )
        .unwrap();
}

fn attributes(database: &Connection) -> String {
    database
        .query_row(
            "SELECT json_group_object(name, value) FROM (SELECT name, value FROM attribute \
             JOIN contact_attribute ON attribute_id = id WHERE value IS NOT NULL ORDER BY name)",
            [],
            |row| row.get(0),
        )
        .unwrap()
}

#[test]
fn what_was_said_last_counts_in_whatever_order_it_comes() {
    let database = shared::database();
    say(&database, r#"{"city":"Lyon","age":31.0}"#, false, true, 100);
    say(
        &database,
        r#"{"city":"Paris","vip":true}"#,
        false,
        false,
        50,
    );
    assert_eq!(
        attributes(&database),
        r#"{"age":31.0,"city":"Lyon","vip":1}"#
    );
    say(&database, r#"{"age":null}"#, false, true, 200);
    say(&database, r#"{"age":30.0}"#, false, false, 150);
    assert_eq!(attributes(&database), r#"{"city":"Lyon","vip":1}"#);
    say(&database, r#"{"age":40.0}"#, true, true, 300);
    assert_eq!(attributes(&database), r#"{"age":40.0}"#);
    say(&database, r#"{"city":"Lyon"}"#, false, false, 250);
    assert_eq!(
        attributes(&database),
        r#"{"age":40.0}"#,
        "taken away later than that"
    );
}

#[test]
fn an_erasure_takes_attributes_along_and_older_files_do_not_bring_them_back() {
    let database = shared::database();
    say(&database, r#"{"city":"Lyon"}"#, false, true, 100);
    let erase = Event::Erase {
        who: 1,
        at: 0,
        live: true,
    };
    happen(&database, 1, &erase);
    let count = |query: &str| -> i64 { database.query_row(query, [], |row| row.get(0)).unwrap() };
    assert_eq!(count("SELECT count(*) FROM contact_attribute"), 0);
    assert_eq!(count("SELECT count(*) FROM contact"), 0);
    say(&database, r#"{"city":"Lyon"}"#, false, false, 900);
    assert_eq!(attributes(&database), "{}");
    assert_eq!(
        count("SELECT count(*) FROM subject WHERE identifier IS NOT NULL"),
        0
    );
    say(&database, r#"{"city":"Nantes"}"#, false, true, 5000);
    assert_eq!(attributes(&database), r#"{"city":"Nantes"}"#);
    assert_eq!(
        count("SELECT stance >> 17 FROM contact"),
        1,
        "everything stays closed"
    );
}
