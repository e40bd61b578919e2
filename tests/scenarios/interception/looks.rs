//! The form on a click as people see it: a real browser, as on a phone and as on a laptop, and what axe-core says.

use assent_tests::{App, Browser, Organisation, browser_with, eventually};
use fantoccini::Locator;
use serde_json::{Value, json};

use crate::{asking, counted};

/// A destination that leads on to another origin, as most do.
fn destination() -> (String, String) {
    use std::io::{Read, Write};
    let serve = |answer: String| {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let mut head = [0; 4096];
                let _ = stream.read(&mut head);
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        port
    };
    let page = "<!doctype html><title>Spring</title><h1>Spring</h1>";
    let there = serve(format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{page}",
        page.len()
    ));
    let there = format!("http://localhost:{there}/spring");
    let first = serve(format!(
        "HTTP/1.1 302 Found\r\nlocation: {there}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    ));
    (format!("http://127.0.0.1:{first}/from-mail"), there)
}

async fn scheme(browser: &Browser, dark: bool) {
    let value = if dark { "dark" } else { "light" };
    let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
    browser.cdp("Emulation.setEmulatedMedia", features).await;
}

async fn at(browser: &Browser, address: &str) {
    let found = eventually(
        async || browser.page.current_url().await.unwrap().to_string(),
        |url| url == address,
    )
    .await;
    assert_eq!(found, address);
}

async fn consent(club: &Organisation, contact: &str) -> Value {
    club.consent(&format!("contact:{contact}")).await["hasTrackingConsent"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_answers_and_the_untouched_link_in_a_real_browser() {
    let app = App::start();
    let Some(browser) = browser_with(json!({ "intl.accept_languages": "en" })).await else {
        return;
    };
    let (link, there) = destination();
    let settings = asking(json!({
        "display_name": "Fernhill Garden Club", "languages": ["en", "fr"],
        "privacy_notice_url": "https://garden.example/privacy",
        "interception": { "on": true, "opt_in_form": true },
        "communication_types": [{ "id": "news", "name": { "en": "the garden newsletter" } }],
        "brand": { "accent": "#1b5e20", "font": ["Georgia", "serif"] },
    }));
    let club = app.organisation(settings).await;
    let mail = club
        .message(&format!("<body><a href='{link}'>Spring</a></body>"))
        .await;
    let people = ["anna", "ben", "cleo", "dora"];
    let tokens = club.tokens(&mail, &people).await;
    let page = &browser.page;
    for (token, press, after) in [
        (&tokens[0], "button[value=grant]", json!(true)),
        (&tokens[1], "button[value=refuse]", json!(false)),
        (&tokens[2], "button[value=later]", Value::Null),
        (&tokens[3], ".more a", Value::Null),
    ] {
        page.goto(&format!("{}{}", app.base(), mail.click_path(&token.click)))
            .await
            .unwrap();
        browser.text_with("h1", "May we know").await;
        page.find(Locator::Css(press))
            .await
            .unwrap()
            .click()
            .await
            .unwrap();
        // The destination leads on to another origin, and the form's policy lets it.
        at(&browser, &there).await;
        assert_eq!(consent(&club, &token.contact).await, after, "{press}");
    }
    let stats = eventually(
        async || club.stats(&mail).await,
        |stats| stats["clicks"]["identified"] == 1 && stats["clicks"]["total"] == 4,
    )
    .await;
    assert_eq!(Organisation::named(&stats), ["anna"]);
    // Whoever put it off is not asked again so soon, and back leads nowhere else.
    page.goto(&format!(
        "{}{}",
        app.base(),
        mail.click_path(&tokens[2].click)
    ))
    .await
    .unwrap();
    at(&browser, &there).await;
    assert_eq!(counted(&club, &mail, 5).await, [1, 4, 0]);

    let fields = json!({ "content": format!("<body><a href='{link}'>Spring</a></body>"), "communication_type": "news" });
    let news = club.message_with(fields).await;
    let late = club.tokens(&news, &["emil"]).await.remove(0);
    for dark in [false, true] {
        scheme(&browser, dark).await;
        let name = |of: &str| format!("interception-{of}{}", if dark { "-dark" } else { "" });
        page.goto(&format!(
            "{}{}",
            app.base(),
            mail.click_path(&tokens[3].click)
        ))
        .await
        .unwrap();
        browser.text_with("h1", "May we know").await;
        browser.pictures(&name("tracking")).await;
        browser.accessible(&name("tracking")).await;
        page.goto(&format!("{}{}", app.base(), news.click_path(&late.click)))
            .await
            .unwrap();
        browser.text_with("h1", "the garden newsletter").await;
        browser.pictures(&name("communication")).await;
        browser.accessible(&name("communication")).await;
    }
    browser.close().await;
}
