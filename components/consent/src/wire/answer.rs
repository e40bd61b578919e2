//! How a tag is answered: as JSON, or as a script that calls its function; with what lets the page read it.

use domain::Origin;
use domain::wire::Callback;
use serde_json::{Value, json};
use spin_sdk::http::StatusCode;
use web::{Answer, Context, Handled, Problem};

use super::Done;
use super::caller::{Caller, Who};

/// How long a browser may remember what it may ask, in seconds.
const PREFLIGHT_MAX_AGE: &str = "600";

/// What all answers to a request have in common.
pub struct Reply {
    callback: Option<Callback>,
    reader: Option<Origin>,
}

impl Reply {
    /// An answer that calls this function, if one is named.
    pub const fn to(callback: Option<Callback>) -> Self {
        Self {
            callback,
            reader: None,
        }
    }

    /// Lets the caller's page read the answer.
    pub fn let_read(&mut self, caller: &Caller) {
        if let Who::Browser(visitor) = &caller.who
            && visitor.wants_cors
        {
            self.reader.clone_from(&visitor.origin);
        }
    }

    /// The answer.
    pub fn with(&self, context: &Context, done: Result<Done, Problem>) -> Handled {
        let (answer, cookie) = match done {
            Ok(done) => (self.shaped(&done.document)?, done.cookie),
            Err(problem) => {
                web::log(&context.request_id, &problem);
                (self.refusing(&problem)?, None)
            }
        };
        let answer = self.readable(answer);
        Ok(match cookie {
            Some(cookie) => web::with_header(answer, "set-cookie", &cookie),
            None => answer,
        })
    }

    fn shaped(&self, document: &Value) -> Handled {
        match &self.callback {
            Some(callback) => Ok(script(callback, document)),
            None => web::answer_json(StatusCode::OK, document),
        }
    }

    /// The problem document, with what the tag's function takes as its errors. A browser runs no script that comes
    /// with another status than 200; the document has the real one.
    fn refusing(&self, problem: &Problem) -> Handled {
        let mut document = serde_json::to_value(problem.document()).map_err(Problem::internal)?;
        if let Some(fields) = document.as_object_mut() {
            fields.insert("errors".to_owned(), json!([problem.detail]));
        }
        Ok(match &self.callback {
            Some(callback) => script(callback, &document),
            None => web::problem_answer(problem, &document),
        })
    }

    /// The answer to a preflight. Keys do not belong into browsers, so `authorization` is not among the headers.
    pub fn preflight(&self, answer: Answer) -> Answer {
        let answer = self.readable(answer);
        if self.reader.is_none() {
            return answer;
        }
        [
            ("access-control-allow-methods", "GET, POST"),
            (
                "access-control-allow-headers",
                "content-type, idempotency-key",
            ),
            ("access-control-max-age", PREFLIGHT_MAX_AGE),
        ]
        .into_iter()
        .fold(answer, |answer, (name, value)| {
            web::with_header(answer, name, value)
        })
    }

    fn readable(&self, answer: Answer) -> Answer {
        let answer = web::with_header(answer, "vary", "origin");
        let Some(reader) = &self.reader else {
            return answer;
        };
        let answer = web::with_header(answer, "access-control-allow-origin", reader.as_str());
        web::with_header(answer, "access-control-allow-credentials", "true")
    }
}

/// `content-disposition` keeps a browser that is led here from showing it.
fn script(callback: &Callback, document: &Value) -> Answer {
    let script = callback.script(&document.to_string());
    let answer = web::file("text/javascript; charset=utf-8", script, "no-store");
    web::with_header(
        answer,
        "content-disposition",
        "attachment; filename=\"answer.js\"",
    )
}
