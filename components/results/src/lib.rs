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
mod exports;
mod last_opens;
#[cfg(test)]
mod openapi;
mod report;
mod retain;
mod segments;
mod stats;

use spin_sdk::http::{FromRequest, IntoResponse};
use spin_sdk::wasip3;
use spin_sdk::wasip3::http::types::{ErrorCode, Request as RawRequest, Response as RawResponse};
use web::{Context, Handled, Request};

struct Results;

wasip3::http::service::export!(Results);

impl wasip3::exports::http::handler::Guest for Results {
    async fn handle(request: RawRequest) -> Result<RawResponse, ErrorCode> {
        let request = Request::from_request(request)?;
        if exports::asked(&request) {
            return exports::answer(request).await;
        }
        web::serve(request, route).await.into_response()
    }
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
    ["v1", "messages", id, "segments"] { GET => segments::get(context, request, id) }
    ["v1", "exports", "interactions"] { GET => web::elsewhere() }
    ["v1", "last-opens"] { GET => last_opens::get(context, request) }
    ["v1", "retain"] { POST => retain::retain(context) }
}
