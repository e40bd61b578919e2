//! What a person's answer means, in plain words.

use domain::{Choice, FlagSet, Gate, Resolved, Timestamp, TrackingStatus};
use web::Texts;
use web::form::Answer;

use crate::moment::Moment;

/// The answer that is stored, as the page shows it.
pub struct Status {
    /// For the style sheet.
    pub kind: &'static str,
    /// The status in a word.
    pub word: String,
    /// What follows from it.
    pub effect: String,
    /// Since when.
    pub since: Option<Moment>,
    /// When an agreement was given that counts no more.
    pub lapsed: Option<Moment>,
    /// The answer behind the status.
    pub answer: Option<Answer>,
}

impl Status {
    /// What is stored and resolved.
    pub fn of(texts: &Texts, resolved: &Resolved, tracking: FlagSet) -> Self {
        let (kind, word, effect, answer) = match resolved.tracking_status() {
            TrackingStatus::Refused => (
                "refused",
                texts.get("status-refused"),
                texts.get("status-refused-effect"),
                Some(Answer::Refuse),
            ),
            TrackingStatus::Accepted => (
                "accepted",
                texts.get("status-accepted"),
                texts.get("status-accepted-effect"),
                Some(Answer::Grant),
            ),
            TrackingStatus::Unanswered => (
                "unanswered",
                texts.get("status-unanswered"),
                if resolved.allows(Gate::Track) {
                    texts.get("status-unanswered-linked")
                } else {
                    texts.get("status-unanswered-unlinked")
                },
                None,
            ),
        };
        let moment = |at| Moment::new(texts, at);
        let lapsed = lapsed(resolved, tracking).filter(|_| answer.is_none());
        Self {
            kind,
            word,
            effect,
            since: resolved.tracking_decided_at().map(moment),
            lapsed: lapsed.map(moment),
            answer,
        }
    }

    /// Whether this answer is what is stored.
    pub fn is(&self, answer: Answer) -> bool {
        self.answer == Some(answer)
    }
}

/// When an agreement was given that the regime does not let count any more.
fn lapsed(resolved: &Resolved, tracking: FlagSet) -> Option<Timestamp> {
    tracking
        .iter()
        .map(|flag| resolved.get(flag))
        .filter(|flag| flag.choice.is_none())
        .filter_map(|flag| flag.decided_by)
        .filter(|decision| decision.choice == Choice::Granted)
        .map(|decision| decision.at)
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{ConsentState, Decision, Policy, Regime, Settings, Source, Tier, resolve};
    use web::Language;

    const DECIDED: i64 = 1_795_290_000_000_000;

    fn status(regime: Regime, choice: Option<Choice>, months_later: u32) -> Status {
        let settings = Settings {
            default_regime: regime,
            ..Settings::default()
        };
        let at = Timestamp::from_micros(DECIDED);
        let state: ConsentState = settings
            .tracking_flags
            .iter()
            .filter_map(|flag| {
                let decision = Decision {
                    choice: choice?,
                    tier: Tier::Direct,
                    source: Source::Form,
                    at,
                    regime,
                };
                Some((flag, decision))
            })
            .collect();
        let now = at.plus_months(months_later);
        let resolved = resolve(&state, &Policy::from(&settings), now);
        Status::of(&Texts::of(Language::En), &resolved, settings.tracking_flags)
    }

    #[test]
    fn every_status_says_what_follows_from_it() {
        let refused = status(Regime::Gdpr, Some(Choice::Refused), 100);
        assert_eq!(
            (refused.kind, refused.is(Answer::Refuse)),
            ("refused", true)
        );
        assert!(refused.since.is_some() && refused.lapsed.is_none());
        let accepted = status(Regime::Gdpr, Some(Choice::Granted), 12);
        assert_eq!(
            (accepted.kind, accepted.is(Answer::Grant)),
            ("accepted", true)
        );
        let nobody_asked = status(Regime::Gdpr, None, 0);
        assert!(nobody_asked.effect.ends_with("are not linked to you."));
        assert!(!nobody_asked.is(Answer::Refuse) && nobody_asked.since.is_none());
        let opt_out = status(Regime::Global, None, 0);
        assert!(opt_out.effect.ends_with("are linked to you."));
    }

    #[test]
    fn an_agreement_that_has_run_out_is_called_that() {
        let lapsed = status(Regime::Gdpr, Some(Choice::Granted), 13);
        assert_eq!(lapsed.kind, "unanswered");
        assert!(lapsed.since.is_none() && lapsed.lapsed.is_some());
    }
}
