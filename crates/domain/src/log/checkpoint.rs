//! Signed heads, in the format [C2SP tlog-checkpoint] within a [C2SP signed-note].
//!
//! [C2SP tlog-checkpoint]: https://github.com/C2SP/C2SP/blob/main/tlog-checkpoint.md
//! [C2SP signed-note]: https://github.com/C2SP/C2SP/blob/main/signed-note.md

use super::hash::LogHash;
use super::keys::{Jwk, LogKeys, LogPublicKeys};
use crate::OrganisationId;
use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// Ed25519, in the hash that names a key.
const ED25519: u8 = 1;

/// What a head says: this is the tree of this log when it had this many leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log; also the name of its keys.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: LogHash,
}

/// The text is not a checkpoint, or not one to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CheckpointError {
    /// Not written as C2SP tlog-checkpoint says.
    #[error(
        "this is no checkpoint: three lines, an empty one, and signatures (C2SP tlog-checkpoint)"
    )]
    Malformed,
    /// None of its signatures is of a known key.
    #[error("no known key has signed this checkpoint: take the keys from /.well-known/jwks.json")]
    UnknownKey,
    /// A known key has not signed this.
    #[error("a signature of this checkpoint is wrong: it was altered, or the key is another")]
    WrongSignature,
}

impl Checkpoint {
    /// The log of this organisation.
    #[must_use]
    pub fn origin_of(organisation: OrganisationId) -> String {
        format!("assent/{organisation}")
    }

    /// What is signed.
    fn text(&self) -> String {
        let root = Base64::encode_string(self.root.as_bytes());
        format!("{}\n{}\n{root}\n", self.origin, self.size)
    }

    /// The text with a signature of each key.
    #[must_use]
    pub fn signed(&self, keys: &LogKeys) -> String {
        let mut note = self.text();
        let signatures = keys.signatures(note.as_bytes()).map(|(key, signature)| {
            let id = key_id(&self.origin, &key).unwrap_or_default();
            let encoded = Base64::encode_string(&[id.as_slice(), &signature].concat());
            format!("\u{2014} {} {encoded}\n", self.origin)
        });
        let signatures: String = signatures.collect();
        note.push('\n');
        note.push_str(&signatures);
        note
    }

    /// Reads a checkpoint that at least one of the keys has signed, and none of them wrongly. Signatures of others
    /// do not matter.
    ///
    /// # Errors
    /// [`CheckpointError`] if it cannot be read or must not be believed.
    pub fn verified(note: &str, keys: &LogPublicKeys) -> Result<Self, CheckpointError> {
        const MALFORMED: CheckpointError = CheckpointError::Malformed;
        let (text, signatures) = note.rsplit_once("\n\n").ok_or(MALFORMED)?;
        let checkpoint = Self::read(text).ok_or(MALFORMED)?;
        let signed = checkpoint.text();
        let mut known = false;
        let lines = signatures.strip_suffix('\n').ok_or(MALFORMED)?;
        for line in lines.split('\n') {
            let (name, id, signature) = signature_in(line).ok_or(MALFORMED)?;
            if name != checkpoint.origin {
                continue;
            }
            let mut of_id = keys.iter().filter(|key| key_id(name, key) == Some(id));
            let Some(key) = of_id.next() else { continue };
            if !key.verifies(signed.as_bytes(), &signature) {
                return Err(CheckpointError::WrongSignature);
            }
            known = true;
        }
        if known {
            Ok(checkpoint)
        } else {
            Err(CheckpointError::UnknownKey)
        }
    }

    /// What a note claims, whoever has signed it; nothing if it cannot be read.
    #[must_use]
    pub fn claimed(note: &str) -> Option<Self> {
        Self::read(note.rsplit_once("\n\n")?.0)
    }

    /// Reads the three lines. Nothing for a size that is written in another way than we do.
    fn read(text: &str) -> Option<Self> {
        let mut lines = text.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let mut bytes = [0; 32];
        let decoded = Base64::decode(root, &mut bytes).ok()?;
        let read = Self {
            origin: origin.to_owned(),
            size: size.parse().ok()?,
            root: LogHash::from_bytes(decoded.try_into().ok()?),
        };
        let whole = lines.next().is_none() && !origin.is_empty() && read.size.to_string() == size;
        whole.then_some(read)
    }
}

/// The first four bytes of `SHA-256(name ‖ "\n" ‖ 0x01 ‖ public key)`.
fn key_id(name: &str, key: &Jwk) -> Option<[u8; 4]> {
    let hash = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', ED25519])
        .chain_update(key.bytes()?);
    hash.finalize().first_chunk().copied()
}

/// `— <name> <base64 of the key's id and the signature>`.
fn signature_in(line: &str) -> Option<(&str, [u8; 4], [u8; 64])> {
    let (name, encoded) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let bytes = Base64::decode_vec(encoded).ok()?;
    let (id, signature) = bytes.split_first_chunk::<4>()?;
    Some((name, *id, signature.try_into().ok()?))
}
