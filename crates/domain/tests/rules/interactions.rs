//! What a person gets, and what is recorded of what she does.

use domain::{
    Ceiling, Ceilings, Choice, ClickToken, ConsentState, Decision, Flag, Interaction,
    InterceptionSettings, Kind, Machine, Policy, Regime, Settings, Source, Subject, Tier,
    Timestamp, Verdict, click_token_for, keeps_last_open, names, resolve, verdict,
};

const LEVELS: [Ceiling; 3] = [Ceiling::Off, Ceiling::Anonymous, Ceiling::Identified];

fn anna() -> Subject {
    Subject::contact("4711").unwrap()
}

fn tokens() -> [ClickToken; 5] {
    [
        ClickToken::Own(anna()),
        ClickToken::MayBeAsked(anna()),
        ClickToken::OnlyToAsk(anna()),
        ClickToken::Anonymous,
        ClickToken::AnonymousPerson([7; 16]),
    ]
}

fn state(answer: Option<Choice>, at: Timestamp) -> ConsentState {
    let mut state = ConsentState::default();
    for flag in [Flag::Dc, Flag::Al] {
        if let Some(choice) = answer {
            let decision = Decision {
                choice,
                tier: Tier::Direct,
                source: Source::Form,
                at,
                regime: Regime::Gdpr,
            };
            state.record(flag, decision);
        }
    }
    state
}

/// Of all combinations exactly one is identified; whatever is unknown counts as no.
#[test]
fn identified_only_if_everything_speaks_for_it() {
    for token in [None].into_iter().chain(tokens().iter().map(Some)) {
        for bits in 0..4 {
            for names in [None, Some(false), Some(true)] {
                for ceiling in LEVELS {
                    let machine = (bits & 1 != 0).then_some(Machine::Scanner);
                    let gpc_honoured = bits & 2 != 0;
                    let interaction = Interaction {
                        machine,
                        token,
                        gpc_honoured,
                        names,
                        ceiling,
                    };
                    let expected = if ceiling == Ceiling::Off {
                        None
                    } else if machine.is_some() {
                        Some(Verdict::Scanner)
                    } else if token.is_some_and(|token| token.person().is_some())
                        && !gpc_honoured
                        && names == Some(true)
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
                    click_token_for(&contact, &resolved, Ceilings { clicks, opens }, false, now),
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
        click_token_for(&device, &resolved, Ceilings::default(), true, now),
        ClickToken::Anonymous
    );
}

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
const HOUR: i64 = 3_600_000_000;

/// What each status gets, by the regime and by whether the mail asks (the table of `click_token_for`).
#[test]
fn only_those_who_may_be_asked_get_a_token_that_asks() {
    use Choice::{Granted, Refused};
    let months = |count: i64| Timestamp::from_micros(NOW.micros() - count * 30 * 24 * HOUR);
    let [own, may_be_asked, only_to_ask, anonymous, _] = tokens();
    for (regime, answer, at, asks, expected) in [
        (Regime::Gdpr, None, NOW, true, &only_to_ask),
        (Regime::Gdpr, None, NOW, false, &anonymous),
        (Regime::Gdpr, Some(Granted), NOW, true, &own),
        // Lapsed.
        (Regime::Gdpr, Some(Granted), months(14), true, &only_to_ask),
        (Regime::Gdpr, Some(Refused), months(5), true, &anonymous),
        (Regime::Gdpr, Some(Refused), months(7), true, &only_to_ask),
        (Regime::Gdpr, Some(Refused), months(7), false, &anonymous),
        (Regime::Law25, None, NOW, true, &only_to_ask),
        (Regime::Casl, None, NOW, true, &anonymous),
        (Regime::Casl, Some(Refused), months(100), true, &anonymous),
        (Regime::Global, None, NOW, true, &may_be_asked),
        (Regime::Global, None, NOW, false, &own),
        (Regime::Ccpa, None, NOW, true, &may_be_asked),
    ] {
        let policy = Policy {
            regime,
            ..Policy::from(&Settings::default())
        };
        let resolved = resolve(&state(answer, at), &policy, NOW);
        let token = click_token_for(&anna(), &resolved, Ceilings::default(), asks, NOW);
        assert_eq!(&token, expected, "{regime:?} {answer:?} {at:?} {asks}");
    }
    // Who was erased is not asked.
    let erased = ConsentState::new(None, Some(NOW));
    let resolved = resolve(&erased, &Policy::from(&Settings::default()), NOW);
    let token = click_token_for(&anna(), &resolved, Ceilings::default(), true, NOW);
    assert_eq!(token, anonymous);
}

/// A token that was made only to ask names her after she has agreed, and never because silence came to mean yes.
#[test]
fn a_token_only_to_ask_needs_a_yes() {
    let opt_out = Policy {
        regime: Regime::Global,
        ..Policy::from(&Settings::default())
    };
    for (answer, own, only_to_ask) in [
        (None, true, false),
        (Some(Choice::Granted), true, true),
        (Some(Choice::Refused), false, false),
    ] {
        let resolved = resolve(&state(answer, NOW), &opt_out, NOW);
        let named = tokens().map(|token| names(&token, &resolved));
        assert_eq!(named, [own, own, only_to_ask, false, false], "{answer:?}");
    }
}

#[test]
fn nobody_is_asked_again_before_the_delay_is_over() {
    let settings = InterceptionSettings {
        on: true,
        delay_hours: 2,
        ..InterceptionSettings::default()
    };
    let policy = Policy::from(&Settings::default());
    let ago = |hours: i64| Timestamp::from_micros(NOW.micros() - hours * HOUR);
    for (answered, later, due) in [
        (None, None, true),
        (None, Some(ago(1)), false),
        (None, Some(ago(2)), true),
        (Some(ago(1)), None, false),
        (Some(ago(5)), Some(ago(1)), false),
        (Some(ago(5)), Some(ago(3)), true),
        // A clock that was set back.
        (None, Some(ago(-1)), false),
    ] {
        let answer = answered.map(|_| Choice::Refused);
        let resolved = resolve(&state(answer, answered.unwrap_or(NOW)), &policy, NOW);
        assert_eq!(
            settings.tracking_is_due(&resolved, later, NOW),
            due,
            "{answered:?} {later:?}"
        );
    }
}

#[test]
fn excluded_types_and_no_channel_ask_nobody_about_tracking() {
    let settings = |json: &str| serde_json::from_str::<InterceptionSettings>(json).unwrap();
    for (json, kind, asks) in [
        ("{}", None, false),
        (r#"{"on": true}"#, None, true),
        (r#"{"on": true}"#, Some("offers"), true),
        (r#"{"on": true, "channels": []}"#, None, false),
        (
            r#"{"on": true, "excluded_communication_types": ["offers"]}"#,
            Some("offers"),
            false,
        ),
        (
            r#"{"on": true, "excluded_communication_types": ["offers"]}"#,
            Some("news"),
            true,
        ),
        (
            r#"{"on": true, "excluded_communication_types": ["offers"]}"#,
            None,
            true,
        ),
    ] {
        assert_eq!(settings(json).asks_on_clicks(kind), asks, "{json} {kind:?}");
    }
}
/// Of people who have neither agreed nor refused, and only of an open of theirs that nothing else speaks against.
#[test]
fn the_day_of_an_open_is_kept_of_who_has_not_answered() {
    let now = Timestamp::from_micros(1_800_000_000_000_000);
    let policy = Policy::from(&Settings::default());
    let own = ClickToken::Own(Subject::contact("4711").unwrap());
    let open = Interaction {
        machine: None,
        token: Some(&own),
        gpc_honoured: false,
        names: Some(false),
        ceiling: Ceiling::Identified,
    };
    let said = |choice: Option<Choice>, erased_at| {
        let mut state = ConsentState::new(None, erased_at);
        if let Some(choice) = choice {
            let (tier, source, regime) = (Tier::Direct, Source::Form, policy.regime);
            let decision = Decision {
                choice,
                tier,
                source,
                at: now,
                regime,
            };
            state.record(Flag::Dc, decision);
            state.record(Flag::Al, decision);
        }
        resolve(&state, &policy, now)
    };
    let unanswered = said(None, None);
    assert!(keeps_last_open(Kind::Open, &open, &unanswered));
    assert!(!keeps_last_open(Kind::Click, &open, &unanswered));
    for person in [
        said(Some(Choice::Refused), None),
        said(Some(Choice::Granted), None),
        said(None, Some(Timestamp::from_micros(1))),
    ] {
        assert!(!keeps_last_open(Kind::Open, &open, &person));
    }
    for other in [
        Interaction {
            machine: Some(Machine::Scanner),
            ..open
        },
        Interaction {
            machine: Some(Machine::AppleProxy),
            ..open
        },
        Interaction {
            token: None,
            ..open
        },
        Interaction {
            token: Some(&ClickToken::Anonymous),
            ..open
        },
        Interaction {
            gpc_honoured: true,
            ..open
        },
        Interaction {
            ceiling: Ceiling::Anonymous,
            ..open
        },
        Interaction {
            ceiling: Ceiling::Off,
            ..open
        },
    ] {
        assert!(
            !keeps_last_open(Kind::Open, &other, &unanswered),
            "{other:?}"
        );
    }
}
