//! Results of mails: totals that do not depend on who agreed, and names where the gate is open.
#![allow(missing_docs, reason = "the export macro generates public items")]
#![deny(
    clippy::print_stderr,
    reason = "`eprintln!` panics when the log cannot be written: a full disk would trap"
)]

mod ceiling;
mod chart;
mod contacts;
mod csv;
#[cfg(test)]
mod openapi;
mod report;
mod retain;
mod stats;

use spin_sdk::http::IntoResponse;
use spin_sdk::http_service;
use web::{Context, Handled, Request};

#[http_service]
async fn results(request: Request) -> impl IntoResponse {
    web::serve(request, route).await
}

async fn route(context: Context, request: Request) -> Handled {
    let path = web::segments(request.uri().path())?;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    resources(context, request, &path).await
}

web::resources! { |context, request|
    ["v1", "messages", id, "stats"] { GET => stats::get(context, request, id) }
    ["v1", "messages", id, "chart.svg"] { GET => report::drawing(context, request, id) }
    ["v1", "messages", id, "report"] { GET => report::page(context, request, id) }
    ["v1", "messages", id, "contacts"] { GET => contacts::get(context, request, id) }
    ["v1", "messages", id, "ceiling"] {
        GET => ceiling::get(request, id),
        PUT => ceiling::change(context, request, id),
    }
    ["v1", "retain"] { POST => retain::retain(context) }
}
