//! `GET /v1/consent/{subject}` and `POST /v1/consent/query`: what is in force.

use domain::{Regime, Region, Subject};
use serde::Deserialize;
use spin_sdk::http::StatusCode;
use store::Scope;
use web::{Context, DECISION_LIMIT, Handled, Problem, Request, Session};

use crate::explain::{Explanation, current_with_history};
use crate::view::{ConsentView, Tightened, subject_in_body, subject_in_path, yes_or_no};

/// Where to read.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ReadFrom"))]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// The history in SQLite: never older than an acknowledged refusal.
    History,
    /// What the edge acts on now: the key-value store.
    Projection,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ConsentQuestion"))]
#[serde(deny_unknown_fields)]
pub struct QueryBody {
    #[cfg_attr(test, schemars(with = "domain::Subject"))]
    subject: String,
    regime: Option<Regime>,
    region: Option<Region>,
    #[serde(default)]
    gpc: bool,
    source: Option<View>,
    #[serde(default)]
    explain: bool,
}

struct Question {
    subject: Subject,
    tightened: Tightened,
    view: View,
    explain: bool,
}

/// The encoded subject and the query of an address of this resource, if it is one.
pub fn asked(path: &str) -> Option<(&str, Option<&str>)> {
    let rest = path.strip_prefix("/v1/consent/")?;
    let (subject, query) = match rest.split_once('?') {
        Some((subject, query)) => (subject, Some(query)),
        None => (rest, None),
    };
    let others = [
        "", "query", "check", "erase", "export", "history", "receipt",
    ];
    let is_subject = !subject.contains('/') && !others.contains(&subject);
    is_subject.then_some((subject, query))
}

/// Reads the subject that the address names.
pub async fn get(
    context: Context,
    authorization: Option<&str>,
    subject: &str,
    query: Option<&str>,
) -> Handled {
    let [regime, region, gpc, source, explain] =
        web::query(query, ["regime", "region", "gpc", "source", "explain"])?;
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
    let session = web::session_of(authorization, Scope::ConsentRead).await?;
    let question = Question {
        subject: subject_in_path(subject)?,
        tightened: Tightened::from_parameters(
            regime.as_deref(),
            region.as_deref(),
            gpc.as_deref(),
        )?,
        view,
        explain: yes_or_no("explain", explain.as_deref())?,
    };
    answer(&context, &session, &question).await
}

/// Reads the subject that the body names: for identifiers that must not stand in an address.
pub async fn query(context: Context, request: Request) -> Handled {
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    web::require_json(request.headers())?;
    let body: QueryBody = web::json(&web::read_capped(request, DECISION_LIMIT).await?)?;
    let subject = subject_in_body(&body.subject)?;
    let question = Question {
        subject,
        tightened: Tightened {
            regime: body.regime,
            region: body.region,
            gpc: body.gpc,
        },
        view: body.source.unwrap_or(View::History),
        explain: body.explain,
    };
    answer(&context, &session, &question).await
}

async fn answer(context: &Context, session: &Session, question: &Question) -> Handled {
    let Session {
        store,
        organisation,
        ..
    } = session;
    let subject = &question.subject;
    let (settings, tightened) = (&organisation.settings, &question.tightened);
    let (current, history) = match (question.view, question.explain) {
        (View::Projection, true) => {
            let detail =
                "Only what the history says can be explained. Leave source or explain out.";
            return Err(Problem::invalid("explain", detail));
        }
        (View::Projection, false) => {
            let projected = store.projected(organisation.id, subject, context.now);
            (projected.await?, None)
        }
        (View::History, false) => {
            let subjects = std::slice::from_ref(subject);
            let current = store.current(organisation.id, subjects).await?.pop();
            let current = current.ok_or_else(|| Problem::internal("a state for each subject"))?;
            (current, None)
        }
        (View::History, true) => {
            let (current, history) = current_with_history(store, organisation.id, subject).await?;
            (current, Some(history))
        }
    };
    store.repair_soon(context.now);
    let mut view = ConsentView::of(Some(subject), &current, settings, tightened, context.now);
    if let Some(history) = history {
        let resolved = tightened.resolve(&current.state, settings, context.now);
        let explanation = Explanation::of(&resolved, &current.state, &history, settings);
        view = view.explained(explanation);
    }
    web::answer_json(StatusCode::OK, &view)
}
