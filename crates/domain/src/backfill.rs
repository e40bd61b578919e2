//! A default for the people whom an organisation knew before it asked anybody, set once and for ever
//! (Salesforce DMP, "Backfill").

use crate::object::read_from_object_only;
use crate::{Choice, Flag, Flags, Regime, Timestamp};
use serde::{Deserialize, Serialize};

/// What unset flags mean for subjects first seen before `at`. It stands below every signal, and above what the
/// regime says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Backfill"))]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Backfill {
    /// The answers; a flag that is left out means what the regime says.
    pub flags: Flags,
    /// When it was set.
    pub at: Timestamp,
}

read_from_object_only!(Backfill);

impl Backfill {
    /// What it says about a flag of a subject under a regime; nothing for who was first seen after it, or never.
    /// A yes lapses as if everybody had given it at that moment.
    #[must_use]
    pub fn choice(
        &self,
        flag: Flag,
        first_seen: Option<Timestamp>,
        regime: Regime,
        now: Timestamp,
    ) -> Option<Choice> {
        if first_seen.is_none_or(|first_seen| first_seen >= self.at) {
            return None;
        }
        self.flags
            .get(flag)
            .filter(|choice| *choice == Choice::Refused || !regime.has_lapsed(self.at, now))
    }
}
