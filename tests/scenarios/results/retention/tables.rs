//! Each table expires, and what is younger stays.

use std::collections::{BTreeMap, BTreeSet};

use assent_tests::{App, Organisation, eventually, ledger, random, skipped};
use domain::{Cutoffs, Retention, Timestamp};
use serde_json::{Value, json};

use super::{DAY, REACHED, retain_all};

/// Which of what is named "old" and of what is named "young" is there, in each table.
fn ages(app: &App, club: &Organisation) -> BTreeMap<&'static str, Vec<&'static str>> {
    let database = app.host().database();
    let of_table = |names: &str| {
        let mut statement = database.prepare(names).unwrap();
        let names = statement.query_map([&club.id], |row| row.get::<_, String>(0));
        let names: Vec<String> = names.unwrap().map(Result::unwrap).collect();
        let there = |age: &&str| names.iter().any(|name| name.contains(age));
        ["old", "young"].into_iter().filter(there).collect()
    };
    let tables = REACHED.into_iter();
    tables
        .map(|(table, names)| (table, of_table(names)))
        .collect()
}

/// As if everything with this name had come in right before the moment before which it goes, or two days after it, so
/// that a midnight changes nothing.
fn date(app: &App, club: &Organisation, age: &str, cutoffs: &Cutoffs) {
    let of = "(SELECT id FROM subject WHERE org_id = ?1 AND identifier LIKE ?2)";
    let attempts = cutoffs.attempts.unwrap();
    let interactions = cutoffs.interactions.unwrap();
    let database = app.host().database();
    for (cutoff, statement) in [
        // As an insertion, so that its day goes with it.
        (
            interactions,
            format!(
                "INSERT INTO interaction (message_id, link_id, subject_id, at) \
                 SELECT message_id, link_id, subject_id, ?3 FROM interaction WHERE subject_id IN {of}"
            ),
        ),
        (
            interactions,
            format!("DELETE FROM interaction WHERE at <> ?3 AND subject_id IN {of}"),
        ),
        (
            interactions,
            format!(
                "UPDATE interaction_count SET hour = ?3 / 3600000000 WHERE verdict = 'identified' \
                 AND link_id IN (SELECT link_id FROM interaction WHERE subject_id IN {of})"
            ),
        ),
        (
            interactions,
            "UPDATE message SET created_at = ?3 WHERE org_id = ?1 AND name LIKE ?2".to_owned(),
        ),
        (
            interactions,
            format!("UPDATE last_open SET day = ?3 / 86400000000 WHERE subject_id IN {of}"),
        ),
        (
            cutoffs.networks.unwrap(),
            format!(
                "UPDATE signal SET ip = '203.0.113.0/24', received_at = ?3 WHERE subject_id IN {of}"
            ),
        ),
        (
            cutoffs.import_errors.unwrap(),
            "UPDATE import_run SET started_at = ?3 WHERE org_id = ?1 AND file LIKE ?2".to_owned(),
        ),
        (
            attempts,
            "UPDATE attempt SET received_at = ?3 WHERE org_id = ?1 AND request_id LIKE ?2"
                .to_owned(),
        ),
        (
            attempts,
            "UPDATE contact_request SET received_at = ?3 WHERE org_id = ?1 AND request_id LIKE ?2"
                .to_owned(),
        ),
        (
            cutoffs.asked,
            format!(
                "INSERT INTO asked (subject_id, at) SELECT id, ?3 FROM subject WHERE id IN {of}"
            ),
        ),
        (
            cutoffs.attributes,
            format!("UPDATE contact_attribute SET at = ?3 WHERE subject_id IN {of}"),
        ),
    ] {
        let moment = cutoff.micros() + if age == "old" { -1 } else { 2 * DAY };
        let changed = database
            .execute(
                &statement,
                rusqlite::params![club.id, format!("%{age}%"), moment],
            )
            .unwrap();
        assert!(changed > 0, "{statement}");
    }
}

/// Who agreed, who refused and who has said nothing, each once old and once young, and what they leave in every table.
async fn live(app: &App, club: &Organisation) -> assent_tests::Message {
    for age in ["old", "young"] {
        club.grant(&format!("contact:{age}-agrees")).await;
        club.refuse(&format!("contact:{age}-refuses")).await;
        let body = json!({ "attributes": { "city": "Lyon", "shoe": "43" } });
        let request = club.request("PATCH", &format!("/v1/contacts/{age}-silent"));
        let request = request.header("idempotency-key", format!("change-of-{age}"));
        let answer = request.json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        club.import(&random(), &format!("?file={age}.txt"), "no line\n")
            .await;
    }
    let links = "<body><a href='https://a.example'>a</a><a href='https://b.example'>b</a></body>";
    let old = json!({ "name": "old", "content": links });
    let old = club.message_with(old).await;
    let young = json!({ "name": "young", "content": links });
    let young = club.message_with(young).await;
    let people = [
        "old-agrees",
        "young-agrees",
        "old-refuses",
        "old-silent",
        "young-silent",
    ];
    let tokens = club.tokens(&old, &people).await;
    // What is young was done with an old mail, too.
    for (person, link) in tokens.iter().zip([0, 1, 0]) {
        let path = format!("/l/{}/{}", old.clicks()[link].id, person.click);
        club.visit(&path).await;
    }
    for person in &tokens[3..] {
        club.visit(&old.open_path(&person.click)).await;
    }
    let refuses = club.tokens(&young, &["young-refuses"]).await.remove(0);
    club.visit(&young.click_path(&refuses.click)).await;
    club.stats_with(&young, "clicks", 1).await;
    club.stats_with(&old, "clicks", 3).await;
    club.stats_with(&old, "opens", 2).await;
    // Answered that nothing is promised: when it came in is kept.
    app.host().faults("kv-write fail");
    for age in ["old", "young"] {
        let subject = format!("contact:{age}-agrees");
        let flags = json!({ "dc": true, "al": true });
        let sent = club.decision(&subject, &flags, &format!("attempt-of-{age}"));
        assert_eq!(sent.send().await.unwrap().status(), 503);
    }
    let kept = async || {
        let count = "SELECT count(*) FROM attempt WHERE org_id = ?1";
        let database = app.host().database();
        database
            .query_row(count, [&club.id], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    eventually(kept, |kept| *kept == 2).await;
    app.host().faults("");
    // It is left alone for a second now.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    old
}

/// In each table that retention reaches the row goes that is just too old, and the one that is not stays; and everything
/// where the organisation keeps it.
#[tokio::test(flavor = "multi_thread")]
async fn every_table_expires_and_what_is_younger_stays() {
    // What is written here about tables is about all of them.
    let code = include_str!("../../../../crates/store/src/retention.rs");
    let named = ["\"DELETE FROM ", "\"UPDATE "].map(|verb| code.split(verb).skip(1));
    let named = named.into_iter().flatten();
    let mut named: BTreeSet<&str> = named.map(|rest| rest.split(' ').next().unwrap()).collect();
    assert!(code.contains("\"INSERT INTO interaction_expiry ") && named.insert("interaction"));
    assert_eq!(named, REACHED.map(|(table, _)| table).into());

    let Some(app) = App::start_own(assent_tests::Setup::default()) else {
        return skipped("looks into the database");
    };
    let settings = |retention: &Value, attributes: &[&str]| {
        let attributes: Vec<Value> = attributes
            .iter()
            .map(|name| json!({ "name": name, "type": "text", "label": name }))
            .collect();
        json!({
            "deliverability_only": true, "anonymous_tokens": "distinct", "attributes": attributes, "retention": retention,
        })
    };
    let keeps = json!({
        "interactions_months": null, "networks_months": null, "import_errors_months": null, "attempts_months": null,
    });
    let mut clubs = Vec::new();
    for retention in [json!({}), keeps] {
        let club = app
            .organisation(settings(&retention, &["city", "shoe"]))
            .await;
        let mail = live(&app, &club).await;
        clubs.push((club, mail, retention));
    }
    // The log forbids it; this is a clock that has gone on.
    app.host()
        .database()
        .execute_batch(
            "DROP TRIGGER signal_is_never_updated; DROP TRIGGER signal_address_is_only_erased;",
        )
        .unwrap();
    let cutoffs = Retention::default().cutoffs(Timestamp::from_micros(ledger::now()));
    for (club, _, retention) in &clubs {
        for age in ["old", "young"] {
            date(&app, club, age, &cutoffs);
        }
        let both = REACHED.map(|(table, _)| (table, vec!["old", "young"]));
        assert_eq!(ages(&app, club), both.into());
        let path = format!("/v1/organisations/{}", club.id);
        app.admin("PUT", &path, &settings(retention, &["city"]))
            .await;
    }
    retain_all(&app).await;
    for ((club, mail, _), keeps) in clubs.iter().zip([false, true]) {
        let expected = REACHED.map(|(table, _)| match table {
            "asked" | "contact_attribute" => (table, vec!["young"]),
            _ if keeps => (table, vec!["old", "young"]),
            _ => (table, vec!["young"]),
        });
        assert_eq!(ages(&app, club), expected.into());
        let days = "SELECT count(*) FROM activity a JOIN subject s ON s.id = a.subject_id WHERE s.org_id = ?1";
        let database = app.host().database();
        let days: i64 = database
            .query_row(days, [&club.id], |row| row.get(0))
            .unwrap();
        let named = if keeps { 2 } else { 1 };
        assert_eq!(days, named, "on which they did something");
        // As whoever asks the service sees it: totals are what they were.
        let stats = club.stats(mail).await;
        let clicks = json!({
            "total": 3, "identified": named, "anonymous": 3 - named, "scanners": 0
        });
        assert_eq!(stats["clicks"], clicks);
        assert_eq!(
            stats["anonymous_people"],
            json!({ "clicks": 1, "opens": 0 })
        );
        let opens = club.get("/v1/last-opens").await;
        let opens = opens["contacts"].as_array().unwrap();
        assert_eq!(opens.len(), usize::try_from(named).unwrap(), "{opens:?}");
        let silent = club.get("/v1/contacts/old-silent").await;
        assert_eq!(silent["attributes"], json!({ "city": "Lyon" }));
    }
}
