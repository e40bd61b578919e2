//! Who unsubscribes with a mail: counted once, whichever way, and told by hour without pointing at somebody.

use assent_tests::{App, Message, Organisation, Tokens};
use serde_json::{Value, json};

const MAIL: &str = "<body><a href='https://shop.example'>x</a></body>";

async fn asking_club(app: &App) -> Organisation {
    app.organisation(json!({
        "interception": { "opt_in_form": true },
        "communication_types": [
            { "id": "news", "name": { "en": "the newsletter" } },
            { "id": "offers", "name": { "en": "Offers" } },
        ],
    }))
    .await
}

async fn newsletter(club: &Organisation, more: Value) -> Message {
    let mut fields = json!({ "content": MAIL, "communication_type": "news" });
    let more = more.as_object().unwrap().clone();
    fields.as_object_mut().unwrap().extend(more);
    club.message_with(fields).await
}

async fn with_one_click(club: &Organisation) -> Message {
    newsletter(club, json!({ "one_click_tag": "*|ONECLICK|*" })).await
}

async fn one(club: &Organisation, mail: &Message, contact: &str) -> Tokens {
    club.tokens(mail, &[contact]).await.remove(0)
}

async fn post(app: &App, path: &str, body: &str) -> u16 {
    let request = app
        .request("POST", path)
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = request.body(body.to_owned()).send().await.unwrap();
    answer.status().as_u16()
}

/// A page, and the form token in it.
async fn form(club: &Organisation, path: &str) -> (String, String) {
    let answer = club.visit(path).await;
    assert_eq!(answer.status(), 200, "{path}");
    let html = answer.text().await.unwrap();
    let (_, rest) = html.split_once("name=\"shown\" value=\"").unwrap();
    let shown = rest.split('"').next().unwrap().to_owned();
    (html, shown)
}

/// How many unsubscribed with a mail; all of them without a name.
async fn unsubscribes(club: &Organisation, mail: &Message) -> u64 {
    let report = club.stats(mail).await;
    let unsubscribes = &report["unsubscribes"];
    assert_eq!(unsubscribes["total"], unsubscribes["anonymous"]);
    assert_eq!(unsubscribes["identified"], 0);
    unsubscribes["total"].as_u64().unwrap()
}

async fn wants(club: &Organisation, contact: &str) -> [String; 2] {
    let path = format!("/v1/communications/contact:{contact}");
    let answer = club.get(&path).await;
    ["news", "offers"].map(|id| {
        let status = answer["types"][id]["status"].as_str();
        status.unwrap().to_owned()
    })
}

/// The path of the address that a mail offers, for a person.
fn unsubscribe_path(mail: &Message, person: &Tokens) -> String {
    let url = mail.answer["unsubscribe_url"].as_str().unwrap();
    let url = url.replace("*|PREFS|*", &person.preferences);
    let one_click = person.one_click.as_deref().unwrap();
    let url = url.replace("*|ONECLICK|*", one_click);
    let (_, path) = url.split_once("://").unwrap();
    path[path.find('/').unwrap()..].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_click_counts_once() {
    let app = App::start();
    let club = asking_club(&app).await;
    let mail = with_one_click(&club).await;
    let other = with_one_click(&club).await;
    for (number, contact) in (1..).zip(["anna", "ben"]) {
        let token = one(&club, &mail, contact).await.one_click.unwrap();
        let path = format!("/u/{}/{token}", club.id);
        assert_eq!(club.visit(&path).await.status(), 200);
        assert_eq!(unsubscribes(&club, &mail).await, number - 1);
        for _ in 0..3 {
            assert_eq!(post(&app, &path, "List-Unsubscribe=One-Click").await, 200);
            assert_eq!(unsubscribes(&club, &mail).await, number);
        }
        assert_eq!(wants(&club, contact).await, ["opted_out", "unanswered"]);
    }
    // Out already: a later mail has not made her leave.
    let anna = one(&club, &other, "anna").await.one_click.unwrap();
    let path = format!("/u/{}/{anna}", club.id);
    assert_eq!(post(&app, &path, "List-Unsubscribe=One-Click").await, 200);
    assert_eq!(unsubscribes(&club, &other).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_behind_the_address_of_a_mail_counts_once() {
    let app = App::start();
    let club = asking_club(&app).await;
    let mail = with_one_click(&club).await;
    let other = with_one_click(&club).await;
    let anna = one(&club, &mail, "anna").await;
    let path = unsubscribe_path(&mail, &anna);
    let (html, shown) = form(&club, &path).await;
    // About this mail's type, and no other.
    assert!(html.contains("the newsletter") && !html.contains("Offers"));
    assert_eq!(unsubscribes(&club, &mail).await, 0, "a GET changes nothing");
    let answer = format!("answer=all&shown={shown}");
    for _ in 0..3 {
        assert_eq!(post(&app, &path, &answer).await, 303);
    }
    // The form opened again, or without its token.
    let (_, shown) = form(&club, &path).await;
    for answer in [&format!("answer=all&shown={shown}"), "answer=all"] {
        assert_eq!(post(&app, &path, answer).await, 303);
    }
    assert_eq!(unsubscribes(&club, &mail).await, 1);
    assert_eq!(unsubscribes(&club, &other).await, 0);
    assert_eq!(wants(&club, "anna").await, ["opted_out", "unanswered"]);

    // Without one-click unsubscribing the address is the form about all types, which knows no mail.
    let plain = newsletter(&club, json!({})).await;
    let ben = one(&club, &plain, "ben").await;
    let path = unsubscribe_path(&plain, &ben);
    let expected = format!("/p/{}/{}/unsubscribe", club.id, ben.preferences);
    assert_eq!(path, expected);
    assert_eq!(post(&app, &path, "answer=all").await, 303);
    assert_eq!(wants(&club, "ben").await, ["opted_out", "opted_out"]);
    assert_eq!(unsubscribes(&club, &plain).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_to_the_question_on_a_click_counts_once() {
    let app = App::start();
    let club = asking_club(&app).await;
    let mail = with_one_click(&club).await;
    let other = with_one_click(&club).await;
    let anna = mail.click_path(&one(&club, &mail, "anna").await.click);
    let (html, shown) = form(&club, &anna).await;
    assert!(html.contains("Would you like to get the newsletter?"));
    let later = "answer=later&about=interception-communication";
    assert_eq!(post(&app, &anna, later).await, 303);
    assert_eq!(unsubscribes(&club, &mail).await, 0);
    let no = format!("answer=refuse&about=interception-communication&shown={shown}");
    for answer in [&no, &no, "answer=refuse&about=interception-communication"] {
        assert_eq!(post(&app, &anna, answer).await, 303);
        assert_eq!(unsubscribes(&club, &mail).await, 1);
    }
    assert_eq!(wants(&club, "anna").await, ["opted_out", "unanswered"]);
    // By whom is not kept: her signal names no mail.
    let history = club.get("/v1/communications/contact:anna/history").await;
    assert_eq!(history["signals"][0]["source"], "interception");
    assert!(!history.to_string().contains(&mail.id), "{history}");
    // Neither does *Yes* count, nor *No* to the question about tracking.
    let ben = mail.click_path(&one(&club, &mail, "ben").await.click);
    let (_, shown) = form(&club, &ben).await;
    let yes = format!("answer=grant&about=interception-communication&shown={shown}");
    assert_eq!(post(&app, &ben, &yes).await, 303);
    assert_eq!(
        post(&app, &ben, "answer=refuse&about=interception").await,
        303
    );
    assert_eq!(wants(&club, "ben").await, ["opted_in", "unanswered"]);
    assert_eq!(unsubscribes(&club, &mail).await, 1);
    assert_eq!(unsubscribes(&club, &other).await, 0);
}

/// As of clicks: nothing below five, and enough beside it that nothing can be worked out.
#[tokio::test(flavor = "multi_thread")]
async fn hours_of_unsubscribes_hide_what_those_of_clicks_hide() {
    let app = App::start();
    let Some(host) = app.own_host() else {
        eprintln!("skipped: rows are written past a host that is not ours");
        return;
    };
    let club = asking_club(&app).await;
    let mail = with_one_click(&club).await;
    let database = host.database();
    database
        .busy_timeout(std::time::Duration::from_secs(10))
        .unwrap();
    for (hour, n) in [(500_000, 7), (500_001, 4), (500_003, 9)] {
        let insert = "INSERT INTO unsubscribe_count (message_id, hour, n) VALUES (?1, ?2, ?3)";
        database.execute(insert, (&mail.id, hour, n)).unwrap();
    }
    let report = club.stats(&mail).await;
    let total = json!({ "total": 20, "identified": 0, "anonymous": 20, "scanners": 0 });
    assert_eq!(report["unsubscribes"], total);
    let hidden =
        |hour: &str| json!({ "hour": hour, "kind": "unsubscribe", "identified": 0, "scanners": 0 });
    let mut shown = hidden("2027-01-15T11:00:00.000000Z");
    shown["total"] = json!(9);
    shown["anonymous"] = json!(9);
    assert_eq!(
        report["hours"],
        json!([
            hidden("2027-01-15T08:00:00.000000Z"),
            hidden("2027-01-15T09:00:00.000000Z"),
            shown
        ])
    );
    // They are not drawn, and the page has their total.
    let path = |name: &str| format!("/v1/messages/{}/{name}", mail.id);
    let text = async |name: &str| {
        let answer = club.request("GET", &path(name)).send().await.unwrap();
        answer.text().await.unwrap()
    };
    let svg = text("chart.svg").await;
    assert!(!svg.contains("2027") && !svg.contains("not drawn"), "{svg}");
    let page = text("report").await;
    assert!(page.contains("<strong>20</strong> unsubscribes"), "{page}");
}
