//! The words of banner and dialog: ours, and the organisation's own in their place.

use std::collections::BTreeMap;

use domain::banner::is_right_to_left;
use domain::{BANNER_TEXTS, Flag, FlagSet, Settings};
use serde::Serialize;
use web::{Language, Texts};

/// The words in one language.
pub struct Words {
    /// The language (BCP 47), as the organisation's settings write it.
    pub code: String,
    texts: BTreeMap<&'static str, String>,
}

/// Flags that are asked for together.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "BannerGroup"))]
pub struct GroupView {
    /// The flags.
    flags: FlagSet,
    /// What they are called.
    title: String,
    /// What they mean.
    text: String,
}

impl Words {
    /// In every language that the organisation offers and that has all texts; in all of ours where there is none.
    pub fn all(settings: &Settings) -> Vec<Self> {
        let tags = settings.languages.iter();
        let offered: Vec<Self> = tags.filter_map(|tag| Self::of(tag, settings)).collect();
        if !offered.is_empty() {
            return offered;
        }
        let ours = Language::ALL.into_iter();
        ours.filter_map(|language| Self::of(language.code(), settings))
            .collect()
    }

    fn of(tag: &str, settings: &Settings) -> Option<Self> {
        let own = settings.banner.texts.get(tag);
        let ours = Language::of(tag).map(Texts::of);
        let name = settings.display_name.clone();
        let name = name.or_else(|| Some(ours.as_ref()?.get("banner-unnamed")));
        let name = name.unwrap_or_default();
        let variables = [("organisation", name.as_str()), ("purposes", "{purposes}")];
        let mut texts = BTreeMap::new();
        for id in BANNER_TEXTS {
            let text = match (own.and_then(|own| own.get(id)), &ours) {
                (Some(text), _) => text.replace("{organisation}", &name),
                (None, Some(ours)) => {
                    ours.with(&format!("banner-{}", id.replace('_', "-")), &variables)
                }
                // Half in another language would be worse than none.
                (None, None) => return None,
            };
            texts.insert(id, text);
        }
        let mut words = Self {
            code: tag.to_owned(),
            texts,
        };
        let purposes = words.titles(settings.banner.asked());
        if let Some(text) = words.texts.get_mut("purposes") {
            *text = text.replace("{purposes}", &purposes);
        }
        Some(words)
    }

    fn text(&self, id: &str) -> &str {
        self.texts.get(id).map_or("", String::as_str)
    }

    /// What these flags are called.
    fn titles(&self, flags: FlagSet) -> String {
        let titles: Vec<&str> = flags.iter().map(|flag| self.text(flag.code())).collect();
        titles.join(", ")
    }

    /// The groups, as the organisation asks for them.
    pub fn groups(&self, settings: &Settings) -> Vec<GroupView> {
        let group = |flags: &FlagSet| {
            let texts: Vec<&str> = flags
                .iter()
                .map(|flag| self.text(&format!("{}_text", flag.code())))
                .collect();
            GroupView {
                flags: *flags,
                title: self.titles(*flags),
                text: texts.join(" "),
            }
        };
        settings.banner.asks.iter().map(group).collect()
    }

    /// The texts of the page itself, by id; those of the flags are in the groups.
    pub fn texts(&self) -> BTreeMap<&'static str, &str> {
        let is_of_flag = |id: &str| Flag::parse(id.strip_suffix("_text").unwrap_or(id)).is_ok();
        let texts = self.texts.iter().filter(|(id, _)| !is_of_flag(id));
        texts.map(|(id, text)| (*id, text.as_str())).collect()
    }

    /// A short hash of the words, of whoever asks, for what, and of where the notice stands: the evidence of what was
    /// shown.
    pub fn version(&self, settings: &Settings) -> String {
        let mut words: Vec<&str> = self.texts.values().map(String::as_str).collect();
        words.extend(settings.display_name.as_deref());
        words.extend(settings.privacy_notice_url.as_deref());
        let asks = settings.banner.asks.iter();
        let asks: Vec<String> = asks.map(|group| group.mask().to_string()).collect();
        let asks = asks.join(" ");
        words.push(&asks);
        let digest = store::digest(words.join("\n").as_bytes());
        digest.get(..16).unwrap_or(&digest).to_owned()
    }

    /// What its speakers call the language.
    pub fn name(&self) -> &str {
        self.text("language_name")
    }

    /// `ltr` or `rtl`, as HTML writes it.
    pub fn direction(&self) -> &'static str {
        if is_right_to_left(&self.code) {
            "rtl"
        } else {
            "ltr"
        }
    }
}
