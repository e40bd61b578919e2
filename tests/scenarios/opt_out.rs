//! `/opt-out`: a browser opts out of everything everywhere on a page of ours, without a script, and in again.

use assent_tests::{App, random};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

struct Browser<'a> {
    app: &'a App,
    cookie: Option<String>,
    language: &'a str,
}

impl Browser<'_> {
    fn request(&self, method: &str, query: &str) -> RequestBuilder {
        let request = self.app.request(method, &format!("/opt-out{query}"));
        let request = request.header("accept-language", self.language);
        match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    async fn page(&self, query: &str) -> String {
        let answer = self.request("GET", query).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(
            answer.headers().get("set-cookie").is_none(),
            "no GET changes anything"
        );
        answer.text().await.unwrap()
    }

    /// The token of the form as it is shown now.
    async fn shown(&self) -> String {
        let page = self.page("").await;
        let (_, rest) = page.split_once("name=\"shown\" value=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    }

    async fn send(&self, answer: &str, shown: &str) -> Response {
        let kind = "application/x-www-form-urlencoded";
        let request = self.request("POST", "").header("content-type", kind);
        let request = request.body(format!("answer={answer}&shown={shown}"));
        request.send().await.unwrap()
    }

    /// Presses the button, keeps the cookie, and gives the page to which the answer leads.
    async fn press(&mut self, answer: &str) -> String {
        let answer = self.send(answer, &self.shown().await).await;
        assert_eq!(answer.status(), 303, "{:?}", answer.text().await);
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
        assert!(cookie.contains("; Secure; HttpOnly"), "{cookie}");
        let location = answer.headers()["location"].to_str().unwrap().to_owned();
        self.cookie = cookie.split_once(';').map(|(pair, _)| pair.to_owned());
        self.page(&location).await
    }

    /// Its id, as organisations name it.
    fn subject(&self) -> String {
        let cookie = self.cookie.as_ref().unwrap();
        let (_, value) = cookie.split_once('=').unwrap();
        format!("device:kxcookie:{}", value.split_once('.').unwrap().0)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_opts_out_and_in_again() {
    let app = App::start();
    let mut clubs = Vec::new();
    for _ in 0..2 {
        clubs.push(app.organisation(json!({ "default_regime": "ccpa" })).await);
    }
    for (language, out, saved_out, saved_in) in [
        (
            "en",
            "Opted out",
            "You are opted out",
            "You are opted in again",
        ),
        (
            "fr",
            "Tout est refusé",
            "Tout est refusé",
            "Votre refus général est retiré",
        ),
    ] {
        let mut browser = Browser {
            app: &app,
            cookie: None,
            language,
        };
        let page = browser.page("").await;
        assert!(page.contains(&format!("<html lang=\"{language}\"")));
        assert!(page.contains("value=\"opt_out\"") && !page.contains("value=\"opt_in\""));
        assert!(!page.contains("<script"));
        let page = browser.press("opt_out").await;
        assert!(
            page.contains(saved_out) && page.contains(out) && page.contains("value=\"opt_in\"")
        );
        let subject = browser.subject();
        for club in &clubs {
            assert_eq!(club.consent(&subject).await["gates"]["collect"], false);
            assert_eq!(club.projection(&subject).await["gates"]["collect"], false);
        }
        // A second time, with the same id.
        let page = browser.press("opt_out").await;
        assert!(page.contains(out) && browser.subject() == subject);
        let page = browser.press("opt_in").await;
        assert!(
            page.contains(saved_in) && page.contains("value=\"opt_out\""),
            "{page}"
        );
        for club in &clubs {
            assert_eq!(club.consent(&subject).await["gates"]["collect"], true);
        }
        // What the address claims is not what is shown.
        assert!(
            !browser
                .page("?saved=opt_out")
                .await
                .contains("role=\"status\"")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_opts_a_browser_in_but_the_person_on_a_fresh_page() {
    let app = App::start();
    let club = app.organisation(json!({ "default_regime": "ccpa" })).await;
    let mut browser = Browser {
        app: &app,
        cookie: None,
        language: "en",
    };
    let mut other = Browser {
        app: &app,
        cookie: None,
        language: "en",
    };
    browser.press("opt_out").await;
    other.press("opt_out").await;
    let (old, theirs) = (browser.shown().await, other.shown().await);
    let is_out =
        async || club.consent(&browser.subject()).await["gates"]["collect"] == json!(false);
    // Without a token, with a broken one, with another browser's.
    for (shown, status) in [(String::new(), 422), (random(), 422), (theirs, 422)] {
        assert_eq!(browser.send("opt_in", &shown).await.status(), status);
        assert!(is_out().await);
    }
    for answer in ["", "perhaps"] {
        assert_eq!(browser.send(answer, &old).await.status(), 422);
    }
    let no_form = browser
        .request("POST", "")
        .json(&json!({ "answer": "opt_in" }));
    assert_eq!(no_form.send().await.unwrap().status(), 415);
    // A page from before the newest opt-out, as a browser sends it again.
    assert_eq!(
        browser.send("opt_out", "").await.status(),
        303,
        "a no needs no token"
    );
    let answer = browser.send("opt_in", &old).await;
    assert_eq!(answer.status(), 409);
    assert!(answer.text().await.unwrap().contains("role=\"alert\""));
    assert!(is_out().await);
    // Both answers at once are an opt-out.
    let fresh = browser.shown().await;
    assert_eq!(
        browser.send("opt_in&answer=opt_out", &fresh).await.status(),
        303
    );
    assert!(is_out().await);

    // A browser that keeps no cookies is told so, and a forged cookie is none.
    let mut forged = Browser {
        app: &app,
        cookie: None,
        language: "en",
    };
    assert!(
        forged
            .page("?saved=opt_out")
            .await
            .contains("Your choice cannot be kept")
    );
    let id = browser.subject().replace("device:kxcookie:", "");
    forged.cookie = Some(format!("__Host-assent-device={id}.{}", "0".repeat(32)));
    assert!(forged.page("").await.contains("Not opted out"));
    let put = browser.request("PUT", "").send().await.unwrap();
    assert_eq!(put.status(), 405);
    let problem: Value = put.json().await.unwrap();
    assert_eq!(problem["type"], "urn:assent:problem:method_not_allowed");
}
