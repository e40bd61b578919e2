//! What the key-value store holds about a device. Layout: `1 kind since:i64 check`, integers little-endian, the
//! check that of [`crate::checked`].

use domain::Timestamp;

use crate::checked::{checked, with_check};

const FORMAT: u8 = 1;
const HOLD: u8 = b'h';
const OUT: u8 = b'o';
const IN: u8 = b'i';

/// A device as the key-value store has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Something about it is being written: it counts as opted out.
    Hold {
        /// When that began.
        since: Timestamp,
    },
    /// Opted out everywhere.
    Out {
        /// When it asked.
        since: Timestamp,
    },
    /// Not opted out.
    In,
}

impl Known {
    pub fn encode(self) -> Vec<u8> {
        let (kind, since) = match self {
            Self::Hold { since } => (HOLD, since.micros()),
            Self::Out { since } => (OUT, since.micros()),
            Self::In => (IN, 0),
        };
        let mut bytes = vec![FORMAT, kind];
        bytes.extend(since.to_le_bytes());
        with_check(bytes)
    }

    /// Nothing for what this version cannot read; the caller then takes the device to be opted out.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (&[FORMAT, kind], since) = checked(bytes)?.split_first_chunk::<2>()? else {
            return None;
        };
        let since = Timestamp::from_micros(i64::from_le_bytes(since.try_into().ok()?));
        match kind {
            HOLD => Some(Self::Hold { since }),
            OUT => Some(Self::Out { since }),
            IN => Some(Self::In),
            _ => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let since = Timestamp::from_micros(1_795_290_000_123_456);
        for known in [Known::Hold { since }, Known::Out { since }, Known::In] {
            let bytes = known.encode();
            assert_eq!(Known::decode(&bytes), Some(known));
            for length in 0..bytes.len() {
                assert_eq!(Known::decode(&bytes[..length]), None, "length {length}");
            }
            for place in 0..bytes.len() {
                let mut altered = bytes.clone();
                altered[place] ^= 1;
                assert_eq!(Known::decode(&altered), None, "byte {place}");
            }
        }
        let mut newer = checked(&Known::In.encode()).unwrap().to_vec();
        newer[0] = FORMAT + 1;
        assert_eq!(Known::decode(&with_check(newer)), None);
    }
}
