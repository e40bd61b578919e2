//! HTTP plumbing that components share: problem details, authentication, bodies with a limit, languages,
//! pages. A component's handler parses, decides, stores and answers; the rest is here.
#![deny(
    clippy::print_stderr,
    reason = "`eprintln!` panics when the log cannot be written: a full disk would trap"
)]

mod address;
mod auth;
mod batch;
mod body;
mod config;
mod device;
pub mod form;
mod headers;
mod l10n;
mod lines;
#[cfg(feature = "schema")]
pub mod openapi;
mod page;
mod path;
mod problem;
mod random;
mod raw;
mod receipt;
mod respond;
mod routes;
mod seal;
mod service;
mod stream;

pub use address::{base_url, origin_of};
pub use auth::{
    Session, admin, administered, administers, administers_existing, session, session_of,
};
pub use batch::{Batch, batch_status, read_batch};
pub use body::{
    BATCH_LIMIT, DECISION_LIMIT, FORM_LIMIT, form_fields, idempotency_key, json, json_item,
    json_items, read_capped, require_json,
};
pub use config::{Config, configuration, flag_variable, log_keys, region, region_header};
pub use device::{DEVICE_COOKIE, DEVICE_COOKIE_AGE, device, device_cookie};
pub use headers::{cookies, first_header, last_header, privacy_signal};
pub use l10n::{Language, Texts, best_language, negotiate};
pub use lines::{LineError, Lines};
pub use page::{Page, stylesheet};
pub use path::{LARGEST_PAGE, PAGE, page_limit, place_in_list, query, segments};
pub use problem::{Document as ProblemDocument, Problem, ProblemKind};
pub use random::{random, random_id};
pub use raw::{raw_header, raw_response, serve_raw};
pub use receipt::{checkpoint_of, receipt, receipt_in};
pub use respond::{
    Answer, created, csv, empty, file, json as answer_json, ndjson, problem_answer, see_other,
    text, with_header,
};
pub use routes::answered_as;
pub use seal::{seal_import_soon, seal_soon};
pub use service::{Context, failed, log, log_line, now, serve};
pub use stream::{FailedLine, Gone, RejectedLine, Writer, begin_stream, elsewhere};

/// The methods, for [`resources!`].
pub use spin_sdk::http::Method;

/// The request as the SDK gives it.
pub type Request = spin_sdk::http::Request;
/// What every handler gives: an answer, or the problem that is answered instead.
pub type Handled = Result<Answer, Problem>;
