//! Erasure: at once, for good, and totals stay whole.

use std::time::Duration;

use assent_tests::{App, Organisation, Setup, eventually, random};
use serde_json::{Value, json};

use super::{MAIL, all, ask, erase, link, links};

/// No gate is open, neither in the history nor at the edge.
async fn everything_is_closed(club: &Organisation, subject: &str) {
    for state in [club.consent(subject).await, club.projection(subject).await] {
        for (gate, open) in state["gates"].as_object().unwrap() {
            assert_eq!(*open, false, "{gate} of {subject}: {state}");
        }
        assert!(state["erased_at"].is_string(), "{state}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_person_is_nobody_and_totals_stay_whole() {
    let app = App::start();
    // Where unset means yes, too.
    let club = app.organisation(json!({ "default_regime": "ccpa" })).await;
    let (anna, phone) = ("contact:anna", "device:idfa:anna-phone");
    club.decide(anna, all(true)).await;
    club.decide(phone, all(true)).await;
    link(&club, anna, phone).await;
    club.grant("contact:ben").await;
    let mail = club.message(MAIL).await;
    let tokens = club.tokens(&mail, &["anna", "ben"]).await;
    for path in [
        mail.click_path(&tokens[0].click),
        mail.open_path(&tokens[0].click),
    ] {
        club.visit(&path).await;
    }
    for _ in 0..2 {
        club.visit(&mail.click_path(&tokens[0].click)).await;
    }
    club.visit(&mail.click_path(&tokens[1].click)).await;
    club.stats_with(&mail, "clicks", 4).await;
    club.stats_with(&mail, "opens", 1).await;

    let id = random();
    let erased = erase(&club, anna, &id).await;
    assert_eq!(erased["status"], "erased");
    assert_eq!(erased["devices"], 1);
    for subject in [anna, phone] {
        everything_is_closed(&club, subject).await;
        assert_eq!(club.history(subject).await, Vec::<Value>::new());
        assert_eq!(links(&club, subject).await, Vec::<String>::new());
    }
    let report = club.stats(&mail).await;
    let clicks = json!({ "total": 4, "identified": 1, "anonymous": 3, "scanners": 0 });
    let opens = json!({
        "total": 1, "identified": 0, "anonymous": 1, "scanners": 0, "proxies": { "apple": 0, "google": 0 }
    });
    assert_eq!((&report["clicks"], &report["opens"]), (&clicks, &opens));
    assert_eq!(Organisation::named(&report), ["ben"]);

    // What she does now is nobody's, also with the token of an old mail.
    club.visit(&mail.click_path(&tokens[0].click)).await;
    let report = club.stats_with(&mail, "clicks", 5).await;
    assert_eq!(report["clicks"]["anonymous"], 4);

    // Sent again, the same erasure erases nothing that was said since.
    let granted = club.decide(anna, all(true)).await;
    assert_eq!(granted["consent"]["gates"]["track"], true);
    let again = erase(&club, anna, &id).await;
    assert_eq!(
        (&again["status"], &again["at"]),
        (&json!("repeated"), &erased["at"])
    );
    assert_eq!(club.consent(anna).await["gates"]["track"], true);
    assert_eq!(club.projection(anna).await["gates"]["track"], true);
    let body = json!({ "subject": "contact:ben" });
    let (status, _) = ask(&club, "POST", "/v1/consent/erase", &body, &id).await;
    assert_eq!(status, 409, "the id stands for something else");
    assert_eq!(club.consent("contact:ben").await["gates"]["track"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_before_an_erasure_is_void_if_it_comes_in_again() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let granted = club.grant("contact:anna").await;
    let at = &granted["at"];
    let id = random();
    let first = club.decision("contact:anna", &all(true), &id).send().await;
    assert_eq!(first.unwrap().status(), 200);
    let erased = erase(&club, "contact:anna", &random()).await;

    // The same request once more; the same decision under another id; one of the same moment.
    let repeated = club.decision("contact:anna", &all(true), &id).send().await;
    let repeated: Value = repeated.unwrap().json().await.unwrap();
    assert_eq!(repeated["status"], "repeated");
    for at in [at, &erased["at"]] {
        let body = json!({ "subject": "contact:anna", "flags": all(true), "at": at });
        let (status, answer) = ask(&club, "POST", "/v1/consent", &body, &random()).await;
        assert_eq!((status.as_u16(), &answer["status"]), (200, &json!("void")));
    }
    let list = json!([
        { "subject": "contact:anna", "flags": all(true), "at": at },
        { "subject": "contact:ben", "flags": all(true), "at": at },
    ]);
    let (_, answer) = ask(&club, "POST", "/v1/consent", &list, &random()).await;
    let statuses = ["void", "recorded"];
    for (item, status) in answer["items"].as_array().unwrap().iter().zip(statuses) {
        assert_eq!(item["status"], status, "{answer}");
    }
    everything_is_closed(&club, "contact:anna").await;
    assert_eq!(club.history("contact:anna").await, Vec::<Value>::new());

    // Erased before anything was known: a file that comes later opens nothing either.
    let erased = erase(&club, "contact:chloe", &random()).await;
    let body = json!({ "subject": "contact:chloe", "flags": all(true), "at": at });
    let (_, answer) = ask(&club, "POST", "/v1/consent", &body, &random()).await;
    assert_eq!(
        (&erased["status"], &answer["status"]),
        (&json!("erased"), &json!("void"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_erased_with_a_result_for_each() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let people: Vec<String> = (0..250).map(|n| format!("bk:crm:person-{n}")).collect();
    let grants: Vec<Value> = people
        .iter()
        .map(|subject| json!({ "subject": subject, "flags": all(true) }))
        .collect();
    club.send("POST", "/v1/consent", &json!(grants)).await;
    let mut list: Vec<Value> = people
        .iter()
        .map(|subject| json!({ "subject": subject }))
        .collect();
    list[7] = json!({ "subject": "nobody" });
    let id = random();
    for status in ["erased", "repeated"] {
        let list = json!(list);
        let (code, answer) = ask(&club, "POST", "/v1/consent/erase", &list, &id).await;
        assert_eq!((code.as_u16(), &answer["recorded"]), (207, &json!(249)));
        for (place, item) in answer["items"].as_array().unwrap().iter().enumerate() {
            let expected = if place == 7 { "rejected" } else { status };
            assert_eq!(
                (&item["item"], &item["status"]),
                (&json!(place), &json!(expected))
            );
        }
        assert_eq!(answer["items"][7]["problem"]["pointer"], "/7/subject");
    }
    assert_eq!(club.consent(&people[7]).await["gates"]["track"], true);
    for subject in [&people[0], &people[6], &people[249]] {
        everything_is_closed(&club, subject).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_in_flight_while_its_person_is_erased_is_never_identified() {
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let mail = club.message(MAIL).await;
    let anna = club.tokens(&mail, &["anna"]).await.remove(0);
    let click = mail.click_path(&anna.click);
    club.visit(&click).await;
    club.stats_with(&mail, "clicks", 1).await;

    // The recorder has read that Anna agrees, and is stopped just before it writes.
    app.host()
        .faults("sqlite hold INSERT INTO interaction_intake");
    club.visit(&click).await;
    eventually(async || app.host().holds(), |holds| *holds).await;
    erase(&club, "contact:anna", &random()).await;
    // She agrees anew: what she did before is not hers again.
    club.grant("contact:anna").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    app.host().faults("");
    let report = club.stats_with(&mail, "clicks", 2).await;
    let expected = json!({ "total": 2, "identified": 0, "anonymous": 2, "scanners": 0 });
    assert_eq!(report["clicks"], expected);
    let rows = app
        .host()
        .database()
        .query_row("SELECT count(*) FROM interaction", [], |row| row.get(0));
    assert_eq!(rows, Ok(0));
}

/// Clicks, grants and erasures of few people at once: when all is quiet, whoever was erased last is not named
/// with anything from before, and every click is in the totals.
#[tokio::test(flavor = "multi_thread")]
async fn clicks_grants_and_erasures_at_once_keep_the_totals() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let people = ["ada", "bea", "cleo"];
    for person in people {
        club.grant(&format!("contact:{person}")).await;
    }
    let mail = club.message(MAIL).await;
    let tokens = club.tokens(&mail, &people).await;
    const ROUNDS: usize = 25;
    let work = tokens.iter().flat_map(|tokens| {
        let subject = format!("contact:{}", tokens.contact);
        (0..3).map(move |job| (job, subject.clone(), tokens.click.clone()))
    });
    let work = work.map(|(job, subject, token)| {
        let (club, mail) = (&club, &mail);
        async move {
            for _ in 0..ROUNDS {
                match job {
                    0 => {
                        club.visit(&mail.click_path(&token)).await;
                    }
                    1 => {
                        club.grant(&subject).await;
                    }
                    _ => {
                        erase(club, &subject, &random()).await;
                    }
                }
            }
        }
    });
    futures::future::join_all(work).await;
    for person in people {
        erase(&club, &format!("contact:{person}"), &random()).await;
    }
    let total = u64::try_from(people.len() * ROUNDS).unwrap();
    let report = club.stats_with(&mail, "clicks", total).await;
    let expected = json!({ "total": total, "identified": 0, "anonymous": total, "scanners": 0 });
    assert_eq!(report["clicks"], expected);
    assert_eq!(Organisation::named(&report), Vec::<String>::new());
    for person in people {
        everything_is_closed(&club, &format!("contact:{person}")).await;
    }
}
