//! The industry opt-out of a browser, and the probe.

use assent_tests::{App, Visitor};
use serde_json::json;

use crate::shop;

const OWN: &str = "idt=device&dt=kxcookie";

#[tokio::test(flavor = "multi_thread")]
async fn an_opt_out_holds_in_every_organisation() {
    let app = App::start();
    let (one, two) = (shop(&app, false).await, shop(&app, false).await);
    let mut visitor = Visitor::new(&app);
    assert_eq!(
        visitor.ask("GET", "/optout_check").await,
        (200, json!({ "optout": false }))
    );
    assert!(visitor.cookie().is_none());
    visitor
        .ask("POST", &format!("/consent/set/{}?{OWN}&dc=1&al=1", one.id))
        .await;
    assert_eq!(
        visitor.ask("POST", "/consumer/optout").await,
        (200, json!({ "optout": true }))
    );
    assert_eq!(
        visitor.ask("GET", "/optout_check").await,
        (200, json!({ "optout": true }))
    );
    let refused = json!({ "dc": 0, "al": 0, "tg": 0, "cd": 0, "sh": 0, "re": 0 });
    // Where she agreed, and where she never was.
    for club in [&one, &two] {
        let (status, answer) = visitor
            .ask("GET", &format!("/consent/get/{}?{OWN}", club.id))
            .await;
        assert_eq!(
            (status, &answer["settings"], &answer["optout"]),
            (200, &refused, &json!(true))
        );
    }
    let (_, answer) = visitor
        .ask("POST", &format!("/consent/set/{}?{OWN}&dc=1", two.id))
        .await;
    assert_eq!(answer["settings"], refused);
    assert_eq!(
        visitor.ask("POST", "/consumer/optin").await,
        (200, json!({ "optout": false }))
    );
    let (_, answer) = visitor
        .ask("GET", &format!("/consent/get/{}?{OWN}", one.id))
        .await;
    assert_eq!(answer["settings"]["al"], 1);
}

/// Who opts out on our own page has opted out in every other site that sends that cookie, too; and no site can take
/// it back for her.
#[tokio::test(flavor = "multi_thread")]
async fn an_opt_out_on_our_own_page_is_taken_back_only_there() {
    let app = App::start();
    let shop = shop(&app, false).await;
    let mut at_home = Visitor::new(&app)
        .with("origin", "")
        .with("sec-fetch-site", "same-origin");
    let answer = at_home.send("POST", "/consumer/optout").await;
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-assent-device="), "{cookie}");
    assert!(!cookie.contains("Partitioned"), "{cookie}");
    let mut at_shop = at_home
        .with("sec-fetch-site", "cross-site")
        .with("origin", crate::SITE);
    assert_eq!(
        at_shop.ask("GET", "/optout_check").await.1,
        json!({ "optout": true })
    );
    let get = format!("/consent/get/{}?{OWN}", shop.id);
    assert_eq!(at_shop.ask("GET", &get).await.1["settings"]["dc"], 0);
    at_shop
        .ask("POST", &format!("/consent/set/{}?{OWN}&dc=1", shop.id))
        .await;
    assert_eq!(at_shop.ask("GET", &get).await.1["settings"]["dc"], 0);
    assert_eq!(
        at_shop.ask("POST", "/consumer/optin").await.1,
        json!({ "optout": true })
    );
    assert_eq!(
        at_home.ask("POST", "/consumer/optin").await.1,
        json!({ "optout": false })
    );
    assert_eq!(at_shop.ask("GET", &get).await.1["settings"]["dc"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_probe_says_whether_a_cookie_comes_back() {
    let app = App::start();
    shop(&app, false).await;
    let mut visitor = Visitor::of_script(&app);
    let first = visitor.send("GET", "/consumer/tmp_cookie?callback=f").await;
    assert_eq!(first.text().await.unwrap(), "/**/f({\"cookie\":false});");
    let second = visitor.send("GET", "/consumer/tmp_cookie?callback=f").await;
    assert_eq!(second.text().await.unwrap(), "/**/f({\"cookie\":true});");
    assert!(visitor.cookie().is_none(), "it says nothing about anybody");
}
