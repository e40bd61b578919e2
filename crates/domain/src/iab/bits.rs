//! Bits in base64url: six in each letter, the highest first.

use thiserror::Error;

/// The letters do not hold what must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BitsError {
    /// A letter that is not of base64url (RFC 4648 §5), such as padding.
    #[error("only letters, digits, '-' and '_' stand here")]
    Alphabet,
    /// Over before all fields were read.
    #[error("it ends too early")]
    End,
    /// Bits behind the last field are not zero: the fields were not those that the writer wrote.
    #[error("something stands behind its last field")]
    Trailing,
    /// A range that ends before it begins, or has no beginning.
    #[error("a range of ids is not ascending")]
    Range,
    /// A number that stands for nothing.
    #[error("a number is too large")]
    Number,
}

/// Reads fields one after the other.
pub struct Bits<'a> {
    letters: &'a [u8],
    /// In bits.
    at: usize,
}

impl<'a> Bits<'a> {
    /// At the beginning of the text.
    pub fn new(text: &'a str) -> Result<Self, BitsError> {
        let letters = text.as_bytes();
        if letters.iter().all(|letter| value(*letter).is_some()) {
            Ok(Self { letters, at: 0 })
        } else {
            Err(BitsError::Alphabet)
        }
    }

    /// One bit.
    pub fn bit(&mut self) -> Result<bool, BitsError> {
        let letter = self.letters.get(self.at / 6).ok_or(BitsError::End)?;
        let place = 5_usize.saturating_sub(self.at % 6);
        self.at = self.at.saturating_add(1);
        Ok(value(*letter).unwrap_or(0) >> place & 1 == 1)
    }

    /// A number of so many bits, at most 36.
    pub fn number(&mut self, bits: u32) -> Result<u64, BitsError> {
        (0..bits).try_fold(0, |number, _| Ok(number << 1 | u64::from(self.bit()?)))
    }

    /// The same as a number of 16 bits, for fields that are not wider.
    pub fn short(&mut self, bits: u32) -> Result<u16, BitsError> {
        u16::try_from(self.number(bits)?).map_err(|_| BitsError::Number)
    }

    /// A bit for each id from 1 on, the first in bit 0 of what is given.
    pub fn ids(&mut self, bits: u32) -> Result<u64, BitsError> {
        (0..bits).try_fold(0, |ids, id| Ok(ids | u64::from(self.bit()?) << id))
    }

    /// Passes over so many bits.
    pub fn skip(&mut self, bits: usize) -> Result<(), BitsError> {
        let at = self.at.saturating_add(bits);
        if at > self.letters.len().saturating_mul(6) {
            return Err(BitsError::End);
        }
        self.at = at;
        Ok(())
    }

    /// A number in Fibonacci coding: one bit for each of 1, 2, 3, 5, 8 …, over at the first two ones in a row.
    pub fn fibonacci(&mut self) -> Result<u16, BitsError> {
        let (mut value, mut next, mut total) = (Some(1_u16), Some(2_u16), 0_u16);
        let mut before = false;
        loop {
            let bit = self.bit()?;
            if bit && before {
                return Ok(total);
            }
            if bit {
                let more = value.and_then(|value| total.checked_add(value));
                total = more.ok_or(BitsError::Number)?;
            }
            before = bit;
            let sum = value
                .zip(next)
                .and_then(|(value, next)| value.checked_add(next));
            (value, next) = (next, sum);
        }
    }

    /// That only zeros are left.
    pub fn end(mut self) -> Result<(), BitsError> {
        while self.at < self.letters.len().saturating_mul(6) {
            if self.bit()? {
                return Err(BitsError::Trailing);
            }
        }
        Ok(())
    }
}

const fn value(letter: u8) -> Option<u8> {
    Some(match letter {
        b'A'..=b'Z' => letter.saturating_sub(b'A'),
        b'a'..=b'z' => letter.saturating_sub(b'a').saturating_add(26),
        b'0'..=b'9' => letter.saturating_sub(b'0').saturating_add(52),
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    })
}
