//! `kill -9` at any moment: what was acknowledged is there after the restart, and no refusal is overridden.
//!
//! `ASSENT_KILLS` says how often (`tests/kill9.sh`: 1 000 times). After each kill everything is checked that was
//! sent since the one before; after the last one everything.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use assent_tests::ledger::Ledger;
use assent_tests::load::{Load, Until};
use assent_tests::verify::Found;
use assent_tests::{App, Dice, Host, Setup, verify};
use serde_json::json;

/// By then somebody has taken up what a dead writer has left behind: marks and holds count as orphans after
/// five seconds, and an instance looks for them once a second.
const ORPHANED: Duration = Duration::from_secs(8);
/// The load runs at most so many milliseconds before it is killed.
const LONGEST: usize = 600;
/// One start in so many is killed itself, within so many milliseconds.
const KILLED_STARTS: usize = 8;
const START: usize = 400;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_no_refusal_overridden() {
    let kills: usize = std::env::var("ASSENT_KILLS").map_or(5, |kills| kills.parse().unwrap());
    let Some(mut app) = App::start_own(Setup::default()) else {
        return;
    };
    let mut dice = Dice::new("kill9");
    let mut club = app.organisation(json!({})).await;
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let ledger = Arc::new(Ledger::default());
    let mut unrepaired: VecDeque<(Instant, BTreeSet<String>)> = VecDeque::new();
    let (mut lives, mut newest, mut killed_starts) = (Vec::new(), 0, 0);
    let mut found = Found::default();

    let begin = Instant::now();
    for kill in 1..=kills {
        let load = Load::start(&club, &mail, &ledger, &mut dice, Until::Gone, lives);
        let pause = u64::try_from(dice.below(LONGEST)).unwrap();
        tokio::time::sleep(Duration::from_millis(pause)).await;
        app.with_host(Host::kill);
        lives = load.end().await;
        if dice.below(KILLED_STARTS) == 0 {
            let pause = u64::try_from(dice.below(START)).unwrap();
            app.with_host(|host| host.start_and_kill(Duration::from_millis(pause)));
            killed_starts += 1;
        }
        app.with_host(Host::start_again);
        club = club.at(&app);

        let touched = ledger.touched();
        found += verify::nothing_lost(&club, &ledger, &touched).await;
        newest = verify::named_only_with_consent(&app.host().database(), &ledger, newest);
        unrepaired.push_back((Instant::now(), touched));
        while unrepaired
            .front()
            .is_some_and(|(since, _)| since.elapsed() > ORPHANED)
        {
            let (_, contacts) = unrepaired.pop_front().unwrap();
            verify::repaired(&club, &contacts).await;
        }
        if kill % 10 == 0 || kill == kills {
            let left = begin.elapsed() / u32::try_from(kill).unwrap()
                * u32::try_from(kills - kill).unwrap();
            eprintln!(
                "kill {kill} of {kills}: {} decisions checked, {newest} named clicks, {} s left",
                found.decisions,
                left.as_secs()
            );
        }
    }

    let everybody = ledger.contacts();
    verify::repaired(&club, &everybody).await;
    let stored = verify::nothing_lost(&club, &ledger, &everybody)
        .await
        .decisions;
    verify::whole(&club, &app.host().database(), &ledger).await;
    let clicks = ledger.clicks();
    let counted = club.stats(&mail).await["clicks"]["total"].as_u64().unwrap();
    assert!(
        counted <= clicks.total(),
        "{counted} of {} clicks",
        clicks.total()
    );
    ledger.decisions().only(&["200", "503", "-"]);
    clicks.only(&["302", "-"]);
    let answers = ledger.decisions();
    eprintln!(
        "{kills} kills under load and {killed_starts} of a starting host in {} s: {} contacts; {} decisions sent, {} \
         acknowledged, {} answered 503, {} without an answer, {stored} stored (lists count each); {} redirects, \
         {counted} of them counted, {newest} by name. Edge behind after the restart: {} contacts. Lost: 0. Overridden: 0. Half-written: 0.",
        begin.elapsed().as_secs(),
        everybody.len(),
        answers.total(),
        answers.of("200"),
        answers.of("503"),
        answers.of("-"),
        clicks.of("302"),
        found.behind,
    );
}
