//! Time as the number of microseconds since 1970, UTC; on the wire RFC 3339.

use chrono::{DateTime, Months, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A moment, in microseconds since 1970-01-01T00:00:00Z.
///
/// On the wire (JSON) an RFC 3339 string with six decimals and `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

/// The text is not a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("write times as RFC 3339, for example 2026-11-21T08:30:00.000000Z")]
pub struct TimeError;

/// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z: what RFC 3339 can write.
const WRITABLE: (i64, i64) = (-62_167_219_200_000_000, 253_402_300_799_999_999);

impl Timestamp {
    /// The moment `micros` microseconds after (or, negative, before) the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole hours since the epoch: the unit in which interactions are counted.
    #[must_use]
    pub const fn hour(self) -> i64 {
        self.0.div_euclid(3_600_000_000)
    }

    /// Reads RFC 3339 with any offset and up to nanoseconds (what is finer than a microsecond is
    /// cut off).
    ///
    /// # Errors
    /// [`TimeError`] if the text is anything else.
    pub fn parse_rfc3339(text: &str) -> Result<Self, TimeError> {
        let time = DateTime::parse_from_rfc3339(text).map_err(|_| TimeError)?;
        Ok(Self(time.timestamp_micros()))
    }

    /// RFC 3339 in UTC with six decimals, such as `2026-11-21T08:30:00.000000Z`.
    ///
    /// Moments outside the years 0000 to 9999, which RFC 3339 cannot write, come out as the
    /// nearest one inside.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let writable = self.0.clamp(WRITABLE.0, WRITABLE.1);
        DateTime::<Utc>::from_timestamp_micros(writable)
            .unwrap_or_default()
            .to_rfc3339_opts(SecondsFormat::Micros, true)
    }

    /// The same time of day, `months` calendar months later; the 31st becomes the last day of a
    /// shorter month. Stops at the largest time there is.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        DateTime::<Utc>::from_timestamp_micros(self.0)
            .and_then(|time| time.checked_add_months(Months::new(months)))
            .map_or(Self(i64::MAX), |time| Self(time.timestamp_micros()))
    }

    /// The latest moment of which [`Self::plus_months`] is not after this one: what was granted then lapses now.
    #[must_use]
    pub fn months_before(self, months: u32) -> Self {
        const DAY: i64 = 86_400_000_000;
        let before = DateTime::<Utc>::from_timestamp_micros(self.0)
            .and_then(|time| time.checked_sub_months(Months::new(months)))
            .map_or(Self(i64::MIN), |time| Self(time.timestamp_micros()));
        // The last days of a month may all become the last one of a shorter month; and where this day is missing
        // in the earlier month, all of that month's last day comes before it.
        let end_of_day = before
            .0
            .saturating_sub(before.0.rem_euclid(DAY))
            .saturating_add(DAY - 1);
        [3, 2, 1]
            .map(|days: i64| before.saturating_add_micros(days.saturating_mul(DAY)))
            .into_iter()
            .chain([Self(end_of_day)])
            .find(|time| time.plus_months(months) <= self)
            .unwrap_or(before)
    }

    /// `micros` microseconds later (or, negative, earlier); stops at the ends of the scale.
    #[must_use]
    pub const fn saturating_add_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }
}

impl TryFrom<String> for Timestamp {
    type Error = TimeError;

    fn try_from(text: String) -> Result<Self, TimeError> {
        Self::parse_rfc3339(&text)
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> Self {
        time.to_rfc3339()
    }
}
