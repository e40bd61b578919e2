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
#[cfg(test)]
mod openapi;
mod view;
mod webhooks;

use spin_sdk::http::IntoResponse;
use spin_sdk::http_service;
use web::{Context, Handled, Request};

#[http_service]
async fn feed(request: Request) -> impl IntoResponse {
    web::serve(request, route).await
}

async fn route(context: Context, request: Request) -> Handled {
    let path = web::segments(request.uri().path())?;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    resources(context, request, &path).await
}

web::resources! { |context, request|
    ["v1", "changes"] { GET => changes::get(context, request) }
    ["v1", "webhooks"] {
        GET => webhooks::list(request),
        POST => webhooks::create(context, request),
    }
    ["v1", "webhooks", "deliver"] { POST => deliver::deliver() }
    ["v1", "webhooks", id] {
        GET => webhooks::get(request, id),
        DELETE => webhooks::delete(request, id),
    }
    ["v1", "webhooks", id, "secret"] { GET => webhooks::secret(request, id) }
    ["v1", "webhooks", id, "resume"] { POST => webhooks::resume(request, id) }
}
