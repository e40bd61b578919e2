//! `POST /v1/imports`: a file of any length, answered as it is stored, in memory that does not grow.
//!
//! After each slice the answer has a line for each line of the file that cannot be used, and one that says how far
//! the import has come. An answer without the last line, which holds the whole import, is not complete: the same
//! file again, under the same `Idempotency-Key`, goes on where it stopped.

use std::rc::Rc;

use domain::Timestamp;
use futures::future::join;
use serde::Serialize;
use spin_sdk::http::{HeaderMap, IntoResponse, Method};
use spin_sdk::wasip3;
use spin_sdk::wasip3::http::types::{ErrorCode, Response};
use store::{ImportError, ImportRun, NewImport, Scope};
use web::{Context, FailedLine, Gone, Problem, ProblemKind, RejectedLine, Request, Writer};

use super::body::{Body, is_packed};
use super::parser::Format;
use super::reader::{Reader, Slice};
use super::run::Run;

/// How far the import has come.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ProgressLine"))]
pub struct ProgressLine {
    progress: Place,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ImportProgress"))]
struct Place {
    line: u64,
    bytes: u64,
    accepted: u64,
    void: u64,
    rejected: u64,
}

/// The last line.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ImportSummary"))]
pub struct SummaryLine<'a> {
    import: &'a ImportRun,
    /// Lines that were stored before this request.
    repeated: u64,
}

/// Whether this request brings a file.
pub fn asked(request: &Request) -> bool {
    request.method() == Method::POST && request.uri().path() == "/v1/imports"
}

/// Begins the answer; the rest of it comes while the file does.
pub async fn answer(request: Request) -> Result<Response, ErrorCode> {
    let context = Context::new();
    let (run, reader) = match begin(&context, request).await {
        Ok(begun) => begun,
        Err(problem) => return web::failed(&context.request_id, &problem).into_response(),
    };
    let (response, writer) = web::begin_stream(&context, "application/x-ndjson")?;
    wasip3::spawn(stream(context, run, reader, writer));
    Ok(response)
}

async fn begin(context: &Context, request: Request) -> Result<(Run, Reader), Problem> {
    let [file, at, columns] = web::query(request.uri().query(), ["file", "at", "columns"])?;
    let session = web::session(request.headers(), Scope::ConsentWrite).await?;
    let format = format(request.headers(), columns)?;
    let packed = is_packed(request.headers())?;
    let id = web::idempotency_key(request.headers(), "")?;
    if id.is_empty() {
        return Err(Problem::invalid(
            "Idempotency-Key",
            "An import needs one, so that the same file again changes nothing: its SHA-256, for example.",
        ));
    }
    let file = file.unwrap_or_default();
    if file.len() > 256 || file.chars().any(char::is_control) {
        return Err(Problem::invalid(
            "file",
            "Give the name of the file with at most 256 bytes.",
        ));
    }
    let dated_at = at
        .map(|at| Timestamp::parse_rfc3339(&at))
        .transpose()
        .map_err(|error| Problem::invalid("at", error))?;
    let import = NewImport {
        id,
        file,
        dated_at,
        actor: session.key.id,
    };
    let organisation = session.organisation.id;
    let import = session
        .store
        .begin_import(organisation, &import, context.now)
        .await?;
    let (session, body) = (Rc::new(session), Body::new(request, packed));
    let reader = Reader::new(session.clone(), body, format, import.clone(), context.now);
    Ok((Run::new(session, import), reader))
}

fn format(headers: &HeaderMap, columns: Option<String>) -> Result<Format, Problem> {
    let kind = web::first_header(headers, "content-type").unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    match essence.to_ascii_lowercase().as_str() {
        "text/csv" => Ok(Format::Table(columns.unwrap_or_default())),
        "text/plain" if columns.is_some() => Err(Problem::invalid(
            "columns",
            "Only a table has columns. Send it as text/csv.",
        )),
        "text/plain" => Ok(Format::Records),
        _ => Err(Problem::new(
            ProblemKind::UnsupportedMediaType,
            "Send consent records as text/plain, a table as text/csv.",
        )),
    }
}

/// Why there is no more to write.
enum Ended {
    /// Something went wrong; the client is told.
    Failed(Problem),
    /// The client has gone away.
    Gone,
}

impl From<Gone> for Ended {
    fn from(Gone: Gone) -> Self {
        Self::Gone
    }
}

impl From<Problem> for Ended {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

async fn stream(context: Context, mut run: Run, reader: Reader, writer: Writer) {
    answered(&context, &mut run, reader, writer).await;
    run.seal_soon();
}

async fn answered(context: &Context, run: &mut Run, reader: Reader, mut writer: Writer) {
    match import(run, reader, &mut writer).await {
        Ok(()) => {}
        Err(Ended::Gone) => return,
        Err(Ended::Failed(problem)) => {
            web::log(&context.request_id, &problem);
            let problem = problem.document();
            if write(&mut writer, &FailedLine { problem }).await.is_err() {
                return;
            }
        }
    }
    writer.end().await;
}

/// Reads a slice while the one before it is stored.
async fn import(run: &mut Run, mut reader: Reader, writer: &mut Writer) -> Result<(), Ended> {
    let mut next = reader.next().await?;
    while let Some(slice) = next {
        let (stored, read) = join(store(run, slice, writer), reader.next()).await;
        stored?;
        next = read?;
    }
    let summary = SummaryLine {
        import: &run.import,
        repeated: run.repeated.saturating_add(reader.repeated()),
    };
    write(writer, &summary).await
}

/// Stores a slice, and says so.
async fn store(run: &mut Run, slice: Slice, writer: &mut Writer) -> Result<(), Ended> {
    let errors = run.store(slice).await?;
    reject(&errors, writer).await?;
    let ImportRun {
        line,
        bytes,
        accepted,
        void,
        rejected,
        complete,
        ..
    } = run.import;
    if complete {
        return Ok(());
    }
    let progress = Place {
        line,
        bytes,
        accepted,
        void,
        rejected,
    };
    write(writer, &ProgressLine { progress }).await
}

async fn reject(errors: &[ImportError], writer: &mut Writer) -> Result<(), Ended> {
    for error in errors {
        let problem = Problem::invalid(format!("line {}", error.line), &error.reason);
        let line = RejectedLine {
            line: error.line,
            problem: problem.document(),
        };
        write(writer, &line).await?;
    }
    Ok(())
}

async fn write(writer: &mut Writer, line: &impl Serialize) -> Result<(), Ended> {
    let mut text = serde_json::to_string(line).map_err(Problem::internal)?;
    text.push('\n');
    Ok(writer.write(text).await?)
}
