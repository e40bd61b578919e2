//! Opens many click tokens of one message (RFC 5297 §2.7).
//!
//! `S2V` begins with the associated data, which here are the same for every token of a message: that part
//! of it, and both key schedules, are worked out once. Each token then costs its own payload only, less
//! than half of what `aes-siv` needs, which starts anew each time. Tokens are sealed by that crate, so every test of
//! a token holds the two against each other.

use aes::Aes128;
use aes::cipher::{Array, InnerIvInit, KeyInit, StreamCipherCore, consts::U16};
use cmac::{Cmac, Mac};
use dbl::Dbl;

use super::secrets::{TokenKey, TokenKeys};
use super::{CLICK, ClickToken, click_token, envelope};
use crate::MessageId;

type Block = Array<u8, U16>;

/// What opens the click tokens of one message.
pub struct ClickOpener(Vec<Prepared>);

/// One key, with everything that does not depend on the token.
struct Prepared {
    id: u8,
    mac: Cmac<Aes128>,
    cipher: Aes128,
    /// `S2V` after the associated data.
    state: Block,
}

impl TokenKeys {
    /// For opening several tokens of this message.
    #[must_use]
    pub fn click_opener(&self, message: MessageId) -> ClickOpener {
        let associated = [CLICK, &message.as_bytes()];
        let prepared = self.0.iter();
        ClickOpener(prepared.map(|key| Prepared::new(key, associated)).collect())
    }
}

impl ClickOpener {
    /// What [`TokenKeys::open_click`] says of a token of this message.
    #[must_use]
    pub fn open(&self, text: &str) -> Option<ClickToken> {
        let (id, sealed) = envelope::unwrap(text)?;
        let fitting = self.0.iter().filter(|key| key.id == id);
        let opened = fitting.filter_map(|key| key.open(&sealed)).next()?;
        click_token(envelope::read_payload(&opened)?)
    }
}

impl Prepared {
    fn new(key: &TokenKey, associated: [&[u8]; 2]) -> Self {
        let (mac, encryption) = Array::<u8, aes::cipher::consts::U32>::from(key.key).split::<U16>();
        let mac = <Cmac<Aes128> as KeyInit>::new(&mac);
        let mut state = tag(&mac, &[0; 16]);
        for data in associated {
            state = xor(state.dbl(), &tag(&mac, data));
        }
        Self {
            id: key.id,
            mac,
            cipher: Aes128::new(&encryption),
            state,
        }
    }

    /// The payload; nothing if a bit of it is not as it was sealed. What is shorter than one block was
    /// never sealed by us, so `S2V` for short texts is not needed.
    fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (iv, payload) = sealed.split_first_chunk::<16>()?;
        let mut payload = payload.to_vec();
        let mut counter = *iv;
        for index in [8, 12] {
            if let Some(byte) = counter.get_mut(index) {
                *byte &= 0x7f;
            }
        }
        ctr::CtrCore::<_, ctr::flavors::Ctr128BE>::inner_iv_init(&self.cipher, &counter.into())
            .apply_keystream_partial(payload.as_mut_slice().into());
        let (start, end) = payload.split_last_chunk::<16>()?;
        let end = xor(self.state, &(*end).into());
        let mut mac = self.mac.clone();
        mac.update(start);
        mac.update(&end);
        // In constant time.
        mac.verify_slice(iv).ok()?;
        Some(payload)
    }
}

fn tag(mac: &Cmac<Aes128>, data: &[u8]) -> Block {
    let mut mac = mac.clone();
    mac.update(data);
    mac.finalize().into_bytes()
}

fn xor(mut one: Block, other: &Block) -> Block {
    for (byte, other) in one.iter_mut().zip(other) {
        *byte ^= other;
    }
    one
}
