//! `POST /v1/consent/check`: whom a gate is open for, and why it is closed for the others.

use std::collections::BTreeMap;

use domain::{Closed, Gate, Policy, Regime, Region, Settings, Subject, Timestamp, resolve};
use serde::{Deserialize, Serialize};
use spin_sdk::http::StatusCode;
use store::{CurrentConsent, Scope};
use web::{BATCH_LIMIT, Context, Handled, Problem, ProblemKind, Request};

use crate::view::Tightened;

/// Subjects in one request.
const MOST_SUBJECTS: usize = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckBody {
    gate: Gate,
    subjects: Vec<String>,
    regime: Option<Regime>,
    region: Option<Region>,
}

#[derive(Serialize)]
struct CheckView {
    gate: Gate,
    allowed: usize,
    refused: usize,
    /// In the order asked.
    items: Vec<ItemView>,
}

#[derive(Serialize)]
struct ItemView {
    subject: String,
    allowed: bool,
    /// The flags that keep the gate closed, each with the reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    closed_by: BTreeMap<&'static str, Closed>,
    regime: Regime,
    /// How many signals there are about the subject; 0 for one that nobody knows.
    version: i64,
}

/// Answers for each subject, by what SQLite says of it now.
pub async fn check(context: Context, request: Request) -> Handled {
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    web::require_json(request.headers())?;
    let body: CheckBody = web::json(&web::read_capped(request, BATCH_LIMIT).await?)?;
    let subjects = subjects(&body.subjects)?;
    let states = session
        .store
        .current(session.organisation.id, &subjects)
        .await?;
    session.store.repair_soon(context.now);
    let settings = &session.organisation.settings;
    let tightened = Tightened {
        regime: body.regime,
        region: body.region,
    };
    let items: Vec<ItemView> = subjects
        .iter()
        .zip(&states)
        .map(|(subject, current)| {
            item(
                subject,
                current,
                settings,
                body.gate,
                &tightened,
                context.now,
            )
        })
        .collect();
    let allowed = items.iter().filter(|item| item.allowed).count();
    let view = CheckView {
        gate: body.gate,
        allowed,
        refused: items.len().saturating_sub(allowed),
        items,
    };
    web::answer_json(StatusCode::OK, &view)
}

fn subjects(texts: &[String]) -> Result<Vec<Subject>, Problem> {
    if texts.is_empty() {
        return Err(Problem::invalid("/subjects", "Give at least one subject."));
    }
    if texts.len() > MOST_SUBJECTS {
        let detail =
            format!("Give at most {MOST_SUBJECTS} subjects. Send the rest in another request.");
        return Err(Problem::new(ProblemKind::TooLarge, detail));
    }
    texts
        .iter()
        .enumerate()
        .map(|(number, text)| {
            Subject::parse(text)
                .map_err(|error| Problem::invalid(format!("/subjects/{number}"), error))
        })
        .collect()
}

fn item(
    subject: &Subject,
    current: &CurrentConsent,
    settings: &Settings,
    gate: Gate,
    tightened: &Tightened,
    now: Timestamp,
) -> ItemView {
    let policy = Policy::from(settings).for_person(&current.state);
    let policy = tightened.tighten(policy, settings);
    let resolved = resolve(&current.state, &policy, now);
    ItemView {
        subject: subject.to_string(),
        allowed: resolved.allows(gate),
        closed_by: resolved
            .closed_by(gate)
            .map(|(flag, reason)| (flag.code(), reason))
            .collect(),
        regime: policy.regime,
        version: current.version,
    }
}
