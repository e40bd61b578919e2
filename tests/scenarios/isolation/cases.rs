//! What one organisation tries at each route with what is another's.

mod administration;
mod contacts;
mod decisions;
mod mails;
mod pages;

use serde_json::Value;

use crate::sides::{Side, Things};

/// A request of the attacking organisation.
pub struct Ask {
    pub method: String,
    pub path: String,
    pub key: Key,
    pub body: Option<Body>,
    pub request_id: Option<String>,
}

/// Which key it carries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// One with every scope but `admin`.
    Own,
    /// One with `admin`.
    Administrator,
    /// None: the route asks for none.
    None,
}

pub enum Body {
    Json(Value),
    Form(String),
    Text(String),
}

/// What comes of it, for the other's things as for things that do not exist.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// 401, 403 or 404.
    Closed,
    /// The attacker's own data, in which the other's name means nothing.
    Own,
}

impl Ask {
    fn new(method: &str, path: impl Into<String>, key: Key) -> Self {
        Self {
            method: method.to_owned(),
            path: path.into(),
            key,
            body: None,
            request_id: None,
        }
    }

    fn json(mut self, body: Value) -> Self {
        self.body = Some(Body::Json(body));
        self
    }

    fn form(mut self, fields: String) -> Self {
        self.body = Some(Body::Form(fields));
        self
    }

    fn text(mut self, lines: String) -> Self {
        self.body = Some(Body::Text(lines));
        self
    }

    fn under(mut self, request_id: &str) -> Self {
        self.request_id = Some(request_id.to_owned());
        self
    }
}

/// The attempts at a route; nothing for one that has no case yet.
pub fn cases(method: &str, path: &str, own: &Side, theirs: &Things) -> Option<Vec<(Ask, Outcome)>> {
    let mut parts = [
        decisions::cases,
        contacts::cases,
        mails::cases,
        administration::cases,
        pages::cases,
    ]
    .into_iter();
    parts.find_map(|part| part(method, path, own, theirs))
}
