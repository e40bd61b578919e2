//! People who are asked, agree, click, refuse and click again, all the time.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinHandle;

use crate::ledger::{Answer, Ledger};
use crate::{Dice, Message, Organisation, random};

const WRITERS: usize = 8;
const CLICKERS: usize = 4;
/// Links that are clicked are among the last so many.
const FRESH: usize = 48;

/// Until when the load goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Until it gets no answer any more.
    Gone,
    /// Until it is ended.
    Ended,
}

/// What happens to one contact, or to a few who are always sent as a list. Nobody who has refused is asked to
/// agree again, so that whatever names her afterwards is wrong.
#[derive(Debug)]
pub struct Life {
    contacts: Vec<String>,
    steps: VecDeque<Step>,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Decide(bool),
    Mint,
}

impl Life {
    fn new(dice: &mut Dice) -> Self {
        let contacts = match dice.below(4) {
            0 => (0..3).map(|_| random()).collect(),
            _ => vec![random()],
        };
        let mut steps = VecDeque::new();
        for _ in 0..dice.below(3) {
            steps.push_back(Step::Decide(true));
        }
        steps.push_back(Step::Mint);
        for _ in 0..dice.below(3) {
            steps.push_back(Step::Decide(true));
        }
        for _ in 0..dice.below(3) {
            steps.push_back(Step::Decide(false));
        }
        Self { contacts, steps }
    }
}

struct Crowd {
    club: Organisation,
    mail: Message,
    ledger: Arc<Ledger>,
    until: Until,
    ended: AtomicBool,
    paths: Mutex<VecDeque<String>>,
}

/// A running load.
pub struct Load {
    crowd: Arc<Crowd>,
    writers: Vec<JoinHandle<Option<Life>>>,
    clickers: Vec<JoinHandle<()>>,
}

impl Load {
    /// Starts writers, who first go on with these lives, and clickers.
    pub fn start(
        club: &Organisation,
        mail: &Message,
        ledger: &Arc<Ledger>,
        dice: &mut Dice,
        until: Until,
        lives: Vec<Life>,
    ) -> Self {
        let crowd = Arc::new(Crowd {
            club: club.clone(),
            mail: mail.clone(),
            ledger: ledger.clone(),
            until,
            ended: AtomicBool::new(false),
            paths: Mutex::default(),
        });
        let mut lives = lives.into_iter();
        let writers = (0..WRITERS)
            .map(|_| tokio::spawn(write(crowd.clone(), dice.fork(), lives.next())))
            .collect();
        let clickers = (0..CLICKERS)
            .map(|_| tokio::spawn(click(crowd.clone(), dice.fork())))
            .collect();
        Self {
            crowd,
            writers,
            clickers,
        }
    }

    /// Ends it and gives the lives that are not over.
    pub async fn end(self) -> Vec<Life> {
        self.crowd.ended.store(true, Ordering::SeqCst);
        for clicker in self.clickers {
            clicker.await.unwrap();
        }
        let mut lives = Vec::new();
        for writer in self.writers {
            lives.extend(writer.await.unwrap());
        }
        lives
    }
}

impl Crowd {
    fn goes_on(&self, answered: bool) -> bool {
        !self.ended.load(Ordering::SeqCst) && (answered || self.until == Until::Ended)
    }

    /// Asks for tokens; whether there was an answer. Without tokens nobody clicks.
    async fn mint(&self, contacts: &[String]) -> bool {
        let path = format!("/v1/messages/{}/tokens", self.mail.id);
        let request = self
            .club
            .request("POST", &path)
            .header("idempotency-key", random())
            .json(&json!({ "contacts": contacts }));
        let Ok(answer) = request.send().await else {
            return false;
        };
        let status = answer.status().as_u16();
        let Ok(lines) = answer.text().await else {
            return false;
        };
        match status {
            200 => {
                let mut paths = self.paths.lock().unwrap();
                for line in lines.lines() {
                    let tokens: serde_json::Value = serde_json::from_str(line).unwrap();
                    let token = tokens["click"].as_str().unwrap();
                    paths.push_back(self.mail.click_path(token));
                }
                while paths.len() > FRESH {
                    paths.pop_front();
                }
            }
            503 => {}
            other => panic!("minting got {other}: {lines}"),
        }
        true
    }
}

async fn write(crowd: Arc<Crowd>, mut dice: Dice, first: Option<Life>) -> Option<Life> {
    let mut life = first.unwrap_or_else(|| Life::new(&mut dice));
    loop {
        let Some(step) = life.steps.pop_front() else {
            life = Life::new(&mut dice);
            continue;
        };
        let answered = match step {
            Step::Mint => crowd.mint(&life.contacts).await,
            Step::Decide(granted) => {
                let decided = crowd.ledger.decide(&crowd.club, &life.contacts, granted);
                decided.await != Answer::None
            }
        };
        if !crowd.goes_on(answered) {
            return Some(life);
        }
        if !answered {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn click(crowd: Arc<Crowd>, mut dice: Dice) {
    loop {
        let path = {
            let paths = crowd.paths.lock().unwrap();
            (!paths.is_empty()).then(|| paths[dice.below(paths.len())].clone())
        };
        // Nobody has a mail yet: a click without a token.
        let path = path.unwrap_or_else(|| crowd.mail.click_path(""));
        let answered = crowd.ledger.click(&crowd.club, &path).await;
        if !crowd.goes_on(answered) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
