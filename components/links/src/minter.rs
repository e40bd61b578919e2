//! Makes the tokens of a message, by what SQLite says of each contact.

use domain::{
    AnonymousTokens, Ceiling, ClickToken, CommunicationStatus, CommunicationType, Gate, OneClick,
    Policy, Subject, Timestamp, TokenKeys, click_token_for, resolve,
};
use serde::Serialize;
use spin_sdk::http::HeaderMap;
use store::{Message, Mint, Scope};
use web::{Problem, Session};

use crate::messages::find;

/// What the tokens of one message are made with.
pub struct Minter {
    pub session: Session,
    pub message: Message,
    keys: TokenKeys,
    /// What everybody gets whose clicks may not be linked to her.
    anonymous: String,
}

/// What a contact gets.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Tokens"))]
pub struct TokenLine<'a> {
    pub contact: &'a str,
    pub click: String,
    pub preferences: String,
    /// Unsubscribes of the message's communication type; only where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub one_click: Option<String>,
}

impl Minter {
    /// For the message of this address, if the key may have its tokens.
    pub async fn new(headers: &HeaderMap, id: &str) -> Result<Self, Problem> {
        let session = web::session(headers, Scope::MessagesWrite).await?;
        let message = find(&session.store, session.organisation.id, id).await?;
        let keys = TokenKeys::derive(&session.token_secrets, session.organisation.id);
        let anonymous = keys
            .seal_click(message.id, &ClickToken::Anonymous)
            .map_err(Problem::internal)?;
        Ok(Self {
            session,
            message,
            keys,
            anonymous,
        })
    }

    /// A click token and a preferences token for each, in the order asked, and how many they are.
    pub async fn mint<'a>(
        &self,
        contacts: &'a [Subject],
        now: Timestamp,
    ) -> Result<(Vec<TokenLine<'a>>, Mint), Problem> {
        let Session {
            store,
            organisation,
            ..
        } = &self.session;
        // A long list may take longer than settings stay as they are.
        let organisation = store
            .organisation(organisation.id)
            .await?
            .ok_or_else(|| Problem::internal("an organisation that is gone"))?;
        let policy = Policy::from(&organisation.settings);
        let ceilings = self
            .message
            .ceiling
            .most_restrictive(organisation.settings.ceiling);
        let interception = &organisation.settings.interception;
        let about = self.message.communication_type.as_ref();
        let asks = interception.asks_on_clicks(about.map(CommunicationType::as_str));
        let about = about.filter(|_| interception.opt_in_form);
        let said = match about {
            Some(_) => store.communications(organisation.id, contacts).await?,
            None => Vec::new(),
        };
        let distinct = organisation.settings.anonymous_tokens == AnonymousTokens::Distinct;
        let mut new_to_us = Vec::new();
        let states = store.current(organisation.id, contacts).await?;
        let mut mint = Mint::default();
        let mut lines = Vec::with_capacity(contacts.len());
        for (place, (contact, current)) in contacts.iter().zip(&states).enumerate() {
            let resolved = resolve(&current.state, &policy.for_person(&current.state), now);
            mint.sent = mint.sent.saturating_add(1);
            let ceilings = ceilings.most_restrictive(current.ceiling);
            let keeps_days =
                organisation.settings.deliverability_only && ceilings.opens == Ceiling::Identified;
            let wanted = about.zip(said.get(place));
            let asks_first = wanted
                .is_some_and(|(about, said)| said.status(about) == CommunicationStatus::Unanswered);
            let token = click_token_for(contact, &resolved, ceilings, asks || asks_first, now);
            let token = match token {
                ClickToken::Own(person) if asks_first => ClickToken::MayBeAsked(person),
                ClickToken::Anonymous if keeps_days && resolved.may_keep_last_open() => {
                    // Now, and not when she opens: that moment is kept nowhere.
                    new_to_us.extend((!current.is_known()).then_some(contact));
                    ClickToken::Own(contact.clone())
                }
                token => token,
            };
            if !resolved.allows(Gate::Track) || token.person().is_none() {
                mint.untracked = mint.untracked.saturating_add(1);
            }
            let click = match token {
                ClickToken::Anonymous if distinct => {
                    self.seal(&ClickToken::AnonymousPerson(web::random()))?
                }
                ClickToken::Anonymous => self.anonymous.clone(),
                token => self.seal(&token)?,
            };
            lines.push(TokenLine {
                contact: contact.contact_key().unwrap_or_default(),
                click,
                preferences: self
                    .keys
                    .seal_preferences(contact)
                    .map_err(Problem::internal)?,
                one_click: self.one_click(contact)?,
            });
        }
        if !new_to_us.is_empty() {
            let organisation = organisation.id;
            store.make_known_now(organisation, &new_to_us, now).await?;
        }
        Ok((lines, mint))
    }

    fn one_click(&self, contact: &Subject) -> Result<Option<String>, Problem> {
        let Some(communication_type) = &self.message.communication_type else {
            return Ok(None);
        };
        let one_click = OneClick {
            contact: contact.clone(),
            communication: Some((communication_type.clone(), self.message.id)),
        };
        let token = self.keys.seal_one_click(&one_click);
        token.map(Some).map_err(Problem::internal)
    }

    fn seal(&self, token: &ClickToken) -> Result<String, Problem> {
        self.keys
            .seal_click(self.message.id, token)
            .map_err(Problem::internal)
    }
}
