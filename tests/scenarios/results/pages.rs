//! The chart, the page and what the command line writes of them.

use std::process::Command;

use assent_tests::{App, Message, Organisation, assent, browser_with};
use serde_json::json;

async fn clicked(app: &App, name: &str) -> (Organisation, Message) {
    let club = app.organisation(json!({})).await;
    club.grant("contact:<b>anna</b>").await;
    let mail = club
        .message_with(json!({
            "name": name,
            "content": "<body><a href='https://a.example/?a=1&b=%222%22#top'>a</a></body>",
            "utm": { "source": "letter", "campaign": "spring & sun" },
        }))
        .await;
    let tokens = club.tokens(&mail, &["<b>anna</b>", "ben"]).await;
    for person in &tokens {
        let answer = club.visit(&mail.click_path(&person.click)).await;
        assert_eq!(
            answer.headers()["location"],
            "https://a.example/?a=1&b=%222%22&utm_source=letter&utm_campaign=spring+%26+sun#top"
        );
        club.visit(&mail.open_path(&person.click)).await;
    }
    club.stats_with(&mail, "clicks", 2).await;
    club.stats_with(&mail, "opens", 2).await;
    (club, mail)
}

async fn file(club: &Organisation, mail: &Message, tail: &str) -> (String, String) {
    let path = format!("/v1/messages/{}/{tail}", mail.id);
    let answer = club.request("GET", &path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let kind = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    (kind, answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chart_and_the_page_say_what_the_report_says_and_run_nothing() {
    let app = App::start();
    let name = "Spring <script>alert(1)</script> \" onload=\"x";
    let (club, mail) = clicked(&app, name).await;
    let (kind, svg) = file(&club, &mail, "chart.svg").await;
    assert_eq!(kind, "image/svg+xml");
    assert!(
        svg.contains("role=\"img\"") && svg.contains("aria-labelledby=\"chart-title chart-desc\"")
    );
    assert!(svg.contains("2 clicks, 1 by name and 1 not."), "{svg}");
    assert!(svg.contains("the anonymous ones are not drawn"), "{svg}");
    let (kind, page) = file(&club, &mail, "report").await;
    assert_eq!(kind, "text/html; charset=utf-8");
    for text in [&svg, &page] {
        assert!(!text.contains("<script") && !text.contains("<b>"), "{text}");
        assert!(!text.contains("\" onload=\""), "{text}");
    }
    assert!(
        page.contains("&#60;b&#62;anna") || page.contains("&lt;b&gt;anna"),
        "{page}"
    );
    for words in [
        "1 of 2 tokens were made for people who could not be tracked when the mail was sent.",
        "<p>0 who acted by name may not be named now and are not in the list.</p>",
        "it is totals together with scanners that do not depend on who agreed",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // Nothing from elsewhere: every address in it is text.
    for sign in [" src=", "url(", "@import", " href="] {
        assert!(!page.contains(sign), "{sign}");
    }
    // Whoever refuses after sending is not named and is counted, and is no untracked contact of when it was sent.
    club.refuse("contact:<b>anna</b>").await;
    let (_, page) = file(&club, &mail, "report").await;
    for words in [
        "Nobody who allows to be named.",
        "<p>1 who acted by name may not be named now and are not in the list.</p>",
        "1 of 2 tokens were made",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_writes_them() {
    let app = App::start();
    let (club, mail) = clicked(&app, "Spring").await;
    let run_with = |key: &str, rest: &[&str]| -> (bool, String) {
        let output = Command::new(assent())
            .args(["report", &mail.id, "--url", app.base(), "--key", key])
            .args(rest)
            .output()
            .unwrap();
        let text = if output.status.success() {
            output.stdout
        } else {
            output.stderr
        };
        (output.status.success(), String::from_utf8(text).unwrap())
    };
    let run = |rest: &[&str]| run_with(&club.key, rest);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    assert!(run(&["-o", path.to_str().unwrap()]).0);
    let page = std::fs::read_to_string(&path).unwrap();
    assert!(
        page.starts_with("<!doctype html>") && page.contains("<svg"),
        "{page}"
    );
    let (_, table) = run(&["--format", "csv"]);
    assert!(table.starts_with("scope,kind,"), "{table}");
    let (_, json) = run(&["--format", "json"]);
    assert!(
        serde_json::from_str::<serde_json::Value>(&json).is_ok(),
        "{json}"
    );
    let (_, contacts) = run(&["--format", "contacts"]);
    assert!(
        contacts.starts_with("contact,clicks,opens,last_at\r\n<b>anna</b>,1,1,"),
        "{contacts}"
    );
    let (done, said) = run_with("assent_wrong", &["--format", "svg"]);
    assert!(!done && said.contains("API key"), "{said}");
    let retained = Command::new(assent())
        .args(["retain", "--url", app.base()])
        .output()
        .unwrap();
    assert!(retained.status.success(), "{retained:?}");
}

/// As somebody reads the file that the command line wrote: by day and by night, on a phone and on a laptop.
#[tokio::test(flavor = "multi_thread")]
async fn everybody_can_read_the_page() {
    let Some(browser) = browser_with(json!({})).await else {
        return;
    };
    let app = App::start();
    let (club, mail) = clicked(&app, "Spring").await;
    let (_, page) = file(&club, &mail, "report").await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    std::fs::write(&path, page).unwrap();
    let address = format!("file://{}", path.display());
    for scheme in ["light", "dark"] {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.cdp("Emulation.setEmulatedMedia", features).await;
        for width in [390, 1280] {
            let size =
                json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
            browser
                .cdp("Emulation.setDeviceMetricsOverride", size)
                .await;
            browser.page.goto(&address).await.unwrap();
            browser.accessible(&format!("{scheme}, {width}")).await;
        }
        browser.pictures(&format!("report-{scheme}")).await;
    }
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn utm_parameters_that_cannot_be_are_refused() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    for (utm, status) in [
        (json!({ "source": "a" }), 201),
        (json!({}), 422),
        (json!({ "source": "" }), 422),
        (json!({ "source": "*|LIST|*" }), 422),
        (json!({ "source": "a\r\nb" }), 422),
        (json!({ "source": 1 }), 422),
        (json!({ "sauce": "a" }), 422),
        (json!(["a"]), 422),
    ] {
        let body = json!({
            "name": "x", "content": "<a href='https://a.example'>a</a>", "click_tag": "*|C|*", "preferences_tag": "*|P|*",
            "base_url": "https://t.example", "utm": utm,
        });
        let answer = club
            .request("POST", "/v1/messages")
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(
            answer.status(),
            status,
            "{utm}: {}",
            answer.text().await.unwrap()
        );
    }
}
