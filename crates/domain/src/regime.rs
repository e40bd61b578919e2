//! Policy regimes: what a law, or its absence, makes of a flag that nobody has answered.

use crate::{Flag, FlagSet};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The regime under which a decision was made and is read (`pr` of the Salesforce DMP), the least strict
/// first; for `global` see [`Regime::stricter`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// No law in particular; the organisation's [`GlobalMode`] decides.
    Global,
    /// The California Consumer Privacy Act.
    Ccpa,
    /// Canada's Anti-Spam Legislation.
    Casl,
    /// The GDPR and the ePrivacy rules of the European Union.
    Gdpr,
    /// Quebec's Act respecting the protection of personal information in the private sector, as amended
    /// by Law 25.
    Law25,
}

/// What `global` means for flags that are unset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GlobalMode {
    /// Unset is refused.
    OptIn,
    /// Unset is granted: the default mode of Dialog Insight.
    #[default]
    OptOut,
}

/// How the regime of a signal was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegimeSource {
    /// The request said it.
    Req,
    /// From the region that the operator's proxy reported.
    Ip,
    /// The organisation's default.
    Org,
}

/// The code is not that of a regime or of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RegimeError {
    /// Not a regime.
    #[error("unknown policy regime: the regimes are law25, gdpr, casl, ccpa and global")]
    Regime,
    /// Not a source of one.
    #[error("unknown source of a policy regime: the sources are req, ip and org")]
    Source,
}

impl Regime {
    /// All regimes, strictest first.
    pub const ALL: [Self; 5] = [
        Self::Law25,
        Self::Gdpr,
        Self::Casl,
        Self::Ccpa,
        Self::Global,
    ];

    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Law25 => "law25",
            Self::Gdpr => "gdpr",
            Self::Casl => "casl",
            Self::Ccpa => "ccpa",
            Self::Global => "global",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`RegimeError::Regime`] for any other.
    pub fn parse(code: &str) -> Result<Self, RegimeError> {
        Self::ALL
            .into_iter()
            .find(|regime| regime.code() == code)
            .ok_or(RegimeError::Regime)
    }

    /// Whether a flag about which nobody said anything counts as granted.
    #[must_use]
    pub const fn unset_means(self, mode: GlobalMode) -> bool {
        match self {
            Self::Law25 | Self::Gdpr | Self::Casl => false,
            Self::Ccpa => true,
            Self::Global => matches!(mode, GlobalMode::OptOut),
        }
    }

    /// What the signal `Sec-GPC: 1` refuses, whatever else was said: everything under `law25`; targeting,
    /// cross-device linking and sharing under `ccpa`, whose "sale" and "sharing" they are. Nothing under the
    /// others: where unset is a no, a yes was said on purpose.
    #[must_use]
    pub fn refused_by_gpc(self) -> FlagSet {
        match self {
            Self::Law25 => FlagSet::of(&Flag::ALL),
            Self::Ccpa => FlagSet::of(&[Flag::Tg, Flag::Cd, Flag::Sh]),
            Self::Gdpr | Self::Casl | Self::Global => FlagSet::EMPTY,
        }
    }

    /// After how many months a grant no longer counts; `None` if it never lapses.
    ///
    /// 13 months for `gdpr`: how long a consent to trackers is valid at most in the French
    /// authority's recommendation (CNIL, deliberation 2013-378). 12 for `law25`, whose consent is "valid
    /// only for the time necessary to achieve the purposes" (section 14).
    #[must_use]
    pub const fn grant_lapses_after_months(self) -> Option<u32> {
        match self {
            Self::Law25 => Some(12),
            Self::Gdpr => Some(13),
            Self::Casl | Self::Ccpa | Self::Global => None,
        }
    }

    /// The stricter of the two: `law25`, `gdpr`, `casl`, `ccpa`, `global`, in this order. But where
    /// `global` takes unset for a no, it is stricter than `ccpa`, which takes it for a yes: otherwise
    /// tightening would open.
    #[must_use]
    pub fn stricter(self, other: Self, mode: GlobalMode) -> Self {
        if self.strictness(mode) >= other.strictness(mode) {
            self
        } else {
            other
        }
    }

    const fn strictness(self, mode: GlobalMode) -> u8 {
        match (self, mode) {
            (Self::Global, GlobalMode::OptOut) => 0,
            (Self::Ccpa, _) => 1,
            (Self::Global, GlobalMode::OptIn) => 2,
            (Self::Casl, _) => 3,
            (Self::Gdpr, _) => 4,
            (Self::Law25, _) => 5,
        }
    }
}

impl RegimeSource {
    /// The code on the wire (`PRSRC` of consent records).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Req => "req",
            Self::Ip => "ip",
            Self::Org => "org",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`RegimeError::Source`] for any other.
    pub fn parse(code: &str) -> Result<Self, RegimeError> {
        [Self::Req, Self::Ip, Self::Org]
            .into_iter()
            .find(|source| source.code() == code)
            .ok_or(RegimeError::Source)
    }
}
