//! `assent import` and `assent export`: what a data platform's team types and puts into cron.

use std::path::Path;
use std::process::{Command, Output};

use assent_tests::{App, Organisation, assent, random, root};
use domain::files::{AuditRecord, ConsentRecord, DissentRecord};
use serde_json::{Value, json};

const EXAMPLES: &str = include_str!("../../crates/domain/tests/fixtures/dmp/consent-records.txt");

fn typed(app: &App, club: &Organisation, arguments: &[&str], folder: &Path) -> Output {
    Command::new(assent())
        .args(arguments)
        .current_dir(folder)
        .env("ASSENT_URL", app.base())
        .env("ASSENT_KEY", &club.key)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn fixture(name: &str) -> std::path::PathBuf {
    root().join("crates/cli/src/import/fixtures").join(name)
}

/// What stands in the lines, whatever the order of flags.
fn fields(line: &str) -> Vec<String> {
    let sorted = |field: &str| {
        let mut parts: Vec<&str> = field.split('&').collect();
        parts.sort_unstable();
        parts.join("&")
    };
    line.split('^').map(sorted).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn daily_folders_are_imported_once_whatever_they_are_packed_with() {
    let app = App::start();
    let club = app
        .organisation(json!({ "default_regime": "global" }))
        .await;
    let folder = tempfile::tempdir().unwrap();
    let day = |day: &str| {
        let folder = folder.path().join("consent-data").join(day);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    };
    let (one, two) = (day("2018-01-09"), day("2018-01-10"));
    std::fs::write(
        one.join("a.txt"),
        "contact^^1^set^^dc=0^\ncontact^^2^set^^dc=1^\n",
    )
    .unwrap();
    std::fs::write(one.join("_SUCCESS"), "").unwrap();
    std::fs::copy(fixture("level-3.lzo"), one.join("b.lzo")).unwrap();
    std::fs::write(one.join("b.lzo.index"), [0, 1, 2]).unwrap();
    std::fs::write(
        two.join("a.txt"),
        "contact^^1^set^^dc=1^\nno line\ncontact^^2^set^^dc=0^",
    )
    .unwrap();
    assert!(
        Command::new("gzip")
            .arg(two.join("a.txt"))
            .status()
            .unwrap()
            .success()
    );

    let run = || {
        typed(
            &app,
            &club,
            &["import", "consent-data", "--report", "errors.ndjson"],
            folder.path(),
        )
    };
    let output = run();
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert!(
        text(&output.stderr).contains("line 2: line: write 7 fields"),
        "{}",
        text(&output.stderr)
    );
    let report = std::fs::read_to_string(folder.path().join("errors.ndjson")).unwrap();
    let error: Value = serde_json::from_str(report.lines().next().unwrap()).unwrap();
    assert_eq!(error["line"], 2);
    assert!(
        error["file"]
            .as_str()
            .unwrap()
            .ends_with("2018-01-10/a.txt.gz")
    );
    assert_eq!(report.lines().count(), 1);
    // Without a time: the day of the folder.
    for (contact, granted) in [(1, true), (2, false)] {
        let found = club.consent(&format!("contact:{contact}")).await;
        assert_eq!(
            found["flags"]["dc"]["decided_at"],
            "2018-01-10T00:00:00.000000Z"
        );
        assert_eq!(found["flags"]["dc"]["effective"], granted);
        assert_eq!(found["version"], 2);
    }
    let imports = club.get("/v1/imports").await;
    assert_eq!(imports["imports"].as_array().unwrap().len(), 3);
    let lzo = imports["imports"]
        .as_array()
        .unwrap()
        .iter()
        .find(|run| run["file"] == "b.lzo")
        .unwrap();
    assert_eq!(
        (&lzo["accepted"], &lzo["rejected"]),
        (&json!(400), &json!(0))
    );

    let again = run();
    assert_eq!(again.status.code(), Some(3));
    assert_eq!(text(&again.stdout).matches("imported before").count(), 3);
    assert_eq!(club.get("/v1/imports").await, imports);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_imported_with_their_columns_mapped() {
    let app = App::start();
    let club = app
        .organisation(json!({ "default_regime": "global" }))
        .await;
    let folder = tempfile::tempdir().unwrap();
    let workbook = fixture("contacts.xlsx");
    let workbook = workbook.to_str().unwrap();
    let output = typed(
        &app,
        &club,
        &["import", workbook, "--columns", "Key=contact"],
        folder.path(),
    );
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let ada = club.consent("contact:4711").await;
    assert_eq!(ada["hasTrackingConsent"], true);
    assert_eq!(ada["dtTrackingConsent"], "2018-01-09T12:00:00.000000Z");
    assert_eq!(
        club.consent("contact:ben").await["hasTrackingConsent"],
        false
    );
    assert_eq!(club.consent("contact:c").await["version"], 0);

    std::fs::write(
        folder.path().join("optout.csv"),
        "email;tg\nada@example.org;no\n",
    )
    .unwrap();
    let output = typed(&app, &club, &["import", "optout.csv"], folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let body = json!({ "subject": "bk:email:ada@example.org" });
    let found = club.send("POST", "/v1/consent/query", &body).await;
    assert_eq!(found["flags"]["tg"]["choice"], "refused");
    for wrong in [
        &["import", "optout.csv", "--columns", "x=contact"][..],
        &["import", "nothing.txt"],
    ] {
        let output = typed(&app, &club, wrong, folder.path());
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_imported_is_exported_in_lines_of_the_same_shape() {
    let app = App::start();
    let club = app
        .organisation(json!({ "default_regime": "global" }))
        .await;
    let folder = tempfile::tempdir().unwrap();
    let lines = format!("{EXAMPLES}bk^crm^7^portability^^^\n");
    std::fs::write(folder.path().join("day.txt"), lines).unwrap();
    let output = typed(&app, &club, &["import", "day.txt"], folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let refusing = format!("device:idfa:{}", random());
    club.decide(&refusing, json!({ "tg": false, "dc": true }))
        .await;

    let today = &club.history(&refusing).await[0]["at"].as_str().unwrap()[..10].to_owned();
    let output = typed(
        &app,
        &club,
        &["export", "audit", "--day", today, "-o", "out"],
        folder.path(),
    );
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let log = |name: &str| {
        let file = format!("out/consent-audit-logs/{today}/{name}/part-00000");
        std::fs::read_to_string(folder.path().join(file)).unwrap()
    };
    let records = |name: &str| -> Vec<AuditRecord> {
        log(name)
            .lines()
            .map(|line| AuditRecord::parse(line).unwrap())
            .collect()
    };
    // As the examples of the DMP's own logs: the same number of fields, each of the same kind.
    let set = records("set");
    assert_eq!(set.len(), 4);
    for (imported, exported) in EXAMPLES.lines().zip(&set).take(2) {
        let imported = ConsentRecord::parse(imported).unwrap();
        let (_, value) = imported.subject.as_str().rsplit_once(':').unwrap();
        assert_eq!(exported.kuid.as_deref(), Some(value));
        assert_eq!(
            (exported.flags, exported.at),
            (imported.flags, imported.at.unwrap())
        );
        assert_eq!(exported.regime, imported.regime);
        assert_eq!(exported.bridge_key, None);
        assert_eq!(exported.organisation.to_string(), club.id);
    }
    for line in log("set").lines() {
        assert_eq!(fields(line).len(), 12);
    }
    assert_eq!(
        (records("rtbf").len(), records("portability").len()),
        (1, 2)
    );
    // Erased by the line before: named nowhere any more.
    assert_eq!(records("portability")[0].bridge_key, None);
    let named = records("portability").remove(1).bridge_key.unwrap();
    assert_eq!(named, ("crm".to_owned(), "7".to_owned()));

    let output = typed(
        &app,
        &club,
        &["export", "dissent", "-o", "out"],
        folder.path(),
    );
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    for (flag, refused) in [
        ("dc", 0),
        ("al", 1),
        ("tg", 2),
        ("cd", 0),
        ("sh", 2),
        ("re", 1),
    ] {
        let file = format!("out/dissent-data/{today}/{flag}/part-00000");
        let list = std::fs::read_to_string(folder.path().join(file)).unwrap();
        assert_eq!(list.lines().count(), refused, "{flag}: {list}");
        for line in list.lines() {
            let record = DissentRecord::parse(line).unwrap();
            assert_eq!(
                (record.flag.code(), record.to_string().as_str()),
                (flag, line)
            );
        }
    }
    let output = typed(
        &app,
        &club,
        &[
            "export", "audit", "--day", today, "-o", "out", "--format", "csv",
        ],
        folder.path(),
    );
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let csv = std::fs::read_to_string(
        folder
            .path()
            .join(format!("out/consent-audit-logs/{today}/set/part-00000.csv")),
    );
    let csv = csv.unwrap();
    assert!(csv.starts_with("seq,subject,via,action,dc,"), "{csv}");
    assert!(csv.contains(",device:kxcookie:abcdef123,,set,true,true,true,true,false,true,file,global,req,2018-01-09T04:21:51.277000Z,"));

    let report = typed(&app, &club, &["export", "report", "--json"], folder.path());
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    let rows = report["rows"].as_array().unwrap();
    let count = |flag: &str, value: &str, regime: Value| {
        let row = rows
            .iter()
            .find(|row| row["flag"] == flag && row["value"] == value && row["regime"] == regime);
        row.map_or(0, |row| row["subjects"].as_u64().unwrap())
    };
    assert_eq!(report["subjects"], 3);
    assert_eq!(count("tg", "granted", json!("global")), 1);
    assert_eq!(count("tg", "refused", json!("gdpr")), 1);
    assert_eq!(count("tg", "refused", json!("global")), 1);
    assert_eq!(count("al", "unset", Value::Null), 1);
    assert_eq!(count("dc", "lapsed", json!("gdpr")), 1);
}
