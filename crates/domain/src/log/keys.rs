//! The keys that sign heads and receipts: Ed25519 (RFC 8032), published as a JWK set (RFC 7517, RFC 8037).

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use thiserror::Error;

/// The secret variable `log_signing_key`: a list separated by commas. The first signs receipts, all sign heads and are
/// published. So a new key is put first, and an old one goes when nobody relies on it any more.
#[derive(Clone)]
pub struct LogKeys(Vec<SigningKey>);

/// The variable is not usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LogKeysError {
    /// There is no key.
    #[error(
        "set log_signing_key to 64 hexadecimal digits, for example the output of `openssl rand -hex 32`"
    )]
    Empty,
    /// Not the seed of an Ed25519 key.
    #[error(
        "key number {0} in log_signing_key does not have 64 hexadecimal digits, as `openssl rand -hex 32` gives"
    )]
    NotHexadecimal(usize),
}

impl LogKeys {
    /// Reads the list. White space around a key is not part of it.
    ///
    /// # Errors
    /// [`LogKeysError`] if there is none, or if one is not 32 bytes in hexadecimal.
    pub fn parse(list: &str) -> Result<Self, LogKeysError> {
        if list.trim().is_empty() {
            return Err(LogKeysError::Empty);
        }
        let seeds = list.split(',').map(str::trim).zip(1..);
        let keys = seeds.map(|(text, number)| {
            let mut seed = [0; 32];
            match base16ct::mixed::decode(text.as_bytes(), &mut seed) {
                Ok(decoded) if decoded.len() == 32 => Ok(SigningKey::from_bytes(&seed)),
                _ => Err(LogKeysError::NotHexadecimal(number)),
            }
        });
        keys.collect::<Result<_, _>>().map(Self)
    }

    /// All public keys, the one that signs receipts first.
    #[must_use]
    pub fn public(&self) -> LogPublicKeys {
        LogPublicKeys(
            self.0
                .iter()
                .map(|key| Jwk::of(&key.verifying_key()))
                .collect(),
        )
    }

    /// The signature of each key, with the key that checks it.
    pub(super) fn signatures<'a>(
        &'a self,
        message: &'a [u8],
    ) -> impl Iterator<Item = (Jwk, [u8; 64])> + 'a {
        let sign = |key: &SigningKey| (Jwk::of(&key.verifying_key()), key.sign(message).to_bytes());
        self.0.iter().map(sign)
    }
}

impl fmt::Debug for LogKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKeys({}, …)", self.0.len())
    }
}

/// Public keys, as `/.well-known/jwks.json` gives them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPublicKeys(#[serde(with = "wrapped")] Vec<Jwk>);

impl LogPublicKeys {
    /// Each.
    pub fn iter(&self) -> impl Iterator<Item = &Jwk> {
        self.0.iter()
    }
}

mod wrapped {
    use super::Jwk;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Set<T> {
        keys: T,
    }

    pub fn serialize<S: Serializer>(keys: &[Jwk], serializer: S) -> Result<S::Ok, S::Error> {
        Set { keys }.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Jwk>, D::Error> {
        Set::deserialize(from).map(|set| set.keys)
    }
}

/// One public key (RFC 8037 §2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    kty: String,
    crv: String,
    alg: String,
    r#use: String,
    /// The SHA-256 thumbprint of the key (RFC 7638).
    pub kid: String,
    x: String,
}

impl Jwk {
    fn of(key: &VerifyingKey) -> Self {
        let x = Base64UrlUnpadded::encode_string(key.as_bytes());
        let thumbprint = Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
        Self {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            alg: "EdDSA".to_owned(),
            r#use: "sig".to_owned(),
            kid: Base64UrlUnpadded::encode_string(&thumbprint),
            x,
        }
    }

    /// The 32 bytes of the key; nothing if it is no Ed25519 key.
    #[must_use]
    pub fn bytes(&self) -> Option<[u8; 32]> {
        let mut bytes = [0; 32];
        let decoded = Base64UrlUnpadded::decode(&self.x, &mut bytes).ok()?;
        (self.kty == "OKP" && self.crv == "Ed25519" && decoded.len() == 32).then_some(bytes)
    }

    /// Whether this key made the signature (RFC 8032 §5.1.7, without keys and points that several would fit).
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let key = self
            .bytes()
            .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        let signature = Signature::from_bytes(signature);
        key.is_some_and(|key| key.verify_strict(message, &signature).is_ok())
    }
}
