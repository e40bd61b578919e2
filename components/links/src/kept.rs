//! What an instance keeps for at most a second: secrets and the keys derived from them. Never consent.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use domain::{OrganisationId, TokenKeys};
use web::{Config, Problem};

const KEEP: Duration = Duration::from_secs(1);

/// The configuration with the token keys that were derived from it so far.
pub struct Kept {
    pub config: Config,
    keys: RefCell<Vec<(OrganisationId, Rc<TokenKeys>)>>,
}

impl Kept {
    /// The token keys of an organisation.
    pub fn token_keys(&self, organisation: OrganisationId) -> Rc<TokenKeys> {
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
    });
    KEPT.with_borrow_mut(|kept| *kept = Some((Instant::now(), fresh.clone())));
    Ok(fresh)
}
