//! Values of attributes: what browsers read in them, and how ours are written.

use super::{Quoting, merge_tag::merge_tags};
use std::borrow::Cow;

/// The address that a browser reads from the source text of an `href`: character references
/// decoded by the rules of attributes (HTML §13.2.5.73), spaces at both ends and line breaks
/// anywhere removed (WHATWG URL §4.4).
pub(super) fn read_address(source: &str) -> String {
    let decoded = htmlize::unescape_attribute(source);
    let is_space = |c: char| c <= ' ';
    decoded
        .trim_matches(is_space)
        .replace(['\t', '\n', '\r'], "")
}

/// An address as it is written into the mail.
pub(super) fn written(address: &str, quoting: Quoting) -> Cow<'_, str> {
    match quoting {
        Quoting::Text => Cow::Borrowed(address),
        Quoting::Double | Quoting::Single => Cow::Owned(escaped(address)),
        Quoting::Unquoted => Cow::Owned(quoted(&escaped(address))),
    }
}

/// Quotes that a merge tag inside does not end.
fn quoted(value: &str) -> String {
    if value.contains('"') {
        format!("'{value}'")
    } else {
        format!("\"{value}\"")
    }
}

/// Everything but merge tags escaped; these must reach the mailing system as they are.
fn escaped(address: &str) -> String {
    let mut output = String::with_capacity(address.len());
    let mut done = 0;
    for tag in merge_tags(address) {
        escape_into(
            &mut output,
            address.get(done..tag.start).unwrap_or_default(),
        );
        output.push_str(address.get(tag.clone()).unwrap_or_default());
        done = tag.end;
    }
    escape_into(&mut output, address.get(done..).unwrap_or_default());
    output
}

fn escape_into(output: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => output.push_str("&amp;"),
            '"' => output.push_str("&quot;"),
            '\'' => output.push_str("&#39;"),
            '<' => output.push_str("&lt;"),
            '>' => output.push_str("&gt;"),
            _ => output.push(c),
        }
    }
}
