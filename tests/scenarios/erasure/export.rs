//! Portability: everything that is stored about a person, and a note that she asked.

use assent_tests::{App, random};
use serde_json::{Value, json};

use super::{MAIL, all, ask, link};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_everything_and_the_history_says_so() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let (anna, phone) = ("contact:anna", "device:idfa:phone");
    club.decide(anna, all(true)).await;
    club.decide(phone, all(true)).await;
    link(&club, anna, phone).await;
    club.decide(anna, json!({ "tg": false })).await;
    let mail = club.message(MAIL).await;
    let token = club.tokens(&mail, &["anna"]).await.remove(0).click;
    club.visit(&mail.click_path(&token)).await;
    club.visit(&mail.open_path(&token)).await;
    club.stats_with(&mail, "clicks", 1).await;
    club.stats_with(&mail, "opens", 1).await;

    let before = club.consent(anna).await;
    let export = club.get("/v1/consent/contact:anna/export").await;
    assert_eq!(export["subject"], anna);
    assert_eq!(export["consent"]["flags"], before["flags"]);
    let actions = |export: &Value| -> Vec<String> {
        let signals = export["signals"].as_array().unwrap().iter();
        signals
            .map(|one| one["action"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(actions(&export), ["set", "set", "portability"]);
    assert_eq!(export["links"][0]["subject"], phone);
    assert_eq!(export["messages"][&mail.id], "Test");
    let done = export["interactions"].as_array().unwrap();
    let kinds: Vec<&str> = done
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.len(), 2);
    assert!(
        kinds.contains(&"click") && kinds.contains(&"open"),
        "{kinds:?}"
    );
    let device = &export["devices"][0];
    assert_eq!(device["subject"], phone);
    assert_eq!(actions(device), ["set", "set", "portability"]);
    assert_eq!(device["signals"][2]["via"], anna);

    // It changes nothing, and under the same id it is noted once.
    assert_eq!(club.consent(anna).await, before);
    let id = random();
    for _ in 0..2 {
        let body = json!({ "subject": anna });
        let (status, export) = ask(&club, "POST", "/v1/consent/export", &body, &id).await;
        assert_eq!(status, 200);
        assert_eq!(
            actions(&export),
            ["set", "set", "portability", "portability"]
        );
    }
    // An erasure under the same id is another request.
    let (status, _) = ask(
        &club,
        "POST",
        "/v1/consent/erase",
        &json!({ "subject": anna }),
        &id,
    )
    .await;
    assert_eq!(status, 409);

    let request = club.request("GET", "/v1/consent/contact:anna/export");
    let answer = request.header("accept", "text/csv").send().await.unwrap();
    let kind = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(kind.starts_with("text/csv"), "{kind}");
    let table = answer.text().await.unwrap();
    assert!(table.starts_with("subject,record,at,name,value,source,regime,request_id,item,"));
    for (row, count) in [
        ("contact:anna,in_force,", 6),
        ("contact:anna,signal,", 7),
        ("contact:anna,request,", 3),
        ("contact:anna,link,", 1),
        ("contact:anna,interaction,", 2),
        ("device:idfa:phone,signal,", 7),
    ] {
        let found = table.lines().filter(|line| line.starts_with(row)).count();
        assert_eq!(found, count, "{row}\n{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_strangers_and_the_erased() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    club.grant("bk:email:Ada@example.org").await;
    let list = json!([
        { "subject": "bk:email:ada@example.org" },
        { "subject": "device:aaid:stranger" },
        { "subject": "stranger" },
    ]);
    let (status, answer) = ask(&club, "POST", "/v1/consent/export", &list, &random()).await;
    assert_eq!((status.as_u16(), &answer["exported"]), (207, &json!(2)));
    let exported = |place: usize| &answer["items"][place]["export"];
    assert_eq!(exported(0)["signals"].as_array().unwrap().len(), 2);
    assert_eq!(exported(1)["signals"].as_array().unwrap().len(), 1);
    assert_eq!(answer["items"][2]["problem"]["pointer"], "/2/subject");

    let body = json!({ "subject": "bk:email:ada@example.org" });
    ask(&club, "POST", "/v1/consent/erase", &body, &random()).await;
    let (_, export) = ask(&club, "POST", "/v1/consent/export", &body, &random()).await;
    assert!(export["consent"]["erased_at"].is_string(), "{export}");
    assert_eq!(
        export["signals"].as_array().unwrap().len(),
        1,
        "only this request: {export}"
    );
}
