//! Ids of links.

use base32ct::{Base32Unpadded, Encoding};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// The id of a link: 80 random bits, so that nobody finds one by trying.
///
/// Text form: 16 characters of lower-case base32 (RFC 4648 §6). Nothing else is accepted, so that a
/// link has one address only.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LinkId([u8; 10]);

/// The text is not the id of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the id of a link has 16 characters out of a-z and 2-7")]
pub struct LinkIdError;

impl LinkId {
    /// An id out of 10 random bytes.
    #[must_use]
    pub const fn from_random(random: [u8; 10]) -> Self {
        Self(random)
    }

    /// The 10 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> [u8; 10] {
        self.0
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// [`LinkIdError`] for anything else, also for upper-case letters.
    pub fn parse(text: &str) -> Result<Self, LinkIdError> {
        let mut bytes = [0; 10];
        match Base32Unpadded::decode(text, &mut bytes) {
            Ok(decoded) if decoded.len() == 10 => Ok(Self(bytes)),
            _ => Err(LinkIdError),
        }
    }
}

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Base32Unpadded::encode_string(&self.0))
    }
}

impl fmt::Debug for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkId({self})")
    }
}

impl FromStr for LinkId {
    type Err = LinkIdError;

    fn from_str(text: &str) -> Result<Self, LinkIdError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for LinkId {
    type Error = LinkIdError;

    fn try_from(text: String) -> Result<Self, LinkIdError> {
        Self::parse(&text)
    }
}

impl From<LinkId> for String {
    fn from(id: LinkId) -> Self {
        id.to_string()
    }
}
