//! What the banner and the preference dialog on an organisation's sites ask, and in which words.

use crate::object::read_from_object_only;
use crate::{Flag, FlagSet, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// The texts of banner and dialog, by id. An operator may write each of them in her own words, and all of them in a
/// language that Assent has not got.
pub const BANNER_TEXTS: [&str; 32] = [
    "language_name",
    "title",
    "text",
    "purposes",
    "refuse",
    "accept",
    "choose",
    "save",
    "close",
    "preferences_title",
    "privacy_notice",
    "language",
    "gpc_title",
    "gpc",
    "locked",
    "opted_out",
    "embed",
    "embed_allow",
    "not_saved_title",
    "not_saved",
    "dc",
    "dc_text",
    "al",
    "al_text",
    "tg",
    "tg_text",
    "cd",
    "cd_text",
    "sh",
    "sh_text",
    "re",
    "re_text",
];

/// The most languages with own words.
const MOST_LANGUAGES: usize = 20;
/// The longest text, in characters.
const LONGEST_TEXT: usize = 1000;

/// The settings of the banner. Everything has a default: each flag is asked alone, in Assent's own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Banner"))]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub struct Banner {
    /// The flags that are asked for, in groups with one switch each; a flag is in one group at most. Each of the six
    /// alone.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub asks: Vec<FlagSet>,
    /// Since when the present notice holds: who agreed before is asked again, and meanwhile counts as not asked on
    /// the organisation's pages. None: the notice has never changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice_since: Option<Timestamp>,
    /// Own words: by language (BCP 47), then by id (see [`BANNER_TEXTS`]); plain text of at most 1000 characters.
    /// `{organisation}` stands for the organisation's name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::BannerTexts"))]
    pub texts: BTreeMap<String, BTreeMap<String, String>>,
}

read_from_object_only!(Banner);

/// The banner cannot be shown so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BannerError {
    /// Nothing would be asked, or something twice.
    #[error("banner.asks: name at least one group, each with flags, and each flag once")]
    Asks,
    /// A language that cannot be read, or too many.
    #[error(
        "banner.texts: write at most 20 languages as tags such as en, pt-BR or zh-Hant (BCP 47)"
    )]
    Languages,
    /// There is no such text.
    #[error(
        "banner.texts: the texts are language_name, title, text, purposes, refuse, accept, choose, save, close, preferences_title, privacy_notice, language, gpc_title, gpc, locked, opted_out, embed, embed_allow, not_saved_title, not_saved, and for each flag dc and dc_text"
    )]
    Id,
    /// A text that cannot be shown.
    #[error("banner.texts: write each text in 1 to 1000 characters on one line")]
    Text,
}

impl Default for Banner {
    fn default() -> Self {
        Self {
            asks: Flag::ALL.map(|flag| FlagSet::of(&[flag])).into(),
            notice_since: None,
            texts: BTreeMap::new(),
        }
    }
}

impl Banner {
    /// Whether nothing was chosen.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// All flags that are asked for.
    #[must_use]
    pub fn asked(&self) -> FlagSet {
        self.asks
            .iter()
            .fold(FlagSet::EMPTY, |all, group| all.union(*group))
    }

    /// Since when the present notice holds, if that has come.
    #[must_use]
    pub fn notice_in_force(&self, now: Timestamp) -> Option<Timestamp> {
        self.notice_since.filter(|since| *since <= now)
    }

    /// Checks what the types alone do not say.
    ///
    /// # Errors
    /// [`BannerError`] names the first thing that is wrong.
    pub fn check(&self, is_language_tag: fn(&str) -> bool) -> Result<(), BannerError> {
        let flags: usize = self.asks.iter().map(|group| group.iter().count()).sum();
        let is_one_each = flags == self.asked().iter().count();
        if self.asks.is_empty() || self.asks.iter().any(|group| group.is_empty()) || !is_one_each {
            return Err(BannerError::Asks);
        }
        if self.texts.len() > MOST_LANGUAGES || !self.texts.keys().all(|tag| is_language_tag(tag)) {
            return Err(BannerError::Languages);
        }
        for (id, text) in self.texts.values().flatten() {
            if !BANNER_TEXTS.contains(&id.as_str()) {
                return Err(BannerError::Id);
            }
            if text.trim().is_empty()
                || text.chars().count() > LONGEST_TEXT
                || text.chars().any(char::is_control)
            {
                return Err(BannerError::Text);
            }
        }
        Ok(())
    }
}

/// Whether a language (BCP 47) is written from right to left, by its primary subtag.
#[must_use]
pub fn is_right_to_left(tag: &str) -> bool {
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    ["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(primary))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Settings;

    #[test]
    fn arabic_and_hebrew_run_from_the_right() {
        assert!(["ar", "he-IL", "FA"].into_iter().all(is_right_to_left));
        assert!(!["en", "fr-CA", "", "arn"].into_iter().any(is_right_to_left));
    }

    fn read(banner: &str) -> Result<Settings, String> {
        let settings = format!("{{\"banner\": {banner}}}");
        serde_json::from_str(&settings).map_err(|error| error.to_string())
    }

    #[test]
    fn groups_texts_and_the_day_of_the_notice_can_be_chosen() {
        let banner = r#"{"asks": [["al"], ["dc", "tg"]], "notice_since": "2026-11-01T00:00:00Z",
            "texts": {"ar": {"title": "خصوصيتك"}}}"#;
        let banner = read(banner).unwrap().banner;
        assert_eq!(banner.asked(), FlagSet::of(&[Flag::Dc, Flag::Al, Flag::Tg]));
        let since = banner.notice_since.unwrap();
        assert_eq!(banner.notice_in_force(since), Some(since));
        let before = Timestamp::from_micros(since.micros() - 1);
        assert_eq!(banner.notice_in_force(before), None);
        assert_eq!(read("{}").unwrap().banner.asked(), FlagSet::of(&Flag::ALL));
    }

    #[test]
    fn what_cannot_be_shown_is_an_error_that_names_its_place() {
        let long = format!(
            r#"{{"texts": {{"en": {{"title": "{}"}}}}}}"#,
            "x".repeat(1001)
        );
        for (banner, place) in [
            (r#"{"asks": []}"#, "banner.asks"),
            (r#"{"asks": [["dc"], []]}"#, "banner.asks"),
            (r#"{"asks": [["dc"], ["dc", "al"]]}"#, "banner.asks"),
            (r#"{"texts": {"english!": {}}}"#, "banner.texts"),
            (r#"{"texts": {"en": {"titel": "x"}}}"#, "banner.texts"),
            (r#"{"texts": {"en": {"title": " "}}}"#, "banner.texts"),
            (r#"{"texts": {"en": {"title": "a\nb"}}}"#, "banner.texts"),
            (&long, "banner.texts"),
            (r#"{"colour": "red"}"#, "colour"),
            ("[]", "banner"),
        ] {
            let error = read(banner).unwrap_err();
            assert!(
                error.contains(place) || place == "banner",
                "{banner}: {error}"
            );
        }
    }
}
