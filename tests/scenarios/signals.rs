//! TC and GPP strings and Global Privacy Control, as a system of the organisation sends them on.

use std::time::Duration;

use assent_tests::{App, Organisation, tc};
use serde_json::{Value, json};

async fn say(club: &Organisation, body: Value) -> Value {
    club.send("POST", "/v1/consent", &body).await
}

fn granted(answer: &Value) -> String {
    ["dc", "al", "tg", "cd", "sh", "re"]
        .map(
            |flag| match answer["consent"]["flags"][flag]["choice"].as_str() {
                Some("granted") => '+',
                Some(_) => '-',
                None => '.',
            },
        )
        .into_iter()
        .collect()
}

const EVERYTHING: [usize; 11] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

#[tokio::test(flavor = "multi_thread")]
async fn a_tc_string_is_recorded_with_what_it_says() {
    let app = App::start();
    let club = app
        .organisation(json!({ "default_regime": "global" }))
        .await;
    let string = tc(&[1, 7, 8, 9], 1);
    let answer = say(&club, json!({ "subject": "contact:anna", "tcf": string })).await;
    assert_eq!(granted(&answer), "++-...");
    // Under European law what it does not name is a no.
    assert_eq!(answer["consent"]["regime"], "gdpr");
    assert_eq!(answer["consent"]["flags"]["sh"]["effective"], false);
    let signal = club.history("contact:anna").await.remove(0);
    assert_eq!(signal["source"], "tcf");
    assert_eq!(
        signal["evidence"],
        json!({ "mapping": 1, "tcf": string, "sections": ["tcfeuv2"] })
    );
    // The no is of the end of that day, the yes of its beginning.
    let time = |field: &str| {
        signal[field]
            .as_str()
            .unwrap()
            .get(11..)
            .unwrap()
            .to_owned()
    };
    assert_eq!(time("at"), "23:59:59.999999Z");
    assert_eq!(time("grants_at"), "00:00:00.000000Z");
    let exported = club.get("/v1/consent/contact:anna/export").await;
    assert_eq!(exported["signals"][0]["evidence"]["tcf"], *string);
    let table = club
        .request("GET", "/v1/consent/contact:anna/export")
        .header("accept", "text/csv");
    let table = table.send().await.unwrap().text().await.unwrap();
    let quoted = format!("\"\"tcf\"\":\"\"{string}\"\"");
    let kept = |line: &str| line.starts_with("contact:anna,strings,") && line.contains(&quoted);
    assert!(table.lines().any(kept), "{table}");
    // With the person goes the string.
    let erased = club
        .send("DELETE", "/v1/consent/contact:anna", &Value::Null)
        .await;
    assert_eq!(erased["status"], "erased");
    if let Some(host) = app.own_host() {
        let left = "SELECT count(*) FROM signal WHERE evidence IS NOT NULL";
        let left: i64 = host
            .database()
            .query_row(left, [], |row| row.get(0))
            .unwrap();
        assert_eq!(left, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_string_again_brings_no_withdrawn_yes_back() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    for days_ago in [1, 0] {
        let subject = format!("device:assent:day{days_ago}");
        let accepted = json!({ "subject": subject, "tcf": tc(&EVERYTHING, days_ago) });
        assert_eq!(granted(&say(&club, accepted.clone()).await), "+++...");
        // Withdrawn on a form; the next pages still carry the old string.
        say(
            &club,
            json!({ "subject": subject, "flags": { "tg": false } }),
        )
        .await;
        for _ in 0..2 {
            assert_eq!(granted(&say(&club, accepted.clone()).await), "++-...");
        }
        // Agreed again, on purpose, and the old string is still no newer.
        say(
            &club,
            json!({ "subject": subject, "flags": { "tg": true } }),
        )
        .await;
        assert_eq!(granted(&say(&club, accepted).await), "+++...");
    }
    // A refusal of today that comes in again stays the last word until something newer is said.
    let subject = "device:assent:no";
    say(
        &club,
        json!({ "subject": subject, "flags": { "tg": true, "dc": true } }),
    )
    .await;
    let refused = json!({ "subject": subject, "tcf": tc(&[], 0) });
    assert_eq!(granted(&say(&club, refused).await), "------");
    tokio::time::sleep(Duration::from_millis(2)).await;
    let answer = say(
        &club,
        json!({ "subject": subject, "flags": { "dc": true } }),
    )
    .await;
    assert_eq!(granted(&answer), "+-----");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opt_out_of_the_united_states_refuses_and_never_grants() {
    let app = App::start();
    let club = app.organisation(json!({ "default_regime": "ccpa" })).await;
    let body = json!({ "subject": "contact:ben", "gpp": "DBABLA~BVQqAAAAAgA.YA", "gpp_sid": [7] });
    let answer = say(&club, body).await;
    assert_eq!(granted(&answer), "..---.");
    assert_eq!(answer["consent"]["regime"], "ccpa");
    // Nothing was said about these, which under this regime is a yes; of sharing it is not any more.
    assert_eq!(answer["consent"]["flags"]["al"]["effective"], true);
    assert_eq!(answer["consent"]["flags"]["sh"]["effective"], false);
    let signal = club.history("contact:ben").await.remove(0);
    assert_eq!(signal["source"], "gpp");
    assert_eq!(signal["evidence"]["gpp_sid"], json!([7]));
    assert_eq!(signal["evidence"]["sections"], json!(["usnat"]));
    let beside = json!({ "subject": "contact:ben", "gpp": "DBABTA~1YYN", "gpp_sid": [6], "flags": { "al": true } });
    assert_eq!(granted(&say(&club, beside).await), ".+---.");
    // Of a list, each item stands for itself.
    let list = json!([
        { "subject": "contact:cleo", "gpp": "DBABTA~1YYN" },
        { "subject": "contact:dora", "gpp": "DBABTA~1YNN" },
    ]);
    let answer = club
        .request("POST", "/v1/consent")
        .json(&list)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 207);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["items"][1]["problem"]["pointer"], "/1/gpp");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signal_of_a_browser_that_a_system_passes_on_is_kept() {
    let app = App::start();
    let club = app.organisation(json!({ "default_regime": "gdpr" })).await;
    let subject = "contact:eva";
    for (region, expected) in [("US-CA", "..---."), ("CA-QC", "------")] {
        let answer = say(
            &club,
            json!({ "subject": subject, "gpc": true, "region": region }),
        )
        .await;
        assert_eq!(granted(&answer), expected);
        let signal = club.history(subject).await.remove(0);
        assert_eq!(
            (&signal["source"], &signal["evidence"]["gpc"]),
            (&json!("gpc"), &json!(true))
        );
    }
    // A yes on a form that showed the conflict stands.
    let shown = json!({ "form": "gpc", "version": "1", "language": "en" });
    let body = json!({
        "subject": subject, "gpc": true, "region": "US-CA", "flags": { "sh": true }, "shown": shown,
    });
    assert_eq!(granted(&say(&club, body).await), "----+-");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_that_is_not_valid_is_refused_and_a_no_is_taken() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let old = |purposes: &[usize]| json!({ "subject": "contact:finn", "tcf": tc(purposes, 400) });
    let answer = club
        .request("POST", "/v1/consent")
        .json(&old(&EVERYTHING))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 422);
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["pointer"], "/tcf");
    assert!(problem["detail"].as_str().unwrap().contains("13 months"));
    assert_eq!(granted(&say(&club, old(&[])).await), "------");
    // The time of a string must be of its day.
    let mut wrong = json!({ "subject": "contact:finn", "tcf": tc(&[1], 3) });
    wrong["at"] = json!("2026-01-05T10:00:00Z");
    let answer = club
        .request("POST", "/v1/consent")
        .json(&wrong)
        .send()
        .await
        .unwrap();
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(
        (&problem["status"], &problem["pointer"]),
        (&json!(422), &json!("/at"))
    );
}
