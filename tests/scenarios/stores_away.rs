//! A store that is away, or hangs: refusals count, grants wait, links lead on, and nothing is lost.

use std::time::{Duration, Instant};

use assent_tests::{App, Host, Message, Organisation, Redis, Setup, Tokens, random};
use serde_json::{Value, json};

/// Recording is tried again for a while, and a hanging statement hangs on after its store is back.
const CAUGHT_UP: Duration = Duration::from_secs(60);

struct Scene {
    app: App,
    club: Organisation,
    mail: Message,
    anna: Tokens,
    ben: Tokens,
}

async fn scene() -> Option<Scene> {
    scene_with(Setup::default()).await
}

async fn scene_with(setup: Setup) -> Option<Scene> {
    let app = App::start_own(setup)?;
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let mail = club
        .message("<body><a href='https://a.example/x'>a</a></body>")
        .await;
    let tokens = club.tokens(&mail, &["anna", "ben"]).await;
    let [anna, ben] = <[Tokens; 2]>::try_from(tokens).unwrap();
    let scene = Scene {
        app,
        club,
        mail,
        anna,
        ben,
    };
    // The link is known.
    scene.clicks().await;
    scene.club.stats_with(&scene.mail, "clicks", 2).await;
    Some(scene)
}

impl Scene {
    /// Two clicks that lead on without waiting for any store.
    async fn clicks(&self) {
        for person in [&self.anna, &self.ben] {
            let begin = Instant::now();
            let answer = self.club.visit(&self.mail.click_path(&person.click)).await;
            let took = begin.elapsed();
            assert_eq!(answer.status(), 302);
            assert_eq!(answer.headers()["location"], "https://a.example/x");
            assert!(took < Duration::from_secs(1), "a redirect took {took:?}");
        }
    }

    /// The status of a decision, and the answer.
    async fn decide(&self, subject: &str, granted: bool, id: &str) -> (u16, Value) {
        let flags = json!({ "dc": granted, "al": granted });
        let answer = self
            .club
            .decision(subject, &flags, id)
            .send()
            .await
            .unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap())
    }

    async fn away(&self, subject: &str, granted: bool, id: &str) {
        let (status, problem) = self.decide(subject, granted, id).await;
        assert_eq!(
            (status, &problem["type"]),
            (503, &json!("urn:assent:problem:unavailable")),
            "{problem}"
        );
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .contains("Idempotency-Key"),
            "{problem}"
        );
    }

    /// The same request again, as the answer said, until its store is asked again and back.
    async fn taken_again(&self, subject: &str, granted: bool, id: &str) {
        let begin = Instant::now();
        while self.decide(subject, granted, id).await.0 != 200 {
            assert!(begin.elapsed() < CAUGHT_UP, "decisions are not taken again");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// The clicks of anna and ben are all in the report in the end.
    async fn catches_up(&self, clicks: u64) -> Value {
        let begin = Instant::now();
        loop {
            let report = self.club.stats(&self.mail).await;
            if report["clicks"]["total"] == clicks {
                return report;
            }
            let clicks = &report["clicks"];
            assert!(begin.elapsed() < CAUGHT_UP, "clicks are missing: {clicks}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

async fn without_key_value_store(setup: Setup, breaks: impl Fn(&Host), heals: impl Fn(&Host)) {
    let Some(scene) = scene_with(setup).await else {
        return;
    };
    let club = &scene.club;
    breaks(scene.app.host());
    let (status, answer) = scene.decide("contact:ben", false, &random()).await;
    assert_eq!(status, 200, "a refusal is taken: {answer}");
    assert_eq!(answer["consent"]["hasTrackingConsent"], false);
    scene.clicks().await;
    // Recording relies on SQLite alone.
    let report = scene.catches_up(4).await;
    assert_eq!(
        report["clicks"]["identified"], 2,
        "Anna has not refused yet"
    );

    let id = random();
    scene.away("contact:chloe", true, &id).await;
    assert_eq!(
        club.consent("contact:chloe").await["gates"]["track"],
        false,
        "not in force"
    );
    // A refusal of somebody who has agreed counts at once, although the edge cannot be told.
    let (status, _) = scene.decide("contact:anna", false, &random()).await;
    assert_eq!(status, 200);
    assert_eq!(club.consent("contact:anna").await["gates"]["track"], false);
    scene.clicks().await;

    heals(scene.app.host());
    let report = scene.catches_up(6).await;
    assert_eq!(
        report["clicks"]["identified"], 2,
        "Anna's before she refused"
    );
    assert!(Organisation::named(&report).is_empty());
    assert_eq!(
        club.projection("contact:chloe").await["gates"]["track"],
        false
    );
    scene.taken_again("contact:chloe", true, &id).await;
    assert_eq!(
        club.projection("contact:chloe").await["gates"]["track"],
        true
    );
    assert_eq!(club.history("contact:chloe").await.len(), 1, "stored once");
    // The edge learns of the refusals that it has missed.
    for subject in ["contact:anna", "contact:ben"] {
        let look = async || club.projection(subject).await["gates"]["track"].clone();
        assent_tests::eventually(look, |open| *open == false).await;
        assert_eq!(club.consent(subject).await["hasTrackingConsent"], false);
    }
}

async fn without_sqlite(fault: &str) {
    let Some(scene) = scene().await else {
        return;
    };
    let club = &scene.club;
    scene.app.host().faults(fault);
    let (refusal, grant) = (random(), random());
    let begin = Instant::now();
    scene.away("contact:anna", false, &refusal).await;
    scene.away("contact:chloe", true, &grant).await;
    assert!(
        begin.elapsed() < Duration::from_secs(15),
        "503 comes in time"
    );
    scene.clicks().await;
    scene.clicks().await;

    scene.app.host().faults("");
    for (subject, granted, id) in [
        ("contact:anna", false, &refusal),
        ("contact:chloe", true, &grant),
    ] {
        scene.taken_again(subject, granted, id).await;
        let (status, answer) = scene.decide(subject, granted, id).await;
        assert_eq!((status, &answer["status"]), (200, &json!("repeated")));
        let stored = club.history(subject).await;
        let same = stored
            .iter()
            .filter(|signal| signal["request_id"] == **id)
            .count();
        assert_eq!(same, 1, "stored once");
    }
    let report = scene.catches_up(6).await;
    assert!(Organisation::named(&report).is_empty(), "Anna has refused");
    assert_eq!(club.consent("contact:anna").await["gates"]["track"], false);
    assert_eq!(
        club.projection("contact:anna").await["gates"]["track"],
        false
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn key_value_store_away() {
    let (breaks, heals) = (
        |host: &Host| host.faults("kv fail"),
        |host: &Host| host.faults(""),
    );
    without_key_value_store(Setup::default(), breaks, heals).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn key_value_store_hangs() {
    let breaks = |host: &Host| host.faults("kv delay 10000");
    without_key_value_store(Setup::default(), breaks, |host| host.faults("")).await;
}

/// One host's write was thought lost; it arrives when another has already made good for it.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_network_delivers_late_opens_nothing() {
    let Some(near) = App::start_own(Setup::default().redis_through_wire()) else {
        return;
    };
    let far = App::of(Host::start(Setup::default().state_of(near.host())));
    let club = near.organisation(json!({})).await;
    let there = club.at(&far);
    there.consent("contact:dora").await;
    near.host().faults("sqlite hold INSERT INTO signal_intake");
    let agreeing = tokio::spawn({
        let club = club.clone();
        async move { club.grant("contact:dora").await }
    });
    assent_tests::eventually(async || near.host().holds(), |held| *held).await;
    // She is closed in Redis; what opens her stays on its way.
    redis(near.host()).wire().hold();
    near.host().faults("");
    assert_eq!(agreeing.await.unwrap()["consent"]["version"], 1);
    there.refuse("contact:dora").await;
    let unprojected = || {
        let count = "SELECT count(*) FROM unprojected";
        let database = near.host().database();
        database.query_row(count, [], |row| row.get::<_, i64>(0))
    };
    let repaired = async || {
        there.projection("contact:dora").await;
        unprojected().unwrap()
    };
    assent_tests::eventually(repaired, |left| *left == 0).await;

    redis(near.host()).wire().release();
    tokio::time::sleep(Duration::from_secs(3)).await;
    for club in [&club, &there] {
        // Not from the history, which is asked where the edge is too slow to say.
        let look = async || club.projection("contact:dora").await;
        let closed = |edge: &Value| edge["source"] == "projection" && edge["version"] == 2;
        assent_tests::eventually(look, closed).await;
    }
}

fn redis(host: &Host) -> &Redis {
    host.redis().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_is_stopped() {
    let (breaks, heals) = (
        |host: &Host| redis(host).stop(),
        |host: &Host| redis(host).go_on(),
    );
    without_key_value_store(Setup::default().redis(), breaks, heals).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_is_killed_and_comes_back_empty() {
    let (breaks, heals) = (
        |host: &Host| redis(host).kill(),
        |host: &Host| redis(host).start_again(),
    );
    without_key_value_store(Setup::default().redis(), breaks, heals).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_network_to_redis_swallows_everything() {
    let breaks = |host: &Host| redis(host).wire().cut();
    let heals = |host: &Host| redis(host).wire().mend();
    without_key_value_store(Setup::default().redis_through_wire(), breaks, heals).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_away() {
    without_sqlite("sqlite fail").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_hangs() {
    without_sqlite("sqlite delay 10000").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unstored_refusal_leaves_the_edge_closed_until_it_is_known_better() {
    let Some(scene) = scene().await else {
        return;
    };
    assert_eq!(
        scene.club.projection("contact:anna").await["gates"]["track"],
        true
    );
    scene.app.host().faults("sqlite-write fail");
    scene.away("contact:anna", false, &random()).await;
    assert_eq!(
        scene.club.projection("contact:anna").await["gates"]["track"],
        false,
        "held"
    );
    scene.app.host().faults("");
    // Nothing was stored, so after a while the truth counts again.
    let look = async || scene.club.projection("contact:anna").await["gates"]["track"].clone();
    assent_tests::eventually(look, |open| *open == true).await;
    assert_eq!(scene.club.history("contact:anna").await.len(), 1);
}

/// The answer to a grant was "nothing is promised, repeat it"; before it is repeated she refuses.
async fn repeated_after_a_refusal(fault: &str) {
    let Some(scene) = scene().await else {
        return;
    };
    let dora = "contact:dora";
    let (grant, refusal) = (random(), random());
    scene.app.host().faults(fault);
    scene.away(dora, true, &grant).await;
    scene.app.host().faults("");
    scene.taken_again(dora, false, &refusal).await;
    scene.taken_again(dora, true, &grant).await;
    assert_eq!(scene.club.consent(dora).await["hasTrackingConsent"], false);
    let look = async || scene.club.projection(dora).await["hasTrackingConsent"].clone();
    assent_tests::eventually(look, |consent| *consent == false).await;
    scene.taken_again(dora, true, &random()).await;
    assert_eq!(scene.club.consent(dora).await["hasTrackingConsent"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_is_repeated_after_a_refusal_changes_nothing() {
    for fault in [
        "kv fail",
        "kv-write fail",
        "sqlite fail",
        "sqlite-write delay 4000",
    ] {
        repeated_after_a_refusal(fault).await;
    }
}

/// A mail program asks again after a `503`, and unsubscribes nobody twice.
#[tokio::test(flavor = "multi_thread")]
async fn one_click_unsubscribing_waits_for_the_store() {
    for fault in ["sqlite fail", "sqlite-write fail"] {
        let Some(app) = App::start_own(Setup::default()) else {
            return;
        };
        let types = json!({ "communication_types": [{ "id": "news", "name": { "en": "News" } }] });
        let club = app.organisation(types).await;
        club.grant("contact:anna").await;
        let mail = club
            .message_with(json!({
                "content": "<body><a href='https://a.example'>a</a></body>", "communication_type": "news",
            }))
            .await;
        let anna = club.tokens(&mail, &["anna"]).await.remove(0);
        let path = format!("/u/{}/{}", club.id, anna.one_click.unwrap());
        let ask = async || {
            app.request("POST", &path)
                .header("content-type", "application/x-www-form-urlencoded")
                .body("List-Unsubscribe=One-Click")
                .send()
                .await
                .unwrap()
        };
        app.host().faults(fault);
        let answer = ask().await;
        assert_eq!(answer.status(), 503, "{fault}");
        assert!(answer.headers().contains_key("retry-after"), "{fault}");

        app.host().faults("");
        let taken =
            assent_tests::eventually(async || ask().await.status(), |status| *status == 200);
        assert_eq!(taken.await, 200, "{fault}");
        assert_eq!(ask().await.status(), 200);
        let said = club.get("/v1/communications/contact:anna").await;
        assert_eq!(said["types"]["news"]["status"], "opted_out");
        assert_eq!(club.stats(&mail).await["unsubscribes"]["total"], 1);
        assert_eq!(
            club.consent("contact:anna").await["hasTrackingConsent"],
            true
        );
    }
}

/// What comes after the record of a click fails: the click is not recorded again.
#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_click_counts_once() {
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let anna = club.tokens(&mail, &["anna"]).await.remove(0);
    app.host().faults("sqlite hold DELETE FROM recent_click");
    club.visit(&mail.click_path(&anna.click)).await;
    assent_tests::eventually(async || app.host().holds(), |held| *held).await;
    app.host().faults("sqlite-write fail");
    // The statement that was held fails meanwhile, and whoever asked for it may try again.
    tokio::time::sleep(Duration::from_secs(1)).await;
    app.host().faults("");
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(club.stats(&mail).await["clicks"]["total"], 1);
}
