//! Asking on a click (Dialog Insight, "Tracking Consent Interception"): who is asked, and what becomes of the answer.
//!
//! A link leads on whatever happens: where anything is missing to ask, nobody is asked. Only an answer that could not be
//! stored is said so, with the link on the page.

use std::rc::Rc;

use domain::{
    Ceiling, LinkId, Policy, Settings, Source, Subject, Timestamp, TokenKeys, may_ask, names,
    resolve,
};
use spin_sdk::http::StatusCode;
use spin_sdk::wasip3;
use store::{LinkRecord, Organisation, Seen, Store};
use web::form::{
    Answer, EXPIRED, Evidence, INCOMPLETE, Kept as Saved, OVERTAKEN, Objection, Submission, Visit,
    keep, read,
};
use web::{Context, Handled, Language, Problem, Request};

use crate::address::Hit;
use crate::kept::{self, Kept};
use crate::question::{FORM, Question};

/// What a request says besides the address.
pub struct Browser {
    pub accept_language: Option<String>,
    /// `Sec-GPC: 1`.
    pub gpc: bool,
    /// Where the person is, if the operator's proxy says so.
    pub region: Option<String>,
}

impl Browser {
    fn language(&self, settings: Option<&Settings>) -> Language {
        web::form::Browser::asking(self.accept_language.clone()).language(settings)
    }
}

/// The form, if this click is to ask this person. The state comes from the key-value store, the rest from SQLite.
pub async fn question(
    kept: &Kept,
    link_id: LinkId,
    link: &LinkRecord,
    person: &Subject,
    browser: &Browser,
    now: Timestamp,
) -> Option<web::Answer> {
    let store = &kept.config.store;
    let organisation = store.organisation(link.organisation).await.ok()??;
    let settings = &organisation.settings;
    let asking = &settings.interception;
    // Her browser has said what she wants.
    if !asking.asks_on_clicks(None) || (browser.gpc && settings.honour_gpc_on_clicks) {
        return None;
    }
    let current = store
        .projected(link.organisation, person, now)
        .await
        .ok()
        .filter(|current| current.seen != Seen::Hold)?;
    let region = browser.region.as_deref();
    let policy = Policy::from(settings)
        .for_person(&current.state)
        .tightened_by(region.map(|region| settings.regime_in(region)))
        .with_privacy_signal(browser.gpc);
    let resolved = resolve(&current.state, &policy, now);
    if !may_ask(&resolved, now) {
        return None;
    }
    let later = store.asked_later(link.organisation, person).await.ok()?;
    if !asking.is_due(&resolved, later, now) {
        return None;
    }
    let keys = TokenKeys::derive(&kept.config.token_secrets, link.organisation);
    let language = browser.language(Some(settings));
    Question::new(Some(&organisation), language, &link.destination)
        .sealed(&keys, person, link_id, now)
        .and_then(|question| question.send(StatusCode::OK))
        .ok()
}

/// Takes the answer of a form, and leads on.
pub async fn answer(context: Context, request: Request, path: &str) -> Handled {
    let no_such = || Problem::not_found("This link is not registered.");
    let hit = Hit::parse(path).ok_or_else(no_such)?;
    let kept = kept::configuration(context.now).await?;
    let link = kept.config.store.link(hit.link, context.now).await?;
    let link = link
        .filter(|link| link.kind == domain::Kind::Click)
        .ok_or_else(no_such)?;
    let opened = hit
        .token
        .and_then(|token| kept.open(link.organisation, link.message, token));
    let browser = Browser {
        accept_language: web::first_header(request.headers(), "accept-language").map(str::to_owned),
        gpc: web::privacy_signal(request.headers()),
        region: web::region(request.headers()).await,
    };
    let submission = read(request)
        .await
        .map(|fields| (is_later(&fields), Submission::read(&fields)));
    let leave = || Ok(leading_on(&link.destination));
    let (Some(person), Ok((later, submission))) =
        (opened.as_ref().and_then(|token| token.asks()), submission)
    else {
        return leave();
    };
    let store = &kept.config.store;
    let answered = match submission.answer {
        Some(answer) => {
            let asked = Asked {
                link_id: hit.link,
                link: &link,
                person,
                browser: &browser,
            };
            asked.take(&context, &kept, answer, &submission).await
        }
        None => {
            if later
                && let Err(error) = store
                    .ask_later(link.organisation, person, context.now)
                    .await
            {
                // She goes on all the same, and is asked again sooner than she wanted.
                web::log_line(format_args!("ask later: inside={:?}", error.to_string()));
            }
            return leave();
        }
    };
    let problem = match answered {
        Ok(None) => return leave(),
        Ok(Some(page)) => return Ok(page),
        Err(problem) => problem,
    };
    // What is not known to be saved is never taken for saved: the same form again, with the link.
    web::log(&context.request_id, &problem);
    let language = browser.language(None);
    let mut page = Question::new(None, language, &link.destination)
        .not_saved("unavailable-title", "unavailable-answer-detail");
    page.shown = submission.shown;
    Ok(web::with_header(
        page.send(problem.kind.status())?,
        "retry-after",
        "1",
    ))
}

/// A person who has answered on a link.
struct Asked<'a> {
    link_id: LinkId,
    link: &'a Rc<LinkRecord>,
    person: &'a Subject,
    browser: &'a Browser,
}

impl Asked<'_> {
    /// Stores the answer; a page where it cannot be taken as it came.
    async fn take(
        &self,
        context: &Context,
        kept: &Kept,
        answer: Answer,
        submission: &Submission,
    ) -> Result<Option<web::Answer>, Problem> {
        let store = &kept.config.store;
        let organisation = store
            .organisation(self.link.organisation)
            .await?
            .ok_or_else(|| Problem::internal("a link without organisation"))?;
        let visit = Visit {
            organisation,
            person: self.person.clone(),
            region: self.browser.region.clone(),
            keys: TokenKeys::derive(&kept.config.token_secrets, self.link.organisation),
            store: store.clone(),
        };
        let evidence = self.evidence(&visit, submission);
        match (answer, &evidence) {
            (Answer::Refuse, _) => {}
            (Answer::Grant, Some(known)) if known.token.is_fresh(context.now) => {}
            (Answer::Grant, Some(_)) => return self.again(&visit, EXPIRED, context.now),
            (Answer::Grant, None) => return self.again(&visit, INCOMPLETE, context.now),
        }
        let saved = keep(
            &visit,
            context,
            Source::Interception,
            answer,
            evidence.as_ref(),
        )
        .await?;
        store.repair_soon(context.now);
        web::seal_soon(store, visit.organisation.id);
        match (saved, evidence) {
            (Saved::Overtaken, _) => self.again(&visit, OVERTAKEN, context.now),
            (Saved::Saved, Some(known)) if answer == Answer::Grant => {
                self.name_click(&visit, known.token.issued_at);
                Ok(None)
            }
            (Saved::Saved, _) => Ok(None),
        }
    }

    /// The form token, if it is hers and of this link. What is kept of it names no link: it says what she was shown, and
    /// not what she clicked.
    fn evidence<'a>(&self, visit: &Visit, submission: &'a Submission) -> Option<Evidence<'a>> {
        let mut token = visit.keys.open_form(self.person, &submission.shown)?;
        if token.shown.form != format!("{FORM} {}", self.link_id) {
            return None;
        }
        FORM.clone_into(&mut token.shown.form);
        Some(Evidence {
            text: &submission.shown,
            token,
        })
    }

    fn again(
        &self,
        visit: &Visit,
        (status, why): Objection,
        now: Timestamp,
    ) -> Result<Option<web::Answer>, Problem> {
        let settings = &visit.organisation.settings;
        let language = self.browser.language(Some(settings));
        let page = Question::new(Some(&visit.organisation), language, &self.link.destination)
            .not_saved("not-saved-title", why)
            .sealed(&visit.keys, self.person, self.link_id, now)?;
        page.send(status).map(Some)
    }

    /// The click that showed the form was counted as anonymous; now it may have her name. After the answer, and if that
    /// fails it stays anonymous.
    fn name_click(&self, visit: &Visit, shown_at: Timestamp) {
        let settings = &visit.organisation.settings;
        let ceiling = self.link.ceiling.min(settings.ceiling.clicks);
        if ceiling != Ceiling::Identified || (self.browser.gpc && settings.honour_gpc_on_clicks) {
            return;
        }
        let click = AcceptedClick {
            store: visit.store.clone(),
            organisation: visit.organisation.clone(),
            person: self.person.clone(),
            region: self.browser.region.clone(),
            link: self.link_id,
            shown_at,
        };
        wasip3::spawn(async move {
            if let Err(problem) = click.record().await {
                web::log("-", &problem);
            }
        });
    }
}

struct AcceptedClick {
    store: Store,
    organisation: Rc<Organisation>,
    person: Subject,
    region: Option<String>,
    link: LinkId,
    shown_at: Timestamp,
}

impl AcceptedClick {
    async fn record(self) -> Result<(), Problem> {
        let people = std::slice::from_ref(&self.person);
        let current = self
            .store
            .current(self.organisation.id, people)
            .await?
            .pop();
        let settings = &self.organisation.settings;
        let Some(current) = current else {
            return Ok(());
        };
        let regime = self
            .region
            .as_deref()
            .map(|region| settings.regime_in(region));
        let policy = Policy::from(settings)
            .for_person(&current.state)
            .tightened_by(regime);
        let resolved = resolve(&current.state, &policy, web::now());
        let token = domain::ClickToken::OnlyToAsk(self.person.clone());
        let Some(version) = current.at_version().filter(|_| names(&token, &resolved)) else {
            return Ok(());
        };
        self.store
            .accept_click(self.link, version, self.shown_at)
            .await?;
        Ok(())
    }
}

fn is_later(fields: &[(String, String)]) -> bool {
    fields
        .iter()
        .any(|(name, value)| name == "answer" && value == "later")
}

/// `303` to where the link leads.
fn leading_on(destination: &str) -> web::Answer {
    let answer = web::see_other(destination);
    let answer = web::with_header(answer, "referrer-policy", "no-referrer");
    web::with_header(answer, "x-robots-tag", "noindex, nofollow")
}
