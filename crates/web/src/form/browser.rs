//! What the person's browser says besides the answer.

use crate::{Language, Request};
use domain::Settings;

use super::answer::Answer;

/// Language, privacy signal, and what the page before said was saved.
pub struct Browser {
    pub(super) chosen: Option<String>,
    pub(super) accept_language: Option<String>,
    /// `Sec-GPC: 1`.
    pub privacy_signal: bool,
    /// Only a claim of the address: what is shown depends on what is stored.
    pub saved: Option<Answer>,
    /// That something else was saved; only a claim, too.
    pub claims_saved: bool,
}

impl Browser {
    /// Mail programs and trackers add parameters of their own to links; a person must not suffer for that.
    pub fn of(request: &Request) -> Self {
        let parameters = crate::form_fields(request.uri().query().unwrap_or_default().as_bytes());
        let value = |wanted: &str| {
            let found = parameters.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.clone())
        };
        Self {
            chosen: value("lang"),
            accept_language: crate::first_header(request.headers(), "accept-language")
                .map(str::to_owned),
            privacy_signal: crate::privacy_signal(request.headers()),
            saved: match value("saved").as_deref() {
                Some("refused") => Some(Answer::Refuse),
                Some("granted") => Some(Answer::Grant),
                _ => None,
            },
            claims_saved: value("saved").is_some(),
        }
    }

    /// One that says no more than this header, `Accept-Language`.
    pub const fn asking(accept_language: Option<String>) -> Self {
        Self {
            chosen: None,
            accept_language,
            privacy_signal: false,
            saved: None,
            claims_saved: false,
        }
    }

    /// The language of the page, among those that the organisation offers and we have.
    pub fn language(&self, settings: Option<&Settings>) -> Language {
        let default = settings.and_then(|settings| Language::of(&settings.default_language));
        let offered = offered(settings);
        let fallback = default
            .or_else(|| offered.first().copied())
            .unwrap_or(Language::En);
        crate::negotiate(
            self.chosen.as_deref(),
            self.accept_language.as_deref(),
            &offered,
            fallback,
        )
    }
}

/// The languages of the page: the organisation's, as far as there are texts; all where nobody chose any.
pub fn offered(settings: Option<&Settings>) -> Vec<Language> {
    let wanted = settings.map_or(&[][..], |settings| &settings.languages[..]);
    let all = Language::ALL.into_iter();
    let offered: Vec<Language> = all
        .filter(|language| {
            wanted
                .iter()
                .any(|tag| Language::of(tag) == Some(*language))
        })
        .collect();
    if offered.is_empty() {
        Language::ALL.to_vec()
    } else {
        offered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(languages: &[&str], default: &str) -> Settings {
        Settings {
            languages: languages.iter().map(|tag| (*tag).to_owned()).collect(),
            default_language: default.to_owned(),
            ..Settings::default()
        }
    }

    fn browser(chosen: Option<&str>, accept: Option<&str>) -> Browser {
        Browser {
            chosen: chosen.map(str::to_owned),
            accept_language: accept.map(str::to_owned),
            privacy_signal: false,
            saved: None,
            claims_saved: false,
        }
    }

    #[test]
    fn the_page_has_a_language_that_the_organisation_offers() {
        let canada = settings(&["fr-CA", "en-CA", "iu"], "fr-CA");
        assert_eq!(offered(Some(&canada)), [Language::En, Language::Fr]);
        assert_eq!(browser(None, None).language(Some(&canada)), Language::Fr);
        assert_eq!(
            browser(Some("en"), Some("fr")).language(Some(&canada)),
            Language::En
        );
        let english = settings(&["en"], "en");
        assert_eq!(
            browser(Some("fr"), Some("fr")).language(Some(&english)),
            Language::En
        );
        let swedish = settings(&["sv"], "sv");
        assert_eq!(
            browser(None, Some("fr-CH")).language(Some(&swedish)),
            Language::Fr
        );
        assert_eq!(browser(None, Some("fr")).language(None), Language::Fr);
    }
}
