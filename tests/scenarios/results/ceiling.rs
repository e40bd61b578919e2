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

/// Of one contact no more than its own ceiling, in mails that were sent before and in those that come.
#[tokio::test(flavor = "multi_thread")]
async fn a_contact_can_have_a_lower_one() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    for contact in ["anna", "ben"] {
        club.grant(&format!("contact:{contact}")).await;
    }
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let tokens = club.tokens(&mail, &["anna", "ben"]).await;
    let act = async || {
        for token in &tokens {
            assert_eq!(
                club.visit(&mail.click_path(&token.click)).await.status(),
                302
            );
            club.visit(&mail.open_path(&token.click)).await;
        }
    };
    let path = "/v1/contacts/anna/ceiling";
    let open = json!({ "clicks": "identified", "opens": "identified" });
    assert_eq!(club.get(path).await, open);
    let lower = json!({ "clicks": "anonymous", "opens": "identified" });
    assert_eq!(club.send("PUT", path, &lower).await, lower);
    assert_eq!(club.get(path).await, lower);
    act().await;
    let stats = club.stats_with(&mail, "clicks", 2).await;
    let clicks = json!({ "total": 2, "identified": 1, "anonymous": 1, "scanners": 0 });
    assert_eq!(stats["clicks"], clicks);
    let stats = club.stats_with(&mail, "opens", 2).await;
    assert_eq!(stats["opens"]["identified"], 2);
    // As long as one of both may be named she needs a token of her own.
    let again = club.tokens(&mail, &["anna", "stranger"]).await;
    assert_ne!(again[0].click, again[1].click);
    let lower = json!({ "clicks": "anonymous", "opens": "anonymous" });
    club.send("PUT", path, &lower).await;
    let again = club.tokens(&mail, &["anna", "stranger"]).await;
    assert_eq!(again[0].click, again[1].click);
    act().await;
    let stats = club.stats_with(&mail, "clicks", 4).await;
    assert_eq!(stats["clicks"]["identified"], 2);
    let stats = club.stats_with(&mail, "opens", 4).await;
    assert_eq!(stats["opens"]["identified"], 3);

    let export = club.get("/v1/consent/contact:anna/export").await;
    assert_eq!(export["ceiling"], lower);
    let erase = club.request("DELETE", "/v1/consent/contact:anna");
    assert_eq!(erase.send().await.unwrap().status(), 200);
    let gone = club.request("PUT", path).json(&lower).send().await.unwrap();
    assert_eq!(gone.status(), 404);
    club.grant("contact:anna").await;
    assert_eq!(club.get(path).await, open);
    if let Some(host) = app.own_host() {
        let left = "SELECT count(*) FROM subject WHERE clicks IS NOT NULL OR opens IS NOT NULL";
        let left: i64 = host
            .database()
            .query_row(left, [], |row| row.get(0))
            .unwrap();
        assert_eq!(left, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contacts_is_never_above_the_organisations() {
    let app = App::start();
    let settings = json!({ "ceiling": { "clicks": "anonymous" } });
    let club = app.organisation(settings).await;
    let path = "/v1/contacts/anna/ceiling";
    let missing = club.request("GET", path).send().await.unwrap();
    assert_eq!(missing.status(), 404);
    for (body, status) in [
        (json!({ "clicks": "anonymous", "opens": "anonymous" }), 200),
        (json!({ "clicks": "anonymous" }), 200),
        (json!({}), 422),
        (json!({ "clicks": "identified" }), 422),
        // A link that names nobody cannot say whose clicks are not to be counted.
        (json!({ "clicks": "anonymous", "opens": "off" }), 422),
        (json!({ "clicks": "none" }), 422),
        (json!([]), 422),
    ] {
        let answer = club.request("PUT", path).json(&body).send().await.unwrap();
        let seen = answer.status();
        assert_eq!(seen, status, "{body}: {}", answer.text().await.unwrap());
    }
}

/// A change of a mail's ceilings is one of the organisation's, so it stands in the log.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_each_change() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let leaves = async || {
        app.request(
            "GET",
            &format!("/v1/log/checkpoint?organisation={}", club.id),
        )
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap()
        .lines()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap()
    };
    let before = leaves().await;
    put(&club, &mail.id, &json!({ "clicks": "anonymous" })).await;
    assert_eq!(leaves().await, before + 1);
    put(&club, &mail.id, &json!({ "clicks": "anonymous" })).await;
    assert_eq!(leaves().await, before + 1, "nothing was changed");
}
