//! The recorded requests of tags, sent by a real browser from a page of another site.

use assent_tests::{App, Browser, skipped};
use serde_json::{Value, json};

use crate::page;

/// A browser that sends cookies of other sites, or not. Without a preference Debian's Chromium does not.
async fn browser(sends_cookies: bool) -> Option<Browser> {
    let mode = u8::from(!sends_cookies);
    let preferences = json!({ "profile": { "cookie_controls_mode": mode, "block_third_party_cookies": !sends_cookies } });
    let browser = Browser::start_with(preferences).await;
    assert!(
        browser.is_some() || std::env::var_os("ASSENT_BUILT").is_none(),
        "no chromedriver: run scripts/test-tools.sh"
    );
    if browser.is_none() {
        skipped("needs chromium and chromedriver: run scripts/test-tools.sh");
    }
    browser
}

/// A browser that shows a page of a site.
struct Shown<'a> {
    browser: &'a Browser,
    service: String,
    organisation: String,
}

impl Shown<'_> {
    /// What a function of the page gives.
    async fn run(&self, function: &str, given: Value) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1]; window.{function}(...arguments[0]).then(done);"
        );
        self.browser
            .page
            .execute_async(&script, vec![given])
            .await
            .unwrap()
    }

    fn address(&self, route: &str, parameters: &str) -> String {
        let place = match route {
            "consent/get" | "consent/set" | "consumer/portability" | "consumer/remove" => {
                format!("{route}/{}", self.organisation)
            }
            _ => route.to_owned(),
        };
        format!("{}/{place}?{parameters}", self.service)
    }

    /// A request as a `<script>`; gives what its function is called with.
    async fn script(&self, route: &str, parameters: &str, name: &str) -> Value {
        let parameters = format!("{parameters}&callback=Krux.ns._default.kxjsonp_{name}");
        let address = self.address(route, parameters.trim_start_matches('&'));
        self.run("script", json!([address, name])).await
    }

    /// A request by `fetch`; gives status and document.
    async fn fetch(&self, route: &str, parameters: &str, options: Value) -> Value {
        let address = self.address(route, parameters);
        self.run("fetched", json!([address, options])).await
    }
}

const OWN: &str = "idt=device&dt=kxcookie";

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_requests_behave_as_recorded() {
    let app = App::start();
    let port = page::serve();
    let site = format!("http://localhost:{port}");
    let shop = app
        .organisation(json!({ "origins": [site], "legacy_get_set": true }))
        .await;
    // The page is not of the site of the service: 127.0.0.1 and localhost are two.
    assert!(app.base().contains("127.0.0.1"), "{}", app.base());
    for sends_cookies in [false, true] {
        let Some(browser) = browser(sends_cookies).await else {
            return;
        };
        let shown = Shown {
            browser: &browser,
            service: app.base().to_owned(),
            organisation: shop.id.clone(),
        };
        browser.page.goto(&site).await.unwrap();
        as_scripts(&shown).await;
        by_fetch(&shown).await;
        rights(&shown).await;
        opted_out_at_home(&shown, &site, sends_cookies).await;
        browser.close().await;
    }
}

/// In the order of the tag: `optout_check`, `consent_get`, `consent_set`.
async fn as_scripts(shown: &Shown<'_>) {
    let id = "request_id=b80f8545-e3a6-469b-8a0d-dc352c553744";
    let check = shown.script("optout_check", id, "optOutCheck").await;
    assert_eq!(check, json!([{ "optout": false }]));
    let get = format!("request_id=3f4ffa17-8f91-4abe-a401-cad1ecaca6eb&{OWN}");
    let unknown = shown.script("consent/get", &get, "consent_get_0").await;
    let text = unknown[0]["errors"][0].as_str();
    assert!(
        text.is_some_and(|text| text.starts_with("no consent yet")),
        "{unknown}"
    );
    let set = format!(
        "request_id=cdf40596-ee1e-43b5-bc78-f89b4198266f&{OWN}&dc=1&al=1&tg=1&cd=0&sh=0&re=0"
    );
    let flags = json!({ "dc": 1, "al": 1, "tg": 1, "cd": 0, "sh": 0, "re": 0 });
    let set = shown.script("consent/set", &set, "consent_set_1").await;
    assert_eq!(set[0]["settings"], flags, "{set}");
    // At once, not after four hours.
    let found = shown.script("consent/get", OWN, "consent_get_2").await;
    assert_eq!(found[0]["settings"], flags, "{found}");
    assert_eq!(found[0]["errors"], Value::Null);
    let probes = [
        shown
            .script("consumer/tmp_cookie", "", "tmp_cookie_3")
            .await,
        shown
            .script("consumer/tmp_cookie", "", "tmp_cookie_4")
            .await,
    ];
    assert_eq!(
        probes,
        [json!([{ "cookie": false }]), json!([{ "cookie": true }])]
    );
}

async fn by_fetch(shown: &Shown<'_>) {
    let found = shown.fetch("consent/get", OWN, json!({})).await;
    assert_eq!(
        (&found[0], &found[1]["settings"]["dc"]),
        (&json!(200), &json!(1)),
        "{found}"
    );
    // The recorded one names an id; without a key that is somebody else.
    let named = format!("{OWN}&dc=1&al=1&tg=1&cd=1&sh=1&re=1&idv=akuidstr");
    let refused = shown.fetch("consent/set", &named, json!({})).await;
    assert_eq!(refused[0], 401, "{refused}");
    let form = json!({ "method": "POST", "body": "idt=device&dt=kxcookie&tg=false",
        "headers": { "content-type": "application/x-www-form-urlencoded" } });
    let set = shown.fetch("consent/set", "", form).await;
    assert_eq!(
        (&set[0], &set[1]["settings"]["tg"]),
        (&json!(200), &json!(0)),
        "{set}"
    );
    // What browsers ask for before they send it, and what they do not send.
    let json_body = json!({ "method": "POST", "body": "{}", "headers": { "content-type": "application/json" } });
    let unsupported = shown.fetch("consent/set", OWN, json_body).await;
    assert_eq!(unsupported[0], 415, "{unsupported}");
    let with_key = json!({ "headers": { "authorization": "Bearer assent_0" } });
    assert_eq!(
        shown.fetch("consent/get", OWN, with_key).await,
        "not readable"
    );
    let out = shown
        .fetch("consumer/optout", "", json!({ "method": "POST" }))
        .await;
    assert_eq!(out, json!([200, { "optout": true }]));
    let found = shown.script("consent/get", OWN, "consent_get_0").await;
    assert_eq!(found[0]["settings"]["dc"], 0, "{found}");
    let back = shown
        .fetch("consumer/optin", "", json!({ "method": "POST" }))
        .await;
    assert_eq!(back, json!([200, { "optout": false }]));
}

/// The rest of the recorded services: `portability`, then `remove`.
async fn rights(shown: &Shown<'_>) {
    let everything = shown
        .script("consumer/portability", OWN, "portability_5")
        .await;
    let subject = everything[0]["subject"].as_str().unwrap();
    assert!(subject.starts_with("device:kxcookie:"), "{everything}");
    let removed = shown.script("consumer/remove", OWN, "remove_6").await;
    assert_eq!(removed[0]["status"], "erased", "{removed}");
    let unknown = shown.script("consent/get", OWN, "consent_get_0").await;
    assert_eq!(unknown[0]["status"], 404, "{unknown}");
}

/// Who opts out on a page of the service has done so in other sites, where the browser sends that cookie there.
async fn opted_out_at_home(shown: &Shown<'_>, site: &str, sends_cookies: bool) {
    let page = &shown.browser.page;
    page.goto(&format!("{}/healthz", shown.service))
        .await
        .unwrap();
    let script = "const done = arguments[arguments.length - 1]; \
        fetch('/consumer/optout', { method: 'POST' }).then((answer) => answer.json()).then(done);";
    let out = page.execute_async(script, vec![]).await.unwrap();
    assert_eq!(out, json!({ "optout": true }));
    page.goto(site).await.unwrap();
    let check = shown.script("optout_check", "", "optOutCheck").await;
    assert_eq!(check, json!([{ "optout": sends_cookies }]));
}

/// What the browser's own rules add: each site has its own id, a page that is not listed learns nothing, and what is
/// fetched ahead changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_followed_from_site_to_site() {
    let app = App::start();
    let Some(browser) = browser(true).await else {
        return;
    };
    let port = page::serve();
    let [one, two, evil] = ["localhost", "two.localhost", "evil.localhost"]
        .map(|host| format!("http://{host}:{port}"));
    let shop = app
        .organisation(json!({ "origins": [one, two], "legacy_get_set": true }))
        .await;
    let shown = Shown {
        browser: &browser,
        service: app.base().to_owned(),
        organisation: shop.id.clone(),
    };
    browser.page.goto(&one).await.unwrap();
    let set = shown
        .script("consent/set", &format!("{OWN}&dc=1"), "consent_set_1")
        .await;
    assert_eq!(set[0]["settings"]["dc"], 1, "{set}");
    let prefetched = shown.address("consent/set", &format!("{OWN}&dc=0"));
    shown.run("prefetched", json!([prefetched])).await;
    let found = shown.script("consent/get", OWN, "consent_get_0").await;
    assert_eq!(
        (&found[0]["settings"]["dc"], &found[0]["version"]),
        (&json!(1), &json!(1)),
        "{found}"
    );

    browser.page.goto(&two).await.unwrap();
    let found = shown.script("consent/get", OWN, "consent_get_0").await;
    assert_eq!(found[0]["status"], 404, "{found}");

    browser.page.goto(&evil).await.unwrap();
    for (route, parameters, name) in [
        ("consent/get", OWN, "consent_get_0"),
        (
            "consent/set",
            "idt=device&dt=kxcookie&dc=0",
            "consent_set_1",
        ),
        ("optout_check", "", "optOutCheck"),
    ] {
        let called = shown.script(route, parameters, name).await;
        assert_eq!(called[0]["status"], 403, "{called}");
    }
    assert_eq!(
        shown.fetch("consent/get", OWN, json!({})).await,
        "not readable"
    );
    // Nor does opening the address itself change anything.
    browser
        .page
        .goto(&shown.address("consent/set", &format!("{OWN}&dc=0&callback=f")))
        .await
        .ok();
    browser.page.goto(&one).await.unwrap();
    let found = shown.script("consent/get", OWN, "consent_get_0").await;
    assert_eq!(
        (&found[0]["settings"]["dc"], &found[0]["version"]),
        (&json!(1), &json!(1)),
        "{found}"
    );
    browser.close().await;
}
