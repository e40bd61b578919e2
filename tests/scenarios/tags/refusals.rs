//! What these routes never do: change something for somebody who only follows an address, speak for another
//! browser, answer pages of strangers.

use assent_tests::{App, BROWSER, SITE, Visitor, random};
use serde_json::{Value, json};

use crate::shop;

const OWN: &str = "idt=device&dt=kxcookie";

#[tokio::test(flavor = "multi_thread")]
async fn a_get_changes_nothing_unless_the_organisation_says_so() {
    let app = App::start();
    let shop = shop(&app, false).await;
    let set = format!("/consent/set/{}?{OWN}&dc=1", shop.id);
    let mut visitor = Visitor::new(&app);
    let answer = visitor.send("GET", &set).await;
    assert_eq!(answer.status(), 405);
    assert_eq!(answer.headers()["allow"], "POST");
    assert!(visitor.cookie().is_none());
    let refused: Value = answer.json().await.unwrap();
    assert_eq!(refused["errors"], json!(["Use POST."]));
    for path in ["/consumer/optout", "/consumer/optin"] {
        assert_eq!(visitor.ask("GET", path).await.0, 405, "{path}");
    }
    let system = shop.request("GET", &format!("{set}&idv=a{}", random()));
    assert_eq!(system.send().await.unwrap().status(), 405);
}

/// Also where a `GET` may change something: only a script of a page, never a prefetch, a preview, a scanner of
/// links, an address that somebody opens, nor `HEAD`.
#[tokio::test(flavor = "multi_thread")]
async fn who_only_follows_addresses_changes_nothing() {
    let app = App::start();
    let shop = shop(&app, true).await;
    let mut visitor = Visitor::of_script(&app);
    let set = format!("/consent/set/{}?{OWN}", shop.id);
    assert_eq!(visitor.ask("GET", &format!("{set}&dc=0")).await.0, 200);
    let subject = format!("device:kxcookie:{}", visitor.id());
    for (name, value) in [
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("x-moz", "prefetch"),
        ("sec-fetch-dest", "document"),
        ("sec-fetch-dest", "image"),
        ("sec-fetch-dest", "iframe"),
        ("sec-fetch-mode", "navigate"),
        ("user-agent", "Mozilla/5.0 (compatible; LinkScanner/1.0)"),
        ("referer", ""),
        ("referer", "https://mail.example/"),
    ] {
        let mut machine = visitor.with("user-agent", BROWSER).with(name, value);
        let (status, _) = machine.ask("GET", &format!("{set}&dc=1")).await;
        assert!(
            [401, 403, 405].contains(&status),
            "{name}: {value}: {status}"
        );
    }
    for method in ["HEAD", "PUT", "DELETE", "PATCH"] {
        let (status, _) = visitor.ask(method, &format!("{set}&dc=1")).await;
        assert_eq!(status, 405, "{method}");
    }
    let (_, _) = visitor.ask("OPTIONS", &format!("{set}&dc=1")).await;
    assert_eq!(shop.history(&subject).await.len(), 1);
    assert_eq!(
        shop.consent(&subject).await["flags"]["dc"]["choice"],
        "refused"
    );
}

/// A request that a browser sends once more, such as from its history, is the same request: an old yes does not come
/// back over a newer no.
#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_yes_does_not_undo_a_no() {
    let app = App::start();
    let shop = shop(&app, true).await;
    let mut visitor = Visitor::of_script(&app);
    let set = format!("/consent/set/{}?{OWN}", shop.id);
    let id = "cdf40596-ee1e-43b5-bc78-f89b4198266f";
    let yes = format!("{set}&dc=1&request_id={id}");
    assert_eq!(visitor.ask("GET", &yes).await.1["settings"]["dc"], 1);
    visitor.ask("GET", &format!("{set}&dc=0")).await;
    let (_, answer) = visitor.ask("GET", &yes).await;
    assert_eq!(
        (&answer["status"], &answer["settings"]["dc"]),
        (&json!("repeated"), &json!(0))
    );
    // The same id from another browser, or of a system, is another request.
    let mut other = Visitor::of_script(&app);
    let (_, answer) = other
        .ask("GET", &format!("{set}&dc=0&request_id={id}"))
        .await;
    assert_eq!(answer["status"], "recorded");
    let body = json!({ "subject": "contact:x", "flags": { "dc": false } });
    let system = shop
        .request("POST", "/v1/consent")
        .header("idempotency-key", id)
        .json(&body);
    assert_eq!(system.send().await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_speaks_for_itself_only() {
    let app = App::start();
    let shop = shop(&app, true).await;
    let (mut one, mut other) = (Visitor::new(&app), Visitor::new(&app));
    let set = format!("/consent/set/{}?{OWN}", shop.id);
    one.ask("POST", &format!("{set}&dc=0")).await;
    other.ask("POST", &format!("{set}&dc=1")).await;
    assert_ne!(one.id(), other.id());
    // Its own id may be named.
    let own = format!("/consent/get/{}?{OWN}&idv={}", shop.id, one.id());
    assert_eq!(one.ask("GET", &own).await.0, 200);
    // Of others it is not told whether anything is known, in any words.
    let sha = "0".repeat(63) + "1";
    let mut answers = Vec::new();
    for named in [
        format!("{OWN}&idv={}", other.id()),
        format!("{OWN}&idv={}", random()),
        format!("idt=device&dt=idfa&idv={}", random()),
        format!("idt=bk&bk=email_sha256&idv={sha}"),
    ] {
        answers.push(
            one.ask("GET", &format!("/consent/get/{}?{named}", shop.id))
                .await,
        );
        answers.push(
            one.ask("POST", &format!("/consent/set/{}?{named}&dc=1", shop.id))
                .await,
        );
    }
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:#?}"
    );
    assert_eq!(answers[0].0, 401);
    // An id that somebody has read somewhere is no cookie.
    let mut thief = Visitor::new(&app);
    let (id, code) = other.cookie().unwrap().split_once('.').unwrap();
    let own_code = one.cookie().unwrap().split_once('.').unwrap().1;
    for value in [
        id.to_owned(),
        format!("{id}."),
        format!("{id}.{own_code}"),
        format!("{id}.{}", code.to_uppercase()),
        format!("{id}.{code}0"),
    ] {
        thief.forge(&value);
        let (status, _) = thief
            .ask("GET", &format!("/consent/get/{}?{OWN}", shop.id))
            .await;
        assert_eq!(status, 404, "{value}");
    }
    assert_eq!(
        shop.history(&format!("device:kxcookie:{}", other.id()))
            .await
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_pages_of_the_organisations_sites_are_answered() {
    let app = App::start();
    let (shop, neighbour) = (
        shop(&app, true).await,
        app.organisation(json!({ "origins": ["https://other.example"] }))
            .await,
    );
    let mut visitor = Visitor::new(&app);
    let get = format!("/consent/get/{}?{OWN}", shop.id);
    visitor
        .ask("POST", &format!("/consent/set/{}?{OWN}&dc=1", shop.id))
        .await;
    let answer = visitor.send("GET", &get).await;
    assert_eq!(answer.headers()["access-control-allow-origin"], SITE);
    assert_eq!(answer.headers()["access-control-allow-credentials"], "true");
    assert_eq!(answer.headers()["vary"], "origin");
    let nowhere = "45e0a0b2-7f30-456c-875c-1cfa507d72b6";
    for (origin, path) in [
        ("https://evil.example", get.clone()),
        ("https://shop.example.evil.example", get.clone()),
        ("http://shop.example", get.clone()),
        ("https://other.example", get.clone()),
        (SITE, format!("/consent/get/{}?{OWN}", neighbour.id)),
        (SITE, format!("/consent/get/{nowhere}?{OWN}")),
        (SITE, format!("/consent/get/nothing?{OWN}")),
        ("https://evil.example", "/optout_check".to_owned()),
        ("https://evil.example", "/consumer/tmp_cookie".to_owned()),
    ] {
        let mut stranger = visitor.with("origin", origin);
        for method in ["GET", "POST"] {
            let answer = stranger.send(method, &path).await;
            assert_eq!(answer.status(), 403, "{origin} {path}");
            assert!(!answer.headers().contains_key("access-control-allow-origin"));
            assert_eq!(answer.headers()["vary"], "origin");
        }
        let preflight = stranger
            .request("OPTIONS", &path)
            .header("access-control-request-method", "POST");
        let answer = preflight.send().await.unwrap();
        assert_eq!(answer.status(), 403, "{origin} {path}");
        assert!(!answer.headers().contains_key("access-control-allow-origin"));
    }
    // Without a word about the page there is only a key; what a page hides in `Origin: null` stays hidden.
    assert_eq!(visitor.with("origin", "").ask("GET", &get).await.0, 401);
    let mut hidden = visitor.with("origin", "null").with("referer", SITE);
    assert_eq!(hidden.ask("GET", &get).await.0, 403);
    let preflight = visitor
        .request("OPTIONS", &get)
        .header("access-control-request-method", "POST");
    let answer = preflight.send().await.unwrap();
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.headers()["access-control-allow-origin"], SITE);
    assert_eq!(
        answer.headers()["access-control-allow-methods"],
        "GET, POST"
    );
    // Keys do not belong into browsers.
    assert_eq!(
        answer.headers()["access-control-allow-headers"],
        "content-type, idempotency-key"
    );
}
