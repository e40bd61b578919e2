//! Which part of a history is asked for.

use web::{LARGEST_PAGE, PAGE, Problem, Request};

/// Which page.
pub struct Page {
    /// Only what has a lower `seq`.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

impl Page {
    /// As an address says it.
    pub fn in_address(request: &Request) -> Result<Self, Problem> {
        let [before, limit] = web::query(request.uri().query(), ["before", "limit"])?;
        Ok(Self {
            before: web::place_in_list("before", before.as_deref())?,
            limit: web::page_limit(limit.as_deref())?,
        })
    }

    /// As a body says it.
    pub fn in_body(before: Option<i64>, limit: Option<u32>) -> Result<Self, Problem> {
        if before.is_some_and(|before| before < 0) {
            let detail = "Give the number that an earlier answer named.";
            return Err(Problem::invalid("/before", detail));
        }
        let limit = limit.unwrap_or(PAGE);
        if !(1..=LARGEST_PAGE).contains(&limit) {
            let detail = format!("Give a number from 1 to {LARGEST_PAGE}.");
            return Err(Problem::invalid("/limit", detail));
        }
        Ok(Self { before, limit })
    }

    /// The query of the next page; nothing after the last one.
    pub fn next(&self, found: usize, last: Option<i64>) -> Option<String> {
        let limit = self.limit;
        let full = u32::try_from(found).is_ok_and(|count| count == limit);
        let last = last.filter(|_| full)?;
        Some(format!("?before={last}&limit={limit}"))
    }
}
