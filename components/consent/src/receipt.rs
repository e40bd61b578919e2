//! `GET /v1/consent/{subject}/receipt`: what a person can keep of a decision, and check without us.

use domain::log::leaf::LeafKey;
use domain::log::proof::ProofPlan;
use domain::log::receipt::{Receipt, ReceiptParts, ReceiptProof};
use store::Scope;
use web::{Context, Handled, Problem, Request};

use crate::log::{checkpoint_of, hashes};
use crate::view::subject_in_path;

/// The receipt of the newest decision, or of the one with this `seq` in the history.
pub async fn get(context: Context, request: Request, subject: &str) -> Handled {
    let keys = web::log_keys().await?;
    let [seq] = web::query(request.uri().query(), ["seq"])?;
    let seq = seq.map(|seq| seq.parse::<i64>()).transpose();
    let seq = seq.map_err(|_| Problem::invalid("seq", "Give the seq of a signal."))?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let subject = subject_in_path(subject)?;
    let (store, id) = (&session.store, session.organisation.id);
    let head = store.seal(id, context.now).await?;
    let sealed = store.sealed_signal(id, &subject, seq).await?;
    let sealed = sealed.ok_or_else(|| {
        Problem::not_found("There is no such decision. The history lists those that there are.")
    })?;
    // Others may have sealed it since.
    let head = if sealed.index < head.size {
        head
    } else {
        store.seal(id, context.now).await?
    };
    let missing = || Problem::internal("a decision is not in the log");
    let plan = ProofPlan::inclusion(sealed.index, head.size).ok_or_else(missing)?;
    let leaf_key = LeafKey::derive(&sealed.salt, &sealed.request_id, sealed.item);
    let proof = ReceiptProof {
        leaf: sealed.leaf,
        leaf_key: leaf_key.ok_or_else(missing)?,
        index: sealed.index,
        path: hashes(store, id, &plan).await?,
        checkpoint: checkpoint_of(id, head).signed(&keys),
    };
    let parts = ReceiptParts {
        subject: subject.as_str(),
        request_id: &sealed.request_id,
        item: sealed.item,
        shown: sealed.shown,
        settings: &session.organisation.settings,
        proof,
    };
    let receipt = Receipt::new(parts, context.now).and_then(|receipt| receipt.signed(&keys));
    let receipt = receipt.ok_or_else(missing)?;
    Ok(web::file("application/jose", receipt, "no-store"))
}
