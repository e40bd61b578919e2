//! What the tag promises, in a real browser, on a page with a strict policy whose tags are of other sites.

use assent_tests::{App, eventually, random};
use serde_json::{Value, json};

use crate::shop::{Options, Shop};

const ALL_OFF: &str = r#"{"al":false,"cd":false,"dc":false,"re":false,"sh":false,"tg":false}"#;

fn club() -> Value {
    json!({ "display_name": "Fernhill Garden Club", "languages": ["en", "fr"] })
}

async fn opened(app: &App) -> Option<Shop> {
    Shop::open(app, club(), Options::default()).await
}

/// The requests that are not the page's own and none of the service's routes for tags.
fn others(requests: &[String], shop: &Shop, app: &App) -> Vec<String> {
    let own = format!("{}/", shop.site.origin());
    let service = [
        format!("{}/static/assent", app.base()),
        format!("{}/v1/site/{}/", app.base(), shop.organisation.id),
    ];
    let is_ours = |address: &str| {
        address.starts_with(&own) || service.iter().any(|start| address.starts_with(start))
    };
    requests
        .iter()
        .filter(|request| {
            !request
                .split_once(' ')
                .is_some_and(|(_, address)| is_ours(address))
        })
        .cloned()
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_refused_means_no_request_but_the_pages_own_and_ours() {
    let app = App::start();
    let Some(shop) = opened(&app).await else {
        return;
    };
    let asked = shop.visit().await;
    assert_eq!(asked["ask"], true, "{asked}");
    shop.press("Refuse all").await;
    let refused = shop
        .state_with(|state| state["choices"]["dc"] == false && state["saved"] == true)
        .await;
    assert_eq!(refused["allowed"].to_string(), ALL_OFF);
    let subject = eventually(
        async || shop.run("return Object.values(localStorage).join()").await,
        |kept| kept.as_str().unwrap().contains("\"queue\":[]"),
    )
    .await;
    assert!(
        subject.as_str().unwrap().contains("\"dc\":[false"),
        "{subject}"
    );
    for _ in 0..2 {
        let state = shop.visit().await;
        assert_eq!(
            (&state["source"], &state["ask"]),
            (&json!("service"), &json!(false))
        );
    }
    shop.nothing_fires().await;
    assert_eq!(shop.words().await, "");
    let requests = shop.browser.requests().await;
    eprintln!("everything refused:\n  {}", requests.join("\n  "));
    assert!(requests.len() >= 8, "{requests:?}");
    assert_eq!(others(&requests, &shop, &app), Vec::<String>::new());
    assert_eq!(shop.violations().await, json!([]));
    // The evidence is where every decision is.
    let history = shop.organisation.history(&shop.subject().await).await;
    assert_eq!(history.len(), 1);
    assert_eq!(history[0]["source"], "tag");
    assert_eq!(history[0]["shown"]["form"], "banner");
    shop.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accepted_each_tag_fires_once_and_withdrawn_none() {
    let app = App::start();
    let Some(shop) = opened(&app).await else {
        return;
    };
    shop.visit().await;
    shop.nothing_fires().await;
    shop.press("Accept all").await;
    shop.fired_is([1; 5]).await;
    // Saying it again, and what is added later.
    shop.done("assent.set({ dc: true, tg: true })").await;
    shop.run(
        "const late = document.createElement('script'); late.type = 'text/plain'; late.dataset.consent = 'al';
         late.nonce = 'fresh'; late.textContent = 'window.late = (window.late || 0) + 1'; document.body.append(late);",
    )
    .await;
    eventually(
        async || shop.run("return window.late").await,
        |late| *late == json!(1),
    )
    .await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(shop.fired(), [1; 5]);
    assert_eq!(
        shop.run("return window.ran.sort()").await,
        json!(["ads", "analytics", "inline"])
    );
    assert_eq!(shop.violations().await, json!([]));
    shop.forget();
    shop.visit().await;
    shop.fired_is([1; 5]).await;
    // Withdrawn: what ran is gone with its page, and nothing runs on the next ones.
    shop.run("window.before = true").await;
    shop.choices().await;
    shop.forget();
    shop.press("Refuse all").await;
    eventually(
        async || shop.run("return window.before ?? 'gone'").await,
        |gone| *gone == json!("gone"),
    )
    .await;
    let state = shop.settled().await;
    assert_eq!(state["allowed"].to_string(), ALL_OFF);
    shop.visit().await;
    shop.nothing_fires().await;
    assert_eq!(
        shop.run("return window.ran ?? 'nothing'").await,
        json!("nothing")
    );
    shop.browser.close().await;
}

/// The default comes before any tag, then one update for each change.
#[tokio::test(flavor = "multi_thread")]
async fn consent_mode_is_denied_first_and_updated_once() {
    let app = App::start();
    let Some(shop) = opened(&app).await else {
        return;
    };
    shop.visit().await;
    let calls =
        "return dataLayer.filter((one) => one[0] === 'consent').map((one) => [one[1], one[2]])";
    let before = shop.run(calls).await;
    assert_eq!(before[0][0], "default");
    for (name, value) in before[0][1].as_object().unwrap() {
        let expected = match name.as_str() {
            "security_storage" => json!("granted"),
            "wait_for_update" => json!(500),
            _ => json!("denied"),
        };
        assert_eq!(*value, expected, "{name}");
    }
    let count = before.as_array().unwrap().len();
    shop.done("assent.set({ al: true, tg: false })").await;
    let after = shop.run(calls).await;
    assert_eq!(after.as_array().unwrap().len(), count + 1, "{after}");
    for (name, flags) in domain::CONSENT_MODE {
        let granted = flags.iter().all(|flag| *flag == domain::Flag::Al);
        if name != "security_storage" {
            let expected = if granted { "granted" } else { "denied" };
            assert_eq!(after[count][1][name], expected, "{name}");
        }
    }
    let event = shop
        .run("return dataLayer.findLast((one) => one.event === 'assent')")
        .await;
    assert_eq!(
        (&event["consent"]["al"], &event["consent"]["tg"]),
        (&json!(true), &json!(false))
    );
    shop.browser.close().await;
}

/// A no that was said elsewhere beats the yes in this browser's memory, also when that memory is put back.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_yes_never_beats_a_newer_no() {
    let app = App::start();
    let Some(shop) = opened(&app).await else {
        return;
    };
    shop.visit().await;
    shop.press("Accept all").await;
    shop.fired_is([1; 5]).await;
    let subject = shop.subject().await;
    eventually(
        async || shop.organisation.history(&subject).await.len(),
        |count| *count == 1,
    )
    .await;
    let yes = shop.run("return Object.entries(localStorage)[0]").await;
    let no = json!({ "dc": false, "al": false, "tg": false });
    assert_eq!(
        shop.organisation
            .decision(&subject, &no, &random())
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    for _ in 0..2 {
        shop.forget();
        let state = shop.visit().await;
        assert_eq!(
            (&state["allowed"]["dc"], &state["allowed"]["tg"]),
            (&json!(false), &json!(false))
        );
        shop.nothing_fires().await;
        let script = format!("localStorage.setItem({}, {})", yes[0], yes[1]);
        shop.run(&script).await;
    }
    // Nothing more was said in her name.
    assert_eq!(shop.organisation.history(&subject).await.len(), 2);
    shop.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_storage_denied_an_answer_counts_on_its_page_only() {
    let app = App::start();
    let blocked = json!({ "profile": { "default_content_setting_values": { "cookies": 2 } } });
    let Some(shop) = Shop::open_for(&app, club(), Options::default(), blocked).await else {
        return;
    };
    let state = shop.visit().await;
    assert_eq!(
        shop.run("try { return !!localStorage } catch { return 'denied' }")
            .await,
        json!("denied")
    );
    assert_eq!(state["ask"], true);
    shop.press("Refuse all").await;
    shop.nothing_fires().await;
    assert_eq!(shop.visit().await["ask"], true);
    shop.press("Accept all").await;
    shop.fired_is([1; 5]).await;
    shop.forget();
    let state = shop.visit().await;
    assert_eq!(
        (&state["ask"], &state["choices"]["dc"]),
        (&json!(true), &Value::Null)
    );
    shop.nothing_fires().await;
    shop.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_privacy_signal_is_honoured_shown_and_stored() {
    let app = App::start();
    let settings = json!({ "display_name": "Fernhill Garden Club", "default_regime": "ccpa" });
    let Some(shop) = Shop::open(&app, settings, Options::default()).await else {
        return;
    };
    // Without it, silence is a yes under this regime.
    shop.visit().await;
    shop.fired_is([1; 5]).await;
    shop.forget();
    let header = json!({ "headers": { "Sec-GPC": "1" } });
    shop.browser.cdp("Network.enable", json!({})).await;
    shop.browser
        .cdp("Network.setExtraHTTPHeaders", header)
        .await;
    let source =
        "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })";
    shop.browser
        .cdp(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": source }),
        )
        .await;
    let state = shop.visit().await;
    assert_eq!(
        (&state["gpc"], &state["locked"]["tg"]),
        (&json!(true), &json!(true))
    );
    shop.fired_is([1, 1, 0, 0, 0]).await;
    shop.words_with("Your privacy signal is honoured").await;
    let subject = eventually(
        async || shop.run("return Object.values(localStorage).join()").await,
        |kept| {
            kept.as_str()
                .is_some_and(|kept| kept.contains("\"queue\":[]") && kept.contains("signalled"))
        },
    )
    .await;
    assert!(
        subject.as_str().unwrap().contains("\"tg\":[false"),
        "{subject}"
    );
    let history = shop.organisation.history(&shop.subject().await).await;
    assert_eq!((history.len(), &history[0]["source"]), (1, &json!("gpc")));
    // A yes to all does not undo it, and the dialog says so.
    shop.press("Choose").await;
    shop.words_with("Stays off because of your privacy signal")
        .await;
    shop.press("Accept all").await;
    let state = shop
        .state_with(|state| state["choices"]["dc"] == true)
        .await;
    assert_eq!(
        (&state["allowed"]["dc"], &state["allowed"]["tg"]),
        (&json!(true), &json!(false))
    );
    shop.forget();
    shop.visit().await;
    shop.fired_is([1, 1, 0, 0, 0]).await;
    shop.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_embed_says_why_it_waits_and_can_be_allowed_there() {
    let app = App::start();
    let Some(shop) = opened(&app).await else {
        return;
    };
    shop.visit().await;
    shop.press("Refuse all").await;
    let inside = "const page = document.querySelector('iframe').contentDocument; return page ? page.body.innerText : 'elsewhere'";
    let waits = eventually(
        async || shop.run(inside).await,
        |text| {
            text.as_str()
                .is_some_and(|text| text.contains("waits for your yes"))
        },
    )
    .await;
    assert!(waits.as_str().unwrap().contains("Targeting"), "{waits}");
    shop.run("document.querySelector('iframe').contentDocument.querySelector('button').click()")
        .await;
    shop.fired_is([0, 0, 1, 1, 1]).await;
    let state = shop.settled().await;
    assert_eq!(
        (&state["allowed"]["tg"], &state["allowed"]["dc"]),
        (&json!(true), &json!(false))
    );
    shop.browser.close().await;
}

/// `DNT: 1` is a hint, where the operator takes it: silence is a no, and a yes stays one.
#[tokio::test(flavor = "multi_thread")]
async fn do_not_track_makes_a_no_of_silence_where_the_operator_says_so() {
    let app = App::start();
    let options = Options {
        attributes: "data-dnt".to_owned(),
        ..Options::default()
    };
    let settings = json!({ "default_regime": "ccpa" });
    let Some(shop) = Shop::open(&app, settings, options).await else {
        return;
    };
    let source = "Object.defineProperty(Navigator.prototype, 'doNotTrack', { get: () => '1' })";
    shop.browser
        .cdp(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": source }),
        )
        .await;
    assert_eq!(shop.visit().await["ask"], false);
    shop.nothing_fires().await;
    shop.done("assent.set({ dc: true, al: true })").await;
    shop.fired_is([1, 1, 0, 0, 0]).await;
    shop.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_can_do_without_the_banner_and_without_being_loaded_again() {
    let app = App::start();
    let options = Options {
        attributes: "data-banner=\"off\" data-reload=\"off\" data-consent-mode=\"off\"".to_owned(),
        ..Options::default()
    };
    let Some(shop) = Shop::open(&app, club(), options).await else {
        return;
    };
    assert_eq!(shop.visit().await["ask"], true);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(shop.words().await, "");
    shop.run("window.before = true; assent.open()").await;
    shop.words_with("Save my choices").await;
    shop.press("Accept all").await;
    shop.fired_is([1; 5]).await;
    shop.done("assent.set({ dc: false, tg: false })").await;
    assert_eq!(shop.run("return window.before").await, json!(true));
    let consent_mode = "return dataLayer.filter((one) => one[0] === 'consent').length";
    assert_eq!(shop.run(consent_mode).await, json!(0));
    shop.browser.close().await;
}
