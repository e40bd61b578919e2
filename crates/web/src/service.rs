//! What every component does around its handler: a request id, the answer to a problem, the log.

use std::io::Write;

use std::time::SystemTime;

use domain::Timestamp;

use crate::respond::set;
use crate::{Answer, Handled, Problem, Request, random_id};

/// What belongs to one request.
#[derive(Debug, Clone)]
pub struct Context {
    /// Ours, never a client's: it is written to the log.
    pub request_id: String,
    /// The clock when the request came in.
    pub now: Timestamp,
}

impl Context {
    /// Of a request that came in now.
    #[allow(clippy::new_without_default, reason = "each is another")]
    pub fn new() -> Self {
        Self {
            request_id: random_id(),
            now: now(),
        }
    }
}

/// The clock.
pub fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// Runs a handler. Never fails: Spin turns an error of the service function into an empty 500.
pub async fn serve<F: Future<Output = Handled>>(
    request: Request,
    handler: impl FnOnce(Context, Request) -> F,
) -> Answer {
    finished(|context| handler(context, request)).await
}

/// What a handler answers, or the answer to its problem, with a request id.
pub(crate) async fn finished<F: Future<Output = Handled>>(
    handler: impl FnOnce(Context) -> F,
) -> Answer {
    let context = Context::new();
    let request_id = context.request_id.clone();
    let mut answer = match handler(context).await {
        Ok(answer) => answer,
        Err(problem) => return failed(&request_id, &problem),
    };
    set(&mut answer, "x-request-id", &request_id);
    answer
}

/// The answer to a problem, which is logged where it is ours.
pub fn failed(request_id: &str, problem: &Problem) -> Answer {
    log(request_id, problem);
    let mut answer = Answer::from(problem);
    set(&mut answer, "x-request-id", request_id);
    answer
}

/// Failures of ours, once, with fields that can be searched. What a caller did wrong is not logged.
/// [`serve`] does this for what a handler returns; one that answers a problem with a page calls it itself.
pub fn log(request_id: &str, problem: &Problem) {
    if let Some(inside) = &problem.inside {
        log_line(format_args!(
            "request_id={request_id} status={} problem={} inside={inside:?}",
            problem.kind.status().as_u16(),
            problem.kind.code()
        ));
    }
}

/// A line in the component's log. On a full disk it is lost; `eprintln!` would panic, and end the fifteen
/// other requests of this instance.
pub fn log_line(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
