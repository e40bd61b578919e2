//! `/p/{organisation}/{person}/receipt`: the receipt of her newest answer, to keep, and a code that leads to where it is
//! checked.

use askama::Template;
use domain::log::checkpoint::Checkpoint;
use domain::log::dpv;
use domain::log::receipt::{ConsentRecord, Receipt};
use domain::{Choice, FormKind};
use qrcode::QrCode;
use qrcode::render::svg;
use spin_sdk::http::StatusCode;
use web::form::{Browser, Closed, Visit};
use web::{Answer, Context, Handled, Problem, Request, Texts};

use crate::frame::{Frame, form_of, send};
use crate::moment::Moment;
use crate::obstacle::instead;

/// The last segments of the addresses.
pub const NAMES: [&str; 4] = ["receipt", "receipt.jws", "receipt.jsonld", "receipt.svg"];

/// The answer as a page says it.
pub struct Said {
    /// Each purpose in words, and whether she agreed.
    pub purposes: Vec<(String, bool)>,
    /// Who answered.
    pub person: String,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub when: Moment,
    /// What was shown.
    pub form: Option<String>,
    /// The number of the receipt.
    pub number: String,
    /// The place in the log.
    pub place: String,
}

impl Said {
    /// What a receipt says, about a tree of this head.
    pub fn new(texts: &Texts, receipt: &Receipt, size: u64) -> Self {
        let record = &receipt.record;
        let purposes = record.purposes.iter().map(|purpose| {
            let name = texts.get(&format!("banner-{}", purpose.flag));
            (name, purpose.answer == Choice::Granted)
        });
        let place = receipt.proof.index.saturating_add(1).to_string();
        let size = size.to_string();
        Self {
            purposes: purposes.collect(),
            person: record.pii_principal_id.clone(),
            asked_by: asked_by(record),
            when: Moment::new(texts, record.event_time),
            form: record.notice.as_ref().map(|shown| {
                let (form, version) = (&shown.form, &shown.version);
                format!("{form}, {version}, {}", shown.language)
            }),
            number: receipt.receipt_id.to_string(),
            place: texts.with("receipt-place-of", &[("place", &place), ("size", &size)]),
        }
    }
}

fn asked_by(record: &ConsentRecord) -> String {
    let controller = &record.pii_controller;
    match &controller.party_name {
        Some(name) => format!("{name} ({})", controller.party_id),
        None => controller.party_id.to_string(),
    }
}

/// The page.
#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage {
    frame: Frame,
    lead: String,
    /// Nothing where she has not answered yet.
    said: Option<Said>,
}

/// The page, or one of its files.
pub async fn get(
    context: Context,
    request: Request,
    organisation: &str,
    person: &str,
    name: &str,
) -> Handled {
    let browser = Browser::of(&request);
    let found = match Visit::open(organisation, person, None).await {
        Ok(visit) => answer(&context, &request, &browser, &visit, name).await,
        Err(closed) => Err(closed),
    };
    found.or_else(|closed| instead(&context, &browser, closed, None))
}

async fn answer(
    context: &Context,
    request: &Request,
    browser: &Browser,
    visit: &Visit,
    name: &str,
) -> Result<Answer, Closed> {
    let organisation = &*visit.organisation;
    let receipt = web::receipt(context, &visit.store, organisation, &visit.person, None).await?;
    if name == "receipt" {
        return Ok(page(
            browser,
            visit,
            receipt.as_ref().map(|(receipt, _)| receipt),
        )?);
    }
    let (receipt, signed) = receipt.ok_or(Closed::Unknown)?;
    let file = match name {
        "receipt.jws" => download("application/jose", signed, name),
        "receipt.jsonld" => {
            let linked = serde_json::to_vec_pretty(&dpv::linked(&receipt, &signed));
            let linked = linked.map_err(Problem::internal)?;
            download("application/ld+json", linked, name)
        }
        _ => web::file("image/svg+xml", code(request, &receipt)?, "no-store"),
    };
    Ok(file)
}

fn download(kind: &'static str, content: impl Into<Vec<u8>>, name: &str) -> Answer {
    let file = web::file(kind, content.into(), "no-store");
    let disposition = format!("attachment; filename=\"{name}\"");
    web::with_header(file, "content-disposition", &disposition)
}

fn page(browser: &Browser, visit: &Visit, receipt: Option<&Receipt>) -> Handled {
    let frame = Frame::of(browser, visit, &form_of(visit, FormKind::Preferences));
    let texts = &frame.texts;
    let sender = frame.sender.clone().unwrap_or_default();
    let lead = match receipt {
        Some(_) => texts.with("receipt-lead", &[("sender", &sender)]),
        None => texts.get("receipt-none"),
    };
    let said = receipt.map(|receipt| Said::new(texts, receipt, size_of(receipt)));
    let language = frame.language.clone();
    send(
        &ReceiptPage { frame, lead, said },
        &language,
        StatusCode::OK,
    )
}

/// How many leaves the tree of the receipt has.
fn size_of(receipt: &Receipt) -> u64 {
    Checkpoint::claimed(&receipt.proof.checkpoint).map_or(0, |head| head.size)
}

/// The address of the page on which the receipt is checked, as a code to scan. It names the log, the place and the
/// number of the receipt, and nobody.
fn code(request: &Request, receipt: &Receipt) -> Result<String, Problem> {
    let origin =
        web::origin_of(request).ok_or_else(|| Problem::internal("no address of our own"))?;
    let (log, leaf) = (receipt.record.pii_controller.party_id, receipt.proof.index);
    let address = format!(
        "{origin}/receipt?log={log}&leaf={leaf}&id={}",
        receipt.receipt_id
    );
    let code = QrCode::new(address).map_err(Problem::internal)?;
    Ok(code
        .render::<svg::Color<'_>>()
        .min_dimensions(232, 232)
        .build())
}
