//! What the person herself gets, and what anybody finds out about a receipt without a program.

use assent_tests::{App, Form, Organisation, Setup};
use reqwest::Response;
use serde_json::{Value, json};

use crate::kept::Kept;
use crate::{INVALID, VALID};

/// A person at the pages of an organisation.
struct Person<'a> {
    app: &'a App,
    club: &'a Organisation,
    token: String,
}

impl Person<'_> {
    async fn get(&self, name: &str) -> Response {
        let path = format!("/p/{}/{}/{name}", self.club.id, self.token);
        self.app.request("GET", &path).send().await.unwrap()
    }

    async fn text(&self, name: &str) -> String {
        let answer = self.get(name).await;
        assert_eq!(answer.status(), 200, "{name}");
        answer.text().await.unwrap()
    }
}

/// Sends a receipt as the page does, as a file or pasted.
async fn checked(app: &App, field: &str, receipt: &str) -> String {
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"r.jws\"\r\n\r\n{receipt}\r\n--b--\r\n"
    );
    let request = app.request("POST", "/receipt").body(body);
    let request = request.header("content-type", "multipart/form-data; boundary=b");
    let request = request.header("accept-language", "en");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_her_receipt_and_anybody_can_check_it() {
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let club = app.organisation(json!({ "display_name": "Club" })).await;
    let kept = Kept::new(&club).await;
    let message = club
        .message("<a href=\"https://shop.example/\">Shop</a>")
        .await;
    let tokens = club.tokens(&message, &["planted-7731"]).await;
    let person = Person {
        app: &app,
        club: &club,
        token: tokens[0].preferences.clone(),
    };
    // Nothing is answered yet.
    assert!(
        person
            .text("receipt?lang=en")
            .await
            .contains("nothing to give a receipt for")
    );
    assert_eq!(person.get("receipt.jws").await.status(), 404);
    let form = Form::open(&app, &club.id, &person.token, "en").await;
    assert!(!form.html.contains("href=\"receipt?"));
    assert_eq!(form.answer(&app, "refuse", "en").await.status(), 303);
    let form = Form::open(&app, &club.id, &person.token, "en").await;
    assert!(form.html.contains("/receipt?lang=en\""), "{}", form.html);

    let page = person.text("receipt?lang=en").await;
    for words in [
        "Club",
        "Data collection: <strong>Refused",
        "Analytics: <strong>Refused",
        "contact:planted-7731",
        "2 of 2",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let file = person.get("receipt.jws").await;
    let disposition = file.headers()["content-disposition"].to_str().unwrap();
    assert_eq!(disposition, "attachment; filename=\"receipt.jws\"");
    let receipt = file.text().await.unwrap();
    let path = kept.keep("receipt.jws", &receipt);
    assert_eq!(
        kept.verdicts("receipt", [&path; 3].map(|path| &**path)),
        VALID
    );
    let linked: Value = serde_json::from_str(&person.text("receipt.jsonld").await).unwrap();
    let within = linked["dct:hasFormat"]["rdf:value"].as_str().unwrap();
    let path = kept.keep("within.jws", within);
    assert_eq!(
        kept.verdicts("receipt", [&path; 3].map(|path| &**path)),
        VALID
    );
    let by_key = club.request(
        "GET",
        "/v1/consent/contact:planted-7731/receipt?profile=dpv",
    );
    let by_key: Value =
        serde_json::from_str(&by_key.send().await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!(
        by_key["dpv:hasRecordOfActivity"],
        linked["dpv:hasRecordOfActivity"]
    );
    let code = person.text("receipt.svg").await;
    assert!(code.contains("<svg") && !code.contains("script"));

    // Anybody.
    let empty = app.request("GET", "/receipt").send().await.unwrap();
    assert!(
        empty
            .text()
            .await
            .unwrap()
            .contains("enctype=\"multipart/form-data\"")
    );
    for field in ["receipt", "file"] {
        let page = checked(&app, field, &receipt).await;
        assert!(page.contains("This receipt is genuine"), "{page}");
        assert!(page.contains("contact:planted-7731"));
    }
    let broken = receipt.replacen('a', "b", 1);
    assert_eq!(
        kept.verdicts(
            "receipt",
            [&kept.keep("broken.jws", &broken); 3].map(|path| &**path)
        ),
        [INVALID; 2]
    );
    let page = checked(&app, "receipt", &broken).await;
    assert!(page.contains("This receipt is not genuine") && !page.contains("planted-7731"));
    assert!(
        checked(&app, "receipt", "hello")
            .await
            .contains("There was no receipt")
    );
    let id = linked["dct:identifier"].as_str().unwrap();
    for (leaf, id, words) in [
        ("1", id, "It is number 2 of 2"),
        ("0", id, "not in the log"),
        ("1", "00", "not in the log"),
        ("x", id, "not in the log"),
    ] {
        let path = format!("/receipt?log={}&leaf={leaf}&id={id}&lang=en", club.id);
        let page = app.request("GET", &path).send().await.unwrap();
        let page = page.text().await.unwrap();
        assert!(
            page.contains(words) && !page.contains("planted-7731"),
            "{page}"
        );
    }
    let (host, token) = (app.host(), &person.token);
    let said = host.output() + &host.logs();
    assert!(
        !said.contains("planted-7731")
            && !said.contains(token.as_str())
            && !said.contains(&receipt),
        "{said}"
    );
}
