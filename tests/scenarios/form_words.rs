//! Forms in the organisation's own words and languages: changed, shown, previewed, linked to, and found again.

use assent_tests::{App, Organisation, Tokens};
use serde_json::{Map, Value, json};

struct Scene {
    app: App,
    club: Organisation,
    administrator: String,
    tokens: Tokens,
}

impl Scene {
    async fn new(more: Value) -> Self {
        let app = App::start();
        let mut settings = json!({
            "display_name": "Club", "languages": ["en", "fr", "sv"],
            "communication_types": [{ "id": "newsletter", "name": { "en": "Newsletter" } }],
            "attributes": [
                { "name": "city", "type": "text", "label": "City" },
                { "name": "born", "type": "date", "label": "Born" },
                { "name": "size", "type": "choice", "label": "Size", "choices": ["S", "M"] },
            ],
        });
        let more = more.as_object().unwrap().clone();
        settings.as_object_mut().unwrap().extend(more);
        let club = app.organisation(settings).await;
        let administrator = Organisation::make_key(&app, &club.id, &["admin"]).await;
        let mail = club.message("<a href='https://club.example'>x</a>").await;
        let tokens = club.tokens(&mail, &["anna"]).await.remove(0);
        Self {
            app,
            club,
            administrator,
            tokens,
        }
    }

    async fn change(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = self.app.request(method, path);
        let request = request.bearer_auth(&self.administrator).json(body);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap())
    }

    fn path(&self, form: &str) -> String {
        format!("/p/{}/{}{form}", self.club.id, self.tokens.preferences)
    }

    async fn page(&self, path: &str) -> (u16, String) {
        let answer = self.app.request("GET", path).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn post(&self, path: &str, body: String) -> u16 {
        let request = self
            .app
            .request("POST", path)
            .header("content-type", "application/x-www-form-urlencoded");
        request.body(body).send().await.unwrap().status().as_u16()
    }
}

fn shown(html: &str) -> String {
    let (_, rest) = html.split_once("name=\"shown\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn own_words_are_shown_and_what_was_shown_is_found_again() {
    let scene = Scene::new(json!({})).await;
    let path = scene.path("/unsubscribe");
    let words =
        json!({ "unsubscribe-title": "Too many <b>letters</b>?", "unsubscribe-one": "Stop" });
    let (status, saved) = scene
        .change("PUT", "/v1/forms/unsubscribe/texts/en", &words)
        .await;
    assert_eq!((status, &saved["version"]), (200, &json!(1)), "{saved}");
    let (_, html) = scene.page(&format!("{path}?lang=en")).await;
    assert!(
        html.contains("Too many &#60;b&#62;letters&#60;/b&#62;?"),
        "{html}"
    );
    assert!(html.contains(">Stop</button>"));
    // The rest is ours, and other languages are as they were.
    assert!(html.contains("You need no account and no password."));
    let (_, french) = scene.page(&format!("{path}?lang=fr")).await;
    assert!(french.contains("Quels courriels"));

    let body = format!("answer=all&shown={}", shown(&html));
    assert_eq!(scene.post(&path, body).await, 303);
    let history = scene
        .club
        .get("/v1/communications/contact:anna/history")
        .await;
    let evidence = history["signals"][0]["shown"].clone();
    assert_eq!(evidence["form"], "unsubscribe");
    // Changed and taken back: what she saw stays.
    let other = json!({ "unsubscribe-title": "Other" });
    scene
        .change("PUT", "/v1/forms/unsubscribe/texts/en", &other)
        .await;
    let (_, taken_back) = scene
        .change("PUT", "/v1/forms/unsubscribe/texts/en", &json!({}))
        .await;
    assert_eq!(taken_back["version"], 3);
    let version = evidence["version"].as_str().unwrap();
    let address = format!("/v1/forms/unsubscribe/shown/{version}");
    let kept = assent_tests::eventually(
        async || {
            let answer = scene.club.request("GET", &address).send().await.unwrap();
            (
                answer.status().as_u16(),
                answer.json::<Value>().await.unwrap(),
            )
        },
        |(status, _)| *status == 200,
    )
    .await
    .1;
    assert_eq!(
        kept["shown"]["texts"]["unsubscribe-title"],
        "Too many <b>letters</b>?"
    );
    assert_eq!(kept["shown"]["asked"]["newsletter"], "Newsletter");
    use sha2::Digest;
    let hash = sha2::Sha256::digest(kept["words"].as_str().unwrap());
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(hash.starts_with(version), "{hash} {version}");
    let other = scene.app.organisation(json!({})).await;
    let answer = other.request("GET", &address).send().await.unwrap();
    assert_eq!(answer.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_of_ones_own_is_whole_or_refused() {
    let scene = Scene::new(json!({})).await;
    let path = "/v1/forms/tracking/texts/sv";
    let (status, problem) = scene
        .change(
            "PUT",
            path,
            &json!({ "tracking-title": "Får vi veta vad du klickar på?" }),
        )
        .await;
    assert_eq!(status, 422, "{problem}");
    // Until it is there nobody is offered it.
    let (_, html) = scene
        .page(&format!("{}?lang=sv", scene.path("/tracking")))
        .await;
    assert!(!html.contains("hreflang=\"sv\""), "{html}");
    let form = scene.club.get("/v1/forms/tracking").await;
    let known = form["texts"]["en"].as_object().unwrap();
    let mut words: Map<String, Value> = known
        .keys()
        .map(|id| (id.clone(), json!(format!("sv {id}"))))
        .collect();
    words.insert("banner-language-name".to_owned(), json!("Svenska"));
    words.insert("status-since".to_owned(), json!("sedan {moment}"));
    let (status, saved) = scene.change("PUT", path, &Value::Object(words)).await;
    assert_eq!((status, &saved["offered"]), (200, &json!(true)), "{saved}");
    let (_, html) = scene
        .page(&format!("{}?lang=sv", scene.path("/tracking")))
        .await;
    assert!(html.contains("<html lang=\"sv\" dir=\"ltr\">"), "{html}");
    assert!(html.contains("sv tracking-title") && html.contains("Svenska"));
    let (_, other) = scene
        .page(&format!("{}?lang=sv", scene.path("/unsubscribe")))
        .await;
    assert!(other.contains("<html lang=\"en\""), "no half page: {other}");

    for (form, language, body, code) in [
        ("tracking", "en", json!({ "tracking-titel": "x" }), 422),
        ("tracking", "en", json!({ "tracking-title": "" }), 422),
        (
            "tracking",
            "en",
            json!({ "tracking-title": "a\u{202e}b" }),
            422,
        ),
        ("tracking", "not a tag", json!({}), 422),
        ("nothing", "en", json!({}), 404),
    ] {
        let path = format!("/v1/forms/{form}/texts/{language}").replace(' ', "%20");
        let (status, problem) = scene.change("PUT", &path, &body).await;
        assert_eq!(status, code, "{path}: {problem}");
    }
    let key = scene.club.request("PUT", "/v1/forms/tracking/texts/en");
    assert_eq!(key.json(&json!({})).send().await.unwrap().status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_ones_own_have_an_address() {
    let scene = Scene::new(json!({})).await;
    let body = json!({ "id": "stop-it", "kind": "unsubscribe", "settings": { "offer_tracking_opt_out": false } });
    let (status, made) = scene.change("POST", "/v1/forms", &body).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(scene.change("POST", "/v1/forms", &body).await.0, 409);
    for bad in [
        json!({ "id": "tracking", "kind": "tracking" }),
        json!({ "id": "a b", "kind": "unsubscribe" }),
        json!({ "id": "x", "kind": "interception" }),
        json!({ "id": "x", "kind": "opt_in", "settings": { "communication_types": ["unheard_of"] } }),
        json!({ "id": "x", "kind": "profile", "settings": { "attributes": ["unheard_of"] } }),
    ] {
        let (status, problem) = scene.change("POST", "/v1/forms", &bad).await;
        assert!([409, 422].contains(&status), "{bad}: {problem}");
    }
    let (_, usual) = scene.page(&scene.path("/unsubscribe")).await;
    let (status, own) = scene.page(&scene.path("/form/stop-it")).await;
    assert_eq!(status, 200);
    assert!(usual.contains("/tracking?lang=") && !own.contains("/tracking?lang="));
    let link = scene.club.get("/v1/forms/stop-it/link?tag=*%7CP%7C*").await;
    let url = link["url"].as_str().unwrap();
    assert!(
        url.ends_with(&format!("/p/{}/*|P|*/form/stop-it", scene.club.id)),
        "{url}"
    );
    let path = url.strip_prefix(scene.app.base()).unwrap();
    let merged = path.replace("*|P|*", &scene.tokens.preferences);
    assert_eq!(scene.page(&merged).await.0, 200);
    let forms = scene.club.get("/v1/forms").await;
    assert_eq!(forms["forms"].as_array().unwrap().len(), 7);
    let (_, changed) = scene
        .change(
            "PUT",
            "/v1/forms/preferences",
            &json!({ "each_flag": true }),
        )
        .await;
    assert_eq!(changed["settings"]["each_flag"], true);
    let (_, html) = scene.page(&scene.path("")).await;
    for flag in ["dc", "al", "tg", "cd", "sh", "re"] {
        assert!(html.contains(&format!("name=\"flag-{flag}\"")), "{flag}");
    }
    let body = format!("shown={}&flag-tg=no&flag-al=yes&was-flag-al=", shown(&html));
    assert_eq!(scene.post(&scene.path(""), body).await, 303);
    let flags = scene.club.consent("contact:anna").await["flags"].clone();
    assert_eq!(flags["tg"]["choice"], "refused");
    assert_eq!(flags["al"]["choice"], "granted");
    assert_eq!(flags["dc"]["choice"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_shows_everything_and_records_nothing() {
    let scene = Scene::new(json!({})).await;
    let words = json!({ "opt-in-title": "Que voulez-vous ?" });
    scene
        .change("PUT", "/v1/forms/opt_in/texts/fr", &words)
        .await;
    for form in [
        "tracking",
        "unsubscribe",
        "opt_in",
        "profile",
        "preferences",
    ] {
        for (language, direction) in [("en", "ltr"), ("fr", "ltr"), ("ja", "ltr"), ("ar", "rtl")] {
            let path = format!("/v1/forms/{form}/preview?language={language}");
            let preview = scene.club.get(&path).await;
            let url = preview["url"].as_str().unwrap();
            let path = url.strip_prefix(scene.app.base()).unwrap();
            let (status, html) = scene.page(path).await;
            assert_eq!(status, 200, "{html}");
            let start = format!("<html lang=\"{language}\" dir=\"{direction}\">");
            assert!(html.contains(&start), "{html}");
            assert!(html.contains("role=\"note\""), "{html}");
            for body in ["answer=refuse", "answer=all", "tracking=no"] {
                assert_eq!(scene.post(path, body.to_owned()).await, 303);
            }
            if (form, language) == ("opt_in", "fr") {
                assert!(html.contains("Que voulez-vous ?"), "{html}");
            }
        }
    }
    let changes = scene.club.get("/v1/changes").await;
    assert_eq!(changes["changes"], json!([]));
    for (path, code) in [
        ("/v1/forms/tracking/preview?language=sv", 404),
        ("/v1/forms/nothing/preview", 404),
    ] {
        let answer = scene.club.request("GET", path).send().await.unwrap();
        assert_eq!(answer.status(), code, "{path}");
    }
    let person = &scene.tokens.preferences;
    let path = format!("/p/{}/preview/{person}", scene.club.id);
    assert_eq!(scene.page(&path).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_corrects_her_details_and_answers_about_tracking() {
    let scene = Scene::new(json!({})).await;
    let settings = json!({ "attributes": ["city", "born", "size"] });
    let (status, _) = scene.change("PUT", "/v1/forms/profile", &settings).await;
    assert_eq!(status, 200);
    let path = scene.path("/profile");
    let (_, html) = scene.page(&path).await;
    assert!(
        html.contains("City") && html.contains("type=\"date\""),
        "{html}"
    );
    let token = shown(&html);
    let wrong = format!(
        "shown={token}&attribute-city=Lyon&was-attribute-city=&attribute-born=yesterday&was-attribute-born="
    );
    let request = scene
        .app
        .request("POST", &path)
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = request.body(wrong).send().await.unwrap();
    assert_eq!(answer.status(), 422);
    // What she wrote is still there.
    assert!(answer.text().await.unwrap().contains("value=\"Lyon\""));
    let good = format!(
        "shown={token}&attribute-city=Lyon&was-attribute-city=&attribute-size=M&was-attribute-size=&attribute-born=&was-attribute-born=&tracking=no"
    );
    assert_eq!(scene.post(&path, good).await, 303);
    let (_, html) = scene.page(&format!("{path}?saved=yes")).await;
    assert!(
        html.contains("value=\"Lyon\"") && html.contains("<option selected>M"),
        "{html}"
    );
    assert!(html.contains("Your details are saved"));
    let consent = scene.club.consent("contact:anna").await;
    assert_eq!(consent["tracking_status"], "refused");
    let export = scene.club.get("/v1/consent/contact:anna/export").await;
    assert_eq!(export["attributes"]["city"], "Lyon");
    // Nobody else's page changes them: without evidence nothing is.
    let forged = "attribute-city=Paris&was-attribute-city=Lyon".to_owned();
    assert_eq!(scene.post(&path, forged).await, 422);
    let (_, html) = scene.page(&path).await;
    assert!(html.contains("value=\"Lyon\""));
}
