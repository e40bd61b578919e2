//! An empty redirect through the raw WASI types, as the redirect and the pixel answer.
#![allow(missing_docs, reason = "the macro generates public items")]

use spin_sdk::wasip3;
use spin_sdk::wasip3::http::types::{ErrorCode, Fields, Request, Response};

struct Redirect;

wasip3::http::service::export!(Redirect);

impl wasip3::exports::http::handler::Guest for Redirect {
    async fn handle(_request: Request) -> Result<Response, ErrorCode> {
        let fields = Fields::from_list(&[
            ("location".to_string(), b"https://example.com/".to_vec()),
            ("content-length".to_string(), b"0".to_vec()),
        ])
        .map_err(|_| ErrorCode::InternalError(None))?;
        let (_, trailers) = wasip3::wit_future::new(|| Ok(None));
        let (response, _sent) = Response::new(fields, None, trailers);
        response
            .set_status_code(302)
            .map_err(|()| ErrorCode::InternalError(None))?;
        Ok(response)
    }
}
