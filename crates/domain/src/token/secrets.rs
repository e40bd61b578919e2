//! The secrets of the installation, and the keys of one organisation made of them.

use crate::OrganisationId;
use hkdf::Hkdf;
use sha2::Sha256;
use std::fmt;
use thiserror::Error;

const KEY_ID: &[u8] = b"assent token key id v1";
const KEY: &[u8] = b"assent token v1";

/// The secret variable `token_secrets`: a list separated by commas. The first seals, all open.
/// Dropping one ends the tokens of the mails that were sealed with it.
#[derive(Clone)]
pub struct TokenSecrets(Vec<Hkdf<Sha256>>);

/// The variable is not usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TokenSecretsError {
    /// There is no secret.
    #[error(
        "set token_secrets to at least one secret, for example the output of `openssl rand -hex 32`"
    )]
    Empty,
    /// A secret could be guessed.
    #[error(
        "secret number {0} in token_secrets is shorter than 16 bytes; use for example the output of `openssl rand -hex 32`"
    )]
    TooShort(usize),
}

impl TokenSecrets {
    /// Reads the list. White space around a secret is not part of it.
    ///
    /// # Errors
    /// [`TokenSecretsError`] if there is none, or if one has fewer than 16 bytes.
    pub fn parse(list: &str) -> Result<Self, TokenSecretsError> {
        if list.trim().is_empty() {
            return Err(TokenSecretsError::Empty);
        }
        let secrets = list.split(',').map(str::trim).zip(1..);
        let extracted = secrets.map(|(secret, number)| match secret.len() {
            0..16 => Err(TokenSecretsError::TooShort(number)),
            _ => Ok(Hkdf::new(None, secret.as_bytes())),
        });
        extracted.collect::<Result<_, _>>().map(Self)
    }

    /// 32 bytes of each secret for another use, in the order of the list.
    pub(crate) fn derived<'a>(&'a self, info: &'a [&'a [u8]]) -> impl Iterator<Item = [u8; 32]> {
        self.0.iter().filter_map(move |secret| {
            let mut key = [0; 32];
            // Fails only for more than 8160 bytes.
            secret.expand_multi_info(info, &mut key).ok()?;
            Some(key)
        })
    }
}

impl fmt::Debug for TokenSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenSecrets({}, …)", self.0.len())
    }
}

/// The keys of one organisation: of each secret `HKDF-SHA256(secret, no salt, "assent token v1" ‖
/// organisation)` (RFC 5869). An organisation can be given its own key to seal its tokens itself;
/// nobody finds the secret, or another organisation's key, from it.
#[derive(Clone)]
pub struct TokenKeys(pub(super) Vec<TokenKey>);

/// One key of an organisation.
#[derive(Clone)]
pub(super) struct TokenKey {
    /// The first byte of its tokens: tells which key to try, and nothing else.
    pub(super) id: u8,
    /// 32 bytes: 16 for the authentication, 16 for the encryption (RFC 5297 §2.6).
    pub(super) key: [u8; 32],
}

impl TokenKeys {
    /// The keys of this organisation.
    #[must_use]
    pub fn derive(secrets: &TokenSecrets, organisation: OrganisationId) -> Self {
        Self(
            secrets
                .0
                .iter()
                .filter_map(|secret| derive_key(secret, organisation))
                .collect(),
        )
    }
}

/// Always `Some`: HKDF fails only for more than 8160 bytes.
fn derive_key(secret: &Hkdf<Sha256>, organisation: OrganisationId) -> Option<TokenKey> {
    let (mut id, mut key) = ([0; 1], [0; 32]);
    secret.expand(KEY_ID, &mut id).ok()?;
    secret
        .expand_multi_info(&[KEY, &organisation.as_bytes()], &mut key)
        .ok()?;
    let [id] = id;
    Some(TokenKey { id, key })
}

impl fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKeys({}, …)", self.0.len())
    }
}
