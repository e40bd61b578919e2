//! One document or a list of them in, a result for each out.

use domain::Timestamp;
use serde::Serialize;
use store::Recorded;
use web::{Handled, Problem};
pub use web::{batch_status as status, read_batch as read};

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
