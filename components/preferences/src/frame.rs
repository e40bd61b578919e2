//! What every page has, and the evidence of what it shows.

use std::collections::BTreeMap;

use askama::Template;
use domain::token::FormToken;
use domain::{FormKind, Shown, Timestamp};
use spin_sdk::http::StatusCode;
use web::form::{Browser, Form, Objection, Offered, Visit, Words, brand, sheet, text_ids};
use web::{Handled, Page, Problem, Texts};

/// What every page has.
pub struct Frame {
    /// The texts.
    pub texts: Texts,
    /// Their language (BCP 47).
    pub language: String,
    /// The direction in which it is written.
    pub direction: &'static str,
    /// All that the page can be read in.
    pub languages: Vec<Offered>,
    /// The main style sheet.
    pub sheet: String,
    /// The organisation's colours.
    pub brand: Option<String>,
    /// The organisation's logo.
    pub logo: Option<String>,
    /// Who asks; nothing on a page that is nobody's.
    pub sender: Option<String>,
    /// The organisation's privacy notice.
    pub privacy_notice: Option<String>,
    /// Whether the browser asks not to be tracked.
    pub privacy_signal: bool,
    /// Whether it is only looked at by those who write it: nothing can be sent.
    pub preview: bool,
}

impl Frame {
    /// A page of nobody's.
    pub fn usual(browser: &Browser) -> Self {
        Self::new(browser, Words::usual(browser), None)
    }

    /// A form of an organisation.
    pub fn of(browser: &Browser, visit: &Visit, form: &Form) -> Self {
        let settings = &visit.organisation.settings;
        let words = match &visit.preview {
            Some(language) => Words::in_language(form, language),
            None => Words::of(form, browser, settings),
        };
        Self {
            preview: visit.preview.is_some(),
            ..Self::new(browser, words, Some(visit))
        }
    }

    fn new(browser: &Browser, words: Words, visit: Option<&Visit>) -> Self {
        let organisation = visit.map(|visit| &*visit.organisation);
        let settings = organisation.map(|organisation| &organisation.settings);
        let unnamed = || words.texts.get("sender-unnamed");
        Self {
            sender: settings.map(|settings| settings.display_name.clone().unwrap_or_else(unnamed)),
            privacy_notice: settings.and_then(|settings| settings.privacy_notice_url.clone()),
            texts: words.texts,
            language: words.tag,
            direction: words.direction,
            languages: words.offered,
            sheet: sheet::path("p"),
            brand: organisation.and_then(|organisation| brand::path("p", organisation)),
            logo: organisation.and_then(|organisation| brand::logo_path("p", organisation)),
            privacy_signal: browser.privacy_signal,
            preview: false,
        }
    }

    /// The name of a language of the page, in itself.
    pub fn language_direction(tag: &str) -> &'static str {
        domain::direction(tag)
    }
}

/// A message above the form.
pub struct Notice {
    /// `status` for what was done, `alert` for what was not.
    pub role: &'static str,
    /// What happened.
    pub title: String,
    /// What follows.
    pub text: String,
}

/// What was agreed to could not be taken; everything else was.
pub const PARTLY: Objection = (StatusCode::CONFLICT, "preferences-partly");

impl Notice {
    /// What was not saved, and why.
    pub fn objection(texts: &Texts, objection: Objection) -> Self {
        match objection {
            PARTLY => Self {
                role: "alert",
                title: texts.get("preferences-partly-title"),
                text: texts.get("preferences-partly"),
            },
            (_, why) => Self::not_saved(texts, why),
        }
    }

    /// That something was done.
    pub fn done(texts: &Texts, title: &str, text: &str) -> Self {
        Self {
            role: "status",
            title: texts.get(title),
            text: texts.get(text),
        }
    }

    /// That nothing was saved, and why.
    pub fn not_saved(texts: &Texts, why: &str) -> Self {
        Self {
            role: "alert",
            title: texts.get("not-saved-title"),
            text: texts.get(why),
        }
    }
}

/// The browser's tab, and the first thing that a screen reader says.
pub fn title(notice: Option<&Notice>, subject: &str) -> String {
    match notice {
        Some(notice) => format!("{} – {subject}", notice.title),
        None => subject.to_owned(),
    }
}

/// The texts that appear only after an answer, and with it: what was shown when she was asked is without them.
fn is_asked(id: &str) -> bool {
    const AFTER: [&str; 4] = ["saved-", "not-saved-", "month-", "preview-"];
    !AFTER.iter().any(|prefix| id.starts_with(prefix))
        && !id.ends_with("-done")
        && !id.ends_with("-done-title")
}

/// The words of a form as JSON, with whoever asks, where the notice stands, and the names of what is asked (`also`).
pub fn words(frame: &Frame, form: &Form, also: &BTreeMap<String, String>) -> String {
    let texts: BTreeMap<&str, String> = text_ids(form.kind)
        .filter(|id| is_asked(id) && (*id != "gpc-notice" || frame.privacy_signal))
        .map(|id| (id, frame.texts.get(id)))
        .collect();
    let json = |value: &BTreeMap<&str, String>| serde_json::json!(value);
    serde_json::json!({
        "form": form.id,
        "kind": form.kind,
        "language": frame.language,
        "sender": frame.sender,
        "privacy_notice": frame.privacy_notice,
        "texts": json(&texts),
        "asked": also,
    })
    .to_string()
}

/// The version of words: the first half of their SHA-256.
pub fn version(words: &str) -> String {
    let digest = store::digest(words.as_bytes());
    digest.get(..32).unwrap_or(&digest).to_owned()
}

/// The form token of a page: evidence of what it shows. Its words are kept, so that they can be found again.
pub fn evidence(
    visit: &Visit,
    frame: &Frame,
    form: &Form,
    also: &BTreeMap<String, String>,
    now: Timestamp,
) -> Result<String, Problem> {
    if visit.preview.is_some() {
        return Ok(String::new());
    }
    let words = words(frame, form, also);
    let version = version(&words);
    visit.store.keep_shown_soon(
        visit.organisation.id,
        &version,
        (&form.id, &frame.language, words),
        now,
    );
    let token = FormToken {
        shown: Shown {
            form: form.id.clone(),
            version,
            language: frame.language.clone(),
        },
        issued_at: now,
    };
    visit
        .keys
        .seal_form(&visit.person, &token)
        .map_err(Problem::internal)
}

/// The usual form of a kind, or nothing of the kind under this id.
pub fn form_of(visit: &Visit, kind: FormKind) -> Form {
    Form::usual(&visit.forms, kind)
}

/// A page, sent.
pub fn send(page: &impl Template, language: &str, status: StatusCode) -> Handled {
    let html = page.render().map_err(Problem::internal)?;
    let page = Page {
        html,
        language: language.to_owned(),
        scripts: false,
    };
    Ok(page.answer(status))
}
