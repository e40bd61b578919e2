//! What a person gets, and what is recorded of what she does.

use domain::{
    Ceiling, Ceilings, Choice, ClickToken, ConsentState, Decision, Flag, Interaction, Machine,
    Policy, Settings, Source, Subject, Tier, Timestamp, Verdict, click_token_for, resolve, verdict,
};

const LEVELS: [Ceiling; 3] = [Ceiling::Off, Ceiling::Anonymous, Ceiling::Identified];

/// Of all combinations exactly one is identified; whatever is unknown counts as no.
#[test]
fn identified_only_if_everything_speaks_for_it() {
    let own = ClickToken::Own(Subject::contact("4711").unwrap());
    for token in [None, Some(&ClickToken::Anonymous), Some(&own)] {
        for bits in 0..4 {
            for track_gate_open in [None, Some(false), Some(true)] {
                for ceiling in LEVELS {
                    let machine = (bits & 1 != 0).then_some(Machine::Scanner);
                    let gpc_honoured = bits & 2 != 0;
                    let interaction = Interaction {
                        machine,
                        token,
                        gpc_honoured,
                        track_gate_open,
                        ceiling,
                    };
                    let expected = if ceiling == Ceiling::Off {
                        None
                    } else if machine.is_some() {
                        Some(Verdict::Scanner)
                    } else if token == Some(&own)
                        && !gpc_honoured
                        && track_gate_open == Some(true)
                        && ceiling == Ceiling::Identified
                    {
                        Some(Verdict::Identified)
                    } else {
                        Some(Verdict::Anonymous)
                    };
                    assert_eq!(verdict(&interaction), expected, "{interaction:?}");
                }
            }
        }
    }
}

/// Only a person whose gate is open gets her own token, and only if something may be identified.
#[test]
fn a_url_never_names_who_refused() {
    let contact = Subject::contact("4711").unwrap();
    let now = Timestamp::from_micros(1_800_000_000_000_000);
    let policy = Policy::from(&Settings::default());
    for answer in [None, Some(Choice::Granted), Some(Choice::Refused)] {
        let mut state = ConsentState::default();
        for flag in [Flag::Dc, Flag::Al] {
            if let Some(choice) = answer {
                state.record(
                    flag,
                    Decision {
                        choice,
                        tier: Tier::Direct,
                        source: Source::Form,
                        at: now,
                        regime: policy.regime,
                    },
                );
            }
        }
        let resolved = resolve(&state, &policy, now);
        for clicks in LEVELS {
            for opens in LEVELS {
                let own = answer == Some(Choice::Granted)
                    && [clicks, opens].contains(&Ceiling::Identified);
                let expected = if own {
                    ClickToken::Own(contact.clone())
                } else {
                    ClickToken::Anonymous
                };
                assert_eq!(
                    click_token_for(&contact, &resolved, Ceilings { clicks, opens }),
                    expected
                );
            }
        }
    }
    let granted = [Flag::Dc, Flag::Al].map(|flag| {
        (
            flag,
            Decision {
                choice: Choice::Granted,
                tier: Tier::Direct,
                source: Source::Form,
                at: now,
                regime: policy.regime,
            },
        )
    });
    let resolved = resolve(&granted.into_iter().collect(), &policy, now);
    let device = Subject::parse("device:idfa:x").unwrap();
    assert_eq!(
        click_token_for(&device, &resolved, Ceilings::default()),
        ClickToken::Anonymous
    );
}
