//! `/v1/site/{organisation}/…`: what the tag on a page of an organisation's sites (`static/assent.js`) asks and
//! says for the browser that shows it, and for nobody else (ADR 16).

mod banner;
mod say;
mod strings;
mod view;
mod words;

#[cfg(test)]
pub use {banner::BannerView, say::SiteDecision, view::SiteView};

use spin_sdk::http::{Method, StatusCode};
use web::{Context, Handled, Problem, Request};

use crate::wire::{Asking, Caller, Done, Reply};

/// Answers; `organisation` and `resource` are what stands in the address.
pub async fn serve(
    context: Context,
    request: Request,
    organisation: &str,
    resource: &str,
) -> Handled {
    let allowed = match resource {
        "consent" => "GET, HEAD, POST",
        "banner" => "GET, HEAD",
        _ => return Err(Problem::not_found("The tag has no such resource.")),
    };
    let changes = *request.method() == Method::POST;
    match web::answered_as(request.method()) {
        Method::GET | Method::OPTIONS => {}
        Method::POST if resource == "consent" => {}
        _ => return Err(Problem::method_not_allowed(allowed)),
    }
    let asking = Asking::of(&request).await;
    let mut reply = Reply::to(None);
    let done = match Caller::of_page(&asking, organisation).await {
        Ok(caller) => {
            reply.let_read(&caller);
            if *request.method() == Method::OPTIONS {
                return Ok(reply.preflight(web::empty(StatusCode::NO_CONTENT)));
            }
            match resource {
                "banner" => banner::get(&context, &caller, &request),
                _ if changes => say::say(&context, &caller, request).await,
                _ => view::get(&context, &caller, &request).await,
            }
        }
        Err(problem) => Err(problem),
    };
    reply.with(&context, done)
}

fn document(view: &impl serde::Serialize, cookie: Option<String>) -> Result<Done, Problem> {
    let document = serde_json::to_value(view).map_err(Problem::internal)?;
    Ok(Done { document, cookie })
}
