//! Counting people without knowing them, and bursts.

use assent_tests::{App, Host, Organisation, Setup, eventually};
use domain::{ClickToken, MessageId, OrganisationId, TokenKeys, TokenSecrets};
use serde_json::json;

use crate::{MAIL, counted};

fn distinct() -> serde_json::Value {
    json!({ "anonymous_tokens": "distinct" })
}

#[tokio::test(flavor = "multi_thread")]
async fn distinct_tokens_count_exactly_the_people_who_did_something() {
    let app = App::start();
    let club = app.organisation(distinct()).await;
    let mail = club.message(MAIL).await;
    let people: Vec<String> = (0..20).map(|n| format!("person-{n}")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let tokens = club.tokens(&mail, &people).await;
    let mut different: Vec<&str> = tokens.iter().map(|token| token.click.as_str()).collect();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), 20);
    for (place, token) in tokens.iter().enumerate().take(7) {
        for _ in 0..=place {
            club.visit(&mail.click_path(&token.click)).await;
        }
    }
    for token in tokens.iter().skip(5).take(9) {
        club.visit(&mail.open_path(&token.click)).await;
    }
    assert_eq!(counted(&club, &mail, 28).await, [0, 28, 0]);
    let stats = club.stats_with(&mail, "opens", 9).await;
    assert_eq!(
        stats["anonymous_people"],
        json!({ "clicks": 7, "opens": 9 })
    );
    assert_eq!(
        (&stats["sent"], &stats["untracked_recipients"]),
        (&json!(20), &json!(20))
    );
    // What is kept of a token does not lead back to it, nor from clicks to opens.
    if let Some(host) = app.own_host() {
        let database = host.database();
        let dump = "SELECT group_concat(person) FROM anonymous_person";
        let kept: String = database.query_row(dump, [], |row| row.get(0)).unwrap();
        let secrets = std::fs::read_to_string(host.state_dir().join("secrets.toml")).unwrap();
        let secret = secrets
            .lines()
            .find_map(|line| line.strip_prefix("token_secrets = "))
            .unwrap();
        let secrets = TokenSecrets::parse(secret.trim_matches(['"', '\''])).unwrap();
        let keys = TokenKeys::derive(&secrets, OrganisationId::parse(&club.id).unwrap());
        let message = MessageId::parse(&mail.id).unwrap();
        for token in &tokens {
            let Some(ClickToken::AnonymousPerson(number)) = keys.open_click(message, &token.click)
            else {
                panic!("{} has no number of its own", token.contact);
            };
            let digits: String = number.iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(!kept.contains(&digits));
        }
        let twice = "SELECT count(*) FROM (SELECT person FROM anonymous_person GROUP BY person HAVING count(*) > 1)";
        let twice: i64 = database.query_row(twice, [], |row| row.get(0)).unwrap();
        assert_eq!(twice, 0);
    }
}

/// What a browser fetches before anybody has clicked is no click of hers, whoever she is: a number among the machines'.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_fetched_ahead_is_a_machines() {
    for tokens in ["shared", "distinct"] {
        let app = App::start();
        let settings = json!({ "anonymous_tokens": tokens, "deliverability_only": true });
        let club = app.organisation(settings).await;
        club.grant("contact:anna").await;
        club.refuse("contact:ben").await;
        let mail = club.message(MAIL).await;
        let tokens = club.tokens(&mail, &["anna", "ben", "cleo"]).await;
        for token in &tokens {
            for (name, value) in [
                ("sec-purpose", "prefetch"),
                ("sec-purpose", "prefetch;prerender"),
                ("purpose", "prefetch"),
                ("x-moz", "prefetch"),
                ("x-purpose", "preview"),
            ] {
                let click = app.request("GET", &mail.click_path(&token.click));
                let answer = click.header(name, value).send().await.unwrap();
                assert_eq!(answer.status(), 302, "{name}: {value}");
                let open = app.request("GET", &mail.open_path(&token.click));
                let answer = open.header(name, value).send().await.unwrap();
                assert_eq!(answer.status(), 200, "{name}: {value}");
            }
        }
        assert_eq!(counted(&club, &mail, 15).await, [0, 0, 15]);
        let stats = club.stats_with(&mail, "opens", 15).await;
        assert_eq!(
            (&stats["opens"]["total"], &stats["opens"]["scanners"]),
            (&json!(0), &json!(15))
        );
        assert_eq!(Organisation::named(&stats), Vec::<String>::new());
        if let Some(host) = app.own_host() {
            let database = host.database();
            for table in [
                "interaction",
                "activity",
                "anonymous_person",
                "recent_click",
                "last_open",
            ] {
                let count = format!("SELECT count(*) FROM {table}");
                let rows: i64 = database.query_row(&count, [], |row| row.get(0)).unwrap();
                assert_eq!(rows, 0, "{table}");
            }
        }
        // The click that comes after it is hers.
        club.visit(&mail.click_path(&tokens[0].click)).await;
        assert_eq!(counted(&club, &mail, 16).await, [1, 0, 15]);
    }
}

/// All links of a mail at once, from two hosts, as a scanner that looks like a browser does.
#[tokio::test(flavor = "multi_thread")]
async fn a_burst_over_several_hosts_is_a_scanners_and_totals_stay() {
    let Some(app) = App::start_own(Setup::default()) else {
        return;
    };
    let other = App::of(Host::start(Setup::default().state_of(app.host())));
    let club = app.organisation(distinct()).await;
    let there = club.at(&other);
    club.grant("contact:anna").await;
    let links: String = (0..8)
        .map(|n| format!("<a href='https://shop.example/{n}'>{n}</a> "))
        .collect();
    let mail = club.message(&format!("<body>{links}</body>")).await;
    let tokens = club.tokens(&mail, &["anna", "ben"]).await;
    for token in &tokens {
        let visits = mail.clicks().into_iter().enumerate().map(|(place, link)| {
            let club = if place % 2 == 0 { &club } else { &there };
            let path = format!("/l/{}/{}", link.id, token.click);
            async move { assert_eq!(club.visit(&path).await.status(), 302) }
        });
        futures::future::join_all(visits).await;
    }
    let stats = eventually(
        async || club.stats(&mail).await,
        |stats| stats["clicks"]["scanners"] == 16,
    )
    .await;
    assert_eq!(stats["clicks"]["total"], 0, "{stats}");
    assert_eq!(stats["contacts"], json!([]));
    assert_eq!(
        stats["anonymous_people"],
        json!({ "clicks": 0, "opens": 0 })
    );
    // She has agreed, and what she does later is hers.
    let later = mail.click_path(&tokens[0].click);
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    club.visit(&later).await;
    let stats = club.stats_with(&mail, "clicks", 17).await;
    assert_eq!(
        (&stats["clicks"]["identified"], &stats["clicks"]["scanners"]),
        (&json!(1), &json!(16))
    );
    assert_eq!(
        club.consent("contact:anna").await["hasTrackingConsent"],
        true
    );
}
