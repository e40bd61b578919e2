//! Places that a mailing system fills in for every recipient.

use std::ops::Range;

/// How merge tags begin and end in the mailing systems that are in use.
const DELIMITERS: [(&str, &str); 7] = [
    // Mailchimp.
    ("*|", "|*"),
    // Handlebars, Liquid, Mustache, Jinja, Go templates.
    ("{{", "}}"),
    ("{%", "%}"),
    // Salesforce Marketing Cloud.
    ("%%", "%%"),
    // Mailjet and others.
    ("[[", "]]"),
    // ERB, EJS.
    ("<%", "%>"),
    // Velocity, Freemarker.
    ("${", "}"),
];

/// Whether a text holds a merge tag: `*|…|*`, `{{…}}`, `{%…%}`, `%%…%%`, `[[…]]`, `<%…%>`, `${…}`.
#[must_use]
pub fn holds_merge_tag(value: &str) -> bool {
    merge_tags(value).next().is_some()
}

/// The places of all merge tags, in order, none inside another.
pub(super) fn merge_tags(text: &str) -> MergeTags<'_> {
    MergeTags {
        text,
        from: 0,
        closed: [true; DELIMITERS.len()],
    }
}

/// Takes time in proportion to the text, whatever it is.
pub(super) struct MergeTags<'a> {
    text: &'a str,
    from: usize,
    /// Whether the closing delimiter still occurs; without one, nothing is looked for any more.
    closed: [bool; DELIMITERS.len()],
}

impl Iterator for MergeTags<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let rest = self.text.as_bytes().get(self.from..)?;
        for (distance, byte) in rest.iter().enumerate() {
            if !matches!(byte, b'*' | b'{' | b'%' | b'[' | b'<' | b'$') {
                continue;
            }
            let start = self.from.checked_add(distance)?;
            if let Some(end) = self.end_of_tag(start) {
                self.from = end;
                return Some(start..end);
            }
        }
        self.from = self.text.len();
        None
    }
}

impl MergeTags<'_> {
    /// Where the merge tag ends that begins here, if one does.
    fn end_of_tag(&mut self, start: usize) -> Option<usize> {
        let text = self.text.get(start..)?;
        for ((open, close), closed) in DELIMITERS.iter().zip(&mut self.closed) {
            if !*closed {
                continue;
            }
            let Some(inside) = text.strip_prefix(open) else {
                continue;
            };
            match inside.find(close) {
                Some(length) => {
                    return start
                        .checked_add(open.len())?
                        .checked_add(length)?
                        .checked_add(close.len());
                }
                None => *closed = false,
            }
        }
        None
    }
}
