//! The routes that tags of the Salesforce DMP call, as they call them (`docs/wire.md`): from pages of other
//! sites, as a script (JSONP) or by `fetch`, mostly by `GET`.
//!
//! Without an API key a caller is the browser that asks, and nobody else. With one it is the organisation.

mod answer;
mod asking;
mod caller;
mod everywhere;
mod get;
mod rights;
mod set;
mod visitor;

use domain::wire::{Callback, Parameters, Route, WireError};
use serde_json::Value;
use spin_sdk::http::{Method, StatusCode};
use web::{Context, Handled, Problem, Request};

pub use answer::Reply;
pub use asking::Asking;
pub use caller::Caller;
pub use get::opted_out_elsewhere;
pub use set::{own_request_id, with_objection};

/// What is asked for in an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// `/consent/get/{organisation}`
    Get,
    /// `/consent/set/{organisation}`
    Set,
    /// `/consumer/remove/{organisation}`
    Remove,
    /// `/consumer/portability/{organisation}`
    Portability,
    /// `/consumer/optout`
    OptOut,
    /// `/consumer/optin`
    OptIn,
    /// `/optout_check`
    OptOutCheck,
    /// `/consumer/tmp_cookie`
    Probe,
}

/// What a handler gives: a document, and perhaps a cookie.
pub struct Done {
    /// What is answered.
    pub document: Value,
    /// How the browser is known from now on.
    pub cookie: Option<String>,
}

impl From<Value> for Done {
    fn from(document: Value) -> Self {
        Self {
            document,
            cookie: None,
        }
    }
}

impl Resource {
    /// The resource at a path, and the organisation that stands in it.
    pub fn at<'a>(path: &[&'a str]) -> Option<(Self, Option<&'a str>)> {
        match *path {
            ["consent", "get", organisation] => Some((Self::Get, Some(organisation))),
            ["consent", "set", organisation] => Some((Self::Set, Some(organisation))),
            ["consumer", "remove", organisation] => Some((Self::Remove, Some(organisation))),
            ["consumer", "portability", organisation] => {
                Some((Self::Portability, Some(organisation)))
            }
            ["consumer", "optout"] => Some((Self::OptOut, None)),
            ["consumer", "optin"] => Some((Self::OptIn, None)),
            ["consumer", "tmp_cookie"] => Some((Self::Probe, None)),
            ["optout_check"] => Some((Self::OptOutCheck, None)),
            _ => None,
        }
    }

    const fn route(self) -> Route {
        match self {
            Self::Get => Route::Get,
            Self::Set => Route::Set,
            Self::Remove => Route::Remove,
            Self::Portability => Route::Portability,
            Self::OptOut | Self::OptIn | Self::OptOutCheck | Self::Probe => Route::Browser,
        }
    }

    /// Whether it only reads. The probe's cookie says nothing about anybody.
    const fn only_reads(self) -> bool {
        matches!(self, Self::Get | Self::OptOutCheck | Self::Probe)
    }
}

/// Answers; `organisation` is what stands in the address.
pub async fn serve(
    context: Context,
    request: Request,
    resource: Resource,
    organisation: Option<&str>,
) -> Handled {
    match *request.method() {
        Method::OPTIONS => return preflight(&context, &request, organisation).await,
        Method::GET | Method::POST => {}
        // A `HEAD` is no question of a tag's.
        _ => return Err(Problem::method_not_allowed("GET, POST")),
    }
    let mut asking = Asking::of(&request).await;
    // A script is a `GET`, so its function is named in the address.
    let callback = Callback::of(&asking.parameters).map_err(|error| problem_of(&error))?;
    let mut reply = Reply::to(callback);
    let done = match Caller::of(&asking, organisation, resource).await {
        Ok(caller) => {
            reply.let_read(&caller);
            match asking.read_form(request).await {
                Ok(()) => respond(&context, &caller, &asking, resource).await,
                Err(problem) => Err(problem),
            }
        }
        Err(problem) => Err(problem),
    };
    reply.with(&context, done)
}

async fn respond(
    context: &Context,
    caller: &Caller,
    asking: &Asking,
    resource: Resource,
) -> Result<Done, Problem> {
    if asking.is_get && !resource.only_reads() {
        caller.may_change_by_get()?;
    }
    let parameters = Parameters::read(resource.route(), &asking.parameters)
        .map_err(|error| problem_of(&error))?;
    match resource {
        Resource::Get => get::get(context, caller, &parameters).await.map(Done::from),
        Resource::Set => set::set(context, caller, &parameters).await,
        Resource::Remove => rights::remove(context, caller, &parameters)
            .await
            .map(Done::from),
        Resource::Portability => rights::portability(context, caller, &parameters)
            .await
            .map(Done::from),
        Resource::OptOut => everywhere::opt_out(context, caller, &parameters).await,
        Resource::OptIn => everywhere::opt_in(context, caller, &parameters).await,
        Resource::OptOutCheck => everywhere::check(context, caller).await.map(Done::from),
        Resource::Probe => Ok(everywhere::probe(asking)),
    }
}

/// What a page may ask, before it does (Fetch standard, "CORS-preflight request").
async fn preflight(context: &Context, request: &Request, organisation: Option<&str>) -> Handled {
    let mut reply = Reply::to(None);
    let asking = Asking::of(request).await;
    match Caller::of(&asking, organisation, Resource::Get).await {
        Ok(caller) => {
            reply.let_read(&caller);
            Ok(reply.preflight(web::empty(StatusCode::NO_CONTENT)))
        }
        Err(problem) => reply.with(context, Err(problem)),
    }
}

fn problem_of(error: &WireError) -> Problem {
    Problem::invalid(error.parameter, error.error)
}
