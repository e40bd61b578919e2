//! `/v1/log/…` and `/.well-known/jwks.json`: the transparency log of an organisation, for everybody but its entries.

use domain::OrganisationId;
use domain::log::SERVICE;
use domain::log::hash::LogHash;
use domain::log::proof::ProofPlan;
use serde::Serialize;
use store::{LogHead, Scope, Store};
use web::{Answer, Context, Handled, Problem, Request};

/// Leaves of one page, and where pages begin: a full page never changes.
const PAGE: u64 = 256;
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

/// The newest head, signed.
pub async fn checkpoint(context: Context, request: Request) -> Handled {
    let keys = web::log_keys().await?;
    let [organisation] = web::query(request.uri().query(), ["organisation"])?;
    let (_, id, head) = log_of(organisation, &context).await?;
    let note = web::checkpoint_of(id, head).signed(&keys);
    Ok(web::file("text/plain; charset=utf-8", note, "no-store"))
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

/// Leaves of the key's organisation or of the service, one a line, each as it was hashed.
pub async fn entries(context: Context, request: Request) -> Handled {
    web::log_keys().await?;
    let [organisation, start] = web::query(request.uri().query(), ["organisation", "start"])?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let start = start.map_or(Ok(0), |start| number("start", Some(start)))?;
    let own = session.organisation.id;
    let id = match organisation.map(|id| OrganisationId::parse(&id)) {
        None => own,
        Some(Ok(id)) if id == own || id == SERVICE => id,
        Some(_) => {
            return Err(Problem::not_found(
                "Give the id of the key's own organisation, or that of the service.",
            ));
        }
    };
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
async fn hashes(
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
    if id != SERVICE && store.organisation(id).await?.is_none() {
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
