//! What the key-value store holds about a subject: its decisions with their version, or a hold.
//!
//! Layout, first byte the format: `3 'h' since:i64 check` is a hold, `3 's' version:i64 first_seen:i64
//! erased_at:i64 (flag tier granted source regime at:i64)* check` a state; integers little-endian, the least
//! one for a time that is not there, the check that of [`crate::checked`]. Format 2 lacks the two times.

use domain::{Choice, ConsentState, Decision, Flag, Regime, Source, Tier, Timestamp};

use crate::checked::{checked, with_check};

const FORMAT: u8 = 3;
const FORMAT_BEFORE: u8 = 2;
const HOLD: u8 = b'h';
const STATE: u8 = b's';

/// The numbers of sources and regimes in stored values: their place here, so only ever append.
const SOURCES: [Source; 11] = [
    Source::Api,
    Source::Tag,
    Source::Sdk,
    Source::Form,
    Source::Interception,
    Source::OneClick,
    Source::File,
    Source::Console,
    Source::Gpc,
    Source::Tcf,
    Source::Gpp,
];
const REGIMES: [Regime; 5] = [
    Regime::Gdpr,
    Regime::Global,
    Regime::Law25,
    Regime::Ccpa,
    Regime::Casl,
];

/// The place of a value in a list that is only ever appended to.
pub fn number_of<T: PartialEq>(all: &[T], wanted: T) -> u8 {
    let place = all.iter().position(|one| *one == wanted);
    // 255 is read as unreadable, so as closed.
    place
        .and_then(|place| u8::try_from(place).ok())
        .unwrap_or(u8::MAX)
}

/// The flag with this bit.
pub fn flag_of(bit: u8) -> Option<Flag> {
    Flag::ALL.into_iter().find(|flag| flag.bit() == bit)
}

/// A subject as the key-value store has it.
#[derive(Debug, Clone, PartialEq)]
pub enum Projection {
    /// A refusal is being written: everything is closed.
    Hold {
        /// When the refusal began to be written.
        since: Timestamp,
    },
    /// The decisions of one version.
    State {
        /// The subject's version in SQLite when this was read from there.
        version: i64,
        /// Its decisions.
        state: ConsentState,
    },
}

impl Projection {
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![FORMAT];
        match self {
            Self::Hold { since } => {
                bytes.push(HOLD);
                bytes.extend(since.micros().to_le_bytes());
            }
            Self::State { version, state } => {
                bytes.push(STATE);
                bytes.extend(version.to_le_bytes());
                bytes.extend(optional(state.first_seen).to_le_bytes());
                bytes.extend(optional(state.erased_at).to_le_bytes());
                for (flag, decision) in state.iter() {
                    bytes.push(flag.bit());
                    bytes.push(decision.tier.number());
                    bytes.push(u8::from(decision.choice == Choice::Granted));
                    bytes.push(number_of(&SOURCES, decision.source));
                    bytes.push(number_of(&REGIMES, decision.regime));
                    bytes.extend(decision.at.micros().to_le_bytes());
                }
            }
        }
        with_check(bytes)
    }

    /// Nothing for what this version cannot read; the caller then treats everything as closed.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (&[format, kind], rest) = checked(bytes)?.split_first_chunk::<2>()?;
        if ![FORMAT, FORMAT_BEFORE].contains(&format) {
            return None;
        }
        let (number, mut rest) = number_at(rest)?;
        match kind {
            HOLD if rest.is_empty() => Some(Self::Hold {
                since: Timestamp::from_micros(number),
            }),
            STATE => {
                let mut state = ConsentState::default();
                if format == FORMAT {
                    let (first_seen, tail) = number_at(rest)?;
                    let (erased_at, tail) = number_at(tail)?;
                    state = ConsentState::new(time(first_seen), time(erased_at));
                    rest = tail;
                }
                while let Some((entry, tail)) = rest.split_first_chunk::<13>() {
                    let (&[flag, tier, granted, source, regime], at) =
                        entry.split_first_chunk::<5>()?;
                    let decision = Decision {
                        choice: match granted {
                            0 => Choice::Refused,
                            1 => Choice::Granted,
                            _ => return None,
                        },
                        tier: Tier::from_number(tier).ok()?,
                        source: *SOURCES.get(usize::from(source))?,
                        at: Timestamp::from_micros(i64::from_le_bytes(at.try_into().ok()?)),
                        regime: *REGIMES.get(usize::from(regime))?,
                    };
                    state.record(flag_of(flag)?, decision);
                    rest = tail;
                }
                rest.is_empty().then_some(Self::State {
                    version: number,
                    state,
                })
            }
            _ => None,
        }
    }
}

fn optional(time: Option<Timestamp>) -> i64 {
    time.map_or(i64::MIN, Timestamp::micros)
}

fn time(micros: i64) -> Option<Timestamp> {
    (micros != i64::MIN).then(|| Timestamp::from_micros(micros))
}

fn number_at(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<8>()?;
    Some((i64::from_le_bytes(*number), rest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn state() -> ConsentState {
        let mut state = ConsentState::default();
        for (index, flag) in Flag::ALL.into_iter().enumerate() {
            let decision = Decision {
                choice: if index % 2 == 0 {
                    Choice::Granted
                } else {
                    Choice::Refused
                },
                tier: Tier::Direct,
                source: Source::Form,
                at: Timestamp::from_micros(1_790_000_000_000_000),
                regime: Regime::Gdpr,
            };
            state.record(flag, decision);
        }
        state
    }

    fn erased() -> ConsentState {
        let mut state = state();
        state.first_seen = Some(Timestamp::from_micros(3));
        state.erase(Timestamp::from_micros(4));
        state
    }

    #[test]
    fn what_the_format_before_held_is_read() {
        let mut bytes = vec![FORMAT_BEFORE, STATE];
        bytes.extend(7_i64.to_le_bytes());
        bytes.extend([1, 1, 0, 0, 0]);
        bytes.extend(5_i64.to_le_bytes());
        let Some(Projection::State { version, state }) = Projection::decode(&with_check(bytes))
        else {
            panic!("not read");
        };
        assert_eq!(
            (version, state.first_seen, state.erased_at),
            (7, None, None)
        );
        let found = state.get(Flag::Dc, Tier::Direct).unwrap();
        assert_eq!((found.choice, found.at.micros()), (Choice::Refused, 5));
    }

    #[test]
    fn what_is_written_is_read() {
        for projection in [
            Projection::Hold {
                since: Timestamp::from_micros(5),
            },
            Projection::State {
                version: 7,
                state: state(),
            },
            Projection::State {
                version: 0,
                state: ConsentState::default(),
            },
            Projection::State {
                version: 8,
                state: erased(),
            },
        ] {
            assert_eq!(Projection::decode(&projection.encode()), Some(projection));
        }
    }

    #[test]
    fn a_cut_altered_or_newer_value_is_not_read() {
        let bytes = Projection::State {
            version: 7,
            state: state(),
        }
        .encode();
        for length in 0..bytes.len() {
            assert_eq!(
                Projection::decode(&bytes[..length]),
                None,
                "length {length}"
            );
        }
        for place in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[place] ^= 1;
            assert_eq!(Projection::decode(&altered), None, "byte {place}");
        }
        let mut newer = checked(&bytes).unwrap().to_vec();
        newer[0] = FORMAT + 1;
        assert_eq!(Projection::decode(&with_check(newer)), None);
    }
}
