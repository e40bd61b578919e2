//! The communication types of a form, with what the person said.

use std::collections::BTreeMap;

use domain::{CommunicationStatus, CommunicationType, Communications};
use web::Problem;
use web::form::{Form, Visit};

use crate::frame::Frame;

/// One type.
pub struct TypeRow {
    /// Names it.
    pub id: CommunicationType,
    /// What people read.
    pub name: String,
    /// What is in force.
    pub status: CommunicationStatus,
    /// That in words.
    pub word: String,
}

impl TypeRow {
    /// Whether she gets these, or may.
    pub fn can_stop(&self) -> bool {
        self.status != CommunicationStatus::OptedOut
    }

    /// Whether she asked for these.
    pub fn is_in(&self) -> bool {
        self.status == CommunicationStatus::OptedIn
    }

    /// Whether she does not want these.
    pub fn is_out(&self) -> bool {
        self.status == CommunicationStatus::OptedOut
    }
}

/// What the person said about communications.
pub async fn said(visit: &Visit) -> Result<Communications, Problem> {
    let person = std::slice::from_ref(&visit.person);
    let mut found = visit
        .store
        .communications(visit.organisation.id, person)
        .await?;
    found
        .pop()
        .ok_or_else(|| Problem::internal("a state for each contact"))
}

/// The types of a form in the order of the settings.
pub fn rows(visit: &Visit, form: &Form, frame: &Frame, said: &Communications) -> Vec<TypeRow> {
    let chosen = &form.settings.communication_types;
    let settings = &visit.organisation.settings;
    settings
        .communication_types
        .iter()
        .filter(|one| chosen.is_empty() || chosen.contains(&one.id))
        .map(|one| {
            let name = one.name_in(&frame.language, &settings.default_language);
            row(one.id.clone(), name.to_owned(), frame, said)
        })
        .collect()
}

/// One type, whether the settings still have it or not.
pub fn row(id: CommunicationType, name: String, frame: &Frame, said: &Communications) -> TypeRow {
    let status = said.status(&id);
    let word = frame.texts.get(match status {
        CommunicationStatus::OptedIn => "communication-opted-in",
        CommunicationStatus::OptedOut => "communication-opted-out",
        CommunicationStatus::Unanswered => "communication-unanswered",
    });
    TypeRow {
        id,
        name,
        status,
        word,
    }
}

/// What was asked, for the evidence.
pub fn asked(rows: &[TypeRow]) -> BTreeMap<String, String> {
    rows.iter()
        .map(|row| (row.id.to_string(), row.name.clone()))
        .collect()
}
