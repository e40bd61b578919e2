//! Whom a consent is about: a contact, a device, or a bridge key.

mod value;

use crate::DeviceId;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use thiserror::Error;
use value::{check_name, check_value, hash_address, lower_sha256};

/// A subject in its one text form, used in the API, the log, and exports:
///
/// - `contact:<key>`: a contact, under its key in the operator's mailing system;
/// - `device:<type>:<value>`: a browser or a phone;
/// - `bk:<name>:<value>`: a bridge key of the Salesforce DMP, mostly
///   `bk:email_sha256:<64 hex digits>`. `bk:email:<address>` is accepted and at once trimmed,
///   lower-cased, and hashed: a `Subject` never holds an address that was named as one.
///
/// `Debug` shows only the kind, so that no log line names a person by accident.
///
/// ```
/// use domain::Subject;
///
/// let subject = Subject::parse("bk:email: Jane@Example.com")?;
/// assert!(subject.as_str().starts_with("bk:email_sha256:8c87b489"));
/// assert_eq!(Subject::parse("contact:4711")?.contact_key(), Some("4711"));
/// # Ok::<(), domain::SubjectError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Subject {
    text: String,
    kind: SubjectKind,
}

/// The three kinds of subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    /// `contact:…`
    Contact,
    /// `device:…`
    Device,
    /// `bk:…`
    BridgeKey,
}

/// The text is not a subject; the message says what to write instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SubjectError {
    /// It begins with none of the three kinds.
    #[error("begin a subject with contact:<key>, device:<type>:<value> or bk:<name>:<value>")]
    Kind,
    /// The type of a device or the name of a bridge key.
    #[error(
        "write the type of a device or the name of a bridge key with 1 to 32 of a-z, 0-9 and _"
    )]
    Name,
    /// The value is too short, too long, or has characters that cannot be written to the log.
    #[error(
        "the value of a subject has 1 to 256 bytes of printable text without ^ and without invisible characters"
    )]
    Value,
    /// `bk:email:` without an address.
    #[error("after bk:email: goes one e-mail address")]
    Address,
    /// `bk:email_sha256:` without a SHA-256.
    #[error(
        "after bk:email_sha256: go the 64 hexadecimal digits of the SHA-256 of the trimmed, lower-case address"
    )]
    Sha256,
}

impl Subject {
    /// Reads the text form, and hashes an address on the way.
    ///
    /// # Errors
    /// [`SubjectError`] says which part is wrong, without repeating it.
    pub fn parse(text: &str) -> Result<Self, SubjectError> {
        let (kind, rest) = text.split_once(':').ok_or(SubjectError::Kind)?;
        match kind {
            "contact" => Self::contact(rest),
            "device" => Self::device(rest),
            "bk" => Self::bridge_key(rest),
            _ => Err(SubjectError::Kind),
        }
    }

    /// The contact with this key in the operator's mailing system.
    ///
    /// # Errors
    /// [`SubjectError::Value`] if the key is empty, too long, or not printable.
    pub fn contact(key: &str) -> Result<Self, SubjectError> {
        check_value(key)?;
        Ok(Self {
            text: format!("contact:{key}"),
            kind: SubjectKind::Contact,
        })
    }

    /// A browser: `device:kxcookie:<id>`, by the tag's own word for "the one in my cookie".
    #[must_use]
    pub fn of_device(id: DeviceId) -> Self {
        Self {
            text: format!("device:kxcookie:{id}"),
            kind: SubjectKind::Device,
        }
    }

    fn device(rest: &str) -> Result<Self, SubjectError> {
        let (name, value) = rest.split_once(':').ok_or(SubjectError::Name)?;
        check_name(name)?;
        check_value(value)?;
        Ok(Self {
            text: format!("device:{name}:{value}"),
            kind: SubjectKind::Device,
        })
    }

    fn bridge_key(rest: &str) -> Result<Self, SubjectError> {
        let (name, value) = rest.split_once(':').ok_or(SubjectError::Name)?;
        check_name(name)?;
        let text = match name {
            "email" => format!("bk:email_sha256:{}", hash_address(value)?),
            "email_sha256" => format!("bk:email_sha256:{}", lower_sha256(value)?),
            _ => {
                check_value(value)?;
                format!("bk:{name}:{value}")
            }
        };
        Ok(Self {
            text,
            kind: SubjectKind::BridgeKey,
        })
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Which of the three kinds it is.
    #[must_use]
    pub const fn kind(&self) -> SubjectKind {
        self.kind
    }

    /// The key of a contact; `None` for devices and bridge keys.
    #[must_use]
    pub fn contact_key(&self) -> Option<&str> {
        self.text.strip_prefix("contact:")
    }
}

/// Whether a text names a person by an e-mail address (`bk:email:…`), which must not appear in a
/// URL: URLs end up in logs and histories.
#[must_use]
pub fn names_address(text: &str) -> bool {
    const PREFIX: &str = "bk:email:";
    text.trim_start()
        .get(..PREFIX.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subject({:?}, …)", self.kind)
    }
}

impl FromStr for Subject {
    type Err = SubjectError;

    fn from_str(text: &str) -> Result<Self, SubjectError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Subject {
    type Error = SubjectError;

    fn try_from(text: String) -> Result<Self, SubjectError> {
        Self::parse(&text)
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.text
    }
}
