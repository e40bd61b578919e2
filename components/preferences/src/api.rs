//! `/v1/forms`: what an organisation changes about its forms.

mod link;
mod preview;
mod texts;

use std::collections::BTreeMap;

use domain::{FormKind, FormSettings, MOST_FORMS, Timestamp, is_form_id};
use serde::{Deserialize, Serialize};
use spin_sdk::http::StatusCode;
use store::{OwnForms, Scope};
use web::form::{Form, text_ids};
use web::{Context, DECISION_LIMIT, Handled, Problem, ProblemKind, Request, Session};

#[cfg(test)]
pub use link::LinkView;
pub use link::get as link;
#[cfg(test)]
pub use preview::PreviewView;
pub use preview::{get as preview, show as show_preview, taken as preview_taken};
#[cfg(test)]
pub use texts::{ShownView, TextsView};
pub use texts::{change as change_texts, shown};

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "NewForm"))]
#[serde(deny_unknown_fields)]
pub struct FormBody {
    /// Names it in its address: 1 to 32 of `a-z`, `0-9`, `_` and `-`.
    #[cfg_attr(test, schemars(regex(pattern = "^[a-z0-9_-]{1,32}$")))]
    id: String,
    kind: FormKind,
    #[serde(default)]
    settings: FormSettings,
}

/// A form.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Form"))]
pub struct FormView {
    id: String,
    kind: FormKind,
    settings: FormSettings,
    /// The languages that people can read it in.
    languages: Vec<LanguageView>,
    /// The words in each of them: own ones in place of Assent's. Only where one form is asked for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    texts: BTreeMap<String, BTreeMap<&'static str, String>>,
}

/// A language of a form.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "FormLanguage"))]
pub struct LanguageView {
    language: String,
    name: String,
    /// Counts the changes of its own words; 0 if there were none.
    version: i64,
    /// The texts that are the organisation's own.
    own: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_at: Option<Timestamp>,
    /// Whether people are offered it: languages that are not in the setting `languages` wait for that.
    offered: bool,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Forms"))]
pub struct FormsView {
    forms: Vec<FormView>,
}

/// All forms: one of each kind, and those that the organisation made.
pub async fn list(request: Request) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::MessagesWrite).await?;
    let forms = session.store.stored_forms(session.organisation.id).await?;
    let made = forms.keys().map(String::as_str);
    let mut ids: Vec<&str> = FormKind::ALL.map(FormKind::code).into_iter().collect();
    ids.extend(made.filter(|id| FormKind::parse(id).is_err()));
    let views = ids
        .into_iter()
        .filter_map(|id| Form::find(&forms, id))
        .map(|form| view(&session, &form, false));
    let view = FormsView {
        forms: views.collect(),
    };
    web::answer_json(StatusCode::OK, &view)
}

/// One form with its words.
pub async fn get(request: Request, id: &str) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::MessagesWrite).await?;
    let forms = session.store.stored_forms(session.organisation.id).await?;
    let form = find(&forms, id)?;
    web::answer_json(StatusCode::OK, &view(&session, &form, true))
}

/// Makes one.
pub async fn create(context: Context, request: Request) -> Handled {
    let session = web::session(request.headers(), Scope::Admin).await?;
    web::require_json(request.headers())?;
    let content = web::read_capped(request, DECISION_LIMIT).await?;
    let body: FormBody = web::json(&content)?;
    if !is_form_id(&body.id) {
        let detail = "Write the id of a form with 1 to 32 of a-z, 0-9, _ and -.";
        return Err(Problem::invalid("/id", detail));
    }
    let taken = || {
        let detail = "There is a form of this id. Change it with PUT /v1/forms/{id}.";
        Problem::new(ProblemKind::Conflict, detail)
    };
    if FormKind::parse(&body.id).is_ok() {
        return Err(taken());
    }
    if body.kind == FormKind::Interception {
        let detail = "A click shows the one interception form. Change its words instead.";
        return Err(Problem::invalid("/kind", detail));
    }
    check(&session, &body.settings, "/settings/")?;
    let forms = session.store.stored_forms(session.organisation.id).await?;
    if forms.len() >= MOST_FORMS && !forms.contains_key(&body.id) {
        let detail = format!("An organisation may have {MOST_FORMS} forms of its own.");
        return Err(Problem::new(ProblemKind::Conflict, detail));
    }
    let settings = (body.kind, &body.settings);
    let made = save(&session, &body.id, settings, true, &context).await?;
    made.ok_or_else(taken)?;
    let forms = session.store.stored_forms(session.organisation.id).await?;
    let form = find(&forms, &body.id)?;
    web::created(
        &format!("/v1/forms/{}", body.id),
        &view(&session, &form, true),
    )
}

/// Replaces the settings of one.
pub async fn change(context: Context, request: Request, id: &str) -> Handled {
    let session = web::session(request.headers(), Scope::Admin).await?;
    let forms = session.store.stored_forms(session.organisation.id).await?;
    let form = find(&forms, id)?;
    web::require_json(request.headers())?;
    let content = web::read_capped(request, DECISION_LIMIT).await?;
    let settings: FormSettings = web::json(&content)?;
    check(&session, &settings, "/")?;
    save(&session, id, (form.kind, &settings), false, &context).await?;
    let forms = session.store.stored_forms(session.organisation.id).await?;
    let form = find(&forms, id)?;
    web::answer_json(StatusCode::OK, &view(&session, &form, true))
}

async fn save(
    session: &Session,
    id: &str,
    settings: (FormKind, &FormSettings),
    new: bool,
    context: &Context,
) -> Result<Option<i64>, Problem> {
    let (organisation, actor) = (session.organisation.id, session.key.id.to_string());
    let store = &session.store;
    let saved = store
        .change_form(organisation, id, settings, new, &actor, context.now)
        .await?;
    web::seal_soon(store, organisation);
    Ok(saved)
}

/// The form of this id.
pub fn find(forms: &OwnForms, id: &str) -> Result<Form, Problem> {
    Form::find(forms, id)
        .ok_or_else(|| Problem::not_found("Your organisation has no form of this id."))
}

fn check(session: &Session, settings: &FormSettings, prefix: &str) -> Result<(), Problem> {
    let known = &session.organisation.settings.communication_types;
    for (place, id) in settings.communication_types.iter().enumerate() {
        if !known.iter().any(|one| one.id == *id) {
            let pointer = format!("{prefix}communication_types/{place}");
            let detail = "Your organisation has no communication type of this id. Add it to the setting communication_types first.";
            return Err(Problem::invalid(pointer, detail));
        }
    }
    let defined = &session.organisation.settings.attributes;
    for (place, name) in settings.attributes.iter().enumerate() {
        if defined.get(name).is_none() {
            let pointer = format!("{prefix}attributes/{place}");
            let detail = "Your organisation has no attribute of this name. Add it to the setting attributes first.";
            return Err(Problem::invalid(pointer, detail));
        }
    }
    Ok(())
}

fn view(session: &Session, form: &Form, with_texts: bool) -> FormView {
    let offered = form.offered(&session.organisation.settings);
    let own = &form.own().texts;
    let of_offered = offered
        .iter()
        .map(|one| (one.tag.clone(), one.name.clone(), true));
    let waiting = own
        .keys()
        .filter(|tag| !offered.iter().any(|one| same(&one.tag, tag)))
        .map(|tag| (tag.clone(), tag.clone(), false));
    let languages: Vec<LanguageView> = of_offered
        .chain(waiting)
        .map(|(language, name, offered)| {
            let texts = own.get(&language).or_else(|| {
                let mut tags = own.iter();
                tags.find(|(tag, _)| same(tag, &language))
                    .map(|(_, own)| own)
            });
            LanguageView {
                version: texts.map_or(0, |texts| texts.version),
                own: texts.map_or_else(Vec::new, |texts| texts.texts.keys().cloned().collect()),
                changed_at: texts.map(|texts| texts.at),
                language,
                name,
                offered,
            }
        })
        .collect();
    let texts = languages.iter().filter(|_| with_texts).map(|one| {
        let words = form.texts(&one.language);
        let texts = text_ids(form.kind).map(|id| (id, words.source(id)));
        (one.language.clone(), texts.collect())
    });
    FormView {
        id: form.id.clone(),
        kind: form.kind,
        settings: form.settings.clone(),
        texts: texts.collect(),
        languages,
    }
}

/// Whether own words of one language are shown as those of the other: fr-CA as fr.
fn same(one: &str, other: &str) -> bool {
    let language = web::Language::of(one);
    one == other || (language.is_some() && language == web::Language::of(other))
}
