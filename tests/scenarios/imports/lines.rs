//! What lines and rows do.

use assent_tests::{App, Organisation, Setup, random};
use serde_json::{Value, json};

use super::line;
use super::whole::stored;

const EXAMPLES: &str =
    include_str!("../../../crates/domain/tests/fixtures/dmp/consent-records.txt");

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_of_the_documentation_come_into_force() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let (_, last) = club.import(&random(), "?file=day.txt", EXAMPLES).await;
    assert_eq!(last["import"]["line"], 5);
    assert_eq!(last["import"]["file"], "day.txt");
    for (subject, flags, regime) in [
        (
            "device:kxcookie:abcdef123",
            json!({ "dc": true, "al": true, "tg": true, "cd": true, "sh": false, "re": true }),
            "global",
        ),
        (
            "device:idfa:6D92078A-8246-4BA4-AE5B-76104861E7DC",
            json!({ "dc": true, "al": false, "tg": false, "cd": true, "sh": false, "re": false }),
            "gdpr",
        ),
    ] {
        let signal = &club.history(subject).await[0];
        assert_eq!(signal["flags"], flags);
        assert_eq!(signal["regime"], regime);
        assert_eq!(signal["regime_source"], "req");
        assert_eq!(signal["at"], "2018-01-09T04:21:51.277000Z");
        assert_eq!(
            (&signal["tier"], &signal["source"]),
            (&json!("direct"), &json!("file"))
        );
        assert!(signal["actor"].is_string());
    }
    // The last three are about the same person: a decision, its erasure, and a request for all that is stored.
    assert_eq!(last["import"]["accepted"], 5);
    let hash = "f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a";
    let person = format!("bk:email_sha256:{hash}");
    let erased = club.consent(&person).await;
    assert_eq!(erased["flags"]["tg"]["choice"], Value::Null);
    assert_eq!(club.projection(&person).await["gates"]["collect"], false);
    let log = |action: &str| {
        let path = format!("/v1/exports/audit?action={action}");
        let request = club.request("GET", &path).send();
        async move { request.await.unwrap().text().await.unwrap() }
    };
    for (action, lines) in [("set", 3), ("remove", 1), ("portability", 1)] {
        let log = log(action).await;
        assert_eq!(log.lines().count(), lines, "{log}");
        for line in log.lines() {
            let record = domain::files::AuditRecord::parse(line).unwrap();
            assert_eq!(record.to_string(), line);
            assert_eq!(record.action.code(), action);
            assert_eq!(record.organisation.to_string(), club.id);
            assert!(action == "portability" || !line.contains(hash), "erased");
        }
    }
    let first = log("set").await;
    let first = first.lines().next().unwrap().rsplit_once('^').unwrap().0;
    let expected = format!(
        "-^-^abcdef123^{}^file^1515471711277000^cg=47&dc=1&cd=1&re=1&tg=1&al=1&sh=0^set^global^req^",
        club.id
    );
    assert_eq!(first, expected);
    // Older than the erasure: void.
    let (_, again) = club
        .import(&random(), "", EXAMPLES.lines().nth(2).unwrap())
        .await;
    assert_eq!(
        (&again["import"]["void"], &again["import"]["accepted"]),
        (&json!(1), &json!(0))
    );
    let edge = club.projection("device:kxcookie:abcdef123").await;
    assert_eq!(edge["flags"]["sh"]["choice"], "refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn good_lines_are_not_held_back_by_bad_ones() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let good = |contact| line(contact, true, 1_515_471_711_000_000);
    let text = format!(
        "\u{feff}{}\r\nno line\n\n{}contact^^3^set^^dc=1^9999999999999999\n{}\n{}",
        good(1).trim_end(),
        good(2),
        "x".repeat(100_000),
        good(4).trim_end(),
    );
    let id = random();
    let (answered, last) = club.import(&id, "", text.clone()).await;
    let places: Vec<&Value> = answered.iter().map(|line| &line["line"]).collect();
    assert_eq!(places, [2, 5, 6]);
    assert_eq!(answered[1]["problem"]["pointer"], "line 5");
    let import = &last["import"];
    assert_eq!(
        (&import["accepted"], &import["rejected"]),
        (&json!(3), &json!(3))
    );
    let errors = club.get(&format!("/v1/imports/{id}/errors")).await;
    let reasons: Vec<&str> = errors["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["reason"].as_str().unwrap().split(':').next().unwrap())
        .collect();
    assert_eq!(reasons, ["line", "TS", "line"]);
    let page = club
        .get(&format!("/v1/imports/{id}/errors?limit=1&after=2"))
        .await;
    assert_eq!(page["errors"][0]["line"], 5);
    assert_eq!(page["next"], "?after=5&limit=1");
    for contact in [1, 2, 4] {
        let found = club.consent(&format!("contact:{contact}")).await;
        assert_eq!(found["version"], 1, "{contact}");
    }
    assert_eq!(club.consent("contact:3").await["version"], 0);

    let found = club.get(&format!("/v1/imports/{id}")).await;
    assert_eq!(&found, import);
    assert_eq!(club.get("/v1/imports").await["imports"][0], found);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_date_wins_and_a_repetition_changes_nothing() {
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let club = app
        .organisation(json!({ "default_regime": "global" }))
        .await;
    // The edge knows these two already.
    club.grant("contact:1").await;
    club.refuse("contact:2").await;
    let old = [
        line(1, false, 1_515_471_711_000_000),
        line(2, true, 1_515_471_711_000_000),
    ]
    .concat();
    club.import(&random(), "", old).await;
    assert_eq!(
        club.projection("contact:1").await["hasTrackingConsent"],
        true
    );
    assert_eq!(
        club.projection("contact:2").await["hasTrackingConsent"],
        false
    );
    // Newer than everything: a refusal is in force at the edge when it is acknowledged.
    let now = "contact^^1^set^^dc=0^\ncontact^^3^set^^dc=0^\n";
    let id = random();
    club.import(&id, "", now).await;
    for contact in ["contact:1", "contact:3"] {
        assert_eq!(
            club.projection(contact).await["hasTrackingConsent"],
            false,
            "{contact}"
        );
    }
    // Without a time: the file's date. Agreed since, so the same file again changes nothing.
    let later = club.grant("contact:1").await;
    let before = stored(&app, &club);
    let (_, again) = club.import(&id, "", now).await;
    assert_eq!(again["repeated"], 2);
    assert_eq!(stored(&app, &club), before);
    let edge = club.projection("contact:1").await;
    assert_eq!(edge["version"], later["consent"]["version"]);
    assert_eq!(edge["hasTrackingConsent"], true);
    let dated = "contact^^1^set^^dc=0^\n";
    club.import(&random(), "?at=2018-01-09T00:00:00Z", dated)
        .await;
    assert_eq!(
        club.projection("contact:1").await["hasTrackingConsent"],
        true
    );
    // Another file under the same id is none.
    for other in [
        "contact^^1^set^^dc=0^\n",
        "contact^^1^set^^dc=0^\ncontact^^4^set^^dc=0^\n",
        "",
        &format!("{now}\n"),
    ] {
        let (_, last) = club.import(&id, "", other.to_owned()).await;
        assert_eq!(
            last["problem"]["type"], "urn:assent:problem:conflict",
            "{other}"
        );
    }
    assert_eq!(club.consent("contact:4").await["version"], 0);
    assert_eq!(
        app.host()
            .database()
            .query_row("SELECT count(*) FROM unprojected", [], |row| row.get(0)),
        Ok(0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_from_the_start_is_a_problem_document() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let reader = Organisation::make_key(&app, &club.id, &["consent:read"]).await;
    let request = |key: &str, query: &str, kind: &str| {
        app.request("POST", &format!("/v1/imports{query}"))
            .bearer_auth(key)
            .header("content-type", kind.to_owned())
            .body(EXAMPLES)
    };
    let id = ("idempotency-key", random());
    for (request, status) in [
        (request("wrong", "", "text/plain"), 401),
        (request(&reader, "", "text/plain"), 403),
        (request(&club.key, "", "application/json"), 415),
        (
            request(&club.key, "", "text/plain").header("content-encoding", "br"),
            415,
        ),
        (request(&club.key, "?at=yesterday", "text/plain"), 422),
        (request(&club.key, "?datum=1", "text/plain"), 422),
    ] {
        let answer = request.header(id.0, &id.1).send().await.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        assert!(answer.headers().contains_key("x-request-id"));
    }
    let unnamed = request(&club.key, "", "text/plain").send().await.unwrap();
    assert_eq!(unnamed.status(), 422);
    assert_eq!(club.get("/v1/imports").await["imports"], json!([]));
    // What is not packed as it says.
    let packed = request(&club.key, "", "text/plain").header("content-encoding", "gzip");
    let answer = packed
        .header(id.0, &id.1)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(answer.contains("urn:assent:problem:malformed"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_read_with_its_columns_mapped() {
    let app = App::start();
    let club = app
        .organisation(json!({ "default_regime": "global", "tracking_flags": ["dc", "tg"] }))
        .await;
    let table = "Key;Name;Consent;Date\r\n4711;\"Ada\nLovelace\";true;2018-01-09 04:21:51\r\n4712;Ben;;\r\n\
                 4713;\"C;\"\"é\";no;2018-01-09\r\n4714;D;perhaps;\r\n4715;E;1;";
    let import = |id: String, columns: &str, table: String| {
        let path = format!("/v1/imports?columns={}", columns.replace('=', "%3D"));
        let request = club
            .request("POST", &path)
            .header("content-type", "text/csv");
        let request = request.header("idempotency-key", id).body(table);
        async move { request.send().await.unwrap().text().await.unwrap() }
    };
    let id = random();
    let columns = "Key=contact,Consent=hasTrackingConsent,Date=at";
    let answer = import(id.clone(), columns, table.to_owned()).await;
    let found = club.get(&format!("/v1/imports/{id}")).await;
    assert_eq!(
        (&found["accepted"], &found["rejected"]),
        (&json!(3), &json!(1)),
        "{answer}"
    );
    let errors = club.get(&format!("/v1/imports/{id}/errors")).await;
    assert_eq!(
        errors["errors"][0]["line"], 6,
        "lines, not rows, are counted"
    );
    let ada = club.consent("contact:4711").await;
    assert_eq!(ada["hasTrackingConsent"], true);
    assert_eq!(ada["dtTrackingConsent"], "2018-01-09T04:21:51.000000Z");
    assert_eq!(
        club.history("contact:4713").await[0]["flags"],
        json!({ "dc": false, "tg": false })
    );
    assert_eq!(club.consent("contact:4712").await["version"], 0);
    let again = import(id, columns, table.to_owned()).await;
    assert!(again.contains("\"repeated\":3"), "{again}");
    for (columns, table) in [
        ("", table),
        ("Name=contact", table),
        ("Key=contact", "Key,dc\n\"4711"),
        ("Key=contact", ""),
    ] {
        let text = format!(
            "{table}{}",
            "x".repeat(if table.starts_with("Key,") {
                100_000
            } else {
                0
            })
        );
        let answer = import(random(), columns, text).await;
        let expected = if table.is_empty() {
            "\"line\":0"
        } else {
            "urn:assent:problem:invalid"
        };
        assert!(answer.contains(expected), "{columns}: {answer}");
    }
}
