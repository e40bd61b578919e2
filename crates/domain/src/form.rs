//! The forms that people see, and what an organisation may change about them.

use crate::CommunicationType;
use crate::object::read_from_object_only;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// What a form is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FormKind {
    /// May my clicks be linked to me? `/p/…/tracking`.
    Tracking,
    /// Opting out of communications: `/p/…/unsubscribe` and one-click unsubscribing.
    Unsubscribe,
    /// Opting in to communications.
    OptIn,
    /// What the organisation knows about a contact.
    Profile,
    /// Tracking and communications in one place: `/p/…`.
    Preferences,
    /// What a click shows before it goes on.
    Interception,
}

/// There is no such kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "the kinds of forms are tracking, unsubscribe, opt_in, profile, preferences and interception"
)]
pub struct FormKindError;

impl FormKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Tracking,
        Self::Unsubscribe,
        Self::OptIn,
        Self::Profile,
        Self::Preferences,
        Self::Interception,
    ];

    /// The code on the wire; also the id of the form of this kind that every organisation has.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Tracking => "tracking",
            Self::Unsubscribe => "unsubscribe",
            Self::OptIn => "opt_in",
            Self::Profile => "profile",
            Self::Preferences => "preferences",
            Self::Interception => "interception",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`FormKindError`] for any other.
    pub fn parse(code: &str) -> Result<Self, FormKindError> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.code() == code)
            .ok_or(FormKindError)
    }

    /// Where a person finds a form of this kind, after `/p/{organisation}/{person}`; nothing where no address leads to it.
    #[must_use]
    pub const fn path(self) -> Option<&'static str> {
        match self {
            Self::Tracking => Some("/tracking"),
            Self::Unsubscribe => Some("/unsubscribe"),
            Self::OptIn => Some("/opt-in"),
            Self::Profile => Some("/profile"),
            Self::Preferences => Some(""),
            Self::Interception => None,
        }
    }
}

/// The most forms that an organisation has beside those that every one has.
pub const MOST_FORMS: usize = 50;
/// The longest text of a form, in characters.
const LONGEST_TEXT: usize = 2000;

/// Whether a text is the id of a form: 1 to 32 of `a-z`, `0-9`, `_` and `-`.
#[must_use]
pub fn is_form_id(id: &str) -> bool {
    let plain = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-')
    };
    (1..=32).contains(&id.len()) && id.bytes().all(plain)
}

/// How a form behaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "FormSettings"))]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub struct FormSettings {
    /// Of an `unsubscribe`, `opt_in` or `profile` form: whether its foot leads to the form about tracking. `null`: where
    /// it does not ask about tracking itself.
    pub offer_tracking_opt_out: Option<bool>,
    /// Of an `opt_in` or `profile` form: whether it asks for consent to tracking, too: `true`.
    pub ask_tracking: bool,
    /// Of the `preferences` form: whether each of the six flags is asked alone, and not tracking as one: `false`.
    pub each_flag: bool,
    /// Of an `opt_in`, `unsubscribe` or `preferences` form: the communication types that it is about. All, if none is
    /// named.
    pub communication_types: Vec<CommunicationType>,
    /// Of a `profile` form: the attributes that people see and change there, in this order.
    pub attributes: Vec<String>,
}

read_from_object_only!(FormSettings);

impl Default for FormSettings {
    fn default() -> Self {
        Self {
            offer_tracking_opt_out: None,
            ask_tracking: true,
            each_flag: false,
            communication_types: Vec::new(),
            attributes: Vec::new(),
        }
    }
}

impl FormSettings {
    /// Whether the foot of a form of this kind leads to the form about tracking. Unless chosen, no page asks the same
    /// twice.
    #[must_use]
    pub fn offers_tracking_opt_out(&self, kind: FormKind) -> bool {
        let usual = match kind {
            FormKind::Unsubscribe => true,
            FormKind::OptIn | FormKind::Profile => !self.ask_tracking,
            FormKind::Tracking | FormKind::Preferences | FormKind::Interception => return false,
        };
        self.offer_tracking_opt_out.unwrap_or(usual)
    }
}

/// The words cannot be those of a form.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FormTextsError {
    /// There is no such text in this form.
    #[error("this form has no text of this name; GET /v1/forms/{{id}} lists its texts")]
    Unknown(String),
    /// A text that cannot be shown.
    #[error(
        "write each text in 1 to 2000 characters of plain text; a line break only between paragraphs"
    )]
    Text(String),
    /// A language that Assent does not have needs every text.
    #[error("Assent has no words in this language, so all texts are needed; this one is missing")]
    Missing(String),
}

/// Checks an organisation's own words of a form. `known` are the texts that it has; `complete` says that all are needed.
///
/// # Errors
/// [`FormTextsError`] names the text.
pub fn check_form_texts(
    texts: &BTreeMap<String, String>,
    known: &[&str],
    complete: bool,
) -> Result<(), FormTextsError> {
    for (id, text) in texts {
        if !known.contains(&id.as_str()) {
            return Err(FormTextsError::Unknown(id.clone()));
        }
        let shows = !text.trim().is_empty()
            && text.chars().count() <= LONGEST_TEXT
            && !text
                .chars()
                .any(|c| (c.is_control() && c != '\n') || is_direction_override(c));
        if !shows {
            return Err(FormTextsError::Text(id.clone()));
        }
    }
    let missing = known
        .iter()
        .find(|id| complete && !texts.contains_key(**id));
    missing.map_or(Ok(()), |id| Err(FormTextsError::Missing((*id).to_owned())))
}

/// Characters that could show an answer as another (Unicode Bidirectional Algorithm, embeddings and overrides).
const fn is_direction_override(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The direction in which a language is written, by its tag (BCP 47).
#[must_use]
pub fn direction(tag: &str) -> &'static str {
    const RIGHT_TO_LEFT: [&str; 12] = [
        "ar", "arc", "ckb", "dv", "fa", "he", "khw", "ks", "ps", "sd", "ur", "yi",
    ];
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default().to_ascii_lowercase();
    let script = parts.find(|part| part.len() == 4);
    let by_script = script.map(|script| {
        ["arab", "hebr", "thaa", "syrc", "nkoo"].contains(&script.to_ascii_lowercase().as_str())
    });
    if by_script.unwrap_or(RIGHT_TO_LEFT.contains(&language.as_str())) {
        "rtl"
    } else {
        "ltr"
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_codes() {
        for kind in FormKind::ALL {
            assert_eq!(FormKind::parse(kind.code()), Ok(kind));
            assert!(is_form_id(kind.code()));
        }
        assert_eq!(FormKind::parse("banner"), Err(FormKindError));
        for id in ["", "A", "a b", "é", &"a".repeat(33)] {
            assert!(!is_form_id(id), "{id}");
        }
    }

    #[test]
    fn a_foot_leads_to_the_form_about_tracking_where_its_form_does_not_ask() {
        use FormKind::{OptIn, Profile, Unsubscribe};
        for (json, offering) in [
            ("{}", vec![Unsubscribe]),
            (r#"{"offer_tracking_opt_out": null}"#, vec![Unsubscribe]),
            (
                r#"{"ask_tracking": false}"#,
                vec![Unsubscribe, OptIn, Profile],
            ),
            (
                r#"{"offer_tracking_opt_out": true}"#,
                vec![Unsubscribe, OptIn, Profile],
            ),
            (
                r#"{"offer_tracking_opt_out": false, "ask_tracking": false}"#,
                vec![],
            ),
        ] {
            let settings: FormSettings = serde_json::from_str(json).unwrap();
            for kind in FormKind::ALL {
                let offers = settings.offers_tracking_opt_out(kind);
                assert_eq!(offers, offering.contains(&kind), "{json} {kind:?}");
            }
        }
    }

    #[test]
    fn texts_are_known_plain_and_for_a_new_language_complete() {
        let texts = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            let pairs = pairs.iter().map(|(id, text)| (*id, *text));
            pairs
                .map(|(id, text)| (id.to_owned(), text.to_owned()))
                .collect()
        };
        let known = ["title", "text"];
        let check =
            |pairs: &[(&str, &str)], complete| check_form_texts(&texts(pairs), &known, complete);
        assert_eq!(check(&[("title", "Hello")], false), Ok(()));
        assert_eq!(check(&[("text", "a\n\nb <b>")], false), Ok(()));
        assert_eq!(check(&[], false), Ok(()));
        let unknown = FormTextsError::Unknown("tilte".to_owned());
        assert_eq!(check(&[("tilte", "x")], false), Err(unknown));
        let long = "x".repeat(2001);
        for bad in ["", "  ", "a\tb", "\u{202e}oN", long.as_str()] {
            let wrong = FormTextsError::Text("title".to_owned());
            assert_eq!(check(&[("title", bad)], false), Err(wrong));
        }
        let missing = FormTextsError::Missing("text".to_owned());
        assert_eq!(check(&[("title", "Hej")], true), Err(missing));
    }

    #[test]
    fn languages_run_in_their_direction() {
        for tag in ["ar", "ar-EG", "he", "fa-IR", "ur", "az-Arab", "AR"] {
            assert_eq!(direction(tag), "rtl", "{tag}");
        }
        for tag in ["en", "ja", "pt-BR", "az", "ku-Latn", "ar-Latn", "arn"] {
            assert_eq!(direction(tag), "ltr", "{tag}");
        }
    }
}
