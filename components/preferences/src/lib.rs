//! Forms for the person. They work without a script, by keyboard and screen reader, from the link in any
//! mail; no `GET` changes anything, and no refusal is turned away.
#![deny(
    clippy::print_stderr,
    reason = "`eprintln!` panics when the log cannot be written: a full disk would trap"
)]

mod api;
mod check;
mod frame;
mod moment;
mod obstacle;
mod one_click;
#[cfg(test)]
mod openapi;
mod opt_in;
mod opt_out;
mod page;
mod person;
mod preferences;
mod profile;
mod question;
mod receipt;
mod status;
mod tracking;
mod types;
mod unsubscribe;

use domain::FormKind;
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
    if path.starts_with(&["v1"]) {
        return resources(context, request, &path).await;
    }
    match (path.as_slice(), request.method()) {
        (["p", organisation, "preview", token], &Method::GET | &Method::HEAD) => {
            api::show_preview(context, request, organisation, token).await
        }
        (["p", _, "preview", _], &Method::POST) => api::preview_taken(),
        (["p", _, "preview", _], _) => Err(Problem::method_not_allowed("GET, HEAD, POST")),
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
        (["u", organisation, token], &Method::GET | &Method::HEAD) => {
            one_click::show(context, request, organisation, token).await
        }
        (["u", organisation, token], &Method::POST) => {
            one_click::answer(context, request, organisation, token).await
        }
        (["u", _, _], _) => Err(Problem::method_not_allowed("GET, HEAD, POST")),
        (["p", organisation, person, name], &Method::GET | &Method::HEAD)
            if receipt::NAMES.contains(name) =>
        {
            receipt::get(context, request, organisation, person, name).await
        }
        (["p", _, _, name], _) if receipt::NAMES.contains(name) => {
            Err(Problem::method_not_allowed("GET, HEAD"))
        }
        (["receipt"], &Method::GET | &Method::HEAD) => check::show(context, request).await,
        (["receipt"], &Method::POST) => check::answer(context, request).await,
        (["receipt"], _) => Err(Problem::method_not_allowed("GET, HEAD, POST")),
        (["p", organisation, person, rest @ ..], method) => {
            let Some(form) = form_at(rest) else {
                return obstacle::unknown_address(&request);
            };
            let of = (*organisation, *person);
            match *method {
                Method::GET | Method::HEAD => person::show(context, request, of, form).await,
                Method::POST => person::answer(context, request, of, form).await,
                _ => Err(Problem::method_not_allowed("GET, HEAD, POST")),
            }
        }
        (["opt-out"], &Method::GET | &Method::HEAD) => opt_out::show(context, request).await,
        (["opt-out"], &Method::POST) => opt_out::answer(context, request).await,
        (["opt-out"], _) => Err(Problem::method_not_allowed("GET, HEAD, POST")),
        _ => obstacle::unknown_address(&request),
    }
}

/// The form that an address after `/p/{organisation}/{person}` names.
fn form_at<'a>(rest: &[&'a str]) -> Option<&'a str> {
    let kind = match *rest {
        [] => FormKind::Preferences,
        ["tracking"] => FormKind::Tracking,
        ["unsubscribe"] => FormKind::Unsubscribe,
        ["opt-in"] => FormKind::OptIn,
        ["profile"] => FormKind::Profile,
        ["form", id] => return Some(id),
        _ => return None,
    };
    Some(kind.code())
}

web::resources! { |context, request|
    ["v1", "forms"] {
        GET => api::list(request),
        POST => api::create(context, request),
    }
    ["v1", "forms", id] {
        GET => api::get(request, id),
        PUT => api::change(context, request, id),
    }
    ["v1", "forms", id, "texts", language] {
        PUT => api::change_texts(context, request, id, language),
    }
    ["v1", "forms", id, "shown", version] { GET => api::shown(request, id, version) }
    ["v1", "forms", id, "link"] { GET => api::link(request, id) }
    ["v1", "forms", id, "preview"] { GET => api::preview(context, request, id) }
}
