//! Hostile requests against the running application: nothing fails, nothing that was refused is stored, no
//! log repeats what was sent, memory stays bounded, and everybody else is served.
//!
//! `HOSTILE_REQUESTS` says how many (`tests/hostile.sh`: a million), `HOSTILE_SEED` which.

mod dice;
mod line;
mod shots;
mod slow;
mod world;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use assent_tests::{App, Setup};
use dice::Dice;
use line::{Answer, Line, Shot, Then};
use world::{CANARY, Rows, World, signals};

const CLIENTS: u8 = 16;

/// What has been answered so far.
#[derive(Default)]
struct Tally {
    fired: AtomicU64,
    recorded: AtomicU64,
    /// Answers that promise nothing: what they were about may be stored or not.
    away: AtomicU64,
    statuses: Mutex<BTreeMap<u16, u64>>,
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

/// The most memory the host ever had, in MiB.
fn most_memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kibibytes / 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_hostile_breaks_anything() {
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let (requests, seed) = (
        setting("HOSTILE_REQUESTS", 20_000),
        setting("HOSTILE_SEED", 1),
    );
    let world = Arc::new(World::new(&app).await);
    let authority = app.base().strip_prefix("http://").unwrap().to_owned();
    let pid = app.host().pid();
    let before = Rows::count(&app.host().database());
    let signals_before = signals(&app.host().database());
    println!(
        "seed {seed}, {requests} requests, {} MiB at the start",
        most_memory(pid)
    );

    let tally = Arc::new(Tally::default());
    let over = Arc::new(AtomicBool::new(false));
    let slow = slow::start(&authority, &world, &over);
    let begin = Instant::now();
    let share = requests.div_ceil(u64::from(CLIENTS));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let mut line = Line::new(&authority, client + 2);
            let mut dice = Dice::new(seed << 16 | u64::from(client));
            let (world, tally) = (world.clone(), tally.clone());
            tokio::spawn(async move {
                for _ in 0..share {
                    let shot = shots::shot(&mut dice, &world);
                    let answers = line.fire(&shot).await;
                    judge(&shot, &answers, &tally);
                }
            })
        })
        .collect();
    let progress = tokio::spawn(report(tally.clone(), begin, pid));
    for client in clients {
        client.await.unwrap();
    }
    progress.abort();
    let seconds = begin.elapsed().as_secs_f64();
    over.store(true, Ordering::Relaxed);
    let dripped = slow.join().await;

    say(&tally, begin, pid);
    println!(
        "{:.0} requests/s, {dripped} slow connections ended by the host",
        {
            #[allow(clippy::cast_precision_loss)]
            let fired = tally.fired.load(Ordering::Relaxed) as f64;
            fired / seconds
        }
    );
    assert!(most_memory(pid) < 1024, "{} MiB", most_memory(pid));
    everybody_else_is_served(&app, &world).await;
    world.the_victim_is_untouched().await;
    assert_eq!(Rows::count(&app.host().database()), before);
    // What was acknowledged is stored, and nothing else is.
    let acknowledged = tally.recorded.load(Ordering::Relaxed);
    let stored = signals(&app.host().database()) - signals_before - 1;
    let unknown = tally.away.load(Ordering::Relaxed) * shots::LONGEST_LIST;
    assert!(
        (acknowledged..=acknowledged + unknown).contains(&stored),
        "{stored} stored, {acknowledged} acknowledged, at most {unknown} unknown"
    );
    nothing_is_in_the_logs(&app);
}

/// No failure of ours, no header of theirs, and what must be refused is.
fn judge(shot: &Shot, answers: &[Answer], tally: &Tally) {
    let sent = || {
        String::from_utf8_lossy(&shot.bytes)
            .chars()
            .take(3000)
            .collect::<String>()
    };
    tally.fired.fetch_add(
        match shot.then {
            Then::Read(count) => u64::try_from(count).unwrap(),
            _ => 1,
        },
        Ordering::Relaxed,
    );
    if let Then::Read(wanted) = shot.then {
        let early_end = answers.last().is_none_or(|last| last.status >= 400);
        let finals = answers.iter().filter(|answer| answer.status >= 200).count();
        assert!(
            finals == wanted || early_end,
            "{} of {wanted} answers: {}",
            answers.len(),
            sent()
        );
    }
    for answer in answers {
        let Answer { status, head, body } = answer;
        *tally.statuses.lock().unwrap().entry(*status).or_default() += 1;
        let body = String::from_utf8_lossy(body);
        // A store that is too slow for its limit on a busy machine promises nothing and says so.
        let away = *status == 503 && head.contains("retry-after");
        tally.away.fetch_add(away.into(), Ordering::Relaxed);
        assert!(
            (100..500).contains(status) || away,
            "{head}{body}\nto {}",
            sent()
        );
        assert!(
            !shot.refused || *status >= 400,
            "{head}{body}\nto {}",
            sent()
        );
        assert!(
            !head.contains("x-injected") && !head.contains("injected:"),
            "{head}"
        );
        if *status >= 300 && head.contains("location:") {
            assert!(
                head.contains("location: https://example.com/offer\r\n")
                    || !head.contains("location: http"),
                "{head}\nto {}",
                sent()
            );
        }
        if *status >= 400 && head.contains("problem+json") {
            assert!(!body.contains(CANARY), "{body}\nto {}", sent());
        }
        let recorded = body.matches("\"status\":\"recorded\"").count();
        tally
            .recorded
            .fetch_add(u64::try_from(recorded).unwrap(), Ordering::Relaxed);
    }
}

fn say(tally: &Tally, begin: Instant, pid: u32) {
    println!(
        "{:>5} s {:>8} requests, most memory {} MiB, recorded {}, {:?}",
        begin.elapsed().as_secs(),
        tally.fired.load(Ordering::Relaxed),
        most_memory(pid),
        tally.recorded.load(Ordering::Relaxed),
        tally.statuses.lock().unwrap()
    );
}

async fn report(tally: Arc<Tally>, begin: Instant, pid: u32) {
    loop {
        tokio::time::sleep(Duration::from_secs(10)).await;
        say(&tally, begin, pid);
    }
}

async fn everybody_else_is_served(app: &App, world: &World) {
    let health = app.request("GET", "/healthz");
    assert_eq!(health.send().await.unwrap().status(), 200);
    world.club.grant("contact:afterwards").await;
    let consent = world.club.consent("contact:afterwards").await;
    assert_eq!(consent["tracking_status"], "accepted");
    let answer = world.club.visit(&world.link_path("x")).await;
    assert_eq!(answer.headers()["location"], "https://example.com/offer");
}

/// Neither what was sent, nor lines that somebody else wrote, nor a trap.
fn nothing_is_in_the_logs(app: &App) {
    let all = app.host().output() + &app.host().logs();
    for (number, line) in all.lines().enumerate() {
        for unwanted in [CANARY, "INJECTED", "trap", "panicked", "evil.example"] {
            assert!(!line.contains(unwanted), "line {number}: {line}");
        }
        assert!(
            !line.chars().any(char::is_control),
            "line {number}: {line:?}"
        );
    }
}
