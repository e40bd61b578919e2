//! The words and colours of the banner.

use assent_tests::{App, SITE, Visitor};
use serde_json::{Map, Value, json};

async fn banner(app: &App, banner: Value, query: &str, accept: &str) -> Value {
    let settings = json!({
        "origins": [SITE], "languages": ["en", "fr-CA", "ar", "sv"], "display_name": "Maison Levain",
        "privacy_notice_url": "https://shop.example/privacy", "brand": { "accent": "#b45309" }, "banner": banner,
    });
    let shop = app.organisation(settings).await;
    let mut page = Visitor::new(app).with("accept-language", accept);
    let path = format!("/v1/site/{}/banner{query}", shop.id);
    let (status, words) = page.ask("GET", &path).await;
    assert_eq!(status, 200, "{words}");
    words
}

fn arabic() -> Map<String, Value> {
    let ids = domain::BANNER_TEXTS.iter();
    ids.map(|id| {
        (
            (*id).to_owned(),
            json!(format!("{id} بالعربية {{organisation}}")),
        )
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_banner_speaks_the_readers_language() {
    let app = App::start();
    let own = json!({ "texts": { "ar": arabic(), "sv": { "title": "Bara en rubrik" }, "en": { "title": "{organisation} asks" } } });
    let languages = |words: &Value| {
        let all = words["languages"].as_array().unwrap().iter();
        all.map(|one| one["code"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let english = banner(&app, own.clone(), "", "de, it;q=0.5").await;
    assert_eq!(english["language"], "en");
    assert_eq!(english["texts"]["title"], "Maison Levain asks");
    assert!(
        english["texts"]["text"]
            .as_str()
            .unwrap()
            .starts_with("Maison Levain asks for your consent")
    );
    // Half of German is no German.
    assert_eq!(languages(&english), ["en", "fr-CA", "ar"]);
    assert_eq!(
        english["privacy_notice_url"],
        "https://shop.example/privacy"
    );
    let french = banner(&app, own.clone(), "", "fr-FR, en;q=0.5").await;
    assert_eq!(french["language"], "fr-CA");
    assert_eq!(french["texts"]["refuse"], "Tout refuser");
    let arabic = banner(&app, own.clone(), "?language=ar", "en").await;
    assert_eq!(
        (&arabic["direction"], &english["direction"]),
        (&json!("rtl"), &json!("ltr"))
    );
    assert_eq!(arabic["texts"]["refuse"], "refuse بالعربية Maison Levain");
    // Other words are another version.
    assert_ne!(arabic["version"], english["version"]);
    let plain = banner(&app, json!({}), "", "en").await;
    assert_ne!(plain["version"], english["version"]);
    assert_eq!(
        plain["version"],
        banner(&app, json!({}), "", "en").await["version"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn flags_are_asked_in_the_organisations_groups() {
    let app = App::start();
    let asks = json!({ "asks": [["al"], ["tg", "sh"]] });
    let words = banner(&app, asks, "", "en").await;
    let groups = words["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 2);
    assert_eq!(groups[1]["flags"], json!(["tg", "sh"]));
    assert_eq!(groups[1]["title"], "Targeting, Sharing");
    assert_eq!(
        words["texts"]["purposes"],
        "What for: Analytics, Targeting, Sharing."
    );
    // Every text of the page is there, the refusal too.
    for id in [
        "refuse",
        "accept",
        "save",
        "close",
        "embed_allow",
        "gpc_title",
    ] {
        assert!(words["texts"][id].is_string(), "{id}");
    }
    assert_eq!(words["texts"]["dc"], Value::Null);
    assert_eq!(words["colours"]["light"]["accent"], "#b45309");
    assert_eq!(words["colours"]["light"]["on-accent"], "#ffffff");
    assert_eq!(words["colours"]["dark"]["card"], "#1b212a");
}
