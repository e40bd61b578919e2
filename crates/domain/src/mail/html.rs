//! Links in HTML mails.

use super::scan::scan;
use super::{
    FoundLink, MailError, MailPlan, SkipReason, SkippedLink,
    judge::{Judgement, judge},
};
use std::ops::Range;

/// Finds the links of an HTML mail: `href` of `a` and `area` that lead to a web page.
///
/// Left alone are elements marked `data-no-track` and everything inside them (an element that the
/// mail forgets to close reaches to the end of its parent), links that begin with `own_prefix`, the
/// address under which our links are (such as `https://t.example.org/l/`; empty if there is none),
/// and everything in comments. The links of conditional comments, which only Outlook for Windows
/// reads, are among [`MailPlan::skipped`].
///
/// # Errors
/// [`MailError::Unreadable`] if the parser gives up; it does so for no text that we know of.
pub fn plan_html(html: &str, own_prefix: &str) -> Result<MailPlan, MailError> {
    let found = scan(html, "a[href], area[href]")?;
    let mut plan = MailPlan {
        body_end: found.body_end,
        ..MailPlan::default()
    };
    for value in found.hrefs {
        match judge(html, value, own_prefix) {
            Judgement::Link(link) => plan.links.push(link),
            Judgement::Skip(skipped) => plan.skipped.push(skipped),
            Judgement::NotOurs => {}
        }
    }
    for comment in found.conditional_comments {
        plan.skipped
            .extend(links_of_comment(html, comment, own_prefix)?);
    }
    plan.skipped.sort_by_key(|skipped| skipped.value.start);
    Ok(plan)
}

/// The links that Outlook shows and we do not touch, VML shapes (`v:roundrect`) included.
fn links_of_comment(
    html: &str,
    comment: Range<usize>,
    own_prefix: &str,
) -> Result<Vec<SkippedLink>, MailError> {
    let Some((content, offset)) = content_of_comment(html, comment) else {
        return Ok(Vec::new());
    };
    let hrefs = scan(content, "[href]")?.hrefs;
    let skipped = hrefs
        .into_iter()
        .filter_map(|value| match judge(content, value, own_prefix) {
            Judgement::Link(FoundLink { value, .. })
            | Judgement::Skip(SkippedLink { value, .. }) => Some(SkippedLink {
                value: value.start.saturating_add(offset)..value.end.saturating_add(offset),
                reason: SkipReason::ConditionalComment,
            }),
            Judgement::NotOurs => None,
        });
    Ok(skipped.collect())
}

/// What stands between `<!--[if …]>` and the end of the comment, and where that begins.
fn content_of_comment(html: &str, comment: Range<usize>) -> Option<(&str, usize)> {
    let (condition, content) = html.get(comment.clone())?.split_once("]>")?;
    let offset = comment
        .start
        .checked_add(condition.len())?
        .checked_add("]>".len())?;
    Some((content, offset))
}
