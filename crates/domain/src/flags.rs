//! The six purposes, and what somebody said about them.

mod wire;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A purpose that can be allowed or refused (Salesforce DMP glossary, "Consent Flags").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// Data collection.
    Dc,
    /// Analytics.
    Al,
    /// Targeting.
    Tg,
    /// Cross-device.
    Cd,
    /// Sharing.
    Sh,
    /// Re-identification.
    Re,
}

impl Flag {
    /// All flags, in wire order.
    pub const ALL: [Self; 6] = [Self::Dc, Self::Al, Self::Tg, Self::Cd, Self::Sh, Self::Re];

    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Dc => "dc",
            Self::Al => "al",
            Self::Tg => "tg",
            Self::Cd => "cd",
            Self::Sh => "sh",
            Self::Re => "re",
        }
    }

    /// Its bit in a mask: dc 1, al 2, tg 4, cd 8, sh 16, re 32 (`cg` of log lines).
    #[must_use]
    pub const fn bit(self) -> u8 {
        match self {
            Self::Dc => 1,
            Self::Al => 2,
            Self::Tg => 4,
            Self::Cd => 8,
            Self::Sh => 16,
            Self::Re => 32,
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`FlagsError::Unknown`] for anything but the six codes.
    pub fn parse(code: &str) -> Result<Self, FlagsError> {
        Self::ALL
            .into_iter()
            .find(|flag| flag.code() == code)
            .ok_or(FlagsError::Unknown)
    }
}

/// What somebody said. That nobody asked is `None`, never one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Yes.
    Granted,
    /// No.
    Refused,
}

/// The flags are not readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FlagsError {
    /// A code that does not exist.
    #[error("unknown flag: the flags are dc, al, tg, cd, sh and re")]
    Unknown,
    /// A value that is neither yes nor no.
    #[error("flag {0}: write true (granted) or false (refused), or leave it out")]
    NotBool(&'static str),
    /// The same flag twice.
    #[error("flag {0}: given twice, write it once")]
    Twice(&'static str),
    /// A mask with bits that are no flags, or with a flag both granted and refused.
    #[error("a mask has the bits 1, 2, 4, 8, 16 and 32, and no flag is both granted and refused")]
    Mask,
    /// A set that must not be empty.
    #[error("name at least one flag")]
    Empty,
}

/// What a signal says about each flag: granted, refused, or nothing.
///
/// On the wire an object such as `{"dc": true, "al": false}` in which a flag that is left out is
/// unset. Unknown keys, `null`, and repeated keys are errors: a misspelt refusal must not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flags {
    granted: u8,
    refused: u8,
}

impl Flags {
    /// Nothing said about any flag.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            granted: 0,
            refused: 0,
        }
    }

    /// The same answer for all six flags.
    #[must_use]
    pub const fn all(choice: Choice) -> Self {
        match choice {
            Choice::Granted => Self {
                granted: 63,
                refused: 0,
            },
            Choice::Refused => Self {
                granted: 0,
                refused: 63,
            },
        }
    }

    /// What is said about one flag.
    #[must_use]
    pub const fn get(self, flag: Flag) -> Option<Choice> {
        if self.refused & flag.bit() != 0 {
            Some(Choice::Refused)
        } else if self.granted & flag.bit() != 0 {
            Some(Choice::Granted)
        } else {
            None
        }
    }

    /// The same, with one flag set.
    #[must_use]
    pub const fn with(self, flag: Flag, choice: Choice) -> Self {
        let (granted, refused) = (self.granted & !flag.bit(), self.refused & !flag.bit());
        match choice {
            Choice::Granted => Self {
                granted: granted | flag.bit(),
                refused,
            },
            Choice::Refused => Self {
                granted,
                refused: refused | flag.bit(),
            },
        }
    }

    /// The bits of the flags that are granted.
    #[must_use]
    pub const fn granted_mask(self) -> u8 {
        self.granted
    }

    /// The bits of the flags that are refused.
    #[must_use]
    pub const fn refused_mask(self) -> u8 {
        self.refused
    }

    /// Puts together what [`Self::granted_mask`] and [`Self::refused_mask`] gave.
    ///
    /// # Errors
    /// [`FlagsError::Mask`] for bits that are no flags and for a flag in both masks.
    pub const fn from_masks(granted: u8, refused: u8) -> Result<Self, FlagsError> {
        if (granted | refused) & !63 != 0 || granted & refused != 0 {
            return Err(FlagsError::Mask);
        }
        Ok(Self { granted, refused })
    }

    /// Whether nothing is said at all; such a signal is not accepted.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.granted | self.refused == 0
    }

    /// Whether any flag is refused: such a signal goes the safer way through the stores.
    #[must_use]
    pub const fn contains_refusal(self) -> bool {
        self.refused != 0
    }

    /// Whether anything is granted.
    #[must_use]
    pub const fn contains_grant(self) -> bool {
        self.granted != 0
    }

    /// The flags about which something is said, in wire order.
    pub fn iter(self) -> impl Iterator<Item = (Flag, Choice)> {
        Flag::ALL
            .into_iter()
            .filter_map(move |flag| self.get(flag).map(|choice| (flag, choice)))
    }
}
