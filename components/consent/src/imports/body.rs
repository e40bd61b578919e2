//! The body of an import in pieces, unpacked.

use std::collections::VecDeque;
use std::io::Write;

use flate2::write::MultiGzDecoder;
use http_body_util::BodyExt;
use spin_sdk::http::HeaderMap;
use spin_sdk::wasip3::http_compat::IncomingRequestBody;
use web::{Problem, ProblemKind, Request};

/// Packed bytes that are unpacked at once: a few megabytes come of them at most.
const PIECE: usize = 4096;

/// The bytes of a file.
pub struct Body {
    body: IncomingRequestBody,
    unpacker: Option<MultiGzDecoder<Vec<u8>>>,
    packed: VecDeque<Vec<u8>>,
}

/// Whether the body is packed with gzip.
pub fn is_packed(headers: &HeaderMap) -> Result<bool, Problem> {
    match web::first_header(headers, "content-encoding") {
        None | Some("identity") => Ok(false),
        Some("gzip") => Ok(true),
        Some(_) => Err(Problem::new(
            ProblemKind::UnsupportedMediaType,
            "Send the file as it is, or packed with gzip and Content-Encoding: gzip.",
        )),
    }
}

fn broken() -> Problem {
    Problem::new(
        ProblemKind::Malformed,
        "The body ended too early, or is not packed as it says. Send it again under the same Idempotency-Key.",
    )
}

impl Body {
    /// The body of a request.
    pub fn new(request: Request, packed: bool) -> Self {
        Self {
            body: request.into_body(),
            unpacker: packed.then(|| MultiGzDecoder::new(Vec::new())),
            packed: VecDeque::new(),
        }
    }

    /// The next bytes; nothing at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        loop {
            if let Some(piece) = self.packed.pop_front() {
                return self.unpack(&piece).map(Some);
            }
            let Some(frame) = self.body.frame().await else {
                // Fails where the file is cut.
                let rest = self.unpacker.take().map(MultiGzDecoder::finish).transpose();
                return rest.map_err(|_| broken());
            };
            let Ok(data) = frame.map_err(|_| broken())?.into_data() else {
                continue;
            };
            if self.unpacker.is_none() {
                return Ok(Some(data.to_vec()));
            }
            self.packed.extend(data.chunks(PIECE).map(<[u8]>::to_vec));
        }
    }

    fn unpack(&mut self, piece: &[u8]) -> Result<Vec<u8>, Problem> {
        let Some(unpacker) = self.unpacker.as_mut() else {
            return Ok(Vec::new());
        };
        unpacker.write_all(piece).map_err(|_| broken())?;
        Ok(std::mem::take(unpacker.get_mut()))
    }
}
