//! The words of a form: an organisation's own, by form and language, in place of Assent's.
//!
//! A page is in one language as a whole. An organisation can have languages that Assent has not got; then it has written
//! every text of the form in it.

use std::rc::Rc;

use domain::{FormKind, FormSettings, Settings, direction};
use store::{OwnForm, OwnForms};

use super::browser::Browser;
use crate::{Language, Texts, best_language};

/// A language that a form can be read in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// BCP 47.
    pub tag: String,
    /// What its speakers call it.
    pub name: String,
}

/// A form of an organisation: the usual one of its kind, or one that it made or changed.
#[derive(Debug, Clone)]
pub struct Form {
    /// Names it.
    pub id: String,
    /// What it is for.
    pub kind: FormKind,
    /// How it behaves.
    pub settings: FormSettings,
    own: OwnForm,
}

impl Form {
    /// The form of this id; nothing where the organisation has none. Each has one of every kind, under the kind's code.
    pub fn find(forms: &OwnForms, id: &str) -> Option<Self> {
        let own = forms.get(id).cloned().unwrap_or_default();
        let (kind, settings) = match &own.settings {
            Some((kind, settings)) => (*kind, settings.clone()),
            None => (FormKind::parse(id).ok()?, FormSettings::default()),
        };
        Some(Self {
            id: id.to_owned(),
            kind,
            settings,
            own,
        })
    }

    /// The form of this kind that every organisation has.
    pub fn usual(forms: &OwnForms, kind: FormKind) -> Self {
        Self::find(forms, kind.code()).unwrap_or_else(|| Self {
            id: kind.code().to_owned(),
            kind,
            settings: FormSettings::default(),
            own: OwnForm::default(),
        })
    }

    /// What the organisation changed.
    pub const fn own(&self) -> &OwnForm {
        &self.own
    }

    /// The languages that it can be read in: those of the settings for which there are words; Assent's where nobody
    /// chose any.
    pub fn offered(&self, settings: &Settings) -> Vec<Offered> {
        let mut found: Vec<Offered> = Vec::new();
        for tag in &settings.languages {
            let offered = match (Language::of(tag), self.own.texts.get(tag)) {
                (Some(language), _) => Offered::shipped(language),
                (None, Some(own)) => Offered {
                    tag: tag.clone(),
                    name: own.texts.get(NAME).cloned().unwrap_or_else(|| tag.clone()),
                },
                (None, None) => continue,
            };
            if !found.contains(&offered) {
                found.push(offered);
            }
        }
        if found.is_empty() {
            found.extend(Language::ALL.map(Offered::shipped));
        }
        found
    }

    /// Its words in a language that it is offered in.
    pub fn texts(&self, tag: &str) -> Texts {
        let base = Language::of(tag).unwrap_or(Language::En);
        // Own words of fr-CA are also those of fr, as which it is offered.
        let same = |other: &&String| Language::of(other) == Language::of(tag);
        let own = self.own.texts.get(tag).or_else(|| {
            Language::of(tag)?;
            let other = self.own.texts.keys().find(same)?;
            self.own.texts.get(other)
        });
        match own {
            Some(own) => Texts::with_own(base, Rc::clone(&own.texts)),
            None => Texts::of(base),
        }
    }
}

/// The text that says what a language is called.
pub const NAME: &str = "banner-language-name";

impl Offered {
    /// One that Assent has.
    pub fn shipped(language: Language) -> Self {
        Self {
            tag: language.code().to_owned(),
            name: language.name().to_owned(),
        }
    }
}

/// The words of one page.
pub struct Words {
    /// Their language (BCP 47).
    pub tag: String,
    /// The direction in which it is written.
    pub direction: &'static str,
    /// The texts.
    pub texts: Texts,
    /// All that the page can be read in.
    pub offered: Vec<Offered>,
}

impl Words {
    /// Of a form, in the language that suits the person.
    pub fn of(form: &Form, browser: &Browser, settings: &Settings) -> Self {
        let offered = form.offered(settings);
        let tags: Vec<&str> = offered.iter().map(|one| one.tag.as_str()).collect();
        let tag = browser.best(&tags).map(str::to_owned).unwrap_or_else(|| {
            let default = &settings.default_language;
            let default = Language::of(default).map_or(default.as_str(), |known| known.code());
            let found = tags.iter().find(|tag| **tag == default).or(tags.first());
            found.map_or("en", |tag| *tag).to_owned()
        });
        Self {
            direction: direction(&tag),
            texts: form.texts(&tag),
            tag,
            offered,
        }
    }

    /// Of a form, in this language.
    pub fn in_language(form: &Form, tag: &str) -> Self {
        Self {
            tag: tag.to_owned(),
            direction: direction(tag),
            texts: form.texts(tag),
            offered: Vec::new(),
        }
    }

    /// Of a page that is nobody's, or that nobody has words of her own for.
    pub fn usual(browser: &Browser) -> Self {
        let language = browser.language(None);
        Self {
            tag: language.code().to_owned(),
            direction: direction(language.code()),
            texts: Texts::of(language),
            offered: Language::ALL.map(Offered::shipped).to_vec(),
        }
    }
}

impl Browser {
    /// The one of these languages that suits the person.
    pub fn best<'a>(&self, offered: &[&'a str]) -> Option<&'a str> {
        best_language(
            self.chosen.as_deref(),
            self.accept_language.as_deref(),
            offered,
        )
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use domain::Timestamp;
    use std::collections::BTreeMap;
    use store::OwnTexts;

    fn own(texts: &[(&str, &[(&str, &str)])]) -> OwnForms {
        let texts = texts.iter().map(|(tag, words)| {
            let words = words
                .iter()
                .map(|(id, text)| ((*id).to_owned(), (*text).to_owned()));
            let texts = OwnTexts {
                version: 1,
                texts: Rc::new(words.collect()),
                at: Timestamp::from_micros(1),
                actor: "admin".to_owned(),
            };
            ((*tag).to_owned(), texts)
        });
        let form = OwnForm {
            settings: None,
            texts: texts.collect(),
        };
        BTreeMap::from([("tracking".to_owned(), form)])
    }

    fn settings(languages: &[&str]) -> Settings {
        Settings {
            languages: languages.iter().map(|tag| (*tag).to_owned()).collect(),
            default_language: languages.first().copied().unwrap_or("en").to_owned(),
            ..Settings::default()
        }
    }

    #[test]
    fn own_words_replace_ours_and_bring_languages() {
        let forms = own(&[
            ("fr-CA", &[("tracking-title", "Vos clics")]),
            ("sv", &[("tracking-title", "Klick"), (NAME, "Svenska")]),
        ]);
        let form = Form::find(&forms, "tracking").unwrap();
        let offered = form.offered(&settings(&["fr-CA", "sv", "en", "da"]));
        let names: Vec<(&str, &str)> = offered
            .iter()
            .map(|one| (one.tag.as_str(), one.name.as_str()))
            .collect();
        assert_eq!(
            names,
            [("fr", "Français"), ("sv", "Svenska"), ("en", "English")]
        );
        let title = |tag| form.texts(tag).get("tracking-title");
        assert_eq!(title("fr"), "Vos clics");
        assert_eq!(title("sv"), "Klick");
        assert_eq!(title("en"), Texts::of(Language::En).get("tracking-title"));
        assert_eq!(
            form.texts("fr").get("tracking-lead"),
            Texts::of(Language::Fr).get("tracking-lead")
        );
    }

    #[test]
    fn every_kind_has_a_form() {
        let none = OwnForms::new();
        for kind in FormKind::ALL {
            assert_eq!(Form::find(&none, kind.code()).unwrap().kind, kind);
            assert_eq!(Form::usual(&none, kind).id, kind.code());
        }
        assert!(Form::find(&none, "other").is_none());
    }
}
