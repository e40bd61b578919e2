//! Real newsletters go through: links replaced, everything else byte for byte.

use assent_tests::{App, Message, Organisation, root};
use serde_json::{Value, json};

const FIXTURES: [&str; 3] = [
    "simple-action.html",
    "billing.html",
    "mailchimp-blueprint.html",
];

fn fixture(name: &str) -> String {
    let folder = root().join("crates/domain/tests/fixtures/newsletters");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// Puts the mail together again from what was replaced; gives what stood at each replaced place.
fn undo(original: &str, message: &Message, base: &str) -> Vec<String> {
    let mut rewritten = message.content.clone();
    if let Some(pixel) = message.links.iter().find(|link| link.kind == "open") {
        let at = rewritten
            .find(&format!("{base}/o/{}/*|CLICK|*", pixel.id))
            .expect("the pixel");
        let begin = rewritten[..at].rfind("<img").unwrap();
        let end = at + rewritten[at..].find('>').unwrap() + 1;
        assert!(
            rewritten[end..].trim_start().starts_with("</body>"),
            "the pixel ends the body"
        );
        rewritten.replace_range(begin..end, "");
    }
    let (mut old, mut new) = (original, rewritten.as_str());
    let mut values = Vec::new();
    for link in message.clicks() {
        let address = format!("{base}/l/{}/*|CLICK|*", link.id);
        let (before, after) = new
            .split_once(&address)
            .expect("each link stands in the mail");
        old = old
            .strip_prefix(before)
            .expect("nothing else changed before it");
        let end = old.find(&after[..1]).expect("the same quote");
        values.push(old[..end].to_owned());
        (old, new) = (&old[end..], after);
    }
    assert_eq!(old, new, "nothing else changed after the last link");
    values
}

/// The values of `href` of `a` and `area` in a mail that is written in the usual way, outside comments.
fn hrefs(html: &str) -> Vec<String> {
    let mut visible = String::new();
    let mut rest = html;
    while let Some((before, comment)) = rest.split_once("<!--") {
        visible.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    visible.push_str(rest);
    let mut found = Vec::new();
    for element in visible.split('<').filter(|text| {
        let name: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
        ["a", "area"].contains(&name.to_ascii_lowercase().as_str())
    }) {
        if let Some((_, value)) = element.split_once("href=\"") {
            found.push(value.split_once('"').unwrap().0.to_owned());
        }
    }
    found
}

fn decoded(value: &str) -> String {
    value
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
        .trim()
        .to_owned()
}

fn merge_tags(html: &str) -> Vec<&str> {
    html.split("*|")
        .skip(1)
        .filter_map(|rest| rest.split_once("|*"))
        .map(|(tag, _)| tag)
        .collect()
}

async fn leads_where_it_led(club: &Organisation, message: &Message, values: &[String]) {
    for (link, value) in message.clicks().iter().zip(values) {
        assert_eq!(link.destination, decoded(value));
        let answer = club.visit(&format!("/l/{}/", link.id)).await;
        assert_eq!(answer.status(), 302);
        let location = answer.headers()["location"].as_bytes();
        assert_eq!(String::from_utf8_lossy(location), link.destination);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn real_newsletters_go_through() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    for name in FIXTURES {
        let original = fixture(name);
        let message = club.message(&original).await;
        let values = undo(&original, &message, app.base());
        let web = |value: &&String| value.starts_with("http://") || value.starts_with("https://");
        let expected: Vec<String> = hrefs(&original)
            .iter()
            .filter(web)
            .filter(|value| !value.contains("*|"))
            .cloned()
            .collect();
        assert_eq!(values, expected, "{name}: every web link, and no other");
        let own_tag = |tag: &&str| *tag != "CLICK";
        let tags: Vec<&str> = merge_tags(&message.content)
            .into_iter()
            .filter(own_tag)
            .collect();
        assert_eq!(tags, merge_tags(&original), "{name}: merge tags");
        leads_where_it_led(&club, &message, &values).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn destinations_keep_query_fragment_and_encoding() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let links = [
        "https://shop.example",
        "https://shop.example/a?b=1&amp;c=%20d+e&amp;f=%C3%A9#g?h/i",
        "http://shop.example:8080/%7Euser/;p=1?q=&quot;x&quot;",
        "https://xn--bcher-kva.example/?next=https%3A%2F%2Fother.example%2F%3Fa%3Db",
        "HTTPS://Shop.Example/CaSe",
    ];
    let body: String = links
        .iter()
        .map(|link| format!("<a class=x href=\"{link}\">x</a>\n"))
        .collect();
    let original = format!("<body>{body}</body>");
    let message = club.message(&original).await;
    assert_eq!(message.clicks().len(), links.len());
    let values = undo(&original, &message, app.base());
    assert_eq!(values, links);
    for link in message.clicks() {
        let answer = club.visit(&format!("/l/{}/", link.id)).await;
        assert_eq!(
            answer.headers()["location"].to_str().unwrap(),
            link.destination
        );
    }
    assert!(
        message.links[1]
            .destination
            .ends_with("?b=1&c=%20d+e&f=%C3%A9#g?h/i")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_web_link_or_marked_stays() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let original = r##"<body><a href="mailto:a@b.example">m</a><a href='tel:+1'>t</a><a href="#top">top</a>
<a href="*|UNSUB|*">u</a><a href="https://x.example/?u=*|ID|*">i</a><a href="{{ url }}">h</a>
<a href="https://x.example/%%id%%">p</a><a href="https://x.example/[[id]]">b</a><a href="https://x.example/<%id%>">e</a>
<a data-no-track href="https://x.example/plain">n</a>
<div data-no-track><p><a href="https://x.example/inside">n</a></p></div>
<img src="https://x.example/image.png"><link href="https://x.example/style.css"></body>"##;
    let message = club
        .message_with(json!({ "content": original, "pixel": false }))
        .await;
    assert_eq!(message.content, original);
    assert!(message.links.is_empty());
    let skipped = message.answer["skipped"]
        .as_array()
        .expect("what was skipped is listed");
    assert!(skipped.len() >= 4, "{skipped:?}");
    for found in skipped {
        let offset = usize::try_from(found["offset"].as_u64().unwrap()).unwrap();
        assert!(
            original[offset..].starts_with("https://x.example/"),
            "{found}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn text_mails_go_through_and_a_mail_can_be_asked_for_again() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let body = json!({
        "format": "text",
        "content": "Hello *|NAME|*,\nsee https://shop.example/a?b=1&c=2 (or http://shop.example/d).\n",
    });
    let message = club.message_with(body).await;
    let destinations: Vec<&str> = message
        .links
        .iter()
        .map(|link| link.destination.as_str())
        .collect();
    assert_eq!(
        destinations,
        ["https://shop.example/a?b=1&c=2", "http://shop.example/d"]
    );
    let [first, second] = [&message.links[0].id, &message.links[1].id];
    let base = app.base();
    let expected = format!(
        "Hello *|NAME|*,\nsee {base}/l/{first}/*|CLICK|* (or {base}/l/{second}/*|CLICK|*).\n"
    );
    assert_eq!(message.content, expected);
    let again: Value = club.get(&format!("/v1/messages/{}", message.id)).await;
    for field in ["id", "name", "format", "content", "links"] {
        assert_eq!(again[field], message.answer[field], "{field}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_registers_one_mail() {
    let app = App::start();
    let club = app.organisation(json!({})).await;
    let body = |content: &str| json!({ "name": "n", "content": content, "click_tag": "*|C|*", "preferences_tag": "*|P|*" });
    let send = async |content: &str| {
        let request = club
            .request("POST", "/v1/messages")
            .header("idempotency-key", "the-same-mail");
        request.json(&body(content)).send().await.unwrap()
    };
    let first: Value = send("<a href='https://a.example'>a</a>")
        .await
        .json()
        .await
        .unwrap();
    let second: Value = send("<a href='https://a.example'>a</a>")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        (&first["id"], &first["content"]),
        (&second["id"], &second["content"])
    );
    assert_eq!(first["links"], second["links"]);
    assert_eq!(
        send("<a href='https://b.example'>b</a>").await.status(),
        409
    );
}
