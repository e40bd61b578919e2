//! Who calls: `Authorization: Bearer <API key>`, or the operator's `admin_token`.

use std::rc::Rc;

use domain::{MessageId, OrganisationId, TokenSecrets};
use spin_sdk::http::HeaderMap;
use store::{ApiKey, Organisation, Scope, Store};
use subtle::ConstantTimeEq;

use crate::{Config, Problem, ProblemKind, Request, config, first_header, query};

fn bearer(authorization: Option<&str>) -> Result<&str, Problem> {
    authorization
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, secret)| secret.trim())
        .ok_or_else(|| {
            Problem::new(
                ProblemKind::Unauthenticated,
                "Send Authorization: Bearer <API key>.",
            )
        })
}

/// An authenticated request of an organisation's own system.
pub struct Session {
    /// The stores.
    pub store: Store,
    /// The secrets that seal and open tokens.
    pub token_secrets: TokenSecrets,
    /// The key that it carries.
    pub key: ApiKey,
    /// Whose it is.
    pub organisation: Rc<Organisation>,
}

impl Session {
    /// The id and the name of the organisation's mail that an address names.
    pub async fn message(&self, id: &str) -> Result<(MessageId, String), Problem> {
        let no_such = || Problem::not_found("Your organisation has no such message.");
        let id = MessageId::parse(id).map_err(|_| no_such())?;
        let name = self.store.message_name(self.organisation.id, id).await?;
        Ok((id, name.ok_or_else(no_such)?))
    }
}

fn authorization(headers: &HeaderMap) -> Option<&str> {
    first_header(headers, "authorization")
}

/// The session of a request whose key has the scope.
pub async fn session(headers: &HeaderMap, scope: Scope) -> Result<Session, Problem> {
    session_of(authorization(headers), scope).await
}

/// The session of a request with this `Authorization` header, if its key has the scope.
pub async fn session_of(authorization: Option<&str>, scope: Scope) -> Result<Session, Problem> {
    let Config {
        store,
        token_secrets,
        ..
    } = config::configuration().await?;
    let key = caller(authorization, &store, scope).await?;
    let organisation = store
        .organisation(key.organisation)
        .await?
        .ok_or_else(|| Problem::internal("a key without organisation"))?;
    Ok(Session {
        store,
        token_secrets,
        key,
        organisation,
    })
}

/// The key of a request, if it has the scope.
async fn caller(
    authorization: Option<&str>,
    store: &Store,
    scope: Scope,
) -> Result<ApiKey, Problem> {
    let key = store.key(bearer(authorization)?).await?.ok_or_else(|| {
        Problem::new(
            ProblemKind::Unauthenticated,
            "This API key is unknown or revoked. Ask your administrator for another.",
        )
    })?;
    if key.scopes.contains(&scope) {
        Ok(key)
    } else {
        let detail = format!(
            "This key lacks the scope {}. Use one that has it.",
            scope.code()
        );
        Err(Problem::new(ProblemKind::Forbidden, detail))
    }
}

/// That the request carries the operator's `admin_token`. Without one set, administration is closed.
pub async fn admin(headers: &HeaderMap) -> Result<(), Problem> {
    let secret = bearer(authorization(headers))?;
    match config::admin_token().await {
        Some(token) if bool::from(token.as_bytes().ct_eq(secret.as_bytes())) => Ok(()),
        Some(_) => Err(Problem::new(
            ProblemKind::Unauthenticated,
            "This is not the admin_token of this deployment.",
        )),
        None => Err(Problem::new(
            ProblemKind::Forbidden,
            "Administration is closed: set the variable admin_token.",
        )),
    }
}

/// That the request may administer this organisation: the operator, or a key of its own with `admin`.
/// Gives the name under which the change is kept.
pub async fn administers(
    headers: &HeaderMap,
    store: &Store,
    organisation: OrganisationId,
) -> Result<String, Problem> {
    if admin(headers).await.is_ok() {
        return Ok("admin".to_owned());
    }
    let key = caller(authorization(headers), store, Scope::Admin).await?;
    if key.organisation == organisation {
        Ok(key.id.to_string())
    } else {
        Err(Problem::not_found(
            "There is no such organisation for this key.",
        ))
    }
}

/// The same for an organisation that a body names: it must exist.
pub async fn administers_existing(
    headers: &HeaderMap,
    store: &Store,
    organisation: OrganisationId,
) -> Result<String, Problem> {
    let by = administers(headers, store, organisation).await?;
    match store.organisation(organisation).await? {
        Some(_) => Ok(by),
        None => Err(Problem {
            pointer: Some("/organisation".to_owned()),
            ..Problem::not_found("There is no such organisation. Create it first.")
        }),
    }
}

/// The organisation that the parameter `organisation` names, if the caller administers it; and the name under
/// which a change is kept.
pub async fn administered(request: &Request) -> Result<(Store, OrganisationId, String), Problem> {
    let [organisation] = query(request.uri().query(), ["organisation"])?;
    let organisation = organisation
        .and_then(|id| OrganisationId::parse(&id).ok())
        .ok_or_else(|| {
            Problem::invalid(
                "organisation",
                "Add ?organisation=<id of the organisation>.",
            )
        })?;
    let Config { store, .. } = config::configuration().await?;
    let by = administers(request.headers(), &store, organisation).await?;
    Ok((store, organisation, by))
}
