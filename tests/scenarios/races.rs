//! Many writers and readers on few subjects, through several hosts on one Redis and one database: whatever
//! anybody was answered must be explained by the history (`assent_tests::history` says how).
//!
//! `ASSENT_RACE_ROUNDS` says how often (`tests/races.sh`: 20 times), `ASSENT_RACE_STALLS=1` stops Redis for
//! some seconds in each round.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use assent_tests::history::{Event, History, Stored, What};
use assent_tests::{App, Host, Organisation, Redis, Setup, eventually, random};
use serde_json::{Value, json};

const HOSTS: usize = 3;
const SUBJECTS: usize = 4;
const WRITERS: usize = 16;
const READERS: usize = 16;
const BUSY: Duration = Duration::from_secs(3);
/// How long readers go on after the last refusal.
const QUIET: Duration = Duration::from_secs(1);
const STALL: Duration = Duration::from_secs(3);
/// After this nobody is left who could still write what he had in hand when Redis was stopped.
const SETTLED: Duration = Duration::from_secs(12);

/// Microseconds as everybody on this machine counts them, but never backwards.
#[derive(Clone, Copy)]
struct Clock(Instant, i64);

impl Clock {
    fn new() -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Self(
            Instant::now(),
            i64::try_from(since.unwrap().as_micros()).unwrap(),
        )
    }

    fn now(self) -> i64 {
        self.1 + i64::try_from(self.0.elapsed().as_micros()).unwrap()
    }
}

struct Dice(u64);

impl Dice {
    fn new() -> Self {
        Self(u64::from_str_radix(&random(), 16).unwrap() | 1)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
    }
}

/// What all who race share.
#[derive(Clone)]
struct Race {
    hosts: Vec<Organisation>,
    subjects: Vec<String>,
    /// The click of each subject, and where its report is.
    clicks: Vec<String>,
    report: String,
    clock: Clock,
    events: Arc<Mutex<Vec<Event>>>,
    writes: Arc<AtomicBool>,
    reads: Arc<AtomicBool>,
}

impl Race {
    fn add(&self, subject: &str, begin: i64, what: What) {
        let event = Event {
            subject: subject.to_owned(),
            begin,
            end: self.clock.now(),
            what,
        };
        self.events.lock().unwrap().push(event);
    }

    /// Sends a decision; whether it was acknowledged.
    async fn decide(&self, host: &Organisation, subject: &str, granted: bool) -> bool {
        let id = random() + &random();
        let flags = json!({ "dc": granted, "al": granted });
        let begin = self.clock.now();
        let answer = host.decision(subject, &flags, &id).send().await.unwrap();
        let status = answer.status().as_u16();
        let answer: Value = answer.json().await.unwrap();
        let version = match status {
            200 => Some(answer["consent"]["version"].as_i64().expect("a version")),
            503 => None,
            other => panic!("a decision got {other}: {answer}"),
        };
        self.add(
            subject,
            begin,
            What::Decision {
                id,
                granted,
                version,
            },
        );
        version.is_some()
    }

    async fn write(self, mut dice: Dice) {
        while self.writes.load(Ordering::SeqCst) {
            let host = &self.hosts[dice.below(HOSTS)];
            let subject = &self.subjects[dice.below(SUBJECTS)];
            self.decide(host, subject, dice.below(2) == 0).await;
            tokio::time::sleep(Duration::from_millis(dice.below(60).try_into().unwrap())).await;
        }
    }

    async fn read(self, mut dice: Dice) {
        while self.reads.load(Ordering::SeqCst) {
            let host = &self.hosts[dice.below(HOSTS)];
            let number = dice.below(SUBJECTS);
            let subject = &self.subjects[number];
            match dice.below(8) {
                0..3 => self.look(host, subject, false).await,
                3..6 => self.look(host, subject, true).await,
                6 => {
                    let answer = host.request("GET", &self.clicks[number]).send().await;
                    assert_eq!(answer.unwrap().status(), 302);
                }
                _ => self.look_at_report(host).await,
            }
            tokio::time::sleep(Duration::from_millis(dice.below(10).try_into().unwrap())).await;
        }
    }

    async fn look(&self, host: &Organisation, subject: &str, at_edge: bool) {
        let source = if at_edge { "?source=projection" } else { "" };
        let begin = self.clock.now();
        let Some(answer) = get(host, &format!("/v1/consent/{subject}{source}")).await else {
            return;
        };
        let version = answer["version"].as_i64().unwrap();
        let open = answer["gates"]["track"].as_bool().unwrap();
        let what = if at_edge {
            What::Edge { version, open }
        } else {
            What::Api { version, open }
        };
        self.add(subject, begin, what);
    }

    async fn look_at_report(&self, host: &Organisation) {
        let begin = self.clock.now();
        let Some(report) = get(host, &self.report).await else {
            return;
        };
        let named = Organisation::named(&report);
        for subject in &self.subjects {
            let named = named
                .iter()
                .any(|name| format!("contact:{name}") == *subject);
            self.add(subject, begin, What::Report { named });
        }
    }
}

/// The answer, unless a store was too slow.
async fn get(host: &Organisation, path: &str) -> Option<Value> {
    let answer = host.request("GET", path).send().await.unwrap();
    match answer.status().as_u16() {
        200 => Some(answer.json().await.unwrap()),
        503 => None,
        other => panic!("{path} got {other}"),
    }
}

/// Fresh subjects, everybody at once, at the end a refusal of each, and then silence.
async fn round(apps: &[App], club: &Organisation, stalls: Option<&Redis>) -> (Race, History) {
    let names: Vec<String> = (0..SUBJECTS).map(|_| random()).collect();
    let hosts: Vec<Organisation> = apps.iter().map(|app| club.at(app)).collect();
    let mut race = Race {
        hosts,
        subjects: names.iter().map(|name| format!("contact:{name}")).collect(),
        clicks: Vec::new(),
        report: String::new(),
        clock: Clock::new(),
        events: Arc::default(),
        writes: Arc::new(AtomicBool::new(true)),
        reads: Arc::new(AtomicBool::new(true)),
    };
    for subject in &race.subjects {
        while !race.decide(club, subject, true).await {}
    }
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let contacts: Vec<&str> = names.iter().map(String::as_str).collect();
    let tokens = club.tokens(&mail, &contacts).await;
    let clicks = tokens.iter().map(|tokens| mail.click_path(&tokens.click));
    race.clicks = clicks.collect();
    race.report = format!("/v1/messages/{}/contacts", mail.id);

    let spawn_writer = |_| tokio::spawn(race.clone().write(Dice::new()));
    let spawn_reader = |_| tokio::spawn(race.clone().read(Dice::new()));
    let writers: Vec<_> = (0..WRITERS).map(spawn_writer).collect();
    let readers: Vec<_> = (0..READERS).map(spawn_reader).collect();
    tokio::time::sleep(BUSY).await;
    let mut away = Vec::new();
    if let Some(redis) = stalls {
        let begin = race.clock.now();
        redis.stop();
        tokio::time::sleep(STALL).await;
        redis.go_on();
        away.push((begin, race.clock.now()));
        tokio::time::sleep(BUSY).await;
    }
    race.writes.store(false, Ordering::SeqCst);
    for writer in writers {
        writer.await.unwrap();
    }
    for subject in &race.subjects {
        while !race.decide(club, subject, false).await {}
    }
    tokio::time::sleep(QUIET).await;
    race.reads.store(false, Ordering::SeqCst);
    for reader in readers {
        reader.await.unwrap();
    }
    let events = std::mem::take(&mut *race.events.lock().unwrap());
    let history = History {
        events,
        stored: stored(club, &race.subjects).await,
        away,
    };
    (race, history)
}

async fn stored(club: &Organisation, subjects: &[String]) -> BTreeMap<String, Vec<Stored>> {
    let mut all = BTreeMap::new();
    for subject in subjects {
        let mut signals: Vec<Stored> = club.history(subject).await.iter().map(signal).collect();
        signals.reverse();
        all.insert(subject.clone(), signals);
    }
    all
}

fn signal(signal: &Value) -> Stored {
    let text = |name: &str| signal[name].as_str().unwrap().to_owned();
    Stored {
        id: text("request_id"),
        granted: signal["flags"]["dc"].as_bool().unwrap(),
        at: text("at"),
    }
}

/// The stored interactions that name somebody.
fn identified(host: &Host, subjects: &[String]) -> Vec<Event> {
    let database = host.database();
    let mut rows = database
        .prepare(
            "SELECT s.identifier, i.at FROM interaction i JOIN subject s ON s.id = i.subject_id",
        )
        .unwrap();
    let rows = rows.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)));
    rows.unwrap()
        .map(Result::unwrap)
        .filter(|(subject, _)| subjects.contains(subject))
        .map(|(subject, at)| Event {
            subject,
            begin: at,
            end: at,
            what: What::Identified,
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_under_load_is_explained_by_the_history() {
    let number = |name| std::env::var(name).map(|text| text.parse::<usize>().unwrap());
    let rounds = number("ASSENT_RACE_ROUNDS").unwrap_or(1);
    let stalls = number("ASSENT_RACE_STALLS").unwrap_or(0) > 0;
    let Some(first) = App::start_own(Setup::default().redis()) else {
        return;
    };
    let more = (1..HOSTS).map(|_| App::of(Host::start(Setup::default().state_of(first.host()))));
    let more: Vec<App> = more.collect();
    let apps: Vec<App> = std::iter::once(first).chain(more).collect();
    let redis = apps[0].host().redis().unwrap();
    let club = apps[0].organisation(json!({})).await;
    let mut refused = Vec::new();
    for number in 1..=rounds {
        let (race, mut history) = round(&apps, &club, stalls.then_some(redis)).await;
        // What was recorded after the answers is there, too.
        let rows = async || identified(apps[0].host(), &race.subjects).len();
        let mut before = usize::MAX;
        eventually(rows, |found| {
            std::mem::replace(&mut before, *found) == *found
        })
        .await;
        history
            .events
            .extend(identified(apps[0].host(), &race.subjects));
        let count = |is: fn(&What) -> bool| {
            let events = history.events.iter();
            events.filter(|event| is(&event.what)).count()
        };
        eprintln!(
            "round {number}: {} decisions acknowledged, {} not; {} reads of the history, {} of the edge ({} open); {} reports; {} identified",
            count(|what| matches!(
                what,
                What::Decision {
                    version: Some(_),
                    ..
                }
            )),
            count(|what| matches!(what, What::Decision { version: None, .. })),
            count(|what| matches!(what, What::Api { .. })),
            count(|what| matches!(what, What::Edge { .. })),
            count(|what| matches!(what, What::Edge { open: true, .. })),
            count(|what| matches!(what, What::Report { .. })) / SUBJECTS,
            count(|what| matches!(what, What::Identified)),
        );
        assert!(count(|what| matches!(what, What::Identified)) > 0);
        assert!(count(|what| matches!(what, What::Edge { open: true, .. })) > 0);
        let violations = history.violations();
        assert!(violations.is_empty(), "{violations:#?}");
        for subject in race.subjects {
            let edge = async || club.projection(&subject).await["gates"]["track"].clone();
            eventually(edge, |open| *open == false).await;
            refused.push(subject);
        }
    }
    if stalls {
        tokio::time::sleep(SETTLED).await;
    }
    for subject in refused {
        let edge = club.projection(&subject).await;
        assert_eq!(edge["gates"]["track"], false, "opened again: {edge}");
    }
}
