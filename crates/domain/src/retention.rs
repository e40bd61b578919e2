//! How long what is not needed any more is kept.

use crate::interception::LONGEST_DELAY_HOURS;
use crate::object::read_from_object_only;
use crate::{Settings, Timestamp};
use serde::{Deserialize, Serialize};

/// Months after which something goes; `null` keeps it. Decisions are kept as long as the person is not erased, because
/// consent must be demonstrable as long as it is relied on (GDPR, article 7(1)) and for claims after that (article
/// 17(3)(e)); the transparency log stays whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Retention"))]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub struct Retention {
    /// Clicks and opens by name become anonymous, and days of last opens go, after 25 (CNIL, "Cookies : solutions pour
    /// les outils de mesure d'audience"). Of mails that are older, people who were counted without being known are a
    /// number from then on.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 120)))]
    pub interactions_months: Option<u32>,
    /// The networks that decisions came from go after 12 (CNIL, deliberation 2021-122 on logs: six months to a year).
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 120)))]
    pub networks_months: Option<u32>,
    /// Which lines of imports could not be used: 3.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 120)))]
    pub import_errors_months: Option<u32>,
    /// When requests first came in that were answered 503: 13. A repetition after that counts as new, so this is no less
    /// than a grant holds.
    #[cfg_attr(feature = "schema", schemars(range(min = 13, max = 120)))]
    pub attempts_months: Option<u32>,
}

read_from_object_only!(Retention);

impl Default for Retention {
    fn default() -> Self {
        Self {
            interactions_months: Some(25),
            networks_months: Some(12),
            import_errors_months: Some(3),
            attempts_months: Some(13),
        }
    }
}

/// What is from before each of these goes; `None` keeps all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cutoffs {
    /// The day since the epoch on which this holds: it is the same all day.
    pub day: i64,
    /// Identified interactions, days of last opens, and what tells apart the people of an older mail who are not known.
    pub interactions: Option<Timestamp>,
    /// Networks of decisions.
    pub networks: Option<Timestamp>,
    /// Errors of imports.
    pub import_errors: Option<Timestamp>,
    /// First attempts.
    pub attempts: Option<Timestamp>,
    /// *Ask me later*: whatever delay is set, it does not reach back to that.
    pub asked: Timestamp,
    /// Values of attributes that are not defined any more: today, so that a setting that is put back keeps what it had.
    pub attributes: Timestamp,
}

const DAY: i64 = 86_400_000_000;
const HOUR: i64 = 3_600_000_000;

impl Retention {
    /// Whether all are months that somebody lives to see, and attempts are kept as long as grants hold.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        let within = |months: Option<u32>, least| months.is_none_or(|n| (least..=120).contains(&n));
        within(self.interactions_months, 1)
            && within(self.networks_months, 1)
            && within(self.import_errors_months, 1)
            && within(self.attempts_months, 13)
    }

    /// What goes at `now`, by the day.
    ///
    /// ```
    /// use domain::{Retention, Timestamp};
    ///
    /// let now = Timestamp::parse_rfc3339("2026-11-22T09:30:00Z").unwrap();
    /// let cutoffs = Retention::default().cutoffs(now);
    /// assert_eq!(cutoffs.networks, Timestamp::parse_rfc3339("2025-11-22T00:00:00Z").ok());
    /// ```
    #[must_use]
    pub fn cutoffs(&self, now: Timestamp) -> Cutoffs {
        let micros = now.micros();
        let start = Timestamp::from_micros(micros.saturating_sub(micros.rem_euclid(DAY)));
        let before = |months: Option<u32>| {
            let exact = start.months_before(months?).micros();
            Some(Timestamp::from_micros(
                exact.saturating_sub(exact.rem_euclid(DAY)),
            ))
        };
        Cutoffs {
            day: micros.div_euclid(DAY),
            interactions: before(self.interactions_months),
            networks: before(self.networks_months),
            import_errors: before(self.import_errors_months),
            attempts: before(self.attempts_months),
            attributes: start,
            asked: start
                .saturating_add_micros(i64::from(LONGEST_DELAY_HOURS).saturating_mul(-HOUR)),
        }
    }
}

impl From<&Settings> for Retention {
    fn from(settings: &Settings) -> Self {
        settings.retention
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_kept_at_least_so_long() {
        let retention = Retention::default();
        for start in (0..20_000).map(|n| 1_700_000_000_000_000 + n * 3_456_789_012_345_i64) {
            let now = Timestamp::from_micros(start);
            let cutoffs = retention.cutoffs(now);
            let networks = cutoffs.networks.unwrap();
            assert!(networks.plus_months(12) <= now, "{now:?}");
            assert_eq!(networks.micros().rem_euclid(DAY), 0);
            let year = now.micros() - cutoffs.asked.micros();
            assert!((366 * DAY..367 * DAY).contains(&year), "{now:?}");
            assert_eq!(cutoffs.day, start.div_euclid(DAY));
        }
        let kept = Retention {
            interactions_months: None,
            ..retention
        };
        assert_eq!(
            kept.cutoffs(Timestamp::from_micros(i64::MAX)).interactions,
            None
        );
        let _ = retention.cutoffs(Timestamp::from_micros(i64::MIN));
    }

    #[test]
    fn attempts_are_kept_as_long_as_grants_hold() {
        let months = |attempts_months| Retention {
            attempts_months,
            ..Retention::default()
        };
        assert!(months(Some(13)).is_possible() && months(None).is_possible());
        assert!(!months(Some(12)).is_possible() && !months(Some(121)).is_possible());
        assert!(serde_json::from_str::<Retention>("[25,12,3,13]").is_err());
    }
}
