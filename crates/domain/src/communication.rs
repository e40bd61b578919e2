//! Consent to communications: per contact and type of communication, apart from tracking. A refusal to be tracked never
//! unsubscribes anybody, and unsubscribing never changes what may be tracked.

use crate::object::read_from_object_only;
use crate::{Source, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use thiserror::Error;

/// The most types that an organisation has.
pub const MOST_COMMUNICATION_TYPES: usize = 50;
/// The longest name of a type, in characters.
const LONGEST_NAME: usize = 100;
/// The most languages that a type has names in.
const MOST_LANGUAGES: usize = 50;

/// The id of a type of communication, such as `newsletter`: 1 to 32 of `a-z`, `0-9` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CommunicationType(String);

/// The text is not the id of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("write the id of a communication type with 1 to 32 of a-z, 0-9 and _")]
pub struct CommunicationTypeError;

impl CommunicationType {
    /// Reads an id.
    ///
    /// # Errors
    /// [`CommunicationTypeError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, CommunicationTypeError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if (1..=32).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(CommunicationTypeError)
        }
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CommunicationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for CommunicationType {
    type Error = CommunicationTypeError;

    fn try_from(text: String) -> Result<Self, CommunicationTypeError> {
        Self::parse(&text)
    }
}

impl From<CommunicationType> for String {
    fn from(id: CommunicationType) -> Self {
        id.0
    }
}

/// A type of communication, as an organisation sets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "CommunicationTypeSetting"))]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Communication {
    /// Names it in requests; never shown to people.
    pub id: CommunicationType,
    /// What people read, by language (BCP 47): at least one, each on one line of at most 100 characters.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Names"))]
    pub name: BTreeMap<String, String>,
}

read_from_object_only!(Communication);

/// The types cannot be as they are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CommunicationsError {
    /// Too many, or one twice.
    #[error("communication_types: name each id once, at most 50")]
    Types,
    /// A language that cannot be read, none, or too many.
    #[error(
        "communication_types.name: write 1 to 50 languages as tags such as en, pt-BR or zh-Hant (BCP 47)"
    )]
    Languages,
    /// A name that cannot be shown.
    #[error("communication_types.name: write each name in 1 to 100 characters on one line")]
    Name,
}

/// Checks the types of an organisation.
///
/// # Errors
/// [`CommunicationsError`] says which rule does not hold.
pub fn check_communication_types(
    types: &[Communication],
    is_language: impl Fn(&str) -> bool,
) -> Result<(), CommunicationsError> {
    let repeated = types.iter().enumerate().any(|(place, one)| {
        let mut before = types.iter().take(place);
        before.any(|other| other.id == one.id)
    });
    if types.len() > MOST_COMMUNICATION_TYPES || repeated {
        return Err(CommunicationsError::Types);
    }
    for one in types {
        if !(1..=MOST_LANGUAGES).contains(&one.name.len())
            || !one.name.keys().all(|tag| is_language(tag))
        {
            return Err(CommunicationsError::Languages);
        }
        let shows = |name: &String| {
            !name.trim().is_empty()
                && name.chars().count() <= LONGEST_NAME
                && !name.chars().any(char::is_control)
        };
        if !one.name.values().all(shows) {
            return Err(CommunicationsError::Name);
        }
    }
    Ok(())
}

impl Communication {
    /// Its name in a language, else in `fallback`, else in any, of the languages that it has.
    #[must_use]
    pub fn name_in(&self, language: &str, fallback: &str) -> &str {
        let primary = |tag: &str| {
            let primary = tag.split('-').next().unwrap_or_default();
            primary.to_ascii_lowercase()
        };
        let found = |wanted: &str| {
            let exact = self.name.iter().find(|(tag, _)| *tag == wanted);
            exact.or_else(|| {
                self.name
                    .iter()
                    .find(|(tag, _)| primary(tag) == primary(wanted))
            })
        };
        let name = found(language)
            .or_else(|| found(fallback))
            .or_else(|| self.name.iter().next());
        name.map_or(self.id.as_str(), |(_, name)| name.as_str())
    }
}

/// What is in force for a contact and a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CommunicationStatus {
    /// She wants them.
    OptedIn,
    /// She does not.
    OptedOut,
    /// She has not said.
    Unanswered,
}

impl CommunicationStatus {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OptedIn => "opted_in",
            Self::OptedOut => "opted_out",
            Self::Unanswered => "unanswered",
        }
    }

    /// Of an answer.
    #[must_use]
    pub const fn of(opted_in: bool) -> Self {
        if opted_in {
            Self::OptedIn
        } else {
            Self::OptedOut
        }
    }
}

/// What counts of what a contact said about a type: the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommunicationDecision {
    /// Whether she wants them.
    pub opted_in: bool,
    /// When she said so.
    pub at: Timestamp,
    /// Through what.
    pub source: Source,
}

/// What a contact said about each type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Communications {
    /// When everything before was erased.
    pub erased_at: Option<Timestamp>,
    /// What counts.
    pub decisions: BTreeMap<CommunicationType, CommunicationDecision>,
}

impl Communications {
    /// What is in force for a type. Whoever had everything erased wants nothing until she says so: what she had
    /// opted out of before is not known any more.
    #[must_use]
    pub fn status(&self, communication_type: &CommunicationType) -> CommunicationStatus {
        match self.decisions.get(communication_type) {
            Some(decision) => CommunicationStatus::of(decision.opted_in),
            None if self.erased_at.is_some() => CommunicationStatus::OptedOut,
            None => CommunicationStatus::Unanswered,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn named(id: &str, names: &[(&str, &str)]) -> Communication {
        let name = names
            .iter()
            .map(|(tag, name)| ((*tag).to_owned(), (*name).to_owned()));
        Communication {
            id: CommunicationType::parse(id).unwrap(),
            name: name.collect(),
        }
    }

    fn check(types: &[Communication]) -> Result<(), CommunicationsError> {
        check_communication_types(types, |tag| tag.len() == 2)
    }

    #[test]
    fn ids_are_short_and_plain() {
        for id in ["n", "newsletter", "sms_2", &"a".repeat(32)] {
            assert_eq!(CommunicationType::parse(id).unwrap().as_str(), id);
        }
        for id in ["", "News", "a-b", "a b", "é", &"a".repeat(33)] {
            assert_eq!(CommunicationType::parse(id), Err(CommunicationTypeError));
        }
    }

    #[test]
    fn types_are_named_and_few() {
        let newsletter = named("newsletter", &[("en", "Newsletter")]);
        assert_eq!(check(std::slice::from_ref(&newsletter)), Ok(()));
        assert_eq!(
            check(&[newsletter.clone(), newsletter.clone()]),
            Err(CommunicationsError::Types)
        );
        let many: Vec<Communication> = (0..51)
            .map(|number| named(&format!("t{number}"), &[("en", "x")]))
            .collect();
        assert_eq!(check(&many), Err(CommunicationsError::Types));
        let few = many.get(..50).unwrap();
        assert_eq!(check(few), Ok(()));
        for (names, wrong) in [
            (&[][..], CommunicationsError::Languages),
            (&[("english", "x")], CommunicationsError::Languages),
            (&[("en", " ")], CommunicationsError::Name),
            (&[("en", "a\nb")], CommunicationsError::Name),
        ] {
            assert_eq!(check(&[named("a", names)]), Err(wrong));
        }
    }

    #[test]
    fn a_name_falls_back() {
        let offers = named("offers", &[("fr", "Offres"), ("pt-BR", "Ofertas")]);
        assert_eq!(offers.name_in("fr", "en"), "Offres");
        assert_eq!(offers.name_in("pt", "en"), "Ofertas");
        assert_eq!(offers.name_in("de", "fr-CA"), "Offres");
        assert_eq!(offers.name_in("de", "en"), "Offres");
    }

    #[test]
    fn whoever_was_erased_wants_nothing_until_she_says_so() {
        let newsletter = CommunicationType::parse("newsletter").unwrap();
        let mut said = Communications::default();
        assert_eq!(said.status(&newsletter), CommunicationStatus::Unanswered);
        said.erased_at = Some(Timestamp::from_micros(1));
        assert_eq!(said.status(&newsletter), CommunicationStatus::OptedOut);
        let decision = CommunicationDecision {
            opted_in: true,
            at: Timestamp::from_micros(2),
            source: Source::Form,
        };
        said.decisions.insert(newsletter.clone(), decision);
        assert_eq!(said.status(&newsletter), CommunicationStatus::OptedIn);
    }
}
