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
mod organisations;
mod person;
mod read;
mod record;
mod reports;
mod site;
mod streamed;
mod view;
mod wire;

use spin_sdk::http::{FromRequest, IntoResponse, Method};
use spin_sdk::wasip3;
use spin_sdk::wasip3::http::types::{
    ErrorCode, Method as RawMethod, Request as RawRequest, Response as RawResponse,
};
use web::{Context, Handled, Problem, Request};
use wire::Resource;

struct Consent;

wasip3::http::service::export!(Consent);

impl wasip3::exports::http::handler::Guest for Consent {
    async fn handle(request: RawRequest) -> Result<RawResponse, ErrorCode> {
        let path = request.get_path_with_query().unwrap_or_default();
        if let Some((subject, query)) = read::asked(&path)
            && matches!(request.get_method(), RawMethod::Get)
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
    if let ["v1", "site", organisation, resource] = *path.as_slice() {
        return site::serve(context, request, organisation, resource).await;
    }
    match (path.as_slice(), request.method()) {
        (["v1", "consent"], &Method::POST) => record::record(context, request).await,
        (["v1", "consent"], _) => Err(Problem::method_not_allowed("POST")),
        (["v1", "consent", "query"], &Method::POST) => read::query(context, request).await,
        (["v1", "consent", "query"], _) => Err(Problem::method_not_allowed("POST")),
        (["v1", "consent", "check"], &Method::POST) => check::check(context, request).await,
        (["v1", "consent", "check"], _) => Err(Problem::method_not_allowed("POST")),
        (["v1", "consent", "erase"], &Method::POST) => erase::post(context, request).await,
        (["v1", "consent", "erase"], _) => Err(Problem::method_not_allowed("POST")),
        (["v1", "consent", "export"], &Method::POST) => export::post(context, request).await,
        (["v1", "consent", "export"], _) => Err(Problem::method_not_allowed("POST")),
        (["v1", "consent", subject], &Method::DELETE) => {
            erase::delete(context, request, subject).await
        }
        (["v1", "consent", subject], &Method::GET) => {
            let authorization = web::first_header(request.headers(), "authorization");
            read::get(context, authorization, subject, request.uri().query()).await
        }
        (["v1", "consent", _], _) => Err(Problem::method_not_allowed("GET, DELETE")),
        (["v1", "consent", subject, "history"], &Method::GET) => {
            history::get(context, request, subject).await
        }
        (["v1", "consent", _, "history"], _) => Err(Problem::method_not_allowed("GET")),
        (["v1", "imports"], &Method::GET) => imports::list(request).await,
        (["v1", "imports"], _) => Err(Problem::method_not_allowed("GET, POST")),
        (["v1", "imports", id], &Method::GET) => imports::get(request, id).await,
        (["v1", "imports", id, "errors"], &Method::GET) => imports::errors(request, id).await,
        (["v1", "imports", _] | ["v1", "imports", _, "errors"], _) => {
            Err(Problem::method_not_allowed("GET"))
        }
        (["v1", "consent", subject, "export"], &Method::GET) => {
            export::get(context, request, subject).await
        }
        (["v1", "consent", _, "export"], _) => Err(Problem::method_not_allowed("GET")),
        (["v1", "subjects", "link"], &Method::POST) => link::post(context, request).await,
        (["v1", "subjects", "link"], &Method::DELETE) => link::delete(context, request).await,
        (["v1", "subjects", "link"], _) => Err(Problem::method_not_allowed("POST, DELETE")),
        (["v1", "subjects", subject, "links"], &Method::GET) => {
            link::get(context, request, subject).await
        }
        (["v1", "subjects", _, "links"], _) => Err(Problem::method_not_allowed("GET")),
        (["v1", "exports", "audit" | "dissent"], _) => Err(Problem::method_not_allowed("GET")),
        (["v1", "reports", "consent"], &Method::GET) => reports::consent(context, request).await,
        (["v1", "reports", "consent"], _) => Err(Problem::method_not_allowed("GET")),
        (["v1", "organisations"], &Method::POST) => organisations::create(context, request).await,
        (["v1", "organisations"], &Method::GET) => organisations::list(request).await,
        (["v1", "organisations"], _) => Err(Problem::method_not_allowed("GET, POST")),
        (["v1", "organisations", id], &Method::GET) => organisations::get(request, id).await,
        (["v1", "organisations", id], &Method::PUT) => {
            organisations::change(context, request, id).await
        }
        (["v1", "organisations", _], _) => Err(Problem::method_not_allowed("GET, PUT")),
        (["v1", "organisations", id, "backfill"], &Method::POST) => {
            organisations::backfill(context, request, id).await
        }
        (["v1", "organisations", _, "backfill"], _) => Err(Problem::method_not_allowed("POST")),
        (["v1", "organisations", id, "linked", other, "catch-up"], &Method::POST) => {
            organisations::catch_up(context, request, id, other).await
        }
        (["v1", "organisations", _, "linked", _, "catch-up"], _) => {
            Err(Problem::method_not_allowed("POST"))
        }
        (["v1", "industry-opt-outs"], &Method::POST) => industry::take_in(context, request).await,
        (["v1", "industry-opt-outs"], _) => Err(Problem::method_not_allowed("POST")),
        (["v1", "keys"], &Method::POST) => keys::create(context, request).await,
        (["v1", "keys"], &Method::GET) => keys::list(request).await,
        (["v1", "keys"], _) => Err(Problem::method_not_allowed("GET, POST")),
        (["v1", "keys", id], &Method::DELETE) => keys::revoke(context, request, id).await,
        (["v1", "keys", _], _) => Err(Problem::method_not_allowed("DELETE")),
        _ => Err(Problem::not_found(
            "There is no such resource. The README lists the routes.",
        )),
    }
}
