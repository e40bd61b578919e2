//! Contacts: what is kept about them, how their tracking consent is shown, and what is not shown of who refused.

mod tables;

use assent_tests::{App, Organisation, eventually};
use serde_json::{Value, json};

const MAIL: &str = "<body><a href='https://shop.example'>x</a></body>";

fn settings() -> Value {
    json!({ "attributes": [
        { "name": "city", "type": "text", "label": "City" },
        { "name": "age", "type": "number", "label": "Age" },
        { "name": "vip", "type": "boolean", "label": "VIP" },
        { "name": "since", "type": "date", "label": "Customer since" },
        { "name": "tier", "type": "choice", "label": "Tier", "choices": ["gold", "silver"] },
    ] })
}

async fn status(club: &Organisation, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let answer = club.request(method, path).json(body).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or_default())
}

fn keys(page: &Value) -> Vec<&str> {
    let contacts = page["contacts"].as_array().unwrap();
    contacts
        .iter()
        .map(|contact| contact["contact"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn attributes_are_kept_changed_and_taken_away() {
    let app = App::start();
    let club = app.organisation(settings()).await;
    let all =
        json!({ "city": "Lyon", "age": 31, "vip": true, "since": "2024-02-29", "tier": "gold" });
    let path = "/v1/contacts/4711";
    assert_eq!(status(&club, "GET", path, &Value::Null).await.0, 404);
    let put = club.send("PUT", path, &json!({ "attributes": all })).await;
    assert_eq!(put["attributes"], all);
    assert_eq!(put, club.get(path).await);
    let patch = json!({ "attributes": { "age": 32.5, "vip": null } });
    let patched = club.send("PATCH", path, &patch).await;
    let expected = json!({ "city": "Lyon", "age": 32.5, "since": "2024-02-29", "tier": "gold" });
    assert_eq!(patched["attributes"], expected);
    let replaced = club
        .send("PUT", path, &json!({ "attributes": { "vip": false } }))
        .await;
    assert_eq!(replaced["attributes"], json!({ "vip": false }));
    assert_eq!(status(&club, "DELETE", path, &Value::Null).await.0, 204);
    assert_eq!(
        club.get(path).await["attributes"],
        json!({}),
        "the contact stays"
    );

    // A batch: each item for itself.
    let batch = json!([
        { "contact": "a", "attributes": { "city": "Paris" } },
        { "contact": "b", "attributes": { "city": 7 } },
        { "contact": "c", "attributes": { "street": "x" } },
        { "contact": "d" },
    ]);
    let (code, result) = status(&club, "POST", "/v1/contacts", &batch).await;
    assert_eq!(
        (code, &result["stored"], &result["rejected"]),
        (207, &json!(2), &json!(2))
    );
    assert_eq!(
        result["items"][1]["problem"]["pointer"],
        "/1/attributes/city"
    );
    assert_eq!(result["items"][2]["problem"]["pointer"], "/2/attributes");
    let asked = json!({ "contacts": ["d", "nobody", "a"] });
    let found = club.send("POST", "/v1/contacts/query", &asked).await;
    assert_eq!(found["contacts"][0]["contact"], "d");
    assert_eq!(found["contacts"][1], Value::Null);
    assert_eq!(
        found["contacts"][2]["attributes"],
        json!({ "city": "Paris" })
    );
}

/// Sent again under the same key, a change does nothing: not even where another one came in between.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_changes_a_contact_once() {
    let app = App::start();
    let club = app.organisation(settings()).await;
    let other = app.organisation(settings()).await;
    let send = async |club: &Organisation, method: &str, path: &str, key: &str, body: &Value| {
        let request = club.request(method, path).header("idempotency-key", key);
        let answer = request.json(body).send().await.unwrap();
        (
            answer.status().as_u16(),
            answer.json::<Value>().await.unwrap_or_default(),
        )
    };
    let of = |city: &str| json!({ "attributes": { "city": city } });
    let path = "/v1/contacts/4711";
    for (method, key) in [("PATCH", "patch-4711"), ("PUT", "put-47110")] {
        let (code, first) = send(&club, method, path, key, &of("Lyon")).await;
        assert_eq!((code, &first["attributes"]["city"]), (200, &json!("Lyon")));
        club.send("PATCH", path, &of("Paris")).await;
        let (code, again) = send(&club, method, path, key, &of("Lyon")).await;
        assert_eq!((code, &again["attributes"]["city"]), (200, &json!("Paris")));
        for (method, path, body) in [
            (method, path, of("Nice")),
            (method, "/v1/contacts/4712", of("Lyon")),
            ("POST", "/v1/contacts", json!({ "contact": "4711" })),
        ] {
            let (code, problem) = send(&club, method, path, key, &body).await;
            assert_eq!(code, 409, "{problem}");
            assert_eq!(problem["type"], "urn:assent:problem:conflict");
        }
        assert_eq!(club.get(path).await["attributes"]["city"], "Paris");
        // Another organisation's keys are its own.
        let (code, theirs) = send(&other, method, path, key, &of("Nice")).await;
        assert_eq!((code, &theirs["attributes"]["city"]), (200, &json!("Nice")));
    }
    let batch: Vec<Value> = (0..700)
        .map(|n| json!({ "contact": format!("many-{n}"), "attributes": { "age": 1 } }))
        .collect();
    let batch = json!(batch);
    let (code, _) = send(&club, "POST", "/v1/contacts", "batch-of-700", &batch).await;
    assert_eq!(code, 200);
    let older = json!({ "attributes": { "age": 2 } });
    for n in [0, 499, 500, 699] {
        club.send("PATCH", &format!("/v1/contacts/many-{n}"), &older)
            .await;
    }
    let (code, again) = send(&club, "POST", "/v1/contacts", "batch-of-700", &batch).await;
    assert_eq!((code, &again["stored"]), (200, &json!(700)));
    for (n, age) in [(0, 2), (1, 1), (499, 2), (500, 2), (501, 1), (699, 2)] {
        let contact = club.get(&format!("/v1/contacts/many-{n}")).await;
        assert_eq!(contact["attributes"]["age"], age, "{n}");
    }
    let (code, _) = send(&club, "DELETE", path, "delete-4711", &Value::Null).await;
    assert_eq!(code, 204);
    club.send("PATCH", path, &of("Nice")).await;
    let (code, _) = send(&club, "DELETE", path, "delete-4711", &Value::Null).await;
    assert_eq!(code, 204);
    assert_eq!(club.get(path).await["attributes"]["city"], "Nice");
    let (code, _) = send(&club, "PATCH", path, "short", &of("Lyon")).await;
    assert_eq!(code, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_paged_and_filtered() {
    let app = App::start();
    let club = app.organisation(settings()).await;
    let other = app.organisation(settings()).await;
    other
        .decide("contact:0", json!({ "dc": true, "al": true }))
        .await;
    let people: Vec<Value> = (0..5)
        .map(|n| json!({ "contact": n.to_string(), "attributes": { "age": n % 2, "vip": n == 4 } }))
        .collect();
    club.send("POST", "/v1/contacts", &json!(people)).await;
    club.decide("contact:1", json!({ "dc": true, "al": true }))
        .await;
    club.decide("contact:3", json!({ "dc": false })).await;
    club.decide("device:idfa:1", json!({ "dc": false })).await;
    let mut seen = Vec::new();
    let mut query = "?limit=2".to_owned();
    loop {
        let page = club.get(&format!("/v1/contacts{query}")).await;
        seen.extend(keys(&page).into_iter().map(str::to_owned));
        match page["next"].as_str() {
            Some(next) => query = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, ["0", "1", "2", "3", "4"]);
    for (query, expected) in [
        ("?status=accepted", vec!["1"]),
        ("?status=refused", vec!["3"]),
        ("?status=unanswered", vec!["0", "2", "4"]),
        ("?attribute=age&value=1", vec!["1", "3"]),
        ("?attribute=vip&value=true&status=unanswered", vec!["4"]),
        ("?attribute=city&value=Lyon", vec![]),
    ] {
        assert_eq!(
            keys(&club.get(&format!("/v1/contacts{query}")).await),
            expected,
            "{query}"
        );
    }
    let page = club.get("/v1/contacts?attribute=age&value=0&limit=2").await;
    assert_eq!(keys(&page), ["0", "2"]);
    let next = club
        .get(&format!("/v1/contacts{}", page["next"].as_str().unwrap()))
        .await;
    assert_eq!(keys(&next), ["4"]);
}

/// "Behavioral tracking status is displayed in the contact's profile: Accepted, Refused or Unanswered", and "contacts
/// who refused tracking will be identified as non-targeted by the message sending. It is impossible to see if the
/// message was sent to these contacts".
#[tokio::test(flavor = "multi_thread")]
async fn a_profile_shows_the_status_and_nothing_of_who_refused() {
    let app = App::start();
    let club = app.organisation(settings()).await;
    let path = "/v1/contacts/anna";
    club.send("PUT", path, &json!({ "attributes": { "city": "Lyon" } }))
        .await;
    let profile = club.get(path).await;
    assert_eq!(profile["tracking_status"], "unanswered");
    assert_eq!(
        (
            &profile["hasTrackingConsent"],
            &profile["dtTrackingConsent"]
        ),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        (&profile["targeted"], &profile["messages"]),
        (&json!(false), &Value::Null)
    );

    club.decide("contact:anna", json!({ "dc": true, "al": true }))
        .await;
    let mail = club.message(MAIL).await;
    let tokens = club.tokens(&mail, &["anna"]).await.remove(0);
    club.visit(&mail.click_path(&tokens.click)).await;
    club.visit(&mail.open_path(&tokens.click)).await;
    club.stats_with(&mail, "clicks", 1).await;
    club.stats_with(&mail, "opens", 1).await;
    let profile = club.get(path).await;
    assert_eq!(
        (&profile["tracking_status"], &profile["hasTrackingConsent"]),
        (&json!("accepted"), &json!(true))
    );
    assert_eq!(
        profile["dtTrackingConsent"],
        club.consent("contact:anna").await["dtTrackingConsent"]
    );
    assert_eq!(profile["targeted"], true);
    let message = &profile["messages"][0];
    assert_eq!(
        (&message["message"], &message["clicks"], &message["opens"]),
        (&json!(mail.id), &json!(1), &json!(1))
    );
    let history = profile["history"].as_str().unwrap();
    assert_eq!(
        club.get(history).await["signals"].as_array().map(Vec::len),
        Some(1)
    );

    club.decide("contact:anna", json!({ "dc": false })).await;
    let profile = club.get(path).await;
    assert_eq!(
        (&profile["tracking_status"], &profile["hasTrackingConsent"]),
        (&json!("refused"), &json!(false))
    );
    assert_eq!(
        (&profile["targeted"], &profile["messages"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(
        profile["attributes"],
        json!({ "city": "Lyon" }),
        "what the organisation keeps stays"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_somebody_takes_everything_that_is_kept_and_an_export_shows_it() {
    let app = App::start();
    let club = app.organisation(settings()).await;
    club.decide("contact:anna", json!({ "dc": true, "al": true }))
        .await;
    let attributes = json!({ "city": "Lyon", "vip": true });
    club.send(
        "PUT",
        "/v1/contacts/anna",
        &json!({ "attributes": attributes }),
    )
    .await;
    let export = club.get("/v1/consent/contact:anna/export").await;
    assert_eq!(export["attributes"], attributes);
    let csv = club
        .request("GET", "/v1/consent/contact:anna/export")
        .header("accept", "text/csv");
    let csv = csv.send().await.unwrap().text().await.unwrap();
    assert!(
        csv.contains("\r\ncontact:anna,attribute,,city,Lyon,")
            && csv.contains("\r\ncontact:anna,attribute,,vip,true,"),
        "{csv}"
    );
    // Also what the settings do not define any more, as long as it is stored.
    let fewer = json!({ "attributes": [settings()["attributes"][0]] });
    app.admin("PUT", &format!("/v1/organisations/{}", club.id), &fewer)
        .await;
    let stored = json!({ "city": "Lyon", "vip": 1 });
    let export = eventually(
        async || club.get("/v1/consent/contact:anna/export").await,
        |export| export["attributes"] == stored,
    );
    assert_eq!(export.await["attributes"], stored);
    club.send("DELETE", "/v1/consent/contact:anna", &Value::Null)
        .await;
    assert_eq!(
        status(&club, "GET", "/v1/contacts/anna", &Value::Null)
            .await
            .0,
        404
    );
    assert_eq!(keys(&club.get("/v1/contacts").await), [""; 0]);
    // Who comes back is somebody new.
    let back = club
        .send(
            "PATCH",
            "/v1/contacts/anna",
            &json!({ "attributes": { "vip": false } }),
        )
        .await;
    assert_eq!(back["attributes"], json!({ "vip": false }));
    assert_eq!(back["targeted"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_used_is_refused_with_its_place() {
    let app = App::start();
    let club = app.organisation(settings()).await;
    let attributes = |value: Value| json!({ "attributes": value });
    for (method, path, body, expected, pointer) in [
        (
            "GET",
            "/v1/contacts/a@b.example",
            Value::Null,
            400,
            Value::Null,
        ),
        (
            "GET",
            "/v1/contacts?status=maybe",
            Value::Null,
            422,
            json!("status"),
        ),
        (
            "GET",
            "/v1/contacts?attribute=city",
            Value::Null,
            422,
            json!("value"),
        ),
        (
            "GET",
            "/v1/contacts?attribute=street&value=x",
            Value::Null,
            422,
            json!("attribute"),
        ),
        (
            "GET",
            "/v1/contacts?attribute=city&value=a@b.example",
            Value::Null,
            400,
            Value::Null,
        ),
        (
            "GET",
            "/v1/contacts?attribute=age&value=old",
            Value::Null,
            422,
            json!("value"),
        ),
        (
            "PUT",
            "/v1/contacts/4711",
            attributes(json!({ "age": "31" })),
            422,
            json!("/attributes/age"),
        ),
        (
            "PUT",
            "/v1/contacts/4711",
            attributes(json!({ "street": "x" })),
            422,
            json!("/attributes"),
        ),
        (
            "PUT",
            "/v1/contacts/4711",
            attributes(json!([])),
            422,
            json!("/attributes"),
        ),
        ("PATCH", "/v1/contacts/4711", json!({}), 422, json!("/")),
        (
            "PATCH",
            "/v1/contacts/4711",
            json!({ "attributes": {}, "hasTrackingConsent": true }),
            422,
            json!("/hasTrackingConsent"),
        ),
        (
            "POST",
            "/v1/contacts",
            json!({ "contact": "" }),
            422,
            json!("/contact"),
        ),
        (
            "POST",
            "/v1/contacts/query",
            json!({ "contacts": [] }),
            422,
            json!("/contacts"),
        ),
        (
            "POST",
            "/v1/contacts/query",
            json!({ "contacts": ["^"] }),
            422,
            json!("/contacts/0"),
        ),
    ] {
        let (code, problem) = status(&club, method, path, &body).await;
        assert_eq!(
            (code, &problem["pointer"]),
            (expected, &pointer),
            "{method} {path} {problem}"
        );
    }
    assert_eq!(
        status(&club, "GET", "/v1/contacts/4711", &Value::Null)
            .await
            .0,
        404,
        "nothing was stored"
    );
    let wrong = json!({ "attributes": [{ "name": "x", "type": "choice", "label": "X" }] });
    let put = format!("/v1/organisations/{}", club.id);
    let answer = app
        .request("PUT", &put)
        .json(&wrong)
        .bearer_auth(app.admin_token());
    assert_eq!(answer.send().await.unwrap().status(), 422);
}
