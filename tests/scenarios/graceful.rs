//! An orderly end loses nothing, not even what is done after answers.

use assent_tests::{App, Setup};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn clicks_that_were_answered_before_sigterm_are_counted() {
    const CLICKS: u64 = 200;
    let Some(mut app) = App::start_own(Setup::default()) else {
        return;
    };
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let mail = club
        .message("<body><a href='https://a.example'>a</a></body>")
        .await;
    let tokens = club.tokens(&mail, &["anna", "ben"]).await;
    let visits = (0..CLICKS).map(|number| {
        let path = mail.click_path(&tokens[usize::from(number % 2 == 0)].click);
        let club = &club;
        async move { club.visit(&path).await.status().as_u16() }
    });
    let statuses = futures::future::join_all(visits).await;
    assert!(statuses.iter().all(|status| *status == 302), "{statuses:?}");
    app.with_host(assent_tests::Host::restart);

    let report = club.at(&app).stats(&mail).await;
    let expected = json!({
        "total": CLICKS, "identified": CLICKS / 2, "anonymous": CLICKS / 2, "scanners": 0
    });
    assert_eq!(report["clicks"], expected);
}
