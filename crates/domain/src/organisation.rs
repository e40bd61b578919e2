//! Ids of organisations, messages, API keys and browsers: UUIDs (RFC 9562).

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// The text is not a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("write ids as UUIDs with hyphens, for example 45e0a0b2-7f30-456c-875c-1cfa507d72b6")]
pub struct IdError;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// A UUID. Text form: lower-case with hyphens; upper-case is accepted when read
        /// (RFC 9562 §4).
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name([u8; 16]);

        impl $name {
            /// A version 4 UUID out of 16 random bytes (RFC 9562 §5.4).
            #[must_use]
            pub const fn from_random(random: [u8; 16]) -> Self {
                Self(version_4(random))
            }

            /// The id with exactly these bytes, most significant first.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The 16 bytes, most significant first.
            #[must_use]
            pub const fn as_bytes(&self) -> [u8; 16] {
                self.0
            }

            /// Reads the text form.
            ///
            /// # Errors
            /// [`IdError`] if it is anything else: no braces, no `urn:uuid:`, no missing hyphens.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                parse_uuid(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_uuid(f, self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    };
}

uuid_id! {
    /// Where an organisation wants to be told of changes.
    WebhookId
}

uuid_id! {
    /// A rule of an organisation.
    RuleId
}

uuid_id! {
    /// A tenant; nothing crosses from one to another. `orgUuid` in the files of Salesforce DMP.
    OrganisationId
}

uuid_id! {
    /// A mail as it was sent to many people; its links and its counters belong to it.
    MessageId
}

uuid_id! {
    /// An API key. This is its name in the log, not the secret.
    KeyId
}

uuid_id! {
    /// A browser, named by the random id in its own cookie. It says nothing about anybody.
    DeviceId
}

const fn version_4(random: [u8; 16]) -> [u8; 16] {
    const VERSION: u128 = 0xf << 76;
    const VARIANT: u128 = 0b11 << 62;
    let bits = u128::from_be_bytes(random) & !VERSION & !VARIANT | (4 << 76) | (0b10 << 62);
    bits.to_be_bytes()
}

const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

fn parse_uuid(text: &str) -> Result<[u8; 16], IdError> {
    if !text.split('-').map(str::len).eq(GROUPS) {
        return Err(IdError);
    }
    let digits: String = text.split('-').collect();
    let mut bytes = [0; 16];
    base16ct::mixed::decode(digits.as_bytes(), &mut bytes).map_err(|_| IdError)?;
    Ok(bytes)
}

fn write_uuid(f: &mut fmt::Formatter<'_>, bytes: [u8; 16]) -> fmt::Result {
    let digits = base16ct::lower::encode_string(&bytes);
    let mut rest = digits.as_str();
    for (position, length) in GROUPS.into_iter().enumerate() {
        let (group, after) = rest.split_at_checked(length).ok_or(fmt::Error)?;
        rest = after;
        write!(f, "{}{group}", if position == 0 { "" } else { "-" })?;
    }
    Ok(())
}
