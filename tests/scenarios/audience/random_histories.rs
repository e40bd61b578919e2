//! Whatever people decide and do, in whatever order: an audience holds only those whose gates are open, and exactly
//! those of them of whom the condition is true.

use std::collections::BTreeMap;

use assent_tests::{App, Dice, Message, Organisation};
use serde_json::{Value, json};

use crate::{audience, everything};

const PEOPLE: usize = 6;
const STEPS: usize = 40;

/// What was recorded of somebody by name: clicks and opens of each mail.
type Done = BTreeMap<(usize, bool), u32>;

struct World {
    club: Organisation,
    mails: Vec<Message>,
    tokens: Vec<BTreeMap<String, String>>,
    done: Vec<Done>,
    recorded: BTreeMap<(usize, bool), u64>,
}

impl World {
    /// By the same service's own word.
    async fn is_open(&self, person: usize, gate: &str) -> bool {
        let consent = self.club.consent(&format!("contact:p{person}")).await;
        consent["gates"][gate] == true
    }

    async fn decide(&self, dice: &mut Dice, person: usize) {
        let flags = match dice.below(6) {
            0 => json!({ "dc": false }),
            1 => json!({ "tg": false }),
            2 => json!({ "al": true, "dc": true }),
            3 => json!({ "re": false }),
            _ => everything(),
        };
        self.club.decide(&format!("contact:p{person}"), flags).await;
    }

    async fn act(&mut self, dice: &mut Dice, person: usize) {
        let (mail, is_open) = (dice.below(2), dice.below(2) == 0);
        let message = &self.mails[mail];
        let token = &self.tokens[mail][&format!("p{person}")];
        let path = if is_open {
            message.open_path(token)
        } else {
            message.click_path(token)
        };
        let is_named = token_is_own(self, mail, person) && self.is_open(person, "track").await;
        self.club.visit(&path).await;
        let total = self.recorded.entry((mail, is_open)).or_insert(0);
        *total += 1;
        let kind = if is_open { "opens" } else { "clicks" };
        self.club.stats_with(message, kind, *total).await;
        if is_named {
            *self.done[person].entry((mail, is_open)).or_insert(0) += 1;
        }
    }

    async fn compare(&self) {
        let mut expected: [Vec<String>; 4] = [const { Vec::new() }; 4];
        let mut left_out = 0;
        for person in 0..PEOPLE {
            if !(self.is_open(person, "track").await && self.is_open(person, "target").await) {
                left_out += 1;
                continue;
            }
            let times = |mail: usize, is_open: bool| {
                self.done[person]
                    .get(&(mail, is_open))
                    .copied()
                    .unwrap_or(0)
            };
            let clicks = times(0, false) + times(1, false);
            for (list, holds) in expected.iter_mut().zip([
                clicks >= 1,
                clicks < 1,
                times(1, true) >= 2,
                times(0, false) >= 1 && times(1, true) < 1,
            ]) {
                if holds {
                    list.push(format!("p{person}"));
                }
            }
        }
        let ids: Vec<&str> = self.mails.iter().map(|mail| mail.id.as_str()).collect();
        let questions: [Value; 4] = [
            json!({ "clicked": {} }),
            json!({ "not": { "clicked": { "messages": ids } } }),
            json!({ "opened": { "messages": [ids[1]], "at_least": 2 } }),
            json!({ "all": [
                { "clicked": { "messages": [ids[0]] } }, { "not": { "opened": { "messages": [ids[1]] } } },
            ] }),
        ];
        for (question, expected) in questions.iter().zip(&expected) {
            let (mut contacts, untrackable) = audience(&self.club, question).await;
            contacts.sort();
            assert_eq!((&contacts, untrackable), (expected, left_out), "{question}");
            let people: Vec<String> = (0..PEOPLE).map(|person| format!("p{person}")).collect();
            let check = json!({ "when": question, "contacts": people });
            let check = self.club.send("POST", "/v1/audience/check", &check).await;
            let items = check["items"].as_array().unwrap().iter();
            let holding: Vec<&str> = items
                .filter(|item| item["holds"] == true)
                .map(|item| item["contact"].as_str().unwrap())
                .collect();
            assert_eq!(&holding, expected, "one by one: {question}");
        }
    }
}

/// Whoever may not be tracked has the token of all who may not.
fn token_is_own(world: &World, mail: usize, person: usize) -> bool {
    let token = &world.tokens[mail][&format!("p{person}")];
    world.tokens[mail]
        .values()
        .filter(|other| *other == token)
        .count()
        == 1
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audience_is_what_a_slow_model_says() {
    let app = App::start();
    let mut dice = Dice::new("audiences");
    for _ in 0..3 {
        let club = app.organisation(json!({})).await;
        for person in 0..PEOPLE {
            club.send(
                "PUT",
                &format!("/v1/contacts/p{person}"),
                &json!({ "attributes": {} }),
            )
            .await;
            if person < PEOPLE - 2 {
                club.decide(&format!("contact:p{person}"), everything())
                    .await;
            }
        }
        let mut mails = Vec::new();
        let mut tokens = Vec::new();
        let people: Vec<String> = (0..PEOPLE).map(|person| format!("p{person}")).collect();
        let people: Vec<&str> = people.iter().map(String::as_str).collect();
        for _ in 0..2 {
            let mail = club
                .message("<body><a href='https://shop.example'>x</a></body>")
                .await;
            let minted = club.tokens(&mail, &people).await;
            tokens.push(
                minted
                    .into_iter()
                    .map(|token| (token.contact, token.click))
                    .collect(),
            );
            mails.push(mail);
        }
        let done = vec![Done::new(); PEOPLE];
        let mut world = World {
            club,
            mails,
            tokens,
            done,
            recorded: BTreeMap::new(),
        };
        for step in 0..STEPS {
            let person = dice.below(PEOPLE);
            if dice.below(3) == 0 {
                world.decide(&mut dice, person).await;
            } else {
                world.act(&mut dice, person).await;
            }
            if step % 5 == 4 {
                world.compare().await;
            }
        }
    }
}
