//! Where a person is, as a country or a part of one, and which regime that means.

use crate::Regime;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, MapAccess, Visitor},
};
use std::collections::BTreeMap;
use std::fmt;
use thiserror::Error;

/// A country (ISO 3166-1 alpha-2, such as `DE`) or a part of one (ISO 3166-2, such as `CA-QC`).
///
/// Lower case is accepted when read. Only the shape is checked, not whether the region exists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(String);

/// The text is not a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("write regions as ISO 3166 codes: a country such as DE, or a part of one such as CA-QC")]
pub struct RegionError;

impl Region {
    /// Reads a code.
    ///
    /// # Errors
    /// [`RegionError`] for anything of another shape.
    pub fn parse(text: &str) -> Result<Self, RegionError> {
        let (country, part) = match text.split_once('-') {
            Some((country, part)) => (country, Some(part)),
            None => (text, None),
        };
        let fits = country.len() == 2
            && country.bytes().all(|byte| byte.is_ascii_alphabetic())
            && part.is_none_or(|part| {
                (1..=3).contains(&part.len())
                    && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
            });
        fits.then(|| Self(text.to_ascii_uppercase()))
            .ok_or(RegionError)
    }

    /// The code in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The country of a part of one.
    fn country(&self) -> Option<Self> {
        let (country, _) = self.0.split_once('-')?;
        Some(Self(country.to_owned()))
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Region {
    type Error = RegionError;

    fn try_from(text: String) -> Result<Self, RegionError> {
        Self::parse(&text)
    }
}

impl From<Region> for String {
    fn from(region: Region) -> Self {
        region.0
    }
}

/// An organisation's own table of regions: in JSON an object such as `{"CA-QC": "law25", "CA": "casl"}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Regions(BTreeMap<Region, Regime>);

impl<'de> Deserialize<'de> for Regions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RegionsVisitor)
    }
}

/// A region that is there twice, perhaps in another case, has no regime that everybody would expect.
struct RegionsVisitor;

impl<'de> Visitor<'de> for RegionsVisitor {
    type Value = Regions;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object such as {\"CA-QC\": \"law25\"}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Regions, A::Error> {
        let mut regions = BTreeMap::new();
        while let Some((region, regime)) = map.next_entry::<Region, Regime>()? {
            if regions.insert(region, regime).is_some() {
                return Err(de::Error::custom("a region is given twice, write it once"));
            }
        }
        Ok(Regions(regions))
    }
}

impl Regions {
    /// The regime of a region: its own, or else its country's.
    #[must_use]
    pub fn regime(&self, region: &Region) -> Option<Regime> {
        let country = || self.0.get(&region.country()?);
        self.0.get(region).or_else(country).copied()
    }

    /// All regimes that are in the table.
    pub fn regimes(&self) -> impl Iterator<Item = Regime> {
        self.0.values().copied()
    }
}

/// The regime of a region for organisations that have no table of their own. `None` for the rest of the
/// world. The whole of the United States has California's: the strictest of its states, and the one that fits
/// where only the country is known (ADR 10).
#[must_use]
pub fn usual_regime(region: &Region) -> Option<Regime> {
    if region.as_str() == "CA-QC" {
        return Some(Regime::Law25);
    }
    let country = region.country();
    match country.as_ref().unwrap_or(region).as_str() {
        "CA" => Some(Regime::Casl),
        "US" => Some(Regime::Ccpa),
        // European Union.
        "AT" | "BE" | "BG" | "CY" | "CZ" | "DE" | "DK" | "EE" | "ES" | "FI" | "FR" | "GR" | "HR" | "HU" | "IE"
        | "IT" | "LT" | "LU" | "LV" | "MT" | "NL" | "PL" | "PT" | "RO" | "SE" | "SI" | "SK"
        // Parts of it with a code of their own: Åland and the outermost regions of France.
        | "AX" | "GF" | "GP" | "MF" | "MQ" | "RE" | "YT"
        // The rest of the European Economic Area.
        | "IS" | "LI" | "NO"
        // Laws after its model: the United Kingdom, Switzerland.
        | "GB" | "CH" => Some(Regime::Gdpr),
        _ => None,
    }
}
