//! What a person sees who types `assent`.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use assent_tests::{App, Setup, assent, root};
use serde_json::json;

fn run(arguments: &[&str]) -> Output {
    Command::new(assent())
        .args(arguments)
        .current_dir(root())
        .env_remove("ASSENT_KEY")
        .env_remove("ASSENT_URL")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn help_has_examples() {
    for arguments in [
        &["--help"][..],
        &["up", "--help"],
        &["rewrite", "--help"],
        &["consent", "--help"],
        &["token", "--help"],
    ] {
        let output = run(arguments);
        assert!(output.status.success());
        assert!(text(&output.stdout).contains("Examples:"), "{arguments:?}");
        assert!(
            !text(&output.stdout).contains("fault-file"),
            "tests' own options are hidden"
        );
    }
}

#[test]
fn mistakes_are_answered_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let state = state.to_str().unwrap();
    let unbuilt = folder.path().join("spin.toml");
    std::fs::write(
        &unbuilt,
        "spin_manifest_version = 2\n[component.x]\nsource = \"nowhere.wasm\"\n",
    )
    .unwrap();
    for (arguments, expected) in [
        (
            &["up", "--listen", &address, "--state-dir", state][..],
            "is in use",
        ),
        (
            &["up", "--listen", &address, "--state-dir", state],
            "--listen 127.0.0.1:",
        ),
        (&["up", "--manifest", "nowhere.toml"], "--manifest FILE"),
        (
            &[
                "up",
                "--manifest",
                unbuilt.to_str().unwrap(),
                "--state-dir",
                state,
            ],
            "make build",
        ),
        (
            &[
                "up",
                "--demo",
                "--manifest",
                "components/links/spin.toml",
                "--state-dir",
                state,
            ],
            "assent up --demo",
        ),
        (&["up", "--listen", "nonsense"], "127.0.0.1:3000"),
        (&["up", "--request-timeout", "30"], "500ms, 30s"),
        (&["up", "--variable", "x"], "name=value"),
        (
            &["rewrite", "nowhere.html", "--dry-run"],
            "cannot read nowhere.html",
        ),
        (&["rewrite", "Cargo.toml"], "ASSENT_KEY"),
        (
            &[
                "rewrite",
                "Cargo.toml",
                "--key",
                "x",
                "--url",
                "http://127.0.0.1:9",
            ],
            "assent up",
        ),
    ] {
        let output = run(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        let said = text(&output.stderr);
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}

#[test]
fn secrets_are_made_once_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let mut child = Command::new(assent())
            .args(["up", "--listen", "127.0.0.1:0", "--state-dir"])
            .arg(folder.path())
            .current_dir(root())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut shown = String::new();
        for line in lines.map_while(Result::ok) {
            shown.push_str(&line);
            shown.push('\n');
            if line.contains("Ctrl-C") {
                break;
            }
        }
        // Whoever closes the output early stops no server.
        assert!(child.try_wait().unwrap().is_none());
        let pid = child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &pid])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(child.wait().unwrap().code(), Some(0));
        shown
    };
    let shown = start();
    let file = folder.path().join("secrets.toml");
    let secrets = std::fs::read_to_string(&file).unwrap();
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(shown.contains("secrets.toml"), "{shown}");
    let values: toml::Table = toml::from_str(&secrets).unwrap();
    assert_eq!(values.len(), 4);
    for value in values.values() {
        assert!(!shown.contains(value.as_str().unwrap()));
    }
    start();
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        secrets,
        "the same ever after"
    );
    std::fs::remove_file(&file).unwrap();
    // The database is made by the first decision; with it the secret must not be replaced.
    std::fs::write(folder.path().join("sqlite_db.db"), "").unwrap();
    let output = run(&[
        "up",
        "--listen",
        "127.0.0.1:0",
        "--state-dir",
        folder.path().to_str().unwrap(),
    ]);
    assert!(!output.status.success());
    assert!(
        text(&output.stderr).contains("secrets.toml"),
        "{}",
        text(&output.stderr)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rewrite_makes_a_mail_ready_for_sending() {
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    let mail = root().join("crates/domain/tests/fixtures/newsletters/mailchimp-blueprint.html");
    let mail = mail.to_str().unwrap();
    let dry = run(&["rewrite", mail, "--dry-run"]);
    assert!(dry.status.success(), "{}", text(&dry.stderr));

    let base = app.base().to_owned();
    let arguments = [
        "rewrite",
        mail,
        "--url",
        &base,
        "--key",
        &club.key,
        "--base-url",
        "https://t.example.org",
    ];
    let output = run(&arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let (rewritten, said) = (text(&output.stdout), text(&output.stderr));
    let links = rewritten.matches("https://t.example.org/l/").count();
    assert!(said.contains(&format!("{links} links")), "{said}");
    assert!(
        text(&dry.stderr).starts_with(&format!("{links} links would")),
        "{}",
        text(&dry.stderr)
    );
    assert!(!said.contains(&club.key));

    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ready.html");
    let mut arguments = arguments.to_vec();
    arguments.extend(["-o", out.to_str().unwrap()]);
    let output = run(&arguments);
    assert!(output.status.success() && output.stdout.is_empty());
    assert_eq!(std::fs::read_to_string(out).unwrap().len(), rewritten.len());

    let wrong = run(&["rewrite", mail, "--url", &base, "--key", "wrong"]);
    assert!(!wrong.status.success());
    assert!(
        text(&wrong.stderr).contains("ASSENT_KEY"),
        "{}",
        text(&wrong.stderr)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_made_once_and_follows_its_address() {
    let Some(mut app) = App::start_own(Setup::default().arguments(&["--demo"])) else {
        return;
    };
    let demo = async |app: &App| {
        let ready = async || app.host().output();
        assent_tests::eventually(ready, |output| output.contains("/demo\n")).await;
        let file = app.host().state_dir().join("demo.json");
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let demo: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        demo
    };
    let first = demo(&app).await;
    assert!(
        first["mail"]["template"]
            .as_str()
            .unwrap()
            .contains(&format!("{}/l/", app.base()))
    );
    assert_eq!(
        app.request("GET", "/demo").send().await.unwrap().status(),
        200
    );
    app.with_host(|host| {
        host.restart();
    });
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    let second = demo(&app).await;
    assert_eq!(
        (&first["organisation"], &first["key"]),
        (&second["organisation"], &second["key"])
    );
    let template = second["mail"]["template"].as_str().unwrap();
    assert!(
        template.contains(&format!("{}/l/", app.base())),
        "the mail leads to where the demo is now"
    );
}
