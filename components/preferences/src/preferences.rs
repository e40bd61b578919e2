//! `/p/{organisation}/{person}`: the preference centre. Tracking, as one or flag by flag, and each type of communication.

use askama::Template;
use domain::{Choice, CommunicationType, FormKind, Resolved, Source};
use spin_sdk::http::StatusCode;
use web::form::{
    Answer, Closed, Form, Kept, Objection, SaidOfCommunications, keep, keep_communications,
    keep_flags,
};

use crate::frame::{self, Frame, Notice, PARTLY, evidence, send};
use crate::person::{Asked, Sent, base, saved};
use crate::question::{Question, chosen, chosen_flags, chosen_tracking, flags, tracking};
use crate::types::{TypeRow, asked as names, rows, said};

/// The page.
#[derive(Template)]
#[template(path = "preferences.html")]
pub struct PreferencesPage {
    /// What every page has.
    pub frame: Frame,
    /// What became of the last answer.
    pub notice: Option<Notice>,
    /// About tracking: one, or one for each flag.
    pub tracking: Vec<Question>,
    /// Whether each flag is asked.
    pub each_flag: bool,
    /// About each type of communication.
    pub communications: Vec<Question>,
    /// The form token.
    pub shown: String,
    /// The form about the person's details, where there is one.
    pub profile: Option<String>,
    /// The address of the receipt of her newest answer about tracking.
    pub receipt: String,
    /// The types of communication of which she has said something, each with its name.
    pub receipts: Vec<(CommunicationType, String)>,
}

impl PreferencesPage {
    fn title(&self) -> String {
        let subject = self.frame.texts.get("preferences-title");
        frame::title(self.notice.as_ref(), &subject)
    }
}

/// The questions about communications.
pub fn communication_questions(frame: &Frame, rows: &[TypeRow]) -> Vec<Question> {
    rows.iter()
        .map(|row| Question {
            name: field(&row.id),
            term: Some(row.name.clone()),
            detail: None,
            yes: frame.texts.get("choice-yes"),
            no: frame.texts.get("choice-no"),
            said: (row.is_in() || row.is_out()).then_some(row.is_in()),
        })
        .collect()
}

fn field(communication_type: &CommunicationType) -> String {
    format!("type-{communication_type}")
}

/// The page.
pub async fn page(asked: &Asked<'_>, objection: Option<Objection>) -> Result<web::Answer, Closed> {
    let Asked {
        visit,
        browser,
        form,
        context,
    } = asked;
    let frame = Frame::of(browser, visit, form);
    let resolved = visit.resolved(&visit.current().await?, context.now);
    let said = said(visit).await?;
    let rows = rows(visit, form, &frame, &said);
    let each_flag = form.settings.each_flag;
    let notice = match objection {
        Some(objection) => Some(Notice::objection(&frame.texts, objection)),
        None => browser
            .claims_saved
            .then(|| Notice::done(&frame.texts, "preferences-saved-title", "preferences-saved")),
    };
    let base = base(visit)?;
    let profile = Form::usual(&visit.forms, FormKind::Profile);
    let language = frame.language.clone();
    let page = PreferencesPage {
        shown: evidence(visit, &frame, form, &names(&rows), context.now)?,
        tracking: if each_flag {
            flags(&frame.texts, &resolved)
        } else {
            vec![tracking(&frame.texts, &resolved)]
        },
        each_flag,
        communications: communication_questions(&frame, &rows),
        receipt: format!("{base}/receipt"),
        receipts: rows
            .into_iter()
            .filter(|row| said.decisions.contains_key(&row.id))
            .map(|row| (row.id, row.name))
            .collect(),
        profile: (!profile.settings.attributes.is_empty()).then(|| format!("{base}/profile")),
        frame,
        notice,
    };
    let code = objection.map_or(StatusCode::OK, |(code, _)| code);
    Ok(send(&page, &language, code)?)
}

/// Takes the answers. Refusals and opt-outs need to prove nothing and are stored in any case; what was agreed to needs the
/// evidence of a page that is not too old.
pub async fn take(asked: &Asked<'_>, sent: &Sent<'_>) -> Result<web::Answer, Closed> {
    let Asked {
        visit,
        browser,
        form,
        context,
    } = asked;
    let resolved = visit.resolved(&visit.current().await?, context.now);
    let communications = communications(asked, sent).await?;
    let communicated = take_communications(asked, sent, &communications).await?;
    let tracked = if form.settings.each_flag {
        take_flags(asked, sent, &resolved).await?
    } else {
        take_tracking(asked, sent, chosen_tracking(sent, &resolved)).await?
    };
    visit.store.repair_soon(context.now);
    web::seal_soon(&visit.store, visit.organisation.id);
    if [communicated, tracked].contains(&Kept::Overtaken) {
        return page(asked, Some(PARTLY)).await;
    }
    Ok(saved(&Frame::of(browser, visit, form).language))
}

/// What was chosen of the types.
async fn communications(
    asked: &Asked<'_>,
    sent: &Sent<'_>,
) -> Result<Vec<(CommunicationType, bool)>, Closed> {
    let Asked {
        visit,
        browser,
        form,
        ..
    } = asked;
    let frame = Frame::of(browser, visit, form);
    let rows = rows(visit, form, &frame, &said(visit).await?);
    let chosen = rows.into_iter().filter_map(|row| {
        let in_force = (row.is_in() || row.is_out()).then_some(row.is_in());
        let wanted = chosen(sent, &field(&row.id), in_force)?;
        Some((row.id, wanted))
    });
    Ok(chosen.collect())
}

/// Stores what was said about communications.
pub async fn take_communications(
    asked: &Asked<'_>,
    sent: &Sent<'_>,
    chosen: &[(CommunicationType, bool)],
) -> Result<Kept, Closed> {
    let fresh = sent.fresh(asked.context);
    let taken: Vec<(CommunicationType, bool)> = chosen
        .iter()
        .filter(|(_, opted_in)| !opted_in || fresh.is_some())
        .cloned()
        .collect();
    let said = SaidOfCommunications {
        said: &taken,
        source: Source::Form,
        repeated_by: sent.evidence.as_ref().map(|evidence| evidence.text),
        evidence: sent.evidence.as_ref(),
        message: None,
    };
    let kept = keep_communications(asked.visit, asked.context, &said).await?;
    Ok(if taken.len() < chosen.len() {
        Kept::Overtaken
    } else {
        kept
    })
}

/// Stores the answer about tracking as one.
pub async fn take_tracking(
    asked: &Asked<'_>,
    sent: &Sent<'_>,
    answer: Option<Answer>,
) -> Result<Kept, Closed> {
    let Some(answer) = answer else {
        return Ok(Kept::Saved);
    };
    if answer == Answer::Grant && sent.fresh(asked.context).is_none() {
        return Ok(Kept::Overtaken);
    }
    let evidence = sent.evidence.as_ref();
    let (visit, context) = (asked.visit, asked.context);
    Ok(keep(visit, context, Source::Form, answer, evidence).await?)
}

async fn take_flags(
    asked: &Asked<'_>,
    sent: &Sent<'_>,
    resolved: &Resolved,
) -> Result<Kept, Closed> {
    let chosen = chosen_flags(sent, resolved);
    let fresh = sent.fresh(asked.context).is_some();
    let taken = chosen
        .iter()
        .filter(|(_, choice)| fresh || *choice == Choice::Refused)
        .fold(domain::Flags::none(), |flags, (flag, choice)| {
            flags.with(flag, choice)
        });
    let evidence = sent.evidence.as_ref();
    let kept = keep_flags(asked.visit, asked.context, taken, evidence).await?;
    Ok(if taken == chosen {
        kept
    } else {
        Kept::Overtaken
    })
}
