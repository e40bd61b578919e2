//! `POST /v1/audience/check` and `/score`: named contacts, one by one.

use domain::Subject;
use domain::condition::Clause;
use serde::{Deserialize, Serialize};
use spin_sdk::http::StatusCode;
use store::{AUDIENCE_GATES, Facts, Scope};
use web::{BATCH_LIMIT, Context, Handled, Problem, ProblemKind, Request, Session};

use crate::audience::{condition, prepare};
use crate::view::resolved;

/// Contacts in one question.
const MOST_CONTACTS: usize = 10_000;
/// Scores of one question, each with a condition.
const MOST_SCORES: usize = 20;

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ConditionQuestion"))]
#[serde(deny_unknown_fields)]
pub struct CheckBody {
    when: Clause,
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
#[cfg_attr(test, schemars(rename = "ConditionAnswer"))]
pub struct CheckView<'a> {
    holds: usize,
    untrackable: usize,
    /// In the order asked.
    items: Vec<CheckItem<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ConditionItem"))]
struct CheckItem<'a> {
    contact: &'a str,
    /// `null` for who may not be targeted or tracked: no automation may go by this.
    holds: Option<bool>,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ScoreQuestion"))]
#[serde(deny_unknown_fields)]
pub struct ScoreBody {
    /// What gives points; all that hold together.
    #[cfg_attr(test, schemars(length(min = 1, max = 20)))]
    scores: Vec<Score>,
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

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Score {
    when: Clause,
    /// To be added; less than 0 to be taken away.
    points: i32,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ScoreAnswer"))]
pub struct ScoreView<'a> {
    untrackable: usize,
    /// In the order asked.
    items: Vec<ScoreItem<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ScoreItem"))]
struct ScoreItem<'a> {
    contact: &'a str,
    /// `null` for who may not be targeted or tracked.
    score: Option<i64>,
}

/// Of which of these contacts a condition holds: for automations.
pub async fn check(context: Context, request: Request) -> Handled {
    let (session, body): (Session, CheckBody) = read(request).await?;
    let subjects = subjects(&body.contacts)?;
    let condition = condition(&body.when, &session.organisation, "/when")?;
    let audience = prepare(
        &session.store,
        &session.organisation,
        &condition,
        &context,
        "/when",
    )
    .await?;
    let facts = audience.facts(&session.store, &subjects).await?;
    session.store.repair_soon(context.now);
    let items: Vec<CheckItem<'_>> = body
        .contacts
        .iter()
        .zip(&facts)
        .map(|(contact, facts)| CheckItem {
            contact,
            holds: is_trackable(&session, facts, &context)
                .then(|| condition.holds(facts.leaves, true))
                .flatten(),
        })
        .collect();
    let view = CheckView {
        holds: items.iter().filter(|item| item.holds == Some(true)).count(),
        untrackable: items.iter().filter(|item| item.holds.is_none()).count(),
        items,
    };
    web::answer_json(StatusCode::OK, &view)
}

/// The points of these contacts.
pub async fn score(context: Context, request: Request) -> Handled {
    let (session, body): (Session, ScoreBody) = read(request).await?;
    let subjects = subjects(&body.contacts)?;
    if !(1..=MOST_SCORES).contains(&body.scores.len()) {
        return Err(Problem::invalid("/scores", "Give 1 to 20 scores."));
    }
    let mut points: Vec<Option<i64>> = vec![Some(0); subjects.len()];
    for (place, score) in body.scores.iter().enumerate() {
        let pointer = format!("/scores/{place}/when");
        let condition = condition(&score.when, &session.organisation, &pointer)?;
        let audience = prepare(
            &session.store,
            &session.organisation,
            &condition,
            &context,
            &pointer,
        )
        .await?;
        let facts = audience.facts(&session.store, &subjects).await?;
        for (total, facts) in points.iter_mut().zip(&facts) {
            // Whoever refuses while this is counted has no score.
            let counts = is_trackable(&session, facts, &context)
                .then(|| condition.holds(facts.leaves, true))
                .flatten();
            *total = total.zip(counts).map(|(total, counts)| {
                let points = if counts { i64::from(score.points) } else { 0 };
                total.saturating_add(points)
            });
        }
    }
    session.store.repair_soon(context.now);
    let items = body
        .contacts
        .iter()
        .zip(&points)
        .map(|(contact, score)| ScoreItem {
            contact,
            score: *score,
        });
    let view = ScoreView {
        untrackable: points.iter().filter(|points| points.is_none()).count(),
        items: items.collect(),
    };
    web::answer_json(StatusCode::OK, &view)
}

async fn read<T: serde::de::DeserializeOwned>(request: Request) -> Result<(Session, T), Problem> {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    web::require_json(request.headers())?;
    let body = web::json(&web::read_capped(request, BATCH_LIMIT).await?)?;
    Ok((session, body))
}

/// Contacts by their keys.
pub fn subjects(keys: &[String]) -> Result<Vec<Subject>, Problem> {
    if keys.is_empty() {
        return Err(Problem::invalid("/contacts", "Give at least one contact."));
    }
    if keys.len() > MOST_CONTACTS {
        let detail =
            format!("Give at most {MOST_CONTACTS} contacts. Send the rest in another request.");
        return Err(Problem::new(ProblemKind::TooLarge, detail));
    }
    keys.iter()
        .enumerate()
        .map(|(number, key)| {
            Subject::contact(key)
                .map_err(|error| Problem::invalid(format!("/contacts/{number}"), error))
        })
        .collect()
}

/// Whether every gate is open that an audience needs.
pub fn is_trackable(session: &Session, facts: &Facts, context: &Context) -> bool {
    let resolved = resolved(&facts.current, &session.organisation.settings, context.now);
    AUDIENCE_GATES.iter().all(|gate| resolved.allows(*gate))
}
