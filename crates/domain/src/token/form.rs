//! The token inside a form: who saw which texts in which language, and when. It comes back with the
//! answer as the evidence of what was shown, and no other site can make one (CSRF).
//!
//! Sealed like every token (purpose `form`), with the subject's text form as the second associated
//! data: one person's form never carries another's answer. The key field holds the moment in
//! microseconds, the form, the version and the language, one a line.

use super::{OWN, SealError, TokenKeys};
use crate::{Shown, Subject, Timestamp};

const FORM: &[u8] = b"form";

/// How long a form may lie open before an agreement given on it is too old: a day.
const LIFE_MICROS: i64 = 24 * 60 * 60 * 1_000_000;

/// How far the clocks of two machines may differ: five minutes.
const SKEW_MICROS: i64 = 5 * 60 * 1_000_000;

/// What a form token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormToken {
    /// Which form, in which version and language.
    pub shown: Shown,
    /// When it was shown.
    pub issued_at: Timestamp,
}

impl FormToken {
    /// Whether an agreement may still be given on this form. A refusal always may.
    #[must_use]
    pub const fn is_fresh(&self, now: Timestamp) -> bool {
        let age = now.micros().saturating_sub(self.issued_at.micros());
        age <= LIFE_MICROS && age >= -SKEW_MICROS
    }
}

impl TokenKeys {
    /// The token for a form that is shown to this person.
    ///
    /// # Errors
    /// [`SealError::Shown`] when form, version or language could be mistaken for one another.
    pub fn seal_form(&self, person: &Subject, token: &FormToken) -> Result<String, SealError> {
        let Shown {
            form,
            version,
            language,
        } = &token.shown;
        let fields = [form, version, language];
        if fields
            .iter()
            .any(|field| field.is_empty() || field.chars().any(char::is_control))
        {
            return Err(SealError::Shown);
        }
        let issued_at = token.issued_at.micros();
        let text = format!("{issued_at}\n{form}\n{version}\n{language}");
        self.seal(FORM, person.as_str().as_bytes(), OWN, &text)
    }

    /// Opens what [`Self::seal_form`] made for this person. `None` for everything else.
    #[must_use]
    pub fn open_form(&self, person: &Subject, text: &str) -> Option<FormToken> {
        let (OWN, opened) = self.open(FORM, person.as_str().as_bytes(), text)? else {
            return None;
        };
        let mut lines = opened.split('\n');
        let issued_at = lines.next()?.parse().ok()?;
        let mut field = || lines.next().map(str::to_owned);
        Some(FormToken {
            shown: Shown {
                form: field()?,
                version: field()?,
                language: field()?,
            },
            issued_at: Timestamp::from_micros(issued_at),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{OrganisationId, TokenSecrets};

    fn keys(organisation: u8) -> TokenKeys {
        let secrets = TokenSecrets::parse("a secret of sixteen bytes or more").unwrap();
        TokenKeys::derive(&secrets, OrganisationId::from_bytes([organisation; 16]))
    }

    fn ada() -> Subject {
        Subject::contact("ada").unwrap()
    }

    fn token() -> FormToken {
        FormToken {
            shown: Shown {
                form: "tracking".to_owned(),
                version: "0f1e2d3c4b5a".to_owned(),
                language: "fr".to_owned(),
            },
            issued_at: Timestamp::from_micros(1_795_290_000_123_456),
        }
    }

    #[test]
    fn what_was_sealed_is_opened() {
        let text = keys(1).seal_form(&ada(), &token()).unwrap();
        assert_eq!(keys(1).open_form(&ada(), &text), Some(token()));
    }

    #[test]
    fn nothing_else_is_opened() {
        let text = keys(1).seal_form(&ada(), &token()).unwrap();
        let ben = Subject::contact("ben").unwrap();
        assert_eq!(keys(1).open_form(&ben, &text), None, "another person");
        assert_eq!(
            keys(2).open_form(&ada(), &text),
            None,
            "another organisation"
        );
        let preferences = keys(1).seal_preferences(&ada()).unwrap();
        assert_eq!(
            keys(1).open_form(&ada(), &preferences),
            None,
            "another purpose"
        );
        assert_eq!(keys(1).open_preferences(&text), None, "another purpose");
        for cut in 0..text.len() {
            assert_eq!(keys(1).open_form(&ada(), &text[..cut]), None, "cut {cut}");
        }
    }

    #[test]
    fn every_altered_character_closes_it() {
        let text = keys(1).seal_form(&ada(), &token()).unwrap();
        for place in 0..text.len() {
            for bit in 0..7 {
                let mut bytes = text.clone().into_bytes();
                bytes[place] ^= 1 << bit;
                let altered = String::from_utf8(bytes).unwrap();
                assert_eq!(
                    keys(1).open_form(&ada(), &altered),
                    None,
                    "{place} bit {bit}"
                );
            }
        }
    }

    #[test]
    fn fields_cannot_be_mistaken_for_one_another() {
        let mut mixed = token();
        mixed.shown.version = "1\nen".to_owned();
        assert_eq!(keys(1).seal_form(&ada(), &mixed), Err(SealError::Shown));
    }

    #[test]
    fn an_agreement_may_be_given_for_a_day() {
        let issued = token().issued_at.micros();
        let at = |later: i64| token().is_fresh(Timestamp::from_micros(issued + later));
        assert!(at(0) && at(LIFE_MICROS) && at(-SKEW_MICROS));
        assert!(!at(LIFE_MICROS + 1) && !at(-SKEW_MICROS - 1));
    }
}
