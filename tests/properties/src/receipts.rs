//! Receipts that somebody sends to be checked, and exports.

use domain::log::export;
use domain::log::keys::LogKeys;
use domain::log::receipt::Receipt;

use crate::input::parts;

/// Input: a content type, and the body of the page's form.
pub fn receipt(input: &[u8]) {
    let [content_type, body] = parts(input);
    let content_type = String::from_utf8_lossy(content_type);
    let Some(found) = web::receipt_in(&content_type, body) else {
        return;
    };
    assert!(found.starts_with("eyJ") && !found.contains(char::is_whitespace));
    assert!(found.len() <= body.len());
    let keys = LogKeys::parse(&"17".repeat(32)).unwrap().public();
    assert!(Receipt::verified(&found, &keys).is_err());
}

/// Input: an export in any of its formats.
pub fn export(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    if let Ok(rows) = export::read(text) {
        assert_eq!(
            export::check(&rows, &[], &[]).is_ok(),
            rows.is_empty(),
            "nothing is in an empty log"
        );
    }
}
