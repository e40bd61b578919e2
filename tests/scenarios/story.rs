//! A newsletter goes to three people: Anna has agreed, Ben has refused, Chloé was never asked.

use assent_tests::{App, Form, Organisation, Tokens, eventually};
use serde_json::{Value, json};

const MAIL: &str = r#"<html><body><h1>News</h1>
<a href="https://shop.example/roses?colour=red&amp;size=2#top">Roses</a>
<a href="https://shop.example/tulips">Tulips</a>
<a href="*|UNSUB|*">Unsubscribe</a></body></html>"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_newsletter_is_counted_as_each_person_decided() {
    let app = App::start();
    let settings = json!({ "display_name": "Garden Club", "languages": ["en", "fr"] });
    let club = app.organisation(settings).await;
    club.grant("contact:anna").await;
    club.refuse("contact:ben").await;
    let mail = club.message(MAIL).await;
    let tokens = club.tokens(&mail, &["anna", "ben", "chloe"]).await;
    let [anna, ben, chloe] = <[Tokens; 3]>::try_from(tokens).unwrap();

    // Who did not agree carries nothing of her own.
    assert_eq!(ben.click, chloe.click, "anonymous tokens are all the same");
    assert_ne!(anna.click, ben.click);
    assert_ne!(
        ben.preferences, chloe.preferences,
        "everybody has her own form"
    );

    for person in [&anna, &ben, &chloe] {
        let answer = club.visit(&mail.click_path(&person.click)).await;
        assert_eq!(answer.status(), 302);
        let location = answer.headers()["location"].to_str().unwrap();
        assert_eq!(location, "https://shop.example/roses?colour=red&size=2#top");
        assert_eq!(
            club.visit(&mail.open_path(&person.click)).await.status(),
            200
        );
    }
    club.stats_with(&mail, "opens", 3).await;
    let report = club.stats_with(&mail, "clicks", 3).await;
    assert_eq!(
        (&report["sent"], &report["untracked_recipients"]),
        (&json!(3), &json!(2))
    );
    let all = json!({ "total": 3, "identified": 1, "anonymous": 2, "scanners": 0 });
    assert_eq!(report["clicks"], all);
    let mut opens = all.clone();
    opens["proxies"] = json!({ "apple": 0, "google": 0 });
    assert_eq!(report["opens"], opens);
    assert_eq!(Organisation::named(&report), ["anna"]);
    assert_eq!(
        (
            &report["contacts"][0]["clicks"],
            &report["contacts"][0]["opens"]
        ),
        (&json!(1), &json!(1))
    );

    // Anna refuses; the mail that she has already got is obeyed, too.
    let form = Form::open(&app, &club.id, &anna.preferences, "en").await;
    let answer = form.answer(&app, "refuse", "en").await;
    assert!(
        answer.status().is_success() || answer.status().is_redirection(),
        "{answer:?}"
    );
    assert_eq!(
        club.consent("contact:anna").await["hasTrackingConsent"],
        false
    );
    assert_eq!(
        Organisation::named(&club.stats(&mail).await),
        Vec::<String>::new(),
        "at once"
    );
    assert_eq!(
        club.visit(&mail.click_path(&anna.click)).await.status(),
        302
    );
    let report = club.stats_with(&mail, "clicks", 4).await;
    assert_eq!(
        (&report["clicks"]["total"], &report["clicks"]["anonymous"]),
        (&json!(4), &json!(3))
    );
    assert_eq!(Organisation::named(&report), Vec::<String>::new());
    let again = &club.tokens(&mail, &["anna"]).await[0];
    assert_eq!(
        again.click, ben.click,
        "a mail made now carries nothing of Anna"
    );
    assert_eq!(again.preferences, anna.preferences, "but still her form");

    // Chloé agrees, in French; mails from now on are hers.
    let form = Form::open(&app, &club.id, &chloe.preferences, "fr").await;
    assert!(form.html.contains("lang=\"fr\""), "the form is in French");
    let answer = form.answer(&app, "grant", "fr").await;
    assert!(
        answer.status().is_success() || answer.status().is_redirection(),
        "{answer:?}"
    );
    let own = &club.tokens(&mail, &["chloe"]).await[0];
    assert_ne!(own.click, ben.click);
    club.visit(&mail.click_path(&own.click)).await;
    eventually(
        async || Organisation::named(&club.stats(&mail).await),
        |named| *named == ["chloe"],
    )
    .await;
    // The one that she has got before names nobody, so it still does not.
    club.visit(&mail.click_path(&chloe.click)).await;
    let report = club.stats_with(&mail, "clicks", 6).await;
    assert_eq!(report["contacts"][0]["clicks"], 1);

    let anna = club.history("contact:anna").await;
    assert_eq!(
        flags_of(&anna),
        [
            json!({"dc": false, "al": false}),
            json!({"dc": true, "al": true})
        ]
    );
    shown_on_the_form(&anna[0], "en");
    assert_eq!(anna[1]["source"], "api");
    let chloe = club.history("contact:chloe").await;
    assert_eq!(flags_of(&chloe), [json!({"dc": true, "al": true})]);
    shown_on_the_form(&chloe[0], "fr");
    assert_eq!(
        flags_of(&club.history("contact:ben").await),
        [json!({"dc": false, "al": false})]
    );
}

fn flags_of(history: &[Value]) -> Vec<Value> {
    history
        .iter()
        .map(|signal| signal["flags"].clone())
        .collect()
}

fn shown_on_the_form(signal: &Value, language: &str) {
    assert_eq!(
        (&signal["source"], &signal["tier"]),
        (&json!("form"), &json!("direct"))
    );
    let shown = &signal["shown"];
    assert_eq!(shown["language"], language);
    assert!(!shown["form"].as_str().unwrap().is_empty());
    assert!(!shown["version"].as_str().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_never_grants_what_was_not_shown_and_always_takes_a_refusal() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let mail = club.message(MAIL).await;
    let tokens = club.tokens(&mail, &["dora", "emil"]).await;
    let form = Form::open(&app, &club.id, &tokens[0].preferences, "en").await;
    let others = Form::open(&app, &club.id, &tokens[1].preferences, "en").await;
    for shown in ["", "nonsense", &others.shown] {
        form.send(&app, &[("answer", "grant"), ("shown", shown)], "en")
            .await;
        assert!(
            club.history("contact:dora").await.is_empty(),
            "a grant with {shown:?}"
        );
    }
    // Nothing pressed is no answer.
    form.send(&app, &[("shown", &form.shown)], "en").await;
    form.send(&app, &[("answer", "maybe"), ("shown", &form.shown)], "en")
        .await;
    assert!(club.history("contact:dora").await.is_empty());
    form.send(&app, &[("answer", "refuse"), ("shown", "nonsense")], "en")
        .await;
    assert_eq!(
        club.consent("contact:dora").await["hasTrackingConsent"],
        false
    );
    assert!(club.history("contact:emil").await.is_empty());
}
