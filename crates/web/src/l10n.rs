//! Texts for people, in their language (Project Fluent; RFC 4647 for the choice).

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use fluent_langneg::{
    LanguageIdentifier, NegotiationStrategy, negotiate_languages, parse_accepted_languages,
};

/// A language that every text exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// French.
    Fr,
    /// German.
    De,
    /// Spanish.
    Es,
    /// Italian.
    It,
    /// Dutch.
    Nl,
    /// Portuguese.
    Pt,
    /// Polish.
    Pl,
    /// Japanese.
    Ja,
    /// Arabic.
    Ar,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::En,
        Self::Fr,
        Self::De,
        Self::Es,
        Self::It,
        Self::Nl,
        Self::Pt,
        Self::Pl,
        Self::Ja,
        Self::Ar,
    ];

    /// BCP 47 tag.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
            Self::De => "de",
            Self::Es => "es",
            Self::It => "it",
            Self::Nl => "nl",
            Self::Pt => "pt",
            Self::Pl => "pl",
            Self::Ja => "ja",
            Self::Ar => "ar",
        }
    }

    /// What its speakers call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Fr => "Français",
            Self::De => "Deutsch",
            Self::Es => "Español",
            Self::It => "Italiano",
            Self::Nl => "Nederlands",
            Self::Pt => "Português",
            Self::Pl => "Polski",
            Self::Ja => "日本語",
            Self::Ar => "العربية",
        }
    }

    /// The language of a tag, whatever its region.
    pub fn of(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| language.code().eq_ignore_ascii_case(primary))
    }

    const fn source(self) -> &'static str {
        match self {
            Self::En => include_str!("../l10n/en.ftl"),
            Self::Fr => include_str!("../l10n/fr.ftl"),
            Self::De => include_str!("../l10n/de.ftl"),
            Self::Es => include_str!("../l10n/es.ftl"),
            Self::It => include_str!("../l10n/it.ftl"),
            Self::Nl => include_str!("../l10n/nl.ftl"),
            Self::Pt => include_str!("../l10n/pt.ftl"),
            Self::Pl => include_str!("../l10n/pl.ftl"),
            Self::Ja => include_str!("../l10n/ja.ftl"),
            Self::Ar => include_str!("../l10n/ar.ftl"),
        }
    }
}

/// The language for a person: what she chose on the page, else what her browser asks for among
/// `offered`, else `fallback`.
pub fn negotiate(
    chosen: Option<&str>,
    accept_language: Option<&str>,
    offered: &[Language],
    fallback: Language,
) -> Language {
    let offered: Vec<&str> = offered.iter().map(|language| language.code()).collect();
    best_language(chosen, accept_language, &offered)
        .and_then(Language::of)
        .unwrap_or(fallback)
}

/// The same among languages (BCP 47) that need not be ours; nothing where none fits.
pub fn best_language<'a>(
    chosen: Option<&str>,
    accept_language: Option<&str>,
    offered: &[&'a str],
) -> Option<&'a str> {
    let primary = |tag: &str| {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        primary.to_ascii_lowercase()
    };
    let chosen = chosen
        .filter(|chosen| !chosen.is_empty())
        .and_then(|chosen| {
            let same = offered.iter().find(|tag| tag.eq_ignore_ascii_case(chosen));
            same.or_else(|| offered.iter().find(|tag| primary(tag) == primary(chosen)))
        });
    if let Some(chosen) = chosen {
        return Some(chosen);
    }
    let requested = parse_accepted_languages(accept_language.unwrap_or_default());
    let available: Vec<LanguageIdentifier> =
        offered.iter().filter_map(|tag| tag.parse().ok()).collect();
    let found = negotiate_languages(&requested, &available, None, NegotiationStrategy::Lookup);
    let found = found.first()?;
    offered
        .iter()
        .find(|tag| {
            tag.parse()
                .is_ok_and(|tag: LanguageIdentifier| tag == **found)
        })
        .copied()
}

/// The texts of one language, and an organisation's own words in place of them.
#[derive(Clone)]
pub struct Texts {
    language: Language,
    own: Option<Rc<BTreeMap<String, String>>>,
}

thread_local! {
    static BUNDLES: [OnceCell<FluentBundle<FluentResource>>; Language::ALL.len()] =
        const { [const { OnceCell::new() }; Language::ALL.len()] };
}

impl Texts {
    /// The texts of `language`.
    pub const fn of(language: Language) -> Self {
        Self {
            language,
            own: None,
        }
    }

    /// These words where there are any, else the texts of `language`.
    pub const fn with_own(language: Language, own: Rc<BTreeMap<String, String>>) -> Self {
        Self {
            language,
            own: Some(own),
        }
    }

    /// An own text, with its variables written `{name}`.
    fn own(&self, id: &str, variables: &[(&str, &str)]) -> Option<String> {
        let text = self.own.as_ref()?.get(id)?;
        let filled = variables.iter().fold(text.clone(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        });
        Some(filled)
    }

    /// A text without variables.
    pub fn get(&self, id: &str) -> String {
        self.own(id, &[]).unwrap_or_else(|| self.format(id, None))
    }

    /// A text as an editor writes it: with its variables as `{name}`.
    pub fn source(&self, id: &str) -> String {
        const NAMES: [&str; 9] = [
            "day",
            "month",
            "year",
            "hour",
            "minute",
            "moment",
            "organisation",
            "purposes",
            "number",
        ];
        let marks = NAMES.map(|name| format!("{{{name}}}"));
        let pairs: Vec<(&str, &str)> = NAMES
            .into_iter()
            .zip(marks.iter().map(String::as_str))
            .collect();
        self.with(id, &pairs)
    }

    /// A text with variables.
    pub fn with(&self, id: &str, variables: &[(&str, &str)]) -> String {
        if let Some(own) = self.own(id, variables) {
            return own;
        }
        let mut arguments = FluentArgs::new();
        for (name, value) in variables {
            arguments.set(*name, FluentValue::String(Cow::Borrowed(value)));
        }
        self.format(id, Some(&arguments))
    }

    fn format(&self, id: &str, arguments: Option<&FluentArgs<'_>>) -> String {
        BUNDLES.with(|bundles| {
            let place = Language::ALL
                .iter()
                .position(|language| *language == self.language);
            let Some(cell) = place.and_then(|place| bundles.get(place)) else {
                return id.to_owned();
            };
            let bundle = cell.get_or_init(|| bundle(self.language));
            let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else {
                // A test holds every id that is used against every language.
                return id.to_owned();
            };
            bundle
                .format_pattern(pattern, arguments, &mut Vec::new())
                .into_owned()
        })
    }
}

/// The texts about receipts.
fn receipts(code: &str) -> &'static str {
    match code {
        "ar" => include_str!("../l10n/receipt/ar.ftl"),
        "de" => include_str!("../l10n/receipt/de.ftl"),
        "es" => include_str!("../l10n/receipt/es.ftl"),
        "fr" => include_str!("../l10n/receipt/fr.ftl"),
        "it" => include_str!("../l10n/receipt/it.ftl"),
        "ja" => include_str!("../l10n/receipt/ja.ftl"),
        "nl" => include_str!("../l10n/receipt/nl.ftl"),
        "pl" => include_str!("../l10n/receipt/pl.ftl"),
        "pt" => include_str!("../l10n/receipt/pt.ftl"),
        _ => include_str!("../l10n/receipt/en.ftl"),
    }
}

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new(language.code().parse().into_iter().collect());
    // Isolation marks are for mixed scripts; the variables here are names, dates and numbers.
    bundle.set_use_isolating(false);
    for source in [language.source(), receipts(language.code())] {
        let resource = match FluentResource::try_new(source.to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Message ids with the variables that their texts use.
    fn messages(source: &str) -> Vec<(String, Vec<String>)> {
        let resource = FluentResource::try_new(source.to_owned())
            .map_err(|(_, errors)| errors)
            .unwrap();
        assert!(resource.entries().count() > 0);
        let mut found: Vec<(String, Vec<String>)> = Vec::new();
        for line in source.lines() {
            if let Some((id, _)) = line
                .split_once(" =")
                .filter(|(id, _)| !id.starts_with([' ', '#', '-', '[', '*']))
            {
                found.push((id.to_owned(), Vec::new()));
            }
            if let Some((_, variables)) = found.last_mut() {
                variables.extend(line.split('$').skip(1).map(|rest| {
                    rest.chars()
                        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                        .collect::<String>()
                }));
                variables.sort();
                variables.dedup();
            }
        }
        found.sort();
        found
    }

    #[test]
    fn every_language_has_every_text_with_the_same_variables() {
        let english = messages(receipts("en"));
        for language in Language::ALL {
            let code = language.code();
            assert_eq!(
                messages(language.source()),
                messages(Language::En.source()),
                "{code}"
            );
            assert_eq!(messages(receipts(code)), english, "{code}");
            assert!(code == "en" || receipts(code) != receipts("en"), "{code}");
        }
    }

    /// What was forgotten when a language was written would stand there in another.
    #[test]
    fn no_language_has_leftovers_of_another() {
        // The same word in both.
        const SAME: [(&str, &str); 3] = [
            ("pl", "day-first"),
            ("ja", "day-first"),
            ("it", "banner-tg"),
        ];
        let months = (1..=12).map(|month| format!("month-{month}"));
        let months: Vec<String> = months.collect();
        for language in Language::ALL.into_iter().skip(1) {
            for (id, _) in messages(language.source()) {
                let (english, own) = (
                    Texts::of(Language::En).source(&id),
                    Texts::of(language).source(&id),
                );
                // A date is put together alike in several languages.
                let is_same = english == own && english.len() > 12 && id != "moment";
                let known = SAME.contains(&(language.code(), id.as_str())) || months.contains(&id);
                assert!(!is_same || known, "{} {id}: {own}", language.code());
                let latin = own.bytes().filter(u8::is_ascii_alphabetic).count();
                // Names of signals and variables apart.
                let others = ["ja", "ar"].contains(&language.code());
                let quoted = own.contains("Global Privacy Control") || own.contains('{');
                assert!(
                    !others || quoted || latin < 4,
                    "{} {id}: {own}",
                    language.code()
                );
                assert!(!own.contains("TODO") && !own.contains("  "), "{id}: {own}");
            }
        }
    }

    #[test]
    fn the_persons_choice_comes_before_the_browsers() {
        let all = Language::ALL;
        assert_eq!(
            negotiate(Some("fr"), Some("en"), &all, Language::En),
            Language::Fr
        );
        assert_eq!(
            negotiate(None, Some("fr-CA,fr;q=0.9,en;q=0.8"), &all, Language::En),
            Language::Fr
        );
        assert_eq!(
            negotiate(None, Some("sv"), &all, Language::Fr),
            Language::Fr
        );
        assert_eq!(
            negotiate(None, Some("fr"), &[Language::En], Language::En),
            Language::En
        );
        assert_eq!(
            negotiate(Some("<script>"), None, &all, Language::En),
            Language::En
        );
        let offered = ["pt-BR", "ar", "en"];
        assert_eq!(best_language(Some("PT"), None, &offered), Some("pt-BR"));
        assert_eq!(
            best_language(Some("xx"), Some("ar-EG, en;q=0.5"), &offered),
            Some("ar")
        );
        assert_eq!(best_language(None, Some("de"), &offered), None);
    }
}
