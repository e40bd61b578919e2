//! Reading headers of a request.

use spin_sdk::http::HeaderMap;

/// A header that clients set; text only.
pub fn first_header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// A header that the host sets. A client can send one of the same name, and Spin appends its own (Spin,
/// `crates/trigger-http/src/headers.rs`): only the last one is the host's.
pub fn last_header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(name)
        .iter()
        .next_back()
        .and_then(|value| value.to_str().ok())
}
