//! Receipts, for the organisation and for the person.

use domain::log::checkpoint::Checkpoint;
use domain::log::leaf::LeafKey;
use domain::log::proof::ProofPlan;
use domain::log::receipt::{Receipt, ReceiptParts, ReceiptProof};
use domain::{OrganisationId, Subject};
use store::{LogHead, Organisation, Store};

use crate::{Context, Problem, log_keys};

/// What a head says.
pub fn checkpoint_of(organisation: OrganisationId, head: LogHead) -> Checkpoint {
    Checkpoint {
        origin: Checkpoint::origin_of(organisation),
        size: head.size,
        root: head.root,
    }
}

/// The receipt of the newest decision, or of the one with this `seq`, with its signed form; nothing if there is no such
/// decision. Seals what is new first.
pub async fn receipt(
    context: &Context,
    store: &Store,
    organisation: &Organisation,
    subject: &Subject,
    seq: Option<i64>,
) -> Result<Option<(Receipt, String)>, Problem> {
    let keys = log_keys().await?;
    let id = organisation.id;
    let head = store.seal(id, context.now).await?;
    let Some(sealed) = store.sealed_signal(id, subject, seq).await? else {
        return Ok(None);
    };
    // Others may have sealed it since.
    let head = if sealed.index < head.size {
        head
    } else {
        store.seal(id, context.now).await?
    };
    let missing = || Problem::internal("a decision is not in the log");
    let plan = ProofPlan::inclusion(sealed.index, head.size).ok_or_else(missing)?;
    let path = store.log_proof(id, &plan).await?;
    let leaf_key = LeafKey::derive(&sealed.salt, &sealed.request_id, sealed.item);
    let proof = ReceiptProof {
        leaf: sealed.leaf,
        leaf_key: leaf_key.ok_or_else(missing)?,
        index: sealed.index,
        path: path.ok_or_else(missing)?,
        checkpoint: checkpoint_of(id, head).signed(&keys),
    };
    let parts = ReceiptParts {
        subject: subject.as_str(),
        request_id: &sealed.request_id,
        item: sealed.item,
        shown: sealed.shown,
        settings: &organisation.settings,
        proof,
    };
    let receipt = Receipt::new(parts, context.now).ok_or_else(missing)?;
    let signed = receipt.signed(&keys).ok_or_else(missing)?;
    Ok(Some((receipt, signed)))
}
