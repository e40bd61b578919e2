//! The words of a form: changed, and found again as people saw them.

use std::collections::BTreeMap;

use domain::{FormTextsError, Timestamp, check_form_texts, is_language_tag};
use serde::Serialize;
use serde_json::value::RawValue;
use spin_sdk::http::StatusCode;
use store::Scope;
use web::form::text_ids;
use web::{Context, DECISION_LIMIT, Handled, Language, Problem, Request};

use super::find;

/// The most languages of a form.
const MOST_LANGUAGES: usize = 50;

/// What was changed.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "FormTexts"))]
pub struct TextsView {
    form: String,
    language: String,
    /// Counts the changes.
    version: i64,
    /// The organisation's own words; what is not among them is Assent's.
    own: BTreeMap<String, String>,
    /// Whether people are offered the language: add it to the setting `languages` if not.
    offered: bool,
}

/// Words as people saw them.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ShownForm"))]
pub struct ShownView {
    form: String,
    language: String,
    version: String,
    first_shown_at: Timestamp,
    /// As JSON text: its SHA-256 begins with `version`.
    words: String,
    #[cfg_attr(test, schemars(with = "serde_json::Value"))]
    shown: Box<RawValue>,
}

/// Replaces the organisation's own words in a language.
pub async fn change(context: Context, request: Request, id: &str, language: &str) -> Handled {
    let session = web::session(request.headers(), Scope::Admin).await?;
    let organisation = session.organisation.id;
    let forms = session.store.stored_forms(organisation).await?;
    let form = find(&forms, id)?;
    if !is_language_tag(language) {
        let detail = "Write the language as a tag such as en, pt-BR or zh-Hant (BCP 47).";
        return Err(Problem::invalid("language", detail));
    }
    web::require_json(request.headers())?;
    let content = web::read_capped(request, DECISION_LIMIT).await?;
    let own: BTreeMap<String, String> = web::json(&content)?;
    let known: Vec<&str> = text_ids(form.kind).collect();
    let complete = Language::of(language).is_none() && !own.is_empty();
    check_form_texts(&own, &known, complete).map_err(|error| problem(&error))?;
    let languages = &form.own().texts;
    if languages.len() >= MOST_LANGUAGES && !languages.contains_key(language) {
        let detail = format!("A form may have own words in {MOST_LANGUAGES} languages.");
        return Err(Problem::invalid("language", detail));
    }
    let actor = session.key.id.to_string();
    let version = session
        .store
        .change_form_texts(organisation, id, language, &own, &actor, context.now)
        .await?;
    web::seal_soon(&session.store, organisation);
    let settings = &session.organisation.settings;
    let view = TextsView {
        form: id.to_owned(),
        language: language.to_owned(),
        version,
        own,
        offered: settings
            .languages
            .iter()
            .any(|tag| super::same(tag, language)),
    };
    web::answer_json(StatusCode::OK, &view)
}

fn problem(error: &FormTextsError) -> Problem {
    let id = match error {
        FormTextsError::Unknown(id) if !is_harmless(id) => "?",
        FormTextsError::Unknown(id) | FormTextsError::Text(id) | FormTextsError::Missing(id) => id,
    };
    Problem::invalid(format!("/{id}"), error)
}

/// A name that can be a misspelt one; anything else is not repeated.
fn is_harmless(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    id.len() <= 64 && id.bytes().all(plain)
}

/// What people saw under a version that a signal names.
pub async fn shown(request: Request, id: &str, version: &str) -> Handled {
    let [] = web::query(request.uri().query(), [])?;
    let session = web::session(request.headers(), Scope::ConsentRead).await?;
    let found = session
        .store
        .shown_text(session.organisation.id, version)
        .await?;
    let found = found.filter(|found| found.form == id).ok_or_else(|| {
        Problem::not_found("Your organisation has shown no such version of this form.")
    })?;
    let view = ShownView {
        form: found.form,
        language: found.language,
        version: version.to_owned(),
        first_shown_at: found.first_at,
        shown: RawValue::from_string(found.words.clone()).map_err(Problem::internal)?,
        words: found.words,
    };
    web::answer_json(StatusCode::OK, &view)
}
