//! Decisions about consent: record them, read what is in force, read how it came to be; and the
//! organisations and API keys that do so.
//!
//! What is in force is answered through the raw WASI types, everything else through the SDK's.
#![allow(missing_docs, reason = "the export macro generates public items")]
#![deny(
    clippy::print_stderr,
    reason = "`eprintln!` panics when the log cannot be written: a full disk would trap"
)]

mod batch;
mod check;
mod communications;
mod decision;
mod erase;
mod explain;
mod export;
mod export_csv;
mod exports;
mod history;
mod imports;
mod industry;
mod keys;
mod link;
mod log;
#[cfg(test)]
mod openapi;
mod organisations;
mod paging;
mod person;
mod read;
mod receipt;
mod record;
mod reports;
mod site;
mod view;
mod wire;

use spin_sdk::http::{FromRequest, IntoResponse};
use spin_sdk::wasip3;
use spin_sdk::wasip3::http::types::{
    ErrorCode, Method as RawMethod, Request as RawRequest, Response as RawResponse,
};
use web::{Context, Handled, Request};
use wire::Resource;

struct Consent;

wasip3::http::service::export!(Consent);

impl wasip3::exports::http::handler::Guest for Consent {
    async fn handle(request: RawRequest) -> Result<RawResponse, ErrorCode> {
        let path = request.get_path_with_query().unwrap_or_default();
        if let Some((subject, query)) = read::asked(&path)
            && matches!(request.get_method(), RawMethod::Get | RawMethod::Head)
        {
            let authorization = web::raw_header(&request.get_headers(), "authorization");
            return web::serve_raw(async |context| {
                let subject = web::segments(subject)?.pop().unwrap_or_default();
                read::get(context, authorization.as_deref(), &subject, query).await
            })
            .await;
        }
        let request = Request::from_request(request)?;
        if imports::asked(&request) {
            return imports::answer(request).await;
        }
        if exports::asked(&request) {
            return exports::answer(request).await;
        }
        web::serve(request, route).await.into_response()
    }
}

async fn route(context: Context, request: Request) -> Handled {
    let path = web::segments(request.uri().path())?;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    if let Some((resource, organisation)) = Resource::at(&path) {
        return wire::serve(context, request, resource, organisation).await;
    }
    // A browser asks first whether a page of another site may ask.
    if let ["v1", "site", organisation, resource] = *path.as_slice()
        && *request.method() == web::Method::OPTIONS
    {
        return site::serve(context, request, organisation, resource).await;
    }
    resources(context, request, &path).await
}

web::resources! { |context, request|
    ["v1", "consent"] { POST => record::record(context, request) }
    ["v1", "consent", "query"] { POST => read::query(context, request) }
    ["v1", "consent", "check"] { POST => check::check(context, request) }
    ["v1", "consent", "erase"] { POST => erase::post(context, request) }
    ["v1", "consent", "export"] { POST => export::post(context, request) }
    ["v1", "consent", "history"] { POST => history::post(context, request) }
    ["v1", "consent", "receipt"] { POST => receipt::post(context, request) }
    ["v1", "consent", subject] {
        GET => {
            let authorization = web::first_header(request.headers(), "authorization");
            read::get(context, authorization, subject, request.uri().query())
        },
        DELETE => erase::delete(context, request, subject),
    }
    ["v1", "consent", subject, "history"] { GET => history::get(context, request, subject) }
    ["v1", "consent", subject, "receipt"] { GET => receipt::get(context, request, subject) }
    ["v1", "consent", subject, "export"] { GET => export::get(context, request, subject) }
    ["v1", "communications"] { POST => communications::record(context, request) }
    ["v1", "communications", "history"] { POST => communications::post_history(request) }
    ["v1", "communications", "receipt"] { POST => receipt::post_of_contact(context, request) }
    ["v1", "communications", subject] { GET => communications::get(request, subject) }
    ["v1", "communications", subject, "history"] {
        GET => communications::history(request, subject),
    }
    ["v1", "communications", subject, "receipt"] {
        GET => receipt::get_of_contact(context, request, subject),
    }
    ["v1", "imports"] { GET => imports::list(request), POST => web::elsewhere() }
    ["v1", "imports", id] { GET => imports::get(request, id) }
    ["v1", "imports", id, "errors"] { GET => imports::errors(request, id) }
    ["v1", "subjects", "link"] {
        POST => link::post(context, request),
        DELETE => link::delete(context, request),
    }
    ["v1", "subjects", subject, "links"] { GET => link::get(context, request, subject) }
    ["v1", "exports", "audit"] { GET => web::elsewhere() }
    ["v1", "exports", "dissent"] { GET => web::elsewhere() }
    ["v1", "exports", "consent"] { GET => web::elsewhere() }
    ["v1", "log", "checkpoint"] { GET => log::checkpoint(context, request) }
    ["v1", "log", "proof"] { GET => log::proof(context, request) }
    ["v1", "log", "consistency"] { GET => log::consistency(context, request) }
    ["v1", "log", "entries"] { GET => log::entries(context, request) }
    [".well-known", "jwks.json"] { GET => log::jwks(request) }
    ["v1", "reports", "consent"] { GET => reports::consent(context, request) }
    ["v1", "organisations"] {
        GET => organisations::list(request),
        POST => organisations::create(context, request),
    }
    ["v1", "organisations", id] {
        GET => organisations::get(request, id),
        PUT => organisations::change(context, request, id),
    }
    ["v1", "organisations", id, "settings", "versions"] {
        GET => organisations::versions(request, id),
    }
    ["v1", "organisations", id, "backfill"] {
        POST => organisations::backfill(context, request, id),
    }
    ["v1", "organisations", id, "linked", other, "catch-up"] {
        POST => organisations::catch_up(context, request, id, other),
    }
    ["v1", "industry-opt-outs"] { POST => industry::take_in(context, request) }
    ["v1", "site", organisation, "consent"] {
        GET => site::serve(context, request, organisation, "consent"),
        POST => site::serve(context, request, organisation, "consent"),
    }
    ["v1", "site", organisation, "banner"] {
        GET => site::serve(context, request, organisation, "banner"),
    }
    ["v1", "keys"] { GET => keys::list(request), POST => keys::create(context, request) }
    ["v1", "keys", id] { DELETE => keys::revoke(context, request, id) }
}
