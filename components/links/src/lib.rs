//! Tracked links and open pixels: registers mails, answers clicks and opens, reports on them.
//!
//! Clicks and opens are answered through the raw WASI types (an empty answer is almost twice as fast,
//! `docs/benchmarks.md`), everything else through the SDK's.
#![allow(missing_docs, reason = "the export macro generates public items")]
#![deny(
    clippy::print_stderr,
    reason = "`eprintln!` panics when the log cannot be written: a full disk would trap"
)]

mod address;
mod hit;
mod kept;
mod messages;
mod minter;
mod recorder;
mod stats;
mod token_stream;
mod tokens;

use spin_sdk::http::{FromRequest, IntoResponse, Method};
use spin_sdk::wasip3;
use spin_sdk::wasip3::http::types::{ErrorCode, Request as RawRequest, Response as RawResponse};
use web::{Context, Handled, Problem, Request};

struct Links;

wasip3::http::service::export!(Links);

impl wasip3::exports::http::handler::Guest for Links {
    async fn handle(request: RawRequest) -> Result<RawResponse, ErrorCode> {
        let path = request.get_path_with_query().unwrap_or_default();
        if let Some(hit) = address::Hit::parse(&path) {
            return hit::answer(&request, hit).await;
        }
        let request = Request::from_request(request)?;
        if let Some(message) = token_stream::asked(&request) {
            return token_stream::answer(request, &message).await;
        }
        web::serve(request, route).await.into_response()
    }
}

async fn route(context: Context, request: Request) -> Handled {
    let path = web::segments(request.uri().path())?;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match (path.as_slice(), request.method()) {
        (["v1", "messages"], &Method::POST) => messages::create(context, request).await,
        (["v1", "messages"], _) => Err(Problem::method_not_allowed("POST")),
        (["v1", "messages", id], &Method::GET) => messages::get(request, id).await,
        (["v1", "messages", _], _) => Err(Problem::method_not_allowed("GET")),
        (["v1", "messages", id, "tokens"], &Method::POST) => {
            tokens::mint(context, request, id).await
        }
        (["v1", "messages", _, "tokens"], _) => Err(Problem::method_not_allowed("POST")),
        (["v1", "messages", id, "stats"], &Method::GET) => stats::get(context, request, id).await,
        (["v1", "messages", _, "stats"], _) => Err(Problem::method_not_allowed("GET")),
        (["l" | "o", ..], _) => Err(Problem::not_found("This link is not registered.")),
        _ => Err(Problem::not_found(
            "There is no such resource. The README lists the routes.",
        )),
    }
}
