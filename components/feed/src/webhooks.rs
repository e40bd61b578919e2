//! `/v1/webhooks`: where an organisation is told of changes; for the operator and its administrators.

use domain::{OrganisationId, WebhookId, WebhookKeys, check_receiver};
use serde::{Deserialize, Serialize};
use spin_sdk::http::StatusCode;
use store::WebhookRecord;
use web::{Context, DECISION_LIMIT, Handled, Problem, Request};

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "NewWebhook"))]
#[serde(deny_unknown_fields)]
pub struct WebhookBody {
    organisation: OrganisationId,
    #[cfg_attr(test, schemars(with = "domain::schema::Receiver"))]
    url: String,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "CreatedWebhook"))]
pub struct NewWebhookView {
    #[serde(flatten)]
    record: WebhookRecord,
    #[serde(flatten)]
    secret: SecretView,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "WebhookSecret"))]
pub struct SecretView {
    /// With which the receiver checks signatures.
    secret: String,
}

/// Registers a receiver: it is told of every change from now on.
pub async fn create(context: Context, request: Request) -> Handled {
    web::require_json(request.headers())?;
    let config = web::configuration().await?;
    let headers = request.headers().clone();
    let body: WebhookBody = web::json(&web::read_capped(request, DECISION_LIMIT).await?)?;
    let by = web::administers_existing(&headers, &config.store, body.organisation).await?;
    let url = check_receiver(&body.url).map_err(|error| Problem::invalid("/url", error))?;
    let id = WebhookId::from_random(web::random());
    config
        .store
        .create_webhook(body.organisation, id, &url, &by, context.now)
        .await?;
    let record = found(&config.store, body.organisation, id).await?;
    let keys = WebhookKeys::derive(&config.token_secrets, body.organisation, id);
    let secret = SecretView {
        secret: keys.secret(),
    };
    let location = format!("/v1/webhooks/{id}?organisation={}", body.organisation);
    web::created(&location, &NewWebhookView { record, secret })
}

/// Lists the webhooks of an organisation, and how far each has been told.
pub async fn list(request: Request) -> Handled {
    let (store, organisation, _) = web::administered(&request).await?;
    web::answer_json(StatusCode::OK, &store.webhooks(organisation, None).await?)
}

/// One of them.
pub async fn get(request: Request, id: &str) -> Handled {
    let (store, organisation, _) = web::administered(&request).await?;
    web::answer_json(
        StatusCode::OK,
        &found(&store, organisation, read(id)?).await?,
    )
}

/// Ends one. What is on its way may still arrive.
pub async fn delete(request: Request, id: &str) -> Handled {
    let (store, organisation, _) = web::administered(&request).await?;
    if store.delete_webhook(organisation, read(id)?).await? {
        Ok(web::empty(StatusCode::NO_CONTENT))
    } else {
        Err(no_such())
    }
}

/// Tries again at once, also where the receiver had said that it is gone.
pub async fn resume(request: Request, id: &str) -> Handled {
    let (store, organisation, _) = web::administered(&request).await?;
    let id = read(id)?;
    if !store.resume_webhook(organisation, id).await? {
        return Err(no_such());
    }
    web::answer_json(StatusCode::OK, &found(&store, organisation, id).await?)
}

/// The secret of the first token secret, for the receiver; another one when `token_secrets` changes.
pub async fn secret(request: Request, id: &str) -> Handled {
    let (store, organisation, _) = web::administered(&request).await?;
    let id = found(&store, organisation, read(id)?).await?.id;
    let config = web::configuration().await?;
    let keys = WebhookKeys::derive(&config.token_secrets, organisation, id);
    let secret = keys.secret();
    web::answer_json(StatusCode::OK, &SecretView { secret })
}

fn read(id: &str) -> Result<WebhookId, Problem> {
    WebhookId::parse(id).map_err(|_| no_such())
}

async fn found(
    store: &store::Store,
    organisation: OrganisationId,
    id: WebhookId,
) -> Result<WebhookRecord, Problem> {
    let mut records = store.webhooks(organisation, Some(id)).await?;
    records.pop().ok_or_else(no_such)
}

fn no_such() -> Problem {
    Problem::not_found("The organisation has no such webhook.")
}
