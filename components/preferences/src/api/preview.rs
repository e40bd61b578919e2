//! The preview of a form: an address for a day that opens in any browser and shows exactly what people see. There is nobody
//! whose answer could be recorded.

use domain::token::FormToken;
use domain::{FormKind, OrganisationId, Shown, Subject, Timestamp, TokenKeys};
use serde::Serialize;
use spin_sdk::http::StatusCode;
use store::Scope;
use web::form::{Browser, Closed, Form, Visit};
use web::{Answer, Context, Handled, Problem, Request};

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

/// Nobody: no contact can be called this.
fn nobody() -> Result<Subject, Problem> {
    Subject::parse("device:assent:preview").map_err(Problem::internal)
}

/// The address of the preview of a form in a language.
pub async fn get(context: Context, request: Request, id: &str) -> Handled {
    let [language, base_url] = web::query(request.uri().query(), ["language", "base_url"])?;
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
    let token = FormToken {
        shown: Shown {
            form: form.id,
            version: "preview".to_owned(),
            language: language.clone(),
        },
        issued_at: context.now,
    };
    let token = keys
        .seal_form(&nobody()?, &token)
        .map_err(Problem::internal)?;
    let base = web::base_url(web::origin_of(&request), base_url.as_deref())?;
    let view = PreviewView {
        url: format!("{base}/{routes}/{}/preview/{token}", organisation.id),
        expires_at: Timestamp::from_micros(context.now.micros().saturating_add(DAY_MICROS)),
    };
    web::answer_json(StatusCode::OK, &view)
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
    let id = OrganisationId::parse(organisation).map_err(|_| Closed::Unknown)?;
    let config = web::configuration().await?;
    let keys = TokenKeys::derive(&config.token_secrets, id);
    let opened = keys
        .open_form(&nobody()?, token)
        .filter(|token| token.shown.version == "preview" && token.is_fresh(context.now))
        .ok_or(Closed::Unknown)?;
    let mut visit = Visit::of(config, id, keys, nobody()?, None).await?;
    visit.preview = Some(opened.shown.language);
    let form = Form::find(&visit.forms, &opened.shown.form).ok_or(Closed::Unknown)?;
    let asked = Asked {
        context,
        browser,
        visit: &visit,
        form,
    };
    page(&asked).await
}
