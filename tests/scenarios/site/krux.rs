//! `static/krux.js`, for pages that call `Krux(…)`.

use assent_tests::{App, eventually};
use serde_json::json;

use crate::shop::{Options, Shop};

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_call_krux_go_on_working() {
    let app = App::start();
    let settings = json!({ "legacy_get_set": true });
    let body = |attributes: &str, organisation: &str| {
        format!(
            "<script nonce=\"fresh\">window.Krux||((Krux=function(){{Krux.q.push(arguments)}}).q=[]); window.called = [];
             Krux('ns:acme', 'consent:get', {{ idt: 'device', dt: 'kxcookie' }}, (errors, body) => called.push([errors, body]));</script>
             <script nonce=\"fresh\" src=\"{}/static/krux.js\" data-organisation=\"{organisation}\" {attributes}></script>",
            app.base()
        )
    };
    // The organisation's id is only known once the shop is open.
    let Some(shop) = Shop::open(&app, settings, Options::default()).await else {
        return;
    };
    shop.show_body(body("", &shop.organisation.id));
    shop.visit().await;
    let called = async |count: usize| {
        eventually(
            async || shop.run("return window.called").await,
            |called| called.as_array().is_some_and(|all| all.len() == count),
        )
        .await
    };
    // Called before the file was there; nothing is known yet.
    let first = called(1).await;
    assert!(
        first[0][0][0]
            .as_str()
            .unwrap()
            .starts_with("no consent yet"),
        "{first}"
    );
    shop.run(
        "Krux('ns:acme', 'consent:set', { idt: 'device', dt: 'kxcookie', idv: 'JsVUOKRj', dc: 1, al: true, tg: 0 }, (errors, body) => called.push([errors, body]))",
    )
    .await;
    called(2).await;
    shop.run("Krux('consent:get', { idt: 'device', dt: 'kxcookie' }, (errors, body) => called.push([errors, body]))").await;
    let third = called(3).await;
    assert_eq!(third[2][0], json!(null));
    assert_eq!(
        third[2][1]["settings"],
        json!({ "dc": 1, "al": 1, "tg": 0, "cd": 0, "sh": 0, "re": 0 })
    );
    // The tag on the same page has heard of it.
    shop.fired_is([1, 1, 0, 0, 0]).await;
    // Where the policy forbids `fetch`: as a script.
    shop.run("window.fetch = () => Promise.reject(new TypeError('forbidden'))")
        .await;
    shop.run(
        "Krux('ns:acme', 'consent:set', { tg: 1 }, (errors, body) => called.push([errors, body]))",
    )
    .await;
    let fourth = called(4).await;
    assert_eq!(fourth[3][1]["settings"]["tg"], 1, "{fourth}");
    shop.run(
        "Krux('ns:acme', 'consent:portability', {}, (errors, body) => called.push([errors, body]))",
    )
    .await;
    let fifth = called(5).await;
    assert_eq!(fifth[4][0], json!(null), "{fifth}");
    shop.run(
        "Krux('ns:acme', 'consent:remove', {}, (errors, body) => called.push([errors, body]))",
    )
    .await;
    assert_eq!(called(6).await[5][1]["status"], "erased");
    shop.browser.close().await;
}
