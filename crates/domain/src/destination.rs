//! Where a link may lead.

use thiserror::Error;
use url::Url;

/// Longest destination, in bytes.
pub const MAX_DESTINATION_BYTES: usize = 2048;

/// The address cannot be the destination of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DestinationError {
    /// Longer than [`MAX_DESTINATION_BYTES`].
    #[error("a destination has at most 2048 bytes")]
    TooLong,
    /// It would break a header or hide where it leads.
    #[error(
        "a destination has no white space and no control characters; write them percent-encoded"
    )]
    WhiteSpace,
    /// `javascript:`, `data:`, relative addresses, and all the others.
    #[error("a destination begins with https:// or http://")]
    Scheme,
    /// `https://bank.example@evil.example/` leads to `evil.example`.
    #[error("a destination has no user name or password in front of its host")]
    Credentials,
    /// No host, or one that a browser would refuse.
    #[error("a destination is a complete address with a host that browsers accept")]
    Unreadable,
}

/// Checks the destination of a link, reading it as a browser does (WHATWG URL), and gives it back
/// in a form that fits a `Location` header.
///
/// It comes back as it was given, byte for byte. Only what every browser would rewrite anyway and
/// a header cannot carry, or not safely (letters outside ASCII, backslashes, a missing `//`), comes
/// back as the browser would write it.
///
/// # Errors
/// [`DestinationError`] says what must change. A destination is never guessed.
pub fn check_destination(destination: &str) -> Result<String, DestinationError> {
    if destination.len() > MAX_DESTINATION_BYTES {
        return Err(DestinationError::TooLong);
    }
    if destination
        .chars()
        .any(|c| c.is_control() || c.is_whitespace())
    {
        return Err(DestinationError::WhiteSpace);
    }
    if !has_web_scheme(destination) {
        return Err(DestinationError::Scheme);
    }
    let url = Url::parse(destination).map_err(|_| DestinationError::Unreadable)?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err(DestinationError::Unreadable);
    }
    let authority = authority(destination);
    let has_name = authority.is_some_and(|authority| authority.contains('@'));
    if has_name || !url.username().is_empty() || url.password().is_some() {
        return Err(DestinationError::Credentials);
    }
    let fits_header = destination.is_ascii() && authority.is_some();
    let address = if fits_header {
        destination.to_owned()
    } else {
        url.into()
    };
    if address.len() > MAX_DESTINATION_BYTES {
        return Err(DestinationError::TooLong);
    }
    Ok(address)
}

/// Whether an address begins with `http:` or `https:`, in whatever case.
pub(crate) fn has_web_scheme(address: &str) -> bool {
    address.split_once(':').is_some_and(|(scheme, _)| {
        scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
    })
}

/// What stands between `//` and the path, if the address has the plain form `scheme://host…`, with
/// no backslash that a browser would read as a slash. Browsers accept others (`https:host`,
/// `https:\\host`), which as a `Location` would mean something else.
fn authority(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once(':')?;
    let before_query = rest.split(['?', '#']).next()?;
    let authority = before_query.strip_prefix("//")?.split('/').next()?;
    (!authority.is_empty() && !before_query.contains('\\')).then_some(authority)
}
