//! The pages: what every one has, and the form about tracking.

use askama::Template;
use domain::token::FormToken;
use domain::{Settings, Shown, Timestamp};
use spin_sdk::http::StatusCode;
use web::form::{Answer, Browser, Visit, brand, offered, sheet};
use web::{Handled, Language, Page, Problem, Texts};

use crate::status::Status;

/// The id of the form in the evidence.
const FORM: &str = "tracking";

/// What the person is asked and told; their version goes into the evidence.
const FORM_TEXTS: [&str; 11] = [
    "tracking-title",
    "tracking-lead",
    "meaning-heading",
    "meaning-agree-term",
    "meaning-agree",
    "meaning-refuse-term",
    "meaning-refuse",
    "meaning-both",
    "answer-refuse",
    "answer-grant",
    "privacy-notice",
];

/// What every page has.
pub struct Frame {
    /// The texts.
    pub texts: Texts,
    /// Their language.
    pub language: Language,
    /// All that the page can be read in.
    pub languages: Vec<Language>,
    /// The main style sheet.
    pub sheet: String,
    /// The organisation's colours.
    pub brand: Option<String>,
    /// The organisation's logo.
    pub logo: Option<String>,
    /// Who asks; nothing on a page that is nobody's.
    pub sender: Option<String>,
}

impl Frame {
    /// A page of an organisation, or of nobody's.
    pub fn new(browser: &Browser, visit: Option<&Visit>) -> Self {
        let organisation = visit.map(|visit| &*visit.organisation);
        let settings = organisation.map(|organisation| &organisation.settings);
        let language = browser.language(settings);
        let texts = Texts::of(language);
        let name = |settings: &Settings| settings.display_name.clone();
        let unnamed = || texts.get("sender-unnamed");
        Self {
            sender: settings.map(|settings| name(settings).unwrap_or_else(unnamed)),
            texts,
            language,
            languages: offered(settings),
            sheet: sheet::path("p"),
            brand: organisation.and_then(|organisation| brand::path("p", organisation)),
            logo: organisation.and_then(|organisation| brand::logo_path("p", organisation)),
        }
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

impl Notice {
    /// What was saved, if it really is what is stored.
    pub fn saved(texts: &Texts, claimed: Option<Answer>, status: &Status) -> Option<Self> {
        let (title, text) = match claimed.filter(|claimed| status.is(*claimed))? {
            Answer::Refuse => (texts.get("saved-refused-title"), texts.get("saved-refused")),
            Answer::Grant => (texts.get("saved-granted-title"), texts.get("saved-granted")),
        };
        Some(Self {
            role: "status",
            title,
            text,
        })
    }

    /// That nothing was saved, and why.
    pub fn not_saved(texts: &Texts, why: String) -> Self {
        Self {
            role: "alert",
            title: texts.get("not-saved-title"),
            text: why,
        }
    }
}

/// The form about tracking.
#[derive(Template)]
#[template(path = "tracking.html")]
pub struct TrackingPage {
    /// What every page has.
    pub frame: Frame,
    /// What became of the last answer.
    pub notice: Option<Notice>,
    /// What is stored.
    pub status: Status,
    /// The form token.
    pub shown: String,
    /// Whether the browser asks not to be tracked.
    pub privacy_signal: bool,
    /// The organisation's privacy notice.
    pub privacy_notice: Option<String>,
}

impl TrackingPage {
    /// The form for this person, sealed as evidence of what it shows.
    pub fn new(
        browser: &Browser,
        visit: &Visit,
        status: Status,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let frame = Frame::new(browser, Some(visit));
        let privacy_notice = visit.organisation.settings.privacy_notice_url.clone();
        let token = FormToken {
            shown: Shown {
                form: FORM.to_owned(),
                version: version(&frame, browser.privacy_signal, privacy_notice.as_deref()),
                language: frame.language.code().to_owned(),
            },
            issued_at: now,
        };
        let shown = visit
            .keys
            .seal_form(&visit.person, &token)
            .map_err(Problem::internal)?;
        Ok(Self {
            frame,
            notice: None,
            status,
            shown,
            privacy_signal: browser.privacy_signal,
            privacy_notice,
        })
    }

    /// The title: the browser's tab, and the first thing that a screen reader says.
    pub fn title(&self) -> String {
        let subject = self.frame.texts.get("tracking-title");
        match &self.notice {
            Some(notice) => format!("{} – {subject}", notice.title),
            None => subject,
        }
    }
}

/// A short hash of the texts as they are shown, of whoever asks and of where the notice stands.
fn version(frame: &Frame, privacy_signal: bool, privacy_notice: Option<&str>) -> String {
    let mut words: Vec<String> = FORM_TEXTS.map(|id| frame.texts.get(id)).to_vec();
    if privacy_signal {
        words.push(frame.texts.get("gpc-notice"));
    }
    words.extend(frame.sender.clone());
    words.extend(privacy_notice.map(str::to_owned));
    let digest = store::digest(words.join("\n").as_bytes());
    digest.get(..16).unwrap_or(&digest).to_owned()
}

/// A page, sent.
pub fn send(page: &impl Template, language: Language, status: StatusCode) -> Handled {
    let html = page.render().map_err(Problem::internal)?;
    let page = Page {
        html,
        language,
        scripts: false,
    };
    Ok(page.answer(status))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
#[path = "page_tests.rs"]
mod tests;
