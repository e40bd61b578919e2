//! Parts of an input.

/// `N` parts; those that are not there are empty, the last has the rest.
pub fn parts<const N: usize>(input: &[u8]) -> [&[u8]; N] {
    let mut parts = input.splitn(N, |byte| *byte == 255);
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// The same as text; nothing if a part is not UTF-8.
pub fn texts<const N: usize>(input: &[u8]) -> Option<[&str; N]> {
    let mut texts = [""; N];
    for (text, part) in texts.iter_mut().zip(parts::<N>(input)) {
        *text = std::str::from_utf8(part).ok()?;
    }
    Some(texts)
}

/// A number made of a part.
pub fn number(part: &[u8]) -> u64 {
    part.iter().fold(0, |sum: u64, byte| {
        sum.wrapping_mul(31).wrapping_add(u64::from(*byte))
    })
}
