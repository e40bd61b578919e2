//! The form about tracking.

use std::collections::BTreeMap;

use askama::Template;
use domain::Timestamp;
use web::Problem;
use web::form::{Answer, Form, Visit};

use crate::frame::{self, Frame, Notice, evidence};
use crate::person::base;
use crate::status::Status;

/// The form about tracking.
#[derive(Template)]
#[template(path = "tracking.html")]
pub struct TrackingPage {
    /// What every page has.
    pub frame: Frame,
    /// What became of the last answer.
    pub notice: Option<Notice>,
    /// What is stored.
    pub status: Status,
    /// The form token.
    pub shown: String,
    /// The receipts.
    pub receipt: String,
}

impl TrackingPage {
    /// The form for this person, sealed as evidence of what it shows.
    pub fn new(
        frame: Frame,
        visit: &Visit,
        form: &Form,
        status: Status,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let shown = evidence(visit, &frame, form, &BTreeMap::new(), now)?;
        Ok(Self {
            receipt: format!("{}/receipt", base(visit)?),
            frame,
            notice: None,
            status,
            shown,
        })
    }

    /// The title of the page.
    pub fn title(&self) -> String {
        frame::title(
            self.notice.as_ref(),
            &self.frame.texts.get("tracking-title"),
        )
    }
}

/// What was saved, if it really is what is stored.
pub fn saved(frame: &Frame, claimed: Option<Answer>, status: &Status) -> Option<Notice> {
    let (title, text) = match claimed.filter(|claimed| status.is(*claimed))? {
        Answer::Refuse => ("saved-refused-title", "saved-refused"),
        Answer::Grant => ("saved-granted-title", "saved-granted"),
    };
    Some(Notice::done(&frame.texts, title, text))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
#[path = "page_tests.rs"]
mod tests;
