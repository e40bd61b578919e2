//! Values in the key-value store end with a check of what is before it: what was cut or altered there
//! must not be read as something else, such as a state without its refusal or another destination.

use sha2::{Digest, Sha256};

/// The first bytes of the SHA-256. They are against accidents; whoever may write to the store needs no
/// forgery.
const LENGTH: usize = 4;

/// The value with its check.
pub fn with_check(mut value: Vec<u8>) -> Vec<u8> {
    let check = check(&value);
    value.extend(check);
    value
}

/// The value before the check; nothing if that does not fit.
pub fn checked(stored: &[u8]) -> Option<&[u8]> {
    let (value, found) = stored.split_last_chunk::<LENGTH>()?;
    (check(value) == *found).then_some(value)
}

fn check(value: &[u8]) -> [u8; LENGTH] {
    let whole: [u8; 32] = Sha256::digest(value).into();
    whole.first_chunk().copied().unwrap_or_default()
}
