//! The demo's story as a person lives it, in a real browser; screenshots in `tests/screenshots`.

use assent_tests::{App, Browser, Form, Organisation, Setup, eventually, skipped};
use fantoccini::Locator;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde_json::{Value, json};

const LINK: &str = "a[href*='/l/']";
const REFUSE: &str = "button[value=refuse]";
const GRANT: &str = "button[value=grant]";

async fn browser() -> Option<Browser> {
    let browser = Browser::start().await;
    assert!(
        browser.is_some() || std::env::var_os("ASSENT_BUILT").is_none(),
        "no chromedriver: run scripts/test-tools.sh"
    );
    if browser.is_none() {
        skipped("needs chromium and chromedriver: run scripts/test-tools.sh");
    }
    browser
}

impl Story {
    /// Opens somebody's mail in the inbox of the page.
    async fn open_mail(&self, person: &str) {
        let button = format!("#person-{person} [data-action=open]");
        let button = self.browser.page.find(Locator::Css(&button)).await.unwrap();
        button.click().await.unwrap();
        self.browser.text_with("#inbox", "inbox").await;
    }

    /// Clicks the first link of the mail that is open, sees the page behind it, and comes back.
    async fn click_link(&self, person: &str) {
        let page = &self.browser.page;
        let frame = page.find(Locator::Css("#mail")).await.unwrap();
        let own = format!("/demo/mail/{person}");
        eventually(
            async || frame.attr("src").await.unwrap().unwrap_or_default(),
            |source| source.contains(&own),
        )
        .await;
        frame.enter_frame().await.unwrap();
        let link = page.wait().for_element(Locator::Css(LINK)).await.unwrap();
        link.click().await.unwrap();
        page.enter_parent_frame().await.unwrap();
        let demo = self.browser.to_new_tab().await;
        let address = eventually(
            async || page.current_url().await.unwrap().path().to_owned(),
            |path| path.starts_with("/demo/page/"),
        )
        .await;
        assert!(!address.contains("/l/"));
        self.browser.back_to(demo).await;
    }

    /// A number of the report, as soon as it is the expected one.
    async fn number(&self, name: &str, expected: u64) {
        let place = format!("[data-number='{name}']");
        let look = async || {
            let element = self.browser.page.find(Locator::Css(&place)).await.unwrap();
            element.text().await.unwrap()
        };
        eventually(look, |text| *text == expected.to_string()).await;
    }

    /// Opens somebody's form in a new tab.
    async fn open_form(&self, person: &str) -> fantoccini::wd::WindowHandle {
        let link = format!("#person-{person} a[href*='/tracking']");
        let link = self.browser.page.find(Locator::Css(&link)).await.unwrap();
        link.click().await.unwrap();
        let demo = self.browser.to_new_tab().await;
        self.browser
            .page
            .wait()
            .for_element(Locator::Css(REFUSE))
            .await
            .unwrap();
        demo
    }

    async fn press(&self, key: Key) {
        let presses = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: key.into() })
            .then(KeyAction::Up { value: key.into() });
        self.browser.page.perform_actions(presses).await.unwrap();
    }

    /// Presses Tab until this is what Enter would press.
    async fn tab_to(&self, value: &str) {
        for _ in 0..30 {
            self.press(Key::Tab).await;
            let active = self.browser.page.active_element().await.unwrap();
            if active.attr("value").await.unwrap().as_deref() == Some(value) {
                return;
            }
        }
        panic!("the keyboard does not reach {value}");
    }

    async fn pictures(&self, step: &str) {
        self.browser.pictures(step).await;
    }
}

struct Story {
    browser: Browser,
}

#[tokio::test(flavor = "multi_thread")]
async fn three_people_and_one_newsletter() {
    let Some(app) = App::start_own(Setup::default().arguments(&["--demo"])) else {
        return;
    };
    let Some(browser) = browser().await else {
        return;
    };
    eventually(
        async || app.host().output(),
        |output| output.contains("/demo\n"),
    )
    .await;
    let story = Story { browser };
    let page = &story.browser.page;
    page.goto(&format!("{}/demo", app.base())).await.unwrap();
    story.number("sent", 3).await;
    story.number("untracked", 2).await;
    story.pictures("01-demo").await;

    // Anna agreed: her click has her name.
    story.open_mail("anna").await;
    story.pictures("02-annas-mail").await;
    story.click_link("anna").await;
    story.browser.text_with("#named", "Anna").await;
    story.number("clicks.total", 1).await;
    story.number("clicks.identified", 1).await;
    story.pictures("03-anna-is-named").await;

    // Ben refused: only the total grows.
    story.open_mail("ben").await;
    story.click_link("ben").await;
    story.number("clicks.total", 2).await;
    story.number("clicks.anonymous", 1).await;
    let named = story.browser.text_with("#named", "Anna").await;
    assert!(!named.contains("Ben"), "{named}");
    story.pictures("04-ben-is-counted").await;

    // Anna changes her mind, without a mouse.
    let demo = story.open_form("anna").await;
    story.pictures("05-annas-form").await;
    story.tab_to("refuse").await;
    story.pictures("06-keyboard-focus").await;
    story.press(Key::Enter).await;
    page.wait()
        .for_element(Locator::Css(".state.refused, .notice"))
        .await
        .unwrap();
    let state = story.browser.text_with("main", "").await;
    assert!(!state.is_empty());
    story.pictures("07-anna-has-refused").await;
    story.browser.back_to(demo).await;
    story.browser.text_with("#named", "Nobody").await;
    // The mail that she has got before.
    story.open_mail("anna").await;
    story.click_link("anna").await;
    story.number("clicks.total", 3).await;
    story.number("clicks.anonymous", 2).await;
    story.browser.text_with("#named", "Nobody").await;
    story.pictures("08-anna-is-counted").await;

    // Chloé agrees, in French; the next newsletter is hers.
    let demo = story.open_form("chloe").await;
    page.find(Locator::Css("a[hreflang=fr]"))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    page.wait()
        .for_element(Locator::Css("html[lang=fr]"))
        .await
        .unwrap();
    story.pictures("09-chloes-form-in-french").await;
    page.find(Locator::Css(GRANT))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    page.wait()
        .for_element(Locator::Css("html[lang=fr] .notice"))
        .await
        .unwrap();
    story.pictures("10-chloe-has-agreed").await;
    story.browser.back_to(demo).await;
    story
        .browser
        .text_with("#person-chloe [data-part=status]", "Agreed")
        .await;
    page.find(Locator::Css("#resend"))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    story
        .browser
        .text_with("#person-chloe [data-part=carries]", "own token")
        .await;
    story.open_mail("chloe").await;
    story.click_link("chloe").await;
    story.browser.text_with("#named", "Chloé").await;
    story.number("clicks.total", 4).await;
    story.pictures("11-chloe-is-named").await;

    // What the page says is what the history has.
    let demo = app
        .request("GET", "/demo/outbox.json")
        .send()
        .await
        .unwrap();
    let demo: Value = demo.json().await.unwrap();
    let key = demo["key"].as_str().unwrap();
    for (contact, decisions, language) in [
        ("demo-anna", 2, Some("en")),
        ("demo-ben", 1, None),
        ("demo-chloe", 1, Some("fr")),
    ] {
        let path = format!("/v1/consent/contact:{contact}/history");
        let answer = app
            .request("GET", &path)
            .bearer_auth(key)
            .send()
            .await
            .unwrap();
        let history: Value = answer.json().await.unwrap();
        let signals = history["signals"].as_array().unwrap();
        assert_eq!(signals.len(), decisions, "{contact}");
        assert_eq!(
            signals[0]["shown"]["language"].as_str(),
            language,
            "{contact}"
        );
    }
    story.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_needs_no_script() {
    let app = App::start();
    let Some(browser) = browser().await else {
        return;
    };
    let club: Organisation = app
        .organisation(json!({ "display_name": "Garden Club" }))
        .await;
    let mail = club.message("<a href='https://a.example'>a</a>").await;
    let dora = club.tokens(&mail, &["dora"]).await.remove(0);
    browser
        .cdp(
            "Emulation.setScriptExecutionDisabled",
            json!({ "value": true }),
        )
        .await;
    let address = format!("{}/p/{}/{}/tracking", app.base(), club.id, dora.preferences);
    for (button, accepted) in [(GRANT, true), (REFUSE, false)] {
        browser.page.goto(&address).await.unwrap();
        browser
            .page
            .find(Locator::Css(button))
            .await
            .unwrap()
            .click()
            .await
            .unwrap();
        let look = async || club.consent("contact:dora").await["hasTrackingConsent"].clone();
        eventually(look, |status| *status == accepted).await;
        browser
            .page
            .wait()
            .for_element(Locator::Css(".notice"))
            .await
            .unwrap();
        browser.pictures(&format!("20-no-script-{accepted}")).await;
    }
    // The same page as for everybody.
    let form = Form::open(&app, &club.id, &dora.preferences, "en").await;
    assert!(!form.html.contains("<script"));
    browser.close().await;
}
