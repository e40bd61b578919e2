//! Asking on a click (Dialog Insight, "Tracking Consent Interception"): who is asked, and what becomes of the answer.
//!
//! A link leads on whatever happens: where anything is missing to ask, nobody is asked. Only an answer that could not be
//! stored is said so, with the link on the page.

use std::rc::Rc;

use domain::{
    Ceiling, Communication, CommunicationStatus, CommunicationType, Kind, LinkId, Policy, Resolved,
    Settings, Source, Subject, Timestamp, TokenKeys, may_ask, names, resolve,
};
use spin_sdk::http::StatusCode;
use spin_sdk::wasip3;
use store::{Asking, LinkRecord, Organisation, Seen, Store};
use web::form::{
    Answer, Browser, Closed, EXPIRED, Evidence, INCOMPLETE, Kept as Saved, OVERTAKEN, Objection,
    SaidOfCommunications, Submission, Visit, keep, keep_communications, read,
};
use web::{Context, Handled, Problem, Request};

use crate::address::Hit;
use crate::kept::{self, Kept};
use crate::question::{About, COMMUNICATION, Question};

/// What a request says besides the address.
pub struct Asker {
    pub accept_language: Option<String>,
    /// `Sec-GPC: 1`.
    pub gpc: bool,
    /// Where the person is, if the operator's proxy says so.
    pub region: Option<String>,
}

/// A person on a link of hers that may ask.
pub struct Click<'a> {
    pub id: LinkId,
    pub link: &'a Rc<LinkRecord>,
    pub person: &'a Subject,
    pub asker: &'a Asker,
    pub now: Timestamp,
}

impl Click<'_> {
    /// The form, if this click is to ask. What she has decided about tracking comes from the key-value store, the rest
    /// from SQLite.
    pub async fn question(&self, kept: &Kept) -> Option<web::Answer> {
        let store = &kept.config.store;
        let organisation = store.organisation(self.link.organisation).await.ok()??;
        let settings = &organisation.settings;
        let interception = &settings.interception;
        if !interception.on && !interception.opt_in_form {
            return None;
        }
        // Her browser has said what she wants.
        if self.asker.gpc && settings.honour_gpc_on_clicks {
            return None;
        }
        let tracking = self.resolved(store, settings).await?;
        let asking = store
            .asking(self.link.organisation, self.link.message, self.person)
            .await
            .ok()?;
        if !interception.is_due(asking.later, self.now) {
            return None;
        }
        let kind = asking.communication_type.as_ref();
        let about = match self.unanswered_type(store, settings, &asking).await? {
            Some(communication) => About::Communication(communication),
            None if interception.asks_on_clicks(kind.map(CommunicationType::as_str))
                && may_ask(&tracking, self.now)
                && interception.tracking_is_due(&tracking, asking.later, self.now) =>
            {
                About::Tracking
            }
            None => return None,
        };
        let visit = self.visit(kept).await.ok()?;
        Question::new(Some(&visit), &self.browser(), about, &self.link.destination)
            .sealed(&visit, self.id, self.now)
            .and_then(|question| question.send(StatusCode::OK))
            .ok()
    }

    /// What she has decided about tracking; nothing while that changes.
    async fn resolved(&self, store: &Store, settings: &Settings) -> Option<Resolved> {
        let current = store
            .projected(self.link.organisation, self.person, self.now)
            .await
            .ok()
            .filter(|current| current.seen != Seen::Hold)?;
        let region = self.asker.region.as_deref();
        let policy = Policy::from(settings)
            .for_person(&current.state)
            .tightened_by(region.map(|region| settings.regime_in(region)))
            .with_privacy_signal(self.asker.gpc);
        Some(resolve(&current.state, &policy, self.now))
    }

    /// The message's type of communication, if that is to be asked about first and she has not answered. Nothing at all
    /// if the store cannot say.
    async fn unanswered_type<'a>(
        &self,
        store: &Store,
        settings: &'a Settings,
        asking: &Asking,
    ) -> Option<Option<&'a Communication>> {
        let wanted = asking
            .communication_type
            .as_ref()
            .filter(|_| settings.interception.opt_in_form)
            .and_then(|wanted| type_of(settings, wanted));
        let Some(wanted) = wanted else {
            return Some(None);
        };
        let people = std::slice::from_ref(self.person);
        let said = store.communications(self.link.organisation, people);
        let said = said.await.ok()?.pop()?;
        let unanswered = said.status(&wanted.id) == CommunicationStatus::Unanswered;
        Some(unanswered.then_some(wanted))
    }

    fn browser(&self) -> Browser {
        Browser::asking(self.asker.accept_language.clone())
    }

    async fn visit(&self, kept: &Kept) -> Result<Visit, Problem> {
        let id = self.link.organisation;
        let keys = TokenKeys::derive(&kept.config.token_secrets, id);
        let region = self.asker.region.clone();
        let visit = Visit::of(kept.config.clone(), id, keys, self.person.clone(), region);
        visit.await.map_err(|closed| match closed {
            Closed::Unknown => Problem::internal("a link without organisation"),
            Closed::Problem(problem) => problem,
        })
    }
}

/// What the settings say of a type of communication.
pub fn type_of<'a>(
    settings: &'a Settings,
    wanted: &CommunicationType,
) -> Option<&'a Communication> {
    let mut types = settings.communication_types.iter();
    types.find(|one| one.id == *wanted)
}

/// Takes the answer of a form, and leads on.
pub async fn answer(context: Context, request: Request, path: &str) -> Handled {
    let no_such = || Problem::not_found("This link is not registered.");
    let hit = Hit::parse(path).ok_or_else(no_such)?;
    let kept = kept::configuration(context.now).await?;
    let link = kept.config.store.link(hit.link, context.now).await?;
    let link = link
        .filter(|link| link.kind == Kind::Click)
        .ok_or_else(no_such)?;
    let opened = hit
        .token
        .and_then(|token| kept.open(link.organisation, link.message, token));
    let asker = Asker {
        accept_language: web::first_header(request.headers(), "accept-language").map(str::to_owned),
        gpc: web::privacy_signal(request.headers()),
        region: web::region(request.headers()).await,
    };
    let fields = read(request).await;
    let (Some(person), Ok(fields)) = (opened.as_ref().and_then(|token| token.asks()), fields)
    else {
        return Ok(leading_on(&link.destination));
    };
    let click = Click {
        id: hit.link,
        link: &link,
        person,
        asker: &asker,
        now: context.now,
    };
    let submission = Submission::read(&fields);
    let Some(answer) = submission.answer else {
        if says(&fields, "answer", "later") {
            click.ask_later(&kept.config.store).await;
        }
        return Ok(leading_on(&link.destination));
    };
    let communication = says(&fields, "about", COMMUNICATION);
    let taken = click.take(&context, &kept, answer, &submission, communication);
    let problem = match taken.await {
        Ok(None) => return Ok(leading_on(&link.destination)),
        Ok(Some(page)) => return Ok(page),
        Err(problem) => problem,
    };
    // What is not known to be saved is never taken for saved: a form that can be sent again, with the link.
    web::log(&context.request_id, &problem);
    let mut page = Question::new(None, &click.browser(), About::Tracking, &link.destination)
        .not_saved("unavailable-title", "unavailable-answer-detail");
    page.shown = submission.shown;
    page.about = if communication {
        COMMUNICATION
    } else {
        page.about
    };
    let page = page.send(problem.kind.status())?;
    Ok(web::with_header(page, "retry-after", "1"))
}

impl Click<'_> {
    /// She goes on all the same if it cannot be noted, and is asked again sooner than she wanted.
    async fn ask_later(&self, store: &Store) {
        let noted = store.ask_later(self.link.organisation, self.person, self.now);
        if let Err(error) = noted.await {
            web::log_line(format_args!("ask later: inside={:?}", error.to_string()));
        }
    }

    /// Stores the answer; a page where it cannot be taken as it came.
    async fn take(
        &self,
        context: &Context,
        kept: &Kept,
        answer: Answer,
        submission: &Submission,
        communication: bool,
    ) -> Result<Option<web::Answer>, Problem> {
        let visit = self.visit(kept).await?;
        let store = &visit.store;
        let asking = store
            .asking(self.link.organisation, self.link.message, self.person)
            .await?;
        let settings = &visit.organisation.settings;
        let wanted = asking.communication_type.filter(|_| communication);
        let about = match wanted.and_then(|wanted| type_of(settings, &wanted)) {
            Some(wanted) => About::Communication(wanted),
            // The type is gone from the settings: there is nothing to say about it any more.
            None if communication => return Ok(None),
            None => About::Tracking,
        };
        let evidence = self.evidence(&visit, submission, about);
        match (answer, &evidence) {
            (Answer::Refuse, _) => {}
            (Answer::Grant, Some(known)) if known.token.is_fresh(context.now) => {}
            (Answer::Grant, Some(_)) => return self.again(&visit, about, EXPIRED),
            (Answer::Grant, None) => return self.again(&visit, about, INCOMPLETE),
        }
        let source = Source::Interception;
        let saved = match about {
            About::Tracking => keep(&visit, context, source, answer, evidence.as_ref()).await?,
            About::Communication(wanted) => {
                let said = SaidOfCommunications {
                    said: &[(wanted.id.clone(), answer == Answer::Grant)],
                    source,
                    repeated_by: evidence.as_ref().map(|known| known.text),
                    evidence: evidence.as_ref(),
                    // Counted, and not kept with her.
                    message: (answer == Answer::Refuse).then_some(self.link.message),
                };
                keep_communications(&visit, context, &said).await?
            }
        };
        store.repair_soon(context.now);
        web::seal_soon(store, visit.organisation.id);
        match (saved, about, evidence) {
            (Saved::Overtaken, _, _) => self.again(&visit, about, OVERTAKEN),
            (Saved::Saved, About::Tracking, Some(known)) if answer == Answer::Grant => {
                self.name_click(&visit, known.token.issued_at);
                Ok(None)
            }
            (Saved::Saved, _, _) => Ok(None),
        }
    }

    /// The form token, if it is hers and of this link. What is kept of it names no link: it says what she was shown, and
    /// not what she clicked.
    fn evidence<'a>(
        &self,
        visit: &Visit,
        submission: &'a Submission,
        about: About<'_>,
    ) -> Option<Evidence<'a>> {
        let mut token = visit.keys.open_form(self.person, &submission.shown)?;
        if token.shown.form != format!("{} {}", about.form(), self.id) {
            return None;
        }
        about.form().clone_into(&mut token.shown.form);
        Some(Evidence {
            text: &submission.shown,
            token,
        })
    }

    fn again(
        &self,
        visit: &Visit,
        about: About<'_>,
        (status, why): Objection,
    ) -> Result<Option<web::Answer>, Problem> {
        let browser = self.browser();
        let page = Question::new(Some(visit), &browser, about, &self.link.destination)
            .not_saved("not-saved-title", why)
            .sealed(visit, self.id, self.now)?;
        page.send(status).map(Some)
    }

    /// The click that showed the form was counted as anonymous; now it may have her name. After the answer, and if that
    /// fails it stays anonymous.
    fn name_click(&self, visit: &Visit, shown_at: Timestamp) {
        let settings = &visit.organisation.settings;
        let ceiling = self.link.ceiling.min(settings.ceiling.clicks);
        if ceiling != Ceiling::Identified || (self.asker.gpc && settings.honour_gpc_on_clicks) {
            return;
        }
        let click = AcceptedClick {
            store: visit.store.clone(),
            organisation: visit.organisation.clone(),
            person: self.person.clone(),
            region: self.asker.region.clone(),
            link: self.id,
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

fn says(fields: &[(String, String)], name: &str, value: &str) -> bool {
    fields
        .iter()
        .any(|(found, said)| found == name && said == value)
}

/// `303` to where the link leads.
fn leading_on(destination: &str) -> web::Answer {
    let answer = web::see_other(destination);
    let answer = web::with_header(answer, "referrer-policy", "no-referrer");
    web::with_header(answer, "x-robots-tag", "noindex, nofollow")
}
