//! What an instance keeps for at most a second: secrets and what is derived from them. Never consent.

use std::cell::RefCell;
use std::rc::Rc;

use domain::{ClickOpener, ClickToken, MessageId, OrganisationId, Timestamp, TokenKeys};
use web::{Config, Problem};

const KEEP_MICROS: u64 = 1_000_000;

/// The configuration with what was derived from it so far.
pub struct Kept {
    pub config: Config,
    /// The header that says where a person is, if there is one.
    pub region_header: Option<String>,
    openers: RefCell<Vec<(MessageId, Rc<Opener>)>>,
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
        let opener = self.opener(organisation, message);
        if opener.anonymous.borrow().as_deref() == Some(token) {
            return Some(ClickToken::Anonymous);
        }
        let opened = opener.keys.open(token);
        if opened == Some(ClickToken::Anonymous) {
            opener.anonymous.replace(Some(token.to_owned()));
        }
        opened
    }

    fn opener(&self, organisation: OrganisationId, message: MessageId) -> Rc<Opener> {
        let found = self
            .openers
            .borrow()
            .iter()
            .find(|(id, _)| *id == message)
            .map(|(_, opener)| opener.clone());
        found.unwrap_or_else(|| {
            let keys = TokenKeys::derive(&self.config.token_secrets, organisation);
            let opener = Rc::new(Opener {
                keys: keys.click_opener(message),
                anonymous: RefCell::default(),
            });
            self.openers.borrow_mut().push((message, opener.clone()));
            opener
        })
    }
}

/// What opens the tokens of one message.
struct Opener {
    keys: ClickOpener,
    anonymous: RefCell<Option<String>>,
}

thread_local! {
    static KEPT: RefCell<Option<(Timestamp, Rc<Kept>)>> = const { RefCell::new(None) };
}

/// The configuration as it was at most a second before `now`: variables may change between requests.
pub async fn configuration(now: Timestamp) -> Result<Rc<Kept>, Problem> {
    if let Some((at, kept)) = KEPT.with_borrow(Clone::clone)
        && now.micros().abs_diff(at.micros()) < KEEP_MICROS
    {
        return Ok(kept);
    }
    let fresh = Rc::new(Kept {
        config: web::configuration().await?,
        region_header: web::region_header().await,
        openers: RefCell::default(),
    });
    KEPT.with_borrow_mut(|kept| *kept = Some((now, fresh.clone())));
    Ok(fresh)
}
