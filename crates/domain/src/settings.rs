//! What an organisation has chosen. Everything has a default that records nothing it need not.

use crate::object::ObjectOnly;
use crate::region::{Region, Regions, usual_regime};
use crate::{
    AnonymousTokens, Attributes, Backfill, Banner, BannerError, Brand, BrandError, Ceilings,
    Communication, CommunicationsError, Flag, FlagSet, GlobalMode, InterceptionError,
    InterceptionSettings, OrganisationId, Origin, Regime, Retention, check_communication_types,
    destination::check_destination,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeSet;
use thiserror::Error;

/// The most organisations that one can be linked with.
const MOST_LINKED: usize = 20;

/// The settings of an organisation, as JSON in `snake_case`. Unknown fields are errors; what is
/// left out has its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Settings"))]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub struct Settings {
    /// The regime of signals that name none: `gdpr`.
    pub default_regime: Regime,
    /// What unset means under `global`: `opt_out`.
    pub global_mode: GlobalMode,
    /// The flags that `Sec-GPC: 1` refuses under `global`: `["tg", "cd", "sh"]`.
    pub global_gpc: FlagSet,
    /// After how many months somebody who refused may be asked again under `global`, 1 to 120; `null` is
    /// never: `12`.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 120)))]
    pub global_re_ask_months: Option<u32>,
    /// The regimes of regions. Left out: as in [`usual_regime`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regions: Option<Regions>,
    /// The flags that together mean "may be tracked", at least one: `["dc", "al"]`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub tracking_flags: FlagSet,
    /// The flags that once meant it: whoever refused one of them has still refused to be tracked. None.
    #[serde(skip_serializing_if = "no_flags")]
    pub former_tracking_flags: FlagSet,
    /// What unset flags of people first seen before it mean: kept by Assent, set once and for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backfill: Option<Backfill>,
    /// The organisations with which signals are shared, if they name this one too; at most 20. None.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "crate::schema::LinkedOrganisations")
    )]
    #[serde(deserialize_with = "each_once")]
    pub linked_organisations: BTreeSet<OrganisationId>,
    /// The most that is recorded of clicks and opens: both `identified`.
    pub ceiling: Ceilings,
    /// The languages of the forms (BCP 47): `["en"]`.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Languages"))]
    pub languages: Vec<String>,
    /// The one of them for people who read none of them: `en`.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Language"))]
    pub default_language: String,
    /// Whether `Sec-GPC` on a click makes its recording anonymous: `true`.
    pub honour_gpc_on_clicks: bool,
    /// When a click asks first whether it may be linked to the person: never.
    pub interception: InterceptionSettings,
    /// What those carry who are not tracked: `shared`.
    pub anonymous_tokens: AnonymousTokens,
    /// The name on the forms, at most 200 characters.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<crate::schema::DisplayName>")
    )]
    pub display_name: Option<String>,
    /// The privacy notice that the forms link to; `https` only.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Notice>"))]
    pub privacy_notice_url: Option<String>,
    /// How the forms look.
    pub brand: Brand,
    /// The types of communications that contacts opt in to and out of, at most 50: none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 50)))]
    pub communication_types: Vec<Communication>,
    /// The sites whose pages may ask for their visitors, without an API key: none.
    #[cfg_attr(feature = "schema", schemars(length(max = 100), extend("uniqueItems" = true)))]
    pub origins: Vec<Origin>,
    /// What the banner on those pages asks, and in which words.
    #[serde(skip_serializing_if = "Banner::is_usual")]
    pub banner: Banner,
    /// Of people who have neither agreed nor refused, keep the day of the last open and nothing else: `false`.
    pub deliverability_only: bool,
    /// How long what is not needed any more is kept.
    pub retention: Retention,
    /// Whether those pages may change something by `GET`, as tags of the Salesforce DMP do: `false`.
    pub legacy_get_set: bool,
    /// What is kept about contacts: nothing.
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

/// A setting has a value that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// Without tracking flags nobody would ever have been asked.
    #[error("tracking_flags: name at least one flag")]
    TrackingFlags,
    /// No number of months that anybody lives to see.
    #[error("global_re_ask_months: write 1 to 120, or null for never")]
    ReAsk,
    /// Every decision is written to each of them.
    #[error("linked_organisations: name at most 20")]
    LinkedOrganisations,
    /// A language tag cannot be read.
    #[error("languages: write language tags such as en, pt-BR or zh-Hant (BCP 47), at least one")]
    Languages,
    /// The default is not offered.
    #[error("default_language: choose one of languages")]
    DefaultLanguage,
    /// The name cannot be shown.
    #[error("display_name: write 1 to 200 characters on one line")]
    DisplayName,
    /// The address of the notice cannot be linked to.
    #[error("privacy_notice_url: write a complete https:// address")]
    PrivacyNoticeUrl,
    /// More sites than an organisation has.
    #[error("origins: write each origin once, at most 100")]
    Origins,
    /// The forms cannot look like this.
    #[error(transparent)]
    Brand(#[from] BrandError),
    /// Nobody can be asked like this.
    #[error(transparent)]
    Interception(#[from] InterceptionError),
    /// The types of communications cannot be as they are set.
    #[error(transparent)]
    Communications(#[from] CommunicationsError),
    /// Nothing can be kept like this.
    #[error("retention: write 1 to 120 months, for attempts_months 13 to 120, or null to keep")]
    Retention,
    /// The banner cannot be shown.
    #[error(transparent)]
    Banner(#[from] BannerError),
}

/// More origins than this are not sites of one organisation.
const MAX_ORIGINS: usize = 100;

impl Default for Settings {
    fn default() -> Self {
        Self {
            default_regime: Regime::Gdpr,
            global_mode: GlobalMode::OptOut,
            global_gpc: FlagSet::of(&[Flag::Tg, Flag::Cd, Flag::Sh]),
            global_re_ask_months: Some(12),
            regions: None,
            tracking_flags: FlagSet::of(&[Flag::Dc, Flag::Al]),
            former_tracking_flags: FlagSet::EMPTY,
            backfill: None,
            linked_organisations: BTreeSet::new(),
            ceiling: Ceilings::default(),
            languages: vec!["en".to_owned()],
            default_language: "en".to_owned(),
            honour_gpc_on_clicks: true,
            interception: InterceptionSettings::default(),
            anonymous_tokens: AnonymousTokens::default(),
            display_name: None,
            privacy_notice_url: None,
            brand: Brand::default(),
            communication_types: Vec::new(),
            origins: Vec::new(),
            banner: Banner::default(),
            deliverability_only: false,
            retention: Retention::default(),
            legacy_get_set: false,
            attributes: Attributes::default(),
        }
    }
}

impl Settings {
    /// Checks what the types alone do not say. Reading settings from JSON includes it.
    ///
    /// # Errors
    /// [`SettingsError`] names the first field that is wrong.
    pub fn check(&self) -> Result<(), SettingsError> {
        if self.tracking_flags.is_empty() {
            return Err(SettingsError::TrackingFlags);
        }
        if !self
            .global_re_ask_months
            .is_none_or(|months| (1..=120).contains(&months))
        {
            return Err(SettingsError::ReAsk);
        }
        if self.linked_organisations.len() > MOST_LINKED {
            return Err(SettingsError::LinkedOrganisations);
        }
        if self.languages.is_empty() || !self.languages.iter().all(|tag| is_language_tag(tag)) {
            return Err(SettingsError::Languages);
        }
        if !self.languages.contains(&self.default_language) {
            return Err(SettingsError::DefaultLanguage);
        }
        if !self.display_name.as_deref().is_none_or(is_display_name) {
            return Err(SettingsError::DisplayName);
        }
        if !self.privacy_notice_url.as_deref().is_none_or(is_https) {
            return Err(SettingsError::PrivacyNoticeUrl);
        }
        let repeated = self.origins.iter().enumerate();
        if self.origins.len() > MAX_ORIGINS
            || repeated
                .into_iter()
                .any(|(place, origin)| self.origins.iter().take(place).any(|other| other == origin))
        {
            return Err(SettingsError::Origins);
        }
        self.brand.check()?;
        self.interception.check()?;
        check_communication_types(&self.communication_types, is_language_tag)?;
        if !self.retention.is_possible() {
            return Err(SettingsError::Retention);
        }
        self.banner.check(is_language_tag)?;
        Ok(())
    }

    /// The regime of a region. One that is not in the table, or that cannot be read, means the strictest
    /// that the organisation has.
    #[must_use]
    pub fn regime_in(&self, region: &str) -> Regime {
        let known = Region::parse(region)
            .ok()
            .and_then(|region| match &self.regions {
                Some(regions) => regions.regime(&region),
                None => usual_regime(&region),
            });
        known.unwrap_or_else(|| self.strictest_regime())
    }

    fn strictest_regime(&self) -> Regime {
        match &self.regions {
            Some(regions) => regions
                .regimes()
                .fold(self.default_regime, |strictest, regime| {
                    strictest.stricter(regime, self.global_mode)
                }),
            None => Regime::Law25,
        }
    }

    /// These settings in the place of `previous`: what meant "may be tracked" until now, and what did so
    /// before, stays remembered, whatever the new settings leave out. Else a change of the flags would
    /// undo refusals. So does the backfill.
    #[must_use]
    pub fn succeeding(self, previous: &Self) -> Self {
        let former_tracking_flags = self
            .former_tracking_flags
            .union(previous.former_tracking_flags)
            .union(previous.tracking_flags)
            .without(self.tracking_flags);
        Self {
            former_tracking_flags,
            backfill: previous.backfill,
            ..self
        }
    }
}

/// A list in which something stands twice may mean something else.
fn each_once<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeSet<OrganisationId>, D::Error> {
    let listed = Vec::<OrganisationId>::deserialize(deserializer)?;
    let count = listed.len();
    let set: BTreeSet<OrganisationId> = listed.into_iter().collect();
    if set.len() == count {
        Ok(set)
    } else {
        let problem = "linked_organisations: name each organisation once";
        Err(serde::de::Error::custom(problem))
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
const fn no_flags(flags: &FlagSet) -> bool {
    flags.is_empty()
}

/// The shape of a language tag (RFC 5646 §2.1), not whether the language exists.
#[must_use]
pub fn is_language_tag(tag: &str) -> bool {
    let plain = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let language = tag.split('-').next().unwrap_or_default();
    let starts_right = (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic());
    starts_right && tag.len() <= 35 && tag.split('-').all(plain)
}

fn is_display_name(name: &str) -> bool {
    !name.trim().is_empty() && name.chars().count() <= 200 && !name.chars().any(char::is_control)
}

fn is_https(address: &str) -> bool {
    address.starts_with("https://") && check_destination(address).is_ok()
}

impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let settings = Self::deserialize(ObjectOnly(deserializer))?;
        settings.check().map_err(serde::de::Error::custom)?;
        Ok(settings)
    }
}
