//! `/p/{organisation}/{person}/opt-in`: opting in to communications, with the question about tracking where the form asks
//! it. Nothing is ticked beforehand, and a box that stays empty says nothing.

use askama::Template;
use domain::CommunicationType;
use spin_sdk::http::StatusCode;
use web::form::{Closed, Kept, Objection};

use crate::frame::{self, Frame, Notice, PARTLY, evidence, send};
use crate::person::{Asked, Sent, base, offered_tracking, saved};
use crate::preferences::{take_communications, take_tracking};
use crate::question::{Question, chosen_tracking, tracking};
use crate::types::{TypeRow, asked as names, rows, said};

/// Nothing was chosen.
const UNCHOSEN: Objection = (StatusCode::UNPROCESSABLE_ENTITY, "opt-in-unchosen");

/// The form.
#[derive(Template)]
#[template(path = "opt_in.html")]
pub struct OptInPage {
    /// What every page has.
    pub frame: Frame,
    /// What became of the last answer.
    pub notice: Option<Notice>,
    /// The types.
    pub rows: Vec<TypeRow>,
    /// The question about tracking, where it is asked.
    pub tracking: Option<Question>,
    /// The form token.
    pub shown: String,
    /// The form about tracking, where it is offered.
    pub offered: Option<String>,
    /// The preference centre.
    pub preferences: String,
}

impl OptInPage {
    fn title(&self) -> String {
        let subject = self.frame.texts.get("opt-in-title");
        frame::title(self.notice.as_ref(), &subject)
    }
}

/// The form.
pub async fn page(asked: &Asked<'_>, objection: Option<Objection>) -> Result<web::Answer, Closed> {
    let Asked {
        visit,
        browser,
        form,
        context,
    } = asked;
    let frame = Frame::of(browser, visit, form);
    let rows = rows(visit, form, &frame, &said(visit).await?);
    let resolved = visit.resolved(&visit.current().await?, context.now);
    let notice = match objection {
        Some(objection) => Some(Notice::objection(&frame.texts, objection)),
        None => browser
            .claims_saved
            .then(|| Notice::done(&frame.texts, "opt-in-done-title", "opt-in-done")),
    };
    let language = frame.language.clone();
    let page = OptInPage {
        shown: evidence(visit, &frame, form, &names(&rows), context.now)?,
        tracking: (form.settings.ask_tracking).then(|| tracking(&frame.texts, &resolved)),
        offered: offered_tracking(asked)?,
        preferences: base(visit)?,
        frame,
        notice,
        rows,
    };
    let code = objection.map_or(StatusCode::OK, |(code, _)| code);
    Ok(send(&page, &language, code)?)
}

/// Takes the answers.
pub async fn take(asked: &Asked<'_>, sent: &Sent<'_>) -> Result<web::Answer, Closed> {
    let Asked {
        visit,
        browser,
        form,
        context,
    } = asked;
    let frame = Frame::of(browser, visit, form);
    let wanted: Vec<(CommunicationType, bool)> = rows(visit, form, &frame, &said(visit).await?)
        .into_iter()
        .filter(|row| !row.is_in() && sent.values("start").any(|id| id == row.id.as_str()))
        .map(|row| (row.id, true))
        .collect();
    let resolved = visit.resolved(&visit.current().await?, context.now);
    let answer = chosen_tracking(sent, &resolved).filter(|_| form.settings.ask_tracking);
    if wanted.is_empty() && answer.is_none() {
        return page(asked, Some(UNCHOSEN)).await;
    }
    let tracked = take_tracking(asked, sent, answer).await?;
    let communicated = take_communications(asked, sent, &wanted).await?;
    visit.store.repair_soon(context.now);
    web::seal_soon(&visit.store, visit.organisation.id);
    if [tracked, communicated].contains(&Kept::Overtaken) {
        return page(asked, Some(PARTLY)).await;
    }
    Ok(saved(&frame.language))
}
