//! `GET /v1/forms/{id}/link`: the address of a form for the sender's link library, with the merge tag under which the
//! mailing system puts a person's preferences token.

use std::collections::BTreeMap;

use serde::Serialize;
use spin_sdk::http::StatusCode;
use store::Scope;
use web::{Handled, Problem, Request};

use super::find;

/// How common mailing systems write a field of a contact called `preferences`.
const TAGS: [(&str, &str); 11] = [
    ("active_campaign", "%PREFERENCES%"),
    ("brevo", "{{ contact.PREFERENCES }}"),
    ("dialog_insight", "[[preferences]]"),
    ("hubspot", "{{ contact.preferences }}"),
    ("klaviyo", "{{ person.preferences }}"),
    ("listmonk", "{{ .Subscriber.Attribs.preferences }}"),
    ("mailchimp", "*|PREFS|*"),
    ("mailjet", "{{data:preferences}}"),
    ("mautic", "{contactfield=preferences}"),
    ("salesforce_marketing_cloud", "%%preferences%%"),
    ("sendgrid", "{{preferences}}"),
];

/// The address.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "FormLink"))]
pub struct LinkView {
    /// With the merge tag that was asked for.
    url: String,
    tag: String,
    /// With the merge tags of common mailing systems, for a field called `preferences`.
    mailers: BTreeMap<&'static str, String>,
}

/// The address of a form.
pub async fn get(request: Request, id: &str) -> Handled {
    let [tag, base_url] = web::query(request.uri().query(), ["tag", "base_url"])?;
    let session = web::session(request.headers(), Scope::MessagesWrite).await?;
    let forms = session.store.stored_forms(session.organisation.id).await?;
    let form = find(&forms, id)?;
    let Some(path) = form.kind.path() else {
        let detail = "No address leads to this form: a click shows it.";
        return Err(Problem::not_found(detail));
    };
    let usual = form.id == form.kind.code();
    let path = if usual {
        path.to_owned()
    } else {
        format!("/form/{}", form.id)
    };
    let tag = tag.unwrap_or_else(|| "*|PREFS|*".to_owned());
    let fits = (1..=100).contains(&tag.len())
        && !tag
            .chars()
            .any(|c| c.is_control() || "\"'<>/?#\\&".contains(c));
    if !fits {
        let detail = "Give a merge tag of your mailing system, 1 to 100 bytes without quotes and <>/?#&, for example *|PREFS|*.";
        return Err(Problem::invalid("tag", detail));
    }
    let base = web::base_url(web::origin_of(&request), base_url.as_deref())?;
    let address = |tag: &str| format!("{base}/p/{}/{tag}{path}", session.organisation.id);
    let view = LinkView {
        url: address(&tag),
        tag,
        mailers: TAGS.map(|(mailer, tag)| (mailer, address(tag))).into(),
    };
    web::answer_json(StatusCode::OK, &view)
}
