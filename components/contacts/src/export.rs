//! `GET /v1/exports/contacts`: all contacts as a table or as NDJSON, streamed.

use domain::{AttributeName, Settings, TrackingStatus};
use spin_sdk::http::{HeaderMap, IntoResponse};
use spin_sdk::wasip3;
use spin_sdk::wasip3::http::types::{ErrorCode, Response};
use store::{Contact, Scope};
use web::{Context, Problem, ProblemKind, Request, Session, Writer};

use crate::view::ContactView;

/// Contacts that are read together.
const SLICE: u32 = 1000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Ndjson,
}

/// Whether this request wants the export.
pub fn asked(request: &Request) -> bool {
    request.uri().path() == "/v1/exports/contacts"
        && web::answered_as(request.method()) == web::Method::GET
}

/// Begins the answer; the rest of it comes as it is read.
pub async fn answer(request: Request) -> Result<Response, ErrorCode> {
    let context = Context::new();
    let (session, format) = match begin(&request).await {
        Ok(begun) => begun,
        Err(problem) => return web::failed(&context.request_id, &problem).into_response(),
    };
    let content_type = match format {
        Format::Csv => "text/csv; charset=utf-8; header=present",
        Format::Ndjson => "application/x-ndjson",
    };
    let (response, writer) = web::begin_stream(&context, content_type)?;
    wasip3::spawn(async move {
        // An answer that breaks off says by itself that it is not whole.
        if let Err(problem) = stream(&context, &session, format, writer).await {
            web::log(&context.request_id, &problem);
        }
    });
    Ok(response)
}

async fn begin(request: &Request) -> Result<(Session, Format), Problem> {
    let [] = web::query(request.uri().query(), [])?;
    let format = wanted(request.headers())?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    Ok((session, format))
}

fn wanted(headers: &HeaderMap) -> Result<Format, Problem> {
    let accept = web::first_header(headers, "accept").unwrap_or("*/*");
    let mut ranges = accept
        .split(',')
        .map(|range| range.split(';').next().unwrap_or_default().trim());
    ranges
        .find_map(|range| match range {
            "text/csv" | "text/*" | "*/*" => Some(Format::Csv),
            "application/x-ndjson" | "application/*" => Some(Format::Ndjson),
            _ => None,
        })
        .ok_or_else(|| {
            let detail = "Accept text/csv or application/x-ndjson.";
            Problem::new(ProblemKind::Invalid, detail)
        })
}

async fn stream(
    context: &Context,
    session: &Session,
    format: Format,
    mut writer: Writer,
) -> Result<(), Problem> {
    let organisation = &session.organisation;
    let settings = &organisation.settings;
    if format == Format::Csv && writer.write(header(settings)).await.is_err() {
        return Ok(());
    }
    let mut next = Some(0);
    while let Some(after) = next {
        let slice = session
            .store
            .contact_slice(organisation.id, after, SLICE, None)
            .await?;
        next = slice.next;
        let mut text = String::new();
        for contact in &slice.contacts {
            text.push_str(&line(contact, settings, format, context)?);
        }
        if !text.is_empty() && writer.write(text).await.is_err() {
            return Ok(());
        }
    }
    writer.end().await;
    Ok(())
}

/// As imports of tables read it.
fn header(settings: &Settings) -> String {
    let names = settings
        .attributes
        .iter()
        .map(|attribute| attribute.name.as_str());
    let attributes: Vec<String> = names.map(|name| format!(",attribute:{name}")).collect();
    format!(
        "contact,hasTrackingConsent,dtTrackingConsent{}\n",
        attributes.concat()
    )
}

fn line(
    contact: &Contact,
    settings: &Settings,
    format: Format,
    context: &Context,
) -> Result<String, Problem> {
    let view = ContactView::of(contact, settings, context.now);
    if format == Format::Ndjson {
        let mut text = serde_json::to_string(&view).map_err(Problem::internal)?;
        text.push('\n');
        return Ok(text);
    }
    let answer = match view.tracking_status {
        TrackingStatus::Accepted => "true",
        TrackingStatus::Refused => "false",
        TrackingStatus::Unanswered => "",
    };
    let at = view
        .tracking_consent_at
        .map(|at| at.to_rfc3339())
        .unwrap_or_default();
    let value = |name: &AttributeName| {
        let value = view.attributes.get(name);
        value.map(ToString::to_string).unwrap_or_default()
    };
    let attributes = settings
        .attributes
        .iter()
        .map(|attribute| value(&attribute.name));
    let mut cells = vec![cell(&view.contact), answer.to_owned(), at];
    cells.extend(attributes.map(|value| cell(&value)));
    Ok(cells.join(",") + "\n")
}

/// A cell of CSV (RFC 4180). One that a spreadsheet would take for a formula begins with a quote, numbers apart.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@']) && text.parse::<f64>().is_err();
    let text = if is_formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}
