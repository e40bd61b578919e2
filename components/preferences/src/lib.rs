//! Forms for the person. They work without a script, by keyboard and screen reader, from the link in any
//! mail; no `GET` changes anything, and no refusal is turned away.
#![deny(
    clippy::print_stderr,
    reason = "`eprintln!` panics when the log cannot be written: a full disk would trap"
)]

mod moment;
mod obstacle;
mod opt_out;
mod page;
mod status;
mod tracking;

use spin_sdk::http::{IntoResponse, Method};
use spin_sdk::http_service;
use web::form::{brand, sheet};
use web::{Context, Handled, Problem, Request};

#[http_service]
async fn preferences(request: Request) -> impl IntoResponse {
    web::serve(request, route).await
}

async fn route(context: Context, request: Request) -> Handled {
    let path = web::segments(request.uri().path())?;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match (path.as_slice(), request.method()) {
        (["p", "assets", name], &Method::GET | &Method::HEAD) => sheet::get(name),
        (["p", organisation, "brand.css"], &Method::GET | &Method::HEAD) => {
            brand::get(organisation).await
        }
        (["p", organisation, "logo"], &Method::GET | &Method::HEAD) => {
            brand::logo(organisation).await
        }
        (["p", "assets", _] | ["p", _, "brand.css" | "logo"], _) => {
            Err(Problem::method_not_allowed("GET, HEAD"))
        }
        (["p", organisation, person, "tracking"], &Method::GET | &Method::HEAD) => {
            tracking::show(context, request, organisation, person).await
        }
        (["p", organisation, person, "tracking"], &Method::POST) => {
            tracking::answer(context, request, organisation, person).await
        }
        (["p", _, _, "tracking"], _) => Err(Problem::method_not_allowed("GET, HEAD, POST")),
        (["opt-out"], &Method::GET | &Method::HEAD) => opt_out::show(context, request).await,
        (["opt-out"], &Method::POST) => opt_out::answer(context, request).await,
        (["opt-out"], _) => Err(Problem::method_not_allowed("GET, HEAD, POST")),
        _ => obstacle::unknown_address(&request),
    }
}
