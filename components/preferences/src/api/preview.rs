//! The preview of a form: an address for a day that opens in any browser and shows exactly what people see. There is nobody
//! whose answer could be recorded.

use domain::{CommunicationType, FormKind, Timestamp, TokenKeys};
use serde::Serialize;
use spin_sdk::http::StatusCode;
use store::Scope;
use web::form::{Browser, Closed, Form, Preview};
use web::{Answer, Context, Handled, Problem, Request, Session};

use super::find;
use crate::obstacle::instead;
use crate::person::{Asked, page};

/// How long the address holds: as long as a form token.
const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;

/// Where to look.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "FormPreview"))]
pub struct PreviewView {
    /// Opens in a browser, without a key.
    url: String,
    /// Until when.
    expires_at: Timestamp,
}

/// The address of the preview of a form in a language.
pub async fn get(context: Context, request: Request, id: &str) -> Handled {
    let [language, communication_type, base_url] = web::query(
        request.uri().query(),
        ["language", "communication_type", "base_url"],
    )?;
    let session = web::session(request.headers(), Scope::MessagesWrite).await?;
    let organisation = &session.organisation;
    let forms = session.store.stored_forms(organisation.id).await?;
    let form = find(&forms, id)?;
    let language = language.unwrap_or_else(|| organisation.settings.default_language.clone());
    let known = web::Language::of(&language).is_some() || form.own().texts.contains_key(&language);
    if !known {
        let detail = "This form has no words in this language. Write them with PUT /v1/forms/{id}/texts/{language}.";
        return Err(Problem::not_found(detail));
    }
    let keys = TokenKeys::derive(&session.token_secrets, organisation.id);
    // Links show the form that a click shows.
    let routes = if form.kind == FormKind::Interception {
        "l"
    } else {
        "p"
    };
    let asked = communication_type.map(|kind| asked_about(&session, &form, &kind));
    let preview = Preview {
        communication_type: asked.transpose()?,
        form: form.id,
        language,
    };
    let token = preview.seal(&keys, context.now)?;
    let base = web::base_url(web::origin_of(&request), base_url.as_deref())?;
    let view = PreviewView {
        url: format!("{base}/{routes}/{}/preview/{token}", organisation.id),
        expires_at: Timestamp::from_micros(context.now.micros().saturating_add(DAY_MICROS)),
    };
    web::answer_json(StatusCode::OK, &view)
}

/// The type of communication that a click asks about.
fn asked_about(session: &Session, form: &Form, kind: &str) -> Result<CommunicationType, Problem> {
    let mut types = session.organisation.settings.communication_types.iter();
    let known = types
        .find(|one| form.kind == FormKind::Interception && one.id.as_str() == kind)
        .map(|one| one.id.clone());
    known.ok_or_else(|| {
        Problem::not_found(
            "This form has no question about this communication type: only interception has one, for each in the setting communication_types.",
        )
    })
}

/// Shows it.
pub async fn show(context: Context, request: Request, organisation: &str, token: &str) -> Handled {
    let browser = Browser::of(&request);
    let shown = look(&context, &browser, organisation, token).await;
    shown.or_else(|closed| instead(&context, &browser, closed, None))
}

/// Whatever was pressed, nothing comes of it.
pub fn taken() -> Handled {
    Ok(web::see_other("?"))
}

async fn look(
    context: &Context,
    browser: &Browser,
    organisation: &str,
    token: &str,
) -> Result<Answer, Closed> {
    let (preview, visit) = Preview::open(organisation, token, context.now).await?;
    let form = Form::find(&visit.forms, &preview.form).ok_or(Closed::Unknown)?;
    let asked = Asked {
        context,
        browser,
        visit: &visit,
        form,
    };
    page(&asked).await
}
