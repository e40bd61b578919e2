//! Forms in the organisation's own words and languages: changed, shown, previewed, linked to, and found again.

use std::collections::BTreeSet;

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

/// Every form can be looked at in every language before anybody else sees it, and nobody answers by that.
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
        "interception",
    ] {
        // A click shows its form among links.
        let (routes, role) = match form {
            "interception" => ("l", "status"),
            _ => ("p", "note"),
        };
        let start = format!("/{routes}/{}/preview/", scene.club.id);
        let mut all = BTreeSet::new();
        for language in SHIPPED {
            let path = format!("/v1/forms/{form}/preview?language={language}");
            let preview = scene.club.get(&path).await;
            let url = preview["url"].as_str().unwrap();
            let path = url.strip_prefix(scene.app.base()).unwrap();
            assert!(path.starts_with(&start), "{form}: {path}");
            let (status, html) = scene.page(path).await;
            assert_eq!(status, 200, "{html}");
            let direction = if language == "ar" { "rtl" } else { "ltr" };
            let start = format!("<html lang=\"{language}\" dir=\"{direction}\">");
            assert!(html.contains(&start), "{html}");
            assert!(html.contains(&format!("role=\"{role}\"")), "{html}");
            for body in ["answer=refuse", "answer=all", "tracking=no"] {
                assert_eq!(scene.post(path, body.to_owned()).await, 303);
            }
            if (form, language) == ("opt_in", "fr") {
                assert!(html.contains("Que voulez-vous ?"), "{html}");
            }
            let leads_on = html.contains("href=\"https://www.example.com/\"");
            assert_eq!(leads_on, form == "interception", "{html}");
            // Tokens differ in any case; words have to.
            let words = html.split_once("<h1>").unwrap().1;
            all.insert(words.split_once("</h1>").unwrap().0.to_owned());
        }
        assert_eq!(all.len(), SHIPPED.len(), "{form}: {all:?}");
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

/// A click asks two questions, one after the other: both can be looked at beforehand, and nobody answers by that.
#[tokio::test(flavor = "multi_thread")]
async fn both_questions_of_a_click_have_a_preview() {
    let scene = Scene::new(json!({})).await;
    let words = json!({ "intercept-communication-title": "Envie de {type} ?" });
    scene
        .change("PUT", "/v1/forms/interception/texts/fr", &words)
        .await;
    let preview = async |query: &str| {
        let path = format!("/v1/forms/interception/preview{query}");
        let preview = scene.club.get(&path).await;
        let url = preview["url"].as_str().unwrap();
        url.strip_prefix(scene.app.base()).unwrap().to_owned()
    };
    let mut titles = BTreeSet::new();
    for language in SHIPPED {
        for (asks, about) in [
            ("", "interception"),
            (
                "&communication_type=newsletter",
                "interception-communication",
            ),
        ] {
            let path = preview(&format!("?language={language}{asks}")).await;
            let (status, html) = scene.page(&path).await;
            assert_eq!(status, 200, "{html}");
            let field = format!("name=\"about\" value=\"{about}\"");
            assert!(html.contains(&field), "{language}: {html}");
            assert!(html.contains("name=\"shown\" value=\"\""), "{html}");
            let start = format!("<html lang=\"{language}\"");
            assert!(html.contains(&start) && html.contains("role=\"status\""));
            let (title, effects) = html.split_once("</h1>").unwrap();
            let title = title.split_once("<h1>").unwrap().1.to_owned();
            // It says which mails it is about, and what yes and no would change.
            let names = [
                title.matches("Newsletter").count(),
                effects.matches("Newsletter").count(),
            ];
            let expected = if asks.is_empty() { [0, 0] } else { [1, 2] };
            assert_eq!(names, expected, "{language}: {html}");
            titles.insert(title);
            for answer in ["grant", "refuse", "later"] {
                let body = format!("answer={answer}&about={about}&shown=");
                assert_eq!(scene.post(&path, body).await, 303, "{answer}");
            }
        }
    }
    assert_eq!(titles.len(), 2 * SHIPPED.len(), "{titles:?}");
    assert!(titles.contains("Envie de Newsletter ?"), "{titles:?}");
    let changes = scene.club.get("/v1/changes").await;
    assert_eq!(changes["changes"], json!([]));

    for path in [
        "/v1/forms/interception/preview?communication_type=unheard_of",
        "/v1/forms/interception/preview?communication_type=",
        "/v1/forms/unsubscribe/preview?communication_type=newsletter",
    ] {
        let answer = scene.club.request("GET", path).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
        let problem = answer.text().await.unwrap();
        assert!(problem.contains("communication type"), "{path}: {problem}");
    }
    // Each address shows the form that it was made for, and no other one.
    let own = preview("?communication_type=newsletter").await;
    let other = scene.club.get("/v1/forms/tracking/preview").await;
    let other = other["url"].as_str().unwrap();
    let other = other.strip_prefix(scene.app.base()).unwrap();
    for path in [own.replace("/l/", "/p/"), other.replace("/p/", "/l/")] {
        assert_eq!(scene.page(&path).await.0, 404, "{path}");
    }
    // A type that is gone is asked about no more.
    let gone = json!({ "display_name": "Club" });
    let organisation = format!("/v1/organisations/{}", scene.club.id);
    scene.app.admin("PUT", &organisation, &gone).await;
    let status = eventually(async || scene.page(&own).await.0, |status| *status == 404);
    assert_eq!(status.await, 404);
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

/// "The form has a field for it": where the setting `ask_tracking` says so. Where it does not, nothing is asked, and an
/// answer that comes all the same is none.
#[tokio::test(flavor = "multi_thread")]
async fn forms_ask_about_tracking_only_where_their_setting_says_so() {
    let scene = Scene::new(json!({})).await;
    let question = "May clicks and opens in our emails be linked to you?";
    for (kind, asks) in [
        ("opt_in", false),
        ("opt_in", true),
        ("profile", false),
        ("profile", true),
    ] {
        let id = format!("{kind}-{asks}");
        let settings = json!({ "ask_tracking": asks, "attributes": ["city"] });
        let body = json!({ "id": id, "kind": kind, "settings": settings });
        let (status, made) = scene.change("POST", "/v1/forms", &body).await;
        assert_eq!(status, 201, "{made}");
        let path = scene.path(&format!("/form/{id}"));
        for (answer, status) in [("no", "refused"), ("yes", "accepted")] {
            let (_, html) = scene.page(&path).await;
            for part in [question, "name=\"tracking\"", "we record that it was you"] {
                assert_eq!(html.contains(part), asks, "{id}: {part}: {html}");
            }
            let before = scene.club.history("contact:anna").await;
            let body = format!(
                "shown={}&start=newsletter&attribute-city={answer}&was-attribute-city=&tracking={answer}&was-tracking=",
                shown(&html)
            );
            scene.post(&path, body).await;
            if asks {
                let consent = scene.club.consent("contact:anna").await;
                assert_eq!(consent["tracking_status"], status, "{id}: {answer}");
            } else {
                let after = scene.club.history("contact:anna").await;
                assert_eq!(after, before, "{id}: {answer}");
            }
        }
        // Everything else on the form was taken.
        let wants = scene.club.get("/v1/communications/contact:anna").await;
        assert_eq!(wants["types"]["newsletter"]["status"], "opted_in", "{id}");
        if kind == "profile" {
            let anna = scene.club.get("/v1/contacts/anna").await;
            assert_eq!(anna["attributes"]["city"], "yes", "{id}");
        }
    }
}

/// "Opt-out, opt-in and profile forms can link to it": at the foot, wherever the form does not ask about tracking itself,
/// or as its setting `offer_tracking_opt_out` says; in every language, and it leads there.
#[tokio::test(flavor = "multi_thread")]
async fn every_form_can_lead_to_the_form_about_tracking() {
    let scene = Scene::new(json!({ "languages": SHIPPED })).await;
    let link = format!("href=\"{}?lang=", scene.path("/tracking"));
    let question = "name=\"tracking\"";
    for (kind, settings, asks, leads) in [
        ("unsubscribe", json!({}), false, true),
        (
            "unsubscribe",
            json!({ "offer_tracking_opt_out": true }),
            false,
            true,
        ),
        (
            "unsubscribe",
            json!({ "offer_tracking_opt_out": false }),
            false,
            false,
        ),
        // Not the same twice on one page, unless that is what the organisation wants.
        ("opt_in", json!({}), true, false),
        ("opt_in", json!({ "ask_tracking": false }), false, true),
        (
            "opt_in",
            json!({ "offer_tracking_opt_out": true }),
            true,
            true,
        ),
        (
            "opt_in",
            json!({ "ask_tracking": false, "offer_tracking_opt_out": false }),
            false,
            false,
        ),
        ("profile", json!({}), true, false),
        ("profile", json!({ "ask_tracking": false }), false, true),
        (
            "profile",
            json!({ "offer_tracking_opt_out": true }),
            true,
            true,
        ),
        (
            "profile",
            json!({ "ask_tracking": false, "offer_tracking_opt_out": false }),
            false,
            false,
        ),
    ] {
        let id = format!(
            "{kind}-{asks}-{leads}-{}",
            settings.as_object().unwrap().len()
        );
        let body = json!({ "id": id, "kind": kind, "settings": settings });
        let (status, made) = scene.change("POST", "/v1/forms", &body).await;
        assert_eq!(status, 201, "{made}");
        let (_, html) = scene.page(&scene.path(&format!("/form/{id}"))).await;
        let (form, foot) = html.rsplit_once("</form>").unwrap();
        assert_eq!(form.contains(question), asks, "{kind} {settings}: {html}");
        assert_eq!(foot.contains(&link), leads, "{kind} {settings}: {html}");
        assert!(!form.contains(&link), "{kind} {settings}: {html}");
    }
    let read = scene.club.get("/v1/forms/profile").await;
    assert_eq!(read["settings"]["offer_tracking_opt_out"], Value::Null);

    for kind in ["opt_in", "profile"] {
        let id = format!("{kind}-false-true-1");
        let texts = scene.club.get(&format!("/v1/forms/{id}")).await["texts"].clone();
        let mut links = BTreeSet::new();
        for language in SHIPPED {
            let path = scene.path(&format!("/form/{id}?lang={language}"));
            let (_, html) = scene.page(&path).await;
            let foot = html.rsplit_once("</form>").unwrap().1;
            let text = |id: &str| texts[language][id].as_str().unwrap();
            let words = text("unsubscribe-tracking-link");
            let line = format!(
                "<p>{} <a {link}{language}\">{words}</a></p>",
                text("tracking-lead")
            );
            assert!(foot.contains(&line), "{line}: {foot}");
            links.insert(words.to_owned());
            let address = scene.path(&format!("/tracking?lang={language}"));
            let (status, html) = scene.page(&address).await;
            let start = format!("<html lang=\"{language}\"");
            assert!(status == 200 && html.contains(&start), "{html}");
            assert!(html.contains("name=\"answer\" value=\"refuse\""));
        }
        assert_eq!(links.len(), SHIPPED.len(), "{links:?}");
    }
}
