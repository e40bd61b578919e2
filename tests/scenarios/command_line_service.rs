//! `assent consent` and `assent token`: what an engineer types against a running service.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use assent_tests::{App, Organisation, Setup, assent, random, root};
use serde_json::{Value, json};

const MAIL: &str = "<body><a href='https://a.example'>a</a></body>";

/// Types a command for this organisation.
fn typed(app: &App, club: &Organisation, arguments: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(assent())
        .args(arguments)
        .current_dir(root())
        .env("ASSENT_URL", app.base())
        .env("ASSENT_KEY", &club.key)
        .env_remove("SPIN_VARIABLE_TOKEN_SECRETS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines = stdin.to_owned();
    let writing = std::thread::spawn(move || {
        // A command that has failed reads no more.
        let _ = input.write_all(lines.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap();
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_is_set_and_shown() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let run = |arguments: &[&str]| typed(&app, &club, arguments, "");
    let id = random();
    let set = [
        "consent",
        "set",
        "contact:anna",
        "--flag",
        "dc=yes",
        "--flag",
        "al=yes",
        "--flag",
        "tg=no",
        "--region",
        "CA-QC",
        "--id",
        &id,
    ];
    for status in ["recorded", "repeated"] {
        let output = run(&set);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert!(text(&output.stdout).starts_with(status));
    }
    assert_eq!(club.history("contact:anna").await.len(), 1);

    let output = run(&["consent", "get", "contact:anna"]);
    assert!(output.status.success());
    let shown = text(&output.stdout);
    for expected in [
        "contact:anna\n",
        "regime    law25",
        "tracking  accepted",
        "dc        granted  allowed      api ",
        "tg        refused  not allowed  api ",
        "sh        unset    not allowed\n",
        "open      analyse collect track\n",
    ] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    let output = run(&["consent", "get", "bk:email:ada@example.org", "--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["tracking_status"], "unanswered");

    for (arguments, code, expected) in [
        (&["consent", "set", "contact:a"][..], 2, "--flag"),
        (
            &["consent", "set", "contact:a", "--flag", "dc"],
            2,
            "dc=yes",
        ),
        (
            &["consent", "set", "contact:a", "--flag", "zz=yes"],
            2,
            "the flags are",
        ),
        (
            &[
                "consent",
                "set",
                "contact:a",
                "--flag",
                "dc=yes",
                "--flag",
                "dc=no",
            ],
            1,
            "twice",
        ),
        (&["consent", "get", "anna"], 1, "at /subject"),
        (
            &["consent", "get", "contact:a", "--region", "Quebec"],
            1,
            "ISO 3166",
        ),
        (
            &["consent", "get", "contact:a", "--key", "wrong"],
            1,
            "ASSENT_KEY",
        ),
        (
            &["consent", "get", "contact:a", "--url", "http://127.0.0.1:9"],
            1,
            "assent up",
        ),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        let said = text(&output.stderr);
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_made_for_a_file_and_opened() {
    const MANY: usize = 30_000;
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    club.grant("contact:7").await;
    let mail = club.message(MAIL).await;
    let folder = tempfile::tempdir().unwrap();
    let (contacts, tokens) = (folder.path().join("contacts"), folder.path().join("tokens"));
    let (contacts, tokens) = (contacts.to_str().unwrap(), tokens.to_str().unwrap());
    let lines: String = (0..MANY).map(|n| format!("{n}\n")).collect();
    std::fs::write(contacts, &lines).unwrap();
    let output = typed(
        &app,
        &club,
        &["token", "mint", &mail.id, contacts, "-o", tokens],
        "",
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    let said = text(&output.stderr);
    assert!(
        said.contains("tokens for 30000 contacts, 29999 of them anonymous"),
        "{said}"
    );
    let made: Vec<Value> = std::fs::read_to_string(tokens)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(made.len(), MANY);

    // From stdin, with lines that are no contacts.
    let output = typed(
        &app,
        &club,
        &["token", "mint", &mail.id],
        "7\nno^contact\n8\n",
    );
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout).lines().count(), 2);
    let said = text(&output.stderr);
    assert!(
        said.contains("line 2: ") && said.contains("1 lines name no contact"),
        "{said}"
    );
    for (arguments, expected) in [
        (
            &["token", "mint", &mail.id, "nowhere.txt"][..],
            "cannot read nowhere.txt",
        ),
        (&["token", "mint", &club.id, contacts], "Not found"),
        (
            &["token", "mint", &mail.id, contacts, "--key", "wrong"],
            "ASSENT_KEY",
        ),
    ] {
        let output = typed(&app, &club, arguments, "");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let said = text(&output.stderr);
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }

    let file = std::fs::read_to_string(app.host().state_dir().join("secrets.toml")).unwrap();
    let secrets: toml::Table = toml::from_str(&file).unwrap();
    let open = |token: &Value, message: bool, secret: Option<&str>| {
        let mut command = Command::new(assent());
        command.args(["token", "open", token.as_str().unwrap()]);
        command.args(["--organisation", &club.id]);
        if message {
            command.args(["--message", &mail.id]);
        }
        command.env_remove("SPIN_VARIABLE_TOKEN_SECRETS");
        if let Some(secret) = secret {
            command.env("SPIN_VARIABLE_TOKEN_SECRETS", secret);
        }
        let output = command.output().unwrap();
        let said = text(&output.stdout) + &text(&output.stderr);
        (output.status.code(), said)
    };
    let secret = secrets["token_secrets"].as_str();
    for (token, message, secret, code, expected) in [
        (
            &made[7]["click"],
            true,
            secret,
            0,
            "click token of contact:7\n",
        ),
        (
            &made[8]["click"],
            true,
            secret,
            0,
            "anonymous click token\n",
        ),
        (
            &made[8]["preferences"],
            false,
            secret,
            0,
            "preferences token of contact:8\n",
        ),
        (&made[7]["click"], false, secret, 1, "--message"),
        (
            &made[8]["preferences"],
            true,
            secret,
            1,
            "leave --message out",
        ),
        (
            &made[7]["click"],
            true,
            Some("another secret of some length"),
            1,
            "another secret",
        ),
        (
            &made[7]["click"],
            true,
            None,
            1,
            "SPIN_VARIABLE_TOKEN_SECRETS",
        ),
    ] {
        let (status, said) = open(token, message, secret);
        assert_eq!(status, Some(code), "{said}");
        assert!(said.contains(expected), "{expected}: {said}");
        assert!(!secret.is_some_and(|secret| said.contains(secret)));
    }
}
