//! `POST /v1/retain`: takes away what is kept no longer, some of it at a time.

use serde::Serialize;
use spin_sdk::http::StatusCode;
use web::{Context, Handled};

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Retained"))]
pub struct RetainedView {
    /// Whether to ask again at once: there may be more to do today.
    more: bool,
}

/// Anybody may ask: what goes is what the organisations' settings say, whoever asks and however often.
pub async fn retain(context: Context) -> Handled {
    let store = web::configuration().await?.store;
    let more = store.retain(context.now).await?;
    web::answer_json(StatusCode::OK, &RetainedView { more })
}
