//! Hashes of leaves and nodes (RFC 9162 §2.1.1).

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use thiserror::Error;

/// A SHA-256 hash. Text form: 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LogHash([u8; 32]);

/// The text is not a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a hash has 64 lower-case hexadecimal digits")]
pub struct LogHashError;

impl LogHash {
    /// The hash with exactly these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Of nothing: the root of an empty tree.
    #[must_use]
    pub fn empty() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// Of a leaf: `SHA-256(0x00 ‖ leaf)`.
    #[must_use]
    pub fn leaf(leaf: &[u8]) -> Self {
        let hash = Sha256::new().chain_update([0]).chain_update(leaf);
        Self(hash.finalize().into())
    }

    /// Of a node: `SHA-256(0x01 ‖ left ‖ right)`.
    #[must_use]
    pub fn node(left: Self, right: Self) -> Self {
        let hash = Sha256::new()
            .chain_update([1])
            .chain_update(left.0)
            .chain_update(right.0);
        Self(hash.finalize().into())
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// [`LogHashError`] if it is anything but 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, LogHashError> {
        let mut bytes = [0; 32];
        match base16ct::lower::decode(text.as_bytes(), &mut bytes) {
            Ok(decoded) if decoded.len() == 32 => Ok(Self(bytes)),
            _ => Err(LogHashError),
        }
    }
}

impl fmt::Display for LogHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base16ct::lower::encode_string(&self.0))
    }
}

impl fmt::Debug for LogHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogHash({self})")
    }
}

impl TryFrom<String> for LogHash {
    type Error = LogHashError;

    fn try_from(text: String) -> Result<Self, LogHashError> {
        Self::parse(&text)
    }
}

impl From<LogHash> for String {
    fn from(hash: LogHash) -> Self {
        hash.to_string()
    }
}
