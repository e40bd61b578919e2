//! `GET /v1/changes`: what changed after a place in the log, in its order.

use serde::Serialize;
use spin_sdk::http::StatusCode;
use store::Scope;
use web::{Context, Handled, Request};

use crate::view::ChangeView;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Changes"))]
pub struct ChangesView {
    changes: Vec<ChangeView>,
    /// Where to read on, now or later.
    next: String,
}

/// One page; an empty one when nothing has happened since.
pub async fn get(context: Context, request: Request) -> Handled {
    let [after, limit] = web::query(request.uri().query(), ["after", "limit"])?;
    let after = web::place_in_list("after", after.as_deref())?.unwrap_or(0);
    let limit = web::page_limit(limit.as_deref())?;
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
