//! What a person answered, as the form brings it.

use domain::{Choice, FlagSet, Flags, Resolved, TrackingStatus};

/// One of the two answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Do not link my clicks to me.
    Refuse,
    /// You may.
    Grant,
}

impl Answer {
    /// The value of the button.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Grant => "grant",
        }
    }

    /// The value of `saved` in the address of the page after it.
    pub const fn done(self) -> &'static str {
        match self {
            Self::Refuse => "refused",
            Self::Grant => "granted",
        }
    }

    const fn choice(self) -> Choice {
        match self {
            Self::Refuse => Choice::Refused,
            Self::Grant => Choice::Granted,
        }
    }

    /// The answer for each of these flags.
    pub fn flags(self, flags: FlagSet) -> Flags {
        flags
            .iter()
            .fold(Flags::none(), |flags, flag| flags.with(flag, self.choice()))
    }

    /// Whether this is what every flag that tracking needs says now, and an agreement is not overruled by
    /// what she refused before.
    pub fn is_in_force(self, resolved: &Resolved) -> bool {
        match self {
            Self::Refuse => resolved
                .policy()
                .tracking_flags
                .iter()
                .all(|flag| resolved.get(flag).choice == Some(Choice::Refused)),
            Self::Grant => resolved.tracking_status() == TrackingStatus::Accepted,
        }
    }
}

/// A form that came in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Submission {
    /// Nothing where no button, or an unknown one, was pressed.
    pub answer: Option<Answer>,
    /// The form token as it came, perhaps empty or broken.
    pub shown: String,
}

impl Submission {
    /// Reads the fields. If both answers came, the refusal is the one that must not be lost.
    pub fn read(fields: &[(String, String)]) -> Self {
        let said = |answer: Answer| {
            fields
                .iter()
                .any(|(name, value)| name == "answer" && value == answer.code())
        };
        Self {
            answer: [Answer::Refuse, Answer::Grant]
                .into_iter()
                .find(|a| said(*a)),
            shown: fields
                .iter()
                .find(|(name, _)| name == "shown")
                .map(|(_, value)| value.clone())
                .unwrap_or_default(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use domain::{
        ConsentState, Decision, Flag, Policy, Regime, Settings, Source, Tier, Timestamp, resolve,
    };

    fn read(body: &str) -> Submission {
        Submission::read(&crate::form_fields(body.as_bytes()))
    }

    #[test]
    fn a_refusal_is_found_whatever_else_is_there() {
        assert_eq!(read("answer=refuse").answer, Some(Answer::Refuse));
        assert_eq!(
            read("answer=grant&answer=refuse&x=1").answer,
            Some(Answer::Refuse)
        );
        assert_eq!(read("answer=grant&shown=abc").answer, Some(Answer::Grant));
        assert_eq!(read("answer=grant&shown=abc").shown, "abc");
        for nothing in ["", "answer=", "answer=yes", "refuse=answer", "%ff=%00"] {
            assert_eq!(read(nothing).answer, None, "{nothing}");
        }
    }

    #[test]
    fn an_answer_is_about_every_tracking_flag() {
        let tracking = FlagSet::of(&[Flag::Dc, Flag::Al, Flag::Tg]);
        let flags = Answer::Refuse.flags(tracking);
        assert_eq!((flags.granted_mask(), flags.refused_mask()), (0, 7));
        let flags = Answer::Grant.flags(tracking);
        assert_eq!((flags.granted_mask(), flags.refused_mask()), (7, 0));
    }

    #[test]
    fn in_force_means_every_tracking_flag() {
        let settings = Settings::default();
        let decision = |choice| Decision {
            choice,
            tier: Tier::Direct,
            source: Source::Form,
            at: Timestamp::from_micros(1),
            regime: Regime::Gdpr,
        };
        let resolved = |dc, al| {
            let state: ConsentState = [(Flag::Dc, decision(dc)), (Flag::Al, decision(al))]
                .into_iter()
                .collect();
            resolve(&state, &Policy::from(&settings), Timestamp::from_micros(2))
        };
        let refused = resolved(Choice::Refused, Choice::Refused);
        let granted = resolved(Choice::Granted, Choice::Granted);
        let mixed = resolved(Choice::Refused, Choice::Granted);
        assert!(Answer::Refuse.is_in_force(&refused));
        assert!(Answer::Grant.is_in_force(&granted));
        for other in [granted, mixed.clone()] {
            assert!(!Answer::Refuse.is_in_force(&other));
        }
        assert!(!Answer::Grant.is_in_force(&mixed));
    }

    #[test]
    fn whoever_refused_before_the_flags_changed_can_agree_again() {
        let before = Settings {
            tracking_flags: FlagSet::of(&[Flag::Al]),
            ..Settings::default()
        };
        let settings = Settings {
            tracking_flags: FlagSet::of(&[Flag::Dc]),
            ..Settings::default()
        }
        .succeeding(&before);
        let mut state = ConsentState::default();
        let mut say = |answer: Answer, flags: FlagSet, at| {
            for flag in flags.iter() {
                let decision = Decision {
                    choice: answer.choice(),
                    tier: Tier::Direct,
                    source: Source::Form,
                    at: Timestamp::from_micros(at),
                    regime: Regime::Gdpr,
                };
                state.record(flag, decision);
            }
            resolve(&state, &Policy::from(&settings), Timestamp::from_micros(9))
        };
        let refused = say(Answer::Refuse, before.tracking_flags, 1);
        assert_eq!(refused.refused_before(), before.tracking_flags);
        let current_only = say(Answer::Grant, settings.tracking_flags, 2);
        assert!(!Answer::Grant.is_in_force(&current_only));
        let both = settings.tracking_flags.union(current_only.refused_before());
        assert!(Answer::Grant.is_in_force(&say(Answer::Grant, both, 3)));
        let again = say(Answer::Refuse, settings.tracking_flags, 4);
        assert!(Answer::Refuse.is_in_force(&again));
    }
}
