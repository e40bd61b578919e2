//! What a report says, and what it leaves out.

use assent_tests::{App, Organisation, eventually};
use serde_json::{Value, json};

const MAIL: &str =
    "<body><a href='https://a.example/=1'>a</a><a href='https://b.example'>b</a></body>";

/// Five people who agreed click `a`, the first two also `b`; the rest open only.
#[tokio::test(flavor = "multi_thread")]
async fn the_list_has_who_acted_and_allows_it() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let names = ["p1", "p2", "p3", "p4", "p5", "p6"];
    for name in names {
        club.grant(&format!("contact:{name}")).await;
    }
    let mail = club.message(MAIL).await;
    let contacts: Vec<&str> = names
        .into_iter()
        .chain(["refuses", "never-asked"])
        .collect();
    club.refuse("contact:refuses").await;
    let tokens = club.tokens(&mail, &contacts).await;
    let links: Vec<&str> = mail.links.iter().map(|link| link.id.as_str()).collect();
    for (number, person) in tokens.iter().enumerate() {
        club.visit(&mail.open_path(&person.click)).await;
        if number < 5 {
            club.visit(&format!("/l/{}/{}", links[0], person.click))
                .await;
        }
        if number < 2 {
            club.visit(&format!("/l/{}/{}", links[1], person.click))
                .await;
        }
    }
    club.stats_with(&mail, "opens", 8).await;
    club.stats_with(&mail, "clicks", 7).await;
    let named = async |query: &str| -> Vec<String> {
        let mut named = Organisation::named(&club.acted(&mail, query).await);
        named.sort();
        named
    };
    assert_eq!(named("").await, names);
    assert_eq!(named("?action=opened").await, names);
    assert_eq!(named("?action=clicked").await, names[..5]);
    assert_eq!(named("?action=not_clicked").await, names[5..]);
    assert_eq!(named("?action=not_opened").await, Vec::<String>::new());
    let second = format!("?link={}", links[1]);
    assert_eq!(named(&second).await, names[..2]);
    let without = format!("?action=not_clicked&link={}", links[1]);
    assert_eq!(named(&without).await, names[2..]);

    // Pages join to the same list.
    let (mut all, mut query) = (Vec::new(), "?action=clicked&limit=2".to_owned());
    loop {
        let page = club.acted(&mail, &query).await;
        assert!(page["contacts"].as_array().unwrap().len() <= 2);
        all.extend(Organisation::named(&page));
        match page["next"].as_str() {
            Some(next) => query = next.to_owned(),
            None => break,
        }
    }
    all.sort();
    assert_eq!(all, names[..5]);

    // Whoever is not in the list is in the legend.
    club.refuse("contact:p1").await;
    let page = club.acted(&mail, "?action=clicked").await;
    assert_eq!(page["contacts"].as_array().unwrap().len(), 4);
    assert_eq!(
        (&page["left_out"], &page["untracked_recipients"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(club.acted(&mail, "?action=opened").await["anonymous"], 2);
    let report = club.stats(&mail).await;
    assert_eq!(
        (&report["sent"], &report["opens"]["total"]),
        (&json!(8), &json!(8))
    );
}

/// Of a hundred and ten thousand who acted two did not click: each page looks at a part, and says where it stopped.
#[tokio::test(flavor = "multi_thread")]
async fn few_of_very_many_are_found() {
    let app = App::start();
    let Some(host) = app.own_host() else {
        eprintln!("skipped: rows are written past a host that is not ours");
        return;
    };
    let club = app.organisation(json!({})).await;
    let mail = club.message(MAIL).await;
    let opens = async |name: &str, number: u64| {
        club.grant(&format!("contact:{name}")).await;
        let token = club.tokens(&mail, &[name]).await.remove(0).click;
        club.visit(&mail.open_path(&token)).await;
        club.stats_with(&mail, "opens", number).await;
    };
    opens("first", 1).await;
    let link = mail.links.iter().find(|link| link.kind == "click").unwrap();
    let database = host.database();
    database
        .busy_timeout(std::time::Duration::from_secs(10))
        .unwrap();
    let numbers = "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 110000)";
    let people = format!(
        "INSERT INTO subject (org_id, keyed_hash, identifier, first_seen, latest_at, version) \
         {numbers} SELECT ?1, printf('%032x', n), 'contact:filled-' || n, 1, 0, 0 FROM number"
    );
    database.execute(&people, [&club.id]).unwrap();
    let clicks = "INSERT INTO interaction (message_id, link_id, subject_id, at) \
        SELECT ?1, ?2, id, 1800000000000000 FROM subject WHERE identifier LIKE 'contact:filled-%'";
    database.execute(clicks, [&mail.id, &link.id]).unwrap();
    opens("last", 2).await;

    for limit in ["1", "100"] {
        let (mut found, mut pages) = (Vec::new(), 0);
        let mut query = format!("?action=not_clicked&limit={limit}");
        loop {
            let page = club.acted(&mail, &query).await;
            found.extend(Organisation::named(&page));
            pages += 1;
            match page["next"].as_str() {
                Some(next) => query = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(found, ["first", "last"]);
        assert!(pages > 1, "{pages}");
    }
    assert_eq!(
        club.acted(&mail, "?action=not_opened&limit=2").await["contacts"],
        json!([]),
        "they have not agreed"
    );
    // The page looks at the first of them, and says so.
    let path = format!("/v1/messages/{}/report", mail.id);
    let page = club.request("GET", &path).send().await.unwrap();
    let page = page.text().await.unwrap();
    let words = "Of the first 1000 who acted by name, 999 may not be named now";
    assert!(page.contains(words), "{page}");
}

/// Machines are apart from people, and what mail programs' proxies load is apart from both.
#[tokio::test(flavor = "multi_thread")]
async fn scanners_and_proxies_are_apart_and_name_nobody() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    club.grant("contact:anna").await;
    let mail = club.message(MAIL).await;
    let anna = club.tokens(&mail, &["anna"]).await.remove(0);
    let (open, click) = (mail.open_path(&anna.click), mail.click_path(&anna.click));
    let google =
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
    for (path, agent) in [
        (&open, "Mozilla/5.0"),
        (&open, google),
        (&open, google),
        (&open, "curl/8.5.0"),
        (&open, "Mozilla/5.0 (Macintosh) Gecko"),
        (&click, "Mozilla/5.0"),
    ] {
        let answer = app.request("GET", path).header("user-agent", agent).send();
        assert!(answer.await.unwrap().status().as_u16() < 400);
    }
    let report = eventually(
        async || club.stats(&mail).await,
        |report| {
            let opens = &report["opens"];
            let numbers = [
                &opens["total"],
                &opens["scanners"],
                &opens["proxies"]["apple"],
                &opens["proxies"]["google"],
            ];
            numbers.iter().map(|n| n.as_u64().unwrap()).sum::<u64>() == 5
                && report["clicks"]["total"] == 1
        },
    )
    .await;
    let expected = json!({
        "total": 1, "identified": 1, "anonymous": 0, "scanners": 1, "proxies": { "apple": 1, "google": 2 }
    });
    assert_eq!(report["opens"], expected);
    assert_eq!(report["contacts"][0]["opens"], 1);
    let clicks = json!({ "total": 1, "identified": 1, "anonymous": 0, "scanners": 0 });
    assert_eq!(report["clicks"], clicks);
}

/// The table says what the JSON says, and a destination starts no formula in a spreadsheet.
#[tokio::test(flavor = "multi_thread")]
async fn the_table_says_the_same() {
    let app = App::start();
    let types = json!([{ "id": "news", "name": { "en": "News" } }]);
    let club = app
        .organisation(json!({ "communication_types": types }))
        .await;
    for name in ["=cmd()", "b,\"c\""] {
        club.grant(&format!("contact:{name}")).await;
    }
    let mail = club
        .message_with(json!({ "content": MAIL, "communication_type": "news" }))
        .await;
    let tokens = club.tokens(&mail, &["=cmd()", "b,\"c\""]).await;
    for person in &tokens {
        club.visit(&mail.click_path(&person.click)).await;
    }
    let one_click = tokens[0].one_click.as_ref().unwrap();
    let unsubscribed = app.request("POST", &format!("/u/{}/{one_click}", club.id));
    let unsubscribed = unsubscribed.body("List-Unsubscribe=One-Click").send();
    assert_eq!(unsubscribed.await.unwrap().status(), 200);
    let report = club.stats_with(&mail, "clicks", 2).await;
    let unsubscribes = json!({ "total": 1, "identified": 0, "anonymous": 1, "scanners": 0 });
    assert_eq!(report["unsubscribes"], unsubscribes);
    let table = async |tail: &str| -> String {
        let path = format!("/v1/messages/{}/{tail}", mail.id);
        let answer = club
            .request("GET", &path)
            .header("accept", "text/csv")
            .send()
            .await
            .unwrap();
        let kind = answer.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(kind.starts_with("text/csv"), "{kind}");
        answer.text().await.unwrap()
    };
    let stats = table("stats").await;
    assert!(
        stats.starts_with("scope,kind,link,destination,hour,total,"),
        "{stats}"
    );
    assert!(stats.contains("\r\nsent,,,,,2,"), "{stats}");
    assert!(
        stats.contains("\r\ntotal,click,,,,2,2,0,0,,\r\n"),
        "{stats}"
    );
    assert!(
        stats.contains("\r\ntotal,open,,,,0,0,0,0,0,0\r\n"),
        "{stats}"
    );
    let hour = report["hours"][0]["hour"].as_str().unwrap();
    assert!(
        stats.contains(&format!("\r\nhour,click,,,{hour},2,2,0,0,,\r\n")),
        "{stats}"
    );
    // Of unsubscribes, too, which name nobody; one in an hour is too few to show.
    assert!(
        stats.contains("\r\ntotal,unsubscribe,,,,1,0,1,0,,\r\n"),
        "{stats}"
    );
    let last = report["hours"].as_array().unwrap().last().unwrap();
    let hour = last["hour"].as_str().unwrap();
    let few = json!({ "hour": hour, "kind": "unsubscribe", "identified": 0, "scanners": 0 });
    assert_eq!(*last, few);
    assert!(
        stats.contains(&format!("\r\nhour,unsubscribe,,,{hour},,0,,0,,\r\n")),
        "{stats}"
    );
    let page = club.request("GET", &format!("/v1/messages/{}/report", mail.id));
    let page = page.send().await.unwrap().text().await.unwrap();
    for shown in [
        "<li><strong>1</strong> unsubscribes</li>",
        "<th scope=\"row\">Unsubscribes</th><td class=\"n\">1</td>\
         <td class=\"n\">0</td><td class=\"n\">1</td><td class=\"n\">0</td>",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let contacts = table("contacts").await;
    assert!(contacts.contains("\"'=cmd()\",1,0,"), "{contacts}");
    assert!(contacts.contains("\"b,\"\"c\"\"\",1,0,"), "{contacts}");
}

/// The mails of an organisation, page by page, newest first; parameters that cannot be are told so.
#[tokio::test(flavor = "multi_thread")]
async fn mails_are_listed_and_hostile_parameters_are_refused() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let mut registered = Vec::new();
    for _ in 0..5 {
        registered.push(club.message(MAIL).await.id);
    }
    let (mut found, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let page = club.get(&format!("/v1/messages{query}")).await;
        let messages = page["messages"].as_array().unwrap();
        found.extend(
            messages
                .iter()
                .map(|message| message["id"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => query = next.to_owned(),
            None => break,
        }
    }
    found.reverse();
    assert_eq!(found, registered);
    let mail = &registered[0];
    for (path, place) in [
        (
            format!("/v1/messages/{mail}/contacts?action=bought"),
            "action",
        ),
        (format!("/v1/messages/{mail}/contacts?action="), "action"),
        (format!("/v1/messages/{mail}/contacts?link=x"), "link"),
        (format!("/v1/messages/{mail}/contacts?link=%00"), "link"),
        (format!("/v1/messages/{mail}/contacts?after=-1"), "after"),
        (format!("/v1/messages/{mail}/contacts?after=9e9"), "after"),
        (format!("/v1/messages/{mail}/contacts?limit=0"), "limit"),
        (
            format!("/v1/messages/{mail}/contacts?limit=1&limit=2"),
            "limit",
        ),
        (format!("/v1/messages/{mail}/contacts?where=1%3D1"), "where"),
        (format!("/v1/messages/{mail}/stats?x=1"), "?"),
        ("/v1/messages?before=x".to_owned(), "before"),
        ("/v1/messages?limit=1001".to_owned(), "limit"),
    ] {
        let answer = club.request("GET", &path).send().await.unwrap();
        assert_eq!(answer.status(), 422, "{path}");
        let problem: Value = answer.json().await.unwrap();
        let pointer = problem["pointer"].as_str().unwrap();
        assert!(pointer == place || place == "?", "{path}: {problem}");
    }
    for id in ["x", "%00", "45e0a0b2-7f30-456c-875c-1cfa507d72b6"] {
        for tail in ["stats", "contacts", "ceiling"] {
            let path = format!("/v1/messages/{id}/{tail}");
            let status = club.request("GET", &path).send().await.unwrap().status();
            assert_eq!(status, 404, "{path}");
        }
    }
}
