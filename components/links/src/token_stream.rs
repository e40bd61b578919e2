//! `POST /v1/messages/{id}/tokens` with contacts as `text/plain`, one a line: any number of them, answered as
//! they come, in memory that does not grow.
//!
//! Contacts are taken in slices. Each is looked up, counted, and only then given out, so that nobody gets a
//! mail who is not counted. The last line of the answer has the counts; an answer without it is not complete,
//! and the same request again, under the same `Idempotency-Key`, counts everybody once.

use domain::Subject;
use http_body_util::BodyExt;
use serde::Serialize;
use spin_sdk::http::{IntoResponse, Method};
use spin_sdk::time::sleep;
use spin_sdk::wasip3;
use spin_sdk::wasip3::http::types::{ErrorCode, Response};
use std::time::Duration;
use store::{MintProgress, digest};
use web::{
    Context, FailedLine, Gone, LineError, Lines, Problem, ProblemKind, RejectedLine, Request,
    Writer,
};

use crate::minter::Minter;
use crate::tokens::ndjson;

/// Lines that are looked up and counted together.
const SLICE: usize = 1000;
/// How often a slice is tried while SQLite is away, and how long between.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(500);

/// The last line.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "TokenSummary"))]
pub struct SummaryLine {
    sent: u64,
    untracked: u64,
    rejected: u64,
}

/// The message whose tokens this request wants as a stream.
pub fn asked(request: &Request) -> Option<String> {
    let kind = web::first_header(request.headers(), "content-type")?;
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if request.method() != Method::POST || !essence.eq_ignore_ascii_case("text/plain") {
        return None;
    }
    let path = web::segments(request.uri().path()).ok()?;
    match path.as_slice() {
        [v1, messages, id, tokens]
            if v1 == "v1" && messages == "messages" && tokens == "tokens" =>
        {
            Some(id.clone())
        }
        _ => None,
    }
}

/// Begins the answer; the rest of it comes while the contacts do.
pub async fn answer(request: Request, message: &str) -> Result<Response, ErrorCode> {
    let context = Context::new();
    let run = match begin(&context, &request, message).await {
        Ok(run) => run,
        Err(problem) => return web::failed(&context.request_id, &problem).into_response(),
    };
    let (response, writer) = web::begin_stream(&context, "application/x-ndjson")?;
    wasip3::spawn(run.answer(context, request, writer));
    Ok(response)
}

async fn begin(context: &Context, request: &Request, message: &str) -> Result<Run, Problem> {
    let minter = Minter::new(request.headers(), message).await?;
    let request_id = web::idempotency_key(request.headers(), &context.request_id)?;
    Ok(Run {
        minter,
        request_id,
        progress: MintProgress::default(),
        rejected: 0,
    })
}

/// Why there is no more to write.
enum Ended {
    /// Something went wrong; the client is told.
    Failed(Problem),
    /// The client has gone away.
    Gone,
}

impl From<Problem> for Ended {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

impl From<Gone> for Ended {
    fn from(Gone: Gone) -> Self {
        Self::Gone
    }
}

/// A line of the request.
type Line = (u64, Result<Subject, Problem>);

/// One request and how far it has come.
struct Run {
    minter: Minter,
    request_id: String,
    progress: MintProgress,
    rejected: u64,
}

impl Run {
    async fn answer(mut self, context: Context, request: Request, mut writer: Writer) {
        match self.stream(request, &mut writer).await {
            Ok(()) => {}
            Err(Ended::Gone) => return,
            Err(Ended::Failed(problem)) => {
                web::log(&context.request_id, &problem);
                let problem = problem.document();
                let line = serde_json::to_string(&FailedLine { problem }).unwrap_or_default();
                if writer.write(format!("{line}\n")).await.is_err() {
                    return;
                }
            }
        }
        writer.end().await;
    }

    async fn stream(&mut self, request: Request, writer: &mut Writer) -> Result<(), Ended> {
        let mut body = request.into_body();
        let mut lines = Lines::default();
        let mut waiting: Vec<Line> = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| {
                Problem::new(
                    ProblemKind::Malformed,
                    "The body ended too early. Send it again.",
                )
            })?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            lines.push(&data, |number, line| waiting.extend(contact(number, line)));
            while waiting.len() >= SLICE {
                let after = waiting.split_off(SLICE);
                self.slice(&waiting, writer, false).await?;
                waiting = after;
            }
        }
        lines.finish(|number, line| waiting.extend(contact(number, line)));
        self.slice(&waiting, writer, true).await?;
        let summary = SummaryLine {
            sent: self.progress.mint.sent,
            untracked: self.progress.mint.untracked,
            rejected: self.rejected,
        };
        let summary = serde_json::to_string(&summary).map_err(Problem::internal)?;
        Ok(writer.write(format!("{summary}\n")).await?)
    }

    /// Counts the contacts of these lines, then gives out their tokens.
    async fn slice(
        &mut self,
        lines: &[Line],
        writer: &mut Writer,
        complete: bool,
    ) -> Result<(), Ended> {
        let contacts: Vec<Subject> = lines
            .iter()
            .filter_map(|(_, line)| line.as_ref().ok().cloned())
            .collect();
        let mut text = String::new();
        for (line, problem) in lines
            .iter()
            .filter_map(|(number, line)| Some((*number, line.as_ref().err()?)))
        {
            self.rejected = self.rejected.saturating_add(1);
            let problem = problem.document();
            let rejected = serde_json::to_string(&RejectedLine { line, problem });
            text.push_str(&rejected.map_err(Problem::internal)?);
            text.push('\n');
        }
        if complete || !contacts.is_empty() {
            text.push_str(&self.mint(&contacts, complete).await?);
        }
        Ok(writer.write(text).await?)
    }

    /// A store that is away for a moment does not cost a long list its end.
    async fn mint(&mut self, contacts: &[Subject], complete: bool) -> Result<String, Problem> {
        let mut attempt = 1;
        loop {
            match self.try_mint(contacts, complete).await {
                Err(problem) if problem.kind == ProblemKind::Unavailable && attempt < ATTEMPTS => {
                    attempt = attempt.saturating_add(1);
                    sleep(PAUSE).await;
                }
                done => return done,
            }
        }
    }

    async fn try_mint(&mut self, contacts: &[Subject], complete: bool) -> Result<String, Problem> {
        let now = web::now();
        let (lines, mint) = self.minter.mint(contacts, now).await?;
        let mut progress = self.progress.clone();
        progress.mint.sent = progress.mint.sent.saturating_add(mint.sent);
        progress.mint.untracked = progress.mint.untracked.saturating_add(mint.untracked);
        if !contacts.is_empty() {
            progress.content = next_content(&progress.content, contacts);
        }
        let store = &self.minter.session.store;
        store
            .count_mint(
                self.minter.message.id,
                &self.request_id,
                Some(&self.progress),
                &progress,
                complete,
                now,
            )
            .await?;
        self.progress = progress;
        ndjson(&lines)
    }
}

/// The digest of all contacts so far.
fn next_content(before: &str, contacts: &[Subject]) -> String {
    let mut text = before.to_owned();
    for contact in contacts {
        text.push('\n');
        text.push_str(contact.as_str());
    }
    digest(text.as_bytes())
}

/// The contact of a line; nothing for an empty one.
fn contact(number: u64, line: Result<&str, LineError>) -> Option<Line> {
    let subject = match line {
        Ok("") => return None,
        Ok(key) => Subject::contact(key).map_err(|error| Problem::invalid(place(number), error)),
        Err(error) => Err(Problem::invalid(place(number), error)),
    };
    Some((number, subject))
}

fn place(number: u64) -> String {
    format!("line {number}")
}
