//! A host under load, a fault, and what is checked afterwards.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use assent_tests::ledger::{Answer, Answers, Ledger};
use assent_tests::load::{Load, Until};
use assent_tests::{App, Dice, Message, Organisation, Setup, random, verify};
use serde_json::json;

/// A store that was away may be asked again only after a while, and who hangs on it hangs for seconds.
const ANSWERS_AGAIN: Duration = Duration::from_secs(30);
/// Recording is tried again for fifteen seconds.
const CAUGHT_UP: Duration = Duration::from_secs(45);

/// A host with one organisation and one mail.
pub struct Scene {
    pub app: App,
    pub club: Organisation,
    pub mail: Message,
    pub ledger: Arc<Ledger>,
    dice: Dice,
    name: &'static str,
}

/// How long a fault lasts.
pub fn fault_time() -> Duration {
    let seconds = std::env::var("ASSENT_FAULT_SECONDS").map_or(3, |text| text.parse().unwrap());
    Duration::from_secs(seconds)
}

/// One decision or one click after the other, never a number without what it counts.
fn told(answers: &Answers) -> String {
    let told: Vec<String> = answers
        .by_status
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(status, count)| format!("{count} × {status}"))
        .collect();
    told.join(", ")
}

fn since(before: &Answers, now: &Answers) -> Answers {
    let counts = now.by_status.iter();
    let by_status: BTreeMap<String, u64> = counts
        .map(|(status, count)| (status.clone(), count - before.of(status)))
        .collect();
    Answers {
        by_status,
        slowest: now.slowest,
    }
}

impl Scene {
    pub async fn start(name: &'static str, setup: Setup) -> Option<Self> {
        let app = App::start_own(setup)?;
        let club = app.organisation(json!({})).await;
        let mail = club
            .message("<body><a href='https://a.example'>a</a></body>")
            .await;
        // Both stores have their journals now.
        let ledger = Arc::new(Ledger::default());
        ledger.decide(&club, &[random()], true).await;
        Some(Self {
            app,
            club,
            mail,
            ledger,
            dice: Dice::new(name),
            name,
        })
    }

    /// Load before, during and after a fault. `fault` makes it and gives what ends it by being dropped.
    pub async fn under<F>(&mut self, fault: impl AsyncFnOnce(&Self) -> F) {
        let load = Load::start(
            &self.club,
            &self.mail,
            &self.ledger,
            &mut self.dice,
            Until::Ended,
            Vec::new(),
        );
        tokio::time::sleep(Duration::from_secs(1)).await;
        let (decisions, clicks) = (self.ledger.decisions(), self.ledger.clicks());
        let begin = Instant::now();
        let fault = fault(self).await;
        tokio::time::sleep(fault_time().saturating_sub(begin.elapsed())).await;
        drop(fault);
        let took = begin.elapsed();
        let decisions = since(&decisions, &self.ledger.decisions());
        let clicks = since(&clicks, &self.ledger.clicks());
        let back = self.answers_again().await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        load.end().await;
        self.ledger.decisions().only(&["200", "503"]);
        self.ledger.clicks().only(&["302", "503"]);
        // On a busy machine a healthy store, too, can be slower than its limit.
        let clicks_now = self.ledger.clicks();
        assert!(
            clicks_now.of("503") * 100 <= clicks_now.total(),
            "{clicks_now:?}"
        );
        let counted = self.holds().await;
        eprintln!(
            "| {} | {:.1} s | {} | {}, slowest {} ms | {} ms | {} stored, {counted} clicks counted; 0 lost, 0 overridden, \
             0 half-written |",
            self.name,
            took.as_secs_f32(),
            told(&decisions),
            told(&clicks),
            clicks.slowest.as_millis(),
            back.as_millis(),
            self.ledger.decisions().of("200"),
        );
    }

    /// How long it takes until somebody can agree and refuse again.
    async fn answers_again(&self) -> Duration {
        let begin = Instant::now();
        let mut granted = false;
        let contact = [random()];
        loop {
            let answer = self.ledger.decide(&self.club, &contact, !granted).await;
            if answer == Answer::Taken && granted {
                return begin.elapsed();
            }
            granted |= answer == Answer::Taken;
            assert!(begin.elapsed() < ANSWERS_AGAIN, "{} stays away", self.name);
        }
    }

    /// Everything acknowledged is there, and no click is lost. Gives the clicks that were counted.
    pub async fn holds(&self) -> u64 {
        let everybody = self.ledger.contacts();
        let answered = self.ledger.clicks().of("302");
        let begin = Instant::now();
        let counted = loop {
            let report = self.club.stats(&self.mail).await;
            let counted = report["clicks"]["total"].as_u64().unwrap();
            if counted >= answered {
                break counted;
            }
            assert!(
                begin.elapsed() < CAUGHT_UP,
                "{counted} of {answered} clicks"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        assert!(counted <= self.ledger.clicks().total());
        // A key-value store that can be read and not written is behind until it is repaired.
        verify::repaired(&self.club, &everybody).await;
        verify::nothing_lost(&self.club, &self.ledger, &everybody).await;
        let database = self.app.host().database();
        verify::whole(&self.club, &database, &self.ledger).await;
        counted
    }
}
