//! What is to happen to one address in a mail.

use super::{
    FoundLink, Quoting, SkipReason, SkippedLink, attribute::read_address,
    merge_tag::holds_merge_tag,
};
use crate::{check_destination, destination::has_web_scheme};
use std::ops::Range;

/// The verdict on one address.
pub(super) enum Judgement {
    /// It can be replaced.
    Link(FoundLink),
    /// It leads to a web page and still stays as it is.
    Skip(SkippedLink),
    /// It does not lead to a web page, or it is ours already.
    NotOurs,
}

/// Judges the value of an attribute at this place of the mail.
pub(super) fn judge(html: &str, value: Range<usize>, own_prefix: &str) -> Judgement {
    let source = html.get(value.clone()).unwrap_or_default();
    let quoting = match value
        .start
        .checked_sub(1)
        .and_then(|before| html.as_bytes().get(before))
    {
        Some(b'"') => Quoting::Double,
        Some(b'\'') => Quoting::Single,
        _ => Quoting::Unquoted,
    };
    let address = read_address(source);
    let merged = holds_merge_tag(source) || holds_merge_tag(&address);
    judge_address(&address, merged, own_prefix, value, quoting)
}

/// Judges an address; `merged` says whether its source holds a merge tag.
pub(super) fn judge_address(
    address: &str,
    merged: bool,
    own_prefix: &str,
    value: Range<usize>,
    quoting: Quoting,
) -> Judgement {
    if !has_web_scheme(address) || (!own_prefix.is_empty() && address.starts_with(own_prefix)) {
        return Judgement::NotOurs;
    }
    if merged {
        return Judgement::Skip(SkippedLink {
            value,
            reason: SkipReason::MergeTag,
        });
    }
    match check_destination(address) {
        Ok(destination) => Judgement::Link(FoundLink {
            destination,
            value,
            quoting,
        }),
        Err(error) => Judgement::Skip(SkippedLink {
            value,
            reason: SkipReason::Destination(error),
        }),
    }
}
