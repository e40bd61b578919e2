//! `/p/{organisation}/{person}/receipt`: the receipt of her newest answer about tracking, or with `?type=` about a type of
//! communication, to keep, and a code that leads to where it is checked.

use askama::Template;
use domain::log::checkpoint::Checkpoint;
use domain::log::dpv;
use domain::log::receipt::{ConsentRecord, Receipt};
use domain::{Choice, CommunicationType, FormKind};
use qrcode::QrCode;
use qrcode::render::svg;
use spin_sdk::http::StatusCode;
use store::WhichDecision;
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
            let name = match (&purpose.flag, &purpose.communication_type) {
                (Some(flag), _) => texts.get(&format!("banner-{flag}")),
                (None, Some(id)) => {
                    format!("{}: {id}", texts.get("preferences-communications-heading"))
                }
                (None, None) => purpose.purpose.clone(),
            };
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
    /// Which receipt its files are of: the query of their addresses.
    query: String,
    /// The form about it.
    form: &'static str,
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
    let of_type = of_type(request)?;
    let which = match &of_type {
        Some(of_type) => WhichDecision::Communication(Some(of_type)),
        None => WhichDecision::Tracking,
    };
    let (store, organisation) = (&visit.store, &*visit.organisation);
    let receipt = web::receipt(context, store, organisation, &visit.person, which, None).await?;
    if name == "receipt" {
        let receipt = receipt.as_ref().map(|(receipt, _)| receipt);
        return Ok(page(browser, visit, of_type.as_ref(), receipt)?);
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

/// The type of communication that the address names.
fn of_type(request: &Request) -> Result<Option<CommunicationType>, Closed> {
    let query = request.uri().query().unwrap_or_default();
    let mut parameters = web::form_fields(query.as_bytes()).into_iter();
    let named = parameters.find(|(name, _)| name == "type");
    let named = named.map(|(_, id)| CommunicationType::parse(&id));
    named.transpose().map_err(|_| Closed::Unknown)
}

fn download(kind: &'static str, content: impl Into<Vec<u8>>, name: &str) -> Answer {
    let file = web::file(kind, content.into(), "no-store");
    let disposition = format!("attachment; filename=\"{name}\"");
    web::with_header(file, "content-disposition", &disposition)
}

fn page(
    browser: &Browser,
    visit: &Visit,
    of_type: Option<&CommunicationType>,
    receipt: Option<&Receipt>,
) -> Handled {
    let frame = Frame::of(browser, visit, &form_of(visit, FormKind::Preferences));
    let texts = &frame.texts;
    let sender = frame.sender.clone().unwrap_or_default();
    let lead = match receipt {
        Some(_) => texts.with("receipt-lead", &[("sender", &sender)]),
        None => texts.get("receipt-none"),
    };
    let mut said = receipt.map(|receipt| Said::new(texts, receipt, size_of(receipt)));
    let settings = &visit.organisation.settings;
    let known = |id: &CommunicationType| {
        settings
            .communication_types
            .iter()
            .find(|one| one.id == *id)
    };
    if let (Some(said), Some(known)) = (&mut said, of_type.and_then(known)) {
        let name = known.name_in(&frame.language, &settings.default_language);
        for (purpose, _) in &mut said.purposes {
            name.clone_into(purpose);
        }
    }
    let language = frame.language.clone();
    let page = ReceiptPage {
        frame,
        lead,
        said,
        query: of_type.map_or_else(String::new, |id| format!("?type={id}")),
        form: of_type.map_or("tracking", |_| "unsubscribe"),
    };
    send(&page, &language, StatusCode::OK)
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
