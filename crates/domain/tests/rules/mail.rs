//! Rewriting of mails, by example.

use domain::{
    DestinationError, MailPlan, Quoting, SkipReason, holds_merge_tag, plan_html, plan_text,
};

pub const OWN: &str = "https://t.example.org/l/";
pub const SIMPLE: &str = include_str!("../fixtures/newsletters/simple-action.html");
pub const BILLING: &str = include_str!("../fixtures/newsletters/billing.html");
pub const MAILCHIMP: &str = include_str!("../fixtures/newsletters/mailchimp-blueprint.html");
const PIXEL: &str = "<img src=\"https://t.example.org/o/x/*|TOKEN|*\" alt=\"\">";

/// Our address for the nth link, with a merge tag and a character that must be escaped.
pub fn ours(number: usize) -> String {
    format!("{OWN}{number:016}/*|TOKEN:A&B|*?a=1&b='2'")
}

fn rewrite(html: &str) -> String {
    plan_html(html, OWN)
        .unwrap()
        .splice(html, |number, _| ours(number), None)
}

fn destinations(plan: &MailPlan) -> Vec<&str> {
    plan.links()
        .iter()
        .map(|link| link.destination.as_str())
        .collect()
}

fn links(html: &str) -> Vec<String> {
    plan_html(html, OWN)
        .unwrap()
        .links()
        .iter()
        .map(|link| link.destination.clone())
        .collect()
}

/// The links of real newsletters are found, and merge tags and `mailto:` are not.
#[test]
fn newsletters() {
    let plan = plan_html(SIMPLE, OWN).unwrap();
    let expected = [
        "http://htmlemail.io",
        "http://htmlemail.io/blog",
        "http://htmlemail.io",
    ];
    assert_eq!(destinations(&plan), expected);
    let plan = plan_html(BILLING, OWN).unwrap();
    assert_eq!(destinations(&plan), ["http://www.mailgun.com"]);
    assert_eq!(plan.body_end(), BILLING.rfind("</body>"));
    let plan = plan_html(MAILCHIMP, OWN).unwrap();
    assert_eq!(plan.links().len(), 7);
    let rewritten = plan.splice(MAILCHIMP, |number, _| ours(number), Some(PIXEL));
    for tag in [
        "*|ARCHIVE|*",
        "*|FACEBOOK:PROFILEURL|*",
        "*|FORWARD|*",
        "*|TWITTER:PROFILEURL|*",
        "*|UNSUB|*",
        "*|UPDATE_PROFILE|*",
    ] {
        let count = |html: &str| html.matches(&format!("href=\"{tag}\"")).count();
        assert!(count(MAILCHIMP) > 0);
        assert_eq!(count(&rewritten), count(MAILCHIMP), "{tag}");
    }
    assert!(rewritten.contains(&format!("{PIXEL}</body>")));
}

/// Quotes are kept, unquoted values get some, our merge tag is not escaped, the rest is.
#[test]
fn replacements_are_written_for_their_quotes() {
    let escaped = "https://t.example.org/l/0000000000000000/*|TOKEN:A&B|*?a=1&amp;b=&#39;2&#39;";
    for (before, after) in [
        (
            "<a href=\"https://a.example/\">x</a>",
            format!("<a href=\"{escaped}\">x</a>"),
        ),
        (
            "<a href='https://a.example/'>x</a>",
            format!("<a href='{escaped}'>x</a>"),
        ),
        (
            "<a href=https://a.example/>x</a>",
            format!("<a href=\"{escaped}\">x</a>"),
        ),
        (
            "<A CLASS=b HREF = https://a.example/ ID=c>x</A>",
            format!("<A CLASS=b HREF = \"{escaped}\" ID=c>x</A>"),
        ),
        (
            "<area href='https://a.example/'/>",
            format!("<area href='{escaped}'/>"),
        ),
        (
            "\u{feff}ä<a\r\n\thref=\"\r\n https://a.example/\r\n\">x",
            format!("\u{feff}ä<a\r\n\thref=\"{escaped}\">x"),
        ),
        (
            "<a href=\"https://a.example/\" href=\"https://b.example/\">",
            format!("<a href=\"{escaped}\" href=\"https://b.example/\">"),
        ),
    ] {
        assert_eq!(rewrite(before), after);
    }
}

/// What a browser would follow is what is recorded as the destination.
#[test]
fn destinations_are_read_as_browsers_read_them() {
    for (value, destination) in [
        (
            "https://a.example/?a=1&amp;b=2",
            "https://a.example/?a=1&b=2",
        ),
        ("https://a.example/?a=1&b=2", "https://a.example/?a=1&b=2"),
        (
            "https://a.example/?a=1&copy=2",
            "https://a.example/?a=1&copy=2",
        ),
        (
            "https://a.example/?a=1&copyb",
            "https://a.example/?a=1&copyb",
        ),
        (
            "https://a.example/?a=1&#38;b=&#x32;",
            "https://a.example/?a=1&b=2",
        ),
        ("&#104;ttps&colon;&sol;&sol;a.example", "https://a.example"),
        ("https://a.ex\n   ample/", ""),
        ("https://a.ex\nample/\tb", "https://a.example/b"),
        (" \u{c} https://a.example/ \r\n", "https://a.example/"),
        ("HTTPS://A.example/%7B%22", "HTTPS://A.example/%7B%22"),
    ] {
        let html = format!("<p><a href=\"{value}\">x</a></p>");
        let expected: Vec<&str> = [destination]
            .into_iter()
            .filter(|destination| !destination.is_empty())
            .collect();
        assert_eq!(links(&html), expected, "{value:?}");
    }
}

/// What is no web link, is marked, is a merge tag, or is not really there comes out as it went in.
#[test]
fn the_rest_is_left_alone() {
    for html in [
        "<a href=\"mailto:a@example.com\">",
        "<a href=\"tel:+43\">",
        "<a href=\"#top\">",
        "<a href=\"/a\">",
        "<a href=\"//a.example/\">",
        "<a href=\"\">",
        "<a href>",
        "<a name=x>",
        "<a href=\"javascript:alert('https://a.example')\">",
        "<a href=\"sms:1\">",
        "<link href=\"https://a.example/\">",
        "<base href=\"https://a.example/\">",
        "<img src=\"https://a.example/\">",
        "<!-- <a href=\"https://a.example/\"> -->",
        "<style>a[href=\"https://a.example/\"]</style>",
        "<script>'<a href=\"https://a.example/\">'</script>",
        "<textarea><a href=\"https://a.example/\"></textarea>",
        "<title><a href=\"https://a.example/\"></title>",
        "<a title='<a href=\"https://a.example/\">'>",
        "<a data-no-track href=\"https://a.example/\">",
        "<a href=\"https://a.example/\" DATA-NO-TRACK=\"\">",
        "<div data-no-track><p><b><a href=\"https://a.example/\">x</a></b></p></div>",
        "<map data-no-track><area href=\"https://a.example/\"></map>",
        "<a href=\"*|UNSUB|*\">",
        "<a href=\"{{ unsubscribe }}\">",
        "<a href=\"https://t.example.org/l/x/*|TOKEN|*\">",
        "<a href=\"%%unsub_center_url%%\">",
        "",
        "<",
        "<a href=\"https://a.example/",
        "plain text https://a.example/",
    ] {
        assert_eq!(rewrite(html), html);
        assert!(plan_html(html, OWN).unwrap().skipped().is_empty(), "{html}");
    }
}

/// Only what is inside the mark is left alone.
#[test]
fn no_track_ends_with_its_element() {
    let html = "<div data-no-track><a href='https://a.example/'>a</a><br></div><a href='https://b.example/'>b</a>\
        <img data-no-track><a href='https://c.example/'>c</a>";
    assert_eq!(links(html), ["https://b.example/", "https://c.example/"]);
}

/// Links to the web that stay as they are are reported, with their place and reason.
#[test]
fn what_is_skipped_is_reported() {
    let html = "<a href=\"https://a.example/?m=*|EMAIL|*\">\
        <a href='https://user@b.example/'>\
        <!--[if mso]><v:roundrect href=\"https://c.example/\"><a href='mailto:x'><![endif]-->\
        <!--[if !mso]><!--><a href=\"https://d.example/\"><!--<![endif]-->\
        <a href=\"https://e.example/a b\"><a href=\"https://f.example/{&#123; x }}\">";
    let plan = plan_html(html, OWN).unwrap();
    assert_eq!(destinations(&plan), ["https://d.example/"]);
    let skipped: Vec<_> = plan
        .skipped()
        .iter()
        .map(|skipped| (&html[skipped.value.clone()], skipped.reason))
        .collect();
    assert_eq!(
        skipped,
        [
            ("https://a.example/?m=*|EMAIL|*", SkipReason::MergeTag),
            (
                "https://user@b.example/",
                SkipReason::Destination(DestinationError::Credentials)
            ),
            ("https://c.example/", SkipReason::ConditionalComment),
            (
                "https://e.example/a b",
                SkipReason::Destination(DestinationError::WhiteSpace)
            ),
            ("https://f.example/{&#123; x }}", SkipReason::MergeTag),
        ]
    );
}

/// The pixel goes before the last `</body>`, or to the end.
#[test]
fn the_pixel_has_its_place() {
    for (before, after) in [
        (
            "<html><body><p>x</body></html>\n",
            "<html><body><p>x#</body></html>\n",
        ),
        ("<BODY>x</BODY >", "<BODY>x#</BODY >"),
        (
            "<body><!-- </body> -->x</body>y",
            "<body><!-- </body> -->x#</body>y",
        ),
        ("<body>x", "<body>x#"),
        ("<p>x</p>", "<p>x</p>#"),
        ("", "#"),
        (
            "<body><div><a href='https://a.example/'>x</body><a href='https://b.example/'>",
            "<body><div><a href='-'>x#</body><a href='-'>",
        ),
    ] {
        let plan = plan_html(before, OWN).unwrap();
        assert_eq!(plan.splice(before, |_, _| "-".to_owned(), Some("#")), after);
    }
}

/// All merge tags of the systems in use, and nothing that only looks like one.
#[test]
fn merge_tags() {
    for value in [
        "*|UNSUB|*",
        "{{ a.b }}",
        "{{{a}}}",
        "{% url %}",
        "%%Email%%",
        "[[data:x]]",
        "<%= x %>",
        "${x}",
        "https://a.example/{{x}}?y",
        "{{ %% }}",
    ] {
        assert!(holds_merge_tag(value), "{value}");
    }
    for value in [
        "",
        "https://a.example/?a=%7B%7B",
        "a*b|c",
        "{x}",
        "[x]",
        "100%",
        "$x",
        "{{ x",
        "x }}",
        "%%",
        "|*x*|",
        "<p>",
        "[[x] ]",
    ] {
        assert!(!holds_merge_tag(value), "{value}");
    }
}

/// Addresses in plain text, without the sentence around them.
#[test]
fn addresses_in_text() {
    for (text, expected) in [
        ("See https://a.example/b.", "https://a.example/b"),
        ("(https://a.example/b)", "https://a.example/b"),
        ("(see https://a.example/b_(c)).", "https://a.example/b_(c)"),
        ("<https://a.example/?a=1&b=2>", "https://a.example/?a=1&b=2"),
        ("\"https://a.example/\", he said", "https://a.example/"),
        ("'https://a.example/'!?", "https://a.example/"),
        ("HTTP://A.example\r\nnext", "HTTP://A.example"),
        ("x:https://a.example/a,b;c:d", "https://a.example/a,b;c:d"),
        ("[https://a.example/]", "https://a.example/"),
        ("https://a.example/{b}}", "https://a.example/{b}"),
        ("ähttps://a.example/", "https://a.example/"),
        ("xhttps://a.example/", ""),
        ("www.a.example mailto:a@b.example ftp://c.example/", ""),
        ("https://", ""),
        ("https://a.example/*|EMAIL|*", ""),
        ("https://a.example/{{ contact.id }}/x", ""),
        ("{% link \"https://a.example/\" %}", ""),
        ("https://t.example.org/l/a/{{ token }}", ""),
        ("100%% https://a.example/\n100%% sure", "https://a.example/"),
    ] {
        let expected: Vec<&str> = [expected]
            .into_iter()
            .filter(|expected| !expected.is_empty())
            .collect();
        assert_eq!(destinations(&plan_text(text, OWN)), expected, "{text}");
    }
    let text = "a https://a.example/ b (https://b.example/).\r\n";
    let plan = plan_text(text, OWN);
    assert!(
        plan.links()
            .iter()
            .all(|link| link.quoting == Quoting::Text)
    );
    let rewritten = plan.splice(
        text,
        |number, _| format!("{OWN}{number}/{{{{ a & b }}}}"),
        None,
    );
    assert_eq!(
        rewritten,
        format!("a {OWN}0/{{{{ a & b }}}} b ({OWN}1/{{{{ a & b }}}}).\r\n")
    );
    assert!(plan_text(&rewritten, OWN).links().is_empty());
}
