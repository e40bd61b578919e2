//! Organisations that share signals because both say so.

use assent_tests::{App, Organisation, random};
use serde_json::{Value, json};

async fn link(app: &App, club: &Organisation, others: &[&Organisation], settings: Value) {
    let ids: Vec<&str> = others.iter().map(|other| other.id.as_str()).collect();
    let mut body = settings;
    body["linked_organisations"] = json!(ids);
    app.admin("PUT", &format!("/v1/organisations/{}", club.id), &body)
        .await;
}

/// Settings are in force everywhere after a second.
async fn in_force() {
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
}

async fn newest(club: &Organisation, subject: &str) -> Option<Value> {
    club.history(subject).await.first().cloned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_to_one_counts_in_the_other_while_both_say_so() {
    let app = App::start();
    let strict = json!({ "default_regime": "gdpr" });
    let shop = app.organisation(strict.clone()).await;
    let club = app.organisation(strict.clone()).await;
    let third = app.organisation(strict.clone()).await;
    link(&app, &shop, &[&club], strict.clone()).await;
    link(&app, &third, &[&club], strict.clone()).await;
    in_force().await;
    // One side alone links nothing.
    shop.grant("contact:early").await;
    assert_eq!(newest(&club, "contact:early").await, None);
    link(&app, &club, &[&shop, &third], strict.clone()).await;
    in_force().await;

    let id = format!("request-{}", random());
    let flags = json!({ "dc": true, "al": true, "tg": true });
    // The same request again is stored once, here and there.
    for _ in 0..2 {
        let answer = shop
            .decision("contact:anna", &flags, &id)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
    }
    let copy = club.history("contact:anna").await;
    assert_eq!(copy.len(), 1);
    assert_eq!(copy[0]["request_id"], format!("{}/{id}", shop.id));
    assert_eq!(copy[0]["actor"], format!("organisation:{}", shop.id));
    assert_eq!(copy[0]["flags"], flags);
    assert_eq!(club.consent("contact:anna").await["gates"]["track"], true);
    assert_eq!(
        club.projection("contact:anna").await["gates"]["track"],
        true
    );
    // The newest counts, wherever it was said; what came from one organisation goes to no third one.
    club.refuse("contact:anna").await;
    for club in [&shop, &club] {
        assert_eq!(
            club.consent("contact:anna").await["hasTrackingConsent"],
            false
        );
        assert_eq!(
            club.projection("contact:anna").await["gates"]["track"],
            false
        );
    }
    let refusal = newest(&third, "contact:anna").await.unwrap();
    assert_eq!(refusal["actor"], format!("organisation:{}", club.id));
    assert_eq!(third.history("contact:anna").await.len(), 1);
    // A list, and an id that the other organisation has used for something else.
    let taken = format!("request-{}", random());
    club.decision("contact:dora", &flags, &taken)
        .send()
        .await
        .unwrap();
    let list = json!([
        { "subject": "contact:ben", "flags": { "dc": false } },
        { "subject": "contact:cleo", "flags": { "dc": false } },
    ]);
    let request = shop
        .request("POST", "/v1/consent")
        .header("idempotency-key", &taken);
    assert_eq!(request.json(&list).send().await.unwrap().status(), 200);
    for subject in ["contact:ben", "contact:cleo"] {
        assert_eq!(
            club.consent(subject).await["flags"]["dc"]["choice"],
            "refused"
        );
    }

    link(&app, &shop, &[], strict).await;
    in_force().await;
    shop.grant("contact:late").await;
    assert_eq!(newest(&club, "contact:late").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catch_up_brings_over_what_was_said_before() {
    let app = App::start();
    let shop = app.organisation(json!({})).await;
    let club = app.organisation(json!({})).await;
    let page = async |id: &str, other: &str, after: &str| {
        let path = format!("/v1/organisations/{id}/linked/{other}/catch-up{after}");
        let request = app.request("POST", &path).bearer_auth(app.admin_token());
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.unwrap())
    };
    let people: Vec<Value> = (0..130)
        .map(|n| json!({ "subject": format!("contact:{n}"), "flags": { "dc": n % 2 == 0, "al": true } }))
        .collect();
    shop.send("POST", "/v1/consent", &json!(people)).await;
    // An older no in the shop, a newer yes in the club; and the other way round.
    for (early, late, subject) in [(&shop, &club, "contact:0"), (&club, &shop, "contact:2")] {
        early.refuse(subject).await;
        late.grant(subject).await;
    }
    assert_eq!(page(&club.id, &shop.id, "").await.0, 404);
    link(&app, &shop, &[&club], json!({})).await;
    in_force().await;
    assert_eq!(page(&club.id, &shop.id, "").await.0, 404, "one side alone");
    link(&app, &club, &[&shop], json!({})).await;
    in_force().await;
    // This one reaches the club by itself.
    shop.refuse("contact:4").await;
    for _ in 0..2 {
        let (mut after, mut signals) = (String::new(), 0);
        loop {
            let (status, answer) = page(&club.id, &shop.id, &after).await;
            assert_eq!(status, 200, "{answer}");
            signals += answer["signals"].as_u64().unwrap();
            match answer["next"].as_str() {
                Some(next) => after = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(signals, 133);
    }
    assert_eq!(club.history("contact:1").await.len(), 1, "stored once");
    assert_eq!(club.history("contact:4").await.len(), 2, "stored once");
    for (subject, allowed) in [
        ("1", false),
        ("128", true),
        ("0", true),
        ("2", true),
        ("4", false),
    ] {
        let subject = format!("contact:{subject}");
        assert_eq!(
            club.consent(&subject).await["gates"]["collect"],
            allowed,
            "{subject}"
        );
    }
    let at = |signals: &[Value]| signals.last().unwrap()["at"].clone();
    let (said, copied) = (
        shop.history("contact:1").await,
        club.history("contact:1").await,
    );
    assert_eq!(at(&said), at(&copied), "with its own time");
    let path = format!(
        "/v1/organisations/{}/linked/{}/catch-up?after=x",
        club.id, shop.id
    );
    let request = app.request("POST", &path).bearer_auth(app.admin_token());
    assert_eq!(request.send().await.unwrap().status(), 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn sharing_asks_the_sender_and_the_receiver() {
    let app = App::start();
    let sender = app.organisation(json!({ "default_regime": "gdpr" })).await;
    let receiver = app.organisation(json!({ "default_regime": "gdpr" })).await;
    let stranger = app.organisation(json!({})).await;
    let subjects = [
        "contact:both",
        "contact:sender",
        "contact:receiver",
        "contact:unknown",
    ];
    for subject in ["contact:both", "contact:sender"] {
        sender.decide(subject, json!({ "sh": true })).await;
    }
    for subject in ["contact:both", "contact:receiver"] {
        receiver
            .decide(subject, json!({ "tg": true, "al": true }))
            .await;
    }
    receiver
        .decide("contact:sender", json!({ "tg": true, "al": false }))
        .await;
    let check = async |receiver: Option<&str>, gate: &str| {
        let body = json!({ "gate": gate, "receiver": receiver, "subjects": subjects });
        let request = sender.request("POST", "/v1/consent/check").json(&body);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.unwrap())
    };
    // Not linked, does not exist, and itself: all the same.
    let nobody = "45e0a0b2-7f30-456c-875c-1cfa507d72b6";
    let (status, unlinked) = check(Some(receiver.id.as_str()), "share").await;
    assert_eq!(status, 404);
    for other in [nobody, stranger.id.as_str(), sender.id.as_str()] {
        assert_eq!(check(Some(other), "share").await, (404, unlinked.clone()));
    }
    link(&app, &sender, &[&receiver], json!({})).await;
    link(&app, &receiver, &[&sender], json!({})).await;
    in_force().await;
    let (status, shared) = check(Some(receiver.id.as_str()), "share").await;
    assert_eq!(status, 200);
    let items = shared["items"].as_array().unwrap();
    for (item, (allowed, own, theirs)) in items.iter().zip([
        (true, Value::Null, Value::Null),
        (false, Value::Null, json!({ "al": "refused" })),
        (false, json!({ "sh": "unset" }), Value::Null),
        (
            false,
            json!({ "sh": "unset" }),
            json!({ "al": "unset", "tg": "unset" }),
        ),
    ]) {
        assert_eq!(item["allowed"], allowed, "{item}");
        assert_eq!(
            (&item["closed_by"], &item["receiver_closed_by"]),
            (&own, &theirs)
        );
    }
    assert_eq!(shared["allowed"], 1);
    let (_, alone) = check(None, "share").await;
    assert_eq!(alone["allowed"], 2);
    let (status, problem) = check(Some(receiver.id.as_str()), "target").await;
    assert_eq!((status, &problem["pointer"]), (422, &json!("/receiver")));
    let itself = json!({ "linked_organisations": [sender.id] });
    let path = format!("/v1/organisations/{}", sender.id);
    let request = app.request("PUT", &path).bearer_auth(app.admin_token());
    assert_eq!(request.json(&itself).send().await.unwrap().status(), 422);
}
