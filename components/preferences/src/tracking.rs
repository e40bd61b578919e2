//! `/p/{organisation}/{person}/tracking`: may clicks and opens be linked to me?

use domain::Source;
use spin_sdk::http::StatusCode;
use web::form::{
    Answer, Browser, Closed, EXPIRED, Evidence, INCOMPLETE, Kept, OVERTAKEN, Objection, Submission,
    UNCHOSEN, Visit, keep, read,
};
use web::{Context, Handled, Request, Texts};

use crate::obstacle::instead;
use crate::page::{Notice, TrackingPage, send};
use crate::status::Status;

/// Shows the form. Scanners follow every link, so this changes nothing.
pub async fn show(context: Context, request: Request, organisation: &str, person: &str) -> Handled {
    let browser = Browser::of(&request);
    let region = web::region(request.headers()).await;
    let shown = match Visit::open(organisation, person, region).await {
        Ok(visit) => form(&context, &browser, &visit, None).await,
        Err(closed) => Err(closed),
    };
    shown.or_else(|closed| instead(&context, &browser, closed, None))
}

/// Takes the answer.
pub async fn answer(
    context: Context,
    request: Request,
    organisation: &str,
    person: &str,
) -> Handled {
    let browser = Browser::of(&request);
    let region = web::region(request.headers()).await;
    let submission = match read(request).await {
        Ok(fields) => Submission::read(&fields),
        Err(problem) => {
            return instead(
                &context,
                &browser,
                problem.into(),
                Some(&Submission::default()),
            );
        }
    };
    let taken = match Visit::open(organisation, person, region).await {
        Ok(visit) => take(&context, &browser, &visit, &submission).await,
        Err(closed) => Err(closed),
    };
    taken.or_else(|closed| instead(&context, &browser, closed, Some(&submission)))
}

async fn take(
    context: &Context,
    browser: &Browser,
    visit: &Visit,
    submission: &Submission,
) -> Result<web::Answer, Closed> {
    let token = visit.keys.open_form(&visit.person, &submission.shown);
    let evidence = token.map(|token| Evidence {
        text: &submission.shown,
        token,
    });
    let answer = match (submission.answer, &evidence) {
        (None, _) => return form(context, browser, visit, Some(UNCHOSEN)).await,
        // Whoever says no needs to prove nothing.
        (Some(Answer::Refuse), _) => Answer::Refuse,
        (Some(Answer::Grant), Some(known)) if known.token.is_fresh(context.now) => Answer::Grant,
        (Some(Answer::Grant), Some(_)) => {
            return form(context, browser, visit, Some(EXPIRED)).await;
        }
        (Some(Answer::Grant), None) => {
            return form(context, browser, visit, Some(INCOMPLETE)).await;
        }
    };
    let kept = keep(visit, context, Source::Form, answer, evidence.as_ref()).await?;
    visit.store.repair_soon(context.now);
    web::seal_soon(&visit.store, visit.organisation.id);
    match kept {
        Kept::Overtaken => form(context, browser, visit, Some(OVERTAKEN)).await,
        Kept::Saved => {
            let language = browser.language(Some(&visit.organisation.settings)).code();
            let location = format!("?saved={}&lang={language}", answer.done());
            Ok(web::see_other(&location))
        }
    }
}

async fn form(
    context: &Context,
    browser: &Browser,
    visit: &Visit,
    objection: Option<Objection>,
) -> Result<web::Answer, Closed> {
    let settings = &visit.organisation.settings;
    let language = browser.language(Some(settings));
    let texts = Texts::of(language);
    let resolved = visit.resolved(&visit.current().await?, context.now);
    let status = Status::of(&texts, &resolved, settings.tracking_flags);
    let (code, notice) = match objection {
        Some((code, why)) => (code, Some(Notice::not_saved(&texts, texts.get(why)))),
        None => (
            StatusCode::OK,
            Notice::saved(&texts, browser.saved, &status),
        ),
    };
    let mut page = TrackingPage::new(browser, visit, status, context.now)?;
    page.notice = notice;
    Ok(send(&page, language, code)?)
}
