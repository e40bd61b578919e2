//! `POST /v1/industry-opt-outs`: lists of devices that opted out of everything with the NAI, the DAA or
//! elsewhere, or back in; for the operator. A line is a device, or a JSON object that says more. Read as it
//! comes, in memory that does not grow.

use std::time::Duration;

use domain::log::SERVICE;
use domain::{Device, IndustryAction, IndustrySource, Subject, Timestamp, check_time};
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use spin_sdk::http::{HeaderMap, StatusCode};
use spin_sdk::time::sleep;
use store::{IndustryChange, Requested, Store};
use web::{Context, Handled, LineError, Lines, Problem, ProblemDocument, ProblemKind, Request};

/// Lines that are stored together.
const SLICE: usize = 100;
/// The rejected lines that the answer names.
const MOST_PROBLEMS: usize = 100;
/// How often a slice is tried while a store is away, and how long between.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(500);

/// A line of `application/x-ndjson`.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "IndustryOptOut"))]
#[serde(deny_unknown_fields)]
pub struct LineBody {
    #[cfg_attr(test, schemars(with = "domain::schema::Device"))]
    subject: String,
    action: Option<IndustryAction>,
    /// When it was decided; left out for now.
    at: Option<Timestamp>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "IntakeResult"))]
pub struct IntakeView<'a> {
    request_id: &'a str,
    recorded: u64,
    repeated: u64,
    rejected: u64,
    /// The first hundred rejected lines.
    problems: Vec<LineView<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "IntakeProblem"))]
struct LineView<'a> {
    line: u64,
    problem: ProblemDocument<'a>,
}

/// How the lines of a list are to be read.
#[derive(Clone, Copy)]
struct Format {
    is_json: bool,
    action: IndustryAction,
    now: Timestamp,
}

/// Takes a list in. All that is acknowledged is durable and in force in every organisation.
pub async fn take_in(context: Context, request: Request) -> Handled {
    web::admin(request.headers()).await?;
    let [source, action] = web::query(request.uri().query(), ["source", "action"])?;
    let source = IndustrySource::parse(source.as_deref().unwrap_or_default())
        .map_err(|error| Problem::invalid("source", error))?;
    let action = action.map_or(Ok(IndustryAction::OptOut), |action| {
        IndustryAction::parse(&action).map_err(|error| Problem::invalid("action", error))
    })?;
    let format = Format {
        is_json: is_json(request.headers())?,
        action,
        now: context.now,
    };
    let store = web::configuration().await?.store;
    let mut intake = Intake {
        request_id: web::idempotency_key(request.headers(), &context.request_id)?,
        source,
        store,
        waiting: Vec::new(),
        recorded: 0,
        repeated: 0,
        rejected: 0,
        problems: Vec::new(),
    };
    intake.read(request, format).await?;
    intake.store.repair_soon(web::now());
    web::seal_import_soon(&intake.store, SERVICE);
    intake.answer()
}

fn is_json(headers: &HeaderMap) -> Result<bool, Problem> {
    let kind = web::first_header(headers, "content-type").unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    match essence.to_ascii_lowercase().as_str() {
        "text/plain" => Ok(false),
        "application/x-ndjson" => Ok(true),
        _ => Err(Problem::new(
            ProblemKind::UnsupportedMediaType,
            "Send one device a line as text/plain, or one JSON object a line as application/x-ndjson.",
        )),
    }
}

/// A list on its way in.
struct Intake {
    request_id: String,
    source: IndustrySource,
    store: Store,
    waiting: Vec<IndustryChange>,
    recorded: u64,
    repeated: u64,
    rejected: u64,
    problems: Vec<(u64, Problem)>,
}

impl Intake {
    async fn read(&mut self, request: Request, format: Format) -> Result<(), Problem> {
        let mut body = request.into_body();
        let mut lines = Lines::default();
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
            lines.push(&data, |number, line| self.take(number, line, format));
            while self.waiting.len() >= SLICE {
                self.store_slice().await?;
            }
        }
        lines.finish(|number, line| self.take(number, line, format));
        while !self.waiting.is_empty() {
            self.store_slice().await?;
        }
        Ok(())
    }

    fn take(&mut self, number: u64, line: Result<&str, LineError>, format: Format) {
        match change(number, line, format) {
            Ok(change) => self.waiting.extend(change),
            Err(problem) => {
                self.rejected = self.rejected.saturating_add(1);
                if self.problems.len() < MOST_PROBLEMS {
                    self.problems.push((number, problem));
                }
            }
        }
    }

    async fn store_slice(&mut self) -> Result<(), Problem> {
        let after = self.waiting.split_off(SLICE.min(self.waiting.len()));
        let slice = std::mem::replace(&mut self.waiting, after);
        let mut attempt = 1;
        let recorded = loop {
            let stored = self
                .store
                .change_industry_opt_outs(
                    &self.request_id,
                    self.source,
                    Some("admin"),
                    &slice,
                    web::now(),
                )
                .await;
            match stored {
                // A store that is away for a moment does not cost a long list its end.
                Err(store::StoreError::Away(_)) if attempt < ATTEMPTS => {
                    attempt = attempt.saturating_add(1);
                    sleep(PAUSE).await;
                }
                stored => break stored?,
            }
        };
        for change in &recorded {
            let count = if change.is_new {
                &mut self.recorded
            } else {
                &mut self.repeated
            };
            *count = count.saturating_add(1);
        }
        Ok(())
    }

    /// `200` when all lines were taken in, `207` when some were, `422` when none was.
    fn answer(&self) -> Handled {
        let taken = self.recorded.saturating_add(self.repeated);
        let status = match (taken, self.rejected) {
            (0, 0) => {
                let detail = "Send at least one line.";
                return Err(Problem::new(ProblemKind::Malformed, detail));
            }
            (_, 0) => StatusCode::OK,
            (0, _) => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::MULTI_STATUS,
        };
        let problems = self.problems.iter().map(|(line, problem)| LineView {
            line: *line,
            problem: problem.document(),
        });
        let view = IntakeView {
            request_id: &self.request_id,
            recorded: self.recorded,
            repeated: self.repeated,
            rejected: self.rejected,
            problems: problems.collect(),
        };
        web::answer_json(status, &view)
    }
}

/// What a line asks; nothing for an empty one.
fn change(
    number: u64,
    line: Result<&str, LineError>,
    format: Format,
) -> Result<Option<IndustryChange>, Problem> {
    let place = format!("line {number}");
    let line = line.map_err(|error| Problem::invalid(&place, error))?;
    if line.is_empty() {
        return Ok(None);
    }
    let body = if format.is_json {
        web::json_item(line.as_bytes(), &place).map_err(|problem| Problem {
            pointer: problem.pointer.or(Some(place.clone())),
            ..problem
        })?
    } else {
        LineBody {
            subject: line.to_owned(),
            action: None,
            at: None,
        }
    };
    let subject = Subject::parse(&body.subject).map_err(|error| Problem::invalid(&place, error))?;
    let device = Device::try_from(subject).map_err(|error| Problem::invalid(&place, error))?;
    let at = match body.at {
        Some(at) => {
            check_time(at, format.now).map_err(|error| Problem {
                pointer: Some(place.clone()),
                ..Problem::new(ProblemKind::TimestampInFuture, error.to_string())
            })?;
            Requested::At(at)
        }
        None => Requested::Live,
    };
    let item = u32::try_from(number)
        .map_err(|_| Problem::invalid(place, "Send at most 4 294 967 295 lines in one list."))?;
    Ok(Some(IndustryChange {
        item,
        device,
        action: body.action.unwrap_or(format.action),
        at,
        since: None,
    }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(line: &str, is_json: bool) -> Result<Option<IndustryChange>, Problem> {
        let format = Format {
            is_json,
            action: IndustryAction::OptOut,
            now: Timestamp::from_micros(1_795_290_000_000_000),
        };
        change(17, Ok(line), format)
    }

    #[test]
    fn lines_name_devices() {
        let plain = read("device:aaid:4711", false).unwrap().unwrap();
        assert_eq!((plain.item, plain.action), (17, IndustryAction::OptOut));
        assert_eq!(plain.device.subject().as_str(), "device:aaid:4711");
        assert_eq!(plain.at, Requested::Live);
        let line =
            r#"{"subject":"device:aaid:4711","action":"opt_in","at":"2026-01-01T00:00:00Z"}"#;
        let json = read(line, true).unwrap().unwrap();
        assert_eq!(json.action, IndustryAction::OptIn);
        assert!(matches!(json.at, Requested::At(_)));
        assert!(read("", true).unwrap().is_none());
    }

    #[test]
    fn nothing_else_is_taken_in() {
        for (line, is_json) in [
            ("contact:4711", false),
            ("bk:email:ada@example.org", false),
            ("4711", false),
            (r#"{"subject":"device:aaid:1","flags":{}}"#, true),
            (
                r#"{"subject":"device:aaid:1","at":"2099-01-01T00:00:00Z"}"#,
                true,
            ),
            ("[]", true),
            ("nothing", true),
        ] {
            let problem = read(line, is_json).unwrap_err();
            let place = problem.pointer.clone().unwrap();
            assert!(place.starts_with("line 17"), "{line}: {place}");
            assert!(!problem.detail.contains("ada@"), "{}", problem.detail);
        }
    }
}
