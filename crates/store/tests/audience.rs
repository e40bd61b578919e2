//! What the statements of audiences find, against a slow model; and that each reads an index.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

#[path = "../src/audience/pace.rs"]
mod pace;
mod shared;
#[path = "../src/audience/statements.rs"]
mod statements;

use std::collections::BTreeMap;

use domain::{Gate, Policy, Settings, Stance, Timestamp};
use proptest::prelude::*;
use rusqlite::types::Value;
use rusqlite::{Connection, StatementStatus, ToSql, params, params_from_iter};
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
    // Often the same again.
    let done = prop::collection::vec((done, 1..5_usize), 0..15).prop_map(|done| {
        let times = done.into_iter().map(|(done, times)| vec![done; times]);
        times.flatten().collect()
    });
    (
        prop::collection::vec(said, 6),
        done,
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

/// The same where each number begins behind a place and says how often in so many bits: all together, as far as these
/// count.
fn often(
    database: &Connection,
    statement: &str,
    parameters: Vec<Value>,
    after: i64,
    bits: i64,
) -> BTreeMap<i64, usize> {
    let mut times = BTreeMap::new();
    for (number, found) in found(database, statement, parameters) {
        let n = found * usize::try_from(number % (1 << bits)).unwrap();
        *times.entry(after + (number >> bits)).or_insert(0) += n;
    }
    up_to(times, bits)
}

fn up_to(mut times: BTreeMap<i64, usize>, bits: i64) -> BTreeMap<i64, usize> {
    let most = (1 << bits) - 1;
    times.values_mut().for_each(|n| *n = (*n).min(most));
    times
}

/// They count further than anybody does something in a mail on one day, and less far than some do.
const BITS: [i64; 2] = [8, 2];

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
            let counted = |parameters: &[Value], bits: i64| -> Vec<Value> {
                parameters.iter().cloned().chain([Value::Integer(bits)]).collect()
            };
            let always = [after, end, i64::MIN, i64::MAX, 1000].map(Value::Integer);
            let always = first.clone().into_iter().chain(always).collect::<Vec<_>>();
            let ever = times(&world, |done| done.0 > after && done.0 <= end && kind(done));
            let then = times(&world, |done| within(done) && kind(done));
            for (parameters, expected) in [(slice(first.clone()), then), (always, ever)] {
                let once = found(&database, statements::ONCE, parameters.clone());
                let once: Vec<i64> = once.into_keys().map(|place| after + place).collect();
                prop_assert_eq!(once, expected.keys().copied().collect::<Vec<_>>());
                for bits in BITS {
                    let often = often(&database, statements::OFTEN, counted(&parameters, bits), after, bits);
                    prop_assert_eq!(often, up_to(expected.clone(), bits));
                }
            }
            let these = times(&world, |done| is_one_of_these(done) && kind(done));
            for bits in BITS {
                let mut parameters = counted(&of_these(first.clone()), bits);
                parameters.extend([THESE[0], THESE[2]].map(Value::Integer));
                let often = often(&database, statements::OFTEN_OF_THESE, parameters, 0, bits);
                prop_assert_eq!(often, up_to(these.clone(), bits));
            }
            let others = slice([value("other"), value(name)]);
            prop_assert!(found(&database, statements::ONCE, others.clone()).is_empty());
            prop_assert!(found(&database, statements::OFTEN, counted(&others, 1)).is_empty());
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

/// Contacts from 1, and how often each clicked in mails of one day each: `(day, mail, n)`.
fn clicked(contacts: i64, clicks: impl Fn(i64) -> Vec<(i64, i64, i64)>) -> Connection {
    let database = shared::database();
    database.execute_batch("BEGIN").unwrap();
    let mut day = database
        .prepare("INSERT OR IGNORE INTO activity_day (id, org_id, kind, day) VALUES (?1, 'org', 'click', ?1)")
        .unwrap();
    let mut number = database
        .prepare("INSERT OR IGNORE INTO message_number (number, message_id) VALUES (?1, ?1)")
        .unwrap();
    let mut activity = database
        .prepare(
            "INSERT INTO activity (day_id, subject_id, message_number, n) VALUES (?1, ?2, ?3, ?4)",
        )
        .unwrap();
    let mut subject = database
        .prepare(
            "INSERT INTO subject (id, org_id, keyed_hash, identifier, first_seen, latest_at, version) \
             VALUES (?1, 'org', ?1, 'contact:' || ?1, 0, 0, 0)",
        )
        .unwrap();
    for place in 1..=contacts {
        subject.execute([place]).unwrap();
        for (on, mail, n) in clicks(place) {
            day.execute([on]).unwrap();
            number.execute([mail]).unwrap();
            activity.execute([on, place, mail, n]).unwrap();
        }
    }
    for statement in [day, number, activity, subject] {
        statement.finalize().unwrap();
    }
    database.execute_batch("COMMIT").unwrap();
    database
}

/// Nobody is left out where slices get smaller, which happens once: not for each slice again, and those after somebody
/// who did very much are as large as those before.
#[test]
fn slices_keep_the_size_that_is_not_too_much() {
    const CONTACTS: i64 = 400;
    const BUSY: i64 = 200;
    let mails = |place| if place == BUSY { 500 } else { 3 };
    let database = clicked(CONTACTS, |place| {
        (1..=mails(place)).map(|mail| (mail, mail, 1)).collect()
    });
    let pace = pace::Pace::new(256, 100);
    pace.begin_with(1);
    pace.done(0);
    assert_eq!(pace.next().0, 4, "more and more");
    pace.begin_with(1000);
    let (mut after, mut found, mut sizes, mut refused) = (0, BTreeMap::new(), Vec::new(), 0);
    loop {
        let (size, most) = pace.next();
        let end: Option<i64> = database
            .query_row(statements::END, params!["org", after, size], |row| {
                row.get(0)
            })
            .unwrap();
        let Some(end) = end else { break };
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let first = [value("org"), value("click")];
        let rest = [after, end, i64::MIN, i64::MAX, limit].map(Value::Integer);
        let once = first.into_iter().chain(rest).collect();
        let rows = self::found(&database, statements::ONCE, once);
        let number: usize = rows.values().sum();
        if number >= most {
            assert!(size > 1);
            pace.too_much();
            refused += 1;
            continue;
        }
        pace.done(number);
        sizes.push(size);
        found.extend(rows.into_iter().map(|(place, n)| (after + place, n)));
        after = end;
    }
    let expected = (1..=CONTACTS).map(|place| (place, usize::try_from(mails(place)).unwrap()));
    assert_eq!(found, expected.collect());
    // From 256 to 16, and some around the busy one.
    assert!(refused <= 8, "{refused}: {sizes:?}");
    assert_eq!((sizes[0], sizes[10], sizes[sizes.len() - 2]), (16, 16, 16));
    assert!(sizes.len() < 40, "{sizes:?}");
}

/// Of many contacts only days on which many others did something, too, are gone through one by one.
#[test]
fn what_many_did_on_few_days_is_not_looked_up_for_each_day() {
    const CONTACTS: i64 = 4000;
    // A hundred days on which few click, and one on which everybody does, five times.
    let clicks = |place: i64| -> Vec<(i64, i64, i64)> {
        let few = (1..=100).filter(|day| (place * 7 + day * 13) % 200 == 0);
        let few = few.map(|day| (day, day, 3));
        few.chain((200..205).map(|mail| (150, mail, 1))).collect()
    };
    let database = clicked(CONTACTS, clicks);
    let these: Vec<i64> = (1..=CONTACTS).filter(|place| place % 4 == 3).collect();
    let parameters = |these: &[i64]| {
        let (first, last) = (these[0], these[these.len() - 1]);
        let period = [i64::MIN, i64::MAX, 2, first, last].map(Value::Integer);
        let what = ["org", "click", &json!(these).to_string()].map(value);
        what.into_iter().chain(period).collect::<Vec<_>>()
    };
    for these in [&these[..], &these[..9], &[7]] {
        let found = often(
            &database,
            statements::OFTEN_OF_THESE,
            parameters(these),
            0,
            2,
        );
        let expected = these.iter().map(|place| (*place, 3));
        assert_eq!(found, expected.collect(), "five and more");
        let rows = self::found(&database, statements::OFTEN_OF_THESE, parameters(these));
        let rows: usize = rows.values().sum();
        let expected: usize = these.iter().map(|place| clicks(*place).len()).sum();
        assert_eq!(rows, expected);
    }
    let mut statement = database.prepare(statements::OFTEN_OF_THESE).unwrap();
    statement
        .query_row(params_from_iter(parameters(&these)), |_| Ok(()))
        .unwrap();
    let steps = usize::try_from(statement.get_status(StatementStatus::VmStep)).unwrap();
    assert!(steps < 2 * 101 * these.len(), "{steps} steps");
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
