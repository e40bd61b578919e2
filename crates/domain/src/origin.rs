//! The origin of a page (RFC 6454): which site speaks.

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;
use url::{Host, Url};

/// Longest origin, in bytes: a host has at most 253.
const MAX_BYTES: usize = 270;

/// An origin as browsers write it in `Origin`: `https://www.example.com`, with a port only where it is not the
/// usual one. `http` only on the machine itself, for development: elsewhere anybody on the way could speak for
/// the site.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(String);

/// The text is not such an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "write origins as browsers do, for example https://www.example.com, without a path; http:// only for localhost"
)]
pub struct OriginError;

impl Origin {
    /// Reads an origin in exactly the form that browsers send.
    ///
    /// # Errors
    /// [`OriginError`] for any other text: with a path, in upper case, with the usual port, `null`.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let origin = Self::of_address(text)?;
        // Addresses may have an asterisk or a comma in their host, but no site does: whoever writes one means many.
        if origin.0 == text && !text.contains(['*', ',']) {
            Ok(origin)
        } else {
            Err(OriginError)
        }
    }

    /// The origin of a page's address, such as that in a `Referer`.
    ///
    /// # Errors
    /// [`OriginError`] if that is no address on the web.
    pub fn of_address(address: &str) -> Result<Self, OriginError> {
        let url = Url::parse(address).map_err(|_| OriginError)?;
        let is_local = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let may_speak = match url.scheme() {
            "https" => true,
            "http" => is_local,
            _ => false,
        };
        let text = url.origin().ascii_serialization();
        if may_speak && text.len() <= MAX_BYTES {
            Ok(Self(text))
        } else {
            Err(OriginError)
        }
    }

    /// As browsers write it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Origin {
    type Error = OriginError;

    fn try_from(text: String) -> Result<Self, OriginError> {
        Self::parse(&text)
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0
    }
}
