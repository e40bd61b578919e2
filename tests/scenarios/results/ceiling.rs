//! A ceiling that is lowered after a mail was sent holds for what comes after it.

use std::time::Duration;

use assent_tests::{App, Organisation};
use serde_json::{Value, json};

async fn put(club: &Organisation, mail: &str, body: &Value) -> (u16, Value) {
    let path = format!("/v1/messages/{mail}/ceiling");
    let answer = club.request("PUT", &path).json(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn lowering_it_acts_on_mails_already_sent() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let anna = club.tokens(&mail, &["anna"]).await.remove(0);
    let click = async || club.visit(&mail.click_path(&anna.click)).await.status();
    assert_eq!(click().await, 302);
    club.stats_with(&mail, "clicks", 1).await;

    let (status, view) = put(
        &club,
        &mail.id,
        &json!({ "clicks": "anonymous", "opens": "off" }),
    )
    .await;
    assert_eq!(
        (status, &view["ceiling"]["clicks"]),
        (200, &json!("anonymous"))
    );
    // At once: whatever an instance still keeps of the link, SQLite does not store her.
    for _ in 0..3 {
        assert_eq!(click().await, 302);
        club.visit(&mail.open_path(&anna.click)).await;
    }
    let report = club.stats_with(&mail, "clicks", 4).await;
    let clicks = json!({ "total": 4, "identified": 1, "anonymous": 3, "scanners": 0 });
    assert_eq!(report["clicks"], clicks);
    assert_eq!(report["opens"]["total"], 0);
    // Mails made from now on name nobody.
    let again = club.tokens(&mail, &["anna", "stranger"]).await;
    assert_eq!(again[0].click, again[1].click);

    // It may be raised again, up to what the organisation allows.
    let (status, view) = put(&club, &mail.id, &json!({})).await;
    assert_eq!(
        (status, view["history"].as_array().unwrap().len()),
        (200, 3)
    );
    assert_eq!(view["history"][2]["actor"], "registered");
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(click().await, 302);
    let report = club.stats_with(&mail, "clicks", 5).await;
    assert_eq!(report["clicks"]["identified"], 2);
    // What holds already is no change.
    let (_, view) = put(&club, &mail.id, &json!({})).await;
    assert_eq!(view["history"].as_array().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_never_above_the_organisations() {
    let app = App::start();
    let settings = json!({ "ceiling": { "clicks": "anonymous", "opens": "off" } });
    let club = app.organisation(settings).await;
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    for (body, status) in [
        (json!({ "clicks": "anonymous", "opens": "off" }), 200),
        (json!({ "clicks": "identified", "opens": "off" }), 422),
        (json!({ "clicks": "off", "opens": "anonymous" }), 422),
        (json!({}), 422),
        (json!({ "clicks": "none" }), 422),
        (json!([]), 422),
        (
            json!({ "clicks": "off", "opens": "off", "links": "off" }),
            422,
        ),
    ] {
        let (seen, problem) = put(&club, &mail.id, &body).await;
        assert_eq!(seen, status, "{body}: {problem}");
    }
    let (_, view) = put(&club, &mail.id, &json!({ "clicks": "off", "opens": "off" })).await;
    assert_eq!(view["ceiling"], json!({ "clicks": "off", "opens": "off" }));
}
