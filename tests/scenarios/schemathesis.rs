//! Schemathesis, a stranger to this code, reads the OpenAPI document and asks whatever it allows and forbids: every
//! answer must be as the document says, and all of its checks hold. First what is systematic, always the same; then for
//! half a minute what chance brings, from a seed that is always the same too: what lands must not depend on luck.
//! `ASSENT_SEED` asks other things, and `ASSENT_SCHEMATHESIS_SECONDS` more of them.

use std::path::PathBuf;
use std::process::Command;

use assent_tests::{App, Setup, root, skipped};
use serde_json::{Value, json};

const SECONDS: &str = "30";

#[tokio::test(flavor = "multi_thread")]
async fn it_finds_nothing() {
    let tool = root().join("target/test-tools/schemathesis/bin/schemathesis");
    if !tool.exists() {
        skipped(
            "needs Schemathesis, which scripts/test-tools.sh installs where PyPI can be reached",
        );
        return;
    }
    // Webhooks go nowhere.
    let setup = Setup::default().variable("SPIN_VARIABLE_WEBHOOK_HOSTS", "https://localhost:9");
    let Some(app) = App::start_own(setup) else {
        return;
    };
    let folder = app.host().state_dir().join("schemathesis");
    std::fs::create_dir(&folder).unwrap();
    let world = world(&app).await;
    let seconds = std::env::var("ASSENT_SCHEMATHESIS_SECONDS").unwrap_or(SECONDS.to_owned());
    let seed = std::env::var("ASSENT_SEED").unwrap_or("1".to_owned());
    for rest in [
        ["--seed=1", "--phases=examples,coverage", "--no-shrink"],
        [
            &format!("--seed={seed}"),
            "--phases=fuzzing,stateful",
            &format!("--max-time={seconds}"),
        ],
    ] {
        let mut command = Command::new(&tool);
        command
            .arg("--config-file")
            .arg(configuration(&folder, &world))
            .args(["run", "--no-color", "--continue-on-failure"])
            .args(rest)
            .arg(format!("{}/openapi.json", app.base()))
            .envs(world.iter().map(|(name, value)| (name, value)))
            .env("PYTHONPATH", root().join("tests"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .current_dir(&folder);
        let done = tokio::task::spawn_blocking(move || command.output());
        let done = done.await.unwrap().unwrap();
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        let errors = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{said}{errors}");
        let summary: Vec<&str> = said
            .lines()
            .filter(|line| line.contains(" generated, ") || line.starts_with("Seed"))
            .collect();
        assert!(!summary.is_empty(), "{said}");
        println!("{}", summary.join(", ").trim());
    }
}

/// What the configuration names, by the name that it has there.
type World = Vec<(&'static str, String)>;

async fn world(app: &App) -> World {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let origins = json!({ "origins": ["https://www.example.com"] });
    let club = app.organisation(origins).await;
    let other = app.organisation(json!({ "linked_organisations": [club.id] }));
    let webhook = json!({ "organisation": club.id, "url": "https://localhost:9" });
    let webhook = app.admin("POST", "/v1/webhooks", &webhook).await;
    let message = json!({
        "name": "Spring", "content": "<a href='https://www.example.com/'>x</a>",
        "click_tag": "*|CLICK|*", "preferences_tag": "*|PREFS|*",
    });
    let message = club.send("POST", "/v1/messages", &message).await;
    let (_, import) = club.import("schemathesis", "", "not a record\n").await;
    vec![
        ("ASSENT_ADMIN_TOKEN", app.admin_token().to_owned()),
        ("ASSENT_ORGANISATION", club.id),
        ("ASSENT_OTHER", other.await.id),
        ("ASSENT_KEY", club.key),
        ("ASSENT_WEBHOOK", text(&webhook["id"])),
        ("ASSENT_MESSAGE", text(&message["id"])),
        ("ASSENT_IMPORT", text(&import["import"]["id"])),
    ]
}

/// The configuration with the world's names: Schemathesis itself reads variables only in some places.
fn configuration(folder: &std::path::Path, world: &World) -> PathBuf {
    let text = std::fs::read_to_string(root().join("tests/schemathesis.toml")).unwrap();
    let text = world.iter().fold(text, |text, (name, value)| {
        text.replace(&format!("${{{name}}}"), value)
    });
    let file = folder.join("schemathesis.toml");
    std::fs::write(&file, text).unwrap();
    file
}
