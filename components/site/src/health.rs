//! `GET /healthz`: whether this instance can work. Says nothing about the inside.

use serde::Serialize;
use spin_sdk::http::StatusCode;
use web::{Handled, Problem, ProblemKind};

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Health"))]
pub struct HealthView {
    status: &'static str,
}

/// `200` when both stores answer.
pub async fn get() -> Handled {
    store::alive().await.map_err(|error| Problem {
        inside: Some(error.to_string()),
        ..Problem::new(
            ProblemKind::Unavailable,
            "Not ready to serve. Try again in a moment.",
        )
    })?;
    web::answer_json(StatusCode::OK, &HealthView { status: "ok" })
}
