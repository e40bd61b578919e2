//! A person's browser: Debian's Chromium, driven by its chromedriver.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::{Method, Url};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{BROWSER, root};

/// A phone and a laptop.
const SIZES: [(u32, u32); 2] = [(390, 844), (1280, 900)];

/// A browser with a window.
pub struct Browser {
    /// What drives it.
    pub page: Client,
    driver: Child,
    _profile: TempDir,
}

/// Starts chromedriver and hears its port; nothing where there is none. Two that start at once can come upon the
/// same port, and then one of them ends.
fn drive() -> Option<(Child, u16)> {
    for _ in 0..10 {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let (_, rest) = line.split_once("successfully on port ")?;
            rest.trim_end_matches('.').parse().ok()
        });
        if let Some(port) = port {
            return Some((driver, port));
        }
        let _ = driver.wait();
    }
    panic!("chromedriver never says its port");
}

impl Browser {
    /// Starts it; nothing where there is no Chromium.
    pub async fn start() -> Option<Self> {
        Self::start_with(json!({})).await
    }

    /// Starts it with these preferences of its profile. It keeps a list of its requests.
    pub async fn start_with(preferences: Value) -> Option<Self> {
        let (driver, port) = drive()?;
        let profile = tempfile::tempdir().unwrap();
        let arguments = [
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-background-networking".to_owned(),
            "--hide-scrollbars".to_owned(),
            "--lang=en".to_owned(),
            "--window-size=1280,900".to_owned(),
            // A headless browser says that it is one, and would be counted as a scanner.
            format!("--user-agent={BROWSER}"),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let capabilities = json!({
            "goog:chromeOptions": { "args": arguments, "prefs": preferences },
            "goog:loggingPrefs": { "performance": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else {
            unreachable!()
        };
        let page = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a browser");
        Some(Self {
            page,
            driver,
            _profile: profile,
        })
    }

    /// What WebDriver itself cannot do: a command of the browser's own protocol.
    pub async fn cdp(&self, command: &'static str, parameters: Value) -> Value {
        self.page
            .issue_cmd(Cdp {
                command,
                parameters,
            })
            .await
            .unwrap()
    }

    /// The requests of pages since the last call, such as `GET http://…`, preflights too.
    pub async fn requests(&self) -> Vec<String> {
        let entries = self.page.issue_cmd(PerformanceLog).await.unwrap();
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .filter_map(|entry| serde_json::from_str(entry["message"].as_str()?).ok())
            .map(|entry: Value| entry["message"].clone())
            .filter(|message| message["method"] == "Network.requestWillBeSent")
            .map(|message| {
                let request = &message["params"]["request"];
                let part = |name: &str| request[name].as_str().unwrap_or_default();
                format!("{} {}", part("method"), part("url"))
            })
            // Its own first page.
            .filter(|request| !request.contains(" chrome:") && !request.contains(" data:"))
            .collect()
    }

    /// Pictures of what is shown now, as on a phone and as on a laptop.
    pub async fn pictures(&self, name: &str) {
        let folder = root().join("tests/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        for (width, height) in SIZES {
            let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
            self.cdp("Emulation.setDeviceMetricsOverride", size).await;
            let wide = self
                .page
                .execute(
                    "return document.documentElement.scrollWidth > window.innerWidth",
                    vec![],
                )
                .await;
            // Without scripts nobody can say.
            assert_ne!(
                wide.ok(),
                Some(json!(true)),
                "{name} needs sideways scrolling at {width}"
            );
            let picture = self.page.screenshot().await.unwrap();
            std::fs::write(picture_path(&folder, name, width), picture).unwrap();
        }
        self.cdp("Emulation.clearDeviceMetricsOverride", json!({}))
            .await;
    }

    /// That axe-core has nothing against the page.
    pub async fn accessible(&self, what: &str) {
        let axe = root().join("scripts/tools/node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(axe).expect("axe-core: run scripts/test-tools.sh");
        // A page's own policy may allow no script; the driver is not the page.
        self.page.execute(&axe, vec![]).await.unwrap();
        let found = self
            .page
            .execute_async(
                "const done = arguments[0];
                 axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
                  .then(({ violations, passes }) => done([passes.length, violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target, failureSummary }) => target.join(' ') + ' ' + failureSummary).join('; '))]))",
                vec![],
            )
            .await
            .unwrap();
        assert!(
            found[0].as_u64().is_some_and(|passes| passes > 5),
            "{what}: {found}"
        );
        assert_eq!(found[1], json!([]), "{what}");
    }

    /// The visible text of an element, as soon as it is what was promised.
    pub async fn text_with(&self, css: &str, expected: &str) -> String {
        crate::eventually(
            async || match self.page.find(Locator::Css(css)).await {
                Ok(element) => element.text().await.unwrap_or_default(),
                Err(_) => String::new(),
            },
            |text| text.contains(expected),
        )
        .await
    }

    /// Goes to the tab that was opened last and gives the one before.
    pub async fn to_new_tab(&self) -> fantoccini::wd::WindowHandle {
        let before = self.page.window().await.unwrap();
        let tabs = crate::eventually(
            async || self.page.windows().await.unwrap(),
            |tabs| tabs.len() > 1,
        )
        .await;
        self.page
            .switch_to_window(tabs.last().unwrap().clone())
            .await
            .unwrap();
        before
    }

    /// Closes this tab and goes back.
    pub async fn back_to(&self, tab: fantoccini::wd::WindowHandle) {
        self.page.close_window().await.unwrap();
        self.page.switch_to_window(tab).await.unwrap();
    }

    /// Ends it.
    pub async fn close(self) {
        self.page.clone().close().await.unwrap();
    }
}

/// A browser with these preferences; nothing, and why on the terminal, where there is no Chromium. Where the tests must be whole
/// that is an error.
pub async fn browser_with(preferences: Value) -> Option<Browser> {
    let browser = Browser::start_with(preferences).await;
    assert!(
        browser.is_some() || std::env::var_os("ASSENT_BUILT").is_none(),
        "no chromedriver: run scripts/test-tools.sh"
    );
    if browser.is_none() {
        crate::skipped("needs chromium and chromedriver: run scripts/test-tools.sh");
    }
    browser
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn picture_path(folder: &std::path::Path, name: &str, width: u32) -> PathBuf {
    folder.join(format!("{name}-{width}.png"))
}

/// What the browser has done on the network since this was asked for the last time.
#[derive(Debug)]
struct PerformanceLog;

impl WebDriverCompatibleCommand for PerformanceLog {
    fn endpoint(
        &self,
        base: &Url,
        session: Option<&str>,
    ) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (
            Method::POST,
            Some(json!({ "type": "performance" }).to_string()),
        )
    }
}

#[derive(Debug)]
struct Cdp {
    command: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for Cdp {
    fn endpoint(
        &self,
        base: &Url,
        session: Option<&str>,
    ) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base.join(&format!(
            "session/{}/goog/cdp/execute",
            session.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let body = json!({ "cmd": self.command, "params": self.parameters });
        (Method::POST, Some(body.to_string()))
    }
}
