//! The address of a preview: a form token of nobody's, so that nothing that is pressed there is anybody's answer. It holds
//! as long as every form token.

use domain::token::FormToken;
use domain::{CommunicationType, OrganisationId, Shown, Subject, Timestamp, TokenKeys};

use super::{Closed, Visit};
use crate::Problem;

/// In the place of a form's version.
const VERSION: &str = "preview";

/// What is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The form.
    pub form: String,
    /// Of the form that a click shows: the type of communication that it asks about, in place of tracking.
    pub communication_type: Option<CommunicationType>,
    /// The language (BCP 47).
    pub language: String,
}

/// Nobody: no contact can be called this.
fn nobody() -> Result<Subject, Problem> {
    Subject::parse("device:assent:preview").map_err(Problem::internal)
}

impl Preview {
    /// The token in the address.
    pub fn seal(&self, keys: &TokenKeys, now: Timestamp) -> Result<String, Problem> {
        let form = match &self.communication_type {
            // No form's id has a space.
            Some(kind) => format!("{} {kind}", self.form),
            None => self.form.clone(),
        };
        let token = FormToken {
            shown: Shown {
                form,
                version: VERSION.to_owned(),
                language: self.language.clone(),
            },
            issued_at: now,
        };
        keys.seal_form(&nobody()?, &token)
            .map_err(Problem::internal)
    }

    fn unseal(keys: &TokenKeys, token: &str, now: Timestamp) -> Result<Self, Closed> {
        let opened = keys
            .open_form(&nobody()?, token)
            .filter(|token| token.shown.version == VERSION && token.is_fresh(now))
            .ok_or(Closed::Unknown)?;
        let Shown { form, language, .. } = opened.shown;
        let (form, kind) = match form.split_once(' ') {
            Some((form, kind)) => (form.to_owned(), Some(kind)),
            None => (form.clone(), None),
        };
        let kind = kind.map(CommunicationType::parse).transpose();
        Ok(Self {
            form,
            communication_type: kind.map_err(|_| Closed::Unknown)?,
            language,
        })
    }

    /// Opens the address: what is looked at, by nobody.
    pub async fn open(
        organisation: &str,
        token: &str,
        now: Timestamp,
    ) -> Result<(Self, Visit), Closed> {
        let id = OrganisationId::parse(organisation).map_err(|_| Closed::Unknown)?;
        let config = crate::configuration().await?;
        let keys = TokenKeys::derive(&config.token_secrets, id);
        let preview = Self::unseal(&keys, token, now)?;
        let mut visit = Visit::of(config, id, keys, nobody()?, None).await?;
        visit.preview = Some(preview.language.clone());
        Ok((preview, visit))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use domain::TokenSecrets;

    #[test]
    fn a_preview_comes_back_as_it_was_and_for_a_day() {
        let secrets = TokenSecrets::parse("a secret of sixteen bytes or more").unwrap();
        let keys = TokenKeys::derive(&secrets, OrganisationId::from_bytes([7; 16]));
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let tomorrow = now.saturating_add_micros(24 * 60 * 60 * 1_000_000);
        for communication_type in [None, Some(CommunicationType::parse("news").unwrap())] {
            let preview = Preview {
                form: "interception".to_owned(),
                communication_type,
                language: "fr".to_owned(),
            };
            let token = preview.seal(&keys, now).unwrap();
            assert_eq!(Preview::unseal(&keys, &token, tomorrow).ok(), Some(preview));
            let later = tomorrow.saturating_add_micros(1);
            assert!(Preview::unseal(&keys, &token, later).is_err());
        }
        // A form that was shown to somebody is no preview.
        let shown = FormToken {
            shown: Shown {
                form: "tracking".to_owned(),
                version: "1".to_owned(),
                language: "fr".to_owned(),
            },
            issued_at: now,
        };
        let token = keys.seal_form(&nobody().unwrap_or_else(|_| unreachable!()), &shown);
        assert!(Preview::unseal(&keys, &token.unwrap(), now).is_err());
    }
}
