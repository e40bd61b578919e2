//! Where in an HTML mail links, comments and the end of the body are.

use super::MailError;
use lol_html::{
    DocumentContentHandlers, ElementContentHandlers, HtmlRewriter, Selector, Settings,
    html_content::{Comment, Element, EndTag},
};
use std::{borrow::Cow, cell::Cell, collections::HashSet, ops::Range, rc::Rc};

/// What was found, in the order of the mail; all places are bytes from its beginning.
pub(super) struct Found {
    /// The values of the `href` of the elements asked for, without those under `data-no-track`.
    pub(super) hrefs: Vec<Range<usize>>,
    /// Comments that begin with `[if`.
    pub(super) conditional_comments: Vec<Range<usize>>,
    /// The last `</body>`.
    pub(super) body_end: Option<usize>,
}

/// Reads the mail once, without writing anything.
pub(super) fn scan(html: &str, elements: &str) -> Result<Found, MailError> {
    let (mut untracked, mut hrefs, mut conditional_comments) =
        (HashSet::new(), Vec::new(), Vec::new());
    let body_end = Rc::new(Cell::new(None));
    let settings = Settings::new()
        // Strict parsing gives up on constructs that would be ambiguous for a sanitiser.
        .with_strict(false)
        .append_element_content_handler(on_element(
            "[data-no-track], [data-no-track] *",
            |element| {
                untracked.insert(element.source_location().bytes().start);
            },
        )?)
        .append_element_content_handler(on_element(elements, |element| {
            let start = element.source_location().bytes().start;
            hrefs.extend(href(element).map(|value| (start, value)));
        })?)
        .append_element_content_handler(on_element("body", |element| note_end(element, &body_end))?)
        .append_document_content_handler(DocumentContentHandlers::default().comments(
            |comment: &mut Comment<'_>| {
                if comment.text().trim_start().starts_with("[if") {
                    conditional_comments.push(comment.source_location().bytes());
                }
                Ok(())
            },
        ));
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| {});
    rewriter
        .write(html.as_bytes())
        .map_err(|_| MailError::Unreadable)?;
    rewriter.end().map_err(|_| MailError::Unreadable)?;
    hrefs.retain(|(element, _)| !untracked.contains(element));
    let hrefs = hrefs.into_iter().map(|(_, value)| value).collect();
    Ok(Found {
        hrefs,
        conditional_comments,
        body_end: body_end.get(),
    })
}

/// The first `href`, as HTML says of repeated attributes.
fn href(element: &Element<'_, '_>) -> Option<Range<usize>> {
    let attribute = element
        .attributes()
        .iter()
        .find(|attribute| attribute.name() == "href")?;
    attribute.value_source_location().map(|place| place.bytes())
}

fn note_end(element: &mut Element<'_, '_>, body_end: &Rc<Cell<Option<usize>>>) {
    if let Some(handlers) = element.end_tag_handlers() {
        let body_end = Rc::clone(body_end);
        handlers.push(Box::new(move |end: &mut EndTag<'_>| {
            body_end.set(
                body_end
                    .get()
                    .max(Some(end.source_location().bytes().start)),
            );
            Ok(())
        }));
    }
}

type Handler<'h> = (Cow<'static, Selector>, ElementContentHandlers<'h>);

fn on_element<'h>(
    selector: &str,
    mut handle: impl FnMut(&mut Element<'_, '_>) + 'h,
) -> Result<Handler<'h>, MailError> {
    let selector: Selector = selector.parse().map_err(|_| MailError::Unreadable)?;
    let handlers =
        ElementContentHandlers::default().element(move |element: &mut Element<'_, '_>| {
            handle(element);
            Ok(())
        });
    Ok((Cow::Owned(selector), handlers))
}
