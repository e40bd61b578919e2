//! Erasure and portability, as tags and systems ask for them.

use assent_tests::{App, Visitor, random};
use serde_json::{Value, json};

use crate::shop;

const OWN: &str = "idt=device&dt=kxcookie";

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_handed_what_it_said_and_is_forgotten() {
    let app = App::start();
    let (club, other) = (shop(&app, false).await, shop(&app, false).await);
    let mut visitor = Visitor::new(&app);
    let path = |route: &str, id: &str| format!("/{route}/{id}?{OWN}");
    // Of somebody who has said nothing nothing is stored.
    for route in ["consumer/portability", "consumer/remove"] {
        let (status, answer) = visitor.ask("POST", &path(route, &club.id)).await;
        assert_eq!(
            (status, &answer["type"]),
            (404, &json!("urn:assent:problem:no_consent"))
        );
    }
    for club in [&club, &other] {
        visitor
            .ask(
                "POST",
                &format!("{}&dc=1&al=0", path("consent/set", &club.id)),
            )
            .await;
    }
    let subject = format!("device:kxcookie:{}", visitor.id());
    let (status, everything) = visitor
        .ask("POST", &path("consumer/portability", &club.id))
        .await;
    assert_eq!(status, 200, "{everything}");
    assert_eq!(everything["subject"], subject);
    let signals = everything["signals"].as_array().unwrap();
    assert_eq!(signals.len(), 2, "the decision and this request");
    assert_eq!(signals[0]["flags"], json!({ "dc": true, "al": false }));
    assert_eq!(
        (&signals[1]["action"], &signals[1]["source"]),
        (&json!("portability"), &json!("tag"))
    );

    // By `GET` only where the organisation says so.
    for route in ["consumer/portability", "consumer/remove"] {
        assert_eq!(visitor.ask("GET", &path(route, &club.id)).await.0, 405);
    }
    let (status, answer) = visitor
        .ask("POST", &path("consumer/remove", &club.id))
        .await;
    assert_eq!(
        (status, &answer["status"]),
        (200, &json!("erased")),
        "{answer}"
    );
    let (status, _) = visitor.ask("GET", &path("consent/get", &club.id)).await;
    assert_eq!(status, 404, "no consent yet");
    assert_eq!(
        club.history(&subject)
            .await
            .iter()
            .filter(|signal| signal["action"] == "set")
            .count(),
        0
    );
    // What it said to somebody else is theirs, and so is the cookie.
    let (_, answer) = visitor.ask("GET", &path("consent/get", &other.id)).await;
    assert_eq!(answer["settings"]["dc"], 1);
    // It may say something new.
    let (_, answer) = visitor
        .ask("POST", &format!("{}&dc=0", path("consent/set", &club.id)))
        .await;
    assert_eq!(answer["settings"]["dc"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn others_need_a_key() {
    let app = App::start();
    let club = shop(&app, true).await;
    let mut visitor = Visitor::new(&app);
    let id = random();
    let named = |route: &str| format!("/{route}/{}?idt=bk&bk=crm&idv={id}", club.id);
    let set = format!("{}&dc=1", named("consent/set"));
    let send = async |method: &str, path: &str| {
        let answer = club.request(method, path).send().await.unwrap();
        (
            answer.status().as_u16(),
            answer.json::<Value>().await.unwrap(),
        )
    };
    assert_eq!(send("POST", &set).await.0, 200);
    for route in ["consumer/portability", "consumer/remove"] {
        assert_eq!(visitor.ask("POST", &named(route)).await.0, 401, "{route}");
    }
    // As recorded: by GET, where that is switched on.
    let (status, everything) = send("GET", &named("consumer/portability")).await;
    assert_eq!(
        (status, &everything["subject"]),
        (200, &json!(format!("bk:crm:{id}")))
    );
    let removal = format!(
        "{}&request_id=f0e1d2c3-5aae-4a1a-b42c-8d6b106beaa5",
        named("consumer/remove")
    );
    for expected in ["erased", "repeated"] {
        let (status, answer) = send("GET", &removal).await;
        assert_eq!(
            (status, &answer["status"]),
            (200, &json!(expected)),
            "{answer}"
        );
    }
    assert_eq!(send("GET", &named("consent/get")).await.0, 404);
}
