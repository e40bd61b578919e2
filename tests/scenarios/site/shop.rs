//! A shop whose tags wait for consent, and a browser that visits it.

use std::sync::{Arc, Mutex};

use assent_tests::{App, Browser, Organisation, browser_with, eventually, root};
use serde_json::{Value, json};

use crate::server::{Page, Server};

/// How the page includes the tag.
#[derive(Clone, Default)]
pub struct Options {
    /// More attributes of its line.
    pub attributes: String,
    /// From the shop's own site, so that it is there when the service is not.
    pub own_file: bool,
    /// The page's language and direction.
    pub html: String,
    /// More in the body.
    pub body: String,
}

/// The shop, those whose tags it has, and its visitor.
pub struct Shop {
    pub browser: Browser,
    pub site: Server,
    pub analytics: Server,
    pub ads: Server,
    pub video: Server,
    pub organisation: Organisation,
    page: Arc<Mutex<(String, Options)>>,
}

/// Strict: no inline script without the nonce, no inline style at all, and nothing but what is named.
fn policy(service: &str, ports: [u16; 3]) -> String {
    let [analytics, ads, video] = ports.map(|port| format!("http://localhost:{port}"));
    format!(
        "default-src 'none'; script-src 'nonce-fresh'; style-src 'none'; connect-src 'self' {service}; \
         img-src {analytics} {ads}; frame-src {video}; base-uri 'none'; form-action 'none'"
    )
}

fn html(service: &str, organisation: &str, options: &Options, ports: [u16; 3]) -> String {
    let [analytics, ads, video] = ports;
    let (source, base) = if options.own_file {
        ("/assent.js".to_owned(), format!(" data-base=\"{service}\""))
    } else {
        (format!("{service}/static/assent.js"), String::new())
    };
    let attributes = &options.attributes;
    let language = match options.html.as_str() {
        "" => "lang=\"en\"",
        own => own,
    };
    let more = &options.body;
    format!(
        r#"<!doctype html><html {language}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Fernhill shop</title>
<script nonce="fresh">window.violations = []; document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective + ' ' + event.blockedURI));</script>
<script nonce="fresh" src="{source}"{base} data-organisation="{organisation}" {attributes}></script>
<script nonce="fresh" type="text/plain" data-consent="dc al" src="http://localhost:{analytics}/tag.js"></script>
<script nonce="fresh" type="text/plain" data-consent="tg">window.ran = (window.ran || []).concat('inline'); const script = document.createElement('script'); script.nonce = 'fresh'; script.src = 'http://localhost:{ads}/tag.js'; document.head.append(script);</script>
</head><body><main><h1>Fernhill shop</h1><p>Seeds, bulbs, and what to put them in.</p>
<iframe title="How to sow beans" width="320" height="200" data-consent="tg" data-src="http://localhost:{video}/film"></iframe>
<p><button type="button" data-consent-open>Your privacy choices</button> <a href="/other">Another page</a></p>{more}</main></body></html>"#
    )
}

impl Shop {
    /// Opens it, with the organisation's settings; nothing where there is no browser.
    pub async fn open(app: &App, settings: Value, options: Options) -> Option<Self> {
        Self::open_for(app, settings, options, json!({})).await
    }

    /// The same for a browser with these preferences.
    pub async fn open_for(
        app: &App,
        mut settings: Value,
        options: Options,
        preferences: Value,
    ) -> Option<Self> {
        let browser = browser_with(preferences).await?;
        let [analytics, ads, video] = ["analytics", "ads", "video"].map(Server::of_tags);
        let ports = [analytics.port, ads.port, video.port];
        let page = Arc::new(Mutex::new((app.base().to_owned(), options)));
        let id = Arc::new(Mutex::new(String::new()));
        let (shown, organisation) = (page.clone(), id.clone());
        let site = Server::start(move |_, path| {
            if let Some(file) = path.strip_prefix("/assent") {
                let file = root().join("static").join(format!("assent{file}"));
                return Page::new("text/javascript", std::fs::read_to_string(file).unwrap());
            }
            let (service, options) = &*shown.lock().unwrap();
            Page {
                kind: "text/html; charset=utf-8",
                policy: policy(service, ports),
                body: html(service, &organisation.lock().unwrap(), options, ports),
            }
        });
        let port = site.port;
        settings["origins"] = ["localhost", "a.shop.localhost", "b.shop.localhost"]
            .map(|host| format!("http://{host}:{port}"))
            .to_vec()
            .into();
        let organisation = app.organisation(settings).await;
        id.lock().unwrap().clone_from(&organisation.id);
        Some(Self {
            browser,
            site,
            analytics,
            ads,
            video,
            organisation,
            page,
        })
    }

    /// The service is somewhere else now.
    pub fn moved(&self, app: &App) {
        self.page.lock().unwrap().0 = app.base().to_owned();
    }

    /// More in the body of the page.
    pub fn show_body(&self, body: String) {
        self.page.lock().unwrap().1.body = body;
    }

    /// Shows a page, and waits until the tag knows what holds.
    pub async fn visit(&self) -> Value {
        self.visit_at(&self.site.origin()).await
    }

    pub async fn visit_at(&self, origin: &str) -> Value {
        self.browser.page.goto(&format!("{origin}/")).await.unwrap();
        self.settled().await
    }

    pub async fn settled(&self) -> Value {
        self.state_with(|state| state["source"] != "pending").await
    }

    /// What the tag says, as soon as it says what was promised.
    pub async fn state_with(&self, is: impl Fn(&Value) -> bool) -> Value {
        eventually(
            async || self.run("return window.assent ? assent.get() : {}").await,
            |state| state["allowed"].is_object() && is(state),
        )
        .await
    }

    pub async fn run(&self, script: &str) -> Value {
        self.browser
            .page
            .execute(script, vec![])
            .await
            .unwrap_or_default()
    }

    /// What a promise of the page comes to.
    pub async fn done(&self, expression: &str) -> Value {
        let script = format!(
            "const done = arguments[0]; Promise.resolve({expression}).then(done, (error) => done(String(error)));"
        );
        self.browser
            .page
            .execute_async(&script, vec![])
            .await
            .unwrap()
    }

    /// Clicks a button of banner or dialog, as soon as it is there.
    pub async fn press(&self, words: &str) {
        let script = format!(
            "const root = document.querySelector('assent-consent')?.shadowRoot;
             const found = [...(root?.querySelectorAll('button') ?? [])].find((one) => (one.ariaLabel || one.textContent) === '{words}');
             found?.click(); return !!found;"
        );
        eventually(
            async || self.run(&script).await,
            |found| *found == json!(true),
        )
        .await;
    }

    /// The text of banner or dialog.
    pub async fn words(&self) -> String {
        let text = self
            .run("return document.querySelector('assent-consent')?.shadowRoot?.textContent ?? ''")
            .await;
        text.as_str().unwrap_or_default().to_owned()
    }

    pub async fn words_with(&self, expected: &str) -> String {
        eventually(
            async || self.words().await,
            |words| words.contains(expected),
        )
        .await
    }

    /// Opens the preference dialog by the page's own button.
    pub async fn choices(&self) {
        self.settled().await;
        self.run("document.querySelector('[data-consent-open]').click()")
            .await;
        self.words_with("Save my choices").await;
    }

    /// How often each tag was loaded and ran: analytics, ads, film.
    pub fn fired(&self) -> [usize; 5] {
        let count = |server: &Server, path: &str| {
            server.asked().iter().filter(|asked| *asked == path).count()
        };
        [
            count(&self.analytics, "/tag.js"),
            count(&self.analytics, "/seen.gif"),
            count(&self.ads, "/tag.js"),
            count(&self.ads, "/seen.gif"),
            count(&self.video, "/film"),
        ]
    }

    pub async fn fired_is(&self, expected: [usize; 5]) {
        eventually(async || self.fired(), |fired| *fired == expected).await;
    }

    pub fn forget(&self) {
        for server in [&self.analytics, &self.ads, &self.video] {
            server.forget();
        }
    }

    /// That nobody else was asked for anything, also a while later.
    pub async fn nothing_fires(&self) {
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        assert_eq!(self.fired(), [0; 5]);
    }

    /// What the page's policy has stopped.
    pub async fn violations(&self) -> Value {
        self.run("return window.violations").await
    }

    /// The browser's id, as a subject, as soon as it has one.
    pub async fn subject(&self) -> String {
        let cookies = eventually(
            async || self.browser.cdp("Storage.getCookies", json!({})).await["cookies"].clone(),
            |cookies| device(cookies).is_some(),
        )
        .await;
        format!("device:kxcookie:{}", device(&cookies).unwrap())
    }
}

fn device(cookies: &Value) -> Option<String> {
    let mut cookies = cookies.as_array()?.iter();
    let found = cookies.find(|cookie| cookie["name"] == "__Host-assent-site-device")?;
    let (id, _) = found["value"].as_str()?.split_once('.')?;
    Some(id.to_owned())
}
