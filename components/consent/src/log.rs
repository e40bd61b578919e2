//! `/v1/log/…` and `/.well-known/jwks.json`: the transparency log of an organisation, for everybody but its entries.

use std::cell::Cell;
use std::time::{Duration, Instant};

use domain::OrganisationId;
use domain::log::checkpoint::Checkpoint;
use domain::log::hash::LogHash;
use domain::log::proof::ProofPlan;
use serde::Serialize;
use spin_sdk::wasip3;
use store::{LogHead, Scope, Store};
use web::{Answer, Context, Handled, Problem, Request};

/// Leaves of one page, and where pages begin: a full page never changes.
const PAGE: u64 = 256;
/// How often one instance looks for what is new.
const SEAL_EVERY: Duration = Duration::from_secs(1);
/// For as long as anything may be kept: nodes of the tree never change.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Only by whom it was sent to.
const FOR_EVER_PRIVATE: &str = "private, max-age=31536000, immutable";

#[derive(Serialize)]
struct Inclusion {
    index: u64,
    size: u64,
    leaf_hash: LogHash,
    path: Vec<LogHash>,
}

#[derive(Serialize)]
struct Consistency {
    from: u64,
    to: u64,
    path: Vec<LogHash>,
}

/// After the answer to a decision: seals what is new in the log, at most once a second per instance; whoever reads the
/// log seals the rest. A deployment without a key does so when it has one.
pub fn seal_soon(store: &Store, organisation: OrganisationId, context: &Context) {
    thread_local! {
        static LAST: Cell<Option<Instant>> = const { Cell::new(None) };
    }
    if LAST.get().is_some_and(|last| last.elapsed() < SEAL_EVERY) {
        return;
    }
    LAST.set(Some(Instant::now()));
    let (store, now) = (store.clone(), context.now);
    wasip3::spawn(async move {
        if web::log_keys().await.is_ok() {
            // Away now means: left to whoever comes next.
            let _ = store.seal_if_due(organisation, now).await;
        }
    });
}

/// The newest head, signed.
pub async fn checkpoint(context: Context, request: Request) -> Handled {
    let keys = web::log_keys().await?;
    let [organisation] = web::query(request.uri().query(), ["organisation"])?;
    let (_, id, head) = log_of(organisation, &context).await?;
    let note = checkpoint_of(id, head).signed(&keys);
    Ok(web::file("text/plain; charset=utf-8", note, "no-store"))
}

/// What a head says.
pub fn checkpoint_of(organisation: OrganisationId, head: LogHead) -> Checkpoint {
    Checkpoint {
        origin: Checkpoint::origin_of(organisation),
        size: head.size,
        root: head.root,
    }
}

/// That a leaf is in a tree.
pub async fn proof(context: Context, request: Request) -> Handled {
    web::log_keys().await?;
    let [organisation, index, size] =
        web::query(request.uri().query(), ["organisation", "index", "size"])?;
    let index = number("index", index)?;
    let (store, id, head) = log_of(organisation, &context).await?;
    let size = size.map_or(Ok(head.size), |size| number("size", Some(size)))?;
    let plan = ProofPlan::inclusion(index, size).filter(|_| size <= head.size);
    let plan = plan.ok_or_else(|| beyond("index", head))?;
    let path = hashes(&store, id, &plan).await?;
    let leaf = store.log_leaves(id, index, index.saturating_add(1)).await?;
    let leaf = leaf
        .first()
        .ok_or_else(|| Problem::internal("a leaf of the log is missing"))?;
    let leaf_hash = LogHash::leaf(leaf.as_bytes());
    immutable(&Inclusion {
        index,
        size,
        leaf_hash,
        path,
    })
}

/// That a tree is the beginning of another.
pub async fn consistency(context: Context, request: Request) -> Handled {
    web::log_keys().await?;
    let [organisation, from, to] =
        web::query(request.uri().query(), ["organisation", "from", "to"])?;
    let from = number("from", from)?;
    let (store, id, head) = log_of(organisation, &context).await?;
    let to = to.map_or(Ok(head.size), |to| number("to", Some(to)))?;
    let plan = ProofPlan::consistency(from, to).filter(|_| to <= head.size);
    let plan = plan.ok_or_else(|| beyond("from", head))?;
    let path = hashes(&store, id, &plan).await?;
    immutable(&Consistency { from, to, path })
}

/// Leaves of the key's organisation, one a line, each as it was hashed.
pub async fn entries(context: Context, request: Request) -> Handled {
    web::log_keys().await?;
    let [start] = web::query(request.uri().query(), ["start"])?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let start = start.map_or(Ok(0), |start| number("start", Some(start)))?;
    let id = session.organisation.id;
    session.store.seal(id, context.now).await?;
    // To the end of the page, so that the next ones are whole.
    let end = start.saturating_sub(start % PAGE).saturating_add(PAGE);
    let leaves = session.store.log_leaves(id, start, end).await?;
    let whole = u64::try_from(leaves.len()).is_ok_and(|count| count == end.saturating_sub(start));
    let mut lines = leaves.join("\n");
    if !lines.is_empty() {
        lines.push('\n');
    }
    let kept = if whole { FOR_EVER_PRIVATE } else { "no-store" };
    let answer = web::file("application/x-ndjson", lines, kept);
    Ok(web::with_header(answer, "vary", "authorization"))
}

/// The public keys.
pub async fn jwks(request: Request) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let keys = web::log_keys().await?.public();
    let text = serde_json::to_vec(&keys).map_err(Problem::internal)?;
    Ok(web::file(
        "application/jwk-set+json",
        text,
        "public, max-age=300",
    ))
}

/// The hashes of a proof, which are there for every tree up to the head.
pub async fn hashes(
    store: &Store,
    organisation: OrganisationId,
    plan: &ProofPlan,
) -> Result<Vec<LogHash>, Problem> {
    let found = store.log_proof(organisation, plan).await?;
    found.ok_or_else(|| Problem::internal("a node of the log is missing"))
}

/// The log that a parameter names, with what is new in it sealed.
async fn log_of(
    organisation: Option<String>,
    context: &Context,
) -> Result<(Store, OrganisationId, LogHead), Problem> {
    let id = organisation
        .and_then(|id| OrganisationId::parse(&id).ok())
        .ok_or_else(|| {
            Problem::invalid(
                "organisation",
                "Add ?organisation=<id of the organisation>.",
            )
        })?;
    let store = web::configuration().await?.store;
    if store.organisation(id).await?.is_none() {
        return Err(Problem::not_found("There is no such organisation."));
    }
    let head = store.seal(id, context.now).await?;
    Ok((store, id, head))
}

fn number(name: &'static str, text: Option<String>) -> Result<u64, Problem> {
    let number = text.and_then(|text| text.parse::<u64>().ok());
    let number = number.filter(|number| i64::try_from(*number).is_ok());
    number.ok_or_else(|| {
        Problem::invalid(
            name,
            format!("Add {name}=<a number of leaves or the place of one>."),
        )
    })
}

fn beyond(name: &'static str, head: LogHead) -> Problem {
    let detail = format!(
        "The log has {} leaves. Give a place below the size, and sizes from 1 to this.",
        head.size
    );
    Problem::invalid(name, detail)
}

fn immutable(value: &impl Serialize) -> Result<Answer, Problem> {
    let text = serde_json::to_vec(value).map_err(Problem::internal)?;
    Ok(web::file("application/json", text, FOR_EVER))
}
