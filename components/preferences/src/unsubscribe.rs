//! `/p/{organisation}/{person}/unsubscribe`: opting out of communications. It changes nothing about tracking, and says so
//! where it offers to decide about that, too.

use askama::Template;
use domain::{CommunicationType, Source};
use spin_sdk::http::StatusCode;
use web::form::{Closed, Kept, Objection, SaidOfCommunications, keep_communications};
use web::{Answer, Problem};

use crate::frame::{self, Frame, Notice, evidence, send};
use crate::person::{Asked, Sent, base, offered_tracking, saved};
use crate::types::{TypeRow, asked as names, rows, said};

/// No box was ticked.
const UNCHOSEN: Objection = (StatusCode::UNPROCESSABLE_ENTITY, "unsubscribe-unchosen");

/// The form.
#[derive(Template)]
#[template(path = "unsubscribe.html")]
pub struct UnsubscribePage {
    /// What every page has.
    pub frame: Frame,
    /// What became of the last answer.
    pub notice: Option<Notice>,
    /// The types.
    pub rows: Vec<TypeRow>,
    /// The form token.
    pub shown: String,
    /// The form about tracking, where it is offered.
    pub offered: Option<String>,
    /// The preference centre.
    pub preferences: String,
}

impl UnsubscribePage {
    fn title(&self) -> String {
        let subject = self.frame.texts.get("unsubscribe-title");
        frame::title(self.notice.as_ref(), &subject)
    }

    /// Whether there is a choice between several.
    fn is_list(&self) -> bool {
        self.rows.len() > 1
    }

    fn can_stop(&self) -> bool {
        self.rows.iter().any(TypeRow::can_stop)
    }
}

/// The page about these types.
pub fn about(
    asked: &Asked<'_>,
    frame: Frame,
    rows: Vec<TypeRow>,
    objection: Option<Objection>,
) -> Result<Answer, Problem> {
    let Asked { visit, form, .. } = asked;
    let is_out = rows.iter().any(TypeRow::is_out);
    let (code, notice) = match objection {
        Some((code, why)) => (code, Some(Notice::not_saved(&frame.texts, why))),
        None if asked.browser.claims_saved && is_out => {
            let done = Notice::done(&frame.texts, "unsubscribe-done-title", "unsubscribe-done");
            (StatusCode::OK, Some(done))
        }
        None => (StatusCode::OK, None),
    };
    let language = frame.language.clone();
    let page = UnsubscribePage {
        shown: evidence(visit, &frame, form, &names(&rows), asked.context.now)?,
        offered: offered_tracking(asked)?,
        preferences: base(visit)?,
        frame,
        notice,
        rows,
    };
    send(&page, &language, code)
}

/// The form.
pub async fn page(asked: &Asked<'_>, objection: Option<Objection>) -> Result<Answer, Closed> {
    let Asked {
        visit,
        browser,
        form,
        ..
    } = asked;
    let frame = Frame::of(browser, visit, form);
    let rows = rows(visit, form, &frame, &said(visit).await?);
    Ok(about(asked, frame, rows, objection)?)
}

/// Takes the answer. Whoever says no needs to prove nothing, so no page is too old.
pub async fn take(asked: &Asked<'_>, sent: &Sent<'_>) -> Result<Answer, Closed> {
    let Asked {
        visit,
        context,
        browser,
        form,
    } = asked;
    let chosen = &form.settings.communication_types;
    let types = visit.organisation.settings.communication_types.iter();
    let types = types
        .map(|one| &one.id)
        .filter(|id| chosen.is_empty() || chosen.contains(id));
    let all = sent.value("answer") == Some("all");
    let stopped: Vec<(CommunicationType, bool)> = types
        .filter(|id| all || sent.values("stop").any(|ticked| ticked == id.as_str()))
        .map(|id| (id.clone(), false))
        .collect();
    if stopped.is_empty() {
        return page(asked, Some(UNCHOSEN)).await;
    }
    let evidence = sent.evidence.as_ref();
    let said = SaidOfCommunications {
        said: &stopped,
        source: Source::Form,
        repeated_by: evidence.map(|evidence| evidence.text),
        evidence,
        message: None,
    };
    let kept = keep_communications(visit, context, &said).await?;
    web::seal_soon(&visit.store, visit.organisation.id);
    match kept {
        // Opting out is never overtaken.
        Kept::Saved | Kept::Overtaken => Ok(saved(&Frame::of(browser, visit, form).language)),
    }
}
