//! What a redirect asks of the stores before it answers: nothing, once the link is in the instance.

use assent_tests::{App, Setup};
use serde_json::json;

/// Calls of the links component to its key-value store and to SQLite until the host is stopped, when so many
/// people click one after the other while every statement waits.
async fn calls_of(clicks: u64) -> Option<(u64, u64)> {
    let mut app = App::start_own(Setup::default())?;
    let settings = json!({ "interception": { "on": true, "opt_in_form": true } });
    let club = app.organisation(settings).await;
    club.grant("contact:anna").await;
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let anna = club.tokens(&mail, &["anna"]).await.remove(0);
    let path = mail.click_path(&anna.click);
    assert_eq!(club.visit(&path).await.status(), 302);
    club.stats_with(&mail, "clicks", 1).await;

    // The link is in the instance. A redirect that needed SQLite would wait.
    app.host().faults("sqlite hold");
    for _ in 0..clicks {
        assert_eq!(club.visit(&path).await.status(), 302);
    }
    app.host().faults("");
    club.stats_with(&mail, "clicks", clicks + 1).await;
    app.with_host(|host| assert_eq!(host.stop(), Some(0)));
    let said = app.host().output();
    let line = said
        .lines()
        .find_map(|line| line.trim().strip_prefix("links: "))
        .unwrap_or_else(|| panic!("no counters of links in {said}"));
    let number = |name: &str| -> u64 {
        let (before, _) = line.split_once(name).unwrap();
        before.trim().rsplit(' ').next().unwrap().parse().unwrap()
    };
    Some((number("key-value calls"), number("SQLite statements")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_asks_no_store_before_it_answers() {
    let Some(few) = calls_of(1).await else {
        return;
    };
    let many = calls_of(101).await.unwrap();
    // Links are read again each second, and what was clicked is written in batches; waiting for the
    // report asks SQLite a few times.
    assert!(
        many.0 <= few.0 + 20 && many.1 <= few.1 + 60,
        "a hundred more redirects cost {many:?} calls instead of {few:?}"
    );
}
