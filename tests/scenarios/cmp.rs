//! A page on which another consent management platform asks, and `static/assent-cmp.js` reads it, in a real browser.

use std::io::{Read, Write};
use std::net::TcpListener;

use assent_tests::{App, Browser, Setup, browser_with, eventually, tc};
use serde_json::{Value, json};

const EVERYTHING: [usize; 11] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

/// A site of which every page is this one. It works as long as the process does.
fn site(listener: TcpListener, page: String) {
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut bytes = [0; 4096];
            let _ = stream.read(&mut bytes);
            let length = page.len();
            let head =
                "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close";
            let _ = write!(stream, "{head}\r\ncontent-length: {length}\r\n\r\n{page}");
        }
    });
}

/// As platforms do it: whoever listens is told of every event, and of the present state at once.
const PLATFORM: &str = r"
window.tcf = []; window.gpp = [];
window.__tcfapi = (command, version, callback) => {
  if (command === 'addEventListener' && version === 2) { tcf.push(callback); callback({ eventStatus: undefined, gdprApplies: undefined }, true); }
};
window.__gpp = (command, callback) => {
  if (command === 'addEventListener') { gpp.push(callback); callback({ eventName: 'listenerRegistered', pingData: { signalStatus: 'not ready' } }, true); }
};
";

struct Page {
    browser: Browser,
    address: String,
}

impl Page {
    async fn open(app: &App, settings: Value) -> Option<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let mut settings = settings;
        settings["origins"] = json!([address]);
        let club = app.organisation(settings).await;
        let (base, id) = (app.base(), &club.id);
        site(
            listener,
            format!(
                "<!doctype html><title>News</title><script>{PLATFORM}</script>\
                 <script src='{base}/static/assent.js' data-organisation='{id}' data-banner='off' data-reload='off'></script>\
                 <script src='{base}/static/assent-cmp.js'></script><p>News"
            ),
        );
        let browser = browser_with(json!({})).await?;
        let page = Self { browser, address };
        page.load().await;
        Some(page)
    }

    async fn load(&self) {
        self.browser.page.goto(&self.address).await.unwrap();
        self.is("source", json!("service")).await;
    }

    async fn run(&self, script: &str) -> Value {
        self.browser.page.execute(script, vec![]).await.unwrap()
    }

    /// Waits until the tag says so.
    async fn is(&self, what: &str, expected: Value) {
        let script = format!(
            "return window.assent ? JSON.parse(JSON.stringify(assent.get().{what} ?? null)) : null"
        );
        eventually(async || self.run(&script).await, |found| *found == expected).await;
    }

    async fn tcf(&self, status: &str, applies: &str, purposes: &[usize], days_ago: u64) {
        let string = tc(purposes, days_ago);
        let consents: serde_json::Map<String, Value> = EVERYTHING
            .iter()
            .map(|id| (id.to_string(), json!(purposes.contains(id))))
            .collect();
        let script = format!(
            "for (const one of tcf) one({{ eventStatus: '{status}', gdprApplies: {applies}, tcString: '{string}', \
             purpose: {{ consents: {} }} }}, true)",
            Value::Object(consents)
        );
        self.run(&script).await;
    }

    async fn gpp(&self, status: &str, string: &str, sections: &str, parsed: &str) {
        let script = format!(
            "for (const one of gpp) one({{ eventName: 'signalStatus', data: '{status}', pingData: {{ signalStatus: '{status}', \
             gppString: '{string}', applicableSections: {sections}, supportedAPIs: ['7:usnat'], parsedSections: {parsed} }} }}, true)"
        );
        self.run(&script).await;
    }

    /// Waits until the service has answered this string. A yes that is said while a no is on its way is lost, since it
    /// may be the older one; a person takes longer.
    async fn delivered(&self, purposes: &[usize]) {
        let script = format!(
            "return Object.values(localStorage).some((told) => told === JSON.stringify({{ tcf: '{}' }}))",
            tc(purposes, 0)
        );
        eventually(async || self.run(&script).await, |told| *told == true).await;
    }

    /// How many decisions were sent since this was asked for.
    async fn sent(&self) -> usize {
        let requests = self.browser.requests().await;
        requests
            .iter()
            .filter(|one| one.starts_with("POST "))
            .count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_of_another_platform_counts_when_it_is_one() {
    let app = App::start();
    let Some(page) = Page::open(&app, json!({})).await else {
        return;
    };
    // Shown is not answered, and where nobody knows whether the framework applies it does not.
    page.tcf("cmpuishown", "true", &EVERYTHING, 0).await;
    page.tcf("tcloaded", "undefined", &EVERYTHING, 0).await;
    page.tcf("useractioncomplete", "false", &EVERYTHING, 0)
        .await;
    page.run("for (const one of tcf) one(null, false)").await;
    page.run("await assent.sync()").await;
    page.is("allowed.dc", json!(false)).await;
    assert_eq!(page.sent().await, 0);

    page.tcf("useractioncomplete", "true", &EVERYTHING, 0).await;
    page.is("allowed.tg", json!(true)).await;
    page.is("choices.sh", Value::Null).await;
    // Another mind on the same day, twice.
    page.tcf("useractioncomplete", "true", &[1], 0).await;
    page.is("allowed.tg", json!(false)).await;
    page.delivered(&[1]).await;
    page.is("allowed.dc", json!(true)).await;
    page.tcf("useractioncomplete", "true", &EVERYTHING, 0).await;
    page.is("allowed.tg", json!(true)).await;

    // Withdrawn with Assent; the platform still has its string, which changes nothing, also for a browser that has
    // forgotten that it was sent.
    page.run("await assent.set({ tg: false })").await;
    page.is("allowed.tg", json!(false)).await;
    for forgets in [false, true] {
        if forgets {
            page.run("for (const key of Object.keys(localStorage)) if (key.includes('cmp')) localStorage.removeItem(key)")
                .await;
        }
        page.load().await;
        page.sent().await;
        page.tcf("tcloaded", "true", &EVERYTHING, 0).await;
        if forgets {
            eventually(async || page.sent().await, |sent| *sent == 1).await;
        }
        page.run("await assent.sync()").await;
        page.is("choices", json!({ "dc": true, "al": true, "tg": false }))
            .await;
        if !forgets {
            assert_eq!(page.sent().await, 0);
        }
    }
    page.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_of_another_platform_holds_at_once_also_with_the_service_away() {
    let Some(mut app) = App::start_own(Setup::default()) else {
        return;
    };
    let Some(page) = Page::open(&app, json!({})).await else {
        return;
    };
    page.tcf("useractioncomplete", "true", &EVERYTHING, 0).await;
    page.is("allowed.al", json!(true)).await;
    app.with_host(assent_tests::Host::kill);
    page.tcf("useractioncomplete", "true", &[1], 0).await;
    page.is("allowed.al", json!(false)).await;
    page.is("allowed.dc", json!(true)).await;
    // A yes waits for the service.
    page.tcf("useractioncomplete", "true", &EVERYTHING, 0).await;
    page.run("await assent.sync()").await;
    page.is("allowed.al", json!(false)).await;
    page.is("choices.al", json!(false)).await;
    page.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opt_outs_of_the_united_states_are_read_when_they_are_ready() {
    let app = App::start();
    let settings = json!({ "default_regime": "ccpa" });
    let Some(page) = Page::open(&app, settings).await else {
        return;
    };
    page.is("allowed.sh", json!(true)).await;
    let (string, opted_out) = (
        "DBABLA~BVQqAAAAAgA.YA",
        "{ usnat: [{ Version: 1, SaleOptOut: 2 }, { SubsectionType: 1, Gpc: true }] }",
    );
    page.gpp("not ready", string, "[7]", opted_out).await;
    page.gpp("ready", string, "[-1]", opted_out).await;
    page.run("await assent.sync()").await;
    page.is("allowed.sh", json!(true)).await;
    page.gpp("ready", string, "[7]", opted_out).await;
    page.is("choices", json!({ "tg": false, "cd": false, "sh": false }))
        .await;
    page.is("allowed.al", json!(true)).await;
    page.browser.close().await;
}
