//! Storing an answer so that no refusal is dropped and no old agreement comes back.
//!
//! A browser may send the same page again (reload, "send again", a second click). The same form token with
//! the same answer is the same request: acknowledged again, stored once. But between the two the person may
//! have answered otherwise. Then a repeated refusal is a new refusal and is stored as one; a repeated
//! agreement is not a new agreement: she is asked on a fresh page.

use domain::token::FormToken;
use domain::{RegimeSource, Source, Tier};
use store::{Actor, NewSignal, Outcome, Recorded, Requested, StoreError, digest};
use web::Context;

use crate::answer::Answer;
use crate::visit::Visit;

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Durable and in force.
    Saved,
    /// An agreement that is not in force: the person has refused since it was sent.
    Overtaken,
}

/// A form token that opened, with its text.
pub struct Evidence<'a> {
    /// As it came.
    pub text: &'a str,
    /// What it says.
    pub token: FormToken,
}

/// What to do after the store has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Done,
    StoreAnew,
    AskAgain,
}

const fn next(answer: Answer, outcome: Outcome, in_force: bool) -> Next {
    match (outcome, in_force, answer) {
        (_, true, _) | (Outcome::Stored, _, Answer::Refuse) => Next::Done,
        (Outcome::Repeated, false, Answer::Refuse) => Next::StoreAnew,
        (_, false, Answer::Grant) => Next::AskAgain,
    }
}

/// The id under which the same page with the same answer is the same request.
fn repeatable_id(answer: Answer, evidence: &Evidence<'_>) -> String {
    let content = content(answer, evidence.text);
    format!("form-{}", content.get(..32).unwrap_or(&content))
}

fn content(answer: Answer, text: &str) -> String {
    digest(format!("{} {text}", answer.code()).as_bytes())
}

/// Stores the answer. What this acknowledges is durable and in force.
pub async fn keep(
    visit: &Visit,
    context: &Context,
    answer: Answer,
    evidence: Option<&Evidence<'_>>,
) -> Result<Kept, StoreError> {
    let fresh_id = format!("form-{}", context.request_id);
    let Some(known) = evidence else {
        // Without a form token of hers there is nothing that a repetition could be recognised by.
        store(visit, context, answer, &fresh_id, None).await?;
        return Ok(Kept::Saved);
    };
    let id = repeatable_id(answer, known);
    let (outcome, in_force) = match store(visit, context, answer, &id, evidence).await {
        Ok(recorded) => {
            let tracking = visit.organisation.settings.tracking_flags;
            let resolved = visit.resolved(&recorded.current, context.now);
            (recorded.outcome, answer.is_in_force(&resolved, tracking))
        }
        // The id stands for something else, so nothing was stored under it now.
        Err(StoreError::Conflict) => (Outcome::Repeated, false),
        Err(error) => return Err(error),
    };
    match next(answer, outcome, in_force) {
        Next::Done => Ok(Kept::Saved),
        Next::AskAgain => Ok(Kept::Overtaken),
        Next::StoreAnew => {
            store(visit, context, answer, &fresh_id, evidence).await?;
            Ok(Kept::Saved)
        }
    }
}

async fn store(
    visit: &Visit,
    context: &Context,
    answer: Answer,
    request_id: &str,
    evidence: Option<&Evidence<'_>>,
) -> Result<Recorded, StoreError> {
    let settings = &visit.organisation.settings;
    let signal = NewSignal {
        item: 0,
        subject: visit.person.clone(),
        flags: answer.flags(settings.tracking_flags),
        tier: Tier::Direct,
        source: Source::Form,
        regime: settings.default_regime,
        regime_source: RegimeSource::Org,
        at: Requested::Live,
        shown: evidence.map(|evidence| evidence.token.shown.clone()),
    };
    let text = evidence.map_or(request_id, |evidence| evidence.text);
    visit
        .store
        .decide(
            visit.organisation.id,
            request_id,
            &content(answer, text),
            Actor::Person,
            &[signal],
            context.now,
        )
        .await?
        .pop()
        .ok_or(StoreError::Corrupt("signal"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Shown, Timestamp};

    #[test]
    fn a_repeated_refusal_is_never_dropped_and_an_old_agreement_never_comes_back() {
        use Answer::{Grant, Refuse};
        use Outcome::{Repeated, Stored};
        for (answer, outcome, in_force, expected) in [
            (Refuse, Stored, true, Next::Done),
            // Somebody else decided in the same moment; hers is stored all the same.
            (Refuse, Stored, false, Next::Done),
            (Refuse, Repeated, true, Next::Done),
            (Refuse, Repeated, false, Next::StoreAnew),
            (Grant, Stored, true, Next::Done),
            // A refusal came in after this agreement was sent and before it was stored.
            (Grant, Stored, false, Next::AskAgain),
            (Grant, Repeated, true, Next::Done),
            (Grant, Repeated, false, Next::AskAgain),
        ] {
            assert_eq!(
                next(answer, outcome, in_force),
                expected,
                "{answer:?} {outcome:?} {in_force}"
            );
        }
    }

    #[test]
    fn the_same_page_with_the_same_answer_is_the_same_request() {
        let evidence = |text| Evidence {
            text,
            token: FormToken {
                shown: Shown {
                    form: "tracking".to_owned(),
                    version: "1".to_owned(),
                    language: "en".to_owned(),
                },
                issued_at: Timestamp::from_micros(0),
            },
        };
        let id = |answer, text| repeatable_id(answer, &evidence(text));
        assert_eq!(id(Answer::Refuse, "abc"), id(Answer::Refuse, "abc"));
        assert_ne!(id(Answer::Refuse, "abc"), id(Answer::Grant, "abc"));
        assert_ne!(id(Answer::Refuse, "abc"), id(Answer::Refuse, "abd"));
        assert_eq!(id(Answer::Refuse, "abc").len(), 37);
    }
}
