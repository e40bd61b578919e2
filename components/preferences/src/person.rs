//! The forms of a person: `/p/{organisation}/{person}…`, by form and its kind.

use domain::FormKind;
use web::form::{Browser, Closed, Evidence, Form, Submission, Visit, read};
use web::{Answer, Context, Handled, Problem, Request};

use crate::obstacle::instead;
use crate::{opt_in, preferences, profile, tracking, unsubscribe};

/// A request for a form, as far as every kind has it.
pub struct Asked<'a> {
    /// The request.
    pub context: &'a Context,
    /// The person's browser.
    pub browser: &'a Browser,
    /// Whose form, and who is there.
    pub visit: &'a Visit,
    /// The form.
    pub form: Form,
}

/// What came back.
pub struct Sent<'a> {
    /// The fields.
    pub fields: &'a [(String, String)],
    /// The form token, if it is one of this person.
    pub evidence: Option<Evidence<'a>>,
}

impl Sent<'_> {
    /// The first value of a field.
    pub fn value(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        let found = fields.find(|(field, _)| field == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Every value of a field.
    pub fn values<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'b str> {
        let fields = self.fields.iter().filter(move |(field, _)| field == name);
        fields.map(|(_, value)| value.as_str())
    }

    /// The form token, where an agreement may still be given on its page.
    pub fn fresh(&self, context: &Context) -> Option<&Evidence<'_>> {
        let evidence = self.evidence.as_ref();
        evidence.filter(|evidence| evidence.token.is_fresh(context.now))
    }
}

/// Shows a form. Scanners follow every link, so this changes nothing.
pub async fn show(
    context: Context,
    request: Request,
    (organisation, person): (&str, &str),
    form: &str,
) -> Handled {
    let browser = Browser::of(&request);
    let region = web::region(request.headers()).await;
    let shown = async {
        let visit = Visit::open(organisation, person, region).await?;
        let asked = Asked {
            form: Form::find(&visit.forms, form).ok_or(Closed::Unknown)?,
            context: &context,
            browser: &browser,
            visit: &visit,
        };
        page(&asked).await
    };
    let shown = shown.await;
    shown.or_else(|closed| instead(&context, &browser, closed, None))
}

/// Takes the answer.
pub async fn answer(
    context: Context,
    request: Request,
    (organisation, person): (&str, &str),
    form: &str,
) -> Handled {
    let browser = Browser::of(&request);
    let region = web::region(request.headers()).await;
    let fields = match read(request).await {
        Ok(fields) => fields,
        Err(problem) => {
            let nothing = Submission::default();
            return instead(&context, &browser, problem.into(), Some(&nothing));
        }
    };
    let submission = Submission::read(&fields);
    let taken = async {
        let visit = Visit::open(organisation, person, region).await?;
        let asked = Asked {
            form: Form::find(&visit.forms, form).ok_or(Closed::Unknown)?,
            context: &context,
            browser: &browser,
            visit: &visit,
        };
        let token = visit.keys.open_form(&visit.person, &submission.shown);
        let sent = Sent {
            fields: &fields,
            evidence: token.map(|token| Evidence {
                text: &submission.shown,
                token,
            }),
        };
        take(&asked, &sent, &submission).await
    };
    let taken = taken.await;
    taken.or_else(|closed| instead(&context, &browser, closed, Some(&submission)))
}

/// The page of a form of any kind.
pub async fn page(asked: &Asked<'_>) -> Result<Answer, Closed> {
    match asked.form.kind {
        FormKind::Tracking => tracking::page(asked, None).await,
        FormKind::Unsubscribe => unsubscribe::page(asked, None).await,
        FormKind::Preferences => preferences::page(asked, None).await,
        FormKind::OptIn => opt_in::page(asked, None).await,
        FormKind::Profile => profile::page(asked, None).await,
        FormKind::Interception => Err(Closed::Unknown),
    }
}

async fn take(
    asked: &Asked<'_>,
    sent: &Sent<'_>,
    submission: &Submission,
) -> Result<Answer, Closed> {
    match asked.form.kind {
        FormKind::Tracking => tracking::take(asked, sent, submission).await,
        FormKind::Unsubscribe => unsubscribe::take(asked, sent).await,
        FormKind::Preferences => preferences::take(asked, sent).await,
        FormKind::OptIn => opt_in::take(asked, sent).await,
        FormKind::Profile => profile::take(asked, sent).await,
        FormKind::Interception => Err(Closed::Unknown),
    }
}

/// The address of a person's pages, for links between them.
pub fn base(visit: &Visit) -> Result<String, Problem> {
    if visit.preview.is_some() {
        return Ok("#".to_owned());
    }
    let token = visit
        .keys
        .seal_preferences(&visit.person)
        .map_err(Problem::internal)?;
    Ok(format!("/p/{}/{token}", visit.organisation.id))
}

/// The form about tracking, where the foot of this one leads to it.
pub fn offered_tracking(asked: &Asked<'_>) -> Result<Option<String>, Problem> {
    let form = &asked.form;
    let offers = form.settings.offers_tracking_opt_out(form.kind);
    let address = offers.then(|| base(asked.visit)).transpose()?;
    Ok(address.map(|base| format!("{base}/tracking")))
}

/// Where a browser goes after its answer was saved.
pub fn saved(language: &str) -> Answer {
    web::see_other(&format!("?saved=yes&lang={language}"))
}
