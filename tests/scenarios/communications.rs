//! Consent to communications: by type, apart from tracking, told to the sender, erased and handed out with the rest.

use assent_tests::{App, Organisation, random};
use serde_json::{Value, json};

fn settings() -> Value {
    json!({
        "display_name": "Club",
        "communication_types": [
            { "id": "newsletter", "name": { "en": "Newsletter", "fr": "Infolettre" } },
            { "id": "offers", "name": { "en": "Offers" } },
        ],
    })
}

async fn ask(club: &Organisation, body: &Value, id: &str) -> (u16, Value) {
    let request = club
        .request("POST", "/v1/communications")
        .header("idempotency-key", id);
    let answer = request.json(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn say(club: &Organisation, contact: &str, status: &str, at: Option<&str>) -> Value {
    let mut body = json!({ "subject": contact, "type": "newsletter", "status": status });
    if let Some(at) = at {
        body["at"] = json!(at);
    }
    let (code, answer) = ask(club, &body, &random()).await;
    assert_eq!(code, 200, "{answer}");
    answer
}

async fn status(club: &Organisation, contact: &str, kind: &str) -> Value {
    let answer = club.get(&format!("/v1/communications/{contact}")).await;
    answer["types"][kind]["status"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_date_wins_for_each_type_alone() {
    let app = App::start();
    let club = app.organisation(settings()).await;
    let anna = "contact:anna";
    assert_eq!(status(&club, anna, "newsletter").await, "unanswered");
    let answer = say(&club, anna, "opted_in", None).await;
    assert_eq!(answer["status"], "recorded");
    assert_eq!(
        answer["communications"]["types"]["newsletter"]["status"],
        "opted_in"
    );
    assert_eq!(status(&club, anna, "offers").await, "unanswered");
    // Older: kept, and of no effect.
    say(&club, anna, "opted_out", Some("2020-01-01T00:00:00Z")).await;
    assert_eq!(status(&club, anna, "newsletter").await, "opted_in");
    say(&club, anna, "opted_out", None).await;
    say(&club, anna, "opted_in", Some("2021-01-01T00:00:00Z")).await;
    assert_eq!(status(&club, anna, "newsletter").await, "opted_out");
    // At the same time opting out counts.
    for said in ["opted_out", "opted_in"] {
        say(&club, "contact:ben", said, Some("2022-01-01T00:00:00Z")).await;
    }
    assert_eq!(
        status(&club, "contact:ben", "newsletter").await,
        "opted_out"
    );

    let first = club
        .get(&format!("/v1/communications/{anna}/history?limit=3"))
        .await;
    let next = first["next"].as_str().unwrap();
    let rest = club
        .get(&format!("/v1/communications/{anna}/history{next}"))
        .await;
    let said: Vec<&Value> = [&first, &rest]
        .into_iter()
        .flat_map(|page| page["signals"].as_array().unwrap())
        .map(|signal| &signal["status"])
        .collect();
    assert_eq!(said, ["opted_in", "opted_out", "opted_out", "opted_in"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_tracking_nor_communications_changes_the_other() {
    let app = App::start();
    let club = app.organisation(settings()).await;
    club.grant("contact:anna").await;
    let before = club.consent("contact:anna").await;
    say(&club, "contact:anna", "opted_out", None).await;
    assert_eq!(club.consent("contact:anna").await, before);
    assert_eq!(club.history("contact:anna").await.len(), 1);
    say(&club, "contact:ben", "opted_in", None).await;
    club.refuse("contact:ben").await;
    assert_eq!(status(&club, "contact:ben", "newsletter").await, "opted_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_counts_once_and_a_list_is_taken_item_by_item() {
    let app = App::start();
    let club = app.organisation(settings()).await;
    let body = json!({ "subject": "contact:anna", "type": "newsletter", "status": "opted_in" });
    let id = random();
    assert_eq!(ask(&club, &body, &id).await.1["status"], "recorded");
    assert_eq!(ask(&club, &body, &id).await.1["status"], "repeated");
    let other = json!({ "subject": "contact:anna", "type": "newsletter", "status": "opted_out" });
    assert_eq!(ask(&club, &other, &id).await.0, 409);
    // The same id for a decision about flags is another request.
    let decision = club.decision("contact:anna", &json!({ "dc": true }), &id);
    assert_eq!(decision.send().await.unwrap().status(), 200);

    let list = json!([
        body,
        { "subject": "contact:ben", "type": "unheard_of", "status": "opted_in" },
        { "subject": "device:idfa:x", "type": "newsletter", "status": "opted_in" },
        { "subject": "contact:chloe", "type": "newsletter", "status": "unanswered" },
        { "subject": "contact:dan", "type": "newsletter", "status": "opted_out", "at": "2999-01-01T00:00:00Z" },
        { "subject": "contact:eve", "type": "offers", "status": "opted_out",
          "shown": { "form": "checkout", "version": "7", "language": "en" } },
    ]);
    let (code, answer) = ask(&club, &list, &random()).await;
    assert_eq!(code, 207);
    let places: Vec<&Value> = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["problem"]["pointer"])
        .collect();
    assert_eq!(
        places,
        [
            &Value::Null,
            &json!("/1/type"),
            &json!("/2/subject"),
            &json!("/3/status"),
            &json!("/4/at"),
            &Value::Null
        ]
    );
    let history = club.get("/v1/communications/contact:eve/history").await;
    assert_eq!(history["signals"][0]["shown"]["form"], "checkout");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sender_learns_of_it_in_the_order_of_the_log() {
    let app = App::start();
    let club = app.organisation(settings()).await;
    club.grant("contact:anna").await;
    say(&club, "contact:anna", "opted_in", None).await;
    club.refuse("contact:anna").await;
    say(&club, "contact:anna", "opted_out", None).await;
    let answer = club.get("/v1/changes").await;
    let changes = answer["changes"].as_array().unwrap();
    let kinds: Vec<&Value> = changes.iter().map(|change| &change["type"]).collect();
    assert_eq!(
        kinds,
        [
            "consent.granted",
            "communication.opted_in",
            "consent.refused",
            "communication.opted_out"
        ]
    );
    let seqs: Vec<i64> = changes
        .iter()
        .map(|change| change["seq"].as_i64().unwrap())
        .collect();
    assert!(seqs.is_sorted_by(|one, other| one < other), "{seqs:?}");
    let last = &changes[3];
    assert_eq!(last["communication_type"], "newsletter");
    assert_eq!(last["subject"], "contact:anna");
    assert!(last.get("flags").is_none() && last.get("regime").is_none());

    // Each is a leaf that names nobody.
    let entries = club.request("GET", "/v1/log/entries").send().await.unwrap();
    let entries = entries.text().await.unwrap();
    assert!(entries.contains("\"kind\":\"communication\""), "{entries}");
    assert!(!entries.contains("anna"), "{entries}");
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_and_exporting_reach_it() {
    let app = App::start();
    let club = app.organisation(settings()).await;
    let anna = "contact:anna";
    say(&club, anna, "opted_in", None).await;
    let export = club.get(&format!("/v1/consent/{anna}/export")).await;
    assert_eq!(
        export["communications"]["types"]["newsletter"]["status"],
        "opted_in"
    );
    assert_eq!(export["communication_signals"][0]["status"], "opted_in");
    let erase = club.request("DELETE", &format!("/v1/consent/{anna}"));
    assert_eq!(erase.send().await.unwrap().status(), 200);
    // She wants nothing until she says so, and what she said before is gone.
    assert_eq!(status(&club, anna, "newsletter").await, "opted_out");
    let history = club
        .get(&format!("/v1/communications/{anna}/history"))
        .await;
    assert_eq!(history["signals"], json!([]));
    let answer = say(&club, anna, "opted_in", Some("2020-01-01T00:00:00Z")).await;
    assert_eq!(answer["status"], "void");
    let changes = club.get("/v1/changes").await;
    assert_eq!(changes["changes"][0]["subject"], Value::Null);
    say(&club, anna, "opted_in", None).await;
    assert_eq!(status(&club, anna, "newsletter").await, "opted_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn types_are_settings_and_messages_are_of_one() {
    let app = App::start();
    let club = app.organisation(settings()).await;
    for (types, place) in [
        (
            json!([{ "id": "A", "name": { "en": "x" } }]),
            "communication_types",
        ),
        (json!([{ "id": "a", "name": {} }]), "communication_types"),
        (
            json!([{ "id": "a", "name": { "en": "x" } }, { "id": "a", "name": { "en": "y" } }]),
            "",
        ),
    ] {
        let body = json!({ "settings": { "communication_types": types } });
        let request = app.request("POST", "/v1/organisations");
        let request = request.bearer_auth(app.admin_token()).json(&body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 422);
        let text = answer.text().await.unwrap();
        assert!(text.contains(place), "{text}");
    }
    let mail = club
        .message_with(json!({
            "content": "<a href='https://club.example'>x</a>",
            "communication_type": "newsletter",
            "one_click_tag": "*|ONECLICK|*",
            "base_url": "https://mail.example",
        }))
        .await;
    assert_eq!(mail.answer["communication_type"], "newsletter");
    assert_eq!(
        mail.answer["headers"],
        json!({
            "List-Unsubscribe": format!("<https://mail.example/u/{}/*|ONECLICK|*>", club.id),
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        })
    );
    // The form about the mail's type; without a tag for that, about all.
    assert_eq!(
        mail.answer["unsubscribe_url"],
        format!("https://mail.example/u/{}/*|ONECLICK|*", club.id)
    );
    let plain = club
        .message_with(json!({
            "content": "<a href='https://club.example'>x</a>",
            "communication_type": "newsletter",
            "base_url": "https://mail.example",
        }))
        .await;
    assert_eq!(plain.answer.get("headers"), None);
    assert_eq!(
        plain.answer["unsubscribe_url"],
        format!("https://mail.example/p/{}/*|PREFS|*/unsubscribe", club.id)
    );
    for (fields, place) in [
        (
            json!({ "communication_type": "unheard_of" }),
            "/communication_type",
        ),
        (
            json!({ "one_click_tag": "*|ONECLICK|*" }),
            "/communication_type",
        ),
        (
            json!({ "one_click_tag": "*|PREFS|*", "communication_type": "offers" }),
            "/one_click_tag",
        ),
    ] {
        let mut body = json!({
            "name": "Test", "content": "", "click_tag": "*|CLICK|*", "preferences_tag": "*|PREFS|*",
        });
        body.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let answer = club
            .request("POST", "/v1/messages")
            .json(&body)
            .send()
            .await;
        let answer = answer.unwrap();
        assert_eq!(answer.status(), 422);
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["pointer"], place);
    }
}
