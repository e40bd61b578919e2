//! `/p/{organisation}/{person}/profile`: what the organisation keeps about a contact, to be corrected by her, with the
//! question about tracking where the form asks it.

use std::collections::BTreeMap;

use askama::Template;
use domain::{Attribute, AttributeName, AttributeType, AttributeValue};
use spin_sdk::http::StatusCode;
use store::{ContactChange, Requested};
use web::Problem;
use web::form::{Closed, EXPIRED, INCOMPLETE, Kept, Objection};

use crate::frame::{self, Frame, Notice, PARTLY, evidence, send};
use crate::person::{Asked, Sent, base, offered_tracking, saved};
use crate::preferences::take_tracking;
use crate::question::{Question, chosen_tracking, tracking};

/// A value does not fit.
const INVALID: Objection = (StatusCode::UNPROCESSABLE_ENTITY, "profile-invalid");

/// One attribute.
struct Field {
    name: String,
    label: String,
    kind: AttributeType,
    value: String,
    /// What is stored.
    was: String,
    choices: Vec<String>,
    /// The names of yes and no.
    yes_and_no: (String, String),
}

impl Field {
    fn is(&self, value: &str) -> bool {
        self.value == value
    }

    const fn is_choice(&self) -> bool {
        matches!(self.kind, AttributeType::Choice)
    }

    const fn is_boolean(&self) -> bool {
        matches!(self.kind, AttributeType::Boolean)
    }

    const fn input(&self) -> &'static str {
        match self.kind {
            AttributeType::Date => "date",
            _ => "text",
        }
    }

    const fn mode(&self) -> &'static str {
        match self.kind {
            AttributeType::Number => "decimal",
            _ => "text",
        }
    }
}

/// The form.
#[derive(Template)]
#[template(path = "profile.html")]
pub struct ProfilePage {
    frame: Frame,
    notice: Option<Notice>,
    fields: Vec<Field>,
    tracking: Option<Question>,
    shown: String,
    offered: Option<String>,
    preferences: String,
}

impl ProfilePage {
    fn title(&self) -> String {
        let subject = self.frame.texts.get("profile-title");
        frame::title(self.notice.as_ref(), &subject)
    }
}

/// The attributes that the form shows and the organisation still defines.
fn attributes<'a>(asked: &Asked<'a>) -> Vec<&'a Attribute> {
    let defined = &asked.visit.organisation.settings.attributes;
    let shown = asked.form.settings.attributes.iter();
    shown.filter_map(|name| defined.get(name)).collect()
}

async fn values(asked: &Asked<'_>) -> Result<BTreeMap<AttributeName, AttributeValue>, Problem> {
    let visit = asked.visit;
    let person = std::slice::from_ref(&visit.person);
    let mut found = visit.store.contacts(visit.organisation.id, person).await?;
    let stored = found.pop().flatten().map(|contact| contact.attributes);
    let defined = &visit.organisation.settings.attributes;
    Ok(defined.shown(&stored.unwrap_or_default()))
}

/// The form; `sent` is what she wrote, where it cannot be saved as it is.
pub async fn page(asked: &Asked<'_>, objection: Option<Objection>) -> Result<web::Answer, Closed> {
    page_with(asked, objection, None).await
}

async fn page_with(
    asked: &Asked<'_>,
    objection: Option<Objection>,
    sent: Option<&Sent<'_>>,
) -> Result<web::Answer, Closed> {
    let Asked {
        visit,
        browser,
        form,
        context,
    } = asked;
    let frame = Frame::of(browser, visit, form);
    let resolved = visit.resolved(&visit.current().await?, context.now);
    let values = values(asked).await?;
    let fields: Vec<Field> = attributes(asked)
        .into_iter()
        .map(|attribute| {
            let name = field(attribute);
            let written = sent.and_then(|sent| sent.value(&name)).map(str::to_owned);
            let stored = values.get(&attribute.name).map(ToString::to_string);
            Field {
                was: stored.clone().unwrap_or_default(),
                value: written.or(stored).unwrap_or_default(),
                name,
                label: attribute.label.clone(),
                kind: attribute.kind,
                choices: attribute.choices.clone(),
                yes_and_no: (frame.texts.get("choice-yes"), frame.texts.get("choice-no")),
            }
        })
        .collect();
    let notice = match objection {
        Some(objection) => Some(Notice::objection(&frame.texts, objection)),
        None => browser
            .claims_saved
            .then(|| Notice::done(&frame.texts, "profile-done-title", "profile-done")),
    };
    let labels = fields
        .iter()
        .map(|field| (field.name.clone(), field.label.clone()))
        .collect();
    let language = frame.language.clone();
    let page = ProfilePage {
        shown: evidence(visit, &frame, form, &labels, context.now)?,
        tracking: (form.settings.ask_tracking).then(|| tracking(&frame.texts, &resolved)),
        offered: offered_tracking(asked)?,
        preferences: base(visit)?,
        frame,
        notice,
        fields,
    };
    let code = objection.map_or(StatusCode::OK, |(code, _)| code);
    Ok(send(&page, &language, code)?)
}

fn field(attribute: &Attribute) -> String {
    format!("attribute-{}", attribute.name)
}

/// Takes what was changed. A refusal of tracking is stored in any case; details only where the page is hers and fresh.
pub async fn take(asked: &Asked<'_>, sent: &Sent<'_>) -> Result<web::Answer, Closed> {
    let Asked {
        visit,
        browser,
        form,
        context,
    } = asked;
    let resolved = visit.resolved(&visit.current().await?, context.now);
    let answer = chosen_tracking(sent, &resolved).filter(|_| form.settings.ask_tracking);
    let tracked = take_tracking(asked, sent, answer).await?;
    web::seal_soon(&visit.store, visit.organisation.id);
    visit.store.repair_soon(context.now);
    let Ok(changes) = changes(asked, sent) else {
        return page_with(asked, Some(INVALID), Some(sent)).await;
    };
    if !changes.is_empty() {
        if sent.fresh(context).is_none() {
            let why = if sent.evidence.is_some() {
                EXPIRED
            } else {
                INCOMPLETE
            };
            return page_with(asked, Some(why), Some(sent)).await;
        }
        let change = ContactChange {
            subject: visit.person.clone(),
            attributes: changes,
            replaces: false,
        };
        let organisation = visit.organisation.id;
        visit
            .store
            .change_contacts(organisation, &[change], Requested::Live, None, context.now)
            .await?;
    }
    if tracked == Kept::Overtaken {
        return page(asked, Some(PARTLY)).await;
    }
    Ok(saved(&Frame::of(browser, visit, form).language))
}

/// What she wrote otherwise than the page showed it.
fn changes(
    asked: &Asked<'_>,
    sent: &Sent<'_>,
) -> Result<BTreeMap<AttributeName, Option<AttributeValue>>, domain::AttributeError> {
    let mut changes = BTreeMap::new();
    for attribute in attributes(asked) {
        let name = field(attribute);
        let Some(written) = sent.value(&name) else {
            continue;
        };
        if sent.value(&format!("was-{name}")) != Some(written) {
            changes.insert(attribute.name.clone(), attribute.read_text(written)?);
        }
    }
    Ok(changes)
}
