//! Contacts: what the organisation keeps about them, beside what they have decided; audiences of them, and rules.
#![allow(missing_docs, reason = "the export macro generates public items")]
#![deny(
    clippy::print_stderr,
    reason = "`eprintln!` panics when the log cannot be written: a full disk would trap"
)]

mod audience;
mod batch;
mod body;
mod ceiling;
mod export;
mod judge;
mod list;
mod one;
#[cfg(test)]
mod openapi;
mod rules;
mod view;

use spin_sdk::http::{FromRequest, IntoResponse};
use spin_sdk::wasip3;
use spin_sdk::wasip3::http::types::{ErrorCode, Request as RawRequest, Response as RawResponse};
use web::{Context, Handled, Request};

struct Contacts;

wasip3::http::service::export!(Contacts);

impl wasip3::exports::http::handler::Guest for Contacts {
    async fn handle(request: RawRequest) -> Result<RawResponse, ErrorCode> {
        let request = Request::from_request(request)?;
        if audience::asked(&request) {
            return audience::answer(request).await;
        }
        if export::asked(&request) {
            return export::answer(request).await;
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
    ["v1", "contacts"] {
        GET => list::list(context, request),
        POST => batch::post(context, request),
    }
    ["v1", "contacts", "query"] { POST => list::query(context, request) }
    ["v1", "contacts", key] {
        GET => one::get(context, request, key),
        PUT => one::put(context, request, key),
        PATCH => one::patch(context, request, key),
        DELETE => one::delete(context, request, key),
    }
    ["v1", "contacts", key, "ceiling"] {
        GET => ceiling::get(request, key),
        PUT => ceiling::put(context, request, key),
    }
    ["v1", "exports", "contacts"] { GET => web::elsewhere() }
    ["v1", "audience"] { POST => audience::post(context, request) }
    ["v1", "audience", "check"] { POST => judge::check(context, request) }
    ["v1", "audience", "score"] { POST => judge::score(context, request) }
    ["v1", "rules"] { GET => rules::list(request), POST => rules::create(context, request) }
    ["v1", "rules", id] {
        GET => rules::get(request, id),
        PUT => rules::put(context, request, id),
        DELETE => rules::delete(request, id),
    }
    ["v1", "rules", id, "evaluate"] { POST => rules::evaluate(context, request, id) }
}
