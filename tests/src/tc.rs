//! TC strings as a consent management platform makes them (TCF 2.3).

use std::time::{SystemTime, UNIX_EPOCH};

/// One that was made so many days ago, with consent to these purposes, and vendors 1 to 5 disclosed.
pub fn tc(purposes: &[usize], days_ago: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let day = (now.as_secs() / 86_400 - days_ago) * 864_000;
    let number = |value: u64, bits: usize| format!("{value:0bits$b}");
    let mut core = number(2, 6) + &number(day, 36) + &number(day, 36) + &number(880, 12);
    core += &(number(1, 12) + &number(1, 6) + &number(4, 6) + &number(13, 6) + &number(120, 12));
    core += &(number(5, 6) + "1" + &number(0, 13));
    core.extend((1..=24).map(|purpose| {
        if purposes.contains(&purpose) {
            '1'
        } else {
            '0'
        }
    }));
    core += &number(0, 24 + 1 + 12 + 17 + 17 + 12);
    let disclosed = number(1, 3)
        + &number(5, 16)
        + "1"
        + &number(1, 12)
        + "1"
        + &number(1, 16)
        + &number(5, 16);
    format!("{}.{}", letters(&core), letters(&disclosed))
}

fn letters(bits: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let whole = bits.len().next_multiple_of(6);
    format!("{bits:0<whole$}")
        .as_bytes()
        .chunks(6)
        .map(|six| usize::from_str_radix(std::str::from_utf8(six).unwrap(), 2).unwrap())
        .map(|value| char::from(LETTERS[value]))
        .collect()
}
