//! A set of flags, such as those that together mean "may be tracked".

use crate::{Flag, FlagsError};
use serde::{Deserialize, Serialize};

/// A set of flags. On the wire an array of codes, such as `["dc", "al"]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<Flag>", into = "Vec<Flag>")]
pub struct FlagSet(u8);

impl FlagSet {
    /// No flag.
    pub const EMPTY: Self = Self(0);

    /// The set of these flags.
    #[must_use]
    pub fn of(flags: &[Flag]) -> Self {
        flags.iter().fold(Self::EMPTY, |set, flag| set.with(*flag))
    }

    /// The same set with one more flag.
    #[must_use]
    pub const fn with(self, flag: Flag) -> Self {
        Self(self.0 | flag.bit())
    }

    /// The flags of either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The same set without those of the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether the flag is in the set.
    #[must_use]
    pub const fn contains(self, flag: Flag) -> bool {
        self.0 & flag.bit() != 0
    }

    /// Whether no flag is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The bits of its flags (see [`Flag::bit`]).
    #[must_use]
    pub const fn mask(self) -> u8 {
        self.0
    }

    /// Reads what [`Self::mask`] gave.
    ///
    /// # Errors
    /// [`FlagsError::Mask`] for bits that are no flags.
    pub const fn from_mask(mask: u8) -> Result<Self, FlagsError> {
        if mask & !63 != 0 {
            Err(FlagsError::Mask)
        } else {
            Ok(Self(mask))
        }
    }

    /// Its flags, in wire order.
    pub fn iter(self) -> impl Iterator<Item = Flag> {
        Flag::ALL
            .into_iter()
            .filter(move |flag| self.contains(*flag))
    }
}

impl TryFrom<Vec<Flag>> for FlagSet {
    type Error = FlagsError;

    fn try_from(flags: Vec<Flag>) -> Result<Self, FlagsError> {
        flags.into_iter().try_fold(Self::EMPTY, |set, flag| {
            if set.contains(flag) {
                Err(FlagsError::Twice(flag.code()))
            } else {
                Ok(set.with(flag))
            }
        })
    }
}

impl From<FlagSet> for Vec<Flag> {
    fn from(set: FlagSet) -> Self {
        set.iter().collect()
    }
}
