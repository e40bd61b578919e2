//! Storing an answer so that no refusal is dropped and no old agreement comes back.
//!
//! A browser may send the same page again (reload, "send again", a second click). The same form token with
//! the same answer is the same request: acknowledged again, stored once. But between the two the person may
//! have answered otherwise. Then a repeated refusal is a new refusal and is stored as one; a repeated
//! agreement is not a new agreement: she is asked on a fresh page. Nor is an agreement on a page that is
//! older than her refusal, even if it is sent for the first time: the signal says when she was asked.

use crate::{Context, Problem};
use domain::token::FormToken;
use domain::{Choice, FlagSet, Flags, Regime, RegimeSource, Source, Subject, Tier};
use store::{Actor, NewSignal, Outcome, Recorded, Requested, StoreError, digest};

use super::answer::Answer;
use super::visit::Visit;

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Durable and in force.
    Saved,
    /// An agreement that is not in force: the person has refused since she was asked.
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
        // Void is a refusal from before an erasure: that has closed everything.
        (_, true, _) | (Outcome::Stored | Outcome::Void, _, Answer::Refuse) => Next::Done,
        (Outcome::Repeated, false, Answer::Refuse) => Next::StoreAnew,
        (_, false, Answer::Grant) => Next::AskAgain,
    }
}

/// The id under which the same page with the same answer is the same request.
fn repeatable_id(content: &str) -> String {
    format!("form-{}", content.get(..32).unwrap_or(content))
}

fn content(answer: Answer, text: &str) -> String {
    digest(format!("{} {text}", answer.code()).as_bytes())
}

/// Stores the answer, given on a form of this `source`. What this acknowledges is durable and in force.
pub async fn keep(
    visit: &Visit,
    context: &Context,
    source: Source,
    answer: Answer,
    evidence: Option<&Evidence<'_>>,
) -> Result<Kept, Problem> {
    let settings = &visit.organisation.settings;
    let flags = match answer {
        Answer::Refuse => settings.tracking_flags,
        // Whoever refused tracking when it stood for other flags could otherwise never agree again.
        Answer::Grant => {
            let resolved = visit.resolved(&visit.current().await?, context.now);
            settings.tracking_flags.union(resolved.refused_before())
        }
    };
    let regime = match visit.regime_here() {
        Some(regime) => (regime, RegimeSource::Ip),
        None => (settings.default_regime, RegimeSource::Org),
    };
    let signal = signal(&visit.person, source, regime, answer, flags, evidence);
    let fresh_id = format!("form-{}", context.request_id);
    let Some(known) = evidence else {
        // Without a form token of hers there is nothing that a repetition could be recognised by.
        let content = content(answer, &fresh_id);
        store(visit, context, &fresh_id, &content, &signal).await?;
        return Ok(Kept::Saved);
    };
    let content = content(answer, known.text);
    let id = repeatable_id(&content);
    let (outcome, in_force) = match store(visit, context, &id, &content, &signal).await {
        Ok(recorded) => {
            let resolved = visit.resolved(&recorded.current, context.now);
            (recorded.outcome, answer.is_in_force(&resolved))
        }
        // The id stands for something else, so nothing was stored under it now.
        Err(StoreError::Conflict) => (Outcome::Repeated, false),
        Err(error) => return Err(error.into()),
    };
    match next(answer, outcome, in_force) {
        Next::Done => Ok(Kept::Saved),
        Next::AskAgain => Ok(Kept::Overtaken),
        Next::StoreAnew => {
            store(visit, context, &fresh_id, &content, &signal).await?;
            Ok(Kept::Saved)
        }
    }
}

/// Stores flags, each answered alone. Refusals count in any case; what was agreed to only with the evidence of a page that
/// nobody has refused on since.
pub async fn keep_flags(
    visit: &Visit,
    context: &Context,
    flags: Flags,
    evidence: Option<&Evidence<'_>>,
) -> Result<Kept, Problem> {
    if flags.is_empty() {
        return Ok(Kept::Saved);
    }
    let regime = match visit.regime_here() {
        Some(regime) => (regime, RegimeSource::Ip),
        None => (
            visit.organisation.settings.default_regime,
            RegimeSource::Org,
        ),
    };
    let signal_of = |flags: Flags| NewSignal {
        flags,
        since: evidence
            .filter(|_| flags.contains_grant())
            .map(|evidence| evidence.token.issued_at),
        ..signal(
            &visit.person,
            Source::Form,
            regime,
            Answer::Refuse,
            FlagSet::EMPTY,
            evidence,
        )
    };
    let fresh_id = format!("form-{}", context.request_id);
    let text = evidence.map_or(fresh_id.as_str(), |known| known.text);
    let said = format!("{} {} {text}", flags.granted_mask(), flags.refused_mask());
    let content = digest(said.as_bytes());
    let id = evidence.map_or_else(|| fresh_id.clone(), |_| repeatable_id(&content));
    let refusals = flags
        .iter()
        .filter(|(_, choice)| *choice == Choice::Refused)
        .fold(Flags::none(), |flags, (flag, choice)| {
            flags.with(flag, choice)
        });
    let (resolved, repeated) = match store(visit, context, &id, &content, &signal_of(flags)).await {
        Ok(recorded) => (
            Some(visit.resolved(&recorded.current, context.now)),
            recorded.outcome == Outcome::Repeated,
        ),
        Err(StoreError::Conflict) => (None, true),
        Err(error) => return Err(error.into()),
    };
    let holds = |wanted: Choice| {
        resolved.as_ref().is_some_and(|resolved| {
            let mut asked = flags.iter().filter(|(_, choice)| *choice == wanted);
            asked.all(|(flag, choice)| resolved.get(flag).choice == Some(choice))
        })
    };
    if repeated && !refusals.is_empty() && !holds(Choice::Refused) {
        store(visit, context, &fresh_id, &content, &signal_of(refusals)).await?;
    }
    if flags.contains_grant() && !holds(Choice::Granted) {
        Ok(Kept::Overtaken)
    } else {
        Ok(Kept::Saved)
    }
}

fn signal(
    person: &Subject,
    source: Source,
    (regime, regime_source): (Regime, RegimeSource),
    answer: Answer,
    flags: FlagSet,
    evidence: Option<&Evidence<'_>>,
) -> NewSignal {
    NewSignal {
        item: 0,
        subject: person.clone(),
        flags: answer.flags(flags),
        tier: Tier::Direct,
        source,
        regime,
        regime_source,
        at: Requested::Live,
        // A refusal always counts; an agreement only if nothing was refused since the page was made.
        since: evidence
            .filter(|_| answer == Answer::Grant)
            .map(|evidence| evidence.token.issued_at),
        grants_from: None,
        shown: evidence.map(|evidence| evidence.token.shown.clone()),
        evidence: None,
    }
}

async fn store(
    visit: &Visit,
    context: &Context,
    request_id: &str,
    content: &str,
    signal: &NewSignal,
) -> Result<Recorded, StoreError> {
    let recorded = visit
        .store
        .decide(
            visit.organisation.id,
            request_id,
            content,
            Actor::Person,
            std::slice::from_ref(signal),
            context.now,
        )
        .await?
        .pop();
    crate::seal_soon(&visit.store, visit.organisation.id);
    recorded.ok_or(StoreError::Corrupt("signal"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use domain::{Settings, Shown, Timestamp};

    #[test]
    fn a_repeated_refusal_is_never_dropped_and_an_old_agreement_never_comes_back() {
        use Answer::{Grant, Refuse};
        use Outcome::{Repeated, Stored, Void};
        for (answer, outcome, in_force, expected) in [
            (Refuse, Stored, true, Next::Done),
            // Somebody else decided in the same moment; hers is stored all the same.
            (Refuse, Stored, false, Next::Done),
            (Refuse, Repeated, true, Next::Done),
            (Refuse, Repeated, false, Next::StoreAnew),
            (Grant, Stored, true, Next::Done),
            // A refusal came in after the page was made, so this agreement changed nothing, or just before it
            // was stored.
            (Grant, Stored, false, Next::AskAgain),
            (Grant, Repeated, true, Next::Done),
            (Grant, Repeated, false, Next::AskAgain),
            // She was erased since the page was made.
            (Grant, Void, false, Next::AskAgain),
            (Refuse, Void, false, Next::Done),
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
        let id = |answer, text| repeatable_id(&content(answer, text));
        assert_eq!(id(Answer::Refuse, "abc"), id(Answer::Refuse, "abc"));
        assert_ne!(id(Answer::Refuse, "abc"), id(Answer::Grant, "abc"));
        assert_ne!(id(Answer::Refuse, "abc"), id(Answer::Refuse, "abd"));
        assert_eq!(id(Answer::Refuse, "abc").len(), 37);
    }

    #[test]
    fn an_agreement_says_when_she_was_asked_and_a_refusal_always_counts() {
        let issued_at = Timestamp::from_micros(7);
        let evidence = Evidence {
            text: "abc",
            token: FormToken {
                shown: Shown {
                    form: "tracking".to_owned(),
                    version: "1".to_owned(),
                    language: "en".to_owned(),
                },
                issued_at,
            },
        };
        let ada = Subject::contact("ada").unwrap();
        let settings = Settings::default();
        for (answer, evidence, since) in [
            (Answer::Grant, Some(&evidence), Some(issued_at)),
            (Answer::Refuse, Some(&evidence), None),
            (Answer::Refuse, None, None),
        ] {
            let regime = (Regime::Gdpr, RegimeSource::Org);
            let signal = signal(
                &ada,
                Source::Form,
                regime,
                answer,
                settings.tracking_flags,
                evidence,
            );
            assert_eq!(signal.since, since, "{answer:?}");
            assert_eq!(signal.shown.is_some(), evidence.is_some());
            assert_eq!(signal.flags, answer.flags(settings.tracking_flags));
        }
    }
}
