//! The transparency log of an organisation: leaves that name nobody, an RFC 9162 Merkle tree over them, signed heads.
//!
//! [`leaf`] says what is hashed; [`tree`] adds it, keeping only the frontier; [`proof`] says of which nodes a proof is
//! made, and [`verify`] checks one; [`checkpoint`] is a signed head ([C2SP tlog-checkpoint]); [`keys`] are the
//! Ed25519 keys; [`receipt`] puts it together for one person.
//!
//! [C2SP tlog-checkpoint]: https://github.com/C2SP/C2SP/blob/main/tlog-checkpoint.md

pub mod checkpoint;
pub mod dpv;
pub mod export;
pub mod hash;
pub mod jws;
pub mod keys;
pub mod leaf;
pub mod proof;
pub mod receipt;
pub mod tree;
pub mod verify;

#[cfg(test)]
mod tests;

use crate::OrganisationId;
use serde::Serialize;

/// Whose log has the industry opt-outs: they hold in every organisation and belong to none. No organisation has this
/// id.
pub const SERVICE: OrganisationId = OrganisationId::from_bytes([0; 16]);

/// The only way to write this as JSON (RFC 8785). Nothing for what JSON cannot say.
#[must_use]
pub fn canonical(value: &impl Serialize) -> Option<String> {
    serde_json_canonicalizer::to_string(value).ok()
}
