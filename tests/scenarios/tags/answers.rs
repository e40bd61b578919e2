//! What is answered, and in which shape.

use assent_tests::{App, SITE, Setup, Visitor, random};
use serde_json::{Value, json};

use crate::{called_with, shop};

const OWN: &str = "idt=device&dt=kxcookie";

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_answered_as_the_tag_reads_it() {
    let app = App::start();
    let shop = shop(&app, false).await;
    let mut visitor = Visitor::new(&app);
    let (get, set) = (
        format!("/consent/get/{}?{OWN}", shop.id),
        format!("/consent/set/{}?{OWN}", shop.id),
    );
    // Nobody has asked her: an error, and no cookie.
    let answer = visitor.send("GET", &get).await;
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    assert!(!answer.headers().contains_key("set-cookie"));
    let unknown: Value = answer.json().await.unwrap();
    assert_eq!(unknown["type"], "urn:assent:problem:no_consent");
    assert!(
        unknown["errors"][0]
            .as_str()
            .unwrap()
            .starts_with("no consent yet")
    );

    let answer = visitor
        .send(
            "POST",
            &format!("{set}&dc=1&al=true&tg=1&cd=0&sh=false&re=0"),
        )
        .await;
    assert_eq!(answer.status(), 200);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    for part in [
        "; Secure",
        "; HttpOnly",
        "; SameSite=None",
        "; Partitioned",
        "; Path=/",
        "; Max-Age=34128000",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(cookie.starts_with("__Host-assent-site-device="), "{cookie}");
    let set_answer: Value = answer.json().await.unwrap();
    let expected = json!({ "dc": 1, "al": 1, "tg": 1, "cd": 0, "sh": 0, "re": 0 });
    assert_eq!(set_answer["settings"], expected);
    assert_eq!(set_answer["status"], "recorded");

    let (status, found) = visitor.ask("GET", &get).await;
    assert_eq!((status, &found["settings"]), (200, &expected));
    assert_eq!(
        (&found["source"], &found["version"]),
        (&json!("projection"), &json!(1))
    );
    assert_eq!(found["pr"], "gdpr");
    assert_eq!(found["errors"], Value::Null);
    // Flags that are left out stay.
    visitor.ask("POST", &format!("{set}&tg=0")).await;
    let (_, found) = visitor.ask("GET", &get).await;
    assert_eq!(
        found["settings"],
        json!({ "dc": 1, "al": 1, "tg": 0, "cd": 0, "sh": 0, "re": 0 })
    );

    // The organisation knows the browser by the same name, and who said it how.
    let subject = format!("device:kxcookie:{}", visitor.id());
    let history = shop.history(&subject).await;
    assert_eq!(history.len(), 2);
    assert_eq!(history[1]["source"], "tag");
    assert_eq!(history[1]["tier"], "direct");
    assert_eq!(history[1]["regime_source"], "org");
    assert_eq!(history[1]["actor"], Value::Null);
    assert_eq!(
        history[1]["flags"],
        json!({ "dc": true, "al": true, "tg": true, "cd": false, "sh": false, "re": false })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_says_the_same_as_an_address() {
    let app = App::start();
    let shop = shop(&app, false).await;
    let mut visitor = Visitor::new(&app);
    visitor
        .ask("POST", &format!("/consent/set/{}?{OWN}&dc=1", shop.id))
        .await;
    let path = format!("/consent/set/{}?idt=device", shop.id);
    let form = |body: &str| {
        visitor
            .request("POST", &path)
            .header(
                "content-type",
                "application/x-www-form-urlencoded; charset=UTF-8",
            )
            .body(body.to_owned())
    };
    let answer: Value = form("dt=kxcookie&dc=0&al=1&pr=law25")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(answer["settings"]["dc"], 0, "{answer}");
    assert_eq!(answer["settings"]["al"], 1, "{answer}");
    assert_eq!(answer["pr"], "law25");
    let history = shop
        .history(&format!("device:kxcookie:{}", visitor.id()))
        .await;
    assert_eq!(history[0]["regime"], "law25");
    assert_eq!(history[0]["regime_source"], "req");
    // Twice is once too often, wherever it stands.
    let answer = form("idt=device&dt=kxcookie&dc=0").send().await.unwrap();
    assert_eq!(answer.status(), 422);
    let answer = visitor
        .request("POST", &path)
        .json(&json!({ "dt": "kxcookie" }))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 415);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_calls_its_function_and_nothing_else() {
    let app = App::start();
    let shop = shop(&app, true).await;
    let mut visitor = Visitor::of_script(&app);
    let get = format!("/consent/get/{}?{OWN}", shop.id);
    for parameter in ["callback", "cb"] {
        let answer = visitor
            .send(
                "GET",
                &format!("{get}&{parameter}=Krux.ns._default.kxjsonp_consent_get_0"),
            )
            .await;
        // A browser runs only scripts that come with 200.
        assert_eq!(answer.status(), 200);
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/javascript; charset=utf-8");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(
            header("content-disposition"),
            "attachment; filename=\"answer.js\""
        );
        assert_eq!(header("cache-control"), "no-store");
        let text = answer.text().await.unwrap();
        let document = called_with(&text, "Krux.ns._default.kxjsonp_consent_get_0");
        assert_eq!(document["status"], 404);
        assert!(
            document["errors"][0]
                .as_str()
                .unwrap()
                .starts_with("no consent yet")
        );
    }
    let set = format!(
        "/consent/set/{}?{OWN}&dc=1&al=1&tg=1&cd=1&sh=1&re=1&callback=f",
        shop.id
    );
    let text = visitor.send("GET", &set).await.text().await.unwrap();
    assert_eq!(called_with(&text, "f")["settings"]["re"], 1);
    // Every refusal reaches the function, too.
    let text = visitor
        .send("GET", &format!("{get}&idv=akuid&callback=f"))
        .await
        .text()
        .await
        .unwrap();
    assert_eq!(called_with(&text, "f")["status"], 401);
    let text = visitor
        .send("GET", &format!("{get}&pr=nowhere&callback=f"))
        .await
        .text()
        .await
        .unwrap();
    let document = called_with(&text, "f");
    assert_eq!(
        (&document["status"], &document["pointer"]),
        (&json!(422), &json!("pr"))
    );
    // A name that is none is called by nobody.
    for name in [
        "alert(1)",
        "a;b",
        "",
        "%3Cscript%3E",
        "a..b",
        "eval",
        "a%E2%80%A8b",
    ] {
        let answer = visitor.send("GET", &format!("{get}&callback={name}")).await;
        assert_eq!(answer.status(), 422, "{name}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_systems_key_speaks_for_anybody() {
    let app = App::start();
    let shop = shop(&app, true).await;
    let ask = async |method: &str, route: &str, parameters: &str| {
        let answer = shop
            .request(
                method,
                &format!("/consent/{route}/{}?{parameters}", shop.id),
            )
            .send()
            .await
            .unwrap();
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.unwrap())
    };
    // As recorded, by a plain request with an id.
    let kuid = format!("idt=device&dt=kxcookie&idv=a{}", random());
    assert_eq!(ask("GET", "get", &kuid).await.0, 404);
    let (status, answer) = ask(
        "GET",
        "set",
        &format!("{kuid}&dc=1&al=1&tg=1&cd=1&sh=1&re=1"),
    )
    .await;
    assert_eq!((status, &answer["settings"]["sh"]), (200, &json!(1)));
    let (_, answer) = ask("GET", "get", &kuid).await;
    assert_eq!(
        (&answer["settings"]["sh"], &answer["source"]),
        (&json!(1), &json!("history"))
    );
    let hash = format!("{:064x}", u128::from_str_radix(&random(), 16).unwrap());
    let key = format!("idt=bk&bk=email_sha256&idv={hash}");
    let id = format!("{}-request", random());
    for expected in ["recorded", "repeated"] {
        let (_, answer) = ask("POST", "set", &format!("{key}&dc=0&request_id={id}")).await;
        assert_eq!(
            (&answer["status"], &answer["request_id"]),
            (&json!(expected), &json!(id))
        );
    }
    assert_eq!(
        ask("POST", "set", &format!("{key}&dc=1&request_id={id}"))
            .await
            .0,
        409
    );
    let (_, answer) = ask("GET", "get", &key).await;
    assert_eq!(answer["settings"]["dc"], 0);
    assert_eq!(
        shop.consent(&format!("bk:email_sha256:{hash}")).await["flags"]["dc"]["source"],
        "api"
    );
    // A system has no cookie.
    let (status, answer) = ask("GET", "get", OWN).await;
    assert_eq!((status, &answer["pointer"]), (422, &json!("idv")));
    // Addresses of people stand in forms, not in addresses.
    assert_eq!(
        ask("POST", "set", "idt=bk&bk=email&idv=ada%40example.org&dc=0")
            .await
            .0,
        400
    );
    let form = shop
        .request("POST", &format!("/consent/set/{}", shop.id))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("idt=bk&bk=email&idv=ada%40example.org&dc=0");
    assert_eq!(form.send().await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_region_of_a_page_decides_where_nothing_is_named() {
    let Some(app) =
        App::start_own(Setup::default().variable("SPIN_VARIABLE_REGION_HEADER", "x-region"))
    else {
        return;
    };
    let shop = app
        .organisation(json!({ "origins": [SITE], "default_regime": "ccpa" }))
        .await;
    let mut quebec = Visitor::new(&app).with("x-region", "CA-QC");
    let set = format!("/consent/set/{}?{OWN}", shop.id);
    let (_, answer) = quebec.ask("POST", &format!("{set}&dc=1")).await;
    // Unset means no there, and what a region says only tightens.
    assert_eq!(
        answer["settings"],
        json!({ "dc": 1, "al": 0, "tg": 0, "cd": 0, "sh": 0, "re": 0 })
    );
    let history = shop
        .history(&format!("device:kxcookie:{}", quebec.id()))
        .await;
    assert_eq!(
        (&history[0]["regime"], &history[0]["regime_source"]),
        (&json!("law25"), &json!("ip"))
    );
    quebec.ask("POST", &format!("{set}&dc=1&pr=global")).await;
    let history = shop
        .history(&format!("device:kxcookie:{}", quebec.id()))
        .await;
    assert_eq!(
        (&history[0]["regime"], &history[0]["regime_source"]),
        (&json!("global"), &json!("req"))
    );

    // In California the signal of the browser refuses what is a sale, for this answer by GET.
    let mut california = Visitor::new(&app).with("x-region", "US-CA");
    california
        .ask("POST", &format!("{set}&dc=1&al=1&tg=1&cd=1&sh=1&re=1"))
        .await;
    let get = format!("/consent/get/{}?{OWN}", shop.id);
    let mut objecting = california.with("sec-gpc", "1");
    let (_, answer) = objecting.ask("GET", &get).await;
    assert_eq!(
        answer["settings"],
        json!({ "dc": 1, "al": 1, "tg": 0, "cd": 0, "sh": 0, "re": 1 })
    );
    let (_, answer) = california.ask("GET", &get).await;
    assert_eq!(answer["settings"]["tg"], 1, "nothing was stored");
    // By the tag's consent call it is stored, as the browser's own words.
    let (_, answer) = objecting.ask("POST", &format!("{set}&tg=1&dc=1")).await;
    assert_eq!(
        answer["settings"],
        json!({ "dc": 1, "al": 1, "tg": 0, "cd": 0, "sh": 0, "re": 1 })
    );
    let (_, answer) = california.ask("GET", &get).await;
    assert_eq!(answer["settings"]["tg"], 0);
    let consent = shop
        .consent(&format!("device:kxcookie:{}", california.id()))
        .await;
    assert_eq!(consent["flags"]["tg"]["source"], "gpc");
    assert_eq!(consent["flags"]["dc"]["source"], "tag");
}
