//! `kill -9` in the middle of erasures: each is whole or not there, and what was acknowledged is.

use std::time::Duration;

use assent_tests::{App, Dice, Host, Organisation, Setup, eventually, random};
use serde_json::{Value, json};

use super::{MAIL, all};

const KILLS: usize = 5;
const PEOPLE: usize = 60;
/// The host is killed within so many milliseconds.
const LONGEST: usize = 400;

/// Each of these finds rows that should not be there.
const HALF_ERASED: [(&str, &str); 4] = [
    (
        "the row of somebody who was erased leads nowhere",
        "SELECT id FROM subject WHERE keyed_hash LIKE 'erased-%' AND (identifier IS NOT NULL OR salt IS NOT NULL \
         OR id IN (SELECT subject_id FROM interaction UNION SELECT subject_id FROM consent_state))",
    ),
    (
        "each erasure has its tombstone and its row in the log",
        "SELECT count(*) FROM subject WHERE erased_at IS NOT NULL AND keyed_hash NOT LIKE 'erased-%' \
         HAVING count(*) <> (SELECT count(*) FROM signal WHERE action = 'remove')",
    ),
    (
        "who is named is counted as such, and nobody else",
        "SELECT 1 WHERE (SELECT count(*) FROM interaction) <> \
         (SELECT coalesce(sum(n), 0) FROM interaction_count WHERE verdict = 'identified')",
    ),
    (
        "no counter is empty or below",
        "SELECT n FROM interaction_count WHERE n < 1",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_is_whole_or_not_there() {
    let Some(mut app) = App::start_own(Setup::default()) else {
        return;
    };
    let mut dice = Dice::new("kill9-erasure");
    let mut club = app.organisation(json!({})).await;
    let (mut acknowledged, mut unanswered) = (0, 0);
    for kill in 0..KILLS {
        let people: Vec<String> = (0..PEOPLE).map(|n| format!("k{kill}-{n}")).collect();
        let grants: Vec<Value> = people
            .iter()
            .map(|person| json!({ "subject": format!("contact:{person}"), "flags": all(true) }))
            .collect();
        club.send("POST", "/v1/consent", &json!(grants)).await;
        let mail = club.message(MAIL).await;
        let names: Vec<&str> = people.iter().map(String::as_str).collect();
        for tokens in club.tokens(&mail, &names).await {
            club.visit(&mail.click_path(&tokens.click)).await;
        }
        let total = u64::try_from(PEOPLE).unwrap();
        club.stats_with(&mail, "clicks", total).await;

        let erasing = people.iter().map(|person| try_to_erase(&club, person));
        let erasing = futures::future::join_all(erasing);
        let pause = Duration::from_millis(u64::try_from(dice.below(LONGEST)).unwrap());
        let (erased, ()) = futures::join!(erasing, async {
            tokio::time::sleep(pause).await;
            app.with_host(Host::kill);
        });
        app.with_host(Host::start_again);
        club = club.at(&app);

        let database = app.host().database();
        for (promise, wrong) in HALF_ERASED {
            let mut rows = database.prepare(wrong).unwrap();
            assert!(!rows.exists([]).unwrap(), "kill {kill}: {promise}");
        }
        let report = club.stats(&mail).await;
        assert_eq!(report["clicks"]["total"], total, "totals are whole");
        let named = Organisation::named(&report);
        for (person, erased) in people.iter().zip(&erased) {
            let subject = format!("contact:{person}");
            let is_erased = club.consent(&subject).await["erased_at"].is_string();
            assert!(is_erased || !erased, "{subject} was acknowledged");
            assert_ne!(is_erased, named.contains(person), "{subject}");
            if is_erased {
                // The edge may show what was before until others take up what the dead writer left.
                eventually(
                    async || club.projection(&subject).await["gates"]["track"].clone(),
                    |open| *open == false,
                )
                .await;
            }
            acknowledged += usize::from(*erased);
            unanswered += usize::from(!erased);
        }
    }
    eprintln!(
        "{KILLS} kills: {acknowledged} erasures acknowledged, {unanswered} without an answer"
    );
}

/// Whether it was acknowledged.
async fn try_to_erase(club: &Organisation, person: &str) -> bool {
    let request = club.request("DELETE", &format!("/v1/consent/contact:{person}"));
    match request.header("idempotency-key", random()).send().await {
        Ok(answer) => answer.status() == 200,
        Err(_) => false,
    }
}
