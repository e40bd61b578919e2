//! Decisions about consent: record them, read what is in force, read how it came to be; and the
//! organisations and API keys that do so.

mod check;
mod history;
mod keys;
mod organisations;
mod read;
mod record;
mod view;

use spin_sdk::http::{IntoResponse, Method};
use spin_sdk::http_service;
use web::{Context, Handled, Problem, Request};

#[http_service]
async fn consent(request: Request) -> impl IntoResponse {
    web::serve(request, route).await
}

async fn route(context: Context, request: Request) -> Handled {
    let path = web::segments(request.uri().path())?;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match (path.as_slice(), request.method()) {
        (["v1", "consent"], &Method::POST) => record::record(context, request).await,
        (["v1", "consent"], _) => Err(Problem::method_not_allowed("POST")),
        (["v1", "consent", "query"], &Method::POST) => read::query(context, request).await,
        (["v1", "consent", "query"], _) => Err(Problem::method_not_allowed("POST")),
        (["v1", "consent", "check"], &Method::POST) => check::check(context, request).await,
        (["v1", "consent", "check"], _) => Err(Problem::method_not_allowed("POST")),
        (["v1", "consent", subject], &Method::GET) => read::get(context, request, subject).await,
        (["v1", "consent", _], _) => Err(Problem::method_not_allowed("GET")),
        (["v1", "consent", subject, "history"], &Method::GET) => {
            history::get(context, request, subject).await
        }
        (["v1", "consent", _, "history"], _) => Err(Problem::method_not_allowed("GET")),
        (["v1", "organisations"], &Method::POST) => organisations::create(context, request).await,
        (["v1", "organisations"], &Method::GET) => organisations::list(request).await,
        (["v1", "organisations"], _) => Err(Problem::method_not_allowed("GET, POST")),
        (["v1", "organisations", id], &Method::GET) => organisations::get(request, id).await,
        (["v1", "organisations", id], &Method::PUT) => {
            organisations::change(context, request, id).await
        }
        (["v1", "organisations", _], _) => Err(Problem::method_not_allowed("GET, PUT")),
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
