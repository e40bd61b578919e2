//! Linked devices: what is said of a person reaches them, as long as she allows cross-device use.

use assent_tests::{App, random};
use serde_json::{Value, json};

use super::{all, ask, erase, link, links};

const ANNA: &str = "contact:anna";
const PHONE: &str = "device:idfa:phone";
const LAPTOP: &str = "device:kxcookie:laptop";

#[tokio::test(flavor = "multi_thread")]
async fn a_link_needs_cross_device_consent_of_both() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let body = json!({ "subject": ANNA, "device": PHONE });
    let attempt = async || ask(&club, "POST", "/v1/subjects/link", &body, &random()).await;
    for (granted, closed) in [(None, "/subject"), (Some(ANNA), "/device")] {
        if let Some(subject) = granted {
            club.decide(subject, all(true)).await;
        }
        let (status, problem) = attempt().await;
        assert_eq!(status, 409);
        assert_eq!(problem["type"], "urn:assent:problem:gate_closed");
        assert_eq!(problem["pointer"], closed);
    }
    // Asking made nobody known.
    assert_eq!(club.consent(PHONE).await["version"], 0);
    club.decide(PHONE, all(true)).await;
    for _ in 0..2 {
        let (status, answer) = attempt().await;
        assert_eq!((status.as_u16(), &answer["linked"]), (200, &json!(true)));
    }
    assert_eq!(links(&club, ANNA).await, [PHONE]);
    assert_eq!(links(&club, PHONE).await, [ANNA]);

    for (subject, device, place) in [(PHONE, PHONE, "/subject"), (ANNA, ANNA, "/device")] {
        let body = json!({ "subject": subject, "device": device });
        let (status, problem) = ask(&club, "POST", "/v1/subjects/link", &body, &random()).await;
        assert_eq!(
            (status.as_u16(), problem["pointer"].as_str()),
            (422, Some(place))
        );
    }

    let (status, answer) = ask(&club, "DELETE", "/v1/subjects/link", &body, &random()).await;
    assert_eq!((status.as_u16(), &answer["linked"]), (200, &json!(false)));
    assert_eq!(links(&club, ANNA).await, Vec::<String>::new());
    let said = club.refuse(ANNA).await;
    assert_eq!(said["devices"], 0);
    assert_eq!(club.consent(PHONE).await["gates"]["track"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_a_person_reaches_her_devices_under_one_request_id() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    for subject in [ANNA, PHONE, LAPTOP] {
        club.decide(subject, all(true)).await;
    }
    link(&club, ANNA, PHONE).await;
    link(&club, ANNA, LAPTOP).await;
    assert_eq!(
        club.history(PHONE).await.len(),
        1,
        "a link says nothing about before"
    );

    let id = random();
    let flags = json!({ "tg": false });
    let said = club.decision(ANNA, &flags, &id).send().await.unwrap();
    let said: Value = said.json().await.unwrap();
    assert_eq!(said["devices"], 2);
    for device in [PHONE, LAPTOP] {
        let newest = &club.history(device).await[0];
        assert_eq!(newest["request_id"], id);
        assert_eq!((&newest["via"], &newest["item"]), (&json!(ANNA), &json!(0)));
        assert_eq!(club.consent(device).await["gates"]["target"], false);
        assert_eq!(club.projection(device).await["gates"]["target"], false);
    }
    // The other way round it does not go.
    let said = club.decide(PHONE, json!({ "sh": false })).await;
    assert_eq!(said["devices"], 0);
    assert_eq!(club.consent(ANNA).await["gates"]["share"], true);

    // Repeated: stored once, and it still says whom it reached.
    let again: Value = club
        .decision(ANNA, &flags, &id)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        (&again["status"], &again["devices"]),
        (&json!("repeated"), &json!(2))
    );
    assert_eq!(club.history(LAPTOP).await.len(), 2);

    // A refusal of cross-device use reaches them a last time.
    let said = club.decide(ANNA, json!({ "cd": false })).await;
    assert_eq!(said["devices"], 2);
    for device in [PHONE, LAPTOP] {
        assert_eq!(
            club.projection(device).await["gates"]["cross_device"],
            false
        );
        assert_eq!(links(&club, device).await, Vec::<String>::new());
    }
    let said = club.decide(ANNA, all(true)).await;
    assert_eq!(said["devices"], 0, "the links are gone");
    assert_eq!(club.consent(LAPTOP).await["gates"]["cross_device"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_refusal_or_one_of_the_device_alone_does_what_it_should_to_links() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let granted = club.decide(ANNA, all(true)).await;
    club.decide(PHONE, all(true)).await;
    club.decide(LAPTOP, all(true)).await;
    link(&club, ANNA, PHONE).await;
    link(&club, ANNA, LAPTOP).await;
    // Older than the grant: it is logged and changes nothing.
    let body = json!({ "subject": ANNA, "flags": { "cd": false }, "at": "2020-01-01T00:00:00Z" });
    let (_, answer) = ask(&club, "POST", "/v1/consent", &body, &random()).await;
    assert_eq!(
        (&answer["status"], &answer["devices"]),
        (&json!("recorded"), &json!(2))
    );
    assert_eq!(links(&club, ANNA).await, [PHONE, LAPTOP], "{granted}");
    // The device refuses: its own link goes.
    club.decide(PHONE, json!({ "cd": false })).await;
    assert_eq!(links(&club, ANNA).await, [LAPTOP]);
    erase(&club, LAPTOP, &random()).await;
    assert_eq!(links(&club, ANNA).await, Vec::<String>::new());
    assert_eq!(club.consent(ANNA).await["gates"]["track"], true);
}

/// However a link and a refusal of cross-device use meet: no link stays, and a device that was linked when the
/// refusal came has it.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_never_outlives_a_refusal() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let (mut linked_first, mut refused_first) = (0, 0);
    for round in 0..40 {
        let (subject, device) = (format!("contact:r{round}"), format!("device:idfa:r{round}"));
        club.decide(&subject, all(true)).await;
        club.decide(&device, all(true)).await;
        let body = json!({ "subject": subject, "device": device });
        let id = random();
        let no = json!({ "cd": false });
        let (linking, refusing) = futures::join!(
            ask(&club, "POST", "/v1/subjects/link", &body, &id),
            club.decision(&subject, &no, &id).send()
        );
        let refusing: Value = refusing.unwrap().json().await.unwrap();
        assert_eq!(
            links(&club, &subject).await,
            Vec::<String>::new(),
            "round {round}"
        );
        let reached = refusing["devices"] == 1;
        assert_eq!(
            club.consent(&device).await["gates"]["cross_device"],
            !reached
        );
        if linking.0 == 200 {
            assert!(
                reached,
                "round {round}: linked, but the refusal did not reach the device"
            );
            linked_first += 1;
        } else {
            assert_eq!(linking.1["type"], "urn:assent:problem:gate_closed");
            refused_first += 1;
        }
    }
    eprintln!("linked first: {linked_first}, refused first: {refused_first}");
}
