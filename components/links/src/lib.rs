//! Tracked links and open pixels: registers mails, answers clicks and opens.
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
mod interception;
mod kept;
mod messages;
mod minter;
#[cfg(test)]
mod openapi;
mod preview;
mod question;
mod recorder;
mod token_stream;
mod tokens;

use domain::Kind;
use spin_sdk::http::{FromRequest, IntoResponse};
use spin_sdk::wasip3;
use spin_sdk::wasip3::http::types::{
    ErrorCode, Method as RawMethod, Request as RawRequest, Response as RawResponse,
};
use web::{Context, Handled, Problem, Request};

struct Links;

wasip3::http::service::export!(Links);

impl wasip3::exports::http::handler::Guest for Links {
    async fn handle(request: RawRequest) -> Result<RawResponse, ErrorCode> {
        let path = request.get_path_with_query().unwrap_or_default();
        if let Some(hit) = address::Hit::parse(&path) {
            if hit.kind == Kind::Click && matches!(request.get_method(), RawMethod::Post) {
                let request = Request::from_request(request)?;
                let answered = web::serve(request, async |context, request| {
                    interception::answer(context, request, &path).await
                });
                return answered.await.into_response();
            }
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
    if matches!(path.as_slice(), ["l" | "o", ..]) {
        if let ["l", organisation, "preview", token] = *path.as_slice() {
            return match *request.method() {
                web::Method::GET | web::Method::HEAD => {
                    preview::show(context, organisation, token).await
                }
                // Whatever was pressed, nothing comes of it.
                web::Method::POST => Ok(web::see_other("?")),
                _ => Err(Problem::method_not_allowed("GET, HEAD, POST")),
            };
        }
        if matches!(*request.method(), web::Method::GET | web::Method::HEAD)
            && let Some(answer) = question::look(&path).await
        {
            return answer;
        }
        return Err(Problem::not_found("This link is not registered."));
    }
    resources(context, request, &path).await
}

web::resources! { |context, request|
    ["v1", "messages"] {
        GET => messages::list(request),
        POST => messages::create(context, request),
    }
    ["v1", "messages", id] { GET => messages::get(request, id) }
    ["v1", "messages", id, "tokens"] { POST => tokens::mint(context, request, id) }
}
