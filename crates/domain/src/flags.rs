//! The six purposes, and what somebody said about them.

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor},
    ser::SerializeMap,
};
use std::fmt;
use thiserror::Error;

/// A purpose that can be allowed or refused (Salesforce DMP, "Consent Flags").
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
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Yes.
    Granted,
    /// No.
    Refused,
}

/// The flags are not readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
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

    /// The flags about which something is said, in wire order.
    pub fn iter(self) -> impl Iterator<Item = (Flag, Choice)> {
        Flag::ALL
            .into_iter()
            .filter_map(move |flag| self.get(flag).map(|choice| (flag, choice)))
    }
}

impl Serialize for Flags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (flag, choice) in self.iter() {
            map.serialize_entry(flag.code(), &(choice == Choice::Granted))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Flags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FlagsVisitor)
    }
}

struct FlagsVisitor;

impl<'de> Visitor<'de> for FlagsVisitor {
    type Value = Flags;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object such as {\"dc\": true, \"al\": false}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Flags, A::Error> {
        let mut flags = Flags::none();
        while let Some(flag) = map.next_key::<Flag>()? {
            let granted: bool = map
                .next_value()
                .map_err(|_| de::Error::custom(FlagsError::NotBool(flag.code())))?;
            if flags.get(flag).is_some() {
                return Err(de::Error::custom(FlagsError::Twice(flag.code())));
            }
            flags = flags.with(
                flag,
                if granted {
                    Choice::Granted
                } else {
                    Choice::Refused
                },
            );
        }
        Ok(flags)
    }
}

impl Serialize for Flag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&code).map_err(|_| de::Error::custom(UnknownFlag(&code)))
    }
}

/// Names the key that is wrong, if it can be a misspelt flag and nothing worse.
struct UnknownFlag<'a>(&'a str);

impl fmt::Display for UnknownFlag<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let harmless = self.0.len() <= 16
            && self
                .0
                .bytes()
                .all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        let name = if harmless { self.0 } else { "…" };
        write!(
            f,
            "unknown flag {name:?}: the flags are dc, al, tg, cd, sh and re"
        )
    }
}
