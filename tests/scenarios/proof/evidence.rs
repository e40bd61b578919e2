//! Exports that are held against the log, and the archive with all evidence, with the real command.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assent_tests::{App, Dice, Form, Organisation, Setup, assent};
use serde_json::{Value, json};

use crate::kept::{Kept, text_of};
use crate::verifiers::Verifiers;
use crate::{INVALID, VALID, altered};

fn command(app: &App, club: &Organisation, arguments: &[&str]) -> Output {
    let mut command = Command::new(assent());
    command
        .args(arguments)
        .env("ASSENT_URL", app.base())
        .env("ASSENT_KEY", &club.key);
    command.output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_export_is_held_against_the_log() {
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let attributes = json!([{ "name": "vip", "type": "boolean", "label": "VIP" }]);
    let club = app.organisation(json!({ "attributes": attributes })).await;
    let kept = Kept::new(&club).await;
    for name in ["anna", "ben", "carla"] {
        club.grant(&format!("contact:{name}")).await;
    }
    club.refuse("contact:ben").await;
    let vip = json!({ "attributes": { "vip": true } });
    club.send("PUT", "/v1/contacts/ben", &vip).await;
    let path = "/v1/consent/contact:ben/export";
    let person = kept.keep("person.json", &text_of(&club, path).await);
    let table = club.request("GET", path).header("accept", "text/csv");
    let table = table.send().await.unwrap().text().await.unwrap();
    let table = kept.keep("person.csv", &table);
    let receipt = kept.keep(
        "ben.jws",
        &text_of(&club, "/v1/consent/contact:ben/receipt").await,
    );
    kept.head(&club, "head.txt").await;
    kept.keep("entries.ndjson", &text_of(&club, "/v1/log/entries").await);
    // The other verifier takes a person's export, too, with attributes as the list of contacts shows them.
    let mut both = Verifiers::start(&kept);
    for (export, shown) in [
        ("person.json", "\"vip\":true"),
        ("person.csv", "attribute,,vip,true,"),
    ] {
        let files = kept.read([export, "entries.ndjson", "head.txt", "ben.jws"]);
        assert!(files[0].contains(shown), "{}", files[0]);
        assert_eq!(both.verdicts(("export", files)), [true; 2], "{export}");
    }
    let mut exports = vec![person, table];
    for (format, name) in [
        ("text/plain", "a.txt"),
        ("text/csv", "a.csv"),
        ("application/x-ndjson", "a.ndjson"),
    ] {
        let path = "/v1/exports/audit?action=set&from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z";
        let answer = club
            .request("GET", path)
            .header("accept", format)
            .send()
            .await
            .unwrap();
        exports.push(kept.keep(name, &answer.text().await.unwrap()));
    }
    let path = |name: &str| kept.path(name).display().to_string();
    let verify = |export: &Path, more: &[&str]| {
        let (entries, head, keys) = (path("entries.ndjson"), path("head.txt"), path("jwks.json"));
        let export = export.display().to_string();
        let receipt = receipt.display().to_string();
        let mut all = vec![
            "verify",
            "export",
            &export,
            "--entries",
            &entries,
            "--checkpoint",
            &head,
        ];
        all.extend(["--receipt", &receipt, "--keys", &keys]);
        all.extend(more);
        command(&app, &club, &all)
    };
    let mut dice = Dice::new("export");
    for export in &exports {
        let done = verify(export, &[]);
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        assert_eq!(code(&done), 0, "{}", String::from_utf8_lossy(&done.stderr));
        assert!(
            said.contains("VALID export") && said.contains("Not proved"),
            "{said}"
        );
        // Of a person, some leaves are of others.
        let is_person = export.ends_with("person.json") || export.ends_with("person.csv");
        assert_eq!(
            code(&verify(export, &["--whole"])),
            if is_person { INVALID } else { 0 }
        );
        let text = std::fs::read_to_string(export).unwrap();
        let wrong = text
            .replace("contact:ben", "contact:bob")
            .replace("^ben^", "^bob^")
            .replace("contact^ben", "contact^bob");
        assert_ne!(wrong, text);
        assert_eq!(code(&verify(&kept.keep("wrong", &wrong), &[])), INVALID);
    }
    // A decision that was left out: only `--whole` and a receipt of it tell.
    let lines = std::fs::read_to_string(&exports[2]).unwrap();
    let shorter: Vec<&str> = lines.lines().skip(1).collect();
    let shorter = kept.keep("shorter", &(shorter.join("\n") + "\n"));
    assert_eq!(
        (
            code(&verify(&shorter, &[])),
            code(&verify(&shorter, &["--whole"]))
        ),
        (0, INVALID)
    );
    let nothing = kept.keep("nothing", &altered("hello", &mut dice));
    assert_eq!(code(&verify(&nothing, &[])), INVALID);
    assert_eq!(code(&verify(&kept.path("missing"), &[])), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_archive_has_all_that_proves_a_decision() {
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let club = app
        .organisation(json!({
            "display_name": "Club <b>& Co", "languages": ["en", "fr"],
            "communication_types": [{ "id": "newsletter", "name": { "en": "Newsletter" } }],
        }))
        .await;
    let kept = Kept::new(&club).await;
    // An address, too, which must not stand in a URL.
    let name = "<img src=x>7731@example.org";
    let message = club
        .message("<a href=\"https://shop.example/\">Shop</a>")
        .await;
    let tokens = club.tokens(&message, &[name]).await;
    let subject = format!("contact:{name}");
    let elsewhere = json!({ "form": "other", "version": "1", "language": "de" });
    let decision = json!({ "subject": subject, "flags": { "dc": true, "al": true, "tg": false }, "shown": elsewhere });
    club.send("POST", "/v1/consent", &decision).await;
    let form = Form::open(&app, &club.id, &tokens[0].preferences, "fr").await;
    assert_eq!(form.answer(&app, "refuse", "fr").await.status(), 303);
    let wanted = json!({ "subject": subject, "type": "newsletter", "status": "opted_in" });
    club.send("POST", "/v1/communications", &wanted).await;
    let file = kept.path("evidence.zip");
    let output = file.display().to_string();
    let done = command(&app, &club, &["evidence", &subject, "-o", &output]);
    assert_eq!(code(&done), 0, "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let before = std::fs::read(&file).unwrap();
    let again = command(&app, &club, &["evidence", &subject, "-o", &output]);
    assert_eq!(code(&again), 1);
    assert!(String::from_utf8_lossy(&again.stderr).contains("is there already"));
    assert_eq!(std::fs::read(&file).unwrap(), before);

    let folder = kept.path("unpacked");
    let unpacked = Command::new("python3")
        .args(["-m", "zipfile", "-e"])
        .arg(&file)
        .arg(&folder)
        .status();
    assert!(unpacked.unwrap().success());
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let html = read("index.html");
    for there in [
        "&lt;img src=x&gt;7731@example.org",
        "Club &lt;b&gt;&amp; Co",
        "Everything that can be checked holds.",
        "Je refuse",
        "not kept by this service",
    ] {
        assert!(html.contains(there), "{there}: {html}");
    }
    for absent in [
        "<img", "<b>", "<script", "<link", "src=", "http://", "https://", "url(",
    ] {
        assert!(
            !html.contains(absent)
                || absent == "src="
                    && html.matches("src=").count() == html.matches("&lt;img src=x").count(),
            "{absent}"
        );
    }
    let evidence: Value = serde_json::from_str(&read("evidence.json")).unwrap();
    assert_eq!(evidence["valid"], true);
    assert_eq!(evidence["history"].as_array().unwrap().len(), 2);
    assert_eq!(evidence["communications"].as_array().unwrap().len(), 1);
    let receipts = evidence["receipts"].as_array().unwrap();
    assert_eq!(receipts.len(), 3);
    for receipt in receipts {
        let path: PathBuf = folder.join(receipt["file"].as_str().unwrap());
        assert_eq!(
            kept.verdicts("receipt", [&path; 3].map(|path| &**path)),
            VALID
        );
    }
    let words: Vec<&Value> = evidence["texts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|text| &text["words"])
        .collect();
    assert!(
        words.iter().any(|words| words.is_null()) && words.iter().any(|words| words.is_string())
    );
    assert!(!read("verification.txt").contains("NOT VALID"));
    let nobody = command(
        &app,
        &club,
        &[
            "evidence",
            "contact:nobody",
            "-o",
            &kept.path("n.zip").display().to_string(),
        ],
    );
    assert_eq!(code(&nobody), 1);
    assert!(!kept.path("n.zip").exists());
}
