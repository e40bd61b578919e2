//! `/u/{organisation}/{token}`: one-click unsubscribing (RFC 8058). Mail programs `POST`; people who follow the link see a
//! form, because scanners follow it, too. It is about the communication type of its message, and about nothing else.

use domain::{CommunicationType, FormKind, OneClick, OrganisationId, Source, TokenKeys};
use spin_sdk::http::StatusCode;
use web::form::{
    Browser, Closed, Evidence, INCOMPLETE, Kept, SaidOfCommunications, Submission, Visit,
    keep_communications,
};
use web::{Answer, Context, FORM_LIMIT, Handled, Request};

use crate::frame::{Frame, form_of};
use crate::obstacle::instead;
use crate::person::{Asked, saved};
use crate::types::{TypeRow, row, said};
use crate::unsubscribe::about;

/// Who asks, and of what.
struct Asker {
    visit: Visit,
    one_click: OneClick,
}

impl Asker {
    async fn of(organisation: &str, token: &str) -> Result<Self, Closed> {
        let id = OrganisationId::parse(organisation).map_err(|_| Closed::Unknown)?;
        let config = web::configuration().await?;
        let keys = TokenKeys::derive(&config.token_secrets, id);
        let one_click = keys.open_one_click(token).ok_or(Closed::Unknown)?;
        let person = one_click.contact.clone();
        Ok(Self {
            visit: Visit::of(config, id, keys, person, None).await?,
            one_click,
        })
    }

    /// What the token unsubscribes of, whether the settings still have it or not.
    fn types(&self) -> Result<Vec<CommunicationType>, Closed> {
        let types = match &self.one_click.communication {
            Some((communication_type, _)) => vec![communication_type.clone()],
            None => {
                let types = &self.visit.organisation.settings.communication_types;
                types.iter().map(|one| one.id.clone()).collect()
            }
        };
        // To say that it was done would be false.
        if types.is_empty() {
            return Err(Closed::Unknown);
        }
        Ok(types)
    }

    async fn page(
        &self,
        context: &Context,
        browser: &Browser,
        objection: Option<web::form::Objection>,
    ) -> Result<Answer, Closed> {
        let asked = Asked {
            form: form_of(&self.visit, FormKind::Unsubscribe),
            context,
            browser,
            visit: &self.visit,
        };
        let frame = Frame::of(browser, &self.visit, &asked.form);
        let said = said(&self.visit).await?;
        let settings = &self.visit.organisation.settings;
        let rows: Vec<TypeRow> = self
            .types()?
            .into_iter()
            .map(|id| {
                let known = settings.communication_types.iter();
                let known = known.filter(|one| one.id == id);
                let name = known
                    .map(|one| one.name_in(&frame.language, &settings.default_language))
                    .next();
                let name = name.unwrap_or_else(|| id.as_str()).to_owned();
                row(id, name, &frame, &said)
            })
            .collect();
        Ok(about(&asked, frame, rows, objection)?)
    }
}

/// Shows the form. It changes nothing.
pub async fn show(context: Context, request: Request, organisation: &str, token: &str) -> Handled {
    let browser = Browser::of(&request);
    let shown = async {
        let asker = Asker::of(organisation, token).await?;
        asker.page(&context, &browser, None).await
    };
    let shown = shown.await;
    shown.or_else(|closed| instead(&context, &browser, closed, None))
}

/// Unsubscribes. Anything but a 2xx means that a mail program asks again.
pub async fn answer(
    context: Context,
    request: Request,
    organisation: &str,
    token: &str,
) -> Handled {
    let browser = Browser::of(&request);
    let nothing = Submission::default();
    let body = match web::read_capped(request, FORM_LIMIT).await {
        Ok(body) => body,
        Err(problem) => return instead(&context, &browser, problem.into(), Some(&nothing)),
    };
    let taken = take(&context, &browser, &body, organisation, token).await;
    taken.or_else(|closed| instead(&context, &browser, closed, Some(&nothing)))
}

async fn take(
    context: &Context,
    browser: &Browser,
    body: &[u8],
    organisation: &str,
    token: &str,
) -> Result<Answer, Closed> {
    let asker = Asker::of(organisation, token).await?;
    let one_click = is_one_click(body);
    let fields = web::form_fields(body);
    let pressed = fields.iter().any(|(name, _)| name == "answer");
    if !one_click && !pressed {
        return asker.page(context, browser, Some(INCOMPLETE)).await;
    }
    let shown = fields.iter().find(|(name, _)| name == "shown");
    let shown = shown.map_or("", |(_, shown)| shown.as_str());
    let visit = &asker.visit;
    let evidence = visit.keys.open_form(&visit.person, shown);
    let evidence = evidence.map(|token| Evidence { text: shown, token });
    let said: Vec<(CommunicationType, bool)> =
        asker.types()?.into_iter().map(|id| (id, false)).collect();
    let said = SaidOfCommunications {
        said: &said,
        source: if one_click {
            Source::OneClick
        } else {
            Source::Form
        },
        repeated_by: Some(evidence.as_ref().map_or(token, |evidence| evidence.text)),
        evidence: evidence.as_ref(),
        message: asker.one_click.communication.as_ref().map(|(_, id)| *id),
    };
    let kept = keep_communications(visit, context, &said).await?;
    web::seal_soon(&visit.store, visit.organisation.id);
    match kept {
        Kept::Saved | Kept::Overtaken if one_click => Ok(web::text(
            StatusCode::OK,
            "Unsubscribed. / Désabonné.\n".to_owned(),
        )),
        Kept::Saved | Kept::Overtaken => {
            let form = form_of(visit, FormKind::Unsubscribe);
            Ok(saved(&Frame::of(browser, visit, &form).language))
        }
    }
}

/// `List-Unsubscribe=One-Click` as a form field, in either of the encodings that RFC 8058 §3.2 allows.
fn is_one_click(body: &[u8]) -> bool {
    let encoded = web::form_fields(body)
        .iter()
        .any(|(name, value)| name == "List-Unsubscribe" && value == "One-Click");
    if encoded {
        return true;
    }
    let text = String::from_utf8_lossy(body);
    let Some((_, part)) = text.split_once("name=\"List-Unsubscribe\"") else {
        return false;
    };
    let value = part.split_once("\r\n\r\n").map_or("", |(_, rest)| rest);
    value.trim_start().starts_with("One-Click")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_are_understood() {
        assert!(is_one_click(b"List-Unsubscribe=One-Click"));
        let multipart = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
        assert!(is_one_click(multipart.as_bytes()));
        for other in [
            "",
            "List-Unsubscribe=",
            "answer=all",
            "x=List-Unsubscribe%3DOne-Click",
            "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nOne-Click\r\n--b--\r\n",
        ] {
            assert!(!is_one_click(other.as_bytes()), "{other}");
        }
    }
}
