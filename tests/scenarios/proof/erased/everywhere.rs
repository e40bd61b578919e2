//! Wherever something of a person could stand: answers, exports, files, cells of the database.

use std::path::{Path, PathBuf};
use std::process::Command;

use assent_tests::{App, Message, Organisation, assent};
use serde_json::{Value, json};

/// What can be fetched, each with its name.
pub type Fetched = Vec<(String, String)>;

const CSV_AND_LINES: [&str; 2] = ["text/csv", "application/x-ndjson"];
const FORMATS: [&str; 3] = ["text/plain", "text/csv", "application/x-ndjson"];

/// The files below a folder in which this stands.
pub fn files_with(folder: &Path, wanted: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, wanted));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            if bytes.windows(wanted.len()).any(|part| part == wanted) {
                found.push(path);
            }
        }
    }
    found
}

/// The cells of a database in which this stands, as `table.column`.
pub fn cells_with(database: &rusqlite::Connection, wanted: &str) -> Vec<String> {
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table'";
    let mut tables = database.prepare(tables).unwrap();
    let tables = tables.query_map([], |row| row.get(0)).unwrap();
    let tables: Vec<String> = tables.map(Result::unwrap).collect();
    let mut found = Vec::new();
    for table in tables {
        let mut rows = database.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let names: Vec<String> = rows.column_names().map(str::to_owned).collect();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for (column, name) in names.iter().enumerate() {
                let cell = row.get_ref(column).unwrap();
                let text = cell.as_bytes().unwrap_or_default();
                if String::from_utf8_lossy(text).contains(wanted) {
                    found.push(format!("{table}.{name}"));
                }
            }
        }
    }
    found
}

/// All that an organisation and its operator can fetch or have written without naming anybody.
pub async fn all(app: &App, club: &Organisation, mail: &Message) -> Fetched {
    let mut found = Fetched::new();
    for (path, formats) in paths(mail) {
        for format in formats {
            let request = club.request("GET", &path).header("accept", *format);
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 200, "{path}");
            found.push((format!("{path} {format}"), answer.text().await.unwrap()));
        }
    }
    let bodies = [
        (
            "/v1/audience",
            json!({ "when": { "clicked": { "messages": [mail.id] } } }),
        ),
        (
            "/v1/audience",
            json!({ "when": { "attribute": { "name": "nick", "is_set": true } } }),
        ),
    ];
    for (path, body) in bodies {
        let answer = club.send("POST", path, &body).await;
        found.push((format!("{path} {body}"), answer.to_string()));
    }
    for import in club.get("/v1/imports").await["imports"].as_array().unwrap() {
        let id = import["id"].as_str().unwrap();
        for path in [
            format!("/v1/imports/{id}"),
            format!("/v1/imports/{id}/errors"),
        ] {
            found.push(("imports".to_owned(), club.get(&path).await.to_string()));
        }
    }
    for path in [
        "/v1/organisations".to_owned(),
        format!("/v1/organisations/{}/settings/versions", club.id),
        format!("/v1/keys?organisation={}", club.id),
        format!("/v1/webhooks?organisation={}", club.id),
    ] {
        let answer = app.admin("GET", &path, &Value::Null).await;
        found.push((path, answer.to_string()));
    }
    found.extend(written(app, club));
    found
}

/// Addresses that name nobody, and in which formats they answer.
fn paths(mail: &Message) -> Vec<(String, &'static [&'static str])> {
    const ALWAYS: &str = "from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z";
    let mut paths: Vec<(String, &'static [&'static str])> = Vec::new();
    for action in ["set", "remove", "portability"] {
        paths.push((
            format!("/v1/exports/audit?action={action}&{ALWAYS}"),
            &FORMATS,
        ));
    }
    for flag in ["dc", "al", "tg", "cd", "sh", "re"] {
        paths.push((format!("/v1/exports/dissent?flag={flag}"), &FORMATS));
    }
    paths.push(("/v1/exports/consent".to_owned(), &FORMATS));
    for path in ["/v1/exports/contacts", "/v1/exports/interactions"] {
        paths.push((path.to_owned(), &CSV_AND_LINES));
    }
    let of_mail = format!("/v1/messages/{}", mail.id);
    for action in ["clicked", "opened", "not_clicked", "not_opened"] {
        let path = format!("{of_mail}/contacts?action={action}");
        paths.push((path, &["application/json", "text/csv"]));
    }
    for path in ["stats", "segments?by=nick"] {
        paths.push((
            format!("{of_mail}/{path}"),
            &["application/json", "text/csv"],
        ));
    }
    for path in ["", "/report", "/chart.svg", "/ceiling"] {
        paths.push((format!("{of_mail}{path}"), &["*/*"]));
    }
    for path in [
        "/v1/log/entries",
        "/v1/changes?after=0&limit=1000",
        "/v1/contacts?limit=1000",
        "/v1/contacts?status=accepted",
        "/v1/contacts?status=refused",
        "/v1/messages",
        "/v1/last-opens",
        "/v1/imports",
        "/v1/reports/consent",
        "/v1/forms",
        "/v1/forms/tracking",
        "/v1/rules",
    ] {
        paths.push((path.to_owned(), &["*/*"]));
    }
    paths
}

/// What the command line writes.
fn written(app: &App, club: &Organisation) -> Fetched {
    let folder = tempfile::tempdir().unwrap();
    let mut found = Fetched::new();
    for (what, format) in [
        ("consent", "dmp"),
        ("consent", "csv"),
        ("dissent", "ndjson"),
    ] {
        let output = folder.path().join(format!("{what}-{format}"));
        let done = Command::new(assent())
            .args(["export", what, "--format", format, "-o"])
            .arg(&output)
            .env("ASSENT_URL", app.base())
            .env("ASSENT_KEY", &club.key)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{said}");
        let mut all = said + &String::from_utf8_lossy(&done.stdout);
        // Every file has a line feed or is empty.
        for file in files_with(&output, b"\n") {
            all += &std::fs::read_to_string(file).unwrap();
        }
        found.push((format!("assent export {what} {format}"), all));
    }
    found
}
