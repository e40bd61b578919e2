//! `/receipt`: is this receipt genuine? For everybody; nothing that is sent is stored.

use askama::Template;
use domain::OrganisationId;
use domain::log::checkpoint::Checkpoint;
use domain::log::hash::LogHash;
use domain::log::proof::ProofPlan;
use domain::log::receipt::Receipt;
use domain::log::verify::is_consistent;
use spin_sdk::http::StatusCode;
use store::{LogHead, Store};
use web::form::Browser;
use web::{Context, DECISION_LIMIT, Handled, Problem, Request, Texts};

use crate::frame::{self, Frame, Notice, send};
use crate::obstacle::failure;
use crate::receipt::Said;

/// The page.
#[derive(Template)]
#[template(path = "check.html")]
struct CheckPage {
    frame: Frame,
    notice: Option<Notice>,
    /// What a genuine receipt says.
    said: Option<Said>,
}

impl CheckPage {
    fn title(&self) -> String {
        frame::title(self.notice.as_ref(), &self.frame.texts.get("check-title"))
    }
}

/// What became of a check.
struct Found {
    /// The texts of its title and explanation; the latter with variables.
    texts: (&'static str, &'static str),
    /// The place of a leaf and the size of its log.
    place: Option<(u64, u64)>,
    genuine: Option<(Receipt, u64)>,
}

impl Found {
    const fn only(title: &'static str, text: &'static str) -> Self {
        Self {
            texts: (title, text),
            place: None,
            genuine: None,
        }
    }
}

/// The form; and for an address that a receipt carries as a code, whether that leaf is in the log.
pub async fn show(context: Context, request: Request) -> Handled {
    let browser = Browser::of(&request);
    let found = look_up(&context, &request).await;
    page(&context, &browser, found)
}

/// Checks the receipt that was sent.
pub async fn answer(context: Context, request: Request) -> Handled {
    let browser = Browser::of(&request);
    let found = check(&context, request).await.map(Some);
    page(&context, &browser, found)
}

fn page(context: &Context, browser: &Browser, found: Result<Option<Found>, Problem>) -> Handled {
    let found = match found {
        Ok(found) => found,
        Err(problem) => return failure(context, browser, &problem, None, None),
    };
    let frame = Frame::usual(browser);
    let texts = &frame.texts;
    let notice = found.as_ref().map(|found| notice(texts, found));
    let genuine = found.and_then(|found| found.genuine);
    let said = genuine.map(|(receipt, size)| Said::new(texts, &receipt, size));
    let language = frame.language.clone();
    let page = CheckPage {
        frame,
        notice,
        said,
    };
    send(&page, &language, StatusCode::OK)
}

fn notice(texts: &Texts, found: &Found) -> Notice {
    let (title, text) = found.texts;
    let good = found.genuine.is_some() || found.place.is_some();
    let (index, size) = found.place.unwrap_or_default();
    let (place, size) = (index.saturating_add(1).to_string(), size.to_string());
    Notice {
        role: if good { "status" } else { "alert" },
        title: texts.get(title),
        text: texts.with(text, &[("place", &place), ("size", &size)]),
    }
}

async fn look_up(context: &Context, request: &Request) -> Result<Option<Found>, Problem> {
    let parameters = web::form_fields(request.uri().query().unwrap_or_default().as_bytes());
    let value = |wanted: &str| {
        let found = parameters.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.as_str())
    };
    let (Some(log), Some(leaf), Some(id)) = (value("log"), value("leaf"), value("id")) else {
        return Ok(None);
    };
    let missing = Found::only("check-not-there-title", "check-not-there");
    let asked = OrganisationId::parse(log).ok();
    let asked = asked.zip(leaf.parse::<u64>().ok());
    let Some(((log, leaf), id)) = asked.zip(LogHash::parse(id).ok()) else {
        return Ok(Some(missing));
    };
    let store = web::configuration().await?.store;
    let leaves = store.log_leaves(log, leaf, leaf.saturating_add(1)).await?;
    if leaves.first().map(|leaf| LogHash::leaf(leaf.as_bytes())) != Some(id) {
        return Ok(Some(missing));
    }
    let head = store.seal(log, context.now).await?;
    Ok(Some(Found {
        place: Some((leaf, head.size)),
        ..Found::only("check-there-title", "check-there")
    }))
}

async fn check(context: &Context, request: Request) -> Result<Found, Problem> {
    let keys = web::log_keys().await?.public();
    let kind = web::first_header(request.headers(), "content-type");
    let kind = kind.unwrap_or_default().to_owned();
    let body = web::read_capped(request, DECISION_LIMIT).await?;
    let Some(text) = web::receipt_in(&kind, &body) else {
        return Ok(Found::only("check-missing-title", "check-missing"));
    };
    let invalid = Found::only("check-invalid-title", "check-invalid");
    let Ok((receipt, head)) = Receipt::verified(&text, &keys) else {
        return Ok(invalid);
    };
    let store = web::configuration().await?.store;
    let log = receipt.record.pii_controller.party_id;
    let today = store.seal(log, context.now).await?;
    if !is_beginning(&store, log, &head, today).await? {
        return Ok(invalid);
    }
    Ok(Found {
        genuine: Some((receipt, today.size)),
        ..Found::only("check-valid-title", "check-valid")
    })
}

/// Whether the log of today begins with that of the head.
async fn is_beginning(
    store: &Store,
    log: OrganisationId,
    head: &Checkpoint,
    today: LogHead,
) -> Result<bool, Problem> {
    let Some(plan) = ProofPlan::consistency(head.size, today.size) else {
        return Ok(false);
    };
    let path = store.log_proof(log, &plan).await?.unwrap_or_default();
    let (old, new) = ((head.size, head.root), (today.size, today.root));
    Ok(is_consistent(old, new, &path))
}
