//! Deliverability only: of people who have neither agreed nor refused, the day of the last open and nothing else.

use assent_tests::{App, Setup, eventually, skipped};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn only_the_day_is_kept_and_only_of_who_has_not_answered() {
    let Some(app) = App::start_own(Setup::default()) else {
        return skipped("looks into the database");
    };
    let club = app
        .organisation(json!({ "deliverability_only": true }))
        .await;
    club.grant("contact:agrees").await;
    club.refuse("contact:refuses").await;
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let names = ["agrees", "refuses", "silent", "quiet", "clicks"];
    let tokens = club.tokens(&mail, &names).await;
    let [agrees, refuses, silent, quiet, clicks] = tokens.as_slice() else {
        panic!("{}", tokens.len());
    };
    // Who refused carries nothing of hers.
    let nobody = club.tokens(&mail, &["refuses"]).await.remove(0);
    assert_eq!(refuses.click, nobody.click);
    assert_ne!(silent.click, quiet.click);
    assert_eq!(club.stats(&mail).await["untracked_recipients"], 5);
    for person in [agrees, refuses, silent, silent] {
        club.visit(&mail.open_path(&person.click)).await;
    }
    let gpc = app
        .request("GET", &mail.open_path(&quiet.click))
        .header("sec-gpc", "1");
    assert_eq!(gpc.send().await.unwrap().status(), 200);
    club.visit(&mail.click_path(&clicks.click)).await;
    let report = club.stats_with(&mail, "opens", 5).await;
    assert_eq!(report["opens"]["identified"], 1);
    club.stats_with(&mail, "clicks", 1).await;

    let list = async |query: &str| club.get(&format!("/v1/last-opens{query}")).await;
    let kept = eventually(
        async || list("").await,
        |kept| kept["contacts"] != json!([]),
    )
    .await;
    let today = kept["contacts"][0]["day"].as_str().unwrap().to_owned();
    assert_eq!(
        kept["contacts"],
        json!([{ "contact": "silent", "day": today }])
    );
    assert_eq!(today.len(), 10);
    assert_eq!(
        list(&format!("?before={today}")).await["contacts"],
        json!([])
    );
    let everything = club.get("/v1/consent/contact:silent/export").await;
    assert!(
        everything["last_open"]
            .as_str()
            .unwrap()
            .starts_with(&today),
        "{everything}"
    );
    assert_eq!(everything["interactions"], json!([]));
    // Nothing says more than the day: what SQLite has of her was there when the mail was made.
    let database = app.own_host().unwrap().database();
    let number = |query: &str| -> i64 { database.query_row(query, [], |row| row.get(0)).unwrap() };
    let rows = "SELECT count(*) FROM interaction i JOIN subject s ON s.id = i.subject_id WHERE s.identifier <> 'contact:agrees'";
    assert_eq!(number(rows), 0);
    let of_silent = "SELECT first_seen <= (SELECT max(at) FROM mint) FROM subject WHERE identifier = 'contact:silent'";
    assert_eq!(number(of_silent), 1);

    // A refusal takes it away, at once; so does an erasure.
    club.refuse("contact:silent").await;
    assert_eq!(list("").await["contacts"], json!([]));
    assert_eq!(number("SELECT count(*) FROM last_open"), 0);
    club.visit(&mail.open_path(&silent.click)).await;
    club.stats_with(&mail, "opens", 6).await;
    assert_eq!(number("SELECT count(*) FROM last_open"), 0);
    club.visit(&mail.open_path(&quiet.click)).await;
    eventually(
        async || list("").await,
        |kept| kept["contacts"] != json!([]),
    )
    .await;
    club.send("DELETE", "/v1/consent/contact:quiet", &json!(null))
        .await;
    assert_eq!(number("SELECT count(*) FROM last_open"), 0);
    for day in [
        "2026",
        "2026-13-01",
        "2026-11-22T00:00:00Z",
        "yesterday",
        "",
    ] {
        let path = format!("/v1/last-opens?before={day}");
        let answer = club.request("GET", &path).send().await.unwrap();
        assert_eq!(
            answer.status(),
            422,
            "{day}: {:?}",
            answer.json::<Value>().await
        );
    }
}

/// Without the setting nothing of the kind exists.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_off_unless_it_is_switched_on() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let tokens = club.tokens(&mail, &["silent", "quiet"]).await;
    assert_eq!(tokens[0].click, tokens[1].click);
    club.visit(&mail.open_path(&tokens[0].click)).await;
    club.stats_with(&mail, "opens", 1).await;
    assert_eq!(club.get("/v1/last-opens").await["contacts"], json!([]));
}
