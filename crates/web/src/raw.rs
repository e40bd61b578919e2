//! Answers through the raw WASI types, for what is asked most: on the way through the SDK's types every header
//! of the request and of the answer is made again, which costs more than a redirect (`docs/benchmarks.md`).

use http_body_util::BodyExt;
use spin_sdk::wasip3;
use spin_sdk::wasip3::http::types::{ErrorCode, Fields, Headers, Response};

use crate::service::finished;
use crate::{Context, Handled};

/// The first header of this name, as text.
pub fn raw_header(headers: &Headers, name: &str) -> Option<String> {
    String::from_utf8(headers.get(name).into_iter().next()?).ok()
}

/// [`serve`](crate::serve) for a handler that needs nothing of the request but what it has read.
///
/// # Errors
/// Only if the host refuses a header, which it does for none of ours.
pub async fn serve_raw<F: Future<Output = Handled>>(
    handler: impl FnOnce(Context) -> F,
) -> Result<Response, ErrorCode> {
    let (parts, body) = finished(handler).await.into_parts();
    let headers: Vec<(String, Vec<u8>)> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect();
    let Ok(body) = body.collect().await;
    raw_response(
        parts.status.as_u16(),
        &headers,
        Some(body.to_bytes().to_vec()),
    )
}

/// An answer with these headers, `content-length` among them.
///
/// # Errors
/// If the host refuses a header or the status.
pub fn raw_response(
    status: u16,
    headers: &[(String, Vec<u8>)],
    body: Option<Vec<u8>>,
) -> Result<Response, ErrorCode> {
    let fields = Fields::from_list(headers).map_err(|_| ErrorCode::InternalError(None))?;
    let (_, trailers) = wasip3::wit_future::new(|| Ok(None));
    let contents = body.map(|body| {
        let (mut writer, reader) = wasip3::wit_stream::new();
        wasip3::spawn(async move {
            // A reader who has gone away wants no body.
            let _ = writer.write_all(body).await;
        });
        reader
    });
    let (response, _sent) = Response::new(fields, contents, trailers);
    response
        .set_status_code(status)
        .map_err(|()| ErrorCode::InternalError(None))?;
    Ok(response)
}
