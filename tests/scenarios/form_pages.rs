//! Every form as people use it, in a real browser: in three languages and two directions, on a phone, in the dark, with the
//! organisation's colours, by keyboard; axe-core has nothing against any of them. Screenshots in `tests/screenshots`.

use assent_tests::{App, Browser, Organisation, Tokens, browser_with, eventually};
use fantoccini::Locator;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde_json::{Value, json};

const FORMS: [(&str, &str); 7] = [
    ("tracking", "/tracking"),
    ("unsubscribe", "/unsubscribe"),
    ("opt-in", "/opt-in"),
    ("profile", "/profile"),
    ("preferences", ""),
    // With the link to the form about tracking in the place of the question.
    ("opt-in-link", "/form/opt-in-link"),
    ("profile-link", "/form/profile-link"),
];

struct Scene {
    app: App,
    browser: Browser,
    club: Organisation,
    tokens: Tokens,
}

fn settings(more: Value) -> Value {
    let mut settings = json!({
        "display_name": "Fernhill Garden Club", "languages": ["en", "fr", "ar"],
        "privacy_notice_url": "https://club.example/privacy",
        "communication_types": [
            { "id": "newsletter", "name": { "en": "Newsletter", "fr": "Infolettre", "ar": "النشرة الإخبارية" } },
            { "id": "offers", "name": { "en": "Offers", "fr": "Offres", "ar": "العروض" } },
        ],
        "attributes": [
            { "name": "city", "type": "text", "label": "City" },
            { "name": "size", "type": "choice", "label": "Size", "choices": ["S", "M"] },
        ],
    });
    let more = more.as_object().unwrap().clone();
    settings.as_object_mut().unwrap().extend(more);
    settings
}

impl Scene {
    async fn new(more: Value) -> Option<Self> {
        let app = App::start();
        let browser = browser_with(json!({})).await?;
        let club = app.organisation(settings(more)).await;
        let administrator = Organisation::make_key(&app, &club.id, &["admin"]).await;
        let profile = json!({ "attributes": ["city", "size"] });
        let link = json!({ "attributes": ["city", "size"], "ask_tracking": false });
        for (method, path, body) in [
            ("PUT", "/v1/forms/profile", profile),
            (
                "POST",
                "/v1/forms",
                json!({ "id": "opt-in-link", "kind": "opt_in", "settings": link }),
            ),
            (
                "POST",
                "/v1/forms",
                json!({ "id": "profile-link", "kind": "profile", "settings": link }),
            ),
        ] {
            let request = app.request(method, path).bearer_auth(&administrator);
            let answer = request.json(&body).send().await.unwrap();
            assert!(answer.status().is_success(), "{path}: {body}");
        }
        let mail = json!({ "content": "<a href='https://club.example'>x</a>", "communication_type": "newsletter" });
        let mail = club.message_with(mail).await;
        let tokens = club.tokens(&mail, &["anna"]).await.remove(0);
        Some(Self {
            app,
            browser,
            club,
            tokens,
        })
    }

    fn address(&self, form: &str, language: &str) -> String {
        let (base, id, token) = (self.app.base(), &self.club.id, &self.tokens.preferences);
        format!("{base}/p/{id}/{token}{form}?lang={language}")
    }

    async fn open(&self, address: &str) {
        self.browser.page.goto(address).await.unwrap();
        let main = Locator::Css("main h1");
        self.browser.page.wait().for_element(main).await.unwrap();
    }

    async fn look(&self, dark: bool, width: u32) {
        let value = if dark { "dark" } else { "light" };
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": value }, { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.browser
            .cdp("Emulation.setEmulatedMedia", features)
            .await;
        let size =
            json!({ "width": width, "height": 844, "deviceScaleFactor": 1, "mobile": false });
        self.browser
            .cdp("Emulation.setDeviceMetricsOverride", size)
            .await;
    }

    /// That axe-core has nothing against the page, and that it needs no sideways scrolling.
    async fn accessible(&self, what: &str) {
        let page = &self.browser.page;
        self.browser.accessible(what).await;
        let wide = "return document.documentElement.scrollWidth > window.innerWidth";
        assert_eq!(
            page.execute(wide, vec![]).await.unwrap(),
            json!(false),
            "{what}"
        );
    }

    async fn press(&self, key: Key) {
        let presses = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: key.into() })
            .then(KeyAction::Up { value: key.into() });
        self.browser.page.perform_actions(presses).await.unwrap();
    }

    /// Presses Tab until the focus is on what this selects, and sees that the focus shows.
    async fn tab_to(&self, css: &str) {
        let is_there = format!("return document.activeElement.matches(\"{css}\")");
        for _ in 0..40 {
            self.press(Key::Tab).await;
            let page = &self.browser.page;
            if page.execute(&is_there, vec![]).await.unwrap() == json!(true) {
                let outline = "return getComputedStyle(document.activeElement).outlineStyle";
                let outline = page.execute(outline, vec![]).await.unwrap();
                assert_ne!(outline, json!("none"), "{css}");
                return;
            }
        }
        panic!("the keyboard does not reach {css}");
    }

    async fn title(&self, expected: &str) {
        eventually(
            async || self.browser.page.title().await.unwrap(),
            |title| title.contains(expected),
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_is_accessible_on_a_phone_in_three_languages() {
    let Some(scene) = Scene::new(json!({})).await else {
        return;
    };
    for (name, form) in FORMS {
        for (language, direction) in [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")] {
            scene.open(&scene.address(form, language)).await;
            let dir = "return document.documentElement.dir";
            let dir = scene.browser.page.execute(dir, vec![]).await.unwrap();
            assert_eq!(dir, direction);
            for dark in [false, true] {
                scene.look(dark, 390).await;
                scene
                    .accessible(&format!("{name} {language} dark={dark}"))
                    .await;
            }
            scene.look(false, 390).await;
            scene
                .browser
                .pictures(&format!("form-{name}-{language}"))
                .await;
        }
    }
    let one_click = scene.tokens.one_click.clone().unwrap();
    let address = format!("{}/u/{}/{one_click}", scene.app.base(), scene.club.id);
    scene.open(&address).await;
    scene.look(true, 390).await;
    scene.accessible("one click").await;
    scene.browser.pictures("form-one-click-dark").await;
    scene.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_organisations_colours_stay_readable() {
    let brand = json!({ "background": "#0b1d2a", "text": "#f4f1de", "accent": "#f2cc8f" });
    let Some(scene) = Scene::new(json!({ "brand": brand })).await else {
        return;
    };
    for (name, form) in FORMS {
        scene.open(&scene.address(form, "en")).await;
        for dark in [false, true] {
            scene.look(dark, 390).await;
            scene
                .accessible(&format!("{name} in colours, dark={dark}"))
                .await;
        }
        scene.browser.pictures(&format!("form-{name}-brand")).await;
    }
    scene.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_can_be_done_by_keyboard() {
    let Some(scene) = Scene::new(json!({})).await else {
        return;
    };
    let status = async |kind: &str| {
        let answer = scene.club.get("/v1/communications/contact:anna").await;
        answer["types"][kind]["status"].clone()
    };
    scene.open(&scene.address("/opt-in", "en")).await;
    scene.tab_to("input[value=newsletter]").await;
    scene.press(Key::Space).await;
    scene.tab_to("button").await;
    scene.press(Key::Enter).await;
    scene.title("Thank you").await;
    assert_eq!(status("newsletter").await, "opted_in");
    scene.accessible("after opting in").await;

    scene.open(&scene.address("/unsubscribe", "en")).await;
    scene.tab_to("input[value=offers]").await;
    scene.press(Key::Space).await;
    scene.tab_to("button[value=selected]").await;
    scene.press(Key::Enter).await;
    scene.title("You are unsubscribed").await;
    assert_eq!(status("offers").await, "opted_out");
    assert_eq!(status("newsletter").await, "opted_in");
    scene.accessible("after unsubscribing").await;
    scene.browser.pictures("form-unsubscribed").await;

    // Nothing ticked: said in words, and nothing saved.
    scene.open(&scene.address("/unsubscribe", "en")).await;
    scene.tab_to("button[value=selected]").await;
    scene.press(Key::Enter).await;
    scene.title("Nothing was saved").await;
    scene.accessible("after choosing nothing").await;

    scene.open(&scene.address("", "en")).await;
    // Radio buttons are one stop, from which arrows choose.
    scene.tab_to("input[name=tracking]").await;
    scene.press(Key::Space).await;
    scene.tab_to("main form button").await;
    scene.press(Key::Enter).await;
    scene.title("Your settings are saved").await;
    let consent = scene.club.consent("contact:anna").await;
    assert_eq!(consent["tracking_status"], "refused");
    assert_eq!(status("newsletter").await, "opted_in");
    scene.accessible("after saving").await;
    scene.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_opens_without_a_key_and_its_buttons_do_nothing() {
    let Some(scene) = Scene::new(json!({})).await else {
        return;
    };
    for (form, about) in [
        ("interception", ""),
        ("interception", "&communication_type=newsletter"),
        ("unsubscribe", ""),
    ] {
        for language in ["en", "fr", "ar"] {
            let path = format!("/v1/forms/{form}/preview?language={language}{about}");
            let preview = scene.club.get(&path).await;
            scene.open(preview["url"].as_str().unwrap()).await;
            scene.look(false, 390).await;
            scene.accessible(&format!("preview {path}")).await;
            let name = match about {
                "" => format!("form-preview-{form}-{language}"),
                _ => format!("form-preview-{form}-communication-{language}"),
            };
            scene.browser.pictures(&name).await;
        }
    }
    let button = Locator::Css("button[value=all]");
    let button = scene.browser.page.find(button).await.unwrap();
    button.click().await.unwrap();
    let main = Locator::Css("main h1");
    scene.browser.page.wait().for_element(main).await.unwrap();
    let changes = scene.club.get("/v1/changes").await;
    assert_eq!(changes["changes"], Value::Array(Vec::new()));
    scene.browser.close().await;
}
