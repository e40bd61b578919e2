//! A refusal that is acknowledged while a click is being recorded is obeyed by that click.

use std::time::Duration;

use assent_tests::{App, Organisation, Setup, eventually};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_click_in_flight_while_a_refusal_is_acknowledged_is_never_identified() {
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let anna = club.tokens(&mail, &["anna"]).await.remove(0);

    // The recorder has read that Anna agrees, and is stopped just before it writes.
    app.host()
        .faults("sqlite hold INSERT INTO interaction_intake");
    assert_eq!(
        club.visit(&mail.click_path(&anna.click)).await.status(),
        302
    );
    eventually(async || app.host().holds(), |holds| *holds).await;

    let answer = club.refuse("contact:anna").await;
    assert_eq!(answer["consent"]["hasTrackingConsent"], false);
    tokio::time::sleep(Duration::from_millis(200)).await;
    app.host().faults("");

    let report = club.stats_with(&mail, "clicks", 1).await;
    let expected = json!({ "total": 1, "identified": 0, "anonymous": 1, "scanners": 0 });
    assert_eq!(report["clicks"], expected);
    assert_eq!(Organisation::named(&report), Vec::<String>::new());
    let rows: i64 = app
        .host()
        .database()
        .query_row("SELECT count(*) FROM interaction", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 0, "no row names her");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_about_somebody_else_meanwhile_disturbs_nothing() {
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let anna = club.tokens(&mail, &["anna"]).await.remove(0);
    app.host()
        .faults("sqlite hold INSERT INTO interaction_intake");
    club.visit(&mail.click_path(&anna.click)).await;
    eventually(async || app.host().holds(), |holds| *holds).await;
    club.refuse("contact:ben").await;
    app.host().faults("");
    let report = club.stats_with(&mail, "clicks", 1).await;
    assert_eq!(Organisation::named(&report), ["anna"]);
}
