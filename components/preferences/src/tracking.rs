//! `/p/{organisation}/{person}/tracking`: may clicks and opens be linked to me?

use domain::Source;
use spin_sdk::http::StatusCode;
use web::form::{
    Answer, Closed, EXPIRED, INCOMPLETE, Kept, OVERTAKEN, Objection, Submission, UNCHOSEN, keep,
};

use crate::frame::{Frame, Notice, send};
use crate::page::{TrackingPage, saved};
use crate::person::{Asked, Sent};
use crate::status::Status;

/// Takes the answer.
pub async fn take(
    asked: &Asked<'_>,
    sent: &Sent<'_>,
    submission: &Submission,
) -> Result<web::Answer, Closed> {
    let answer = match (submission.answer, &sent.evidence) {
        (None, _) => return page(asked, Some(UNCHOSEN)).await,
        // Whoever says no needs to prove nothing.
        (Some(Answer::Refuse), _) => Answer::Refuse,
        (Some(Answer::Grant), Some(known)) if known.token.is_fresh(asked.context.now) => {
            Answer::Grant
        }
        (Some(Answer::Grant), Some(_)) => return page(asked, Some(EXPIRED)).await,
        (Some(Answer::Grant), None) => return page(asked, Some(INCOMPLETE)).await,
    };
    let Asked { visit, context, .. } = asked;
    let evidence = sent.evidence.as_ref();
    let kept = keep(visit, context, Source::Form, answer, evidence).await?;
    visit.store.repair_soon(context.now);
    match kept {
        Kept::Overtaken => page(asked, Some(OVERTAKEN)).await,
        Kept::Saved => {
            let language = Frame::of(asked.browser, visit, &asked.form).language;
            let location = format!("?saved={}&lang={language}", answer.done());
            Ok(web::see_other(&location))
        }
    }
}

/// The form.
pub async fn page(asked: &Asked<'_>, objection: Option<Objection>) -> Result<web::Answer, Closed> {
    let Asked {
        visit,
        context,
        browser,
        form,
    } = asked;
    let frame = Frame::of(browser, visit, form);
    let language = frame.language.clone();
    let resolved = visit.resolved(&visit.current().await?, context.now);
    let tracking_flags = visit.organisation.settings.tracking_flags;
    let status = Status::of(&frame.texts, &resolved, tracking_flags);
    let (code, notice) = match objection {
        Some((code, why)) => (code, Some(Notice::not_saved(&frame.texts, why))),
        None => (StatusCode::OK, saved(&frame, browser.saved, &status)),
    };
    let mut page = TrackingPage::new(frame, visit, form, status, context.now)?;
    page.notice = notice;
    Ok(send(&page, &language, code)?)
}
