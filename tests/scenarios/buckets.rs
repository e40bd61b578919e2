//! `assent import s3://…` and `assent export -o s3://…`, with a store that is compatible with S3.

use std::process::{Command, Output};

use assent_tests::{App, Buckets, Organisation, assent};
use serde_json::json;

fn typed(app: &App, club: &Organisation, buckets: &Buckets, arguments: &[&str]) -> Output {
    Command::new(assent())
        .args(arguments)
        .env("ASSENT_URL", app.base())
        .env("ASSENT_KEY", &club.key)
        .envs(buckets.variables())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn daily_folders_of_a_bucket_are_imported_once() {
    let (app, buckets) = (App::start(), Buckets::start());
    let club = app
        .organisation(json!({ "default_regime": "global" }))
        .await;
    buckets.put(
        "in/consent-data/2018-01-09/a b.txt",
        "contact^^1^set^^dc=0^\n",
    );
    buckets.put("in/consent-data/2018-01-09/_SUCCESS", "");
    let lzo = include_bytes!("../../crates/cli/src/import/fixtures/level-3.lzo");
    buckets.put("in/consent-data/2018-01-09/b.lzo", lzo);
    buckets.put("in/consent-data/2018-01-09/b.lzo.index", "x");
    buckets.put(
        "in/consent-data/2018-01-10/a.txt",
        "contact^^1^set^^dc=1^\nno line\n",
    );
    buckets.put(
        "in/consent-data-not/2018-01-10/a.txt",
        "contact^^9^set^^dc=1^\n",
    );
    let run = || {
        typed(
            &app,
            &club,
            &buckets,
            &["import", "s3://bucket/in/consent-data/"],
        )
    };
    let done = run();
    let (out, problems) = (text(&done.stdout), text(&done.stderr));
    assert_eq!(done.status.code(), Some(3), "{out}{problems}");
    assert_eq!(out.lines().count(), 3, "{out}");
    assert!(problems.contains("line 2"), "{problems}");
    let history = club.history("contact:1").await;
    assert_eq!(history.len(), 2);
    assert_eq!(history[0]["at"], "2018-01-10T00:00:00.000000Z");
    assert_eq!(club.consent("contact:9").await["version"], 0);
    let again = text(&run().stdout);
    assert_eq!(again.matches("imported before").count(), 3, "{again}");
    assert_eq!(club.history("contact:1").await.len(), 2);
    // One file alone.
    let place = "s3://bucket/in/consent-data-not/2018-01-10/a.txt";
    let one = typed(&app, &club, &buckets, &["import", place]);
    assert_eq!(one.status.code(), Some(0), "{}", text(&one.stderr));
    assert_eq!(club.consent("contact:9").await["version"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_force_goes_into_a_bucket_and_comes_back_as_it_was() {
    let (app, buckets) = (App::start(), Buckets::start());
    let club = app.organisation(json!({})).await;
    // Longer than one part.
    let lines: String = (0..30_000)
        .map(|n| {
            let at = 1_515_471_711_277_000_u64 + n % 7;
            format!("contact^^{n:0240}^set^gdpr^dc={}&tg=0^{at}\n", n % 2)
        })
        .collect();
    buckets.put("big.txt", &lines);
    let imported = typed(&app, &club, &buckets, &["import", "s3://bucket/big.txt"]);
    assert_eq!(
        imported.status.code(),
        Some(0),
        "{}",
        text(&imported.stderr)
    );
    club.refuse("contact:late").await;
    club.grant("device:idfa:one").await;
    let exported = typed(
        &app,
        &club,
        &buckets,
        &["export", "consent", "-o", "s3://bucket/out/"],
    );
    assert_eq!(
        exported.status.code(),
        Some(0),
        "{}",
        text(&exported.stderr)
    );
    let days = buckets.path("out/consent-data");
    let day = std::fs::read_dir(days).unwrap().next().unwrap().unwrap();
    let found = std::fs::read_to_string(day.path().join("part-00000")).unwrap();
    assert!(found.len() > 8 << 20, "not in parts");
    assert_eq!(found.lines().count(), 30_002);
    assert_eq!(
        &found[..lines.len()],
        lines,
        "in the order in which they came"
    );

    let other = app.organisation(json!({})).await;
    let place = format!(
        "s3://bucket/out/consent-data/{}",
        day.file_name().to_str().unwrap()
    );
    let back = typed(&app, &other, &buckets, &["import", &place]);
    assert_eq!(back.status.code(), Some(0), "{}", text(&back.stderr));
    for subject in [
        "contact:late",
        "device:idfa:one",
        "contact:00000000000000000007",
    ] {
        let (one, two) = (club.consent(subject).await, other.consent(subject).await);
        assert_eq!(one["gates"], two["gates"], "{subject}");
        assert_eq!(
            one["hasTrackingConsent"], two["hasTrackingConsent"],
            "{subject}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_is_said_without_secrets() {
    let (app, buckets) = (App::start(), Buckets::start());
    let club = app.organisation(json!({})).await;
    let missing = typed(&app, &club, &buckets, &["import", "s3://nobody/file"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(
        text(&missing.stderr).contains("s3://nobody/file"),
        "{}",
        text(&missing.stderr)
    );
    let mut command = Command::new(assent());
    command.args(["export", "consent", "-o", "s3://bucket/out"]);
    command
        .env("ASSENT_URL", app.base())
        .env("ASSENT_KEY", &club.key);
    command.envs(buckets.variables());
    let wrong = command
        .env("AWS_SECRET_ACCESS_KEY", "not-the-secret")
        .output()
        .unwrap();
    assert_eq!(wrong.status.code(), Some(1));
    for done in [missing, wrong] {
        let said = text(&done.stderr);
        assert!(
            !said.contains("X-Amz") && !said.contains("secret"),
            "{said}"
        );
    }
    let unset = command.env_remove("AWS_ACCESS_KEY_ID").output().unwrap();
    assert!(text(&unset.stderr).contains("AWS_ACCESS_KEY_ID"));
}
