//! Rules beyond a single signal: explanations, asking again, the backfill, privacy signals.

use assent_tests::{App, Organisation, random};
use serde_json::{Value, json};

async fn explained(club: &Organisation, subject: &str, question: &str) -> Value {
    club.get(&format!("/v1/consent/{subject}?explain=true{question}"))
        .await
}

/// A decision with these fields besides; gives its request id.
async fn said(club: &Organisation, subject: &str, flags: Value, fields: Value) -> String {
    let id = format!("request-{}", random());
    let mut body = json!({ "subject": subject, "flags": flags });
    let object = body.as_object_mut().unwrap();
    object.extend(fields.as_object().unwrap().clone());
    let request = club.request("POST", "/v1/consent").json(&body);
    let answer = request.header("idempotency-key", &id).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    id
}

fn why<'a>(explanation: &'a Value, flag: &str, id: &str) -> &'a Value {
    let flag = &explanation["explanation"]["flags"][flag];
    if flag["decided_by"]["request_id"] == id {
        return &flag["basis"];
    }
    let others = flag["others"].as_array().unwrap().iter();
    let mut found = others.filter(|other| other["request_id"] == id);
    &found
        .next()
        .unwrap_or_else(|| panic!("{id} is not in {flag}"))["overruled"]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_flag_says_which_signal_decided_and_why_the_others_did_not() {
    let app = App::start();
    let club = app
        .organisation(json!({ "default_regime": "ccpa", "regions": { "CA-QC": "law25" } }))
        .await;
    let subject = "contact:anna";
    let at = "2026-01-02T03:04:05.000000Z";
    let granted = json!({ "dc": true });
    let old = said(
        &club,
        subject,
        granted.clone(),
        json!({ "at": "2026-01-01T00:00:00Z" }),
    )
    .await;
    let grant = said(&club, subject, granted.clone(), json!({ "at": at })).await;
    let refusal = said(&club, subject, json!({ "dc": false }), json!({ "at": at })).await;
    let far = said(
        &club,
        subject,
        granted.clone(),
        json!({ "tier": "third_party" }),
    )
    .await;
    let other = said(
        &club,
        subject,
        json!({ "al": true }),
        json!({ "region": "CA-QC" }),
    )
    .await;

    let found = explained(&club, subject, "").await;
    assert_eq!(why(&found, "dc", &refusal), "signal");
    assert_eq!(why(&found, "dc", &grant), "refusal_at_the_same_time");
    assert_eq!(why(&found, "dc", &old), "older");
    assert_eq!(why(&found, "dc", &far), "farther_tier");
    assert_eq!(why(&found, "al", &other), "signal");
    let flags = &found["explanation"]["flags"];
    assert_eq!(flags["dc"]["others"].as_array().unwrap().len(), 3);
    assert_eq!(flags["dc"]["decided_by"]["at"], at);
    assert_eq!(flags["al"]["decided_by"]["regime_source"], "ip");
    assert_eq!(flags["tg"]["basis"], "regime");
    assert!(flags["tg"]["decided_by"].is_null());
    assert_eq!(
        found["explanation"]["regimes"],
        json!({ "organisation": "ccpa", "signals": ["ccpa", "law25"], "considered": ["law25", "ccpa"] })
    );
    assert_eq!(found["explanation"]["complete"], true);
    // What is explained is what is answered.
    let mut plain = club.consent(subject).await;
    assert!(plain["explanation"].is_null());
    plain["explanation"] = found["explanation"].clone();
    assert_eq!(plain, found);
    let body = json!({ "subject": subject, "explain": true });
    assert_eq!(club.send("POST", "/v1/consent/query", &body).await, found);

    for question in ["explain=yes", "explain=true&source=projection"] {
        let path = format!("/v1/consent/{subject}?{question}");
        let answer = club.request("GET", &path).send().await.unwrap();
        assert_eq!(answer.status(), 422, "{question}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["pointer"], "explain");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lapsed_grant_and_a_privacy_signal_are_explained() {
    let app = App::start();
    let club = app
        .organisation(json!({ "default_regime": "global" }))
        .await;
    let two_years_ago = json!({ "at": "2024-11-01T00:00:00Z" });
    let id = said(&club, "contact:ben", json!({ "tg": true }), two_years_ago).await;
    let found = explained(&club, "contact:ben", "").await;
    assert_eq!(why(&found, "tg", &id), "signal");
    let found = explained(&club, "contact:ben", "&regime=gdpr").await;
    assert_eq!(why(&found, "tg", &id), "lapsed");
    assert_eq!(found["explanation"]["flags"]["tg"]["basis"], "lapsed");
    // `Sec-GPC` of the person's browser, for this request alone.
    let found = explained(&club, "contact:ben", "&gpc=true").await;
    assert_eq!(why(&found, "tg", &id), "privacy_signal");
    assert_eq!(found["gates"]["share"], false);
    assert_eq!(found["gates"]["collect"], true);
    let body = json!({ "gate": "share", "subjects": ["contact:ben"], "gpc": true });
    let checked = club.send("POST", "/v1/consent/check", &body).await;
    assert_eq!(
        checked["items"][0]["closed_by"],
        json!({ "sh": "privacy_signal" })
    );
    assert_eq!(club.consent("contact:ben").await["gates"]["share"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_refused_is_asked_again_when_the_regime_allows_it() {
    let app = App::start();
    let at = json!({ "at": "2026-01-31T12:00:00.000000Z" });
    for (settings, expected) in [
        (
            json!({ "default_regime": "gdpr" }),
            json!("2026-07-31T12:00:00.000000Z"),
        ),
        (
            json!({ "default_regime": "law25" }),
            json!("2026-07-31T12:00:00.000000Z"),
        ),
        (
            json!({ "default_regime": "ccpa" }),
            json!("2027-01-31T12:00:00.000000Z"),
        ),
        (json!({ "default_regime": "casl" }), Value::Null),
        (
            json!({ "default_regime": "global" }),
            json!("2027-01-31T12:00:00.000000Z"),
        ),
        (
            json!({ "default_regime": "global", "global_re_ask_months": 1 }),
            json!("2026-02-28T12:00:00.000000Z"),
        ),
        (
            json!({ "default_regime": "global", "global_re_ask_months": null }),
            Value::Null,
        ),
    ] {
        let club = app.organisation(settings.clone()).await;
        said(&club, "contact:anna", json!({ "al": false }), at.clone()).await;
        let anna = club.consent("contact:anna").await;
        assert_eq!(anna.get("may_ask_again_at"), Some(&expected), "{settings}");
        club.grant("contact:ben").await;
        for nobody_refused in ["contact:ben", "contact:unknown"] {
            let found = club.consent(nobody_refused).await;
            assert_eq!(found.get("may_ask_again_at"), None, "{settings}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backfill_is_set_once_and_decides_what_nobody_said() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let administrator = Organisation::make_key(&app, &club.id, &["admin"]).await;
    let path = format!("/v1/organisations/{}", club.id);
    let send = async |method: &str, path: &str, key: &str, body: Value| {
        let request = app.request(method, path).bearer_auth(key).json(&body);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.unwrap())
    };
    // Known before: said something, but nothing about dc and al.
    club.decide("contact:known", json!({ "re": false })).await;
    let backfill = format!("{path}/backfill");
    let flags = json!({ "flags": { "dc": true, "al": true, "re": true, "sh": false } });
    let (status, problem) = send("POST", &backfill, &administrator, json!({ "flags": {} })).await;
    assert_eq!((status, &problem["pointer"]), (422, &json!("/flags")));
    let in_settings =
        json!({ "backfill": { "flags": { "dc": true }, "at": "2026-01-01T00:00:00Z" } });
    assert_eq!(
        send("PUT", &path, &administrator, in_settings.clone())
            .await
            .0,
        409
    );
    let body = json!({ "settings": in_settings });
    assert_eq!(
        send("POST", "/v1/organisations", app.admin_token(), body)
            .await
            .0,
        409
    );
    let (status, set) = send("POST", &backfill, &administrator, flags.clone()).await;
    assert_eq!(
        (status, &set["settings"]["backfill"]["flags"]),
        (200, &flags["flags"])
    );
    for again in [flags.clone(), json!({ "flags": { "dc": false } })] {
        let (status, problem) = send("POST", &backfill, &administrator, again).await;
        assert_eq!(
            (status, &problem["type"]),
            (409, &json!("urn:assent:problem:conflict"))
        );
    }
    // A change of the settings leaves it, whether it repeats it or not; another one is refused.
    let (status, left) = send("PUT", &path, &administrator, json!({})).await;
    assert_eq!(
        (status, &left["settings"]["backfill"]),
        (200, &set["settings"]["backfill"])
    );
    let same = json!({ "backfill": set["settings"]["backfill"] });
    assert_eq!(send("PUT", &path, &administrator, same).await.0, 200);
    assert_eq!(send("PUT", &path, &administrator, in_settings).await.0, 409);

    let basis = async || club.consent("contact:known").await["flags"]["dc"]["basis"].clone();
    // Settings are in force in every instance after a second.
    assent_tests::eventually(basis, |basis| *basis == "backfill").await;
    let known = explained(&club, "contact:known", "").await;
    assert_eq!(known["flags"]["dc"]["effective"], true);
    assert_eq!(known["flags"]["re"]["basis"], "signal");
    assert_eq!(known["flags"]["re"]["effective"], false);
    assert_eq!(known["flags"]["tg"]["basis"], "regime");
    assert_eq!(known["hasTrackingConsent"], Value::Null);
    assert_eq!(known["gates"]["track"], true);
    assert_eq!(
        known["explanation"]["backfill"],
        set["settings"]["backfill"]
    );
    assert_eq!(
        club.projection("contact:known").await["gates"]["track"],
        true
    );
    let check = json!({ "gate": "share", "subjects": ["contact:known", "contact:unknown"] });
    let check = club.send("POST", "/v1/consent/check", &check).await;
    assert_eq!(check["items"][0]["closed_by"], json!({ "sh": "backfill" }));
    assert_eq!(check["items"][1]["closed_by"], json!({ "sh": "unset" }));
    // Seen first after it, or never.
    club.decide("contact:new", json!({ "re": false })).await;
    for subject in ["contact:new", "contact:unknown"] {
        assert_eq!(
            club.consent(subject).await["flags"]["dc"]["basis"],
            "regime",
            "{subject}"
        );
    }
    club.refuse("contact:known").await;
    assert_eq!(club.consent("contact:known").await["gates"]["track"], false);
}
