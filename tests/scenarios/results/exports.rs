//! What goes to business intelligence: names where the gate was open then and is open now, else the report's numbers.

use std::collections::BTreeMap;

use assent_tests::{App, Message, Organisation, Setup, skipped};
use serde_json::{Value, json};

/// As if somebody had said where each of them lives.
fn live_in(app: &App, club: &Organisation, cities: &[(&str, &str)]) {
    let database = app.own_host().unwrap().database();
    let add = "INSERT OR IGNORE INTO attribute (org_id, name) VALUES (?1, 'city')";
    database.execute(add, [&club.id]).unwrap();
    for (contact, city) in cities {
        let parameters = rusqlite::params![club.id, format!("contact:{contact}"), city];
        let changed = database.execute(
            "INSERT INTO contact_attribute (attribute_id, subject_id, value, at) \
             SELECT a.id, s.id, ?3, 1 FROM attribute a, subject s WHERE a.org_id = ?1 AND s.org_id = ?1 AND s.identifier = ?2",
            parameters,
        );
        assert_eq!(changed.unwrap(), 1, "{contact}");
    }
}

async fn export(club: &Organisation, query: &str, accept: &str) -> String {
    let path = format!("/v1/exports/interactions{query}");
    let answer = club
        .request("GET", &path)
        .header("accept", accept)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

async fn rows(club: &Organisation, query: &str) -> Vec<Value> {
    let text = export(club, query, "application/x-ndjson").await;
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

async fn clicked_mail(club: &Organisation, contacts: &[&str]) -> Message {
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    for person in club.tokens(&mail, contacts).await {
        club.visit(&mail.click_path(&person.click)).await;
    }
    let all = u64::try_from(contacts.len()).unwrap();
    club.stats_with(&mail, "clicks", all).await;
    mail
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_anonymised_at_the_source() {
    let Some(app) = App::start_own(Setup::default()) else {
        return skipped("writes attributes into the database");
    };
    let attributes = json!([{ "name": "city", "type": "text", "label": "City" }]);
    let club = app.organisation(json!({ "attributes": attributes })).await;
    for name in ["anna", "ben", "carla"] {
        club.grant(&format!("contact:{name}")).await;
    }
    live_in(
        &app,
        &club,
        &[("anna", "Lyon"), ("ben", "Lyon"), ("carla", "Nice")],
    );
    let first = clicked_mail(&club, &["anna", "ben", "carla", "nobody"]).await;
    let second = clicked_mail(&club, &["anna"]).await;
    club.refuse("contact:ben").await;

    let all = rows(&club, "").await;
    let named: BTreeMap<(String, String), &Value> = all
        .iter()
        .filter(|row| row["record"] == "identified")
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            ((text("message"), text("contact")), row)
        })
        .collect();
    let expected = [(&first, "anna"), (&first, "carla"), (&second, "anna")];
    let mut expected = expected.map(|(mail, who)| (mail.id.clone(), who.to_owned()));
    expected.sort();
    assert!(named.keys().eq(&expected), "{named:?}");
    let carla = named[&(first.id.clone(), "carla".to_owned())];
    assert_eq!(
        (&carla["attributes"]["city"], &carla["n"]),
        (&json!("Nice"), &json!(1))
    );
    assert_eq!(carla["destination"], "https://a.example");
    // Ben is in no row: his click was by name then, and is a name no longer.
    assert!(
        all.iter()
            .all(|row| row["record"] == "identified" || row.get("contact").is_none())
    );
    let anonymous: Vec<&Value> = all
        .iter()
        .filter(|row| row["record"] == "anonymous")
        .collect();
    assert_eq!(anonymous.len(), 1, "{anonymous:?}");
    assert_eq!(
        (&anonymous[0]["n"], &anonymous[0]["message"]),
        (&json!(1), &json!(first.id))
    );
    let small = all
        .iter()
        .filter(|row| row["record"] == "anonymous_by_link");
    assert_eq!(small.count(), 0, "a cell below five");

    let one = rows(&club, &format!("?message={}", second.id)).await;
    assert_eq!(one.len(), 1);
    let table = export(&club, "", "text/csv").await;
    assert!(
        table.starts_with(
            "record,message,message_name,kind,link,destination,at,contact,n,attribute.city\r\n"
        ),
        "{table}"
    );
    assert_eq!(table.lines().count(), 1 + all.len());
    assert!(table.contains(",carla,1,Nice\r\n"), "{table}");

    let segments = club
        .get(&format!("/v1/messages/{}/segments?by=city", first.id))
        .await;
    assert_eq!(
        segments,
        json!({
            "attribute": "city", "complete": true, "segments": [
                { "value": "Lyon", "contacts": 1, "clicks": 1, "opens": 0 },
                { "value": "Nice", "contacts": 1, "clicks": 1, "opens": 0 },
            ]
        })
    );
    for (path, place) in [
        (format!("/v1/messages/{}/segments", first.id), "by"),
        (
            format!("/v1/messages/{}/segments?by=shoe_size", first.id),
            "by",
        ),
        ("/v1/exports/interactions?message=x".to_owned(), "message"),
        ("/v1/exports/interactions?from=1".to_owned(), "from"),
    ] {
        let answer = club.request("GET", &path).send().await.unwrap();
        assert_eq!(answer.status(), 422, "{path}");
        assert_eq!(
            answer.json::<Value>().await.unwrap()["pointer"],
            place,
            "{path}"
        );
    }
}

/// More rows than one statement gives come whole, each once.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_export_is_whole() {
    let Some(app) = App::start_own(Setup::default()) else {
        return skipped("writes interactions into the database");
    };
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let mail = clicked_mail(&club, &["anna"]).await;
    app.own_host()
        .unwrap()
        .database()
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
             INSERT INTO interaction (message_id, link_id, subject_id, at)
             SELECT message_id, link_id, subject_id, at + i / 7 FROM interaction, n;
             UPDATE interaction_count SET n = 2501;",
        )
        .unwrap();
    let all = rows(&club, &format!("?message={}", mail.id)).await;
    assert_eq!(all.len(), 2501);
}
