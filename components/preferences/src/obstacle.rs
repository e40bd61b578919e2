//! Pages instead of the form: a link that leads to nobody, a store that is away, a mistake of ours. People
//! see them, so they are no problem details; what is not known to be saved is never called saved.

use askama::Template;
use spin_sdk::http::{HeaderValue, StatusCode};
use web::form::{Answer, Browser, Closed, Submission};
use web::{Context, Handled, Problem, ProblemKind, Request, Texts};

use crate::frame::{Frame, send};

/// The link leads to nobody's form.
#[derive(Template)]
#[template(path = "unknown.html")]
struct UnknownPage {
    frame: Frame,
}

/// A store is away, or a mistake of ours.
#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage {
    frame: Frame,
    title: String,
    lead: String,
    detail: String,
    /// The answer to send again, with its words and its form token.
    repeat: Option<Repeat>,
    /// Whether loading the page again may help.
    reload: bool,
    /// What the log has it under.
    number: Option<String>,
}

/// An answer to send again.
pub struct Repeat {
    /// The value of its button.
    pub code: &'static str,
    /// The words of its button.
    pub words: String,
    /// The form token that came with it.
    pub shown: String,
}

/// An address under `/p` that is none of the forms.
pub fn unknown_address(request: &Request) -> Handled {
    unknown(&Browser::of(request))
}

/// Instead of the form, and instead of storing `submission`.
pub fn instead(
    context: &Context,
    browser: &Browser,
    closed: Closed,
    submission: Option<&Submission>,
) -> Handled {
    match closed {
        Closed::Unknown => unknown(browser),
        Closed::Problem(problem) => {
            let texts = Texts::of(browser.language(None));
            let repeat = submission.and_then(|submission| repeat(submission, &texts));
            let was_sent = submission.map(|_| "failure-detail");
            failure(context, browser, &problem, was_sent, repeat)
        }
    }
}

fn unknown(browser: &Browser) -> Handled {
    let frame = Frame::usual(browser);
    let language = frame.language.clone();
    send(&UnknownPage { frame }, &language, StatusCode::NOT_FOUND)
}

fn repeat(submission: &Submission, texts: &Texts) -> Option<Repeat> {
    let answer = submission.answer?;
    let words = match answer {
        Answer::Refuse => texts.get("answer-refuse"),
        Answer::Grant => texts.get("answer-grant"),
    };
    Some(Repeat {
        code: answer.code(),
        words,
        shown: submission.shown.clone(),
    })
}

/// The page for a problem, which is logged. Where it is instead of taking an answer, `was_sent` is the text that says
/// how else to give it.
pub fn failure(
    context: &Context,
    browser: &Browser,
    problem: &Problem,
    was_sent: Option<&str>,
    repeat: Option<Repeat>,
) -> Handled {
    web::log(&context.request_id, problem);
    let frame = Frame::usual(browser);
    let texts = &frame.texts;
    let language = frame.language.clone();
    let away = problem.kind == ProblemKind::Unavailable;
    let (title, lead, detail) = match (away, was_sent) {
        (true, Some(_)) => (
            texts.get("unavailable-title"),
            texts.get("unavailable-answer"),
            texts.get("unavailable-answer-detail"),
        ),
        (true, None) => (
            texts.get("unavailable-title"),
            texts.get("unavailable-show"),
            texts.get("unavailable-show-detail"),
        ),
        (false, Some(help)) => (
            texts.get("failure-title"),
            texts.get("unavailable-answer"),
            texts.get(help),
        ),
        (false, None) => (
            texts.get("failure-title"),
            texts.get("unavailable-show"),
            texts.get("unavailable-show-detail"),
        ),
    };
    let page = FailurePage {
        title,
        lead,
        detail,
        repeat,
        reload: was_sent.is_none(),
        number: (!away && problem.inside.is_some()).then(|| context.request_id.clone()),
        frame,
    };
    let mut answer = send(&page, &language, problem.kind.status())?;
    if away {
        answer
            .headers_mut()
            .insert("retry-after", HeaderValue::from_static("1"));
    }
    Ok(answer)
}
