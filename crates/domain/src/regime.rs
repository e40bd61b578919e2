//! Policy regimes: what a law, or its absence, makes of a flag that nobody has answered.

use crate::{Flag, FlagSet, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The regime under which a decision was made and is read (`pr` of the Salesforce DMP), the least strict
/// first; for `global` see [`Regime::stricter`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

    /// Whether a grant given at `at` no longer counts: it is over when the last month has passed, to the
    /// microsecond.
    #[must_use]
    pub fn has_lapsed(self, at: Timestamp, now: Timestamp) -> bool {
        self.grant_lapses_after_months()
            .is_some_and(|months| now >= at.plus_months(months))
    }

    /// After how many months somebody who refused may be asked again by a form on a click; `None` if never.
    /// `global` is what the organisation chose for [`Self::Global`].
    ///
    /// 12 months for `ccpa`: Civil Code §1798.135 (c) (4). 6 for `gdpr` and `law25`: for so long the French
    /// authority recommends to keep a choice (CNIL, recommendation of 17 September 2020). Under `casl` a message
    /// that asks for consent is itself a commercial one (section 1 (3)), so she comes to the form by herself.
    #[must_use]
    pub const fn may_ask_again_after_months(self, global: Option<u32>) -> Option<u32> {
        match self {
            Self::Law25 | Self::Gdpr => Some(6),
            Self::Ccpa => Some(12),
            Self::Casl => None,
            Self::Global => global,
        }
    }

    /// Whether a form on a click may ask at all; see [`Self::may_ask_again_after_months`].
    #[must_use]
    pub const fn lets_clicks_ask(self) -> bool {
        !matches!(self, Self::Casl)
    }

    /// The flags that a privacy signal of the browser (`Sec-GPC: 1`) refuses. `global` is what the
    /// organisation chose for [`Self::Global`].
    ///
    /// `ccpa`: sale, sharing and what needs them (11 CCR §7025 (c) (1)). `law25`: everything, as
    /// the highest level of confidentiality (section 9.1). Nothing more under `gdpr` and `casl`: unset is a no
    /// already, and a yes was said on purpose.
    #[must_use]
    pub fn refused_by_gpc(self, global: FlagSet) -> FlagSet {
        match self {
            Self::Law25 => FlagSet::of(&Flag::ALL),
            Self::Ccpa => FlagSet::of(&[Flag::Tg, Flag::Cd, Flag::Sh]),
            Self::Gdpr | Self::Casl => FlagSet::EMPTY,
            Self::Global => global,
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

/// A set of regimes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RegimeSet(u8);

impl RegimeSet {
    /// None.
    pub const EMPTY: Self = Self(0);

    const fn bit(regime: Regime) -> u8 {
        match regime {
            Regime::Global => 1,
            Regime::Ccpa => 2,
            Regime::Casl => 4,
            Regime::Gdpr => 8,
            Regime::Law25 => 16,
        }
    }

    /// The same set with one more.
    #[must_use]
    pub const fn with(self, regime: Regime) -> Self {
        Self(self.0 | Self::bit(regime))
    }

    /// Its regimes, strictest first.
    pub fn iter(self) -> impl Iterator<Item = Regime> {
        Regime::ALL
            .into_iter()
            .filter(move |regime| self.0 & Self::bit(*regime) != 0)
    }
}
