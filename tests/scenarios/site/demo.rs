//! The demo's shop, as a person sees it.

use assent_tests::{App, Setup, browser_with, eventually};
use serde_json::{Value, json};

/// The tags and the film that the page has asked for.
const TAGS: &str =
    "return performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)
  .filter((path) => /analytics|advertising|film/.test(path)).sort()";
const ALL: [&str; 5] = [
    "/demo/shop/film",
    "/demo/shop/seen/advertising",
    "/demo/shop/seen/analytics",
    "/static/demo/shop/advertising.js",
    "/static/demo/shop/analytics.js",
];

fn press(words: &str) -> String {
    format!(
        "const found = [...(document.querySelector('assent-consent')?.shadowRoot?.querySelectorAll('button') ?? [])].find((one) => one.textContent === '{words}');
         found?.click(); return !!found;"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shop_asks_before_its_tags_run() {
    let Some(app) = App::start_own(Setup::default().arguments(&["--demo"])) else {
        return;
    };
    let Some(browser) = browser_with(json!({})).await else {
        return;
    };
    eventually(
        async || app.host().output(),
        |output| output.contains("/demo\n"),
    )
    .await;
    let run = async |script: &str| -> Value {
        browser
            .page
            .execute(script, vec![])
            .await
            .unwrap_or_default()
    };
    let address = format!("{}/demo/shop", app.base());
    browser.page.goto(&address).await.unwrap();
    eventually(
        async || {
            run("return document.querySelector('assent-consent')?.shadowRoot?.textContent ?? ''")
                .await
        },
        |words| {
            words
                .as_str()
                .is_some_and(|words| words.contains("Fernhill Garden Club asks"))
        },
    )
    .await;
    browser.pictures("shop-asks").await;
    assert_eq!(run(&press("Refuse all")).await, json!(true));
    browser.page.goto(&address).await.unwrap();
    eventually(
        async || run("return assent.get().source").await,
        |source| *source == json!("service"),
    )
    .await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(run(TAGS).await, json!([]));
    run("document.querySelector('[data-consent-open]').click()").await;
    eventually(
        async || run(&press("Accept all")).await,
        |found| *found == json!(true),
    )
    .await;
    eventually(async || run(TAGS).await, |tags| *tags == json!(ALL)).await;
    eventually(
        async || run("return document.querySelector('.watch').textContent").await,
        |list| {
            list.as_str()
                .is_some_and(|list| list.contains("analytics.js"))
        },
    )
    .await;
    browser.pictures("shop-agreed").await;
    browser.close().await;
}
