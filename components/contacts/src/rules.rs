//! `/v1/rules`: injection rules, and to whom they apply.

use domain::RuleId;
use domain::condition::{Clause, Condition};
use serde::{Deserialize, Serialize};
use spin_sdk::http::StatusCode;
use store::{Rule, Scope};
use web::{BATCH_LIMIT, Context, DECISION_LIMIT, Handled, Problem, ProblemKind, Request, Session};

use crate::audience::{condition, prepare};
use crate::judge::{is_trackable, subjects};

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "NewRule"))]
#[serde(deny_unknown_fields)]
pub struct RuleBody {
    #[cfg_attr(test, schemars(with = "domain::schema::DisplayName"))]
    name: String,
    /// Whether it is kept from contacts who may not be targeted or tracked. Not every rule has to be; each says it.
    only_tracked: bool,
    /// To whom it applies; to everybody where it is left out.
    when: Option<Clause>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Rules"))]
pub struct RulesView {
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "RuleQuestion"))]
#[serde(deny_unknown_fields)]
pub struct EvaluateBody {
    /// Keys in the mailing system.
    #[cfg_attr(
        test,
        schemars(
            with = "Vec<domain::schema::ContactKey>",
            length(min = 1, max = 10_000)
        )
    )]
    contacts: Vec<String>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "RuleAnswer"))]
pub struct EvaluateView<'a> {
    applied: usize,
    /// In the order asked.
    items: Vec<ItemView<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "RuleItem"))]
struct ItemView<'a> {
    contact: &'a str,
    applied: bool,
    /// Why it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Why>,
}

/// Why a rule is not applied.
#[derive(Clone, Copy, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum Why {
    /// The rule is kept from contacts who may not be targeted or tracked.
    Untracked,
    /// Its condition does not hold.
    Condition,
    /// Its condition depends on what a contact did who may not be targeted or tracked.
    Unknown,
}

/// Makes a rule.
pub async fn create(context: Context, request: Request) -> Handled {
    let (session, rule) = read(&context, request, RuleId::from_random(web::random())).await?;
    let organisation = session.organisation.id;
    let by = session.key.id.to_string();
    if !session.store.create_rule(organisation, &rule, &by).await? {
        let detail = "An organisation has at most 1000 rules. Delete one.";
        return Err(Problem::new(ProblemKind::Conflict, detail));
    }
    web::created(&format!("/v1/rules/{}", rule.id), &rule)
}

/// All rules, the oldest first.
pub async fn list(request: Request) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let rules = session.store.rules(session.organisation.id).await?;
    web::answer_json(StatusCode::OK, &RulesView { rules })
}

/// One rule.
pub async fn get(request: Request, id: &str) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    web::answer_json(StatusCode::OK, &found(&session, id).await?)
}

/// Replaces a rule.
pub async fn put(context: Context, request: Request, id: &str) -> Handled {
    let parsed = RuleId::parse(id).map_err(|_| no_such())?;
    let (session, rule) = read(&context, request, parsed).await?;
    let organisation = session.organisation.id;
    let by = session.key.id.to_string();
    if !session.store.change_rule(organisation, &rule, &by).await? {
        return Err(no_such());
    }
    web::answer_json(StatusCode::OK, &found(&session, id).await?)
}

/// Deletes a rule.
pub async fn delete(request: Request, id: &str) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ConsentWrite).await?;
    let id = RuleId::parse(id).map_err(|_| no_such())?;
    if session
        .store
        .delete_rule(session.organisation.id, id)
        .await?
    {
        Ok(web::empty(StatusCode::NO_CONTENT))
    } else {
        Err(no_such())
    }
}

/// To which of these contacts the rule applies, and why not to the others.
pub async fn evaluate(context: Context, request: Request, id: &str) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let rule = found(&session, id).await?;
    web::require_json(request.headers())?;
    let body: EvaluateBody = web::json(&web::read_capped(request, BATCH_LIMIT).await?)?;
    let subjects = subjects(&body.contacts)?;
    let condition = match &rule.when {
        Some(when) => condition(when, &session.organisation, "/when").map_err(outdated)?,
        None => Condition::always(),
    };
    let audience = prepare(
        &session.store,
        &session.organisation,
        &condition,
        &context,
        "/when",
    )
    .await
    .map_err(outdated)?;
    let facts = audience.facts(&session.store, &subjects).await?;
    session.store.repair_soon(context.now);
    let items: Vec<ItemView<'_>> = body
        .contacts
        .iter()
        .zip(&facts)
        .map(|(contact, facts)| {
            let is_trackable = is_trackable(&session, facts, &context);
            let why = match condition.holds(facts.leaves, is_trackable) {
                _ if rule.only_tracked && !is_trackable => Some(Why::Untracked),
                Some(true) => None,
                Some(false) => Some(Why::Condition),
                None => Some(Why::Unknown),
            };
            ItemView {
                contact,
                applied: why.is_none(),
                why,
            }
        })
        .collect();
    let view = EvaluateView {
        applied: items.iter().filter(|item| item.applied).count(),
        items,
    };
    web::answer_json(StatusCode::OK, &view)
}

async fn read(context: &Context, request: Request, id: RuleId) -> Result<(Session, Rule), Problem> {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ConsentWrite).await?;
    web::require_json(request.headers())?;
    let body: RuleBody = web::json(&web::read_capped(request, DECISION_LIMIT).await?)?;
    let is_shown = !body.name.trim().is_empty() && !body.name.chars().any(char::is_control);
    if !is_shown || body.name.chars().count() > 200 {
        let detail = "Give a name of 1 to 200 characters without control characters.";
        return Err(Problem::invalid("/name", detail));
    }
    if let Some(when) = &body.when {
        let condition = condition(when, &session.organisation, "/when")?;
        prepare(
            &session.store,
            &session.organisation,
            &condition,
            context,
            "/when",
        )
        .await?;
    }
    let rule = Rule {
        id,
        name: body.name,
        only_tracked: body.only_tracked,
        when: body.when,
        created_at: context.now,
        changed_at: context.now,
    };
    Ok((session, rule))
}

async fn found(session: &Session, id: &str) -> Result<Rule, Problem> {
    let id = RuleId::parse(id).map_err(|_| no_such())?;
    let rule = session.store.rule(session.organisation.id, id).await?;
    rule.ok_or_else(no_such)
}

fn no_such() -> Problem {
    Problem::not_found("The organisation has no such rule. GET /v1/rules lists them.")
}

/// The settings have changed since the rule was written.
fn outdated(problem: Problem) -> Problem {
    match problem.kind {
        ProblemKind::Invalid => Problem::new(
            ProblemKind::Conflict,
            format!(
                "The rule's condition does not fit any more: {} Change the rule.",
                problem.detail
            ),
        ),
        _ => problem,
    }
}
