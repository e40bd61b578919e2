//! What changed, for the organisation's own system: as a feed that it reads, and as webhooks that are sent.
//!
//! The only component that may send requests.
#![allow(missing_docs, reason = "the export macro generates public items")]
#![deny(
    clippy::print_stderr,
    reason = "`eprintln!` panics when the log cannot be written: a full disk would trap"
)]

mod changes;
mod deliver;
mod view;
mod webhooks;

use spin_sdk::http::{IntoResponse, Method};
use spin_sdk::http_service;
use web::{Context, Handled, Problem, Request};

#[http_service]
async fn feed(request: Request) -> impl IntoResponse {
    web::serve(request, route).await
}

async fn route(context: Context, request: Request) -> Handled {
    let path = web::segments(request.uri().path())?;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match (path.as_slice(), request.method()) {
        (["v1", "changes"], &Method::GET) => changes::get(context, request).await,
        (["v1", "changes"], _) => Err(Problem::method_not_allowed("GET")),
        (["v1", "webhooks"], &Method::POST) => webhooks::create(context, request).await,
        (["v1", "webhooks"], &Method::GET) => webhooks::list(request).await,
        (["v1", "webhooks"], _) => Err(Problem::method_not_allowed("GET, POST")),
        (["v1", "webhooks", "deliver"], &Method::POST) => deliver::deliver().await,
        (["v1", "webhooks", "deliver"], _) => Err(Problem::method_not_allowed("POST")),
        (["v1", "webhooks", id], &Method::GET) => webhooks::get(request, id).await,
        (["v1", "webhooks", id], &Method::DELETE) => webhooks::delete(request, id).await,
        (["v1", "webhooks", _], _) => Err(Problem::method_not_allowed("DELETE, GET")),
        (["v1", "webhooks", id, "secret"], &Method::GET) => webhooks::secret(request, id).await,
        (["v1", "webhooks", _, "secret"], _) => Err(Problem::method_not_allowed("GET")),
        (["v1", "webhooks", id, "resume"], &Method::POST) => webhooks::resume(request, id).await,
        (["v1", "webhooks", _, "resume"], _) => Err(Problem::method_not_allowed("POST")),
        _ => Err(Problem::not_found(
            "There is no such resource. The README lists the routes.",
        )),
    }
}
