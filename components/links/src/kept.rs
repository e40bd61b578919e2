//! What an instance keeps for at most a second: secrets and the keys derived from them. Never consent.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use domain::{ClickToken, MessageId, OrganisationId, TokenKeys};
use web::{Config, Problem};

const KEEP: Duration = Duration::from_secs(1);

/// The configuration with the token keys that were derived from it so far.
pub struct Kept {
    pub config: Config,
    keys: RefCell<Vec<(OrganisationId, Rc<TokenKeys>)>>,
    anonymous: RefCell<Vec<(MessageId, String)>>,
}

impl Kept {
    /// What a click token says. Most people who are not identified carry their message's anonymous
    /// token, and comparing texts costs less than opening them.
    pub fn open(
        &self,
        organisation: OrganisationId,
        message: MessageId,
        token: &str,
    ) -> Option<ClickToken> {
        if self
            .anonymous
            .borrow()
            .iter()
            .any(|(id, text)| *id == message && text == token)
        {
            return Some(ClickToken::Anonymous);
        }
        let opened = self.token_keys(organisation).open_click(message, token);
        if opened == Some(ClickToken::Anonymous) {
            self.anonymous
                .borrow_mut()
                .push((message, token.to_owned()));
        }
        opened
    }

    fn token_keys(&self, organisation: OrganisationId) -> Rc<TokenKeys> {
        let found = self
            .keys
            .borrow()
            .iter()
            .find(|(id, _)| *id == organisation)
            .map(|(_, keys)| keys.clone());
        found.unwrap_or_else(|| {
            let keys = Rc::new(TokenKeys::derive(&self.config.token_secrets, organisation));
            self.keys.borrow_mut().push((organisation, keys.clone()));
            keys
        })
    }
}

thread_local! {
    static KEPT: RefCell<Option<(Instant, Rc<Kept>)>> = const { RefCell::new(None) };
}

/// The configuration as it was at most a second ago: variables may change between requests.
pub async fn configuration() -> Result<Rc<Kept>, Problem> {
    if let Some((at, kept)) = KEPT.with_borrow(Clone::clone)
        && at.elapsed() < KEEP
    {
        return Ok(kept);
    }
    let fresh = Rc::new(Kept {
        config: web::configuration().await?,
        keys: RefCell::default(),
        anonymous: RefCell::default(),
    });
    KEPT.with_borrow_mut(|kept| *kept = Some((Instant::now(), fresh.clone())));
    Ok(fresh)
}
