//! TC strings of the Transparency and Consent Framework 2.2 and 2.3.

use super::bits::{Bits, BitsError};
use crate::Timestamp;
use thiserror::Error;

/// What a TC string says, as far as it is about purposes. Consent to single vendors is checked for its form only:
/// an organisation is not a vendor of its own site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tcf {
    /// When it was made.
    pub created: Timestamp,
    /// When it was changed last.
    pub updated: Timestamp,
    /// The consent management platform, as the IAB numbers it.
    pub cmp_id: u16,
    /// The vendor list that was shown.
    pub vendor_list_version: u16,
    /// The policies under which that list was made.
    pub policy_version: u16,
    /// Whether it holds for one service only; those that hold everywhere are invalid since 2021.
    pub is_service_specific: bool,
    /// Whether purpose 1 was not put as a question.
    pub purpose_one_treatment: bool,
    /// The purposes consented to, purpose 1 in bit 0.
    pub consents: u64,
    /// The purposes for which a legitimate interest was shown and not objected to, purpose 1 in bit 0.
    pub interests: u64,
    /// Whether there is a list of disclosed vendors.
    pub discloses_vendors: bool,
    /// What was said to the publisher itself.
    pub publisher: Option<Publisher>,
}

/// The segment about the publisher's own use of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publisher {
    /// As in [`Tcf::consents`].
    pub consents: u64,
    /// As in [`Tcf::interests`].
    pub interests: u64,
    /// How many purposes of its own the publisher has.
    pub own_purposes: u16,
}

/// The text is no TC string that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TcfError {
    /// Longer than any real one.
    #[error("no TC string is that long")]
    Length,
    /// The version is another.
    #[error("only version 2 is read; it begins with C")]
    Version,
    /// A segment that does not exist, or is there twice.
    #[error(
        "its segments are the core, disclosed vendors, allowed vendors and publisher, each once"
    )]
    Segment,
    /// The bits cannot be read.
    #[error("{0}")]
    Bits(#[from] BitsError),
}

/// Why a TC string that can be read is not valid: what it agrees to does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TcfFlaw {
    /// `IsServiceSpecific` is 0.
    #[error("it claims to hold for all services; such strings are invalid since September 2021")]
    Global,
    /// `TcfPolicyVersion` is below 4.
    #[error("it was made under policies before TCF 2.2, which are invalid since October 2023")]
    Policy,
    /// `VendorListVersion` is 0.
    #[error("it names no version of the vendor list")]
    VendorList,
    /// `Created` and `LastUpdated` are not the same day at 00:00 UTC.
    #[error("created and last updated must be the same day, at 00:00 UTC")]
    Day,
    /// Older than 13 months.
    #[error("it is older than 13 months: the person has to be asked again")]
    Expired,
    /// A legitimate interest for one of the purposes 3 to 6.
    #[error("purposes 3 to 6 need consent; it claims a legitimate interest")]
    Interest,
    /// No list of disclosed vendors.
    #[error("it has no segment of disclosed vendors, which TCF 2.3 wants since March 2026")]
    DisclosedVendors,
}

/// From here on a TC string needs the segment of disclosed vendors: 2026-03-01T00:00:00Z. Those that were made before
/// stay valid without.
const DISCLOSED_VENDORS_FROM: Timestamp = Timestamp::from_micros(1_772_323_200_000_000);

/// Bits 2 to 5.
const PURPOSES_3_TO_6: u64 = 0b11_1100;

/// A day, in microseconds.
const DAY: i64 = 86_400_000_000;

impl Tcf {
    /// Reads a TC string.
    ///
    /// # Errors
    /// [`TcfError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, TcfError> {
        if text.len() > super::MAX_STRING {
            return Err(TcfError::Length);
        }
        let mut segments = text.split('.');
        let mut read = core(segments.next().unwrap_or_default())?;
        let mut allowed = false;
        for segment in segments {
            let mut bits = Bits::new(segment)?;
            match bits.number(3)? {
                1 if !read.discloses_vendors => {
                    vendors(&mut bits)?;
                    read.discloses_vendors = true;
                }
                2 if !allowed => {
                    vendors(&mut bits)?;
                    allowed = true;
                }
                3 if read.publisher.is_none() => read.publisher = Some(publisher(&mut bits)?),
                _ => return Err(TcfError::Segment),
            }
            bits.end()?;
        }
        Ok(read)
    }

    /// Why it is not valid at `now`, if it is not.
    #[must_use]
    pub fn flaw(&self, now: Timestamp) -> Option<TcfFlaw> {
        let is_day = self.created == self.updated && self.updated.micros().rem_euclid(DAY) == 0;
        let from_2_3 = self.updated >= DISCLOSED_VENDORS_FROM;
        [
            (!self.is_service_specific, TcfFlaw::Global),
            (self.policy_version < 4, TcfFlaw::Policy),
            (self.vendor_list_version == 0, TcfFlaw::VendorList),
            (!is_day, TcfFlaw::Day),
            (now >= self.updated.plus_months(13), TcfFlaw::Expired),
            (self.interests & PURPOSES_3_TO_6 != 0, TcfFlaw::Interest),
            (
                from_2_3 && !self.discloses_vendors,
                TcfFlaw::DisclosedVendors,
            ),
        ]
        .into_iter()
        .find_map(|(is_so, flaw)| is_so.then_some(flaw))
    }

    /// The first and the last moment at which the person can have said this: the day of the string.
    #[must_use]
    pub fn day(&self) -> (Timestamp, Timestamp) {
        let into_day = self.updated.micros().rem_euclid(DAY);
        let first = self
            .updated
            .saturating_add_micros(into_day.saturating_neg());
        (first, first.saturating_add_micros(DAY - 1))
    }
}

/// The core segment.
fn core(segment: &str) -> Result<Tcf, TcfError> {
    let mut bits = Bits::new(segment)?;
    if bits.number(6)? != 2 {
        return Err(TcfError::Version);
    }
    let created = time(&mut bits)?;
    let updated = time(&mut bits)?;
    let cmp_id = bits.short(12)?;
    // CmpVersion, ConsentScreen, ConsentLanguage.
    bits.skip(12 + 6 + 12)?;
    let vendor_list_version = bits.short(12)?;
    let policy_version = bits.short(6)?;
    let is_service_specific = bits.bit()?;
    // UseNonStandardTexts, SpecialFeatureOptIns.
    bits.skip(1 + 12)?;
    let consents = bits.ids(24)?;
    let interests = bits.ids(24)?;
    let purpose_one_treatment = bits.bit()?;
    // PublisherCC.
    bits.skip(12)?;
    vendors(&mut bits)?;
    vendors(&mut bits)?;
    for _ in 0..bits.number(12)? {
        // PurposeId, RestrictionType.
        bits.skip(6 + 2)?;
        ranges(&mut bits)?;
    }
    bits.end()?;
    Ok(Tcf {
        created,
        updated,
        cmp_id,
        vendor_list_version,
        policy_version,
        is_service_specific,
        purpose_one_treatment,
        consents,
        interests,
        discloses_vendors: false,
        publisher: None,
    })
}

/// Tenths of a second since the epoch.
fn time(bits: &mut Bits<'_>) -> Result<Timestamp, BitsError> {
    let tenths = i64::try_from(bits.number(36)?).map_err(|_| BitsError::Number)?;
    Ok(Timestamp::from_micros(tenths.saturating_mul(100_000)))
}

/// A set of vendors, which is not kept.
fn vendors(bits: &mut Bits<'_>) -> Result<(), BitsError> {
    let max = bits.number(16)?;
    if bits.bit()? {
        ranges(bits)
    } else {
        bits.skip(usize::try_from(max).map_err(|_| BitsError::Number)?)
    }
}

fn ranges(bits: &mut Bits<'_>) -> Result<(), BitsError> {
    for _ in 0..bits.number(12)? {
        let is_range = bits.bit()?;
        let first = bits.number(16)?;
        let last = if is_range { bits.number(16)? } else { first };
        if first == 0 || last < first {
            return Err(BitsError::Range);
        }
    }
    Ok(())
}

/// The publisher's segment, behind its type.
fn publisher(bits: &mut Bits<'_>) -> Result<Publisher, BitsError> {
    let consents = bits.ids(24)?;
    let interests = bits.ids(24)?;
    let own_purposes = bits.short(6)?;
    bits.skip(usize::from(own_purposes).saturating_mul(2))?;
    Ok(Publisher {
        consents,
        interests,
        own_purposes,
    })
}
