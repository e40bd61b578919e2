//! Audiences, scores, conditions and rules: who is found, and who never is.

mod hostile;
mod random_histories;

use assent_tests::{App, Form, Message, Organisation};
use serde_json::{Value, json};

const MAIL: &str =
    "<body><a href='https://shop.example/1'>x</a><a href='https://shop.example/2'>y</a></body>";

pub fn everything() -> Value {
    json!({ "dc": true, "al": true, "tg": true })
}

pub async fn status(club: &Organisation, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let answer = club.request(method, path).json(body).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or_default())
}

/// The contacts of an audience and how many were left out.
pub async fn audience(club: &Organisation, when: &Value) -> (Vec<String>, u64) {
    let found = club
        .send("POST", "/v1/audience", &json!({ "when": when }))
        .await;
    let contacts: Vec<String> = found["contacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|contact| contact.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(found["matched"], contacts.len());
    (contacts, found["untrackable"].as_u64().unwrap())
}

async fn found(club: &Organisation, when: Value) -> Vec<String> {
    audience(club, &when).await.0
}

/// Anna clicked the first link twice and opened, Ben opened, Chloé did nothing, Dora clicked and refused since, Eve
/// refused before, Finn was never asked.
struct Story {
    _app: App,
    club: Organisation,
    mail: Message,
}

impl Story {
    async fn new() -> Self {
        let app = App::start();
        let settings = json!({ "attributes": [
            { "name": "tier", "type": "choice", "label": "Tier", "choices": ["gold", "silver"] },
            { "name": "age", "type": "number", "label": "Age" },
        ] });
        let club = app.organisation(settings).await;
        for (age, name) in (30..).zip(["anna", "ben", "chloe", "dora", "eve", "finn"]) {
            let tier = if age % 2 == 0 { "gold" } else { "silver" };
            let attributes = json!({ "attributes": { "tier": tier, "age": age } });
            club.send("PUT", &format!("/v1/contacts/{name}"), &attributes)
                .await;
        }
        for name in ["anna", "ben", "chloe", "dora"] {
            club.decide(&format!("contact:{name}"), everything()).await;
        }
        club.decide(
            "contact:eve",
            json!({ "dc": false, "al": true, "tg": true }),
        )
        .await;
        let mail = club.message(MAIL).await;
        let names = ["anna", "ben", "dora", "eve"];
        let tokens = club.tokens(&mail, &names).await;
        let token = |name: &str| {
            &tokens
                .iter()
                .find(|token| token.contact == name)
                .unwrap()
                .click
        };
        let click =
            |link: usize, name: &str| format!("/l/{}/{}", mail.clicks()[link].id, token(name));
        for path in [
            click(0, "anna"),
            click(0, "anna"),
            mail.open_path(token("anna")),
            mail.open_path(token("ben")),
            click(1, "dora"),
            click(0, "eve"),
        ] {
            club.visit(&path).await;
        }
        club.stats_with(&mail, "clicks", 4).await;
        club.stats_with(&mail, "opens", 2).await;
        club.decide("contact:dora", json!({ "dc": false })).await;
        Self {
            _app: app,
            club,
            mail,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behaviour_finds_those_who_agreed_then_and_agree_now() {
    let story = Story::new().await;
    let (club, mail) = (&story.club, &story.mail);
    let links = mail.clicks();
    let none: [&str; 0] = [];
    assert_eq!(found(club, json!({ "clicked": {} })).await, ["anna"]);
    assert_eq!(
        found(club, json!({ "clicked": { "messages": [mail.id] } })).await,
        ["anna"]
    );
    assert_eq!(
        found(club, json!({ "clicked": { "links": [links[0].id] } })).await,
        ["anna"]
    );
    assert_eq!(
        found(club, json!({ "clicked": { "links": [links[1].id] } })).await,
        none
    );
    assert_eq!(
        found(
            club,
            json!({ "clicked": { "at_least": 2, "within_days": 1 } })
        )
        .await,
        ["anna"]
    );
    assert_eq!(
        found(club, json!({ "clicked": { "at_least": 3 } })).await,
        none
    );
    assert_eq!(
        found(club, json!({ "clicked": { "to": "2020-01-01T00:00:00Z" } })).await,
        none
    );
    assert_eq!(
        found(club, json!({ "opened": { "messages": [mail.id] } })).await,
        ["anna", "ben"]
    );
    let never_clicked = json!({ "all": [{ "opened": {} }, { "not": { "clicked": {} } }] });
    assert_eq!(found(club, never_clicked).await, ["ben"]);
    let either =
        json!({ "any": [{ "clicked": {} }, { "attribute": { "name": "age", "at_most": 31 } }] });
    assert_eq!(found(club, either).await, ["anna", "ben"]);
    let gold = json!({ "attribute": { "name": "tier", "is": "gold" } });
    assert_eq!(found(club, gold).await, ["anna", "chloe"]);
}

/// "Behavioral clauses which rely on this information will not be able to target contacts who refused tracking", nor
/// does their contrary tell who refused.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_refused_is_found_nor_told_by_not() {
    let story = Story::new().await;
    let club = &story.club;
    let not_clicked = json!({ "not": { "clicked": {} } });
    assert_eq!(
        audience(club, &not_clicked).await,
        (vec!["ben".to_owned(), "chloe".to_owned()], 3)
    );
    let both = json!({ "any": [{ "clicked": {} }, not_clicked] });
    assert_eq!(
        audience(club, &both).await,
        (["anna", "ben", "chloe"].map(str::to_owned).into(), 3)
    );
    // Who is left out by her attributes is not counted as left out by her answer.
    let gold = json!({ "attribute": { "name": "tier", "is": "gold" } });
    let narrow = json!({ "all": [gold, not_clicked] });
    assert_eq!(
        audience(club, &narrow).await,
        (vec!["chloe".to_owned()], 1),
        "eve is gold, dora and finn are not"
    );
    // Targeting refused is as good.
    club.decide("contact:anna", json!({ "tg": false })).await;
    assert_eq!(audience(club, &json!({ "clicked": {} })).await, (vec![], 4));
    club.decide("contact:anna", json!({ "tg": true })).await;
    assert_eq!(
        audience(club, &json!({ "clicked": {} })).await,
        (vec!["anna".to_owned()], 3)
    );
    // Erased: gone from both.
    club.send("DELETE", "/v1/consent/contact:anna", &Value::Null)
        .await;
    assert_eq!(audience(club, &json!({ "clicked": {} })).await, (vec![], 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audience_comes_in_pages_as_a_number_and_as_a_stream() {
    let story = Story::new().await;
    let club = &story.club;
    let everybody = json!({ "not": { "clicked": { "at_least": 1000 } } });
    let mut after = json!(0);
    let (mut seen, mut matched, mut untrackable) = (Vec::new(), 0, 0);
    loop {
        let page = json!({ "when": everybody, "limit": 1, "after": after });
        let page = club.send("POST", "/v1/audience", &page).await;
        seen.extend(page["contacts"].as_array().unwrap().clone());
        matched += page["matched"].as_u64().unwrap();
        untrackable += page["untrackable"].as_u64().unwrap();
        if page["next"].is_null() {
            break;
        }
        after = page["next"].clone();
    }
    assert_eq!(
        (seen, matched, untrackable),
        (vec![json!("anna"), json!("ben"), json!("chloe")], 3, 3)
    );
    let count = json!({ "when": everybody, "count_only": true });
    let count = club.send("POST", "/v1/audience", &count).await;
    assert_eq!(
        count,
        json!({ "matched": 3, "untrackable": 3, "next": null })
    );
    let stream = club
        .request("POST", "/v1/audience")
        .header("accept", "application/x-ndjson");
    let stream = stream
        .json(&json!({ "when": everybody }))
        .send()
        .await
        .unwrap();
    assert_eq!(stream.headers()["content-type"], "application/x-ndjson");
    assert_eq!(
        stream.text().await.unwrap(),
        "{\"contact\":\"anna\"}\n{\"contact\":\"ben\"}\n{\"contact\":\"chloe\"}\n{\"matched\":3,\"untrackable\":3}\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn named_contacts_are_checked_and_scored() {
    let story = Story::new().await;
    let club = &story.club;
    let contacts = ["anna", "ben", "dora", "eve", "nobody"];
    let clicked = json!({ "clicked": {} });
    let check = json!({ "when": clicked, "contacts": contacts });
    let check = club.send("POST", "/v1/audience/check", &check).await;
    let holds: Vec<&Value> = check["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["holds"])
        .collect();
    assert_eq!(
        holds,
        [
            &json!(true),
            &json!(false),
            &Value::Null,
            &Value::Null,
            &Value::Null
        ]
    );
    assert_eq!(
        (&check["holds"], &check["untrackable"]),
        (&json!(1), &json!(3))
    );
    let scores = json!([
        { "when": clicked, "points": 10 },
        { "when": { "opened": { "messages": [story.mail.id] } }, "points": 5 },
        { "when": { "not": clicked }, "points": -2 },
        { "when": { "attribute": { "name": "tier", "is": "silver" } }, "points": 1 },
    ]);
    let score = json!({ "scores": scores, "contacts": contacts });
    let score = club.send("POST", "/v1/audience/score", &score).await;
    let points: Vec<&Value> = score["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["score"])
        .collect();
    assert_eq!(
        points,
        [
            &json!(15),
            &json!(4),
            &Value::Null,
            &Value::Null,
            &Value::Null
        ]
    );
}

/// "A new option is added to the configuration parameters of an injection rule that allows you to prevent the rule from
/// being applied to contacts who do not wish to be tracked", and "not all injection rules have to be restricted".
#[tokio::test(flavor = "multi_thread")]
async fn a_rule_with_the_switch_is_kept_from_who_may_not_be_tracked() {
    let story = Story::new().await;
    let club = &story.club;
    let gold = json!({ "attribute": { "name": "tier", "is": "gold" } });
    let contacts = json!({ "contacts": ["anna", "ben", "eve", "dora", "finn"] });
    let applied = async |rule: &Value| {
        let path = format!("/v1/rules/{}/evaluate", rule["id"].as_str().unwrap());
        let answer = club.send("POST", &path, &contacts).await;
        let items = answer["items"].as_array().unwrap().iter();
        items
            .map(|item| match item["why"].as_str() {
                Some(why) => why.to_owned(),
                None => item["applied"].to_string(),
            })
            .collect::<Vec<_>>()
    };
    let make = async |only_tracked: bool, when: &Value| {
        let body = json!({ "name": "Win back", "only_tracked": only_tracked, "when": when });
        let (code, rule) = status(club, "POST", "/v1/rules", &body).await;
        assert_eq!(code, 201);
        rule
    };
    let rule = make(true, &gold).await;
    assert_eq!(
        applied(&rule).await,
        ["true", "condition", "untracked", "untracked", "untracked"]
    );
    let rule = make(false, &gold).await;
    assert_eq!(
        applied(&rule).await,
        ["true", "condition", "true", "condition", "condition"]
    );
    let rule = make(false, &json!({ "not": { "clicked": {} } })).await;
    assert_eq!(
        applied(&rule).await,
        ["condition", "true", "unknown", "unknown", "unknown"]
    );
    let (code, rule) = status(
        club,
        "POST",
        "/v1/rules",
        &json!({ "name": "All", "only_tracked": false }),
    )
    .await;
    assert_eq!(code, 201);
    assert_eq!(applied(&rule).await, ["true"; 5]);

    // The switch is set for each rule, and can be changed.
    let path = format!("/v1/rules/{}", rule["id"].as_str().unwrap());
    let changed = club
        .send(
            "PUT",
            &path,
            &json!({ "name": "Tracked", "only_tracked": true }),
        )
        .await;
    assert_eq!(
        (&changed["name"], &changed["only_tracked"]),
        (&json!("Tracked"), &json!(true))
    );
    assert_eq!(club.get(&path).await, changed);
    assert_eq!(
        applied(&rule).await,
        ["true", "true", "untracked", "untracked", "untracked"]
    );
    assert_eq!(
        club.get("/v1/rules").await["rules"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
    assert_eq!(status(club, "DELETE", &path, &Value::Null).await.0, 204);
    assert_eq!(status(club, "GET", &path, &Value::Null).await.0, 404);
    let without = json!({ "name": "No switch" });
    assert_eq!(
        status(club, "POST", "/v1/rules", &without).await.0,
        422,
        "each rule says it"
    );
}

/// A yes on the form makes somebody targetable where the form asks for that (`tg` among the tracking flags), and only there.
#[tokio::test(flavor = "multi_thread")]
async fn a_yes_on_the_form_allows_what_the_form_asks_for() {
    let app = App::start();
    for (asked, found_by_clicks) in [
        (json!(["dc", "al"]), vec![]),
        (json!(["dc", "al", "tg"]), vec!["anna"]),
    ] {
        let club = app.organisation(json!({ "tracking_flags": asked })).await;
        let mail = club.message(MAIL).await;
        let before = club.tokens(&mail, &["anna"]).await.remove(0);
        let form = Form::open(&app, &club.id, &before.preferences, "en").await;
        form.answer(&app, "grant", "en").await;
        let anna = club.tokens(&mail, &["anna"]).await.remove(0);
        club.visit(&mail.click_path(&anna.click)).await;
        let stats = club.stats_with(&mail, "clicks", 1).await;
        assert_eq!(Organisation::named(&stats), ["anna"]);
        assert_eq!(
            found(&club, json!({ "clicked": {} })).await,
            found_by_clicks
        );
        form.answer(&app, "refuse", "en").await;
        let (contacts, untrackable) = audience(&club, &json!({ "clicked": {} })).await;
        assert_eq!((contacts.len(), untrackable), (0, 1));
    }
}
