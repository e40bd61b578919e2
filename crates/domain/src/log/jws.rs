//! Signed JSON: JWS compact serialization with EdDSA (RFC 7515, RFC 8037).

use super::keys::{LogKeys, LogPublicKeys};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use thiserror::Error;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
}

/// The text is not signed JSON, or not to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum JwsError {
    /// Not three parts in base64url, or another type or algorithm than ours.
    #[error(
        "this is no receipt: three parts in base64url, separated by dots, signed with EdDSA (RFC 7515)"
    )]
    Malformed,
    /// Signed with a key that is not known.
    #[error("no known key has signed this: take the keys from /.well-known/jwks.json")]
    UnknownKey,
    /// Not signed like this.
    #[error("the signature is wrong: this was altered, or the key is another")]
    WrongSignature,
}

/// Signs with the first key. Nothing if there is no key.
#[must_use]
pub fn sign(typ: &str, payload: &str, keys: &LogKeys) -> Option<String> {
    let kid = keys.public().iter().next()?.kid.clone();
    let header = Header {
        alg: "EdDSA".to_owned(),
        kid,
        typ: typ.to_owned(),
    };
    let header = Base64UrlUnpadded::encode_string(super::canonical(&header)?.as_bytes());
    let payload = Base64UrlUnpadded::encode_string(payload.as_bytes());
    let message = format!("{header}.{payload}");
    let (_, signature) = keys.signatures(message.as_bytes()).next()?;
    let signature = Base64UrlUnpadded::encode_string(&signature);
    Some(format!("{message}.{signature}"))
}

/// What was signed, if one of the keys did.
///
/// # Errors
/// [`JwsError`] if it cannot be read or must not be believed.
pub fn verified(typ: &str, jws: &str, keys: &LogPublicKeys) -> Result<String, JwsError> {
    const MALFORMED: JwsError = JwsError::Malformed;
    let (message, signature) = jws.rsplit_once('.').ok_or(MALFORMED)?;
    let (header, payload) = message.split_once('.').ok_or(MALFORMED)?;
    let bytes = |text: &str| Base64UrlUnpadded::decode_vec(text).map_err(|_| MALFORMED);
    let header: Header = serde_json::from_slice(&bytes(header)?).map_err(|_| MALFORMED)?;
    if header.alg != "EdDSA" || header.typ != typ {
        return Err(MALFORMED);
    }
    let payload = String::from_utf8(bytes(payload)?).map_err(|_| MALFORMED)?;
    let signature: [u8; 64] = bytes(signature)?.try_into().map_err(|_| MALFORMED)?;
    let mut named = keys.iter().filter(|key| key.kid == header.kid);
    let key = named.next().ok_or(JwsError::UnknownKey)?;
    if key.verifies(message.as_bytes(), &signature) {
        Ok(payload)
    } else {
        Err(JwsError::WrongSignature)
    }
}
