//! `GET /v1/consent/{subject}/receipt`: what a person can keep of a decision, and check without us.

use store::Scope;
use web::{Context, Handled, Problem, Request};

use crate::view::subject_in_path;

/// The receipt of the newest decision, or of the one with this `seq` in the history.
pub async fn get(context: Context, request: Request, subject: &str) -> Handled {
    web::log_keys().await?;
    let [seq] = web::query(request.uri().query(), ["seq"])?;
    let seq = seq.map(|seq| seq.parse::<i64>()).transpose();
    let seq = seq.map_err(|_| Problem::invalid("seq", "Give the seq of a signal."))?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let subject = subject_in_path(subject)?;
    let (store, organisation) = (&session.store, &session.organisation);
    let receipt = web::receipt(&context, store, organisation, &subject, seq).await?;
    let (_, signed) = receipt.ok_or_else(|| {
        Problem::not_found("There is no such decision. The history lists those that there are.")
    })?;
    Ok(web::file("application/jose", signed, "no-store"))
}
