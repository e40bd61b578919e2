//! The question about tracking as part of another form: as one, or flag by flag. Nothing is ticked that the person has not
//! said, and only what she changes is an answer: a page that lay open brings no old agreement back.

use domain::{Choice, Flag, Flags, Resolved};
use web::Texts;
use web::form::Answer;

use crate::person::Sent;

/// One question with yes and no.
pub struct Question {
    /// The name of its fields.
    pub name: String,
    /// What it is called; nothing where the heading says it.
    pub term: Option<String>,
    /// What yes means; nothing where the words say it.
    pub detail: Option<String>,
    /// What yes is called.
    pub yes: String,
    /// What no is called.
    pub no: String,
    /// What she has said.
    pub said: Option<bool>,
}

impl Question {
    /// Whether she has said this.
    pub fn is(&self, yes: bool) -> bool {
        self.said == Some(yes)
    }

    /// What she has said, as it comes back.
    pub fn was(&self) -> &'static str {
        match self.said {
            Some(true) => "yes",
            Some(false) => "no",
            None => "",
        }
    }
}

/// The field of tracking as one.
const TRACKING: &str = "tracking";

/// Tracking as one.
pub fn tracking(texts: &Texts, resolved: &Resolved) -> Question {
    Question {
        name: TRACKING.to_owned(),
        term: None,
        detail: None,
        yes: texts.get("answer-grant"),
        no: texts.get("answer-refuse"),
        said: resolved.tracking_status().has_tracking_consent(),
    }
}

/// Each flag.
pub fn flags(texts: &Texts, resolved: &Resolved) -> Vec<Question> {
    Flag::ALL
        .into_iter()
        .map(|flag| Question {
            name: format!("flag-{}", flag.code()),
            term: Some(texts.get(&format!("banner-{}", flag.code()))),
            detail: Some(texts.get(&format!("banner-{}-text", flag.code()))),
            yes: texts.get("choice-yes"),
            no: texts.get("choice-no"),
            said: resolved
                .get(flag)
                .choice
                .map(|choice| choice == Choice::Granted),
        })
        .collect()
}

/// What was chosen in a question, if that is an answer: a no that is not in force, or a yes that the page did not show.
pub fn chosen(sent: &Sent<'_>, name: &str, in_force: Option<bool>) -> Option<bool> {
    // If both came, the no is the one that must not be lost.
    let mut values: Vec<&str> = sent.values(name).collect();
    values.sort_unstable();
    match values.first().copied() {
        Some("no") if in_force != Some(false) => Some(false),
        Some("yes") if sent.value(&format!("was-{name}")) != Some("yes") => Some(true),
        _ => None,
    }
}

/// The answer about tracking as one.
pub fn chosen_tracking(sent: &Sent<'_>, resolved: &Resolved) -> Option<Answer> {
    let in_force = resolved.tracking_status().has_tracking_consent();
    chosen(sent, TRACKING, in_force).map(|yes| if yes { Answer::Grant } else { Answer::Refuse })
}

/// The answers about flags.
pub fn chosen_flags(sent: &Sent<'_>, resolved: &Resolved) -> Flags {
    Flag::ALL.into_iter().fold(Flags::none(), |flags, flag| {
        let said = resolved
            .get(flag)
            .choice
            .map(|choice| choice == Choice::Granted);
        match chosen(sent, &format!("flag-{}", flag.code()), said) {
            Some(true) => flags.with(flag, Choice::Granted),
            Some(false) => flags.with(flag, Choice::Refused),
            None => flags,
        }
    })
}
