//! Receipts: what a person can keep of a decision about tracking or communications, and check without us.

use domain::log::dpv;
use domain::{CommunicationType, Subject};
use serde::Deserialize;
use spin_sdk::http::HeaderMap;
use store::{Scope, WhichDecision};
use web::{Context, DECISION_LIMIT, Handled, Problem, Request, Session};

use crate::communications::contact;
use crate::view::{subject_in_body, subject_in_path};

/// How a receipt is written, if not as JWS.
#[derive(Deserialize, Clone, Copy)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ReceiptProfile"))]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// JSON-LD of the W3C Data Privacy Vocabulary.
    Dpv,
}

/// Of a decision about tracking.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ReceiptQuestion"))]
#[serde(deny_unknown_fields)]
pub struct ReceiptBody {
    #[cfg_attr(test, schemars(with = "domain::Subject"))]
    subject: String,
    /// Which decision, as the history numbers it; the newest if left out.
    seq: Option<i64>,
    profile: Option<Profile>,
}

/// Of a decision about communications.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "CommunicationReceiptQuestion"))]
#[serde(deny_unknown_fields)]
pub struct CommunicationReceiptBody {
    #[cfg_attr(test, schemars(with = "domain::schema::Contact"))]
    subject: String,
    /// About which type; about any if left out.
    #[serde(rename = "type")]
    communication_type: Option<CommunicationType>,
    /// Which decision, as the history numbers it; the newest if left out.
    seq: Option<i64>,
    profile: Option<Profile>,
}

/// Which one, and how it is written.
struct Asked {
    seq: Option<i64>,
    linked: bool,
}

impl Asked {
    fn new(headers: &HeaderMap, seq: Option<i64>, profile: Option<Profile>) -> Self {
        let accept = web::first_header(headers, "accept").unwrap_or_default();
        let linked =
            matches!(profile, Some(Profile::Dpv)) || accept.contains("application/ld+json");
        Self { seq, linked }
    }

    fn in_address(
        headers: &HeaderMap,
        seq: Option<&str>,
        profile: Option<&str>,
    ) -> Result<Self, Problem> {
        let profile = match profile {
            None => None,
            Some("dpv") => Some(Profile::Dpv),
            Some(_) => {
                let detail = "The only profile is dpv: JSON-LD of the W3C Data Privacy Vocabulary.";
                return Err(Problem::invalid("profile", detail));
            }
        };
        let seq = seq.map(str::parse).transpose();
        let seq = seq.map_err(|_| Problem::invalid("seq", "Give the seq of a signal."))?;
        Ok(Self::new(headers, seq, profile))
    }
}

/// Of the newest decision about tracking, or of the one with this `seq` in the history.
pub async fn get(context: Context, request: Request, subject: &str) -> Handled {
    web::log_keys().await?;
    let [seq, profile] = web::query(request.uri().query(), ["seq", "profile"])?;
    let asked = Asked::in_address(request.headers(), seq.as_deref(), profile.as_deref())?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let subject = subject_in_path(subject)?;
    let which = WhichDecision::Tracking;
    answer(&context, &session, &subject, which, &asked).await
}

/// The same for a subject in the body.
pub async fn post(context: Context, request: Request) -> Handled {
    web::log_keys().await?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    web::require_json(request.headers())?;
    let headers = request.headers().clone();
    let body: ReceiptBody = web::json(&web::read_capped(request, DECISION_LIMIT).await?)?;
    let subject = subject_in_body(&body.subject)?;
    let asked = Asked::new(&headers, body.seq, body.profile);
    let which = WhichDecision::Tracking;
    answer(&context, &session, &subject, which, &asked).await
}

/// Of the newest decision about communications, of a type or of any, or of the one with this `seq`.
pub async fn get_of_contact(context: Context, request: Request, subject: &str) -> Handled {
    web::log_keys().await?;
    let [of_type, seq, profile] = web::query(request.uri().query(), ["type", "seq", "profile"])?;
    let asked = Asked::in_address(request.headers(), seq.as_deref(), profile.as_deref())?;
    let of_type = of_type.map(|id| CommunicationType::parse(&id)).transpose();
    let of_type = of_type.map_err(|error| Problem::invalid("type", error))?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let subject = contact(subject_in_path(subject)?, "subject")?;
    let which = WhichDecision::Communication(of_type.as_ref());
    answer(&context, &session, &subject, which, &asked).await
}

/// The same for a contact in the body.
pub async fn post_of_contact(context: Context, request: Request) -> Handled {
    web::log_keys().await?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    web::require_json(request.headers())?;
    let headers = request.headers().clone();
    let body = web::read_capped(request, DECISION_LIMIT).await?;
    let body: CommunicationReceiptBody = web::json(&body)?;
    let subject = contact(subject_in_body(&body.subject)?, "/subject")?;
    let asked = Asked::new(&headers, body.seq, body.profile);
    let which = WhichDecision::Communication(body.communication_type.as_ref());
    answer(&context, &session, &subject, which, &asked).await
}

async fn answer(
    context: &Context,
    session: &Session,
    subject: &Subject,
    which: WhichDecision<'_>,
    asked: &Asked,
) -> Handled {
    let (store, organisation) = (&session.store, &session.organisation);
    let receipt = web::receipt(context, store, organisation, subject, which, asked.seq).await?;
    let (receipt, signed) = receipt.ok_or_else(|| {
        Problem::not_found("There is no such decision. The history lists those that there are.")
    })?;
    let answer = if asked.linked {
        let linked = serde_json::to_vec(&dpv::linked(&receipt, &signed));
        let linked = linked.map_err(Problem::internal)?;
        web::file("application/ld+json", linked, "no-store")
    } else {
        web::file("application/jose", signed, "no-store")
    };
    Ok(web::with_header(answer, "vary", "accept"))
}
