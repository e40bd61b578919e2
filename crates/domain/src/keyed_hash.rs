//! The name under which a subject is kept where its identifier must not be.

use crate::{OrganisationId, Subject};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;
use thiserror::Error;

/// Separates these hashes from everything else that might ever be made with the same secret.
const CONTEXT: &[u8] = b"assent subject v1";
const REQUEST: &[u8] = b"assent request v1";

/// The same for what holds in every organisation.
const EVERYWHERE: &[u8] = b"assent device everywhere v1";

/// The secret variable `hash_secret`. It is never rotated: what was stored under the old hashes
/// would no longer be found.
#[derive(Clone)]
pub struct HashSecret(Hmac<Sha256>);

/// The secret is too short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "set hash_secret to at least 16 random bytes, for example the output of `openssl rand -hex 32`"
)]
pub struct HashSecretError;

impl HashSecret {
    /// Takes the secret as it is written in the configuration; white space around it is ignored.
    ///
    /// # Errors
    /// [`HashSecretError`] if it has fewer than 16 bytes.
    pub fn new(secret: &str) -> Result<Self, HashSecretError> {
        let secret = secret.trim().as_bytes();
        if secret.len() < 16 {
            return Err(HashSecretError);
        }
        Hmac::new_from_slice(secret)
            .map(Self)
            .map_err(|_| HashSecretError)
    }

    /// A code that nobody without the secret can make, for what `context` names.
    pub(crate) fn code(&self, context: &[u8], content: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(context);
        mac.update(content);
        mac
    }

    /// The first 16 bytes of `HMAC-SHA256(hash_secret, "assent request v1" ‖ content)` as 32 hexadecimal
    /// digits: by it a repeated request is recognised, and nobody without the secret can try out whom a request
    /// was about.
    #[must_use]
    pub fn fingerprint(&self, content: &str) -> String {
        let whole: [u8; 32] = self
            .code(REQUEST, content.as_bytes())
            .finalize()
            .into_bytes()
            .into();
        KeyedHash(whole.first_chunk().copied().unwrap_or_default()).to_string()
    }
}

impl fmt::Debug for HashSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashSecret(…)")
    }
}

/// The first 16 bytes of `HMAC-SHA256(hash_secret, "assent subject v1" ‖ organisation ‖ subject)`.
///
/// Text form: 32 lower-case hexadecimal digits. Nobody without the secret can tell whom it stands
/// for, not even by trying all addresses; and the same person has different ones in two
/// organisations.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyedHash([u8; 16]);

/// The text is not a keyed hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a keyed hash has 32 lower-case hexadecimal digits")]
pub struct KeyedHashError;

impl KeyedHash {
    /// The hash with exactly these bytes, as a store gives them back.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> [u8; 16] {
        self.0
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// [`KeyedHashError`] if it is anything but 32 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, KeyedHashError> {
        let mut bytes = [0; 16];
        match base16ct::lower::decode(text.as_bytes(), &mut bytes) {
            Ok(decoded) if decoded.len() == 16 => Ok(Self(bytes)),
            _ => Err(KeyedHashError),
        }
    }
}

impl fmt::Display for KeyedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base16ct::lower::encode_string(&self.0))
    }
}

impl fmt::Debug for KeyedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyedHash({self})")
    }
}

impl TryFrom<String> for KeyedHash {
    type Error = KeyedHashError;

    fn try_from(text: String) -> Result<Self, KeyedHashError> {
        Self::parse(&text)
    }
}

impl From<KeyedHash> for String {
    fn from(hash: KeyedHash) -> Self {
        hash.to_string()
    }
}

impl Subject {
    /// The name under which this subject is kept by `organisation`.
    #[must_use]
    pub fn keyed_hash(&self, secret: &HashSecret, organisation: OrganisationId) -> KeyedHash {
        let mut mac = secret.code(CONTEXT, &organisation.as_bytes());
        mac.update(self.as_str().as_bytes());
        let whole: [u8; 32] = mac.finalize().into_bytes().into();
        KeyedHash(whole.first_chunk().copied().unwrap_or_default())
    }

    /// The name under which what this subject asks of every organisation is kept; see
    /// [`Device::keyed_hash`](crate::Device::keyed_hash).
    pub(crate) fn keyed_hash_everywhere(&self, secret: &HashSecret) -> KeyedHash {
        let mut mac = secret.0.clone();
        mac.update(EVERYWHERE);
        mac.update(self.as_str().as_bytes());
        let whole: [u8; 32] = mac.finalize().into_bytes().into();
        KeyedHash(whole.first_chunk().copied().unwrap_or_default())
    }
}
