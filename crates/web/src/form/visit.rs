//! Whose form an address leads to.

use std::rc::Rc;

use crate::{Config, Problem};
use domain::{OrganisationId, Policy, Regime, Resolved, Subject, Timestamp, TokenKeys, resolve};
use store::{CurrentConsent, Organisation, OwnForms, Store, StoreError};

/// A person at the form of an organisation.
pub struct Visit {
    /// Who asks.
    pub organisation: Rc<Organisation>,
    /// What it changed about its forms.
    pub forms: Rc<OwnForms>,
    /// Who answers.
    pub person: Subject,
    /// Where she is, if the operator's proxy says so.
    pub region: Option<String>,
    /// The organisation's keys, for the form token.
    pub keys: TokenKeys,
    /// Where the answer goes.
    pub store: Store,
    /// The language of a preview: then there is nobody, and nothing is recorded.
    pub preview: Option<String>,
}

/// Why there is no form.
pub enum Closed {
    /// No such organisation, or a token that does not open: from outside, the same.
    Unknown,
    /// A store is away, or a mistake of ours.
    Problem(Problem),
}

impl From<Problem> for Closed {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<StoreError> for Closed {
    fn from(error: StoreError) -> Self {
        Self::Problem(error.into())
    }
}

impl Visit {
    /// Opens the address. Nothing about the token reaches a log or an answer.
    pub async fn open(
        organisation: &str,
        token: &str,
        region: Option<String>,
    ) -> Result<Self, Closed> {
        let id = OrganisationId::parse(organisation).map_err(|_| Closed::Unknown)?;
        let config = crate::configuration().await?;
        let keys = TokenKeys::derive(&config.token_secrets, id);
        let person = keys.open_preferences(token).ok_or(Closed::Unknown)?;
        Self::of(config, id, keys, person, region).await
    }

    /// For a person whose token was opened.
    pub async fn of(
        config: Config,
        id: OrganisationId,
        keys: TokenKeys,
        person: Subject,
        region: Option<String>,
    ) -> Result<Self, Closed> {
        let organisation = config
            .store
            .organisation(id)
            .await?
            .ok_or(Closed::Unknown)?;
        let forms = config.store.own_forms(&organisation).await?;
        Ok(Self {
            forms,
            organisation,
            person,
            region,
            keys,
            store: config.store,
            preview: None,
        })
    }

    /// What SQLite says about the person: never older than an acknowledged refusal.
    pub async fn current(&self) -> Result<CurrentConsent, Problem> {
        let people = std::slice::from_ref(&self.person);
        let mut found = self.store.current(self.organisation.id, people).await?;
        found
            .pop()
            .ok_or_else(|| Problem::internal("a state for each subject"))
    }

    /// The regime where the person is, if that is known.
    pub fn regime_here(&self) -> Option<Regime> {
        let region = self.region.as_deref()?;
        Some(self.organisation.settings.regime_in(region))
    }

    /// What that means under the organisation's policy.
    pub fn resolved(&self, current: &CurrentConsent, now: Timestamp) -> Resolved {
        let policy = Policy::from(&self.organisation.settings)
            .for_person(&current.state)
            .tightened_by(self.regime_here());
        resolve(&current.state, &policy, now)
    }
}
