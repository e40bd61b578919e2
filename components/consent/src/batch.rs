//! One document or a list of them in, a result for each out.

use domain::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use spin_sdk::http::StatusCode;
use store::Recorded;
use web::{BATCH_LIMIT, DECISION_LIMIT, Handled, Problem, ProblemKind, Request};

/// Documents in one request.
const MOST_ITEMS: usize = 10_000;

/// What a body asks for.
pub struct Batch<T> {
    /// The body.
    pub content: Vec<u8>,
    /// Whether it is a list, so that problems are answered per item.
    pub is_list: bool,
    /// What was read.
    pub items: Vec<T>,
    /// What could not be, with its place.
    pub problems: Vec<(usize, Problem)>,
}

/// Reads the body; `read` is given a document, its place, and the pointer to it.
///
/// # Errors
/// The problem of a document that is no list's item, and of a body that is empty, too large or no JSON.
pub async fn read<T>(
    request: Request,
    read: impl Fn(&RawValue, usize, &str) -> Result<T, Problem>,
) -> Result<Batch<T>, Problem> {
    web::require_json(request.headers())?;
    let content = web::read_capped(request, BATCH_LIMIT).await?;
    let (documents, is_list) = web::json_items(&content)?;
    if !is_list && content.len() > DECISION_LIMIT {
        let detail = format!(
            "One decision may have at most {DECISION_LIMIT} bytes; a list up to {BATCH_LIMIT}."
        );
        return Err(Problem::new(ProblemKind::TooLarge, detail));
    }
    if documents.is_empty() {
        return Err(Problem::invalid("/", "Send at least one item."));
    }
    if documents.len() > MOST_ITEMS {
        let detail = format!(
            "A list may hold at most {MOST_ITEMS} items. Send the rest in another request."
        );
        return Err(Problem::new(ProblemKind::TooLarge, detail));
    }
    let mut items = Vec::with_capacity(documents.len());
    let mut problems = Vec::new();
    for (item, document) in documents.iter().enumerate() {
        let prefix = if is_list {
            format!("/{item}")
        } else {
            String::new()
        };
        match read(document, item, &prefix) {
            Ok(read) => items.push(read),
            Err(problem) if is_list => problems.push((item, problem)),
            Err(problem) => return Err(problem),
        }
    }
    Ok(Batch {
        content,
        is_list,
        items,
        problems,
    })
}

/// The answer to a list.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "BatchResult"))]
pub struct BatchView<'a> {
    request_id: &'a str,
    recorded: usize,
    rejected: usize,
    items: Vec<ItemView<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "BatchItem"))]
struct ItemView<'a> {
    item: usize,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    devices: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<web::ProblemDocument<'a>>,
}

/// What became of one item.
pub struct Done {
    /// Its place.
    pub item: u32,
    /// In a word.
    pub status: &'static str,
    /// Its time.
    pub at: Timestamp,
    /// Linked devices that it reached, where it can reach any.
    pub devices: Option<u32>,
}

/// How a list ends: `200` when all were recorded, `207` when some were, `422` when none was.
pub const fn status(nothing_recorded: bool, nothing_rejected: bool) -> StatusCode {
    match (nothing_recorded, nothing_rejected) {
        (_, true) => StatusCode::OK,
        (false, false) => StatusCode::MULTI_STATUS,
        (true, false) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// What became of each item, in their order.
pub fn answer(
    request_id: &str,
    recorded: &[Recorded],
    problems: &[(usize, Problem)],
    status_of: impl Fn(&Recorded) -> &'static str,
) -> Handled {
    let done = recorded.iter().map(|recorded| Done {
        item: recorded.item,
        status: status_of(recorded),
        at: recorded.at,
        devices: Some(recorded.devices),
    });
    answer_each(request_id, done.collect(), problems)
}

/// The same of what was done, whatever it was.
pub fn answer_each(request_id: &str, done: Vec<Done>, problems: &[(usize, Problem)]) -> Handled {
    let count = done.len();
    let mut items: Vec<ItemView<'_>> = done
        .into_iter()
        .map(|done| ItemView {
            item: usize::try_from(done.item).unwrap_or(usize::MAX),
            status: done.status,
            at: Some(done.at),
            devices: done.devices,
            problem: None,
        })
        .chain(problems.iter().map(|(item, problem)| ItemView {
            item: *item,
            status: "rejected",
            at: None,
            devices: None,
            problem: Some(problem.document()),
        }))
        .collect();
    items.sort_by_key(|item| item.item);
    web::answer_json(
        status(count == 0, problems.is_empty()),
        &BatchView {
            request_id,
            recorded: count,
            rejected: problems.len(),
            items,
        },
    )
}
