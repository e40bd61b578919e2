//! Names of attributes.

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// The name of an attribute: 1 to 32 of `a-z`, `0-9` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AttributeName(String);

/// The text is no name of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("write the name of an attribute with 1 to 32 of a-z, 0-9 and _")]
pub struct AttributeNameError;

impl AttributeName {
    /// Reads a name.
    ///
    /// # Errors
    /// [`AttributeNameError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, AttributeNameError> {
        let plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        if (1..=32).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(AttributeNameError)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for AttributeName {
    type Error = AttributeNameError;

    fn try_from(text: String) -> Result<Self, AttributeNameError> {
        Self::parse(&text)
    }
}

impl From<AttributeName> for String {
    fn from(name: AttributeName) -> Self {
        name.0
    }
}
