//! Places that a mailing system fills in for every recipient.

use std::ops::Range;

/// How merge tags begin and end in the mailing systems that are in use.
const DELIMITERS: [(&str, &str); 7] = [
    // Mailchimp.
    ("*|", "|*"),
    // Handlebars, Liquid, Mustache, Jinja, Go templates.
    ("{{", "}}"),
    ("{%", "%}"),
    // Salesforce Marketing Cloud, Dynamics.
    ("%%", "%%"),
    // Mailjet, Mandrill, CleverReach and others.
    ("[[", "]]"),
    // ERB, EJS.
    ("<%", "%>"),
    // Velocity, Freemarker.
    ("${", "}"),
];

/// Whether a text holds a merge tag: `*|…|*`, `{{…}}`, `{%…%}`, `%%…%%`, `[[…]]`, `<%…%>`, `${…}`.
#[must_use]
pub fn holds_merge_tag(value: &str) -> bool {
    next_merge_tag(value, 0).is_some()
}

/// The places of all merge tags, in order, none inside another.
pub(super) fn merge_tags(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let place = next_merge_tag(text, from)?;
        from = place.end;
        Some(place)
    })
}

/// The first merge tag that begins at or after `from`.
fn next_merge_tag(text: &str, from: usize) -> Option<Range<usize>> {
    DELIMITERS
        .iter()
        .filter_map(|delimiters| find(text, from, delimiters))
        .min_by_key(|place| place.start)
}

fn find(text: &str, from: usize, (open, close): &(&str, &str)) -> Option<Range<usize>> {
    let start = from.checked_add(text.get(from..)?.find(open)?)?;
    let inside = start.checked_add(open.len())?;
    let length = text.get(inside..)?.find(close)?;
    Some(start..inside.checked_add(length)?.checked_add(close.len())?)
}
