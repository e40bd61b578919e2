//! What is decided anywhere is sealed without anybody reading the log.

use assent_tests::{App, Form, eventually};
use serde_json::{Value, json};

const SERVICE: &str = "00000000-0000-0000-0000-000000000000";

/// The kinds of the leaves in a log, in its order.
fn kinds(app: &App, log: &str) -> Vec<String> {
    let database = app.host().database();
    let query = "SELECT leaf.leaf ->> 'kind' FROM log_leaf leaf JOIN log_head head ON head.id = leaf.log_id \
                 WHERE head.org_id = ?1 ORDER BY leaf.idx";
    let mut rows = database.prepare(query).unwrap();
    let kinds = rows.query_map([log], |row| row.get(0)).unwrap();
    kinds.map(Result::unwrap).collect()
}

/// As soon as the newest leaf is of this kind.
async fn sealed(app: &App, log: &str, kind: &str) {
    let newest = |kinds: &Vec<String>| kinds.last().is_some_and(|last| last == kind);
    eventually(async || kinds(app, log), newest).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_decided_is_sealed_without_a_reader() {
    let Some(app) = App::start_own(assent_tests::Setup::default()) else {
        return;
    };
    // Within a second of another, a leaf may wait for the next decision: each of these comes later.
    let pause = || tokio::time::sleep(std::time::Duration::from_millis(1100));
    let club = app.organisation(json!({})).await;
    sealed(&app, &club.id, "settings").await;
    let message = club
        .message("<a href=\"https://shop.example/\">Shop</a>")
        .await;
    let tokens = club.tokens(&message, &["anna"]).await;
    pause().await;
    let form = Form::open(&app, &club.id, &tokens[0].preferences, "en").await;
    assert_eq!(form.answer(&app, "refuse", "en").await.status(), 303);
    sealed(&app, &club.id, "set").await;
    pause().await;
    club.get("/v1/consent/contact:anna/export").await;
    sealed(&app, &club.id, "portability").await;
    let before = kinds(&app, &club.id).len();
    let (_, last) = club
        .import(
            "file-0001",
            "",
            "contact^^ben^set^^dc=1^\ncontact^^carl^set^^dc=0^\n",
        )
        .await;
    assert_eq!(last["import"]["accepted"], 2, "{last}");
    sealed(&app, &club.id, "set").await;
    assert_eq!(kinds(&app, &club.id).len(), before + 2);
    pause().await;
    let settings: Value = json!({ "display_name": "Club" });
    let path = format!("/v1/organisations/{}", club.id);
    app.admin("PUT", &path, &settings).await;
    sealed(&app, &club.id, "settings").await;
    pause().await;
    let erased = club.request("DELETE", "/v1/consent/contact:anna");
    assert_eq!(erased.send().await.unwrap().status(), 200);
    sealed(&app, &club.id, "remove").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn industry_opt_outs_are_in_the_log_of_the_service() {
    let Some(app) = App::start_own(assent_tests::Setup::default()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    let list = |action: &'static str| {
        let path = format!("/v1/industry-opt-outs?source=nai&action={action}");
        let request = app.request("POST", &path).bearer_auth(app.admin_token());
        let request = request.header("content-type", "text/plain");
        request.body("device:idfa:AEBE52E7-03EE-455A-B3C4-E57283966239\n")
    };
    for action in ["opt_out", "opt_in"] {
        assert_eq!(list(action).send().await.unwrap().status(), 200);
        sealed(&app, SERVICE, action).await;
    }
    let browser = app.request("POST", "/opt-out");
    let browser = browser.header("content-type", "application/x-www-form-urlencoded");
    let answer = browser.body("answer=opt_out").send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let entries = format!("/v1/log/entries?organisation={SERVICE}");
    let entries = club.request("GET", &entries).send().await.unwrap();
    let entries = entries.text().await.unwrap();
    let lists: Vec<Value> = entries
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["list"].clone())
        .collect();
    assert_eq!(lists, ["nai", "nai", "page"]);
    assert!(!entries.contains("AEBE52E7"), "{entries}");
    let head = app.request("GET", &format!("/v1/log/checkpoint?organisation={SERVICE}"));
    let head = head.send().await.unwrap().text().await.unwrap();
    assert!(
        head.starts_with(&format!("assent/{SERVICE}\n3\n")),
        "{head}"
    );
    let other = app.organisation(json!({})).await;
    let foreign = format!("/v1/log/entries?organisation={}", other.id);
    let foreign = club.request("GET", &foreign).send().await.unwrap();
    assert_eq!(foreign.status(), 404);
}
