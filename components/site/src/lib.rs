//! Files, well-known documents, health, and the demo.
#![deny(
    clippy::print_stderr,
    reason = "`eprintln!` panics when the log cannot be written: a full disk would trap"
)]

mod demo;
mod files;
mod health;
mod mail;
#[cfg(test)]
mod openapi;
mod outbox;
mod shop;
mod well_known;

use spin_sdk::http::{IntoResponse, Method, StatusCode};
use spin_sdk::http_service;
use web::{Context, Handled, Problem, Request};

#[http_service]
async fn site(request: Request) -> impl IntoResponse {
    web::serve(request, route).await
}

async fn route(context: Context, request: Request) -> Handled {
    let path = web::segments(request.uri().path())?;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    match path.as_slice() {
        ["static", ..] if !reads => Err(Problem::method_not_allowed("GET, HEAD")),
        ["static", file @ ..] => files::get(&request, file),
        [""] | ["demo", ..] if web::flag_variable("demo").await => demo_route(request, &path).await,
        _ => resources(context, request, &path).await,
    }
}

web::resources! { |context, request|
    ["healthz"] { GET => health::get() }
    [".well-known", "gpc.json"] { GET => well_known::gpc() }
    ["openapi.json"] { GET => files::openapi(&request) }
}

async fn demo_route(request: Request, path: &[&str]) -> Handled {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    match path {
        ["demo", "outbox"] if *request.method() == Method::PUT => outbox::put(request).await,
        ["demo", "outbox"] => Err(Problem::method_not_allowed("PUT")),
        ["demo", "shop", "seen", _] if *request.method() == Method::POST => shop::seen(),
        ["demo", "shop", "seen", _] => Err(Problem::method_not_allowed("POST")),
        _ if !reads => Err(Problem::method_not_allowed("GET, HEAD")),
        [""] => Ok(redirect("/demo")),
        ["demo"] => demo::page().await,
        ["demo", "outbox.json"] => outbox::get().await,
        ["demo", "mail", person] => mail::get(&request, person).await,
        ["demo", "page", name] => demo::landing(name),
        ["demo", "shop"] => shop::page().await,
        ["demo", "shop", "film"] => shop::film(),
        _ => Err(Problem::not_found(
            "The demo has no such page. Start at /demo.",
        )),
    }
}

/// A temporary one: without demo mode the address is free for something else.
fn redirect(location: &'static str) -> web::Answer {
    let mut answer = web::see_other(location);
    *answer.status_mut() = StatusCode::FOUND;
    answer
}
