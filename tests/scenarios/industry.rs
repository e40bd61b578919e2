//! The industry opt-out: of a device, in every organisation, until it is taken back.

use assent_tests::{App, Organisation, Setup, random};
use reqwest::Response;
use serde_json::{Value, json};

const FLAGS: [&str; 6] = ["dc", "al", "tg", "cd", "sh", "re"];

async fn send(app: &App, query: &str, kind: &str, id: &str, lines: String) -> Response {
    app.request("POST", &format!("/v1/industry-opt-outs?{query}"))
        .bearer_auth(app.admin_token())
        .header("content-type", kind)
        .header("idempotency-key", id)
        .body(lines)
        .send()
        .await
        .unwrap()
}

/// Sends a list that is taken in whole.
async fn take_in(app: &App, query: &str, lines: String) -> Value {
    let answer = send(app, query, "text/plain", &random(), lines).await;
    assert_eq!(answer.status(), 200, "{:?}", answer.text().await);
    answer.json().await.unwrap()
}

fn all(granted: bool) -> Value {
    FLAGS
        .map(|flag| (flag.to_owned(), json!(granted)))
        .into_iter()
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Which gates are open, by SQLite, by the key-value store, and in a check of many: all say the same.
async fn is_open(club: &Organisation, device: &str) -> bool {
    let history = club.consent(device).await;
    let open = history["gates"]["collect"].as_bool().unwrap();
    let gates = history["gates"].as_object().unwrap();
    assert!(gates.values().all(|gate| *gate == json!(open)), "{history}");
    assert_eq!(club.projection(device).await["gates"], history["gates"]);
    let body = json!({ "gate": "collect", "subjects": [device] });
    let checked = club.send("POST", "/v1/consent/check", &body).await;
    assert_eq!(checked["items"][0]["allowed"], open);
    let expected = if open {
        json!(null)
    } else {
        json!({ "dc": "industry_opt_out" })
    };
    assert_eq!(checked["items"][0]["closed_by"], expected, "{checked}");
    open
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opt_out_holds_in_every_organisation_after_a_restart_and_without_the_key_value_store() {
    let Some(mut app) = App::start_own(Setup::default()) else {
        return;
    };
    let device = format!("device:aaid:{}", random());
    let stranger = format!("device:aaid:{}", random());
    let opt_in = app.organisation(json!({ "default_regime": "gdpr" })).await;
    let opt_out = app.organisation(json!({ "default_regime": "ccpa" })).await;
    opt_in.decide(&device, all(true)).await;
    assert!(is_open(&opt_in, &device).await && is_open(&opt_out, &device).await);
    let taken = take_in(&app, "source=nai", format!("{device}\n{stranger}\n")).await;
    assert_eq!(taken["rejected"], 0);
    for (club, dissents) in [(&opt_in, 1), (&opt_out, 0)] {
        let list = club.request("GET", "/v1/exports/dissent?flag=dc").send();
        let list = list.await.unwrap().text().await.unwrap();
        assert_eq!(list.lines().count(), dissents, "{list}");
    }

    // A grant after it changes nothing, in an organisation that knows the device and in one that does not.
    let granted = opt_out.decide(&device, all(true)).await;
    assert_eq!(granted["consent"]["gates"]["collect"], false);
    assert_eq!(granted["consent"]["hasTrackingConsent"], false);
    let holds = async |clubs: [&Organisation; 2]| {
        for club in clubs {
            for device in [&device, &stranger] {
                assert!(!is_open(club, device).await);
            }
            let explained = club
                .get(&format!("/v1/consent/{device}?explain=true"))
                .await;
            assert_eq!(
                explained["explanation"]["flags"]["dc"]["basis"],
                "industry_opt_out"
            );
            assert!(explained["explanation"]["industry_opt_out"].is_string());
            // Contacts have nothing to do with it.
            assert_eq!(
                club.grant("contact:anna").await["consent"]["gates"]["track"],
                true
            );
        }
    };
    holds([&opt_in, &opt_out]).await;
    app.with_host(|host| assert_eq!(host.stop(), Some(0)));
    app.with_host(assent_tests::Host::start_again);
    let (opt_in, opt_out) = (opt_in.at(&app), opt_out.at(&app));
    holds([&opt_in, &opt_out]).await;
    app.with_host(|host| assert_eq!(host.stop(), Some(0)));
    app.host().lose_key_value_store();
    app.with_host(assent_tests::Host::start_again);
    let (opt_in, opt_out) = (opt_in.at(&app), opt_out.at(&app));
    holds([&opt_in, &opt_out]).await;

    take_in(&app, "source=page&action=opt_in", device.clone()).await;
    assert!(is_open(&opt_in, &device).await && is_open(&opt_out, &device).await);
    assert!(!is_open(&opt_out, &stranger).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_read_line_by_line_and_stored_once() {
    let app = App::start();
    let club = app.organisation(json!({ "default_regime": "ccpa" })).await;
    let name = random();
    let device = |number: usize| format!("device:idfa:{name}-{number}");
    let lines: Vec<String> = (0..601).map(device).collect();
    let list = format!("{}\r\n", lines.join("\r\n"));
    let id = random();
    let mut recorded = Vec::new();
    for _ in 0..2 {
        let answer = send(&app, "source=daa", "text/plain", &id, list.clone()).await;
        assert_eq!(answer.status(), 200);
        let answer: Value = answer.json().await.unwrap();
        let number = |name: &str| answer[name].as_u64().unwrap();
        // On a busy machine a slice is tried again after it was stored; then it is a repetition.
        assert_eq!(number("recorded") + number("repeated"), 601, "{answer}");
        recorded.push(number("recorded"));
    }
    assert_eq!(recorded[1], 0, "everything had been stored");
    if let Some(host) = app.own_host() {
        let changes = "SELECT count(*) FROM industry_change";
        let changes: i64 = host
            .database()
            .query_row(changes, [], |row| row.get(0))
            .unwrap();
        assert_eq!(changes, 601);
    }
    for number in [0, 99, 100, 600] {
        assert!(!is_open(&club, &device(number)).await);
    }
    assert!(is_open(&club, &device(601)).await);

    // Times of their own: the newest counts. A line that cannot be read holds no other back.
    let line = |fields: Value| format!("{fields}\n");
    let mixed = [
        line(json!({ "subject": device(0), "action": "opt_in", "at": "2026-01-01T00:00:00Z" })),
        "\n".to_owned(),
        line(json!({ "subject": device(1), "action": "opt_in" })),
        line(json!({ "subject": "contact:4711" })),
        "nothing\n".to_owned(),
        line(json!({ "subject": device(2), "action": "forget" })),
        line(json!({ "subject": device(2000), "at": "2099-01-01T00:00:00Z" })),
        line(json!({ "subject": device(2001), "at": "2026-01-01T00:00:00Z" })),
    ];
    let answer = send(
        &app,
        "source=nai",
        "application/x-ndjson",
        &random(),
        mixed.concat(),
    )
    .await;
    assert_eq!(answer.status(), 207);
    let answer: Value = answer.json().await.unwrap();
    let places: Vec<&str> = answer["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["problem"]["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(
        places,
        ["line 4", "line 5", "line 6/action", "line 7"],
        "{answer}"
    );
    assert_eq!(answer["problems"][0]["line"], 4);
    assert_eq!(answer["rejected"], 4);
    for (number, open) in [
        (0, false),
        (1, true),
        (2, false),
        (2000, true),
        (2001, false),
    ] {
        assert_eq!(is_open(&club, &device(number)).await, open, "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_operator_takes_lists_in() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let administrator = Organisation::make_key(&app, &club.id, &["admin"]).await;
    let path = "/v1/industry-opt-outs?source=nai";
    for key in [&club.key, &administrator] {
        let request = app.request("POST", path).bearer_auth(key);
        let request = request
            .header("content-type", "text/plain")
            .body("device:aaid:1");
        assert_eq!(request.send().await.unwrap().status(), 401);
    }
    for (query, kind, lines, status) in [
        ("", "text/plain", "device:aaid:1", 422),
        ("source=iab", "text/plain", "device:aaid:1", 422),
        (
            "source=nai&action=forget",
            "text/plain",
            "device:aaid:1",
            422,
        ),
        ("source=nai", "text/csv", "device:aaid:1", 415),
        ("source=nai", "text/plain", "\n\n", 400),
        ("source=nai", "text/plain", "contact:1\nbk:x:1\n", 422),
    ] {
        let answer = send(&app, query, kind, &random(), lines.to_owned()).await;
        assert_eq!(answer.status(), status, "{query} {kind} {lines}");
    }
}
