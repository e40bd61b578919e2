//! Many writers on one subject: each is acknowledged, all are in the history, one state is the newest.

use assent_tests::{App, Organisation, Setup, random};
use serde_json::{Value, json};

const WRITERS: usize = 64;

async fn everybody_writes_at_once(app: &App) {
    let club = app.organisation(json!({})).await;
    let writes = (0..WRITERS).map(|number| {
        let club = club.clone();
        tokio::spawn(async move {
            let choice = number % 2 == 0;
            acknowledged(&club, &json!({ "dc": choice, "al": choice })).await
        })
    });
    let mut acknowledged: Vec<Value> = Vec::new();
    for write in futures::future::join_all(writes).await {
        acknowledged.push(write.unwrap());
    }

    let history = club.history("contact:x").await;
    assert_eq!(history.len(), WRITERS, "one row each");
    in_order(&history);
    for answer in &acknowledged {
        let same = |signal: &&Value| signal["request_id"] == answer["request_id"];
        let stored = history
            .iter()
            .find(same)
            .expect("what was acknowledged is there");
        assert_eq!(stored["at"], answer["at"]);
    }

    let current = club.consent("contact:x").await;
    assert_eq!(current["version"], WRITERS);
    let newest = history
        .iter()
        .max_by_key(|signal| (time(signal), !granted(signal)))
        .unwrap();
    let granted = granted(newest);
    for flag in ["dc", "al"] {
        assert_eq!(
            current["flags"][flag]["choice"],
            if granted { "granted" } else { "refused" }
        );
        assert_eq!(current["flags"][flag]["decided_at"], newest["at"]);
    }
    assert_eq!(current["hasTrackingConsent"], granted);
    let projection = async || {
        let mut projection = club.projection("contact:x").await;
        assert_ne!(projection["source"], "history", "the edge has it");
        projection["source"] = current["source"].clone();
        projection
    };
    assent_tests::eventually(projection, |found| *found == current).await;
}

fn time(signal: &Value) -> &str {
    signal["at"].as_str().unwrap()
}

fn granted(signal: &Value) -> bool {
    signal["flags"]["dc"] == true
}

/// Each decision's time is after everything that was stored before it. Only an agreement that was overtaken
/// on its way by a refusal received after it keeps its own time, so that the refusal stays newer.
fn in_order(history: &[Value]) {
    let mut latest = "";
    for (number, signal) in history.iter().rev().enumerate() {
        let received = signal["received_at"].as_str().unwrap();
        if time(signal) > latest {
            latest = time(signal);
            continue;
        }
        let mut before = history.iter().rev().take(number);
        let overtaken = before
            .any(|other| !granted(other) && other["received_at"].as_str().unwrap() > received);
        assert!(
            granted(signal) && time(signal) == received && overtaken,
            "{signal} in {history:#?}"
        );
    }
}

/// Busy is no refusal: the same request again, as the answer says.
async fn acknowledged(club: &Organisation, flags: &Value) -> Value {
    let id = random();
    for _ in 0..20 {
        let answer = club.decision("contact:x", flags, &id).send().await.unwrap();
        match answer.status().as_u16() {
            200 => return answer.json().await.unwrap(),
            503 => {}
            other => panic!("{other}: {}", answer.text().await.unwrap()),
        }
    }
    panic!("never acknowledged");
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_writers_on_one_subject() {
    everybody_writes_at_once(&App::start()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_with_an_instance_for_each_request() {
    let reuse = Setup::default().arguments(&[
        "--max-instance-reuse-count",
        "1",
        "--max-instance-concurrent-reuse-count",
        "1",
    ]);
    if let Some(app) = App::start_own(reuse) {
        everybody_writes_at_once(&app).await;
    }
}
