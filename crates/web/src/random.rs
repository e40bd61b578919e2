//! Random bytes of the host.

use spin_sdk::wasip3::random::random::get_random_bytes;

/// `N` bytes from the host's secure generator.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let mut filled = 0;
    // WASI may give fewer than asked for.
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        let fresh = get_random_bytes(u64::try_from(rest.len()).unwrap_or(u64::MAX));
        for (place, byte) in rest.iter_mut().zip(&fresh) {
            *place = *byte;
        }
        filled = filled.saturating_add(fresh.len());
    }
    bytes
}

/// A random UUID (version 4) as text.
pub fn random_id() -> String {
    domain::MessageId::from_random(random()).to_string()
}
