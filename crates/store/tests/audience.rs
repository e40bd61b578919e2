//! What the statements of audiences find, against a slow model; and that each reads an index.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod shared;
#[path = "../src/audience/statements.rs"]
mod statements;

use std::collections::BTreeMap;

use domain::{Gate, Policy, Settings, Stance, Timestamp};
use proptest::prelude::*;
use rusqlite::types::Value;
use rusqlite::{Connection, ToSql, params, params_from_iter};
use serde_json::json;

const NOW: i64 = 1_800_000_000_000_000;
const DAY: i64 = 86_400_000_000;

const HALF_A_DAY: i64 = 43_200_000_000;

/// Something that one contact did: message, link of it (0 is the pixel), when, in half days.
type Done = (i64, u8, u8, i64);

#[derive(Debug, Clone)]
struct World {
    /// Of contacts 1 to 6: what each has said about `dc al tg`, as granted and refused masks, and when.
    said: Vec<(u8, u8, i64)>,
    done: Vec<Done>,
    cities: Vec<Option<u8>>,
    ages: Vec<Option<i8>>,
}

fn world() -> impl Strategy<Value = World> {
    let said = (0..8_u8, 0..8_u8, 0..500_i64)
        .prop_map(|(granted, refused, days)| (granted & !refused, refused, NOW - days * DAY));
    let done = (1..7_i64, 0..3_u8, 0..3_u8, 0..7_i64);
    (
        prop::collection::vec(said, 6),
        prop::collection::vec(done, 0..30),
        prop::collection::vec(prop::option::of(0..2_u8), 6),
        prop::collection::vec(prop::option::of(0..4_i8), 6),
    )
        .prop_map(|(said, done, cities, ages)| World {
            said,
            done,
            cities,
            ages,
        })
}

fn database(world: &World) -> Connection {
    let database = shared::database();
    let run = |statement: &str, values: &[&dyn ToSql]| {
        let done = database.execute(statement, values);
        done.unwrap_or_else(|error| panic!("{statement}: {error}"))
    };
    for org in ["org", "other"] {
        run(
            "INSERT OR IGNORE INTO organisation VALUES (?1, '{}', 1, 1, 1, 'admin')",
            &[&org],
        );
        for message in 0..3 {
            // The last one has no pixel. Another organisation's messages are its own.
            let id = format!("{org}-m{message}");
            run(
                "INSERT INTO message (id, org_id, request_id, request_hash, name, format, clicks, opens, content, created_at) \
                 VALUES (?1, ?2, ?1, '', 'm', 'html', 'identified', 'identified', '', 0)",
                &[&id, &org],
            );
            for link in (u8::from(message == 2))..3 {
                let kind = if link == 0 { "open" } else { "click" };
                run(
                    "INSERT INTO link VALUES (?1, ?2, ?3, ?4, ?5, 'https://a.example', 'identified')",
                    &[&format!("{id}-l{link}"), &org, &id, &kind, &link],
                );
            }
        }
    }
    for (place, (granted, refused, at)) in world.said.iter().enumerate() {
        let (hash, identifier) = (format!("h{place}"), format!("contact:{place}"));
        run(
            "INSERT INTO subject (id, org_id, keyed_hash, identifier, salt, first_seen, latest_at, version) \
             VALUES (?4, 'org', ?1, ?2, 's', ?3, 0, 0)",
            &[&hash, &identifier, at, &(i64::try_from(place).unwrap() + 1)],
        );
        if granted | refused != 0 {
            run(
                "INSERT INTO signal_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, granted, \
                 refused, tier, source, regime, regime_from, live, at, received_at, since) \
                 VALUES ('org', ?1, ?2, 's', ?1, 0, 'c', ?3, ?4, 1, 'api', 'gdpr', 'org', 0, ?5, ?5, ?5)",
                &[&hash, &identifier, granted, refused, at],
            );
        }
        let attributes = json!({
            "city": world.cities[place].map(|city| ["Lyon", "Paris"][usize::from(city)]),
            "age": world.ages[place].map(f64::from),
        });
        run(
            "INSERT INTO contact_intake (org_id, keyed_hash, identifier, salt, attributes, replaces, live, at, received_at) \
             VALUES ('org', ?1, ?2, 's', ?3, 0, 1, ?4, ?4)",
            &[&hash, &identifier, &attributes.to_string(), &NOW],
        );
    }
    for (subject, message, link, at) in &world.done {
        if (*message, *link) != (2, 0) {
            run(
                "INSERT INTO interaction (message_id, link_id, subject_id, at) VALUES (?1, ?2, ?3, ?4)",
                &[
                    &format!("org-m{message}"),
                    &format!("org-m{message}-l{link}"),
                    subject,
                    &(at * HALF_A_DAY),
                ],
            );
        }
    }
    database
}

fn text(database: &Connection, statement: &str, parameters: Vec<Value>) -> String {
    let found: Option<String> = database
        .query_row(statement, params_from_iter(parameters), |row| row.get(0))
        .unwrap();
    found.unwrap_or_default()
}

/// How often each is found.
fn found(database: &Connection, statement: &str, parameters: Vec<Value>) -> BTreeMap<i64, usize> {
    let mut times = BTreeMap::new();
    for place in text(database, statement, parameters).split_terminator(' ') {
        *times.entry(place.parse().unwrap()).or_insert(0) += 1;
    }
    times
}

/// The same where each number begins behind a place and says how often, `MOST` times at most.
fn often(
    database: &Connection,
    statement: &str,
    parameters: Vec<Value>,
    after: i64,
) -> BTreeMap<i64, usize> {
    let mut times = BTreeMap::new();
    for (number, found) in found(database, statement, parameters) {
        let n = found * usize::try_from(number % (MOST + 1)).unwrap();
        *times.entry(after + number / (MOST + 1)).or_insert(0) += n;
    }
    times
}

/// More than anybody does here on one day.
const MOST: i64 = 40;

fn times(world: &World, wanted: impl Fn(&Done) -> bool) -> BTreeMap<i64, usize> {
    let mut times = BTreeMap::new();
    for done in &world.done {
        if (done.1, done.2) != (2, 0) && wanted(done) {
            *times.entry(done.0).or_insert(0) += 1;
        }
    }
    times
}

fn value(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

/// All contacts, or some.
const THESE: [i64; 3] = [2, 3, 5];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn behaviour_is_found(world in world(), after in 0..3_i64, end in 3..7_i64, from in 0..5_i64, to in 1..8_i64) {
        let database = database(&world);
        let pixel = |message: u8| if message == 2 { String::new() } else { format!("org-m{message}-l0") };
        let within = |done: &Done| done.0 > after && done.0 <= end && done.3 >= from && done.3 < to;
        let (since, until) = (from * HALF_A_DAY, to * HALF_A_DAY);
        let slice = |first: [Value; 2]| {
            let rest = [after, end, since, until, 1000].map(Value::Integer);
            first.into_iter().chain(rest).collect::<Vec<_>>()
        };
        let of_these = |first: [Value; 2]| {
            let rest = [value(json!(THESE).to_string()), Value::Integer(since), Value::Integer(until)];
            first.into_iter().chain(rest).collect::<Vec<_>>()
        };
        let is_one_of_these = |done: &Done| THESE.contains(&done.0) && done.3 >= from && done.3 < to;
        for (is_open, named) in [(true, vec![0, 1]), (false, vec![1, 2]), (false, vec![0])] {
            let pairs: Vec<_> = named.iter().map(|m| json!([format!("org-m{m}"), pixel(*m), u8::from(is_open)])).collect();
            let first = [value(json!(pairs).to_string()), Value::Null];
            let kind = |done: &Done| (done.2 == 0) == is_open && named.contains(&done.1);
            prop_assert_eq!(
                found(&database, statements::NAMED, slice(first.clone())),
                times(&world, |done| within(done) && kind(done))
            );
            prop_assert_eq!(
                found(&database, statements::NAMED_OF_THESE, of_these(first)),
                times(&world, |done| is_one_of_these(done) && kind(done))
            );
        }
        let link = [value(json!([["org-m1", "org-m1-l2", 1]]).to_string()), Value::Null];
        prop_assert_eq!(
            found(&database, statements::NAMED, slice(link)),
            times(&world, |done| within(done) && done.1 == 1 && done.2 == 2)
        );
        for is_open in [true, false] {
            let kind = |done: &Done| (done.2 == 0) == is_open;
            let name = if is_open { "open" } else { "click" };
            let first = [value("org"), value(name)];
            let counted = |parameters: Vec<Value>| parameters.into_iter().chain([Value::Integer(MOST)]).collect();
            let always = [after, end, i64::MIN, i64::MAX, 1000].map(Value::Integer);
            let always = first.clone().into_iter().chain(always).collect::<Vec<_>>();
            let ever = times(&world, |done| done.0 > after && done.0 <= end && kind(done));
            let then = times(&world, |done| within(done) && kind(done));
            for (parameters, expected) in [(slice(first.clone()), then), (always, ever)] {
                let once = found(&database, statements::ONCE, parameters.clone());
                let once: Vec<i64> = once.into_keys().map(|place| after + place).collect();
                prop_assert_eq!(once, expected.keys().copied().collect::<Vec<_>>());
                prop_assert_eq!(often(&database, statements::OFTEN, counted(parameters), after), expected);
            }
            prop_assert_eq!(
                often(&database, statements::OFTEN_OF_THESE, counted(of_these(first)), 0),
                times(&world, |done| is_one_of_these(done) && kind(done))
            );
            let others = slice([value("other"), value(name)]);
            prop_assert!(found(&database, statements::ONCE, others.clone()).is_empty());
            prop_assert!(found(&database, statements::OFTEN, counted(others)).is_empty());
        }
    }

    #[test]
    fn attributes_are_found(world in world(), from in 0..4_i8, to in 0..4_i8) {
        let database = database(&world);
        let id = |name: &str| {
            let parameters = params!["org", name];
            let id: i64 = database.query_row(statements::ATTRIBUTE_ID, parameters, |row| row.get(0)).unwrap();
            Value::Integer(id)
        };
        let who = |holds: &dyn Fn(usize) -> bool| -> BTreeMap<i64, usize> {
            (0..6).filter(|place| holds(*place)).map(|place| (i64::try_from(place).unwrap() + 1, 1)).collect()
        };
        let all = [Value::Integer(0), Value::Integer(6)];
        let test = |kind: &str, one_of: Value, from: Value, to: Value| [value(kind), one_of, from, to];
        let asked = |name: &str, test: [Value; 4]| {
            let parameters = [id(name)].into_iter().chain(all.clone()).chain(test).collect();
            found(&database, statements::ATTRIBUTE, parameters)
        };
        let lyon = test("text", value(r#"["Lyon"]"#), Value::Null, Value::Null);
        prop_assert_eq!(asked("city", lyon), who(&|place| world.cities[place] == Some(0)));
        let any = test("text", Value::Null, Value::Null, Value::Null);
        prop_assert_eq!(asked("city", any.clone()), who(&|place| world.cities[place].is_some()));
        prop_assert!(asked("age", any).is_empty(), "of another type");
        let range = test("real", Value::Null, Value::Real(f64::from(from)), Value::Real(f64::from(to)));
        let fits = |place: usize| world.ages[place].is_some_and(|age| age >= from && age <= to);
        prop_assert_eq!(asked("age", range.clone()), who(&fits));
        let these = [id("age"), value(json!(THESE).to_string())].into_iter().chain(range).collect();
        let expected = who(&|place| THESE.contains(&(i64::try_from(place).unwrap() + 1)) && fits(place));
        prop_assert_eq!(found(&database, statements::ATTRIBUTE_OF_THESE, these), expected);
    }

    /// The gates that the statement says are open are those of the rules.
    #[test]
    fn gates_are_as_the_rules_say(world in world()) {
        let database = database(&world);
        let settings = Settings::default();
        let policy = Policy::from(&settings);
        let gates = [Gate::Target, Gate::Track];
        let end = params!["org", 0, 100];
        let stances: String = database.query_row(statements::END, end, |row| row.get(2)).unwrap();
        let verdicts: Vec<(i64, u8, i64)> = stances
            .split(',')
            .map(|bits| {
                let bits = bits.parse().unwrap();
                let verdict = Stance::from_bits(bits).verdict(&gates, &policy, Timestamp::from_micros(NOW));
                (bits, verdict.open(), verdict.lapsed_at().micros())
            })
            .collect();
        let parameters = vec![
            value("org"), Value::Integer(0), Value::Integer(6), value(json!(verdicts).to_string()),
            Value::Integer(7), Value::Integer(i64::MIN),
            Value::Integer(verdicts.iter().map(|(_, _, lapsed_at)| *lapsed_at).max().unwrap()),
        ];
        let found = text(&database, statements::CONTACTS, parameters);
        let expected: String = (1..).zip(&world.said).map(|(place, (granted, _, at))| {
            let is_fresh = *at > Timestamp::from_micros(NOW).months_before(13).micros();
            format!("{place}{}", if *granted == 7 && is_fresh { '+' } else { '-' })
        }).collect();
        prop_assert_eq!(found, expected);
    }
}

/// A statement that reads a whole table would be fast in every test and slow in life.
#[test]
fn each_statement_reads_an_index() {
    let world = World {
        said: vec![(7, 0, NOW); 6],
        done: Vec::new(),
        cities: vec![None; 6],
        ages: vec![None; 6],
    };
    let database = database(&world);
    for (name, statement) in [
        ("END", statements::END),
        ("CONTACTS", statements::CONTACTS),
        ("ATTRIBUTE", statements::ATTRIBUTE),
        ("ATTRIBUTE_OF_THESE", statements::ATTRIBUTE_OF_THESE),
        ("NAMED", statements::NAMED),
        ("ONCE", statements::ONCE),
        ("OFTEN", statements::OFTEN),
        ("NAMED_OF_THESE", statements::NAMED_OF_THESE),
        ("OFTEN_OF_THESE", statements::OFTEN_OF_THESE),
        ("MESSAGES", statements::MESSAGES),
        ("LINKS", statements::LINKS),
        ("ATTRIBUTE_ID", statements::ATTRIBUTE_ID),
        ("PLACES", statements::PLACES),
        ("KEYS", statements::KEYS),
    ] {
        let mut plan = database
            .prepare(&format!("EXPLAIN QUERY PLAN {statement}"))
            .unwrap();
        let mut rows = plan.raw_query();
        let mut steps: Vec<String> = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            steps.push(row.get(3).unwrap());
        }
        for table in [
            "subject",
            "contact",
            "contact_attribute",
            "interaction",
            "link",
            "message",
            "c",
            "v",
            "i",
            "l",
            "m",
            "s",
            "a",
            "d",
        ] {
            let scan = format!("SCAN {table}");
            let scans = steps
                .iter()
                .any(|step| *step == scan || step.starts_with(&format!("{scan} USING")));
            assert!(!scans, "{name}: {steps:#?}");
        }
        let sorts = steps.iter().any(|step| {
            step.contains("TEMP B-TREE FOR ORDER BY")
                && name != "KEYS"
                && name != "MESSAGES"
                && name != "LINKS"
        });
        assert!(!sorts, "{name}: {steps:#?}");
    }
}
