//! `/opt-out`: this browser opts out of everything at every organisation, and in again (Salesforce DMP,
//! "Industry Opt-Out"). It is known by its own cookie, and by nothing else.

use askama::Template;
use domain::log::SERVICE;
use domain::token::FormToken;
use domain::{
    Device, DeviceId, IndustryAction, IndustrySource, Shown, Subject, Timestamp, TokenKeys,
};
use spin_sdk::http::StatusCode;
use store::{IndustryChange, Requested};
use web::form::{Browser, EXPIRED, INCOMPLETE, OVERTAKEN, Objection, UNCHOSEN, read};
use web::{Config, Context, Handled, Problem, Request, Texts};

use crate::frame::{Frame, Notice, send, title};
use crate::moment::Moment;
use crate::obstacle::{Repeat, failure};

/// The page.
#[derive(Template)]
#[template(path = "opt_out.html")]
struct OptOutPage {
    frame: Frame,
    notice: Option<Notice>,
    /// Since when.
    opted_out: Option<Moment>,
    /// The form token.
    shown: String,
}

impl OptOutPage {
    const fn is_out(&self) -> bool {
        self.opted_out.is_some()
    }

    fn title(&self) -> String {
        let subject = self.frame.texts.get("opt-out-title");
        title(self.notice.as_ref(), &subject)
    }
}

/// A browser on this page.
struct Visitor {
    config: Config,
    keys: TokenKeys,
    browser: Browser,
    /// Nothing for one that never had a cookie of ours.
    device: Option<DeviceId>,
    /// What the address says was saved. Only a claim: what is shown depends on what is stored.
    claimed: Option<IndustryAction>,
    now: Timestamp,
}

fn subject(device: Option<DeviceId>) -> Subject {
    Subject::of_device(device.unwrap_or(DeviceId::from_bytes([0; 16])))
}

impl Visitor {
    async fn of(context: &Context, request: &Request) -> Result<Self, Problem> {
        let config = web::configuration().await?;
        let claimed = web::form_fields(request.uri().query().unwrap_or_default().as_bytes())
            .into_iter()
            .find(|(name, _)| name == "saved")
            .and_then(|(_, action)| IndustryAction::parse(&action).ok());
        Ok(Self {
            // The form tokens of this page are nobody's.
            keys: TokenKeys::derive(&config.token_secrets, SERVICE),
            device: web::device(request.headers(), &config.device_key),
            browser: Browser::of(request),
            claimed,
            now: context.now,
            config,
        })
    }

    async fn page(&self, objection: Option<Objection>) -> Handled {
        let frame = Frame::usual(&self.browser);
        let opted_out = match self.device {
            Some(device) => {
                self.config
                    .store
                    .industry_opt_out(&as_device(device)?)
                    .await?
            }
            None => None,
        };
        let token = FormToken {
            shown: Shown {
                form: "opt-out".to_owned(),
                version: "1".to_owned(),
                language: frame.language.clone(),
            },
            issued_at: self.now,
        };
        let shown = self.keys.seal_form(&subject(self.device), &token);
        let (code, notice) = match objection {
            Some((code, why)) => (code, Some(Notice::not_saved(&frame.texts, why))),
            None => (StatusCode::OK, self.saved(&frame.texts, opted_out)),
        };
        let language = frame.language.clone();
        let page = OptOutPage {
            notice,
            opted_out: opted_out.map(|since| Moment::new(&frame.texts, since)),
            shown: shown.map_err(Problem::internal)?,
            frame,
        };
        send(&page, &language, code)
    }

    /// What was saved, if it really is what is stored; or why it cannot be kept.
    fn saved(&self, texts: &Texts, opted_out: Option<Timestamp>) -> Option<Notice> {
        let (role, title, text) = match (self.claimed?, self.device, opted_out) {
            (IndustryAction::OptOut, None, _) => {
                ("alert", "opt-out-no-cookie-title", "opt-out-no-cookie")
            }
            (IndustryAction::OptOut, Some(_), Some(_)) => {
                ("status", "opt-out-saved-out-title", "opt-out-saved-out")
            }
            (IndustryAction::OptIn, Some(_), None) => {
                ("status", "opt-out-saved-in-title", "opt-out-saved-in")
            }
            _ => return None,
        };
        Some(Notice {
            role,
            title: texts.get(title),
            text: texts.get(text),
        })
    }

    async fn take(&self, context: &Context, sent: &Sent) -> Handled {
        let (device, since) = match sent.action {
            None => return self.page(Some(UNCHOSEN)).await,
            // Whoever says no needs to prove nothing, and gets an id that remembers it.
            Some(IndustryAction::OptOut) => {
                let fresh = || DeviceId::from_random(web::random());
                (self.device.unwrap_or_else(fresh), None)
            }
            Some(IndustryAction::OptIn) => {
                let token = self.keys.open_form(&subject(self.device), &sent.shown);
                match self.device.zip(token) {
                    None => return self.page(Some(INCOMPLETE)).await,
                    Some((_, token)) if !token.is_fresh(self.now) => {
                        return self.page(Some(EXPIRED)).await;
                    }
                    Some((device, token)) => (device, Some(token.issued_at)),
                }
            }
        };
        let action = sent.action.unwrap_or(IndustryAction::OptOut);
        let change = IndustryChange {
            item: 0,
            device: as_device(device)?,
            action,
            at: Requested::Live,
            since,
        };
        let store = &self.config.store;
        let recorded = store
            .change_industry_opt_outs(
                &context.request_id,
                IndustrySource::Page,
                None,
                &[change],
                self.now,
            )
            .await?;
        store.repair_soon(self.now);
        web::seal_soon(store, SERVICE);
        let is_out = recorded
            .first()
            .is_some_and(|change| change.opted_out.is_some());
        if action == IndustryAction::OptIn && is_out {
            return self.page(Some(OVERTAKEN)).await;
        }
        let language = self.browser.language(None).code();
        let answer = web::see_other(&format!("?saved={}&lang={language}", action.code()));
        let cookie = web::device_cookie(device, &self.config.device_key);
        Ok(web::with_header(answer, "set-cookie", &cookie))
    }
}

fn as_device(device: DeviceId) -> Result<Device, Problem> {
    Device::try_from(Subject::of_device(device)).map_err(Problem::internal)
}

/// What the form brings.
struct Sent {
    action: Option<IndustryAction>,
    shown: String,
}

impl Sent {
    /// If both answers came, opting out is the one that must not be lost.
    fn of(fields: &[(String, String)]) -> Self {
        let said = |action: IndustryAction| {
            fields
                .iter()
                .any(|(name, value)| name == "answer" && value == action.code())
        };
        let shown = fields.iter().find(|(name, _)| name == "shown");
        Self {
            action: [IndustryAction::OptOut, IndustryAction::OptIn]
                .into_iter()
                .find(|action| said(*action)),
            shown: shown.map(|(_, value)| value.clone()).unwrap_or_default(),
        }
    }

    fn repeat(&self, texts: &Texts) -> Option<Repeat> {
        let words = match self.action? {
            IndustryAction::OptOut => "opt-out-answer-out",
            IndustryAction::OptIn => "opt-out-answer-in",
        };
        Some(Repeat {
            code: self.action?.code(),
            words: texts.get(words),
            shown: self.shown.clone(),
        })
    }
}

/// Shows the page. It changes nothing.
pub async fn show(context: Context, request: Request) -> Handled {
    let browser = Browser::of(&request);
    let shown = async { Visitor::of(&context, &request).await?.page(None).await }.await;
    shown.or_else(|problem| failure(&context, &browser, &problem, None, None))
}

/// Takes the answer.
pub async fn answer(context: Context, request: Request) -> Handled {
    let browser = Browser::of(&request);
    let visitor = Visitor::of(&context, &request).await;
    let fields = read(request).await;
    let sent = fields.as_ref().map(|fields| Sent::of(fields));
    let taken = match (visitor, &sent) {
        (Ok(visitor), Ok(sent)) => visitor.take(&context, sent).await,
        (Err(problem), _) => Err(problem),
        (_, Err(problem)) => Err((*problem).clone()),
    };
    taken.or_else(|problem| {
        let texts = Texts::of(browser.language(None));
        let repeat = sent.ok().and_then(|sent| sent.repeat(&texts));
        // Nobody wrote an email that could be replied to.
        let help = Some("failure-detail-here");
        failure(&context, &browser, &problem, help, repeat)
    })
}
