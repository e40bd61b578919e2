//! Rewriting of mails: every link that is to be counted gets an address of ours, and everything
//! else stays as it is, byte for byte.
//!
//! First a plan is made ([`plan_html`], [`plan_text`]): which links there are, and where. Then, when
//! the links have ids, the plan is carried out on the same text ([`MailPlan::splice`]). Nothing is
//! parsed and written again, so what the sender's tools made of the mail survives.
//!
//! ```
//! let mail = "<p><a href='https://example.com/?a=1&amp;b=2'>Offer</a> <a href='*|UNSUB|*'>No more</a></p>";
//! let plan = domain::plan_html(mail, "https://t.example.org/l/")?;
//! assert_eq!(plan.links()[0].destination, "https://example.com/?a=1&b=2");
//!
//! let rewritten = plan.splice(mail, |_, _| "https://t.example.org/l/abc/*|TOKEN|*".to_owned(), None);
//! assert_eq!(rewritten, "<p><a href='https://t.example.org/l/abc/*|TOKEN|*'>Offer</a> <a href='*|UNSUB|*'>No more</a></p>");
//! # Ok::<(), domain::MailError>(())
//! ```

mod attribute;
mod html;
mod judge;
mod merge_tag;
mod scan;
mod text;

pub use html::plan_html;
pub use merge_tag::holds_merge_tag;
pub use text::plan_text;

use crate::DestinationError;
use std::ops::Range;
use thiserror::Error;

/// A link that can be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundLink {
    /// Where it leads, with character references decoded; passed [`crate::check_destination`].
    pub destination: String,
    /// The place of the attribute's value, without quotes, or of the address in plain text: bytes
    /// from the beginning of the mail.
    pub value: Range<usize>,
    /// What is around it.
    pub quoting: Quoting,
}

/// What is around an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quoting {
    /// `href="…"`
    Double,
    /// `href='…'`
    Single,
    /// `href=…`; the replacement is written in quotes.
    Unquoted,
    /// Plain text; the replacement is written as it is.
    Text,
}

/// A link that stays as it is although it leads to a web page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedLink {
    /// Where it is: bytes from the beginning of the mail.
    pub value: Range<usize>,
    /// Why.
    pub reason: SkipReason,
}

/// Why a link stays as it is. (Links marked `data-no-track`, links of ours, and everything that
/// does not lead to a web page are not mentioned.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SkipReason {
    /// The mailing system fills it in, so where it leads is not known yet.
    #[error("holds a merge tag")]
    MergeTag,
    /// Only Outlook for Windows reads it.
    #[error("is inside a conditional comment")]
    ConditionalComment,
    /// Nobody should be led there.
    #[error("{0}")]
    Destination(DestinationError),
}

/// The mail cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MailError {
    /// The parser gave up.
    #[error("the HTML cannot be read; send a complete mail in UTF-8")]
    Unreadable,
}

/// What is to be replaced in a mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailPlan {
    links: Vec<FoundLink>,
    skipped: Vec<SkippedLink>,
    body_end: Option<usize>,
}

impl MailPlan {
    /// The links, in the order of the mail.
    #[must_use]
    pub fn links(&self) -> &[FoundLink] {
        &self.links
    }

    /// The links that stay as they are, for the sender to know, in the order of the mail.
    #[must_use]
    pub fn skipped(&self) -> &[SkippedLink] {
        &self.skipped
    }

    /// Where the pixel goes: before the last `</body>`, in bytes from the beginning of the mail;
    /// `None` means the end.
    #[must_use]
    pub const fn body_end(&self) -> Option<usize> {
        self.body_end
    }

    /// Carries the plan out on the text it was made of.
    ///
    /// `replace` gets the number of the link, counted from 0, and the link, and gives the address to
    /// write. In HTML it is escaped for the attribute, except for merge tags in it, which the
    /// mailing system must find as they are. `pixel` is written as it is.
    ///
    /// On any other text than that of the plan the result has no meaning, but there is one.
    pub fn splice(
        &self,
        input: &str,
        mut replace: impl FnMut(usize, &FoundLink) -> String,
        pixel: Option<&str>,
    ) -> String {
        let body_end = self.body_end.unwrap_or(input.len());
        let mut output = String::with_capacity(input.len().saturating_mul(2));
        let mut done = 0;
        let mut pixel = pixel;
        for (number, link) in self.links.iter().enumerate() {
            if link.value.start >= body_end
                && let Some(pixel) = pixel.take()
            {
                output.push_str(input.get(done..body_end).unwrap_or_default());
                output.push_str(pixel);
                done = body_end;
            }
            output.push_str(input.get(done..link.value.start).unwrap_or_default());
            output.push_str(&attribute::written(&replace(number, link), link.quoting));
            done = link.value.end;
        }
        if let Some(pixel) = pixel {
            output.push_str(input.get(done..body_end).unwrap_or_default());
            output.push_str(pixel);
            done = body_end;
        }
        output.push_str(input.get(done..).unwrap_or_default());
        output
    }
}
