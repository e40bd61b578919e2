//! Rewriting of mails: only links change, once, and what is written is read as what was meant.

use domain::{MailPlan, Quoting, check_destination, plan_html, plan_text};

use crate::input::texts;

const OWN: &str = "https://t.example.org/l/";
const PIXEL: &str = r#"<img src="https://t.example.org/o/x/*|CLICK|*" alt="">"#;

fn ours(number: usize) -> String {
    format!("{OWN}{number}/*|CLICK|*")
}

/// Input: a mail in HTML, and another text.
pub fn html(input: &[u8]) {
    let Some([html, other]) = texts(input) else {
        return;
    };
    let plan = plan_html(html, OWN).unwrap();
    only_links_change(html, &plan);
    let rewritten = plan.splice(html, |number, _| ours(number), None);
    let again = plan_html(&rewritten, OWN).unwrap();
    assert!(
        again.links().is_empty(),
        "rewritten twice: {:?}",
        again.links()
    );
    assert_eq!(again.skipped().len(), plan.skipped().len());
    // As another system reads it, every link is where it was and leads where we said.
    let foreign = |number: usize| format!("https://t.example.org/m/{number}?a=1&b='2\"");
    let read = plan_html(&plan.splice(html, |number, _| foreign(number), None), OWN).unwrap();
    let found: Vec<&str> = read
        .links()
        .iter()
        .map(|link| link.destination.as_str())
        .collect();
    let wanted: Vec<String> = (0..plan.links().len()).map(foreign).collect();
    assert_eq!(found, wanted);
    // The pixel changes nothing but that it is there.
    let with_pixel = plan.splice(html, |number, _| ours(number), Some(PIXEL));
    assert_eq!(with_pixel.len(), rewritten.len() + PIXEL.len());
    let pixel = with_pixel.find(PIXEL).unwrap();
    assert!(
        html.contains(PIXEL)
            || format!(
                "{}{}",
                &with_pixel[..pixel],
                &with_pixel[pixel + PIXEL.len()..]
            ) == rewritten
    );
    // A plan for another text gives nonsense and nothing worse.
    let _ = plan.splice(other, |number, _| ours(number), Some(PIXEL));
}

/// Input: a mail in plain text.
pub fn text(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let plan = plan_text(text, OWN);
    only_links_change(text, &plan);
    let rewritten = plan.splice(text, |number, _| format!("{OWN}{number}"), None);
    let again = plan_text(&rewritten, OWN);
    assert!(again.links().is_empty(), "{rewritten:?}");
    assert_eq!(again.skipped().len(), plan.skipped().len());
}

/// What is not a link is there byte for byte, in its order, and nothing else is.
fn only_links_change(input: &str, plan: &MailPlan) {
    let mut expected = String::new();
    let mut done = 0;
    for (number, link) in plan.links().iter().enumerate() {
        expected.push_str(&input[done..link.value.start]);
        let address = format!("{OWN}{number}");
        match link.quoting {
            Quoting::Unquoted => expected.push_str(&format!("\"{address}\"")),
            _ => expected.push_str(&address),
        }
        done = link.value.end;
        assert!(destination_holds(&link.destination));
    }
    expected.push_str(&input[done..]);
    assert_eq!(
        plan.splice(input, |number, _| format!("{OWN}{number}"), None),
        expected
    );
    for skipped in plan.skipped() {
        assert!(input.get(skipped.value.clone()).is_some());
    }
}

/// Input: an address.
pub fn destination(input: &[u8]) {
    let Ok(address) = std::str::from_utf8(input) else {
        return;
    };
    let Ok(checked) = check_destination(address) else {
        return;
    };
    assert!(destination_holds(&checked));
    // A browser that is sent to it goes where one goes that is given the original.
    let read = |address: &str| url::Url::parse(address).unwrap();
    assert_eq!(read(&checked), read(address));
}

fn destination_holds(address: &str) -> bool {
    let value = http::HeaderValue::from_str(address).unwrap();
    assert_eq!(value.as_bytes(), address.as_bytes());
    assert!(address.bytes().all(|byte| byte.is_ascii_graphic()) && address.len() <= 2048);
    assert_eq!(
        check_destination(address).as_deref(),
        Ok(address),
        "final form"
    );
    let url = url::Url::parse(address).unwrap();
    assert!(matches!(url.scheme(), "http" | "https"));
    assert!(url.username().is_empty() && url.password().is_none() && url.host_str().is_some());
    true
}
