//! Heads stay consistent with one another whatever happens to the hosts that seal.

use std::time::Duration;

use assent_tests::{App, Dice, Host, Organisation};
use serde_json::json;

use crate::alone;
use crate::kept::{Kept, text_of};
use crate::verifiers::Verifiers;

#[tokio::test(flavor = "multi_thread")]
async fn heads_stay_consistent_when_the_host_is_killed_while_it_seals() {
    let kills: usize = std::env::var("ASSENT_KILLS").map_or(3, |kills| kills.parse().unwrap());
    let Some(mut app) = App::start_own(alone()) else {
        return;
    };
    let mut dice = Dice::new("proof kill9");
    let mut club = app.organisation(json!({})).await;
    let kept = Kept::new(&club).await;
    let mut both = Verifiers::start(&kept);
    let mut size = kept.head(&club, "old.txt").await;
    for kill in 0..kills {
        let load = tokio::spawn(load(club.clone(), kill));
        let pause = u64::try_from(dice.below(300)).unwrap();
        tokio::time::sleep(Duration::from_millis(pause)).await;
        app.with_host(Host::kill);
        let seen = load.await.unwrap();
        app.with_host(Host::start_again);
        club = club.at(&app);
        if let Some(seen) = seen {
            let grown = seen.lines().nth(1).unwrap().parse().unwrap();
            assert!(grown >= size);
            size = grown;
            kept.keep("old.txt", &seen);
        }
        let newest = kept.head(&club, "new.txt").await;
        kept.consistency(&club, size, newest).await;
        let heads = kept.read(["old.txt", "new.txt", "consistency.json"]);
        let verdicts = both.verdicts(("checkpoints", heads));
        assert_eq!(verdicts, [true; 2], "kill {kill}");
        std::fs::rename(kept.path("new.txt"), kept.path("old.txt")).unwrap();
        size = newest;
    }
    let mut entries = String::new();
    for page in 0..=(size / 256) {
        entries += &text_of(&club, &format!("/v1/log/entries?start={}", page * 256)).await;
    }
    kept.keep("entries.ndjson", &entries);
    let all = kept.read(["entries.ndjson", "old.txt"]);
    assert_eq!(both.verdicts(("entries", all)), [true; 2]);
}

/// Decides and asks for heads until the host is gone; gives the last head that it has seen.
async fn load(club: Organisation, kill: usize) -> Option<String> {
    let mut seen = None;
    for number in 0.. {
        let subject = format!("contact:{kill}-{number}");
        let decision = club.decision(
            &subject,
            &json!({ "dc": true }),
            &format!("{kill}-{number}"),
        );
        if decision.send().await.is_err() {
            break;
        }
        let path = format!("/v1/log/checkpoint?organisation={}", club.id);
        let Ok(answer) = club.request("GET", &path).send().await else {
            break;
        };
        if answer.status() == 200 {
            match answer.text().await {
                Ok(head) => seen = Some(head),
                Err(_) => break,
            }
        }
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_stay_consistent_when_several_hosts_seal_at_once() {
    const HOSTS: usize = 3;
    const DECISIONS: usize = 40;
    let Some(first) = App::start_own(alone()) else {
        return;
    };
    let mut hosts = vec![first];
    for _ in 1..HOSTS {
        let beside = alone().state_of(hosts[0].host());
        hosts.push(App::of(Host::start(beside)));
    }
    let club = hosts[0].organisation(json!({})).await;
    let kept = Kept::new(&club).await;
    let work = hosts.iter().enumerate().map(|(number, host)| {
        let club = club.at(host);
        tokio::spawn(async move {
            let mut heads = Vec::new();
            for decision in 0..DECISIONS {
                club.grant(&format!("contact:{number}-{decision}")).await;
                let path = format!("/v1/log/checkpoint?organisation={}", club.id);
                let answer = club.request("GET", &path).send().await.unwrap();
                // Too busy to say: somebody else says it.
                if answer.status() == 200 {
                    heads.push(answer.text().await.unwrap());
                }
            }
            heads
        })
    });
    let mut heads = Vec::new();
    for work in work.collect::<Vec<_>>() {
        let seen = work.await.unwrap();
        let sizes: Vec<u64> = seen.iter().map(|head| size_of(head)).collect();
        assert!(sizes.is_sorted(), "{sizes:?}");
        heads.extend(seen);
    }
    heads.sort_by_key(|head| size_of(head));
    assert!(heads.len() > DECISIONS);
    let newest = kept.head(&club, "new.txt").await;
    // The settings are the first leaf.
    assert_eq!(newest, u64::try_from(1 + HOSTS * DECISIONS).unwrap());
    heads.dedup();
    let mut both = Verifiers::start(&kept);
    for head in heads {
        kept.keep("old.txt", &head);
        kept.consistency(&club, size_of(&head), newest).await;
        let heads = kept.read(["old.txt", "new.txt", "consistency.json"]);
        assert_eq!(both.verdicts(("checkpoints", heads)), [true; 2], "{head}");
    }
    kept.keep("entries.ndjson", &text_of(&club, "/v1/log/entries").await);
    let all = kept.read(["entries.ndjson", "new.txt"]);
    assert_eq!(both.verdicts(("entries", all)), [true; 2]);
}

/// How many leaves a head is about.
fn size_of(head: &str) -> u64 {
    head.lines().nth(1).unwrap().parse().unwrap()
}
