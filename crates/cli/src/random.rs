//! Random numbers of the operating system.

use std::fmt::Write;

use anyhow::{Context, Result};

/// Random bytes.
pub fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).context("this machine gives no random numbers")?;
    Ok(bytes)
}

/// Random bytes, written in hexadecimal.
pub fn hexadecimal<const N: usize>() -> Result<String> {
    let mut text = String::with_capacity(N.saturating_mul(2));
    for byte in bytes::<N>()? {
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}
