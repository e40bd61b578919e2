//! The outer form of tokens: payload, cipher, text.

use super::{
    SealError,
    secrets::{TokenKey, TokenKeys},
};
use aes_siv::{KeyInit, siv::Aes128Siv};
use base64ct::{Base64UrlUnpadded, Encoding};

/// Longest text that is looked at. The longest token there can be has about 480 characters.
const MAX_TEXT: usize = 1024;

/// Payloads have a multiple of this many bytes, and at least [`SHORTEST`], so that the length of a
/// token tells nothing about the usual keys (numbers, Salesforce's 18 characters, UUIDs), and above
/// all not whether there is one in it: the anonymous token would show who refused.
const BLOCK: usize = 16;
const SHORTEST: usize = 48;

impl TokenKeys {
    pub(super) fn seal(
        &self,
        purpose: &[u8],
        scope: &[u8],
        mark: u8,
        key: &str,
    ) -> Result<String, SealError> {
        let newest = self.0.first().ok_or(SealError::Cipher)?;
        let sealed = cipher(newest)
            .encrypt([purpose, scope], &payload(mark, key))
            .map_err(|_| SealError::Cipher)?;
        let bytes: Vec<u8> = std::iter::once(newest.id).chain(sealed).collect();
        Ok(Base64UrlUnpadded::encode_string(&bytes))
    }

    /// The mark and the contact key of a token of ours.
    pub(super) fn open(&self, purpose: &[u8], scope: &[u8], text: &str) -> Option<(u8, String)> {
        let (id, sealed) = unwrap(text)?;
        let fitting = self.0.iter().filter(|key| key.id == id);
        let opened = fitting
            .filter_map(|key| cipher(key).decrypt([purpose, scope], &sealed).ok())
            .next()?;
        read_payload(&opened)
    }
}

/// The key's number, and what was sealed.
pub(super) fn unwrap(text: &str) -> Option<(u8, Vec<u8>)> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let mut bytes = Base64UrlUnpadded::decode_vec(text).ok()?;
    let id = bytes.drain(..1.min(bytes.len())).next()?;
    Some((id, bytes))
}

/// Made anew each time: using a cipher changes it (`&mut`) and it cannot be cloned. Setting it up is
/// two AES key schedules, a small part of opening a token, and needs no lock.
fn cipher(key: &TokenKey) -> Aes128Siv {
    Aes128Siv::new(&key.key.into())
}

fn payload(mark: u8, key: &str) -> Vec<u8> {
    let length = key
        .len()
        .saturating_add(1)
        .next_multiple_of(BLOCK)
        .max(SHORTEST);
    let mut payload = Vec::with_capacity(length);
    payload.push(mark);
    payload.extend_from_slice(key.as_bytes());
    payload.resize(length, 0);
    payload
}

/// A contact key holds no zero byte (it is printable), so the zeros at the end are the padding.
pub(super) fn read_payload(payload: &[u8]) -> Option<(u8, String)> {
    let (mark, rest) = payload.split_first()?;
    let key = std::str::from_utf8(rest).ok()?.trim_end_matches('\0');
    Some((*mark, key.to_owned()))
}
