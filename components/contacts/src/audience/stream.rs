//! The same as a stream: a line for each contact as it is found, and the numbers at the end.

use serde::Serialize;
use spin_sdk::http::IntoResponse;
use spin_sdk::wasip3;
use spin_sdk::wasip3::http::types::{ErrorCode, Response};
use store::Scope;
use web::{Context, DECISION_LIMIT, Problem, Request, Session, Writer};

use super::{AudienceBody, condition, prepare};

/// A contact.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "AudienceLine"))]
pub struct ContactLine<'a> {
    contact: &'a str,
}

/// The last line: without it the answer is not whole.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "AudienceSummary"))]
pub struct SummaryLine {
    matched: usize,
    /// Contacts who were left out because they may not be targeted or tracked, but for those of whom the attributes
    /// alone say no.
    untrackable: usize,
}

/// Whether this request wants a stream.
pub fn asked(request: &Request) -> bool {
    let accept = web::first_header(request.headers(), "accept").unwrap_or_default();
    request.uri().path() == "/v1/audience"
        && *request.method() == web::Method::POST
        && accept.contains("application/x-ndjson")
}

/// Begins the answer; the rest of it comes as it is found.
pub async fn answer(request: Request) -> Result<Response, ErrorCode> {
    let context = Context::new();
    let (session, body) = match begin(request).await {
        Ok(begun) => begun,
        Err(problem) => return web::failed(&context.request_id, &problem).into_response(),
    };
    // What is wrong with the question is said before the stream begins.
    let checked = async {
        let condition = condition(&body.when, &session.organisation, "/when")?;
        prepare(
            &session.store,
            &session.organisation,
            &condition,
            &context,
            "/when",
        )
        .await?;
        Ok::<_, Problem>(())
    };
    if let Err(problem) = checked.await {
        return web::failed(&context.request_id, &problem).into_response();
    }
    let (response, writer) = web::begin_stream(&context, "application/x-ndjson")?;
    wasip3::spawn(async move {
        // An answer that breaks off says by itself that it is not whole.
        if let Err(problem) = stream(&context, &session, &body, writer).await {
            web::log(&context.request_id, &problem);
        }
    });
    Ok(response)
}

async fn begin(request: Request) -> Result<(Session, AudienceBody), Problem> {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    web::require_json(request.headers())?;
    let body: AudienceBody = web::json(&web::read_capped(request, DECISION_LIMIT).await?)?;
    body.limit()?;
    if body.count_only || body.limit.is_some() {
        let detail = "A stream has all contacts. Leave count_only and limit out, or accept application/json.";
        return Err(Problem::invalid("Accept", detail));
    }
    Ok((session, body))
}

async fn stream(
    context: &Context,
    session: &Session,
    body: &AudienceBody,
    mut writer: Writer,
) -> Result<(), Problem> {
    let organisation = &session.organisation;
    let condition = condition(&body.when, organisation, "/when")?;
    let audience = prepare(&session.store, organisation, &condition, context, "/when").await?;
    let mut summary = SummaryLine {
        matched: 0,
        untrackable: 0,
    };
    let mut next = Some(body.after);
    while let Some(after) = next {
        let slice = audience.slice(after).await?;
        next = slice.next;
        summary.untrackable = summary.untrackable.saturating_add(slice.untrackable.len());
        let keys = session
            .store
            .contact_keys(organisation, &slice.members)
            .await?;
        summary.matched = summary.matched.saturating_add(keys.len());
        let mut text = String::new();
        for contact in &keys {
            text.push_str(&line(&ContactLine { contact })?);
        }
        if !text.is_empty() && writer.write(text).await.is_err() {
            return Ok(());
        }
    }
    if writer.write(line(&summary)?).await.is_ok() {
        writer.end().await;
    }
    Ok(())
}

fn line(value: &impl Serialize) -> Result<String, Problem> {
    let mut text = serde_json::to_string(value).map_err(Problem::internal)?;
    text.push('\n');
    Ok(text)
}
