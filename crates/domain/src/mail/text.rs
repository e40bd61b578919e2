//! Links in plain-text mails.

use super::{
    MailPlan, Quoting,
    judge::{Judgement, judge_address},
    merge_tag::merge_tags,
};
use std::ops::Range;

/// Finds the addresses of web pages in a plain text.
///
/// An address reaches to the next white space, quotation mark or angle bracket; punctuation at its
/// end belongs to the sentence, except for brackets that were opened inside it. Addresses that
/// touch a merge tag, or stand in one, and those that begin with `own_prefix` stay as they are.
#[must_use]
pub fn plan_text(text: &str, own_prefix: &str) -> MailPlan {
    let mut plan = MailPlan::default();
    let tags = tags_by_line(text);
    let mut from = 0;
    while let Some(place) = next_address(text, from, &tags) {
        from = place.end;
        let address = text.get(place.clone()).unwrap_or_default();
        let next_tag = tags.get(tags.partition_point(|tag| tag.end < place.start));
        let merged = next_tag.is_some_and(|tag| tag.start <= place.end);
        match judge_address(address, merged, own_prefix, place, Quoting::Text) {
            Judgement::Link(link) => plan.links.push(link),
            Judgement::Skip(skipped) => plan.skipped.push(skipped),
            Judgement::NotOurs => {}
        }
    }
    plan
}

/// The merge tags of a text; none reaches over the end of a line, since the text between two
/// unrelated `%%` is not one.
fn tags_by_line(text: &str) -> Vec<Range<usize>> {
    let mut start: usize = 0;
    let mut tags = Vec::new();
    for line in text.split_inclusive('\n') {
        tags.extend(
            merge_tags(line)
                .map(|tag| tag.start.saturating_add(start)..tag.end.saturating_add(start)),
        );
        start = start.saturating_add(line.len());
    }
    tags
}

/// The next address that begins at or after `from`.
fn next_address(text: &str, from: usize, tags: &[Range<usize>]) -> Option<Range<usize>> {
    let mut from = from;
    loop {
        let start = from.checked_add(find_scheme(text.get(from..)?)?)?;
        let begins_word = !text
            .get(..start)?
            .ends_with(|c: char| c.is_ascii_alphanumeric());
        if begins_word {
            return Some(start..end_of_address(text, start, tags)?);
        }
        from = start.checked_add(1)?;
    }
}

fn find_scheme(text: &str) -> Option<usize> {
    let begins = |place: usize, scheme: &str| {
        place
            .checked_add(scheme.len())
            .and_then(|end| text.as_bytes().get(place..end))
            .is_some_and(|bytes| bytes.eq_ignore_ascii_case(scheme.as_bytes()))
    };
    text.char_indices()
        .map(|(place, _)| place)
        .find(|place| begins(*place, "http://") || begins(*place, "https://"))
}

/// Where the address ends that begins at `start`. A merge tag belongs to it whole, whatever is
/// inside.
fn end_of_address(text: &str, start: usize, tags: &[Range<usize>]) -> Option<usize> {
    let mut tags = tags
        .get(tags.partition_point(|tag| tag.start < start)..)?
        .iter()
        .peekable();
    let (mut end, mut last_tag_end) = (start, start);
    for (distance, c) in text.get(start..)?.char_indices() {
        let place = start.checked_add(distance)?;
        if place < end {
            continue;
        }
        if let Some(tag) = tags.next_if(|tag| tag.start == place) {
            end = tag.end;
            last_tag_end = end;
        } else if c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"') {
            break;
        } else {
            end = place.checked_add(c.len_utf8())?;
        }
    }
    let trimmed = trim_punctuation(text.get(start..end)?).len();
    Some(start.checked_add(trimmed)?.max(last_tag_end))
}

/// Without the punctuation of the sentence around it; a closing bracket stays if its opening one is
/// part of the address.
fn trim_punctuation(address: &str) -> &str {
    let count = |wanted: char| address.matches(wanted).count();
    let mut unopened = [('(', ')'), ('[', ']'), ('{', '}')]
        .map(|(open, close)| (close, count(close).saturating_sub(count(open))));
    address.trim_end_matches(|c: char| {
        if let Some((_, left)) = unopened.iter_mut().find(|(close, _)| *close == c) {
            let belongs_to_sentence = *left > 0;
            *left = left.saturating_sub(1);
            belongs_to_sentence
        } else {
            matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\'')
        }
    })
}
