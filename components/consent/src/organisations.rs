//! `/v1/organisations`: tenants and their settings.

use domain::{OrganisationId, Settings};
use serde::Deserialize;
use spin_sdk::http::StatusCode;
use web::{Context, DECISION_LIMIT, Handled, Problem, Request};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganisationBody {
    /// The id that the operator's other systems use; a random one if left out.
    id: Option<OrganisationId>,
    #[serde(default)]
    settings: Settings,
}

fn no_such() -> Problem {
    Problem::not_found("There is no such organisation.")
}

fn parse_id(text: &str) -> Result<OrganisationId, Problem> {
    OrganisationId::parse(text).map_err(|_| no_such())
}

/// Creates an organisation; for the operator.
pub async fn create(context: Context, request: Request) -> Handled {
    web::admin(request.headers()).await?;
    web::require_json(request.headers())?;
    let config = web::configuration().await?;
    let body: OrganisationBody = web::json(&web::read_capped(request, DECISION_LIMIT).await?)?;
    let id = body
        .id
        .unwrap_or_else(|| OrganisationId::from_random(web::random()));
    let organisation =
        config.store.create_organisation(id, &body.settings, context.now).await.map_err(|error| match error {
            store::StoreError::Conflict => Problem::new(
                web::ProblemKind::Conflict,
                "This id is taken by an organisation with other settings. Change those with PUT /v1/organisations/{id}.",
            ),
            other => other.into(),
        })?;
    web::created(&format!("/v1/organisations/{id}"), &organisation)
}

/// Lists all; for the operator.
pub async fn list(request: Request) -> Handled {
    web::admin(request.headers()).await?;
    let config = web::configuration().await?;
    web::answer_json(StatusCode::OK, &config.store.organisations().await?)
}

/// One organisation; for the operator and its own administrators.
pub async fn get(request: Request, id: &str) -> Handled {
    let config = web::configuration().await?;
    let id = parse_id(id)?;
    web::administers(request.headers(), &config.store, id).await?;
    let organisation = config.store.stored_organisation(id).await?;
    web::answer_json(StatusCode::OK, &organisation.ok_or_else(no_such)?)
}

/// Replaces the settings; for the operator and its own administrators.
pub async fn change(context: Context, request: Request, id: &str) -> Handled {
    let config = web::configuration().await?;
    let id = parse_id(id)?;
    let actor = web::administers(request.headers(), &config.store, id).await?;
    web::require_json(request.headers())?;
    let settings: Settings = web::json(&web::read_capped(request, DECISION_LIMIT).await?)?;
    let changed = config
        .store
        .change_settings(id, &settings, &actor, context.now)
        .await
        .map_err(|error| match error {
            store::StoreError::Conflict => Problem::new(
                web::ProblemKind::Conflict,
                "Somebody else changed the settings at the same moment. Read them and send yours again.",
            ),
            other => other.into(),
        })?
        .ok_or_else(no_such)?;
    web::answer_json(StatusCode::OK, &changed)
}
