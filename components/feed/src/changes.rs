//! `GET /v1/changes`: what changed after a place in the log, in its order.

use serde::Serialize;
use spin_sdk::http::StatusCode;
use store::Scope;
use web::{Context, Handled, Problem, Request};

use crate::view::ChangeView;

const PAGE: u32 = 100;
const LARGEST_PAGE: u32 = 1000;

#[derive(Serialize)]
struct ChangesView {
    changes: Vec<ChangeView>,
    /// Where to read on, now or later.
    next: String,
}

/// One page; an empty one when nothing has happened since.
pub async fn get(context: Context, request: Request) -> Handled {
    let [after, limit] = web::query(request.uri().query(), ["after", "limit"])?;
    let after = after.map_or(Ok(0), |after| {
        after
            .parse::<i64>()
            .ok()
            .filter(|after| *after >= 0)
            .ok_or_else(|| Problem::invalid("after", "Give the seq of a change, or 0."))
    })?;
    let limit = limit.map_or(Ok(PAGE), |limit| {
        limit
            .parse::<u32>()
            .ok()
            .filter(|limit| (1..=LARGEST_PAGE).contains(limit))
            .ok_or_else(|| {
                Problem::invalid("limit", format!("Give a number from 1 to {LARGEST_PAGE}."))
            })
    })?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let changes = session
        .store
        .changes(session.organisation.id, after, i64::MAX, limit)
        .await?;
    session.store.repair_soon(context.now);
    let last = changes.last().map_or(after, |change| change.seq);
    let view = ChangesView {
        changes: changes.into_iter().map(ChangeView::from).collect(),
        next: format!("?after={last}&limit={limit}"),
    };
    web::answer_json(StatusCode::OK, &view)
}
