//! `/v1/imports`: decisions from files, and how far their imports have come.

mod body;
mod lines;
mod parser;
mod reader;
mod run;
mod stream;

#[cfg(test)]
pub use stream::{ProgressLine, SummaryLine};
pub use stream::{answer, asked};

use domain::Timestamp;
use serde::Serialize;
use spin_sdk::http::StatusCode;
use store::{ImportError, ImportRun, Scope};
use web::{Handled, Problem, Request};

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Imports"))]
pub struct ImportsView {
    imports: Vec<ImportRun>,
    /// The address of the next page; nothing when this is the last.
    next: Option<String>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ImportErrors"))]
pub struct ErrorsView {
    errors: Vec<ImportError>,
    next: Option<String>,
}

/// Imports, newest first.
pub async fn list(request: Request) -> Handled {
    let [before, limit] = web::query(request.uri().query(), ["before", "limit"])?;
    let before = before
        .map(|before| Timestamp::parse_rfc3339(&before))
        .transpose()
        .map_err(|error| Problem::invalid("before", error))?;
    let limit = web::page_limit(limit.as_deref())?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let organisation = session.organisation.id;
    let imports = session.store.imports(organisation, before, limit).await?;
    let next = last_of_full(&imports, limit)
        .map(|last| format!("?before={}&limit={limit}", last.started_at.to_rfc3339()));
    web::answer_json(StatusCode::OK, &ImportsView { imports, next })
}

/// One import.
pub async fn get(request: Request, id: &str) -> Handled {
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let import = session.store.import(session.organisation.id, id).await?;
    web::answer_json(StatusCode::OK, &import.ok_or_else(no_such)?)
}

/// The lines of an import that cannot be used.
pub async fn errors(request: Request, id: &str) -> Handled {
    let [after, limit] = web::query(request.uri().query(), ["after", "limit"])?;
    let after = web::place_in_list("after", after.as_deref())?.unwrap_or(0);
    let limit = web::page_limit(limit.as_deref())?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let organisation = session.organisation.id;
    let import = session.store.import(organisation, id).await?;
    let id = import.ok_or_else(no_such)?.id;
    let errors = session
        .store
        .import_errors(organisation, &id, after.unsigned_abs(), limit)
        .await?;
    let next =
        last_of_full(&errors, limit).map(|last| format!("?after={}&limit={limit}", last.line));
    web::answer_json(StatusCode::OK, &ErrorsView { errors, next })
}

fn no_such() -> Problem {
    Problem::not_found("There is no such import. GET /v1/imports lists them.")
}

fn last_of_full<T>(items: &[T], limit: u32) -> Option<&T> {
    let full = u32::try_from(items.len()).is_ok_and(|count| count == limit);
    items.last().filter(|_| full)
}
