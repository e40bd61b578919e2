//! What is kept no longer goes, in slices, whoever asks; totals and decisions stay.

mod tables;

use std::process::Command;

use assent_tests::{App, Organisation, assent, ledger, skipped};
use serde_json::{Value, json};

const DAY: i64 = 86_400_000_000;
const MONTH: i64 = 30 * DAY;

/// What retention reaches of an organisation: of each row a name that says whose it is.
const REACHED: [(&str, &str); 9] = [
    (
        "interaction",
        "SELECT s.identifier FROM interaction i JOIN subject s ON s.id = i.subject_id WHERE s.org_id = ?1",
    ),
    (
        "last_open",
        "SELECT s.identifier FROM last_open o JOIN subject s ON s.id = o.subject_id WHERE o.org_id = ?1",
    ),
    (
        "anonymous_person",
        "SELECT m.name FROM anonymous_person p JOIN message m ON m.id = p.message_id WHERE m.org_id = ?1",
    ),
    (
        "signal",
        "SELECT s.identifier FROM signal g JOIN subject s ON s.id = g.subject_id WHERE g.org_id = ?1 AND g.ip IS NOT NULL",
    ),
    (
        "import_error",
        "SELECT r.file FROM import_error e JOIN import_run r ON (r.org_id, r.id) = (e.org_id, e.run_id) WHERE e.org_id = ?1",
    ),
    (
        "attempt",
        "SELECT request_id FROM attempt WHERE org_id = ?1",
    ),
    (
        "contact_request",
        "SELECT request_id FROM contact_request WHERE org_id = ?1",
    ),
    (
        "asked",
        "SELECT s.identifier FROM asked a JOIN subject s ON s.id = a.subject_id WHERE s.org_id = ?1",
    ),
    (
        "contact_attribute",
        "SELECT s.identifier FROM contact_attribute v JOIN attribute a ON a.id = v.attribute_id \
         JOIN subject s ON s.id = v.subject_id WHERE a.org_id = ?1 AND a.name = 'shoe'",
    ),
];

/// What one answer takes away at most: 40 statements of 500 rows (docs/operations.md).
const ONE_ANSWER: i64 = 20_000;
/// More than that.
const MANY: i64 = 20_501;
/// One row for each of [`MANY`].
const NUMBERS: &str =
    "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 20501)";

async fn retain(app: &App) -> bool {
    let answer = app.request("POST", "/v1/retain").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json::<Value>().await.unwrap()["more"]
        .as_bool()
        .unwrap()
}

async fn retain_all(app: &App) -> u32 {
    for number in 1..200 {
        if !retain(app).await {
            return number;
        }
    }
    panic!("there is always more");
}

/// As if everything of this organisation had happened so many months earlier.
fn make_older(app: &App, club: &Organisation, months: i64) {
    let host = app.own_host().unwrap();
    let database = host.database();
    let micros = months * MONTH;
    let of_club = "(SELECT id FROM message WHERE org_id = ?2)";
    for statement in [
        format!("UPDATE interaction SET at = at - ?1 WHERE message_id IN {of_club}"),
        "UPDATE activity_day SET day = day - ?1 / 86400000000 WHERE org_id = ?2".to_owned(),
        format!(
            "UPDATE interaction_count SET hour = hour - ?1 / 3600000000 WHERE message_id IN {of_club}"
        ),
        "UPDATE message SET created_at = created_at - ?1 WHERE org_id = ?2".to_owned(),
        "UPDATE import_run SET started_at = started_at - ?1 WHERE org_id = ?2".to_owned(),
    ] {
        database
            .execute(&statement, rusqlite::params![micros, club.id])
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn old_interactions_become_anonymous_and_totals_stay() {
    let Some(app) = App::start_own(assent_tests::Setup::default()) else {
        return skipped("looks into the database");
    };
    let (old, keeps) = (
        app.organisation(json!({})).await,
        app.organisation(json!({ "retention": { "interactions_months": null } }))
            .await,
    );
    let mut before = Vec::new();
    for club in [&old, &keeps] {
        for name in ["anna", "ben"] {
            club.grant(&format!("contact:{name}")).await;
        }
        let mail = club
            .message("<body><a href='https://a.example'>a</a></body>")
            .await;
        let tokens = club.tokens(&mail, &["anna", "ben", "chloe"]).await;
        for person in &tokens {
            club.visit(&mail.click_path(&person.click)).await;
        }
        let database = app.own_host().unwrap().database();
        let run = "INSERT INTO import_run (org_id, id, file, actor, dated_at, started_at, changed_at) VALUES (?1, 'old', 'f', 'k', 1, unixepoch() * 1000000, 1)";
        database.execute(run, [&club.id]).unwrap();
        let error =
            "INSERT INTO import_error (org_id, run_id, line, reason) VALUES (?1, 'old', 1, 'x')";
        database.execute(error, [&club.id]).unwrap();
        before.push((club, club.stats_with(&mail, "clicks", 3).await, mail));
        make_older(&app, club, 30);
    }
    retain_all(&app).await;
    let (club, was, mail) = &before[0];
    let is = club.stats(mail).await;
    let clicks = json!({ "total": 3, "identified": 0, "anonymous": 3, "scanners": 0 });
    assert_eq!(is["clicks"], clicks);
    assert_eq!(is["sent"], was["sent"]);
    assert_eq!(Organisation::named(&is), Vec::<String>::new());
    // What she decided is kept, and what is said about her says no more of the click.
    assert_eq!(
        club.consent("contact:anna").await["hasTrackingConsent"],
        true
    );
    let everything = club.get("/v1/consent/contact:anna/export").await;
    assert_eq!(everything["interactions"], json!([]), "{everything}");
    let errors = club.get("/v1/imports/old/errors").await;
    assert_eq!(errors["errors"], json!([]));
    let days = |club: &Organisation| -> (i64, i64) {
        let count = "SELECT count(DISTINCT d.id), count(a.n) FROM activity_day d LEFT JOIN activity a ON a.day_id = d.id \
            WHERE d.org_id = ?1";
        let database = app.own_host().unwrap().database();
        let found = database.query_row(count, [&club.id], |row| Ok((row.get(0)?, row.get(1)?)));
        found.unwrap()
    };
    assert_eq!(days(club).1, 0, "on which somebody did something");
    assert_eq!(days(club).0, 0, "on which nobody did anything");
    // Who keeps them keeps them.
    let (club, was, mail) = &before[1];
    assert_eq!(days(club).1, 2);
    assert_eq!(&club.stats(mail).await["clicks"], &was["clicks"]);
    // Again, and on another host: nothing more.
    assert!(!retain(&app).await);
    for (club, _, _) in &before {
        let (status, problem) = {
            let body = json!({ "retention": { "attempts_months": 1 } });
            let path = format!("/v1/organisations/{}", club.id);
            let answer = app
                .request("PUT", &path)
                .bearer_auth(app.admin_token())
                .json(&body)
                .send();
            let answer = answer.await.unwrap();
            (answer.status(), answer.text().await.unwrap())
        };
        assert_eq!(status, 422, "{problem}");
    }
}

/// How many rows are there that are too old.
fn left(app: &App, club: &Organisation) -> i64 {
    let database = app.host().database();
    let count = |names: &str| -> i64 {
        let count = format!("SELECT count(*) FROM ({names})");
        database
            .query_row(&count, [&club.id], |row| row.get(0))
            .unwrap()
    };
    REACHED.iter().map(|(_, names)| count(names)).sum()
}

/// However much there is, an answer takes away no more than its part and says that there is more, so that decisions come in
/// between; and whoever asks again and again comes to an end.
#[tokio::test(flavor = "multi_thread")]
async fn one_answer_takes_away_a_part_and_says_that_there_is_more() {
    let Some(app) = App::start_own(assent_tests::Setup::default()) else {
        return skipped("looks into the database");
    };
    let club = app.organisation(json!({})).await;
    let lines: String = (0..MANY)
        .map(|number| format!("contact^^{number}^set^gdpr^dc=1^1515471711277000\n"))
        .collect();
    let (_, imported) = club.import("import-of-many", "", lines).await;
    assert_eq!(imported["import"]["accepted"], MANY, "{imported}");
    let links = json!({ "content": "<body><a href='https://a.example'>a</a></body>" });
    let mail = club.message_with(links).await;
    let link = &mail.clicks()[0].id;
    let long_ago = ledger::now() - 120 * MONTH;
    {
        let database = app.host().database();
        let patience = std::time::Duration::from_secs(30);
        database.busy_timeout(patience).unwrap();
        let fill = format!(
            "DROP TRIGGER signal_is_never_updated; DROP TRIGGER signal_address_is_only_erased;
             BEGIN IMMEDIATE;
             UPDATE signal SET ip = '203.0.113.0/24', received_at = {long_ago};
             UPDATE message SET created_at = {long_ago};
             UPDATE import_run SET started_at = {long_ago};
             INSERT INTO interaction (message_id, link_id, subject_id, at)
               SELECT '{mail}', '{link}', id, {long_ago} FROM subject;
             INSERT INTO interaction_count (message_id, link_id, kind, hour, verdict, n)
               SELECT '{mail}', '{link}', 'click', {long_ago} / 3600000000, 'identified', count(*) FROM subject;
             INSERT INTO last_open (org_id, subject_id, day) SELECT org_id, id, {long_ago} / 86400000000 FROM subject;
             {NUMBERS} INSERT INTO anonymous_person (message_id, kind, person, n)
               SELECT '{mail}', 'click', printf('%032x', n), 1 FROM number;
             {NUMBERS} INSERT INTO import_error (org_id, run_id, line, reason)
               SELECT org_id, id, n, 'x' FROM import_run, number;
             {NUMBERS} INSERT INTO attempt (org_id, request_id, received_at)
               SELECT '{org}', 'request-' || n, {long_ago} FROM number;
             {NUMBERS} INSERT INTO contact_request (org_id, request_id, item, content, received_at)
               SELECT '{org}', 'request-' || n, 0, '', {long_ago} FROM number;
             INSERT INTO asked (subject_id, at) SELECT id, {long_ago} FROM subject;
             INSERT INTO attribute (org_id, name) VALUES ('{org}', 'shoe');
             INSERT INTO contact_attribute (attribute_id, subject_id, value, at)
               SELECT attribute.id, subject.id, '43', {long_ago} FROM attribute, subject;
             COMMIT;",
            mail = mail.id,
            org = club.id,
        );
        database.execute_batch(&fill).unwrap();
    }
    let tables = i64::try_from(REACHED.len()).unwrap();
    let all = tables * MANY;
    assert_eq!(left(&app, &club), all);
    let mut before = all;
    let mut answers = 0;
    loop {
        let more = retain(&app).await;
        let after = left(&app, &club);
        answers += 1;
        assert!(
            before - after <= ONE_ANSWER,
            "answer {answers} took away {} rows",
            before - after
        );
        assert!(answers > 1 || after > 0, "all at once");
        if !more {
            assert_eq!(after, 0, "nothing was said of these");
            break;
        }
        assert!(after < before || after == 0, "always the same answer");
        before = after;
    }
    assert!(answers > all / ONE_ANSWER, "{answers}");
    let stats = club.stats(&mail).await;
    let clicks = json!({ "total": MANY, "identified": 0, "anonymous": MANY, "scanners": 0 });
    assert_eq!(stats["clicks"], clicks);
    let people = json!({ "clicks": MANY, "opens": 0 });
    assert_eq!(stats["anonymous_people"], people);
    assert_eq!(club.history("contact:7").await.len(), 1);
}

/// `assent retain` asks as often as it takes, and says how often that was.
#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_takes_everything_away_that_is_too_old() {
    let Some(app) = App::start_own(assent_tests::Setup::default()) else {
        return skipped("looks into the database");
    };
    let club = app.organisation(json!({})).await;
    let request = club.request("PATCH", "/v1/contacts/anna");
    let request = request.header("idempotency-key", "request-of-today");
    let answer = request.json(&json!({ "attributes": {} })).send().await;
    assert_eq!(answer.unwrap().status(), 200);
    let fill = format!(
        "{NUMBERS} INSERT INTO contact_request (org_id, request_id, item, content, received_at)
         SELECT ?1, 'request-' || n, 0, '', ?2 FROM number"
    );
    let long_ago = ledger::now() - 120 * MONTH;
    let database = app.host().database();
    let filled = database.execute(&fill, rusqlite::params![club.id, long_ago]);
    assert_eq!(i64::try_from(filled.unwrap()).unwrap(), MANY);
    let run = || {
        let mut command = Command::new(assent());
        let output = command.args(["retain", "--url", app.base()]).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let kept = || -> Vec<String> {
        let mut statement = database
            .prepare("SELECT request_id FROM contact_request")
            .unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    assert_eq!(kept().len(), 20_502);
    // A part, the rest, and that it was the rest.
    let said = run();
    assert!(said.contains("after 3 requests"), "{said}");
    assert_eq!(kept(), ["request-of-today"]);
    let said = run();
    assert!(said.contains("after 1 requests"), "{said}");
}

/// Many at once take away the same, once.
#[tokio::test(flavor = "multi_thread")]
async fn slices_of_several_callers_join() {
    let Some(app) = App::start_own(assent_tests::Setup::default()) else {
        return skipped("looks into the database");
    };
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let anna = club.tokens(&mail, &["anna"]).await.remove(0);
    club.visit(&mail.click_path(&anna.click)).await;
    club.stats_with(&mail, "clicks", 1).await;
    {
        let database = app.own_host().unwrap().database();
        database
            .execute_batch(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2999)
                 INSERT INTO interaction (message_id, link_id, subject_id, at)
                 SELECT message_id, link_id, subject_id, at FROM interaction, n;
                 UPDATE interaction_count SET n = 3000;",
            )
            .unwrap();
    }
    make_older(&app, &club, 26);
    let (one, other, third) = tokio::join!(retain_all(&app), retain_all(&app), retain_all(&app));
    assert!(one.max(other).max(third) < 50);
    let report = club.stats(&mail).await;
    let clicks = json!({ "total": 3000, "identified": 0, "anonymous": 3000, "scanners": 0 });
    assert_eq!(report["clicks"], clicks);
    assert_eq!(report["links"][0]["total"], 3000);
}

/// The network of an old decision goes; the decision, its place in the log and its proof stay.
#[tokio::test(flavor = "multi_thread")]
async fn networks_of_old_decisions_go_and_the_log_stays_whole() {
    let Some(app) = App::start_own(assent_tests::Setup::default()) else {
        return skipped("looks into the database");
    };
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let host = app.own_host().unwrap();
    let with_network = |text: &str| -> i64 {
        let database = host.database();
        database
            .query_row(
                &format!("SELECT count(*) FROM signal WHERE ip {text}"),
                [],
                |row| row.get(0),
            )
            .unwrap()
    };
    {
        let database = host.database();
        // The log forbids it; this is a clock that has gone on for two years.
        database
            .execute_batch(
                "DROP TRIGGER signal_is_never_updated; DROP TRIGGER signal_address_is_only_erased;
                 UPDATE signal SET ip = '203.0.113.0/24', received_at = received_at - 63000000000000;",
            )
            .unwrap();
    }
    assert_eq!(with_network("IS NOT NULL"), 1);
    retain_all(&app).await;
    assert_eq!(
        (with_network("IS NOT NULL"), with_network("IS NULL")),
        (0, 1)
    );
    assert_eq!(club.history("contact:anna").await.len(), 1);
}

/// What nothing needs any more: *Ask me later* after every delay, hashes of people in an old mail (how many they are is
/// kept), clicks that were compared, values of attributes that nobody defines.
#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_needs_any_more_goes() {
    let Some(app) = App::start_own(assent_tests::Setup::default()) else {
        return skipped("looks into the database");
    };
    let attributes = json!([
        { "name": "city", "type": "text", "label": "City" },
        { "name": "shoe", "type": "text", "label": "Shoe" },
    ]);
    let settings = json!({ "anonymous_tokens": "distinct", "attributes": attributes });
    let club = app.organisation(settings).await;
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let tokens = club.tokens(&mail, &["anna", "ben"]).await;
    for token in &tokens {
        club.visit(&mail.click_path(&token.click)).await;
    }
    club.visit(&mail.open_path(&tokens[0].click)).await;
    club.stats_with(&mail, "clicks", 2).await;
    let stats = club.stats_with(&mail, "opens", 1).await;
    let people = json!({ "clicks": 2, "opens": 1 });
    assert_eq!(stats["anonymous_people"], people);
    let body = json!({ "attributes": { "city": "Lyon", "shoe": "43" } });
    club.send("PUT", "/v1/contacts/anna", &body).await;
    club.send("PATCH", "/v1/contacts/ben", &json!({ "attributes": {} }))
        .await;
    let host = app.own_host().unwrap();
    let number = |query: &str| -> i64 {
        host.database()
            .query_row(query, [], |row| row.get(0))
            .unwrap()
    };
    assert!(number("SELECT count(*) FROM recent_click") > 0);
    host.database()
        .execute_batch(
            "INSERT INTO asked (subject_id, at) SELECT id,
               unixepoch() * 1000000 - iif(identifier = 'contact:anna', 368, 1) * 86400000000 FROM subject;
             UPDATE recent_click SET at = at - 11000000;
             UPDATE contact_attribute SET at = at - 2 * 86400000000;",
        )
        .unwrap();
    make_older(&app, &club, 30);
    let settings = json!({ "anonymous_tokens": "distinct", "attributes": [attributes[0]] });
    app.admin("PUT", &format!("/v1/organisations/{}", club.id), &settings)
        .await;
    retain_all(&app).await;
    assert_eq!(number("SELECT count(*) FROM recent_click"), 0);
    assert_eq!(number("SELECT count(*) FROM anonymous_person"), 0);
    assert_eq!(number("SELECT count(*) FROM asked"), 1);
    assert_eq!(number("SELECT count(*) FROM contact_attribute"), 1);
    assert_eq!(club.stats(&mail).await["anonymous_people"], people);
    let kept = club.get("/v1/consent/contact:anna/export").await;
    assert_eq!(kept["attributes"], json!({ "city": "Lyon" }));
}
