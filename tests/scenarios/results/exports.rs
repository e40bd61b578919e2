//! What goes to business intelligence: names where the gate was open then and is open now, else the report's numbers.

use std::collections::BTreeMap;

use assent_tests::{App, Message, Organisation, Setup, ledger, skipped};
use serde_json::{Value, json};

/// Says where each of them lives.
async fn live_in(club: &Organisation, cities: &[(&str, &str)]) {
    for (contact, city) in cities {
        let body = json!({ "attributes": { "city": city } });
        club.send("PATCH", &format!("/v1/contacts/{contact}"), &body)
            .await;
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
    let app = App::start();
    let attributes = json!([{ "name": "city", "type": "text", "label": "City" }]);
    let club = app.organisation(json!({ "attributes": attributes })).await;
    for name in ["anna", "ben", "carla"] {
        club.grant(&format!("contact:{name}")).await;
    }
    let cities = [("anna", "Lyon"), ("ben", "Lyon"), ("carla", "Nice")];
    live_in(&club, &cities).await;
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

fn of_record<'a>(rows: &'a [Value], record: &str) -> Vec<&'a Value> {
    let of_record = rows.iter().filter(|row| row["record"] == record);
    of_record.collect()
}

/// What may be shown of a link stands in a row of its own: of hours that are over, from five on, as in the report, and without
/// those who are named.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_has_a_row_of_its_own_once_its_hour_is_over() {
    let Some(app) = App::start_own(Setup::default()) else {
        return skipped("has an hour pass in the database");
    };
    let attributes = json!([{ "name": "city", "type": "text", "label": "City" }]);
    let club = app.organisation(json!({ "attributes": attributes })).await;
    club.grant("contact:anna").await;
    live_in(&club, &[("anna", "Lyon"), ("p1", "Nice")]).await;
    let mail = club
        .message("<body><a href='https://a.example'>a</a><a href='https://b.example'>b</a></body>")
        .await;
    let [a, b] = mail.clicks().try_into().unwrap();
    let contacts = ["anna", "p1", "p2", "p3", "p4", "p5", "p6"];
    let tokens = club.tokens(&mail, &contacts).await;
    let hour = || ledger::now() / 3_600_000_000;
    let begun_in = hour();
    for person in &tokens {
        club.visit(&format!("/l/{}/{}", a.id, person.click)).await;
    }
    club.stats_with(&mail, "clicks", 7).await;
    let all = rows(&club, "").await;
    // Unless the clock struck meanwhile.
    if hour() == begun_in {
        assert_eq!(of_record(&all, "anonymous_by_link"), [] as [&Value; 0]);
    }
    let database = app.host().database();
    let passes = "UPDATE interaction_count SET hour = hour - 2";
    assert_eq!(database.execute(passes, []).unwrap(), 2);
    let expected = json!({
        "record": "anonymous_by_link", "message": mail.id, "message_name": "Test", "kind": "click",
        "link": a.id, "destination": "https://a.example", "n": 6,
    });
    for (clicks_on_b, anonymous) in [(0, 6), (1, 7)] {
        for person in &tokens[1..][..clicks_on_b] {
            club.visit(&format!("/l/{}/{}", b.id, person.click)).await;
        }
        let report = club.stats_with(&mail, "clicks", anonymous + 1).await;
        let all = rows(&club, "").await;
        // What has come in since is in the total, and on no link.
        assert_eq!(of_record(&all, "anonymous_by_link"), [&expected]);
        let of_mail = of_record(&all, "anonymous");
        assert_eq!((of_mail.len(), &of_mail[0]["n"]), (1, &json!(anonymous)));
        let named = of_record(&all, "identified");
        assert_eq!((named.len(), &named[0]["contact"]), (1, &json!("anna")));
        assert_eq!(named[0]["attributes"], json!({ "city": "Lyon" }));
        assert_eq!(all.len(), 3, "{all:?}");
        for link in report["links"].as_array().unwrap() {
            if link["link"] == *a.id {
                assert_eq!(link["anonymous"], expected["n"], "{report}");
            } else if link["link"] == *b.id && clicks_on_b > 0 {
                assert_eq!(link["anonymous"], Value::Null, "{report}");
            }
        }
    }
    let table = export(&club, "", "text/csv").await;
    let line = format!(
        "\r\nanonymous_by_link,{},Test,click,{},https://a.example,,,6,\r\n",
        mail.id, a.id
    );
    assert!(table.contains(&line), "{table}");
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
