//! What is kept no longer goes, in slices, whoever asks; totals and decisions stay.

use assent_tests::{App, Organisation, skipped};
use serde_json::{Value, json};

const MONTH: i64 = 30 * 86_400_000_000;

async fn retain(app: &App) -> bool {
    let answer = app.request("POST", "/v1/retain").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json::<Value>().await.unwrap()["more"]
        .as_bool()
        .unwrap()
}

async fn retain_all(app: &App) -> u32 {
    for number in 1..200 {
        if !retain(app).await {
            return number;
        }
    }
    panic!("there is always more");
}

/// As if everything of this organisation had happened so many months earlier.
fn make_older(app: &App, club: &Organisation, months: i64) {
    let host = app.own_host().unwrap();
    let database = host.database();
    let micros = months * MONTH;
    let of_club = "(SELECT id FROM message WHERE org_id = ?2)";
    for statement in [
        format!("UPDATE interaction SET at = at - ?1 WHERE message_id IN {of_club}"),
        format!(
            "UPDATE interaction_count SET hour = hour - ?1 / 3600000000 WHERE message_id IN {of_club}"
        ),
        "UPDATE message SET created_at = created_at - ?1 WHERE org_id = ?2".to_owned(),
        "UPDATE import_run SET started_at = started_at - ?1 WHERE org_id = ?2".to_owned(),
    ] {
        database
            .execute(&statement, rusqlite::params![micros, club.id])
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn old_interactions_become_anonymous_and_totals_stay() {
    let Some(app) = App::start_own(assent_tests::Setup::default()) else {
        return skipped("looks into the database");
    };
    let (old, keeps) = (
        app.organisation(json!({})).await,
        app.organisation(json!({ "retention": { "interactions_months": null } }))
            .await,
    );
    let mut before = Vec::new();
    for club in [&old, &keeps] {
        for name in ["anna", "ben"] {
            club.grant(&format!("contact:{name}")).await;
        }
        let mail = club
            .message("<body><a href='https://a.example'>a</a></body>")
            .await;
        let tokens = club.tokens(&mail, &["anna", "ben", "chloe"]).await;
        for person in &tokens {
            club.visit(&mail.click_path(&person.click)).await;
        }
        let database = app.own_host().unwrap().database();
        let run = "INSERT INTO import_run (org_id, id, file, actor, dated_at, started_at, changed_at) VALUES (?1, 'old', 'f', 'k', 1, unixepoch() * 1000000, 1)";
        database.execute(run, [&club.id]).unwrap();
        let error =
            "INSERT INTO import_error (org_id, run_id, line, reason) VALUES (?1, 'old', 1, 'x')";
        database.execute(error, [&club.id]).unwrap();
        before.push((club, club.stats_with(&mail, "clicks", 3).await, mail));
        make_older(&app, club, 30);
    }
    retain_all(&app).await;
    let (club, was, mail) = &before[0];
    let is = club.stats(mail).await;
    let clicks = json!({ "total": 3, "identified": 0, "anonymous": 3, "scanners": 0 });
    assert_eq!(is["clicks"], clicks);
    assert_eq!(is["sent"], was["sent"]);
    assert_eq!(Organisation::named(&is), Vec::<String>::new());
    // What she decided is kept, and what is said about her says no more of the click.
    assert_eq!(
        club.consent("contact:anna").await["hasTrackingConsent"],
        true
    );
    let everything = club.get("/v1/consent/contact:anna/export").await;
    assert_eq!(everything["interactions"], json!([]), "{everything}");
    let errors = club.get("/v1/imports/old/errors").await;
    assert_eq!(errors["errors"], json!([]));
    // Who keeps them keeps them.
    let (club, was, mail) = &before[1];
    assert_eq!(&club.stats(mail).await["clicks"], &was["clicks"]);
    // Again, and on another host: nothing more.
    assert!(!retain(&app).await);
    for (club, _, _) in &before {
        let (status, problem) = {
            let body = json!({ "retention": { "attempts_months": 1 } });
            let path = format!("/v1/organisations/{}", club.id);
            let answer = app
                .request("PUT", &path)
                .bearer_auth(app.admin_token())
                .json(&body)
                .send();
            let answer = answer.await.unwrap();
            (answer.status(), answer.text().await.unwrap())
        };
        assert_eq!(status, 422, "{problem}");
    }
}

/// Many at once take away the same, once.
#[tokio::test(flavor = "multi_thread")]
async fn slices_of_several_callers_join() {
    let Some(app) = App::start_own(assent_tests::Setup::default()) else {
        return skipped("looks into the database");
    };
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let anna = club.tokens(&mail, &["anna"]).await.remove(0);
    club.visit(&mail.click_path(&anna.click)).await;
    club.stats_with(&mail, "clicks", 1).await;
    {
        let database = app.own_host().unwrap().database();
        database
            .execute_batch(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2999)
                 INSERT INTO interaction (message_id, link_id, subject_id, at)
                 SELECT message_id, link_id, subject_id, at FROM interaction, n;
                 UPDATE interaction_count SET n = 3000;",
            )
            .unwrap();
    }
    make_older(&app, &club, 26);
    let (one, other, third) = tokio::join!(retain_all(&app), retain_all(&app), retain_all(&app));
    assert!(one.max(other).max(third) < 50);
    let report = club.stats(&mail).await;
    let clicks = json!({ "total": 3000, "identified": 0, "anonymous": 3000, "scanners": 0 });
    assert_eq!(report["clicks"], clicks);
    assert_eq!(report["links"][0]["total"], 3000);
}

/// The network of an old decision goes; the decision, its place in the log and its proof stay.
#[tokio::test(flavor = "multi_thread")]
async fn networks_of_old_decisions_go_and_the_log_stays_whole() {
    let Some(app) = App::start_own(assent_tests::Setup::default()) else {
        return skipped("looks into the database");
    };
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let host = app.own_host().unwrap();
    let with_network = |text: &str| -> i64 {
        let database = host.database();
        database
            .query_row(
                &format!("SELECT count(*) FROM signal WHERE ip {text}"),
                [],
                |row| row.get(0),
            )
            .unwrap()
    };
    {
        let database = host.database();
        // The log forbids it; this is a clock that has gone on for two years.
        database
            .execute_batch(
                "DROP TRIGGER signal_is_never_updated; DROP TRIGGER signal_address_is_only_erased;
                 UPDATE signal SET ip = '203.0.113.0/24', received_at = received_at - 63000000000000;",
            )
            .unwrap();
    }
    assert_eq!(with_network("IS NOT NULL"), 1);
    retain_all(&app).await;
    assert_eq!(
        (with_network("IS NOT NULL"), with_network("IS NULL")),
        (0, 1)
    );
    assert_eq!(club.history("contact:anna").await.len(), 1);
}

/// What nothing needs any more: *Ask me later* after every delay, hashes of people in an old mail (how many they are is
/// kept), clicks that were compared, values of attributes that nobody defines.
#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_needs_any_more_goes() {
    let Some(app) = App::start_own(assent_tests::Setup::default()) else {
        return skipped("looks into the database");
    };
    let attributes = json!([
        { "name": "city", "type": "text", "label": "City" },
        { "name": "shoe", "type": "text", "label": "Shoe" },
    ]);
    let settings = json!({ "anonymous_tokens": "distinct", "attributes": attributes });
    let club = app.organisation(settings).await;
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let tokens = club.tokens(&mail, &["anna", "ben"]).await;
    for token in &tokens {
        club.visit(&mail.click_path(&token.click)).await;
    }
    club.visit(&mail.open_path(&tokens[0].click)).await;
    club.stats_with(&mail, "clicks", 2).await;
    let stats = club.stats_with(&mail, "opens", 1).await;
    let people = json!({ "clicks": 2, "opens": 1 });
    assert_eq!(stats["anonymous_people"], people);
    let body = json!({ "attributes": { "city": "Lyon", "shoe": "43" } });
    club.send("PUT", "/v1/contacts/anna", &body).await;
    club.send("PATCH", "/v1/contacts/ben", &json!({ "attributes": {} }))
        .await;
    let host = app.own_host().unwrap();
    let number = |query: &str| -> i64 {
        host.database()
            .query_row(query, [], |row| row.get(0))
            .unwrap()
    };
    assert!(number("SELECT count(*) FROM recent_click") > 0);
    host.database()
        .execute_batch(
            "INSERT INTO asked (subject_id, at) SELECT id,
               unixepoch() * 1000000 - iif(identifier = 'contact:anna', 368, 1) * 86400000000 FROM subject;
             UPDATE recent_click SET at = at - 11000000;
             UPDATE contact_attribute SET at = at - 2 * 86400000000;",
        )
        .unwrap();
    make_older(&app, &club, 30);
    let settings = json!({ "anonymous_tokens": "distinct", "attributes": [attributes[0]] });
    app.admin("PUT", &format!("/v1/organisations/{}", club.id), &settings)
        .await;
    retain_all(&app).await;
    assert_eq!(number("SELECT count(*) FROM recent_click"), 0);
    assert_eq!(number("SELECT count(*) FROM anonymous_person"), 0);
    assert_eq!(number("SELECT count(*) FROM asked"), 1);
    assert_eq!(number("SELECT count(*) FROM contact_attribute"), 1);
    assert_eq!(club.stats(&mail).await["anonymous_people"], people);
    let kept = club.get("/v1/consent/contact:anna/export").await;
    assert_eq!(kept["attributes"], json!({ "city": "Lyon" }));
}
