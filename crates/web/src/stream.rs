//! Answers that are written while they are made.

use serde::Serialize;

use crate::{Context, Handled, Problem, ProblemDocument};
use spin_sdk::wasip3::http::types::{ErrorCode, Fields, Response};
use spin_sdk::wasip3::http_compat::BodyWriter;

/// The answer at an address that names a stream, but in letters that are encoded without need.
pub async fn elsewhere() -> Handled {
    Err(Problem::not_found(
        "Write this address without percent signs.",
    ))
}

/// A line of the request that cannot be used.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "RejectedLine"))]
pub struct RejectedLine<'a> {
    /// Its number, from 1.
    pub line: u64,
    /// Why.
    pub problem: ProblemDocument<'a>,
}

/// The line after which there is no more, because something went wrong.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "FailedLine"))]
pub struct FailedLine<'a> {
    /// What.
    pub problem: ProblemDocument<'a>,
}

/// The client has gone away.
pub struct Gone;

/// The body of an answer. Dropped before its end, it tells the client that it is not whole.
pub struct Writer(BodyWriter);

/// An answer that begins now, and its body.
pub fn begin_stream(
    context: &Context,
    content_type: &'static str,
) -> Result<(Response, Writer), ErrorCode> {
    let head = [
        ("content-type", content_type),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("x-request-id", context.request_id.as_str()),
    ];
    let head = head.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
    let head = Fields::from_list(&head).map_err(|_| ErrorCode::InternalError(None))?;
    let (writer, contents, trailers) = BodyWriter::new();
    let (response, _sent) = Response::new(head, Some(contents), trailers);
    Ok((response, Writer(writer)))
}

impl Writer {
    /// Waits until the client has taken it.
    pub async fn write(&mut self, text: String) -> Result<(), Gone> {
        let unwritten = self.0.stream_writer.write_all(text.into_bytes()).await;
        if unwritten.is_empty() {
            Ok(())
        } else {
            Err(Gone)
        }
    }

    /// Says that this was all.
    pub async fn end(self) {
        let BodyWriter {
            stream_writer,
            result_writer,
            ..
        } = self.0;
        drop(stream_writer);
        // A client who has gone away by now has everything.
        let _ = result_writer.write(Ok(None)).await;
    }
}
