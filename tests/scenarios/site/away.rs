//! The tag while the service is away, and across subdomains.

use assent_tests::{App, Setup, eventually};
use serde_json::{Value, json};

use crate::shop::{Options, Shop};

fn own_file(attributes: &str) -> Options {
    Options {
        own_file: true,
        attributes: attributes.to_owned(),
        ..Options::default()
    }
}

async fn stopped(settings: Value, attributes: &str) -> Option<(App, Shop)> {
    let app = App::start_own(Setup::default())?;
    let shop = Shop::open(&app, settings, own_file(attributes)).await?;
    Some((app, shop))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_is_remembered_and_a_no_is_delivered_when_the_service_is_back() {
    let settings = json!({ "display_name": "Fernhill Garden Club" });
    let Some((mut app, shop)) = stopped(settings, "").await else {
        return;
    };
    shop.visit().await;
    shop.done("assent.set({ dc: true, al: true, tg: true })")
        .await;
    shop.fired_is([1; 5]).await;
    let subject = shop.subject().await;
    app.with_host(|host| {
        host.stop();
    });
    shop.forget();
    assert_eq!(shop.visit().await["source"], "memory");
    shop.fired_is([1; 5]).await;
    // The no counts at once, on the next page too, and nobody is asked meanwhile.
    shop.run("assent.set({ dc: false, tg: false })").await;
    eventually(
        async || shop.run("return window.ran ?? 'gone'").await,
        |gone| *gone == json!("gone"),
    )
    .await;
    shop.forget();
    let state = shop.visit().await;
    assert_eq!(
        (
            &state["source"],
            &state["allowed"]["dc"],
            &state["allowed"]["al"]
        ),
        (&json!("memory"), &json!(false), &json!(true))
    );
    assert_eq!(state["ask"], false);
    shop.nothing_fires().await;
    app.with_host(assent_tests::Host::start_again);
    shop.moved(&app);
    let organisation = shop.organisation.at(&app);
    let state = shop.visit().await;
    assert_eq!(
        (&state["source"], &state["allowed"]["dc"]),
        (&json!("service"), &json!(false))
    );
    let history = eventually(
        async || organisation.history(&subject).await,
        |history| history.len() == 2,
    )
    .await;
    assert_eq!(history[0]["flags"], json!({ "dc": false, "tg": false }));
    shop.visit().await;
    assert_eq!(organisation.history(&subject).await.len(), 2);
    shop.nothing_fires().await;
    shop.browser.close().await;
}

/// Also where the regime takes silence for a yes.
#[tokio::test(flavor = "multi_thread")]
async fn silence_stays_a_no_while_the_service_is_away() {
    let settings = json!({ "default_regime": "ccpa" });
    let Some((mut app, shop)) = stopped(settings, "").await else {
        return;
    };
    shop.visit().await;
    shop.fired_is([1; 5]).await;
    app.with_host(|host| {
        host.stop();
    });
    shop.forget();
    assert_eq!(shop.visit().await["source"], "memory");
    shop.nothing_fires().await;
    shop.browser.close().await;
}

/// And where the tag itself comes from the service, nothing that waits runs.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_tag_nothing_runs() {
    let Some(mut app) = App::start_own(Setup::default()) else {
        return;
    };
    let Some(shop) = Shop::open(&app, json!({}), Options::default()).await else {
        return;
    };
    shop.visit().await;
    shop.press("Accept all").await;
    shop.fired_is([1; 5]).await;
    eventually(
        async || shop.run("return Object.values(localStorage).join()").await,
        |kept| kept.as_str().unwrap().contains("\"queue\":[]"),
    )
    .await;
    app.with_host(|host| {
        host.stop();
    });
    shop.forget();
    shop.browser.page.goto(&shop.site.origin()).await.unwrap();
    shop.nothing_fires().await;
    shop.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn subdomains_share_the_memory_where_the_operator_says_so() {
    let Some((mut app, shop)) = stopped(json!({}), "data-domain=\"shop.localhost\"").await else {
        return;
    };
    let [one, other] =
        ["a", "b"].map(|host| format!("http://{host}.shop.localhost:{}", shop.site.port));
    shop.visit_at(&one).await;
    shop.done("assent.set({ dc: true, al: true })").await;
    shop.fired_is([1, 1, 0, 0, 0]).await;
    assert_eq!(shop.run("return localStorage.length").await, json!(0));
    app.with_host(|host| {
        host.stop();
    });
    shop.forget();
    let state = shop.visit_at(&other).await;
    assert_eq!(
        (&state["source"], &state["allowed"]["al"]),
        (&json!("memory"), &json!(true))
    );
    shop.fired_is([1, 1, 0, 0, 0]).await;
    shop.run("assent.set({ dc: false, al: false })").await;
    eventually(
        async || shop.run("return window.ran ?? 'gone'").await,
        |gone| *gone == json!("gone"),
    )
    .await;
    shop.forget();
    let state = shop.visit_at(&one).await;
    assert_eq!(state["allowed"]["al"], false, "{state}");
    shop.nothing_fires().await;
    shop.browser.close().await;
}

/// With a privacy signal a remembered yes does not count while nobody can say what the signal refuses.
#[tokio::test(flavor = "multi_thread")]
async fn a_privacy_signal_closes_everything_while_the_service_is_away() {
    let Some((mut app, shop)) = stopped(json!({}), "").await else {
        return;
    };
    shop.visit().await;
    shop.done("assent.set({ dc: true, al: true, tg: true })")
        .await;
    shop.fired_is([1; 5]).await;
    app.with_host(|host| {
        host.stop();
    });
    shop.forget();
    let source =
        "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })";
    shop.browser
        .cdp(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": source }),
        )
        .await;
    assert_eq!(shop.visit().await["source"], "memory");
    shop.nothing_fires().await;
    shop.browser.close().await;
}

/// Where neither the service nor the browser can keep an answer, the page says so, a no counts there all the same,
/// and nothing is loaded again until it is kept.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_can_keep_is_said_to_be_so() {
    let app = App::start();
    let blocked = json!({ "profile": { "default_content_setting_values": { "cookies": 2 } } });
    let settings = json!({ "display_name": "Fernhill Garden Club" });
    let Some(shop) = Shop::open_for(&app, settings, Options::default(), blocked).await else {
        return;
    };
    shop.visit().await;
    shop.press("Accept all").await;
    shop.fired_is([1; 5]).await;
    shop.forget();
    shop.run("window.before = true; window.real = fetch; window.fetch = (address, options) => options.method ? Promise.reject(new TypeError('away')) : real(address, options)")
        .await;
    shop.choices().await;
    shop.press("Refuse all").await;
    shop.words_with("Your answer could not be saved").await;
    shop.accessible("not saved").await;
    let state = shop.settled().await;
    assert_eq!(
        (&state["saved"], &state["allowed"]["dc"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(shop.run("return window.before").await, json!(true));
    shop.run("window.fetch = window.real; dispatchEvent(new Event('online'))")
        .await;
    eventually(
        async || shop.run("return window.before ?? 'gone'").await,
        |gone| *gone == json!("gone"),
    )
    .await;
    shop.nothing_fires().await;
    shop.browser.close().await;
}
