//! One document or a list of them in.

use serde_json::value::RawValue;
use spin_sdk::http::StatusCode;

use crate::{
    BATCH_LIMIT, DECISION_LIMIT, Problem, ProblemKind, Request, json_items, read_capped,
    require_json,
};

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
pub async fn read_batch<T>(
    request: Request,
    read: impl Fn(&RawValue, usize, &str) -> Result<T, Problem>,
) -> Result<Batch<T>, Problem> {
    require_json(request.headers())?;
    let content = read_capped(request, BATCH_LIMIT).await?;
    let (documents, is_list) = json_items(&content)?;
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

/// How a list ends: `200` when all were recorded, `207` when some were, `422` when none was.
pub const fn batch_status(nothing_recorded: bool, nothing_rejected: bool) -> StatusCode {
    match (nothing_recorded, nothing_rejected) {
        (_, true) => StatusCode::OK,
        (false, false) => StatusCode::MULTI_STATUS,
        (true, false) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
