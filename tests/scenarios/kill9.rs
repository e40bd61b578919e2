//! `kill -9` at any moment: what was acknowledged is there after the restart, and no refusal is overridden.
//!
//! `ASSENT_KILLS` says how often (`tests/kill9.sh`: 50 times).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use assent_tests::{App, Host, Message, Organisation, Setup, eventually, random};
use serde_json::{Value, json};

const SUBJECTS: usize = 48;
const WRITERS: usize = 8;
const CLICKERS: usize = 4;

/// One decision that was sent.
#[derive(Debug, Clone)]
struct Attempt {
    id: String,
    granted: bool,
    began: i64,
    /// When the answer was here, if it came.
    acknowledged: Option<i64>,
}

/// What was sent about each subject, in order.
type Ledger = Arc<Mutex<BTreeMap<String, Vec<Attempt>>>>;

fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    i64::try_from(since.as_micros()).unwrap()
}

/// Numbers that look random enough; the seed is printed, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_no_refusal_overridden() {
    let kills: usize = std::env::var("ASSENT_KILLS").map_or(5, |kills| kills.parse().unwrap());
    let Some(mut app) = App::start_own(Setup::default()) else {
        return;
    };
    let seed = u64::from_str_radix(&random(), 16).unwrap() | 1;
    eprintln!("{kills} kills, seed {seed:x}");
    let mut dice = Dice(seed);

    let club = app.organisation(json!({})).await;
    let contacts: Vec<String> = (0..SUBJECTS).map(|number| format!("p{number}")).collect();
    let ledger: Ledger = Arc::default();
    for contact in &contacts {
        decide(&club, contact, true, &ledger).await;
    }
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let names: Vec<&str> = contacts.iter().map(String::as_str).collect();
    let tokens = club.tokens(&mail, &names).await;
    let paths: Vec<String> = tokens
        .iter()
        .map(|tokens| mail.click_path(&tokens.click))
        .collect();
    let clicks = Arc::new(AtomicU64::new(0));

    let mut ends = vec![now()];
    for round in 1..=kills {
        let club = club.at(&app);
        let mut load = Vec::new();
        for writer in 0..WRITERS {
            let own = contacts
                .iter()
                .skip(writer)
                .step_by(WRITERS)
                .cloned()
                .collect();
            let dice = Dice(dice.0.wrapping_mul(2 * u64::try_from(writer).unwrap() + 3) | 1);
            load.push(tokio::spawn(write(club.clone(), own, dice, ledger.clone())));
        }
        for clicker in 0..CLICKERS {
            let dice = Dice(
                dice.0
                    .wrapping_mul(2 * u64::try_from(clicker).unwrap() + 101)
                    | 1,
            );
            load.push(tokio::spawn(click(
                club.clone(),
                paths.clone(),
                dice,
                clicks.clone(),
            )));
        }
        let pause = 100 + dice.below(900);
        tokio::time::sleep(Duration::from_millis(pause.try_into().unwrap())).await;
        app.with_host(Host::kill);
        futures::future::join_all(load)
            .await
            .into_iter()
            .for_each(Result::unwrap);
        ends.push(now());
        app.with_host(Host::start_again);
        let club = club.at(&app);
        let seen = check(&app, &club, &ledger, &ends).await;
        let report = club.stats(&mail).await;
        eprintln!(
            "kill {round}: {seen} decisions in the history, {} clicks",
            report["clicks"]["total"]
        );
    }
    counted_at_most(&club.at(&app), &mail, clicks.load(Ordering::SeqCst)).await;
}

/// Decides about its own subjects until the host is gone. Who has refused is not granted again in the same
/// round, so that everything that happens afterwards in it must be anonymous.
async fn write(club: Organisation, own: Vec<String>, mut dice: Dice, ledger: Ledger) {
    let mut refused = vec![false; own.len()];
    loop {
        let number = dice.below(own.len());
        let granted = !refused[number] && dice.below(3) > 0;
        if !decide(&club, &own[number], granted, &ledger).await {
            return;
        }
        refused[number] |= !granted;
    }
}

/// Sends a decision; gives false when the host is gone.
async fn decide(club: &Organisation, contact: &str, granted: bool, ledger: &Ledger) -> bool {
    let id = random() + &random();
    let attempt = Attempt {
        id: id.clone(),
        granted,
        began: now(),
        acknowledged: None,
    };
    ledger
        .lock()
        .unwrap()
        .entry(contact.to_owned())
        .or_default()
        .push(attempt);
    let flags = json!({ "dc": granted, "al": granted });
    let request = club.decision(&format!("contact:{contact}"), &flags, &id);
    let Ok(answer) = request.send().await else {
        return false;
    };
    match answer.status().as_u16() {
        // The head may have been all that came; then nothing was read.
        200 if answer.text().await.is_ok() => {
            let mut ledger = ledger.lock().unwrap();
            ledger
                .get_mut(contact)
                .unwrap()
                .last_mut()
                .unwrap()
                .acknowledged = Some(now());
        }
        200 | 503 => {}
        other => panic!("a decision got {other}"),
    }
    true
}

async fn click(club: Organisation, paths: Vec<String>, mut dice: Dice, clicks: Arc<AtomicU64>) {
    loop {
        let path = &paths[dice.below(paths.len())];
        clicks.fetch_add(1, Ordering::SeqCst);
        match club.request("GET", path).send().await {
            Ok(answer) => assert_eq!(answer.status(), 302),
            Err(_) => return,
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Compares what is stored with what was sent; gives the number of decisions in the history.
async fn check(app: &App, club: &Organisation, ledger: &Ledger, ends: &[i64]) -> usize {
    let ledger = ledger.lock().unwrap().clone();
    let mut seen = 0;
    for (contact, attempts) in &ledger {
        let subject = format!("contact:{contact}");
        let mut history = club.history(&subject).await;
        history.reverse();
        seen += history.len();
        let place = |id: &str| history.iter().position(|signal| signal["request_id"] == id);

        // Everything acknowledged is there, as it was sent and in its order; nothing else is but ours.
        let stored: Vec<(usize, &Attempt)> = attempts
            .iter()
            .filter_map(|attempt| Some((place(&attempt.id)?, attempt)))
            .collect();
        for attempt in attempts {
            let is_stored = stored.iter().any(|(_, found)| found.id == attempt.id);
            assert!(
                is_stored || attempt.acknowledged.is_none(),
                "{contact}: lost: {attempt:?}"
            );
        }
        assert_eq!(
            stored.len(),
            history.len(),
            "{contact}: stored once each, and nothing else"
        );
        // What got no answer in time may have been stored later, behind what was sent after it.
        let answered = stored
            .iter()
            .filter(|(_, attempt)| attempt.acknowledged.is_some());
        assert!(
            answered.is_sorted_by_key(|(place, _)| *place),
            "{contact}: {stored:#?}"
        );
        for (place, attempt) in &stored {
            assert_eq!(history[*place]["flags"]["dc"], attempt.granted);
        }

        // What is in force is what the newest of them says, and nothing is more open than that.
        let time = |place: &usize| history[*place]["at"].as_str().unwrap().to_owned();
        let newest = stored
            .iter()
            .max_by_key(|(place, attempt)| (time(place), !attempt.granted));
        let Some((_, newest)) = newest else {
            continue;
        };
        let refused = attempts
            .iter()
            .rposition(|attempt| !attempt.granted && attempt.acknowledged.is_some());
        let place = attempts.iter().position(|attempt| attempt.id == newest.id);
        assert!(
            !newest.granted || place > refused,
            "{contact}: an older agreement is in force over a refusal: {stored:#?}"
        );
        let current = club.consent(&subject).await;
        assert_eq!(current["version"], history.len(), "{contact}");
        assert_eq!(current["hasTrackingConsent"], newest.granted, "{contact}");
        assert_eq!(current["gates"]["track"], newest.granted, "{contact}");
        let edge = club.projection(&subject).await;
        if !newest.granted {
            assert_eq!(
                edge["gates"]["track"], false,
                "{contact}: a refusal is overridden: {edge}"
            );
        }
    }
    identified_only_with_consent(app, &ledger, ends);
    // What dead writers have left behind is repaired.
    eventually(
        async || {
            let mut different = Vec::new();
            for contact in ledger.keys() {
                let subject = format!("contact:{contact}");
                let (mut edge, current) = (
                    club.projection(&subject).await,
                    club.consent(&subject).await,
                );
                edge["source"] = current["source"].clone();
                if edge != current {
                    different.push((edge, current));
                }
            }
            different
        },
        Vec::is_empty,
    )
    .await;
    seen
}

/// No interaction names a person after her refusal was acknowledged, unless she has agreed again since.
fn identified_only_with_consent(app: &App, ledger: &BTreeMap<String, Vec<Attempt>>, ends: &[i64]) {
    let database = app.host().database();
    let mut rows = database
        .prepare(
            "SELECT s.identifier, i.at FROM interaction i JOIN subject s ON s.id = i.subject_id",
        )
        .unwrap();
    let rows = rows
        .query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
        })
        .unwrap();
    for row in rows {
        let (subject, at) = row.unwrap();
        let attempts = &ledger[subject.strip_prefix("contact:").unwrap()];
        let acknowledged = |attempt: &&Attempt| attempt.acknowledged.is_some_and(|time| time < at);
        let Some(last) = attempts.iter().rev().find(acknowledged) else {
            continue;
        };
        if last.granted {
            continue;
        }
        let end = ends
            .iter()
            .copied()
            .find(|end| *end > at)
            .unwrap_or(i64::MAX);
        let granted_meanwhile = attempts
            .iter()
            .any(|attempt| attempt.granted && attempt.began > last.began && attempt.began < end);
        assert!(
            granted_meanwhile,
            "{subject} clicked at {at} and is named in spite of {last:?}"
        );
    }
}

async fn counted_at_most(club: &Organisation, mail: &Message, clicks: u64) {
    let report: Value = club.stats(mail).await;
    let counted = report["clicks"]["total"].as_u64().unwrap();
    assert!(
        counted > 0 && counted <= clicks,
        "{counted} of {clicks} clicks"
    );
}
