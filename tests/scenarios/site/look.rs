//! How banner, dialog and embeds look, and who can use them: axe-core, keyboard, layout shift, pictures.

use assent_tests::{App, eventually, root};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde_json::{Map, Value, json};

use crate::shop::{Options, Shop};

fn arabic() -> Map<String, Value> {
    let words = [
        ("language_name", "العربية"),
        ("title", "هل تسمح لنا باستخدام ما تفعله هنا؟"),
        (
            "text",
            "يطلب {organisation} موافقتك. يعمل الموقع بدونها، ويمكنك تغيير إجابتك متى شئت.",
        ),
        ("purposes", "الأغراض: {purposes}."),
        ("refuse", "رفض الكل"),
        ("accept", "قبول الكل"),
        ("choose", "اختيار"),
        ("save", "حفظ اختياراتي"),
        ("close", "إغلاق"),
        ("preferences_title", "اختياراتك"),
        ("privacy_notice", "إشعار الخصوصية"),
        ("language", "اللغة"),
        ("dc", "جمع البيانات"),
        ("dc_text", "نجمع ما تفعله في هذا الموقع."),
        ("al", "التحليلات"),
        ("al_text", "نقيس كيفية استخدام الموقع."),
        ("embed", "هذا المحتوى ينتظر موافقتك: {purposes}"),
        ("embed_allow", "السماح والعرض"),
    ];
    let mut all: Map<String, Value> = domain::BANNER_TEXTS
        .iter()
        .map(|id| ((*id).to_owned(), json!("نص")))
        .collect();
    all.extend(words.map(|(id, text)| (id.to_owned(), json!(text))));
    all
}

fn club() -> Value {
    json!({
        "display_name": "Fernhill Garden Club", "languages": ["en", "fr", "ar"], "default_language": "en",
        "privacy_notice_url": "https://shop.example/privacy", "banner": { "texts": { "ar": arabic() } },
    })
}

impl Shop {
    /// That axe-core has nothing against what is shown.
    pub async fn accessible(&self, state: &str) {
        let axe = root().join("scripts/tools/node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(axe).expect("axe-core: run scripts/test-tools.sh");
        self.run(&axe).await;
        let found = self
            .done(
                "axe.run(document, { iframes: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
                 .then(({ violations, passes }) => [passes.length, violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target, failureSummary }) => target.join(' ') + ' ' + failureSummary).join('; '))])",
            )
            .await;
        assert!(
            found[0].as_u64().is_some_and(|passes| passes > 5),
            "{state}: {found}"
        );
        assert_eq!(found[1], json!([]), "{state}");
    }

    async fn scheme(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }, { "name": "prefers-reduced-motion", "value": "reduce" }] });
        self.browser
            .cdp("Emulation.setEmulatedMedia", features)
            .await;
    }

    async fn size(&self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.browser
            .cdp("Emulation.setDeviceMetricsOverride", size)
            .await;
    }

    /// What has the focus, through shadow roots.
    async fn focus(&self) -> String {
        let focus = self
            .run(
                "let one = document.activeElement; while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
                 if (!one || one === document.body) return 'page';
                 return one.ariaLabel || one.id || one.textContent.trim() || one.tagName",
            )
            .await;
        focus.as_str().unwrap_or_default().to_owned()
    }

    async fn press_key(&self, key: char) {
        let keys = KeyActions::new("keyboard".into())
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key });
        self.browser.page.perform_actions(keys).await.unwrap();
    }

    async fn shift(&self) -> f64 {
        let sum = self
            .done(
                "new Promise((done) => { let sum = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; }).observe({ type: 'layout-shift', buffered: true }); setTimeout(() => done(sum), 300); })",
            )
            .await;
        sum.as_f64().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_state_is_accessible_on_laptop_and_phone_in_light_and_dark() {
    let app = App::start();
    let Some(shop) = Shop::open(&app, club(), Options::default()).await else {
        return;
    };
    for dark in [false, true] {
        shop.scheme(dark).await;
        for (width, height) in [(1280, 900), (390, 844)] {
            let state =
                |name: &str| format!("{name}-{}-{width}", if dark { "dark" } else { "light" });
            shop.size(width, height).await;
            shop.visit().await;
            shop.words_with("Refuse all").await;
            shop.accessible(&state("banner")).await;
            shop.press("Choose").await;
            shop.words_with("Save my choices").await;
            shop.accessible(&state("dialog")).await;
        }
    }
    shop.scheme(false).await;
    shop.visit().await;
    shop.words_with("Refuse all").await;
    shop.browser.pictures("site-banner").await;
    shop.press("Choose").await;
    shop.words_with("Save my choices").await;
    shop.browser.pictures("site-dialog").await;
    shop.scheme(true).await;
    shop.browser.pictures("site-dialog-dark").await;
    shop.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signals_brands_and_languages_from_the_right_are_accessible_too() {
    let app = App::start();
    let options = Options {
        html: "lang=\"ar\" dir=\"rtl\"".to_owned(),
        ..Options::default()
    };
    let mut settings = club();
    settings["brand"] = json!({ "background": "#fff8e7", "text": "#4b2e05", "accent": "#b45309" });
    let Some(shop) = Shop::open(&app, settings, options).await else {
        return;
    };
    shop.visit().await;
    shop.words_with("رفض الكل").await;
    assert_eq!(
        shop.run("return document.querySelector('assent-consent').dir")
            .await,
        json!("rtl")
    );
    shop.accessible("banner from the right").await;
    shop.browser.pictures("site-banner-rtl").await;
    shop.press("اختيار").await;
    shop.words_with("حفظ اختياراتي").await;
    shop.accessible("dialog from the right").await;
    shop.browser.pictures("site-dialog-rtl").await;
    shop.browser.close().await;

    let settings = json!({ "display_name": "Fernhill Garden Club", "default_regime": "ccpa" });
    let Some(shop) = Shop::open(&app, settings, Options::default()).await else {
        return;
    };
    shop.browser.cdp("Network.enable", json!({})).await;
    let header = json!({ "headers": { "Sec-GPC": "1" } });
    shop.browser
        .cdp("Network.setExtraHTTPHeaders", header)
        .await;
    shop.visit().await;
    shop.words_with("Your privacy signal is honoured").await;
    shop.accessible("signal honoured").await;
    shop.browser.pictures("site-signal").await;
    shop.press("Choose").await;
    shop.words_with("Stays off because of").await;
    shop.accessible("dialog with a signal").await;
    shop.browser.pictures("site-dialog-signal").await;
    shop.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_an_embed_is_accessible() {
    let app = App::start();
    let Some(shop) = Shop::open(&app, club(), Options::default()).await else {
        return;
    };
    for dark in [false, true] {
        shop.scheme(dark).await;
        shop.visit().await;
        eventually(
            async || {
                shop.run(
                    "return document.querySelector('iframe').contentDocument?.body.innerText ?? ''",
                )
                .await
            },
            |text| text.as_str().is_some_and(|text| text.contains("waits")),
        )
        .await;
        let frame = fantoccini::Locator::Css("iframe");
        let frame = shop.browser.page.find(frame).await.unwrap();
        frame.enter_frame().await.unwrap();
        shop.accessible("embed").await;
        shop.browser.page.enter_parent_frame().await.unwrap();
    }
    shop.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_on_the_page_moves() {
    let app = App::start();
    let Some(shop) = Shop::open(&app, club(), Options::default()).await else {
        return;
    };
    shop.visit().await;
    shop.words_with("Refuse all").await;
    eventually(
        async || {
            shop.run(
                "return document.querySelector('iframe').contentDocument?.body.innerText ?? ''",
            )
            .await
        },
        |text| text.as_str().is_some_and(|text| text.contains("waits")),
    )
    .await;
    shop.press("Choose").await;
    shop.words_with("Save my choices").await;
    shop.press("Close").await;
    shop.words_with("Refuse all").await;
    shop.press("Accept all").await;
    shop.fired_is([1; 5]).await;
    assert_eq!(shop.shift().await, 0.0);
    shop.browser.close().await;
}

/// With the keyboard alone: the banner comes first, the dialog keeps the focus, Escape decides nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_is_enough() {
    let app = App::start();
    let Some(shop) = Shop::open(&app, club(), Options::default()).await else {
        return;
    };
    shop.visit().await;
    shop.words_with("Refuse all").await;
    let mut steps = Vec::new();
    let tab = char::from(Key::Tab);
    for _ in 0..4 {
        shop.press_key(tab).await;
        steps.push(shop.focus().await);
    }
    assert_eq!(
        steps,
        ["Privacy notice", "Refuse all", "Accept all", "Choose"]
    );
    shop.press_key(char::from(Key::Enter)).await;
    shop.words_with("Save my choices").await;
    assert_eq!(shop.focus().await, "title");
    let mut round = Vec::new();
    for _ in 0..13 {
        shop.press_key(tab).await;
        round.push(shop.focus().await);
    }
    assert_eq!(
        round[..12],
        [
            "Close",
            "group0",
            "group1",
            "group2",
            "group3",
            "group4",
            "group5",
            "Privacy notice",
            "language",
            "Refuse all",
            "Save my choices",
            "Accept all"
        ]
    );
    // The page behind has none of it: after the last comes the browser's own, or the first again.
    assert!(
        ["page", "Close", "HTML", "title"].contains(&round[12].as_str()),
        "{round:?}"
    );
    shop.press_key(char::from(Key::Escape)).await;
    shop.words_with("Choose").await;
    let state = shop.settled().await;
    assert_eq!(state["ask"], true);
    assert!(
        state["choices"]
            .as_object()
            .unwrap()
            .values()
            .all(Value::is_null)
    );
    shop.run("document.querySelector('[data-consent-open]').focus()")
        .await;
    shop.press_key(char::from(Key::Enter)).await;
    shop.words_with("Save my choices").await;
    for _ in 0..3 {
        shop.press_key(tab).await;
    }
    assert_eq!(shop.focus().await, "group1");
    shop.press_key(' ').await;
    for _ in 0..8 {
        shop.press_key(tab).await;
    }
    assert_eq!(shop.focus().await, "Save my choices");
    shop.press_key(char::from(Key::Enter)).await;
    let state = shop
        .state_with(|state| state["choices"]["al"] == true)
        .await;
    assert_eq!(
        (&state["choices"]["tg"], &state["ask"]),
        (&json!(false), &json!(false))
    );
    eprintln!(
        "with the keyboard: {} | {}",
        steps.join(" → "),
        round.join(" → ")
    );
    shop.browser.close().await;
}

/// Refusing is as easy as agreeing: the same size, the same look, side by side, refusing first.
#[tokio::test(flavor = "multi_thread")]
async fn refusing_is_as_easy_as_agreeing() {
    let app = App::start();
    let Some(shop) = Shop::open(&app, club(), Options::default()).await else {
        return;
    };
    for (width, height) in [(1280, 900), (390, 844), (800, 600)] {
        shop.size(width, height).await;
        shop.visit().await;
        shop.words_with("Refuse all").await;
        for part in ["banner", "dialog"] {
            let looks = shop
                .run(
                    "const all = [...document.querySelector('assent-consent').shadowRoot.querySelectorAll('button')];
                     return ['Refuse all', 'Accept all'].map((words) => { const one = all.find((button) => button.textContent === words);
                       const { width, height } = one.getBoundingClientRect(); const style = getComputedStyle(one);
                       return [width, height, style.backgroundColor, style.color, style.borderColor, style.fontSize, style.fontWeight].join(); })",
                )
                .await;
            assert_eq!(looks[0], looks[1], "{part} at {width}");
            if part == "banner" {
                shop.press("Choose").await;
                shop.words_with("Save my choices").await;
            }
        }
    }
    shop.browser.close().await;
}
