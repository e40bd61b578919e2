//! What the person herself gets, and what anybody finds out about a receipt without a program.

use assent_tests::{App, Form, Organisation, Setup};
use base64ct::Encoding;
use reqwest::Response;
use serde_json::{Value, json};

use crate::kept::{Kept, text_of};
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

/// What a receipt says, which both verifiers have accepted.
fn record_of(kept: &Kept, receipt: &str) -> Value {
    let path = kept.keep("communications.jws", receipt);
    let verdicts = kept.verdicts("receipt", [&path; 3].map(|path| &**path));
    assert_eq!(verdicts, VALID, "{receipt}");
    let payload = receipt.split('.').nth(1).unwrap();
    let payload = base64ct::Base64UrlUnpadded::decode_vec(payload).unwrap();
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    payload["record"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_type_of_communication_has_a_receipt_of_its_own() {
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let types = json!([
        { "id": "newsletter", "name": { "en": "Our <letter>" } },
        { "id": "offers", "name": { "en": "Offers" } },
    ]);
    let settings = json!({ "display_name": "Club", "communication_types": types });
    let club = app.organisation(settings).await;
    let kept = Kept::new(&club).await;
    let subject = "contact:planted-7732";
    let path = format!("/v1/communications/{subject}");
    let none = club.request("GET", &format!("{path}/receipt"));
    assert_eq!(none.send().await.unwrap().status(), 404);
    for (of_type, status) in [
        ("newsletter", "opted_in"),
        ("newsletter", "opted_out"),
        ("offers", "opted_in"),
    ] {
        let said = json!({ "subject": subject, "type": of_type, "status": status });
        club.send("POST", "/v1/communications", &said).await;
    }
    let history = club.get(&format!("{path}/history")).await;
    let first = &history["signals"][2];
    for (query, of_type, answer) in [
        (String::new(), "offers", "granted"),
        ("?type=offers".to_owned(), "offers", "granted"),
        ("?type=newsletter".to_owned(), "newsletter", "refused"),
        (format!("?seq={}", first["seq"]), "newsletter", "granted"),
    ] {
        let receipt = text_of(&club, &format!("{path}/receipt{query}")).await;
        let record = record_of(&kept, &receipt);
        assert_eq!(record["pii_principal_id"], subject);
        let expected = json!([{
            "communication_type": of_type, "purpose": "communications of this type", "answer": answer,
        }]);
        assert_eq!(record["purposes"], expected, "{query}");
        assert_eq!(record.get("jurisdiction"), None);
    }
    for (query, status) in [("?type=other", 404), ("?type=N", 422), ("?seq=0", 404)] {
        let request = club.request("GET", &format!("{path}/receipt{query}"));
        assert_eq!(request.send().await.unwrap().status(), status, "{query}");
    }
    // The same for who must not stand in an address, and as linked data.
    let body = json!({ "subject": subject, "type": "newsletter", "profile": "dpv" });
    let linked = club.send("POST", "/v1/communications/receipt", &body).await;
    let process = &linked["dpv:hasRecordOfActivity"]["dpv:hasProcess"][0];
    assert_eq!(process["dct:identifier"], "newsletter");
    let within = linked["dct:hasFormat"]["rdf:value"].as_str().unwrap();
    assert_eq!(record_of(&kept, within)["purposes"][0]["answer"], "refused");
    let body = json!({ "subject": subject, "limit": 2 });
    let page = club.send("POST", "/v1/communications/history", &body).await;
    let signals = history["signals"].as_array().unwrap();
    assert_eq!(page["signals"], json!(signals[..2]));
    let body = json!({ "subject": subject, "limit": 2, "before": signals[1]["seq"] });
    let page = club.send("POST", "/v1/communications/history", &body).await;
    assert_eq!(
        (&page["signals"], &page["next"]),
        (&json!(signals[2..]), &Value::Null)
    );

    let mail = club
        .message("<a href=\"https://shop.example/\">Shop</a>")
        .await;
    let tokens = club.tokens(&mail, &["planted-7732"]).await;
    let person = Person {
        app: &app,
        club: &club,
        token: tokens[0].preferences.clone(),
    };
    // About tracking she has said nothing.
    assert_eq!(person.get("receipt.jws").await.status(), 404);
    let centre = format!("/p/{}/{}?lang=en", club.id, person.token);
    let centre = app.request("GET", &centre).send().await.unwrap();
    let centre = centre.text().await.unwrap();
    for of_type in ["newsletter", "offers"] {
        let address = format!("/receipt?type={of_type}&amp;lang=en\"");
        assert!(centre.contains(&address), "{centre}");
    }
    let page = person.text("receipt?type=newsletter&lang=en").await;
    for words in [
        "Our &#60;letter&#62;: <strong>Refused",
        "receipt.jws?type=newsletter\"",
        "unsubscribe?lang=en",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let receipt = person.text("receipt.jws?type=newsletter").await;
    assert_eq!(
        record_of(&kept, &receipt)["purposes"][0]["answer"],
        "refused"
    );
    let page = checked(&app, "receipt", &receipt).await;
    assert!(
        page.contains("This receipt is genuine") && page.contains(": newsletter: <strong>Refused"),
        "{page}"
    );
    let none = person.text("receipt?type=other&lang=en").await;
    assert!(none.contains("nothing to give a receipt for"));
    assert_eq!(person.get("receipt.jws?type=other").await.status(), 404);
}
