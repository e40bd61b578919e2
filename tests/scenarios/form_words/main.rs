//! Forms in the organisation's own words and languages: changed, shown, previewed, linked to, and found again.

mod offers;
mod previews;

use assent_tests::{App, Organisation, Tokens, eventually};
use serde_json::{Map, Value, json};

/// The languages that Assent has all words in.
const SHIPPED: [&str; 10] = ["en", "fr", "de", "es", "it", "nl", "pt", "pl", "ja", "ar"];

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

    /// All words of a form in a language that Assent does not have.
    async fn swedish(&self, form: &str) -> Map<String, Value> {
        let form = self.club.get(&format!("/v1/forms/{form}")).await;
        let known = form["texts"]["en"].as_object().unwrap().keys();
        let mut words: Map<String, Value> = known
            .map(|id| (id.clone(), json!(format!("sv {id}"))))
            .collect();
        words.insert("banner-language-name".to_owned(), json!("Svenska"));
        words
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
    let kept = eventually(
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
    let mut words = scene.swedish("tracking").await;
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

/// "Default forms in English and French can be edited", "new languages can be created": a click shows the organisation's
/// own words in the reader's language.
#[tokio::test(flavor = "multi_thread")]
async fn a_click_asks_in_the_organisations_own_words() {
    let scene = Scene::new(json!({ "interception": { "on": true } })).await;
    let mail = scene
        .club
        .message("<a href='https://club.example'>x</a>")
        .await;
    let anna = scene.club.tokens(&mail, &["anna"]).await.remove(0);
    let path = mail.click_path(&anna.click);
    let asked = async |language: &str| {
        let request = scene.app.request("GET", &path);
        let answer = request.header("accept-language", language).send().await;
        let answer = answer.unwrap();
        assert_eq!(answer.status(), 200, "{language}");
        answer.text().await.unwrap()
    };
    let usual = "<h1>May we know what you click on?</h1>";
    // No words, no half page.
    let mut html = asked("sv").await;
    assert!(
        html.contains("<html lang=\"en\"") && html.contains(usual),
        "{html}"
    );
    let french = json!({ "intercept-title": "Un <clic> ?", "intercept-accept": "Volontiers" });
    let mut swedish = scene.swedish("interception").await;
    swedish.insert("intercept-lead".to_owned(), json!("Brev av {sender}"));
    for (language, words) in [("fr", &french), ("sv", &Value::Object(swedish))] {
        let path = format!("/v1/forms/interception/texts/{language}");
        let (status, saved) = scene.change("PUT", &path, words).await;
        assert_eq!((status, &saved["offered"]), (200, &json!(true)), "{saved}");
    }
    for (language, words) in [
        (
            "fr",
            [
                "<h1>Un &#60;clic&#62; ?</h1>",
                ">Volontiers</button>",
                ">Me demander plus tard</button>",
            ],
        ),
        (
            "sv",
            [
                "<h1>sv intercept-title</h1>",
                "Brev av Club",
                ">sv intercept-later</button>",
            ],
        ),
    ] {
        // What an instance knows of an organisation is at most a second old.
        html = eventually(
            async || asked(language).await,
            |html| html.contains(words[0]),
        )
        .await;
        let start = format!("<html lang=\"{language}\" dir=\"ltr\">");
        assert!(html.contains(&start), "{html}");
        for words in words {
            assert!(html.contains(words), "{words}: {html}");
        }
    }
    assert!(asked("en").await.contains(usual));
    // The evidence says in which language she was asked.
    let body = format!("answer=grant&shown={}", shown(&html));
    assert_eq!(scene.post(&path, body).await, 303);
    let evidence = scene.club.history("contact:anna").await[0]["shown"].clone();
    assert_eq!(evidence["language"], "sv");
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
    // At the foot, after everything that stops mails.
    let (form, foot) = usual.rsplit_once("</form>").unwrap();
    assert!(foot.contains("/tracking?lang=") && !form.contains("/tracking?lang="));
    assert!(!own.contains("/tracking?lang="));
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

/// "The link to the form can be inserted from the link library": ready for each mailer, and it leads to the form once that
/// has filled in who it is.
#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_the_tracking_form_is_ready_for_every_mailer() {
    let scene = Scene::new(json!({})).await;
    let link = scene.club.get("/v1/forms/tracking/link").await;
    let mailers = [
        ("active_campaign", "%PREFERENCES%"),
        ("brevo", "{{ contact.PREFERENCES }}"),
        ("dialog_insight", "[[preferences]]"),
        ("hubspot", "{{ contact.preferences }}"),
        ("klaviyo", "{{ person.preferences }}"),
        ("listmonk", "{{ .Subscriber.Attribs.preferences }}"),
        ("mailchimp", "*|PREFS|*"),
        ("mailjet", "{{data:preferences}}"),
        ("mautic", "{contactfield=preferences}"),
        ("salesforce_marketing_cloud", "%%preferences%%"),
        ("sendgrid", "{{preferences}}"),
    ];
    assert_eq!(link["mailers"].as_object().unwrap().len(), mailers.len());
    let (base, id) = (scene.app.base(), &scene.club.id);
    for (mailer, tag) in mailers {
        let url = link["mailers"][mailer].as_str().unwrap();
        assert_eq!(url, format!("{base}/p/{id}/{tag}/tracking"), "{mailer}");
        let merged = url.replace(tag, &scene.tokens.preferences);
        let path = merged.strip_prefix(base).unwrap();
        let (status, html) = scene.page(path).await;
        assert_eq!(status, 200, "{mailer}: {html}");
        assert!(html.contains("<h1>May we know what you click on?</h1>"));
        assert!(html.contains("name=\"answer\" value=\"refuse\""), "{html}");
    }
    assert_eq!(link["url"], link["mailers"]["mailchimp"]);
    let click = scene.club.request("GET", "/v1/forms/interception/link");
    assert_eq!(click.send().await.unwrap().status(), 404);
}
