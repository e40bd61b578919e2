//! Rewriting of mails, for all inputs.

use super::mail::{BILLING, MAILCHIMP, OWN, SIMPLE, ours};
use domain::{MailPlan, plan_html, plan_text};
use proptest::prelude::*;
use std::time::{Duration, Instant};

/// Pieces that HTML mails are made of, and that they should not be made of.
const PIECES: &[&str] = &[
    "<a href=\"https://a.example/?a=1&amp;b=2\">",
    "<a href='http://b.example/ä'>",
    "<a href=https://c.example>",
    "<A HREF=\"*|UNSUB|*\">",
    "<a href=\"https://d.example/{{ x }}\" class='y'>",
    "<a href = \"\n https://e.example/&copy=1\">",
    "</a>",
    "<area href=\"https://f.example\"/>",
    "<div data-no-track>",
    "</div>",
    "<body>",
    "</body>",
    "</html>",
    "<!--[if mso]>",
    "<![endif]-->",
    "<!-- ",
    " -->",
    "<!-->",
    "<style>",
    "</style>",
    "<script>",
    "</script>",
    "<textarea>",
    "<svg>",
    "</svg>",
    "<select>",
    "<template>",
    "<![CDATA[",
    "]]>",
    "<a href=\"https://g.example/",
    "<",
    ">",
    "\"",
    "'",
    "&",
    "text ",
    "ä漢😀",
    "\r\n",
    "\u{feff}",
    "\0",
    "<a href=\"mailto:x@y.example\">",
    "https://h.example/x.",
    "href=",
    "<a ",
    "=",
    "<a href=\"https://i.example\" href=\"https://j.example\" data-no-track>",
    "<a href=https://k.example/?a=b'c\"d>",
    "<p/",
    "<plaintext>",
    "<noscript>",
    "*|",
    "|*",
    "{{",
    "}}",
    "%%",
    "[[",
    "${",
    "}",
    "(",
    ")",
    "http://",
    "https://l.example/(x)",
];

fn any_mail() -> impl Strategy<Value = String> {
    let piece = prop_oneof![8 => proptest::sample::select(PIECES).prop_map(str::to_owned), 1 => "\\PC{0,8}"];
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

/// What is not in the places of the plan is in the output unchanged, in order, and nothing else is.
fn check_only_links_changed(input: &str, plan: &MailPlan) -> Result<(), TestCaseError> {
    let mark = "\u{1}";
    let output = plan.splice(input, |_, _| mark.to_owned(), None);
    let mut between = Vec::new();
    let mut done = 0;
    for link in plan.links() {
        prop_assert!(link.value.start >= done);
        between.push(&input[done..link.value.start]);
        done = link.value.end;
    }
    between.push(&input[done..]);
    if !input.contains(mark) {
        let kept: Vec<String> = output.split(mark).map(str::to_owned).collect();
        prop_assert_eq!(kept.len(), between.len());
        for (kept, before) in kept.iter().zip(between) {
            prop_assert_eq!(kept.trim_matches('"'), before.trim_matches('"'));
        }
    }
    Ok(())
}

fn check_html(html: &str) -> Result<(), TestCaseError> {
    let plan = plan_html(html, OWN).unwrap();
    check_only_links_changed(html, &plan)?;
    let rewritten = plan.splice(html, |number, _| ours(number), None);
    let again = plan_html(&rewritten, OWN).unwrap();
    prop_assert!(
        again.links().is_empty(),
        "rewriting twice is rewriting once: {:?} in {}",
        again.links(),
        rewritten
    );
    prop_assert_eq!(
        again.splice(&rewritten, |number, _| ours(number), None),
        rewritten.clone()
    );
    prop_assert_eq!(again.skipped().len(), plan.skipped().len());
    // Read as another system's mail, every replaced link is where it was and leads where we said.
    let foreign = plan.splice(
        html,
        |number, _| format!("https://t.example.org/l/{number}?a=1&b='2\""),
        None,
    );
    let read = plan_html(&foreign, "").unwrap();
    let destinations: Vec<&str> = read
        .links()
        .iter()
        .map(|link| link.destination.as_str())
        .collect();
    for number in 0..plan.links().len() {
        let expected = format!("https://t.example.org/l/{number}?a=1&b='2\"");
        prop_assert!(
            destinations.contains(&expected.as_str()),
            "{} in {}",
            expected,
            foreign
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// Whatever the HTML: nothing fails, only links change, and what is written parses back.
    #[test]
    fn any_html_is_rewritten_safely(html in any_mail()) {
        check_html(&html)?;
    }

    /// The same for plain text.
    #[test]
    fn any_text_is_rewritten_safely(text in any_mail()) {
        let plan = plan_text(&text, OWN);
        check_only_links_changed(&text, &plan)?;
        let rewritten = plan.splice(&text, |number, _| format!("{OWN}{number}"), None);
        prop_assert!(plan_text(&rewritten, OWN).links().is_empty(), "{}", rewritten);
    }

    /// A plan for one mail does nothing worse to another than nonsense.
    #[test]
    fn plans_are_safe_on_other_mails(one in any_mail(), other in any_mail()) {
        let _ = plan_html(&one, OWN).unwrap().splice(&other, |number, _| ours(number), Some("#"));
    }
}

/// Real newsletters keep all promises.
#[test]
fn newsletters_are_rewritten_safely() {
    for html in [SIMPLE, BILLING, MAILCHIMP] {
        check_html(html).unwrap();
        check_html(&html.replace('\n', "\r\n")).unwrap();
        let text = plan_text(html, OWN);
        check_only_links_changed(html, &text).unwrap();
    }
}

/// Time grows with the size of a mail and not faster, also for one made to be slow.
#[test]
fn hostile_mails_take_no_longer() {
    for piece in [
        "{{",
        "%%",
        "{{a}}",
        "*|",
        "<%",
        "https://a",
        ")",
        "https://a.example/)",
        "h",
        "<a href='{{'>",
        "<a href=\"https://a.example\">",
        "<!--[if",
        "<b>",
        "&",
        "<a data-no-track>",
    ] {
        let mail = piece.repeat(400_000 / piece.len());
        let start = Instant::now();
        let _ = plan_html(&mail, OWN);
        let _ = plan_html(&format!("<a href=\"{mail}\">"), OWN);
        let _ = plan_text(&mail, OWN);
        let _ = plan_text(&format!("https://a.example/{mail}"), OWN);
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{piece}: {:?}",
            start.elapsed()
        );
    }
}
