//! Which regime a signal is under and a person is read by, and that a region only ever tightens.

use assent_tests::{App, Organisation, Setup};
use reqwest::Response;
use serde_json::{Value, json};

const MAIL: &str = "<body><a href='https://a.example'>a</a></body>";

async fn newest(club: &Organisation, subject: &str) -> Value {
    let signal = club.history(subject).await.remove(0);
    json!([signal["regime"], signal["regime_source"]])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_has_the_regime_of_the_request_or_the_region_or_the_organisation() {
    let app = App::start();
    let club = app.organisation(json!({ "default_regime": "casl" })).await;
    let decide = async |regime: Value, region: Value| {
        let body = json!({ "subject": "contact:anna", "flags": { "dc": true }, "regime": regime, "region": region });
        club.send("POST", "/v1/consent", &body).await;
        newest(&club, "contact:anna").await
    };
    for (regime, region, expected) in [
        (Value::Null, Value::Null, json!(["casl", "org"])),
        (Value::Null, json!("ca-qc"), json!(["law25", "ip"])),
        (Value::Null, json!("US-CA"), json!(["ccpa", "ip"])),
        (Value::Null, json!("JP"), json!(["law25", "ip"])),
        (json!("gdpr"), json!("CA-QC"), json!(["gdpr", "req"])),
    ] {
        assert_eq!(decide(regime, region).await, expected);
    }
    let wrong = json!({ "subject": "contact:anna", "flags": { "dc": true }, "region": "Quebec" });
    let answer = club
        .request("POST", "/v1/consent")
        .json(&wrong)
        .send()
        .await;
    let answer: Response = answer.unwrap();
    assert_eq!(answer.status(), 422);
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["pointer"], "/region");
    assert!(problem["detail"].as_str().unwrap().contains("ISO 3166"));
    let path = "/v1/consent/contact:anna?region=Quebec";
    let answer = club.request("GET", path).send().await.unwrap();
    assert_eq!(answer.status(), 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_region_tightens_what_is_read_and_never_loosens_it() {
    let app = App::start();
    let regions = json!({ "FR": "gdpr", "US": "global" });
    let club = app
        .organisation(json!({ "default_regime": "ccpa", "regions": regions }))
        .await;
    let path = format!("/v1/organisations/{}", club.id);
    let stored = app.admin("GET", &path, &Value::Null).await;
    assert_eq!(stored["settings"]["regions"], regions);
    for (question, regime, open) in [
        ("", "ccpa", true),
        ("?region=US-NY", "ccpa", true),
        ("?region=FR-75", "gdpr", false),
        ("?region=JP", "gdpr", false),
        ("?regime=law25&region=US", "law25", false),
    ] {
        let found = club
            .get(&format!("/v1/consent/contact:new{question}"))
            .await;
        assert_eq!(found["regime"], regime, "{question}");
        assert_eq!(found["gates"]["track"], open, "{question}");
    }
    for (path, subject) in [
        ("/v1/consent/query", json!({ "subject": "contact:new" })),
        (
            "/v1/consent/check",
            json!({ "gate": "track", "subjects": ["contact:new"] }),
        ),
    ] {
        for (region, regime) in [("FR", "gdpr"), ("US", "ccpa")] {
            let mut body = subject.clone();
            body["region"] = json!(region);
            let answer = club.send("POST", path, &body).await;
            let found = answer["items"].get(0).unwrap_or(&answer);
            assert_eq!(found["regime"], regime, "{path} {region}");
        }
    }
    // A signal under a stricter regime stays with the person; one under a looser one opens nothing.
    for (regime, expected) in [("casl", "casl"), ("global", "ccpa")] {
        let subject = format!("contact:{regime}");
        let body = json!({ "subject": subject, "flags": { "re": true }, "regime": regime });
        club.send("POST", "/v1/consent", &body).await;
        assert_eq!(club.consent(&subject).await["regime"], expected);
        assert_eq!(club.projection(&subject).await["regime"], expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proxys_header_says_where_a_person_is() {
    let setup = Setup::default().arguments(&["--variable", "region_header=X-Region"]);
    let Some(app) = App::start_own(setup) else {
        return;
    };
    let club = app.organisation(json!({ "default_regime": "ccpa" })).await;
    let mail = club.message(MAIL).await;
    let token = club.tokens(&mail, &["anna"]).await.remove(0);
    let mut clicks = 0;
    let mut identified = 0;
    for (regions, open) in [
        (&[][..], true),
        (&["US-CA"], true),
        (&["FR"], false),
        // A client's own header comes before the proxy's.
        (&["US-CA", "FR"], false),
        (&["FR", "US-CA"], true),
        (&["nowhere"], false),
        (&[""], false),
    ] {
        let mut request = app.request("GET", &mail.click_path(&token.click));
        for region in regions {
            request = request.header("x-region", *region);
        }
        assert_eq!(request.send().await.unwrap().status(), 302);
        clicks += 1;
        identified += u64::from(open);
        let stats = club.stats_with(&mail, "clicks", clicks).await;
        assert_eq!(stats["clicks"]["identified"], identified, "{regions:?}");
    }
    let form = format!("/p/{}/{}/tracking", club.id, token.preferences);
    for (region, expected) in [
        (Some("CA-QC"), json!(["law25", "ip"])),
        (Some("?"), json!(["law25", "ip"])),
        (None, json!(["ccpa", "org"])),
    ] {
        let mut request = app
            .request("POST", &form)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("answer=refuse");
        if let Some(region) = region {
            request = request.header("x-region", region);
        }
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_redirection(), "{answer:?}");
        assert_eq!(newest(&club, "contact:anna").await, expected);
    }
}

/// A database as the first version left it is brought up to date when the application starts.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_the_first_version_goes_on() {
    const FIRST: &str = include_str!("../../crates/store/migrations/0001_first_path.sql");
    const SIGNAL: &str = "org_id, subject_id, request_id, item, content, granted, refused, tier, source, regime, \
        regime_from, decided_at, grants_at, received_at, form, form_version, language, ip, actor";
    let Some(mut app) = App::start_own(Setup::default()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    club.refuse("contact:ben").await;
    app.with_host(|host| assert_eq!(host.stop(), Some(0)));
    let folder = app.host().state_dir();
    let (file, old) = (folder.join("sqlite_db.db"), folder.join("old.db"));
    for suffix in ["-wal", "-shm", ""] {
        let name = |file: &std::path::Path| format!("{}{suffix}", file.display());
        let _ = std::fs::rename(name(&file), name(&old));
    }
    // What was said, as the first version would have stored it.
    let database = app.host().database();
    database.execute_batch(FIRST).unwrap();
    let copied = format!(
        "ATTACH '{}' AS old; \
         INSERT INTO organisation SELECT * FROM old.organisation; \
         INSERT INTO api_key SELECT * FROM old.api_key; \
         INSERT INTO subject (id, org_id, keyed_hash, identifier, salt, first_seen, latest_at, version) \
         SELECT id, org_id, keyed_hash, identifier, salt, first_seen, 0, 0 FROM old.subject; \
         INSERT INTO signal (seq, {SIGNAL}) SELECT seq, {SIGNAL} FROM old.signal; \
         CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT; \
         INSERT INTO schema_version VALUES (1, 0);",
        old.display()
    );
    database.execute_batch(&copied).unwrap();
    drop(database);
    app.with_host(assent_tests::Host::start_again);

    let club = club.at(&app);
    assert_eq!(
        club.consent("contact:anna").await["hasTrackingConsent"],
        true
    );
    assert_eq!(
        club.consent("contact:ben").await["hasTrackingConsent"],
        false
    );
    let body = json!({ "subject": "contact:anna", "flags": { "al": false }, "regime": "law25" });
    club.send("POST", "/v1/consent", &body).await;
    assert_eq!(club.history("contact:anna").await.len(), 2);
    let anna = club.consent("contact:anna").await;
    assert_eq!(
        (&anna["hasTrackingConsent"], &anna["regime"]),
        (&json!(false), &json!("law25"))
    );
    let version = "SELECT max(version) FROM schema_version";
    let version: i64 = app
        .host()
        .database()
        .query_row(version, [], |row| row.get(0))
        .unwrap();
    let migrations =
        std::fs::read_dir(assent_tests::root().join("crates/store/migrations")).unwrap();
    let numbers = migrations.filter_map(|file| {
        let name = file.unwrap().file_name().into_string().unwrap();
        name.split('_').next()?.parse::<i64>().ok()
    });
    assert_eq!(version, numbers.max().unwrap());
}
