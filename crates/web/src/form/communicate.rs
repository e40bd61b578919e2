//! Storing what a person says on a form about communications, by the rules of `decide`: a repeated opt-out is stored
//! anew where she has opted in since, and a repeated or belated opt-in never comes back.

use domain::{CommunicationStatus, CommunicationType, MessageId, Source};
use store::{
    Actor, NewCommunication, Outcome, RecordedCommunication, Requested, StoreError, digest,
};

use super::decide::{Evidence, Kept};
use super::visit::Visit;
use crate::{Context, Problem};

/// What a person says about communications, and how.
pub struct SaidOfCommunications<'a> {
    /// The types, and whether she wants them.
    pub said: &'a [(CommunicationType, bool)],
    /// Where.
    pub source: Source,
    /// What a repetition of the same request is recognised by: the form token, or that of one-click unsubscribing.
    pub repeated_by: Option<&'a str>,
    /// The form that she saw.
    pub evidence: Option<&'a Evidence<'a>>,
    /// The message out of which she unsubscribes.
    pub message: Option<MessageId>,
}

/// Stores it. What this acknowledges is durable and in force.
pub async fn keep_communications(
    visit: &Visit,
    context: &Context,
    answer: &SaidOfCommunications<'_>,
) -> Result<Kept, Problem> {
    if answer.said.is_empty() {
        return Ok(Kept::Saved);
    }
    let fresh_id = format!("form-{}", context.request_id);
    let id = match answer.repeated_by {
        Some(text) => repeatable_id(&content(answer, text)),
        None => fresh_id.clone(),
    };
    let text = answer.repeated_by.unwrap_or(&fresh_id);
    let content = content(answer, text);
    let mut kept = Kept::Saved;
    let mut anew = Vec::new();
    match store(visit, context, &id, &content, answer, answer.said).await {
        Ok(recorded) => {
            for ((communication_type, opted_in), recorded) in answer.said.iter().zip(&recorded) {
                match next(*opted_in, recorded, communication_type) {
                    Next::Done => {}
                    Next::AskAgain => kept = Kept::Overtaken,
                    Next::StoreAnew => anew.push((communication_type.clone(), *opted_in)),
                }
            }
        }
        // The id stands for something else, so nothing was stored under it now.
        Err(StoreError::Conflict) => {
            let opt_outs = answer.said.iter().filter(|(_, opted_in)| !opted_in);
            anew.extend(opt_outs.cloned());
            if anew.len() < answer.said.len() {
                kept = Kept::Overtaken;
            }
        }
        Err(error) => return Err(error.into()),
    }
    if !anew.is_empty() {
        store(visit, context, &fresh_id, &content, answer, &anew).await?;
    }
    Ok(kept)
}

enum Next {
    Done,
    StoreAnew,
    AskAgain,
}

fn next(
    opted_in: bool,
    recorded: &RecordedCommunication,
    communication_type: &CommunicationType,
) -> Next {
    let in_force = recorded.current.status(communication_type) == CommunicationStatus::of(opted_in);
    match (recorded.outcome, in_force, opted_in) {
        (_, true, _) | (Outcome::Stored | Outcome::Void, _, false) => Next::Done,
        (Outcome::Repeated, false, false) => Next::StoreAnew,
        (_, false, true) => Next::AskAgain,
    }
}

fn repeatable_id(content: &str) -> String {
    format!("form-{}", content.get(..32).unwrap_or(content))
}

fn content(answer: &SaidOfCommunications<'_>, text: &str) -> String {
    let said = answer
        .said
        .iter()
        .map(|(communication_type, opted_in)| format!("{communication_type}={opted_in}"));
    let said: Vec<String> = said.collect();
    digest(format!("{} {text}", said.join(" ")).as_bytes())
}

async fn store(
    visit: &Visit,
    context: &Context,
    request_id: &str,
    content: &str,
    answer: &SaidOfCommunications<'_>,
    said: &[(CommunicationType, bool)],
) -> Result<Vec<RecordedCommunication>, StoreError> {
    let signals: Vec<NewCommunication> = (0..)
        .zip(said)
        .map(|(item, (communication_type, opted_in))| NewCommunication {
            item,
            subject: visit.person.clone(),
            communication_type: communication_type.clone(),
            opted_in: *opted_in,
            source: answer.source,
            at: Requested::Live,
            // An opt-out always counts; an opt-in only if she opted out of nothing since the page was made.
            since: answer
                .evidence
                .filter(|_| *opted_in)
                .map(|evidence| evidence.token.issued_at),
            shown: answer.evidence.map(|evidence| evidence.token.shown.clone()),
            message: answer.message,
        })
        .collect();
    visit
        .store
        .decide_communications(
            visit.organisation.id,
            request_id,
            content,
            Actor::Person,
            &signals,
            context.now,
        )
        .await
}
