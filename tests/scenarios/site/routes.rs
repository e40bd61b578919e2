//! The routes of the tag, without a browser.

use assent_tests::{App, Organisation, SITE, Visitor, random};
use serde_json::{Value, json};

const ALL: [&str; 6] = ["dc", "al", "tg", "cd", "sh", "re"];

/// A browser on a page of the shop.
struct Page<'a> {
    visitor: Visitor<'a>,
    path: String,
}

impl<'a> Page<'a> {
    fn new(app: &'a App, shop: &Organisation) -> Self {
        Self {
            visitor: Visitor::new(app),
            path: format!("/v1/site/{}/consent", shop.id),
        }
    }

    fn with(&self, name: &'static str, value: &str) -> Self {
        Self {
            visitor: self.visitor.with(name, value),
            path: self.path.clone(),
        }
    }

    async fn asks(&mut self) -> Value {
        let (status, view) = self.visitor.ask("GET", &self.path.clone()).await;
        assert_eq!(status, 200, "{view}");
        view
    }

    async fn says(&mut self, id: &str, decision: &Value) -> (u16, Value) {
        let path = self.path.clone();
        self.visitor
            .send_with("POST", &path, |request| {
                request.header("idempotency-key", id).json(decision)
            })
            .await
    }

    async fn decides(&mut self, flags: Value) -> Value {
        let decision = json!({ "flags": flags });
        let (status, view) = self.says(&random(), &decision).await;
        assert_eq!(status, 200, "{view}");
        view
    }
}

async fn shop_with(app: &App, mut settings: Value) -> Organisation {
    settings["origins"] = json!([SITE]);
    app.organisation(settings).await
}

fn choices(view: &Value) -> Vec<&Value> {
    ALL.iter()
        .map(|flag| &view["flags"][flag]["choice"])
        .collect()
}

fn allowed(view: &Value) -> Vec<&'static str> {
    let is = |flag: &&str| view["flags"][*flag]["allowed"] == json!(true);
    ALL.into_iter().filter(is).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_asked_decides_and_is_known_again() {
    let app = App::start();
    let shop = shop_with(&app, json!({ "display_name": "Maison Levain" })).await;
    let mut page = Page::new(&app, &shop);
    let stranger = page.asks().await;
    assert_eq!(stranger["known"], false);
    assert_eq!(stranger["asks"], json!(ALL));
    assert!(allowed(&stranger).is_empty(), "{stranger}");
    assert!(page.visitor.cookie().is_none(), "asking sets no cookie");

    let banner = format!("/v1/site/{}/banner", shop.id);
    let (_, words) = page.visitor.ask("GET", &banner).await;
    let shown = json!({ "form": "banner", "version": words["version"], "language": "en" });
    let decision =
        json!({ "flags": { "dc": true, "al": true, "tg": false }, "age_ms": 40, "shown": shown });
    let (status, decided) = page.says(&random(), &decision).await;
    assert_eq!(status, 200, "{decided}");
    assert_eq!(allowed(&decided), ["dc", "al"]);
    let known = page.asks().await;
    assert_eq!(known["known"], true);
    assert_eq!(allowed(&known), ["dc", "al"]);
    assert_eq!(known["flags"]["tg"]["choice"], "refused");
    // 13 months of 28 to 31 days.
    let lasts = known["grants_last_seconds"].as_i64().unwrap() / 86400;
    assert!((395..=398).contains(&lasts), "{lasts}");

    let subject = format!("device:kxcookie:{}", page.visitor.id());
    let history = shop.history(&subject).await;
    assert_eq!(history.len(), 1);
    assert_eq!(history[0]["source"], "tag");
    assert_eq!(history[0]["shown"], shown);
    // The same as everywhere else.
    assert_eq!(
        shop.consent(&subject).await["flags"]["al"]["effective"],
        true
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_pages_of_the_organisation_ask_and_only_for_their_browser() {
    let app = App::start();
    let shop = shop_with(&app, json!({})).await;
    let other = app
        .organisation(json!({ "origins": ["https://other.example"] }))
        .await;
    let page = Page::new(&app, &shop);
    for resource in ["consent", "banner"] {
        let path = format!("/v1/site/{}/{resource}", shop.id);
        for (origin, expected) in [("https://other.example", 403), ("null", 403), ("", 401)] {
            let mut stranger = page.visitor.with("origin", origin);
            let answer = stranger.send("GET", &path).await;
            assert_eq!(answer.status(), expected, "{origin}");
            assert!(!answer.headers().contains_key("access-control-allow-origin"));
        }
        // A key is no page.
        let system = shop.request("GET", &path).send().await.unwrap();
        assert_eq!(system.status(), 401);
        let elsewhere = format!("/v1/site/{}/{resource}", other.id);
        let mut visitor = page.visitor.with("origin", SITE);
        assert_eq!(visitor.ask("GET", &elsewhere).await.0, 403);
        let nowhere = format!(
            "/v1/site/{}/{resource}",
            "00000000-0000-4000-8000-000000000000"
        );
        assert_eq!(visitor.ask("GET", &nowhere).await.0, 403);
    }
    // Whoever knows an id cannot speak for its browser.
    let mut one = Page::new(&app, &shop);
    one.decides(json!({ "dc": true })).await;
    let id = one.visitor.id().to_owned();
    let mut thief = Page::new(&app, &shop);
    thief.visitor.forge(&id);
    assert_eq!(thief.asks().await["known"], false);
    thief.visitor.forge(&format!("{id}.AAAAAAAAAAAAAAAAAAAAAA"));
    thief.decides(json!({ "dc": false })).await;
    assert_eq!(allowed(&one.asks().await), ["dc"]);

    let mut page = page.with("access-control-request-method", "POST");
    let path = page.path.clone();
    let answer = page.visitor.send("OPTIONS", &path).await;
    assert_eq!(answer.status(), 204);
    let headers = answer.headers();
    assert_eq!(headers["access-control-allow-origin"], SITE);
    assert_eq!(headers["access-control-allow-credentials"], "true");
    assert_eq!(
        headers["access-control-allow-headers"],
        "content-type, idempotency-key"
    );
    assert_eq!(headers["vary"], "origin");
}

/// What was decided while the service was away comes later, with its age, and perhaps twice.
#[tokio::test(flavor = "multi_thread")]
async fn no_late_or_repeated_yes_beats_a_newer_no() {
    let app = App::start();
    let shop = shop_with(&app, json!({})).await;
    let mut page = Page::new(&app, &shop);
    let yes = json!({ "flags": { "dc": true }, "age_ms": 30 });
    let id = random();
    assert_eq!(page.says(&id, &yes).await.0, 200);
    page.decides(json!({ "dc": false })).await;
    // The same again, under its id or as new but old.
    let (status, again) = page.says(&id, &yes).await;
    assert_eq!((status, allowed(&again).len()), (200, 0), "{again}");
    let old = json!({ "flags": { "dc": true }, "age_ms": 3_600_000 });
    let (status, late) = page.says(&random(), &old).await;
    assert_eq!((status, allowed(&late).len()), (200, 0), "{late}");
    // A clock that was set back since cannot say when; a no still counts.
    let unclear = json!({ "flags": { "dc": true }, "age_ms": -5 });
    let (status, problem) = page.says(&random(), &unclear).await;
    assert_eq!(
        (status, problem["type"].as_str().unwrap()),
        (409, "urn:assent:problem:conflict")
    );
    let mixed = json!({ "flags": { "al": true, "tg": false }, "age_ms": -5 });
    let (status, mixed) = page.says(&random(), &mixed).await;
    assert_eq!(status, 200);
    assert_eq!(mixed["flags"]["al"]["choice"], Value::Null);
    assert_eq!(mixed["flags"]["tg"]["choice"], "refused");
    // A no from before a newer yes is history.
    page.decides(json!({ "dc": true })).await;
    let old = json!({ "flags": { "dc": false }, "age_ms": 3_600_000 });
    let (_, late) = page.says(&random(), &old).await;
    assert_eq!(allowed(&late), ["dc"], "{late}");
    let years = json!({ "flags": { "dc": false }, "age_ms": 50_000_000_000_i64 });
    assert_eq!(page.says(&random(), &years).await.0, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_to_what_is_no_longer_shown_is_none() {
    let app = App::start();
    let shop = shop_with(&app, json!({})).await;
    let mut page = Page::new(&app, &shop);
    let stale = json!({ "form": "banner", "version": "0123456789abcdef", "language": "en" });
    let yes = json!({ "flags": { "dc": true }, "shown": stale });
    assert_eq!(page.says(&random(), &yes).await.0, 409);
    assert!(page.visitor.cookie().is_none());
    let no = json!({ "flags": { "dc": false, "al": true }, "shown": stale });
    let (status, view) = page.says(&random(), &no).await;
    assert_eq!(status, 200, "{view}");
    assert_eq!(choices(&view)[..2], [&json!("refused"), &Value::Null]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_agreed_under_an_earlier_notice_is_asked_again() {
    let app = App::start();
    let shop = shop_with(&app, json!({})).await;
    let mut page = Page::new(&app, &shop);
    page.decides(json!({ "dc": true, "al": true, "tg": false }))
        .await;
    let now = page.decides(json!({ "al": true })).await;
    let since = now["flags"]["al"]["decided_at"].as_str().unwrap();
    let settings = json!({ "origins": [SITE], "banner": { "notice_since": since } });
    let path = format!("/v1/organisations/{}", shop.id);
    app.admin("PUT", &path, &settings).await;
    let view = assent_tests::eventually(
        async || {
            Page {
                visitor: page.visitor.with("origin", SITE),
                path: page.path.clone(),
            }
            .asks()
            .await
        },
        |view| view["notice_since"] == json!(since),
    )
    .await;
    assert_eq!(allowed(&view), ["al"]);
    assert_eq!(
        choices(&view)[..3],
        [&Value::Null, &json!("granted"), &json!("refused")]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_privacy_signal_closes_what_the_regime_says_and_is_stored_once() {
    let app = App::start();
    for (regime, closed) in [
        ("law25", &ALL[..]),
        ("ccpa", &["tg", "cd", "sh"]),
        ("gdpr", &[]),
    ] {
        let shop = shop_with(&app, json!({ "default_regime": regime })).await;
        let mut plain = Page::new(&app, &shop);
        assert_eq!(
            allowed(&plain.asks().await).len(),
            if regime == "ccpa" { 6 } else { 0 },
            "{regime}"
        );
        let mut page = plain.with("sec-gpc", "1");
        let view = page.asks().await;
        for flag in ALL {
            let is = closed.contains(&flag);
            assert_eq!(view["flags"][flag]["locked"], is, "{regime} {flag}");
        }
        assert_eq!(view["gpc"], !closed.is_empty());
        assert_eq!(view["unrecorded_gpc"], !closed.is_empty());
        // As the page's script sees it, where no header comes along.
        let (_, same) = plain
            .visitor
            .ask("GET", &format!("{}?gpc=true", plain.path))
            .await;
        assert_eq!(same, view);
        let (status, stored) = page.says(&random(), &json!({})).await;
        if closed.is_empty() {
            assert_eq!(status, 422, "{stored}");
            continue;
        }
        assert_eq!((status, &stored["unrecorded_gpc"]), (200, &json!(false)));
        // What it refuses is not granted by the same request, and stays refused without it.
        let view = page.decides(json!({ "tg": true, "al": true })).await;
        assert_eq!(view["flags"]["tg"]["choice"], "refused", "{regime}");
        let without = page.with("sec-gpc", "0").asks().await;
        assert_eq!(without["flags"]["tg"]["allowed"], false);
        let history = shop
            .history(&format!("device:kxcookie:{}", page.visitor.id()))
            .await;
        assert!(history.iter().any(|signal| signal["source"] == "gpc"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_asked_about_again_when_the_regime_lets() {
    let app = App::start();
    let shop = shop_with(&app, json!({})).await;
    let mut page = Page::new(&app, &shop);
    assert_eq!(
        page.decides(json!({ "dc": false })).await["ask_again"],
        false
    );
    let half_a_year = 190_i64 * 86_400_000;
    let mut page = Page::new(&app, &shop);
    let long_ago = json!({ "flags": { "dc": false }, "age_ms": half_a_year });
    let (_, view) = page.says(&random(), &long_ago).await;
    assert_eq!(view["ask_again"], true, "{view}");
    assert!(allowed(&view).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_a_clear_error() {
    let app = App::start();
    let shop = shop_with(&app, json!({})).await;
    let mut page = Page::new(&app, &shop);
    for (decision, expected) in [
        (json!({}), 422),
        (json!({ "flags": { "zz": true } }), 422),
        (json!({ "flags": { "dc": 1 } }), 422),
        (json!({ "flag": { "dc": true } }), 422),
        (json!([{ "flags": { "dc": true } }]), 422),
        (
            json!({ "flags": { "dc": true }, "subject": "contact:anna" }),
            422,
        ),
        (
            json!({ "flags": { "dc": true }, "age_ms": "x".repeat(20_000) }),
            413,
        ),
    ] {
        let (status, problem) = page.says(&random(), &decision).await;
        assert_eq!(status, expected, "{decision}: {problem}");
    }
    assert_eq!(
        page.says("x", &json!({ "flags": { "dc": true } })).await.0,
        422
    );
    let path = page.path.clone();
    assert_eq!(page.visitor.ask("POST", &path).await.0, 415);
    for method in ["PUT", "DELETE"] {
        assert_eq!(page.visitor.ask(method, &path).await.0, 405, "{method}");
    }
    assert_eq!(page.visitor.ask("GET", &format!("{path}?x=1")).await.0, 422);
    assert_eq!(page.visitor.ask("GET", &format!("{path}/x")).await.0, 404);
    assert!(page.visitor.cookie().is_none());
}
