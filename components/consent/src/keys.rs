//! `/v1/keys`: API keys of an organisation. The secret is shown once and stored only as a digest.

use domain::{KeyId, OrganisationId};
use serde::{Deserialize, Serialize};
use spin_sdk::http::StatusCode;
use store::{KeyRecord, Scope};
use web::{Context, DECISION_LIMIT, Handled, Problem, Request};

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "NewKey"))]
#[serde(deny_unknown_fields)]
pub struct KeyBody {
    organisation: OrganisationId,
    #[cfg_attr(test, schemars(length(min = 1, max = 200)))]
    name: String,
    #[cfg_attr(test, schemars(length(min = 1)))]
    scopes: Vec<Scope>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "CreatedKey"))]
pub struct NewKeyView {
    #[serde(flatten)]
    record: KeyRecord,
    /// Shown here and never again.
    key: String,
}

/// Creates a key; for the operator and the organisation's administrators.
pub async fn create(context: Context, request: Request) -> Handled {
    web::require_json(request.headers())?;
    let config = web::configuration().await?;
    let headers = request.headers().clone();
    let body: KeyBody = web::json(&web::read_capped(request, DECISION_LIMIT).await?)?;
    web::administers_existing(&headers, &config.store, body.organisation).await?;
    if body.name.is_empty() || body.name.len() > 200 {
        return Err(Problem::invalid(
            "/name",
            "Give the key a name of 1 to 200 bytes, so that you know it in the list.",
        ));
    }
    if body.scopes.is_empty() {
        return Err(Problem::invalid("/scopes", "Give at least one scope."));
    }
    let key = secret();
    let record = KeyRecord {
        id: KeyId::from_random(web::random()),
        name: body.name,
        scopes: body.scopes,
        created_at: context.now,
        revoked_at: None,
    };
    config
        .store
        .create_key(body.organisation, &key, &record)
        .await?;
    let location = format!("/v1/keys/{}", record.id);
    web::created(&location, &NewKeyView { record, key })
}

/// Lists the keys of an organisation, without their secrets.
pub async fn list(request: Request) -> Handled {
    let (store, organisation, _) = web::administered(&request).await?;
    web::answer_json(StatusCode::OK, &store.keys(organisation).await?)
}

/// Revokes a key; it stops within a second.
pub async fn revoke(context: Context, request: Request, id: &str) -> Handled {
    let (store, organisation, _) = web::administered(&request).await?;
    let no_such = || Problem::not_found("The organisation has no such key.");
    let id = KeyId::parse(id).map_err(|_| no_such())?;
    if store.revoke_key(organisation, id, context.now).await? {
        Ok(web::empty(StatusCode::NO_CONTENT))
    } else {
        Err(no_such())
    }
}

/// 256 random bits with a prefix that secret scanners can look for.
fn secret() -> String {
    use std::fmt::Write;
    let mut text = String::from("assent_");
    for byte in web::random::<32>() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
