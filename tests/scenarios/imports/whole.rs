//! What becomes of a whole file, in slices, broken off and killed in the middle.

use assent_tests::{App, Organisation, Setup, random};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::line;

/// Decisions of many contacts, several for some, at different times.
fn many(lines: usize) -> String {
    (0..lines)
        .map(|n| {
            line(
                n % (lines / 3 * 2),
                n % 3 > 0,
                1_515_471_711_000_000 + n * 7919 % 1009,
            )
        })
        .collect()
}

/// Everything that an import can change about people, without what is new each time.
pub fn stored(app: &App, club: &Organisation) -> Vec<String> {
    let database = app.host().database();
    let mut found = Vec::new();
    for statement in [
        "SELECT identifier || ' ' || flag || ' ' || tier || ' ' || granted || ' ' || decided_at || ' ' || source || ' ' || regime \
         FROM consent_state JOIN subject ON subject.id = subject_id WHERE org_id = ?1 ORDER BY 1",
        "SELECT request_id || ' ' || content || ' ' || granted || ' ' || refused || ' ' || decided_at || ' ' || actor \
         FROM signal WHERE org_id = ?1 ORDER BY 1",
        "SELECT line || ' ' || bytes || ' ' || ' ' || accepted || ' ' || void || ' ' || rejected || ' ' || complete \
         FROM import_run WHERE org_id = ?1",
        "SELECT line || ' ' || reason FROM import_error WHERE org_id = ?1 ORDER BY line",
    ] {
        let mut statement = database.prepare(statement).unwrap();
        let rows = statement.query_map([&club.id], |row| row.get::<_, String>(0));
        found.extend(rows.unwrap().map(Result::unwrap));
    }
    found
}

/// One slice, in which people are new, known, linked and erased, some of them several times, and as many files with a
/// line each: the same is in force.
#[tokio::test(flavor = "multi_thread")]
async fn a_slice_does_what_its_lines_do_one_by_one() {
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let (club, other) = (
        app.organisation(json!({})).await,
        app.organisation(json!({})).await,
    );
    for one in [&club, &other] {
        for subject in ["contact:0", "device:idfa:one"] {
            let grant = json!({ "dc": true, "tg": true, "cd": true });
            one.decide(subject, grant).await;
        }
        let link = json!({ "subject": "contact:0", "device": "device:idfa:one" });
        let link = one.send("POST", "/v1/subjects/link", &link).await;
        assert_eq!(link["linked"], true);
        one.grant("contact:1").await;
        one.refuse("contact:2").await;
        one.request("DELETE", "/v1/consent/contact:3")
            .send()
            .await
            .unwrap();
        one.request("DELETE", "/v1/consent/contact:4")
            .send()
            .await
            .unwrap();
    }
    let mut dice = assent_tests::Dice::new("a slice");
    let now = std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap()
        .as_micros();
    let mut lines = Vec::new();
    for number in 0..120 {
        // Erasing reaches those who are linked then, so its place among the lines matters: often about who is linked.
        let contact = dice.below(40) * dice.below(4).min(1);
        // Some from before all of the above, some after it.
        let at = [1_515_471_711_277_000, now][dice.below(3).min(1)] + number;
        let (a, b, c) = (dice.below(2), dice.below(2), dice.below(4).min(1));
        lines.push(match dice.below(12) {
            0 => format!("contact^^{contact}^remove^^^{at}\n"),
            1 => format!("contact^^{contact}^portability^^^{at}\n"),
            2 => "no line\n".to_owned(),
            _ => format!("contact^^{contact}^set^gdpr^dc={a}&tg={b}&cd={c}^{at}\n"),
        });
    }
    club.import(&random(), "", lines.concat()).await;
    // What is older than an erasure never counts, in whatever order they come.
    for line in lines {
        other.import(&random(), "", line).await;
    }
    let state = |club: &Organisation| {
        let database = app.host().database();
        let mut rows = database
            .prepare(
                "SELECT identifier || ' ' || flag || ' ' || tier || ' ' || granted || ' ' || source || ' ' || regime \
                 || CASE source WHEN 'file' THEN ' ' || state.decided_at ELSE '' END \
                 FROM consent_state state JOIN subject ON subject.id = subject_id WHERE org_id = ?1 ORDER BY 1",
            )
            .unwrap();
        let rows = rows.query_map([&club.id], |row| row.get::<_, String>(0));
        rows.unwrap().map(Result::unwrap).collect::<Vec<_>>()
    };
    assert_eq!(state(&club), state(&other));
    assert!(state(&club).len() > 20);
    for subject in (0..40)
        .map(|n| format!("contact:{n}"))
        .chain(["device:idfa:one".to_owned()])
    {
        let mut seen = Vec::new();
        for one in [&club, &other] {
            let (edge, truth) = (one.projection(&subject).await, one.consent(&subject).await);
            assert_eq!(edge["version"], truth["version"], "{subject}");
            for answer in [edge, truth] {
                seen.push((
                    answer["gates"].clone(),
                    answer["hasTrackingConsent"].clone(),
                ));
            }
        }
        seen.dedup();
        assert_eq!(seen.len(), 1, "{subject}");
    }
}

/// An import that breaks off has stored whole slices only, and the same file goes on where it stopped.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_breaks_off_goes_on() {
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let (club, other) = (
        app.organisation(json!({})).await,
        app.organisation(json!({})).await,
    );
    let (text, id) = (many(3100), random());
    let authority = app.base().strip_prefix("http://").unwrap().to_owned();
    let mut socket = tokio::net::TcpStream::connect(&authority).await.unwrap();
    let head = format!(
        "POST /v1/imports HTTP/1.1\r\nhost: {authority}\r\nauthorization: Bearer {}\r\n\
         content-type: text/plain\r\nidempotency-key: {id}\r\ntransfer-encoding: chunked\r\n\r\n",
        club.key
    );
    let part = &text[..text.len() / 2];
    let chunk = format!("{head}{:x}\r\n{part}\r\n", part.len());
    socket.write_all(chunk.as_bytes()).await.unwrap();
    let (mut got, mut buffer) = (String::new(), [0; 4096]);
    while !got.contains("\"line\":1000,") {
        let read = socket.read(&mut buffer).await.unwrap();
        assert!(read > 0, "answered before the request is complete: {got}");
        got.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    drop(socket);
    let stopped = club.get(&format!("/v1/imports/{id}")).await;
    assert_eq!(
        (&stopped["line"], &stopped["complete"]),
        (&json!(1000), &json!(false))
    );
    let (_, last) = club.import(&id, "", text.clone()).await;
    assert_eq!(last["repeated"], 1000);
    assert_eq!(last["import"]["accepted"], 3100);
    other.import(&id, "", text).await;
    same(&stored(&app, &club), &stored(&app, &other));
}

/// The host is killed in the middle, as often as it takes: the result is that of an import that was never interrupted.
#[tokio::test(flavor = "multi_thread")]
async fn kill_9_in_the_middle_changes_nothing() {
    let Some(mut app) = App::start_own(Setup::default()) else {
        return;
    };
    let mut club = app.organisation(json!({})).await;
    let mut other = app.organisation(json!({})).await;
    let (text, id) = (many(9000), random());
    let mut kills = 0;
    for moment in [300, 450, 600, 750] {
        let import = {
            let (club, id, text) = (club.clone(), id.clone(), text.clone());
            tokio::spawn(async move {
                let request = club
                    .request("POST", "/v1/imports")
                    .header("content-type", "text/plain")
                    .header("idempotency-key", id)
                    .body(text);
                let answer = request.send().await.ok()?.text().await.ok()?;
                answer.contains("\"complete\":true").then_some(())
            })
        };
        tokio::time::sleep(std::time::Duration::from_millis(moment)).await;
        app.with_host(assent_tests::Host::kill);
        kills += usize::from(import.await.unwrap().is_none());
        app.with_host(assent_tests::Host::start_again);
        club = club.at(&app);
        other = other.at(&app);
    }
    let before = club.get(&format!("/v1/imports/{id}")).await;
    let (_, last) = club.import(&id, "", text.clone()).await;
    println!("killed {kills} times, last at line {}", before["line"]);
    assert!(kills > 0, "it was never interrupted");
    assert_eq!(last["import"]["accepted"], 9000);
    other.import(&id, "", text).await;
    same(&stored(&app, &club), &stored(&app, &other));
    // And the edge says what SQLite says.
    for contact in (0..6000).step_by(371) {
        let subject = format!("contact:{contact}");
        let (edge, truth) = (
            club.projection(&subject).await,
            club.consent(&subject).await,
        );
        assert_eq!(
            edge["hasTrackingConsent"], truth["hasTrackingConsent"],
            "{subject}"
        );
        assert_eq!(edge["version"], truth["version"], "{subject}");
    }
}

/// The same but for the actor, which is the organisation's own key.
fn same(one: &[String], other: &[String]) {
    let text = |row: &String| {
        row.rsplit_once(' ')
            .map_or(row.clone(), |(row, _)| row.to_owned())
    };
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(other) {
        assert_eq!(text(one), text(other));
    }
}
