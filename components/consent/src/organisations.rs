//! `/v1/organisations`: tenants and their settings.

use domain::log::SERVICE;
use domain::{Flags, OrganisationId, Settings};
use serde::{Deserialize, Serialize};
use spin_sdk::http::StatusCode;
use store::SettingsVersion;
use web::{Context, DECISION_LIMIT, Handled, Problem, ProblemKind, Request};

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "NewOrganisation"))]
#[serde(deny_unknown_fields)]
pub struct OrganisationBody {
    /// The id that the operator's other systems use; a random one if left out.
    id: Option<OrganisationId>,
    #[serde(default)]
    settings: Settings,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "NewBackfill"))]
#[serde(deny_unknown_fields)]
pub struct BackfillBody {
    #[cfg_attr(test, schemars(extend("minProperties" = 1)))]
    flags: Flags,
}

/// What is wrong with settings besides their values: the backfill has a route of its own, and colours that were set
/// before there was a rule for them are still read.
fn check(
    settings: &Settings,
    id: OrganisationId,
    previous: Option<&Settings>,
) -> Result<(), Problem> {
    if id == SERVICE {
        let detail = "This id stands for the log of the service. Take another.";
        return Err(Problem::invalid("/id", detail));
    }
    if settings.linked_organisations.contains(&id) {
        let detail = "An organisation is not linked with itself. Leave its own id out.";
        return Err(Problem::invalid("/linked_organisations", detail));
    }
    settings
        .brand
        .check_contrast()
        .map_err(|error| Problem::invalid(format!("/brand/{}", error.setting), error))?;
    let known = previous.and_then(|previous| previous.backfill);
    if settings.backfill.is_some() && settings.backfill != known {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "The backfill is set by POST /v1/organisations/{id}/backfill, once and for ever. Leave it out here.",
        ));
    }
    Ok(())
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
    check(&body.settings, id, None)?;
    let organisation =
        config.store.create_organisation(id, &body.settings, context.now).await.map_err(|error| match error {
            store::StoreError::Conflict => Problem::new(
                ProblemKind::Conflict,
                "This id is taken by an organisation with other settings. Change those with PUT /v1/organisations/{id}.",
            ),
            other => other.into(),
        })?;
    web::seal_soon(&config.store, id);
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
    let previous = config.store.stored_organisation(id).await?;
    check(
        &settings,
        id,
        previous.as_ref().map(|previous| &previous.settings),
    )?;
    let changed = config
        .store
        .change_settings(id, &settings, &actor, context.now)
        .await
        .map_err(|error| match error {
            store::StoreError::Conflict => Problem::new(
                ProblemKind::Conflict,
                "Somebody else changed the settings at the same moment. Read them and send yours again.",
            ),
            other => other.into(),
        })?
        .ok_or_else(no_such)?;
    web::seal_soon(&config.store, id);
    web::answer_json(StatusCode::OK, &changed)
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "SettingsVersions"))]
pub struct VersionsView {
    versions: Vec<SettingsVersion>,
    /// The address of the next page; nothing when this is the last.
    next: Option<String>,
}

/// What the settings were, newest first; for the operator and the organisation's own administrators.
pub async fn versions(request: Request, id: &str) -> Handled {
    let [before, limit] = web::query(request.uri().query(), ["before", "limit"])?;
    let before = web::place_in_list("before", before.as_deref())?;
    let limit = web::page_limit(limit.as_deref())?;
    let config = web::configuration().await?;
    let id = parse_id(id)?;
    web::administers(request.headers(), &config.store, id).await?;
    if config.store.organisation(id).await?.is_none() {
        return Err(no_such());
    }
    let versions = config.store.settings_versions(id, before, limit).await?;
    let next = versions
        .last()
        .filter(|last| last.version > 1)
        .map(|last| format!("?before={}&limit={limit}", last.version));
    web::answer_json(StatusCode::OK, &VersionsView { versions, next })
}

/// Says what unset flags of the people known so far mean, once and for ever; for the operator and the
/// organisation's own administrators.
pub async fn backfill(context: Context, request: Request, id: &str) -> Handled {
    let config = web::configuration().await?;
    let id = parse_id(id)?;
    let actor = web::administers(request.headers(), &config.store, id).await?;
    web::require_json(request.headers())?;
    let body: BackfillBody = web::json(&web::read_capped(request, DECISION_LIMIT).await?)?;
    if body.flags.is_empty() {
        return Err(Problem::invalid(
            "/flags",
            "Give at least one of dc, al, tg, cd, sh, re as true or false.",
        ));
    }
    let set = config
        .store
        .set_backfill(id, body.flags, &actor, context.now)
        .await
        .map_err(|error| match error {
            store::StoreError::Conflict => Problem::new(
                ProblemKind::Conflict,
                "The backfill has been set, or the settings were changed at the same moment. Read them; what is set stays for ever.",
            ),
            other => other.into(),
        })?
        .ok_or_else(no_such)?;
    web::seal_soon(&config.store, id);
    web::answer_json(StatusCode::OK, &set)
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "CaughtUp"))]
pub struct CaughtUpView {
    signals: usize,
    /// The address of the next page; nothing when this is the last.
    next: Option<String>,
}

/// Brings over a page of what was said to a linked organisation before the two were linked; for the operator and
/// the organisation's own administrators.
pub async fn catch_up(context: Context, request: Request, id: &str, other: &str) -> Handled {
    let [after] = web::query(request.uri().query(), ["after"])?;
    let after = web::place_in_list("after", after.as_deref())?.unwrap_or(0);
    let config = web::configuration().await?;
    let id = parse_id(id)?;
    web::administers(request.headers(), &config.store, id).await?;
    let own = config.store.stored_organisation(id).await?;
    let own = own.ok_or_else(no_such)?;
    let no_linked = || Problem::not_found("The organisation is linked with no such organisation.");
    let other = OrganisationId::parse(other).map_err(|_| no_linked())?;
    let other = config.store.linked(&own, other).await?;
    let other = other.ok_or_else(no_linked)?;
    let caught_up = config
        .store
        .catch_up(other.id, own.id, after, context.now)
        .await?;
    config.store.repair_soon(context.now);
    let view = CaughtUpView {
        signals: caught_up.signals,
        next: caught_up.next.map(|after| format!("?after={after}")),
    };
    web::answer_json(StatusCode::OK, &view)
}
