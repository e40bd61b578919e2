//! The style sheet of the forms, under an address that names its content.

use std::sync::LazyLock;

use crate::{Handled, Problem};

/// The sheet.
pub const SHEET: &str = include_str!("../../assets/form.css");

static NAME: LazyLock<String> = LazyLock::new(|| {
    let digest = store::digest(SHEET.as_bytes());
    format!("{}.css", digest.get(..16).unwrap_or(&digest))
});

/// Its address, under the first segment of the routes of a component.
pub fn path(routes: &str) -> String {
    format!("/{routes}/assets/{}", *NAME)
}

/// The sheet, and no older or newer one under its name.
pub fn get(name: &str) -> Handled {
    if name == *NAME {
        Ok(crate::stylesheet(SHEET))
    } else {
        Err(Problem::not_found(
            "This style sheet has changed. Load the page again.",
        ))
    }
}
