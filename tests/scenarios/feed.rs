//! What the organisation's own system is told: as a feed that it reads, and as webhooks.

use assent_tests::{App, Organisation, Receiver, Setup, eventually};
use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

fn sending() -> Setup {
    Setup::default().variable("SPIN_VARIABLE_WEBHOOK_HOSTS", "http://127.0.0.1:*")
}

async fn webhook(app: &App, club: &Organisation, url: &str) -> Value {
    let body = json!({ "organisation": club.id, "url": url });
    app.admin("POST", "/v1/webhooks", &body).await
}

async fn state(app: &App, club: &Organisation, id: &Value) -> Value {
    let path = format!(
        "/v1/webhooks/{}?organisation={}",
        id.as_str().unwrap(),
        club.id
    );
    app.admin("GET", &path, &Value::Null).await
}

async fn resume(app: &App, club: &Organisation, id: &Value) {
    let id = id.as_str().unwrap();
    let path = format!("/v1/webhooks/{id}/resume?organisation={}", club.id);
    app.admin("POST", &path, &Value::Null).await;
}

fn told(changes: &[Value]) -> Vec<(String, Option<String>)> {
    changes
        .iter()
        .map(|change| {
            let subject = change["subject"].as_str().map(str::to_owned);
            (change["type"].as_str().unwrap().to_owned(), subject)
        })
        .collect()
}

fn line(kind: &str, subject: &str) -> (String, Option<String>) {
    (kind.to_owned(), Some(subject.to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_has_every_change_once_and_in_order() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let other = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    other.grant("contact:anna").await;
    club.refuse("contact:ben").await;
    club.decide("contact:anna", json!({ "dc": true, "tg": false }))
        .await;

    let mut read = Vec::new();
    let mut page = "?limit=2".to_owned();
    loop {
        let answer = club.get(&format!("/v1/changes{page}")).await;
        let changes = answer["changes"].as_array().unwrap();
        page = answer["next"].as_str().unwrap().to_owned();
        if changes.is_empty() {
            break;
        }
        assert!(changes.len() <= 2);
        read.extend(changes.clone());
    }
    assert_eq!(
        told(&read),
        [
            line("consent.granted", "contact:anna"),
            line("consent.refused", "contact:ben"),
            line("consent.refused", "contact:anna"),
        ]
    );
    assert_eq!(read[2]["flags"], json!({ "dc": true, "tg": false }));
    assert_eq!(read[0]["subject_ref"], read[2]["subject_ref"]);
    assert_ne!(read[0]["subject_ref"], read[1]["subject_ref"]);

    club.refuse("contact:chloe").await;
    let answer = club.get(&format!("/v1/changes{page}")).await;
    assert_eq!(
        told(answer["changes"].as_array().unwrap()),
        [line("consent.refused", "contact:chloe")]
    );
    for bad in [
        "?after=x",
        "?after=-1",
        "?limit=0",
        "?limit=1001",
        "?from=1",
    ] {
        let answer = club.request("GET", &format!("/v1/changes{bad}"));
        assert_eq!(answer.send().await.unwrap().status(), 422, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_signed_and_bring_everything_from_their_registration_on() {
    let Some(app) = App::start_own(sending()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    let receiver = Receiver::start().await;
    club.grant("contact:before").await;
    let hook = webhook(&app, &club, &receiver.url).await;
    club.grant("contact:anna").await;
    club.refuse("contact:anna").await;
    let last = club.get("/v1/changes").await["changes"][2]["seq"].clone();
    // Everything has arrived.
    eventually(
        async || state(&app, &club, &hook["id"]).await["delivered"] == last,
        |there| *there,
    )
    .await;

    let key = hook["secret"].as_str().unwrap().strip_prefix("whsec_");
    let key = Base64::decode_vec(key.unwrap()).unwrap();
    let mut arrived = Vec::new();
    for request in receiver.received() {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(request.header("webhook-id").as_bytes());
        mac.update(b".");
        mac.update(request.header("webhook-timestamp").as_bytes());
        mac.update(b".");
        mac.update(&request.body);
        let expected = Base64::encode_string(&mac.finalize().into_bytes());
        assert_eq!(
            request.header("webhook-signature"),
            format!("v1,{expected}")
        );
        arrived.extend(request.changes());
    }
    assert_eq!(
        told(&arrived),
        [
            line("consent.granted", "contact:anna"),
            line("consent.refused", "contact:anna"),
        ]
    );
    let state = state(&app, &club, &hook["id"]).await;
    assert_eq!(
        (&state["failures"], &state["last_status"]),
        (&json!(0), &json!(204))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_arrive_is_sent_again_as_it_was() {
    let Some(app) = App::start_own(sending()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    let receiver = Receiver::start().await;
    receiver.answers(Some(500));
    let hook = webhook(&app, &club, &receiver.url).await;
    club.refuse("contact:anna").await;
    // It has failed.
    eventually(
        async || state(&app, &club, &hook["id"]).await["failures"] == 1,
        |there| *there,
    )
    .await;
    let failed = state(&app, &club, &hook["id"]).await;
    assert_eq!(failed["last_status"], 500);
    assert!(failed["next_at"].is_string(), "{failed}");

    club.refuse("contact:ben").await;
    receiver.answers(Some(200));
    resume(&app, &club, &hook["id"]).await;
    // Everything has arrived.
    eventually(
        async || {
            receiver.received().len() >= 3 && state(&app, &club, &hook["id"]).await["failures"] == 0
        },
        |there| *there,
    )
    .await;
    let received = receiver.received();
    assert_eq!(
        received[0].header("webhook-id"),
        received[1].header("webhook-id")
    );
    assert_eq!(received[0].changes(), received[1].changes());
    assert_ne!(
        received[0].header("webhook-id"),
        received[2].header("webhook-id")
    );
    assert_eq!(
        told(&received[2].changes()),
        [line("consent.refused", "contact:ben")]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_receiver_holds_up_nobody() {
    let Some(app) = App::start_own(sending()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    let (dead, alive) = (Receiver::start().await, Receiver::start().await);
    dead.answers(None);
    let silent = webhook(&app, &club, &dead.url).await;
    webhook(&app, &club, &alive.url).await;
    club.refuse("contact:anna").await;
    // The dead one has been asked.
    eventually(async || !dead.received().is_empty(), |there| *there).await;
    // Its connection is still open, and nothing has been decided about it.
    assert_eq!(state(&app, &club, &silent["id"]).await["failures"], 0);
    club.refuse("contact:ben").await;
    assert_eq!(
        club.consent("contact:ben").await["hasTrackingConsent"],
        false
    );
    // The other one has both.
    eventually(
        async || {
            alive
                .received()
                .iter()
                .map(|request| request.changes().len())
                .sum::<usize>()
                == 2
        },
        |there| *there,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_gone_is_left_alone_until_somebody_says_otherwise() {
    let Some(app) = App::start_own(sending()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    let receiver = Receiver::start().await;
    receiver.answers(Some(410));
    let hook = webhook(&app, &club, &receiver.url).await;
    club.refuse("contact:anna").await;
    // It is gone.
    eventually(
        async || state(&app, &club, &hook["id"]).await["gone_at"].is_string(),
        |there| *there,
    )
    .await;
    receiver.answers(Some(204));
    resume(&app, &club, &hook["id"]).await;
    // It has it.
    eventually(
        async || state(&app, &club, &hook["id"]).await["delivered_at"].is_string(),
        |there| *there,
    )
    .await;
    assert_eq!(receiver.received().len(), 2);

    let id = hook["id"].as_str().unwrap();
    let path = format!("/v1/webhooks/{id}?organisation={}", club.id);
    let ended = app.request("DELETE", &path).bearer_auth(app.admin_token());
    assert_eq!(ended.send().await.unwrap().status(), 204);
    let asked = app.request("GET", &path).bearer_auth(app.admin_token());
    assert_eq!(asked.send().await.unwrap().status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_missed_when_the_host_is_killed() {
    let Some(mut app) = App::start_own(sending()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    let receiver = Receiver::start().await;
    receiver.answers(None);
    let hook = webhook(&app, &club, &receiver.url).await;
    for number in 0..5 {
        club.refuse(&format!("contact:{number}")).await;
    }
    // A delivery is on its way.
    eventually(async || !receiver.received().is_empty(), |there| *there).await;
    app.with_host(|host| {
        host.kill();
        host.start_again();
    });
    receiver.answers(Some(204));
    let club = club.at(&app);
    // What was claimed by the host that was killed is free again after a minute; nobody waits for that here.
    let database = app.host().database();
    database
        .execute("UPDATE webhook SET claimed_until = 0", [])
        .unwrap();
    let mut latest = 0;
    for change in club.get("/v1/changes").await["changes"].as_array().unwrap() {
        latest = change["seq"].as_i64().unwrap();
    }
    // Everything has arrived.
    eventually(
        async || state(&app, &club, &hook["id"]).await["delivered"] == latest,
        |there| *there,
    )
    .await;
    let received = receiver.received();
    let mut subjects: Vec<Option<String>> = received
        .iter()
        .flat_map(|request| told(&request.changes()))
        .map(|(_, subject)| subject)
        .collect();
    subjects.sort();
    subjects.dedup();
    assert_eq!(subjects.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_the_operator_allows_is_called() {
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    for (url, why) in [
        ("http://a.example/hook", "https"),
        ("https://user:secret@a.example/", "password"),
        ("hook", "https"),
        ("https://a.example/#x", "#"),
    ] {
        let body = json!({ "organisation": club.id, "url": url });
        let request = app
            .request("POST", "/v1/webhooks")
            .bearer_auth(app.admin_token());
        let answer = request.json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 422, "{url}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["pointer"], "/url");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(why), "{url}: {detail}");
    }
    // The manifest allows https only.
    let receiver = Receiver::start().await;
    let hook = webhook(&app, &club, &receiver.url).await;
    club.refuse("contact:anna").await;
    // It has failed.
    eventually(
        async || state(&app, &club, &hook["id"]).await["failures"] == 1,
        |there| *there,
    )
    .await;
    assert!(receiver.received().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_for_administrators_of_the_organisation() {
    let Some(app) = App::start_own(sending()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    let other = app.organisation(json!({})).await;
    let admin = Organisation::make_key(&app, &other.id, &["admin"]).await;
    let receiver = Receiver::start().await;
    let hook = webhook(&app, &club, &receiver.url).await;
    let id = hook["id"].as_str().unwrap();
    let own = format!("organisation={}", club.id);
    let foreign = format!("organisation={}", other.id);
    for (method, path, status) in [
        ("GET", format!("/v1/webhooks?{own}"), 404),
        ("GET", format!("/v1/webhooks/{id}?{own}"), 404),
        ("GET", format!("/v1/webhooks/{id}?{foreign}"), 404),
        ("GET", format!("/v1/webhooks/{id}/secret?{foreign}"), 404),
        ("POST", format!("/v1/webhooks/{id}/resume?{foreign}"), 404),
        ("DELETE", format!("/v1/webhooks/{id}?{foreign}"), 404),
        ("GET", format!("/v1/webhooks?{foreign}"), 200),
    ] {
        let request = app.request(method, &path).bearer_auth(&admin);
        assert_eq!(
            request.send().await.unwrap().status(),
            status,
            "{method} {path}"
        );
    }
    let request = app.request("GET", &format!("/v1/webhooks?{own}"));
    let request = request.bearer_auth(&club.key);
    assert_eq!(request.send().await.unwrap().status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_is_told_and_names_nobody() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let before = club.get("/v1/changes").await["changes"][0].clone();
    assert_eq!(before["subject"], "contact:anna");
    let erased = club.request("DELETE", "/v1/consent/contact:anna");
    assert_eq!(erased.send().await.unwrap().status(), 200);
    let changes = club.get("/v1/changes").await["changes"].clone();
    let changes = changes.as_array().unwrap();
    assert_eq!(
        told(changes),
        [
            ("consent.granted".to_owned(), None),
            ("consent.erased".to_owned(), None)
        ]
    );
    for change in changes {
        assert_eq!(change["subject_ref"], before["subject_ref"]);
    }
    club.request("GET", "/v1/consent/contact:ben/export")
        .send()
        .await
        .unwrap();
    let after = club.get("/v1/changes").await["changes"].clone();
    assert_eq!(after.as_array().unwrap().len(), 2, "{after}");
}
