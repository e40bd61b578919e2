//! What each regime means, which one is stricter, and which one a region has.

use domain::{
    AskAgain, Choice, ConsentState, Decision, Flag, FlagSet, Gate, GlobalMode, Policy, Regime,
    Region, Settings, Timestamp, TrackingStatus, resolve,
};
use proptest::prelude::*;

use crate::strategies::{NOW, any_flag, any_policy, any_signals, decision, policy};
use domain::Tier;

/// Strictest first; `global` stands last only where unset means a yes.
const ORDER: [Regime; 5] = [
    Regime::Law25,
    Regime::Gdpr,
    Regime::Casl,
    Regime::Ccpa,
    Regime::Global,
];

fn any_regime() -> impl Strategy<Value = Regime> {
    proptest::sample::select(&Regime::ALL[..])
}

fn any_mode() -> impl Strategy<Value = GlobalMode> {
    prop_oneof![Just(GlobalMode::OptIn), Just(GlobalMode::OptOut)]
}

fn any_settings() -> impl Strategy<Value = Settings> {
    let table = proptest::collection::btree_map("[A-Z]{2}(-[A-Z]{2})?", any_regime(), 0..5);
    (any_regime(), any_mode(), proptest::option::of(table)).prop_map(|(regime, mode, table)| {
        let regions = table.map(|table| {
            let table: serde_json::Map<_, _> = table
                .into_iter()
                .map(|(region, regime)| (region, regime.code().into()))
                .collect();
            serde_json::from_value(table.into()).unwrap()
        });
        Settings {
            default_regime: regime,
            global_mode: mode,
            regions,
            ..Settings::default()
        }
    })
}

proptest! {
    /// A stricter regime never opens a gate, whenever it is asked, and twice is once.
    #[test]
    fn tightening_never_opens_a_gate(signals in any_signals(), regime in any_regime(), policy in any_policy(), months in 0..20_u32) {
        let state: ConsentState = signals.into_iter().collect();
        let now = NOW.plus_months(months);
        let loose = resolve(&state, &policy, now);
        let tightened = policy.tightened_by(Some(regime));
        let tight = resolve(&state, &tightened, now);
        for gate in Gate::ALL {
            prop_assert!(loose.allows(gate) || !tight.allows(gate), "{}", gate.code());
        }
        let longer = |one: Option<u32>, other: Option<u32>| one.is_none() || other.is_some_and(|other| Some(other) <= one);
        prop_assert!(longer(tightened.may_ask_again_after_months(), policy.may_ask_again_after_months()));
        prop_assert_eq!(tightened.tightened_by(Some(regime)), tightened);
    }

    /// What was said under one regime never opens what is closed without it: the policy for a person is at
    /// least as strict as the organisation's and as each of her regimes.
    #[test]
    fn a_persons_regimes_never_open_a_gate(signals in any_signals(), policy in any_policy(), months in 0..20_u32) {
        let state: ConsentState = signals.into_iter().collect();
        let now = NOW.plus_months(months);
        let hers = resolve(&state, &policy.for_person(&state), now);
        let at_least = state.regimes().map(|regime| Policy { regime, ..policy }).chain([policy]);
        for looser in at_least {
            for gate in Gate::ALL {
                prop_assert!(resolve(&state, &looser, now).allows(gate) || !hers.allows(gate), "{}", gate.code());
            }
        }
    }

    /// Of two regimes one is stricter, whichever is named first; of three, whichever two are compared first.
    #[test]
    fn strictness_is_an_order(one in any_regime(), two in any_regime(), three in any_regime(), mode in any_mode()) {
        prop_assert_eq!(one.stricter(two, mode), two.stricter(one, mode));
        prop_assert_eq!(one.stricter(two, mode).stricter(three, mode), one.stricter(two.stricter(three, mode), mode));
        prop_assert!([one, two].contains(&one.stricter(two, mode)));
    }

    /// A region that is not in the table, or no region at all, has the strictest regime that there is.
    #[test]
    fn an_unknown_region_is_the_strictest(settings in any_settings(), text in "\\PC{0,8}", known in "[A-Z]{2}(-[A-Z]{2})?") {
        let unknown = settings.regime_in(&format!("{text}?"));
        for region in ["CA-QC", "CA", "US-CA", "FR", known.as_str()] {
            let regime = settings.regime_in(region);
            prop_assert_eq!(unknown.stricter(regime, settings.global_mode), unknown, "{}", region);
        }
        prop_assert_eq!(unknown.stricter(settings.default_regime, settings.global_mode), unknown);
    }

    /// Reading a region never fails but for its shape, and is not about the case.
    #[test]
    fn regions_are_read_in_any_case(text in "\\PC{0,8}", code in "[a-zA-Z]{2}(-[a-zA-Z0-9]{1,3})?") {
        let _ = Region::parse(&text);
        let region = Region::parse(&code).unwrap();
        let upper = code.to_uppercase();
        prop_assert_eq!(region.as_str(), upper.as_str());
    }

    /// A grant is in force for as many months as its regime says, whichever flag it is.
    #[test]
    fn grants_lapse_to_the_microsecond(flag in any_flag(), regime in any_regime()) {
        let grant = Decision { regime, ..decision(Choice::Granted, Tier::Direct, NOW) };
        let state: ConsentState = [(flag, grant)].into_iter().collect();
        let choice = |at: Timestamp| resolve(&state, &policy(regime, GlobalMode::OptIn), at).get(flag).choice;
        match regime.grant_lapses_after_months() {
            Some(months) => {
                let end = NOW.plus_months(months);
                prop_assert_eq!(choice(end.saturating_add_micros(-1)), Some(Choice::Granted));
                prop_assert_eq!(choice(end), None);
            }
            None => prop_assert_eq!(choice(NOW.plus_months(1200)), Some(Choice::Granted)),
        }
    }
}

#[test]
fn regimes_are_as_in_the_table() {
    let own = FlagSet::of(&[Flag::Sh]);
    let all = "dc al tg cd sh re";
    for (regime, unset_opt_out, unset_opt_in, lapses, signal, re_ask) in [
        (Regime::Law25, false, false, Some(12), all, Some(6)),
        (Regime::Gdpr, false, false, Some(13), "", Some(6)),
        (Regime::Casl, false, false, None, "", None),
        (Regime::Ccpa, true, true, None, "tg cd sh", Some(12)),
        (Regime::Global, true, false, None, "sh", Some(3)),
    ] {
        assert_eq!(regime.unset_means(GlobalMode::OptOut), unset_opt_out);
        assert_eq!(regime.unset_means(GlobalMode::OptIn), unset_opt_in);
        assert_eq!(regime.grant_lapses_after_months(), lapses);
        let refused: Vec<_> = regime.refused_by_gpc(own).iter().map(Flag::code).collect();
        assert_eq!(refused.join(" "), signal, "{}", regime.code());
        assert_eq!(regime.may_ask_again_after_months(Some(3)), re_ask);
    }
    assert_eq!(Regime::ALL, ORDER);
    for pair in ORDER.windows(2) {
        assert!(pair[0] > pair[1]);
        assert_eq!(pair[1].stricter(pair[0], GlobalMode::OptOut), pair[0]);
    }
    let stricter = Regime::Ccpa.stricter(Regime::Global, GlobalMode::OptIn);
    assert_eq!(stricter, Regime::Global, "where unset means a no");
}

/// What nobody answered means what the regime says, and is still "unanswered".
#[test]
fn unset_means_what_the_regime_says() {
    for (regime, mode, open) in [
        (Regime::Gdpr, GlobalMode::OptOut, false),
        (Regime::Gdpr, GlobalMode::OptIn, false),
        (Regime::Law25, GlobalMode::OptOut, false),
        (Regime::Casl, GlobalMode::OptOut, false),
        (Regime::Ccpa, GlobalMode::OptOut, true),
        (Regime::Ccpa, GlobalMode::OptIn, true),
        (Regime::Global, GlobalMode::OptOut, true),
        (Regime::Global, GlobalMode::OptIn, false),
    ] {
        let resolved = resolve(&ConsentState::default(), &policy(regime, mode), NOW);
        for gate in Gate::ALL {
            assert_eq!(
                resolved.allows(gate),
                open,
                "{} {mode:?} {}",
                regime.code(),
                gate.code()
            );
        }
        assert_eq!(resolved.tracking_status(), TrackingStatus::Unanswered);
        assert_eq!(resolved.tracking_decided_at(), None);
    }
}

/// The regimes stored with a person are those of her decisions that count; the organisation's is tightened
/// by them.
#[test]
fn the_persons_regime_is_the_strictest() {
    assert_eq!(ConsentState::default().regimes().count(), 0);
    let given = |regime| Decision {
        regime,
        ..decision(Choice::Granted, Tier::Direct, NOW)
    };
    let organisation = Policy::from(&Settings {
        default_regime: Regime::Global,
        ..Settings::default()
    });
    let mut state: ConsentState = [(Flag::Dc, given(Regime::Ccpa))].into_iter().collect();
    assert_eq!(organisation.for_person(&state).regime, Regime::Ccpa);
    state.record(Flag::Al, given(Regime::Gdpr));
    assert_eq!(organisation.for_person(&state).regime, Regime::Gdpr);
    let empty = ConsentState::default();
    assert_eq!(organisation.for_person(&empty).regime, Regime::Global);
}

#[test]
fn regions_have_their_regimes() {
    let usual = Settings::default();
    let own: Settings = serde_json::from_value(serde_json::json!({
        "default_regime": "global",
        "regions": { "us-ca": "ccpa", "US": "global", "FR": "gdpr" },
    }))
    .unwrap();
    for (region, by_the_usual, by_its_own) in [
        ("CA-QC", Regime::Law25, Regime::Gdpr),
        ("ca-qc", Regime::Law25, Regime::Gdpr),
        ("CA-ON", Regime::Casl, Regime::Gdpr),
        ("CA", Regime::Casl, Regime::Gdpr),
        ("US-CA", Regime::Ccpa, Regime::Ccpa),
        ("US-NY", Regime::Ccpa, Regime::Global),
        ("US", Regime::Ccpa, Regime::Global),
        ("FR-75", Regime::Gdpr, Regime::Gdpr),
        ("NO", Regime::Gdpr, Regime::Gdpr),
        ("GB-ENG", Regime::Gdpr, Regime::Gdpr),
        ("CH", Regime::Gdpr, Regime::Gdpr),
        ("JP", Regime::Law25, Regime::Gdpr),
        ("T1", Regime::Law25, Regime::Gdpr),
        ("", Regime::Law25, Regime::Gdpr),
        ("Québec", Regime::Law25, Regime::Gdpr),
    ] {
        assert_eq!(usual.regime_in(region), by_the_usual, "{region}");
        assert_eq!(own.regime_in(region), by_its_own, "{region}");
    }
    for wrong in ["", "C", "CAN", "CA-", "CA-QUEB", "CA_QC", "C4", "ÉÉ", " CA"] {
        assert!(Region::parse(wrong).is_err(), "{wrong}");
        let settings = serde_json::json!({ "regions": { wrong: "gdpr" } });
        assert!(serde_json::from_value::<Settings>(settings).is_err());
    }
}

/// Who refused may be asked again after the months of the regime in force, counted from her last refusal of
/// what tracking needs; nobody else is a matter of asking again.
#[test]
fn asking_again_waits_for_the_last_refusal() {
    let at = Timestamp::from_micros;
    let said = |flag, choice, micros| (flag, decision(choice, Tier::Direct, at(micros)));
    let (refused, granted) = (Choice::Refused, Choice::Granted);
    let both = vec![
        said(Flag::Dc, refused, 1),
        said(Flag::Al, refused, 2),
        said(Flag::Tg, refused, 9),
    ];
    let one = vec![said(Flag::Dc, refused, 1), said(Flag::Al, granted, 5)];
    for (regime, signals, expected) in [
        (
            Regime::Gdpr,
            &both,
            Some(AskAgain::At(at(2).plus_months(6))),
        ),
        (Regime::Gdpr, &one, Some(AskAgain::At(at(1).plus_months(6)))),
        (
            Regime::Ccpa,
            &one,
            Some(AskAgain::At(at(1).plus_months(12))),
        ),
        (Regime::Casl, &one, Some(AskAgain::Never)),
        (
            Regime::Global,
            &one,
            Some(AskAgain::At(at(1).plus_months(3))),
        ),
        (Regime::Gdpr, &vec![said(Flag::Tg, refused, 1)], None),
        (Regime::Gdpr, &Vec::new(), None),
    ] {
        let state: ConsentState = signals.iter().copied().collect();
        let policy = Policy {
            global_re_ask_months: Some(3),
            ..policy(regime, GlobalMode::OptOut)
        };
        let found = resolve(&state, &policy, NOW).may_ask_again();
        assert_eq!(found, expected, "{} {signals:?}", regime.code());
    }
    // Of two regimes that apply, the one that waits longer, whichever is the stricter otherwise.
    let both = policy(Regime::Gdpr, GlobalMode::OptOut).tightened_by(Some(Regime::Ccpa));
    assert_eq!(both.regime, Regime::Gdpr);
    assert_eq!(both.may_ask_again_after_months(), Some(12));
    let never = both.tightened_by(Some(Regime::Casl));
    assert_eq!(never.may_ask_again_after_months(), None);
    let never = Policy {
        global_re_ask_months: None,
        ..policy(Regime::Global, GlobalMode::OptOut)
    };
    let mut state: ConsentState = one.into_iter().collect();
    let found = |state: &ConsentState| resolve(state, &never, NOW).may_ask_again();
    assert_eq!(found(&state), Some(AskAgain::Never));
    state = ConsentState::default();
    state.industry_opt_out = Some(NOW);
    assert_eq!(found(&state), Some(AskAgain::Never));
}
