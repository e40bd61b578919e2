//! `GET /v1/consent/{subject}` and `POST /v1/consent/query`: what is in force.

use domain::{OrganisationId, Regime, Subject};
use serde::Deserialize;
use spin_sdk::http::{HeaderMap, StatusCode};
use store::{Scope, Store};
use web::{Context, DECISION_LIMIT, Handled, Problem, Request};

use crate::view::{ConsentView, regime_parameter, subject_in_path};

/// Where to read.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum View {
    /// The history in SQLite: never older than an acknowledged refusal.
    History,
    /// What the edge acts on now: the key-value store.
    Projection,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QueryBody {
    subject: String,
    regime: Option<Regime>,
    source: Option<View>,
}

struct Question {
    subject: Subject,
    regime: Option<Regime>,
    view: View,
}

/// Reads the subject that the address names.
pub async fn get(context: Context, request: Request, subject: &str) -> Handled {
    let [regime, source] = web::query(request.uri().query(), ["regime", "source"])?;
    let view = match source.as_deref() {
        None | Some("history") => View::History,
        Some("projection") => View::Projection,
        Some(_) => {
            return Err(Problem::invalid(
                "source",
                "Give history (the default) or projection.",
            ));
        }
    };
    let (store, organisation) = authorised(request.headers()).await?;
    let question = Question {
        subject: subject_in_path(subject)?,
        regime: regime_parameter(regime.as_deref())?,
        view,
    };
    answer(&context, &store, organisation, &question).await
}

/// Reads the subject that the body names: for identifiers that must not stand in an address.
pub async fn query(context: Context, request: Request) -> Handled {
    let (store, organisation) = authorised(request.headers()).await?;
    web::require_json(request.headers())?;
    let body: QueryBody = web::json(&web::read_capped(request, DECISION_LIMIT).await?)?;
    let subject =
        Subject::parse(&body.subject).map_err(|error| Problem::invalid("/subject", error))?;
    let question = Question {
        subject,
        regime: body.regime,
        view: body.source.unwrap_or(View::History),
    };
    answer(&context, &store, organisation, &question).await
}

async fn authorised(headers: &HeaderMap) -> Result<(Store, OrganisationId), Problem> {
    let config = web::configuration().await?;
    let key = web::caller(headers, &config.store, Scope::ConsentRead).await?;
    Ok((config.store, key.organisation))
}

async fn answer(
    context: &Context,
    store: &Store,
    organisation: OrganisationId,
    question: &Question,
) -> Handled {
    let settings = store
        .organisation(organisation)
        .await?
        .ok_or_else(|| Problem::internal("a key without organisation"))?;
    let subject = &question.subject;
    let current = match question.view {
        View::Projection => store.projected(organisation, subject, context.now).await?,
        View::History => store
            .current(organisation, std::slice::from_ref(subject))
            .await?
            .pop()
            .ok_or_else(|| Problem::internal("a state for each subject"))?,
    };
    store.repair_soon(context.now);
    let view = ConsentView::of(
        Some(subject),
        &current,
        &settings.settings,
        question.regime,
        context.now,
    );
    web::answer_json(StatusCode::OK, &view)
}
