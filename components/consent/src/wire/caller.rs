//! Who asks, and for whom she may.

use std::rc::Rc;

use domain::wire::{DeviceKey, Identifier};
use domain::{DeviceId, OrganisationId, Regime, RegimeSource, Settings, Source, Subject};
use store::{Actor, Organisation, Scope, Store};
use web::{Config, Problem, ProblemKind};

use super::Resource;
use super::asking::Asking;
use super::visitor::Visitor;

/// A request that is allowed.
pub struct Caller {
    /// The stores.
    pub store: Store,
    /// Seals cookies.
    pub device_key: DeviceKey,
    /// Whom it is sent to; `None` for what holds in every organisation.
    pub organisation: Option<Rc<Organisation>>,
    /// Who.
    pub who: Who,
    /// Where the person is, if the operator's proxy says so.
    pub region: Option<String>,
}

/// Who asks.
pub enum Who {
    /// A system of the organisation, for anybody.
    System(Actor),
    /// A browser, for itself.
    Browser(Visitor),
}

/// Whom a request is about.
pub enum About {
    /// Somebody who is named.
    Named(Subject),
    /// The browser that asks.
    Browser(DeviceId),
    /// The browser that asks, which has no id yet.
    Stranger,
}

impl Caller {
    /// Who asks: the organisation's system by its key, or a browser from a page of the organisation's sites.
    pub async fn of(
        asking: &Asking,
        organisation: Option<&str>,
        resource: Resource,
    ) -> Result<Self, Problem> {
        let config = web::configuration().await?;
        let id = organisation.map(OrganisationId::parse);
        if asking.headers.contains_key("authorization")
            && let Some(id) = id
        {
            return Self::with_key(config, asking, id.ok(), resource).await;
        }
        Self::page(config, asking, organisation).await
    }

    /// A browser, from a page of the organisation's sites; whether a key comes along plays no role.
    pub async fn of_page(asking: &Asking, organisation: &str) -> Result<Self, Problem> {
        let config = web::configuration().await?;
        Self::page(config, asking, Some(organisation)).await
    }

    async fn page(
        config: Config,
        asking: &Asking,
        organisation: Option<&str>,
    ) -> Result<Self, Problem> {
        let id = organisation.map(OrganisationId::parse);
        let visitor = Visitor::of(&asking.headers, &config.device_key);
        let Config {
            store, device_key, ..
        } = config;
        let organisation = match id {
            None => None,
            Some(Ok(id)) => store.organisation(id).await?,
            Some(Err(_)) => None,
        };
        let is_listed = match (&visitor.origin, &organisation) {
            // That an organisation does not exist is nobody's business.
            (_, None) if id.is_some() => false,
            _ if visitor.is_own_page => true,
            (None, _) => false,
            (Some(origin), Some(organisation)) => organisation.settings.origins.contains(origin),
            (Some(origin), None) => store.lists_origin(origin).await?,
        };
        if !is_listed {
            return Err(if visitor.shows_page {
                not_listed()
            } else {
                nobody()
            });
        }
        Ok(Self {
            store,
            device_key,
            organisation,
            who: Who::Browser(visitor),
            region: asking.region.clone(),
        })
    }

    async fn with_key(
        config: Config,
        asking: &Asking,
        id: Option<OrganisationId>,
        resource: Resource,
    ) -> Result<Self, Problem> {
        let scope = match resource {
            Resource::Get | Resource::Portability => Scope::ConsentRead,
            _ => Scope::ConsentWrite,
        };
        let session = web::session(&asking.headers, scope).await?;
        if Some(session.organisation.id) != id {
            return Err(Problem::not_found(
                "There is no such organisation for this key.",
            ));
        }
        Ok(Self {
            store: session.store,
            device_key: config.device_key,
            organisation: Some(session.organisation),
            who: Who::System(Actor::Key(session.key.id)),
            region: None,
        })
    }

    /// The organisation, which every resource with one in its address has.
    pub fn organisation(&self) -> Result<&Organisation, Problem> {
        self.organisation
            .as_deref()
            .ok_or_else(|| Problem::internal("a route without organisation asks for one"))
    }

    /// The browser, on the routes that are about nobody else.
    pub fn browser(&self) -> Result<&Visitor, Problem> {
        match &self.who {
            Who::Browser(visitor) => Ok(visitor),
            Who::System(_) => Err(Problem::internal("a system on a route of browsers")),
        }
    }

    /// Whom the request is about, if this caller may ask about her. Whether anything is known about her plays no
    /// role.
    pub fn about(&self, identifier: Option<&Identifier>) -> Result<About, Problem> {
        let identifier = identifier
            .ok_or_else(|| Problem::internal("a route without identifier asks for one"))?;
        match (&self.who, identifier) {
            (Who::System(_), Identifier::Named(subject)) => Ok(About::Named(subject.clone())),
            (Who::System(_), Identifier::OwnDevice) => Err(Problem::invalid(
                "idv",
                "A system has no cookie. Give idv.",
            )),
            (Who::Browser(visitor), Identifier::OwnDevice) => {
                Ok(visitor.device().map_or(About::Stranger, About::Browser))
            }
            (Who::Browser(visitor), Identifier::Named(subject)) => visitor
                .device()
                .filter(|device| Subject::of_device(*device) == *subject)
                .map(About::Browser)
                .ok_or_else(|| {
                    Problem::new(
                        ProblemKind::Unauthenticated,
                        "Without an API key a page speaks only for the browser that shows it: leave idv out. A system sends Authorization: Bearer <API key>.",
                    )
                }),
        }
    }

    /// That a `GET` may change something here: only where the organisation has switched that on, and only if a
    /// script of a page asks, not whoever follows addresses.
    pub fn may_change_by_get(&self) -> Result<(), Problem> {
        let is_allowed = self
            .organisation
            .as_ref()
            .is_some_and(|organisation| organisation.settings.legacy_get_set);
        if !is_allowed {
            return Err(Problem::method_not_allowed("POST"));
        }
        match &self.who {
            Who::Browser(visitor) if visitor.is_machine => Err(Problem {
                detail:
                    "What follows or fetches addresses ahead of a person changes nothing. Use POST."
                        .to_owned(),
                ..Problem::method_not_allowed("POST")
            }),
            Who::Browser(_) | Who::System(_) => Ok(()),
        }
    }

    /// The regime of a signal, and how it was chosen: the request's, that of where the person is, or the default.
    pub fn regime(&self, named: Option<Regime>, settings: &Settings) -> (Regime, RegimeSource) {
        match (named, self.region.as_deref()) {
            (Some(regime), _) => (regime, RegimeSource::Req),
            (None, Some(region)) => (settings.regime_in(region), RegimeSource::Ip),
            (None, None) => (settings.default_regime, RegimeSource::Org),
        }
    }

    /// Under whose name something is kept.
    pub const fn actor(&self) -> Actor {
        match &self.who {
            Who::System(actor) => *actor,
            Who::Browser(_) => Actor::Person,
        }
    }

    /// Through what it came in.
    pub const fn source(&self) -> Source {
        match &self.who {
            Who::System(_) => Source::Api,
            Who::Browser(_) => Source::Tag,
        }
    }

    /// Whether the person objects by `Sec-GPC`.
    pub const fn objects(&self) -> bool {
        match &self.who {
            Who::Browser(visitor) => visitor.objects,
            Who::System(_) => false,
        }
    }
}

fn not_listed() -> Problem {
    Problem::new(
        ProblemKind::Forbidden,
        "Only pages of the organisation's sites may ask: add the page's origin to its setting origins.",
    )
}

fn nobody() -> Problem {
    Problem::new(
        ProblemKind::Unauthenticated,
        "Ask from a page that says its origin, in Origin or Referer; a system sends Authorization: Bearer <API key>.",
    )
}
