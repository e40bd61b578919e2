//! Hello world through the SDK's `http` types: what a component that does nothing else costs.
#![allow(missing_docs, reason = "the macro generates public items")]

use spin_sdk::http::{IntoResponse, Request, Response};
use spin_sdk::http_service;

#[http_service]
async fn hello(_request: Request) -> impl IntoResponse {
    // With a length, because a chunked answer waits for the delayed acknowledgement.
    Response::builder()
        .header("content-type", "text/plain")
        .header("content-length", "12")
        .body("Hello, edge\n".to_string())
}
