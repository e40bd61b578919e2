//! `GET /v1/consent/{subject}/receipt`: what a person can keep of a decision, and check without us.

use domain::log::dpv;
use store::Scope;
use web::{Context, Handled, Problem, Request};

use crate::view::subject_in_path;

/// The receipt of the newest decision, or of the one with this `seq` in the history.
pub async fn get(context: Context, request: Request, subject: &str) -> Handled {
    web::log_keys().await?;
    let [seq, profile] = web::query(request.uri().query(), ["seq", "profile"])?;
    let accept = web::first_header(request.headers(), "accept").unwrap_or_default();
    let linked = match profile.as_deref() {
        None => accept.contains("application/ld+json"),
        Some("dpv") => true,
        Some(_) => {
            let detail = "The only profile is dpv: JSON-LD of the W3C Data Privacy Vocabulary.";
            return Err(Problem::invalid("profile", detail));
        }
    };
    let seq = seq.map(|seq| seq.parse::<i64>()).transpose();
    let seq = seq.map_err(|_| Problem::invalid("seq", "Give the seq of a signal."))?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let subject = subject_in_path(subject)?;
    let (store, organisation) = (&session.store, &session.organisation);
    let receipt = web::receipt(&context, store, organisation, &subject, seq).await?;
    let (receipt, signed) = receipt.ok_or_else(|| {
        Problem::not_found("There is no such decision. The history lists those that there are.")
    })?;
    let answer = if linked {
        let linked = serde_json::to_vec(&dpv::linked(&receipt, &signed));
        let linked = linked.map_err(Problem::internal)?;
        web::file("application/ld+json", linked, "no-store")
    } else {
        web::file("application/jose", signed, "no-store")
    };
    Ok(web::with_header(answer, "vary", "accept"))
}
