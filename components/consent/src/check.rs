//! `POST /v1/consent/check`: whom a gate is open for, and why it is closed for the others. Sharing may name the
//! receiver: then what the person says to that organisation about targeting counts too.

use std::collections::BTreeMap;
use std::rc::Rc;

use domain::{Closed, Gate, OrganisationId, Regime, Region, Settings, Subject};
use serde::{Deserialize, Serialize};
use spin_sdk::http::StatusCode;
use store::{CurrentConsent, Organisation, Scope};
use web::{BATCH_LIMIT, Context, Handled, Problem, ProblemKind, Request, Session};

use crate::view::Tightened;

/// Subjects in one request.
const MOST_SUBJECTS: usize = 10_000;

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "GateQuestion", extend("anyOf" = [
    { "properties": { "gate": { "const": "share" } } },
    { "properties": { "receiver": { "type": "null" } } },
])))]
#[serde(deny_unknown_fields)]
pub struct CheckBody {
    gate: Gate,
    #[cfg_attr(
        test,
        schemars(with = "Vec<domain::Subject>", length(min = 1, max = 10_000))
    )]
    subjects: Vec<String>,
    regime: Option<Regime>,
    region: Option<Region>,
    #[serde(default)]
    gpc: bool,
    /// Only with the gate `share`: to whom.
    receiver: Option<OrganisationId>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "GateAnswer"))]
pub struct CheckView {
    gate: Gate,
    allowed: usize,
    refused: usize,
    /// In the order asked.
    items: Vec<ItemView>,
}

type ClosedBy = BTreeMap<&'static str, Closed>;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "GateItem"))]
struct ItemView {
    subject: String,
    allowed: bool,
    /// The flags that keep the gate closed, each with the reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    closed_by: ClosedBy,
    /// The same of the receiver's gate `target`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    receiver_closed_by: ClosedBy,
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
    let receiver = receiver(&session, &body).await?;
    let own = &session.organisation;
    let states = session.store.current(own.id, &subjects).await?;
    let theirs = match &receiver {
        Some(receiver) => session.store.current(receiver.id, &subjects).await?,
        None => Vec::new(),
    };
    session.store.repair_soon(context.now);
    let tightened = Tightened {
        regime: body.regime,
        region: body.region,
        gpc: body.gpc,
    };
    let gate_of = |current: &CurrentConsent, settings: &Settings, gate| {
        let resolved = tightened.resolve(&current.state, settings, context.now);
        let reasons = resolved.closed_by(gate);
        let closed_by: ClosedBy = reasons.map(|(flag, why)| (flag.code(), why)).collect();
        (resolved.allows(gate), closed_by, resolved.policy().regime)
    };
    let items: Vec<ItemView> = subjects
        .iter()
        .zip(&states)
        .enumerate()
        .map(|(number, (subject, current))| {
            let (mut allowed, closed_by, regime) = gate_of(current, &own.settings, body.gate);
            let mut receiver_closed_by = ClosedBy::new();
            if let Some((receiver, current)) = receiver.as_ref().zip(theirs.get(number)) {
                let (open, reasons, _) = gate_of(current, &receiver.settings, Gate::Target);
                allowed = allowed && open;
                receiver_closed_by = reasons;
            }
            ItemView {
                subject: subject.to_string(),
                allowed,
                closed_by,
                receiver_closed_by,
                regime,
                version: current.version,
            }
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

/// Whom a question about sharing names. One that is not linked is answered as one that does not exist.
async fn receiver(
    session: &Session,
    body: &CheckBody,
) -> Result<Option<Rc<Organisation>>, Problem> {
    let Some(id) = body.receiver else {
        return Ok(None);
    };
    if body.gate != Gate::Share {
        return Err(Problem::invalid(
            "/receiver",
            "Only the gate share has a receiver. Leave it out.",
        ));
    }
    let linked = session.store.linked(&session.organisation, id).await?;
    let no_such = || Problem::not_found("Your organisation is linked with no such organisation.");
    linked.map(Some).ok_or_else(no_such)
}
