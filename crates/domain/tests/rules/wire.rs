//! What is read from, and written to, the wire.

use domain::{
    Brand, Ceiling, CeilingError, Ceilings, Choice, Colour, Flag, FlagSet, Flags, FlagsError, Gate,
    GlobalMode, Kind, LinkId, MAX_AHEAD_MICROS, MessageId, OrganisationId, Regime, RegimeSource,
    Settings, SignalError, Source, Tier, Timestamp, check_time,
};
use proptest::prelude::*;

fn error<T: serde::de::DeserializeOwned + std::fmt::Debug>(json: &str) -> String {
    serde_json::from_str::<T>(json).unwrap_err().to_string()
}

proptest! {
    /// All 729 answers to six questions survive the wire and the masks of the store.
    #[test]
    fn flags_round_trip(answers in proptest::collection::vec(proptest::option::of(any::<bool>()), 6)) {
        let mut flags = Flags::none();
        for (flag, answer) in Flag::ALL.into_iter().zip(answers) {
            if let Some(granted) = answer {
                flags = flags.with(flag, if granted { Choice::Granted } else { Choice::Refused });
            }
            prop_assert_eq!(flags.get(flag).map(|choice| choice == Choice::Granted), answer);
        }
        let json = serde_json::to_string(&flags).unwrap();
        prop_assert_eq!(serde_json::from_str::<Flags>(&json).unwrap(), flags);
        prop_assert_eq!(Flags::from_masks(flags.granted_mask(), flags.refused_mask()).unwrap(), flags);
        prop_assert_eq!(flags.contains_refusal(), flags.iter().any(|(_, choice)| choice == Choice::Refused));
        prop_assert_eq!(flags.is_empty(), flags.iter().next().is_none());
    }

    /// Times keep their microsecond, whatever the offset they were written with.
    #[test]
    fn times_round_trip(micros in -62_167_219_200_000_000..=253_402_300_799_999_999_i64) {
        let time = Timestamp::from_micros(micros);
        let text = time.to_rfc3339();
        prop_assert!(text.ends_with('Z') && text.len() == 27, "{}", text);
        prop_assert_eq!(Timestamp::parse_rfc3339(&text).unwrap(), time);
        prop_assert_eq!(serde_json::from_str::<Timestamp>(&serde_json::to_string(&time).unwrap()).unwrap(), time);
    }

    /// No time, however large, makes anything fail.
    #[test]
    fn all_times_are_safe(micros in any::<i64>(), more in any::<i64>(), months in any::<u32>()) {
        let time = Timestamp::from_micros(micros);
        let _ = (time.to_rfc3339(), time.hour(), time.saturating_add_micros(more), check_time(time, Timestamp::from_micros(more)));
        prop_assert!(time.plus_months(months) >= time);
    }

    /// What lapses now was granted then, and nothing later lapses.
    #[test]
    fn months_are_counted_back_as_forth(micros in 0..4_000_000_000_000_000_i64, months in 0..30_u32) {
        let now = Timestamp::from_micros(micros);
        let then = now.months_before(months);
        prop_assert!(then.plus_months(months) <= now);
        prop_assert!(then.saturating_add_micros(1).plus_months(months) > now);
    }

    /// Ids survive their text form, in either case; nothing else is an id.
    #[test]
    fn ids_round_trip(bytes in any::<[u8; 16]>(), link in any::<[u8; 10]>(), text in "[0-9a-f-]{30,38}|[a-z2-7]{14,18}|.{0,40}") {
        let id = OrganisationId::from_random(bytes);
        let shown = id.to_string();
        prop_assert_eq!((&shown[8..9], &shown[13..15], &shown[18..19], &shown[23..24]), ("-", "-4", "-", "-"));
        prop_assert!("89ab".contains(&shown[19..20]));
        prop_assert_eq!(OrganisationId::parse(&shown.to_uppercase()), Ok(id));
        prop_assert_eq!(serde_json::from_str::<OrganisationId>(&format!("\"{shown}\"")).unwrap(), id);
        let link = LinkId::from_random(link);
        prop_assert_eq!(link.to_string().len(), 16);
        prop_assert_eq!(LinkId::parse(&link.to_string()), Ok(link));
        if let Ok(id) = MessageId::parse(&text) { prop_assert_eq!(id.to_string(), text.to_lowercase()); }
        if let Ok(id) = LinkId::parse(&text) { prop_assert_eq!(id.to_string(), text); }
    }
}

/// Misspelt, null, repeated and non-boolean flags are errors that name the flag.
#[test]
fn flags_are_strict() {
    for (json, part) in [
        (r#"{"dc": true, "tgt": true}"#, "\"tgt\""),
        (r#"{"DC": true}"#, "\"DC\""),
        (r#"{"dc": null}"#, "flag dc"),
        (r#"{"al": 1}"#, "flag al"),
        (r#"{"sh": "true"}"#, "flag sh"),
        (r#"{"re": true, "re": false}"#, "flag re"),
        (r#"["dc"]"#, "object"),
    ] {
        assert!(
            error::<Flags>(json).contains(part),
            "{json}: {}",
            error::<Flags>(json)
        );
    }
    assert!(serde_json::from_str::<Flags>("{}").unwrap().is_empty());
    assert!(
        !error::<Flags>(r#"{"jane@example.com": true}"#).contains("jane"),
        "nothing personal is repeated"
    );
}

/// Masks that no signal can have are refused.
#[test]
fn impossible_masks_are_refused() {
    for (granted, refused) in [(64, 0), (0, 128), (1, 1), (63, 32)] {
        assert_eq!(Flags::from_masks(granted, refused), Err(FlagsError::Mask));
    }
    assert_eq!(FlagSet::from_mask(64), Err(FlagsError::Mask));
    assert_eq!(
        Flags::all(Choice::Granted).granted_mask(),
        63,
        "cg of a record that grants all"
    );
}

/// Codes are read back as what they are.
#[test]
fn codes_round_trip() {
    for gate in Gate::ALL {
        assert_eq!(Gate::parse(gate.code()), Ok(gate));
        assert_eq!(serde_json::to_value(gate).unwrap(), gate.code());
    }
    for source in Source::ALL {
        assert_eq!(Source::parse(source.code()), Ok(source));
        assert_eq!(serde_json::to_value(source).unwrap(), source.code());
    }
    for regime in Regime::ALL {
        assert_eq!(Regime::parse(regime.code()), Ok(regime));
        assert_eq!(serde_json::to_value(regime).unwrap(), regime.code());
    }
    for tier in Tier::ALL {
        assert_eq!(Tier::from_number(tier.number()), Ok(tier));
        assert_eq!(serde_json::to_value(tier).unwrap(), tier.code());
    }
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.code()), Ok(kind));
    }
    for source in [RegimeSource::Req, RegimeSource::Ip, RegimeSource::Org] {
        assert_eq!(RegimeSource::parse(source.code()), Ok(source));
    }
    assert!(
        Gate::parse("Track").is_err()
            && Source::parse("").is_err()
            && Regime::parse("GDPR").is_err()
    );
    assert!(Tier::from_number(0).is_err() && Tier::from_number(4).is_err());
}

/// RFC 3339 in any offset, and nothing like it.
#[test]
fn times_are_rfc_3339() {
    let time = Timestamp::parse_rfc3339("2018-01-09T05:41:16.195538+01:00").unwrap();
    assert_eq!(time.to_rfc3339(), "2018-01-09T04:41:16.195538Z");
    assert_eq!(
        Timestamp::from_micros(1_515_476_195_538_000).to_rfc3339(),
        "2018-01-09T05:36:35.538000Z"
    );
    assert_eq!(Timestamp::from_micros(-1).hour(), -1);
    assert_eq!(Timestamp::from_micros(3_600_000_000).hour(), 1);
    for text in [
        "",
        "now",
        "2018-01-09",
        "2018-01-09T05:41:16",
        "1515476195538000",
        "2018-02-30T00:00:00Z",
    ] {
        assert!(Timestamp::parse_rfc3339(text).is_err(), "{text}");
    }
}

/// Months are those of the calendar.
#[test]
fn months_are_calendar_months() {
    let time = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
    // There is no 29th of February 2041, so all of its last day comes before.
    assert_eq!(
        time("2043-07-29T00:00:00Z").months_before(29),
        time("2041-02-28T23:59:59.999999Z")
    );
    for (from, months, to) in [
        (
            "2026-01-31T12:00:00.000001Z",
            1,
            "2026-02-28T12:00:00.000001Z",
        ),
        (
            "2023-01-31T00:00:00.000000Z",
            13,
            "2024-02-29T00:00:00.000000Z",
        ),
        (
            "2026-11-21T08:30:00.000000Z",
            13,
            "2027-12-21T08:30:00.000000Z",
        ),
        (
            "2026-11-21T08:30:00.000000Z",
            0,
            "2026-11-21T08:30:00.000000Z",
        ),
    ] {
        assert_eq!(
            Timestamp::parse_rfc3339(from)
                .unwrap()
                .plus_months(months)
                .to_rfc3339(),
            to
        );
    }
}

/// A time more than five minutes ahead is refused, not corrected.
#[test]
fn times_ahead_are_refused() {
    let now = Timestamp::from_micros(1_800_000_000_000_000);
    assert_eq!(
        check_time(now.saturating_add_micros(MAX_AHEAD_MICROS), now),
        Ok(())
    );
    let late = now.saturating_add_micros(MAX_AHEAD_MICROS + 1);
    assert_eq!(check_time(late, now), Err(SignalError::TimestampInFuture));
}

/// Settings left out have the documented defaults, and survive the wire.
#[test]
fn settings_have_defaults() {
    let settings: Settings = serde_json::from_str("{}").unwrap();
    assert_eq!(settings, Settings::default());
    let json = serde_json::to_value(&settings).unwrap();
    assert_eq!(json["default_regime"], "gdpr");
    assert_eq!(json["global_mode"], "opt_out");
    assert_eq!(json["tracking_flags"], serde_json::json!(["dc", "al"]));
    assert_eq!(json.get("former_tracking_flags"), None);
    assert_eq!(
        json["ceiling"],
        serde_json::json!({"clicks": "identified", "opens": "identified"})
    );
    assert_eq!(json["honour_gpc_on_clicks"], true);
    assert_eq!(serde_json::from_value::<Settings>(json).unwrap(), settings);
    let full = r##"{"default_regime": "global", "global_mode": "opt_in", "tracking_flags": ["tg"], "former_tracking_flags": ["al"], "languages": ["de", "pt-BR"],
        "default_language": "de", "display_name": "Bäckerei", "privacy_notice_url": "https://example.com/privacy?a=b",
        "ceiling": {"opens": "off"}, "honour_gpc_on_clicks": false, "brand": {"accent": "#1B5E20"}}"##;
    let settings: Settings = serde_json::from_str(full).unwrap();
    assert_eq!(settings.global_mode, GlobalMode::OptIn);
    assert_eq!(settings.former_tracking_flags, FlagSet::of(&[Flag::Al]));
    assert_eq!(
        settings.ceiling,
        Ceilings {
            clicks: Ceiling::Identified,
            opens: Ceiling::Off
        }
    );
    assert_eq!(
        settings.brand,
        Brand {
            accent: Some(Colour::parse("#1b5e20").unwrap()),
            ..Brand::default()
        }
    );
    assert_eq!(
        serde_json::from_str::<Settings>(&serde_json::to_string(&settings).unwrap()).unwrap(),
        settings
    );
}

/// A setting that cannot be is an error that names it.
#[test]
fn settings_are_strict() {
    for (json, part) in [
        (r#"{"honor_gpc_on_clicks": true}"#, "honor_gpc_on_clicks"),
        (r#"{"default_regime": "GDPR"}"#, "GDPR"),
        (r#"{"tracking_flags": []}"#, "tracking_flags"),
        (r#"{"tracking_flags": ["dc", "dc"]}"#, "dc"),
        (r#"{"languages": []}"#, "languages"),
        (r#"{"languages": ["en", "x y"]}"#, "languages"),
        (r#"{"default_language": "de"}"#, "default_language"),
        (r#"{"display_name": ""}"#, "display_name"),
        (r#"{"display_name": "a\nb"}"#, "display_name"),
        (
            r#"{"privacy_notice_url": "http://example.com/"}"#,
            "privacy_notice_url",
        ),
        (
            r#"{"privacy_notice_url": "javascript:alert(1)"}"#,
            "privacy_notice_url",
        ),
        (r#"{"brand": {"accent": "red"}}"#, "#1b5e20"),
        (r##"{"brand": {"accent": "#12345"}}"##, "#1b5e20"),
        (r##"{"brand": {"accent": "#12345g"}}"##, "#1b5e20"),
        (r#"{"ceiling": {"clicks": "all"}}"#, "all"),
        (r#"{"brand": {"font": ["Georgia"]}}"#, "brand.font"),
        (
            r#"{"brand": {"logo": "https://example.com/logo.png"}}"#,
            "data:image/png",
        ),
        (
            r#"{"interception": {"delay_hours": 8785}}"#,
            "interception.delay_hours",
        ),
        (r#"{"interception": {"channels": ["sms"]}}"#, "sms"),
        (
            r#"{"interception": {"channels": ["email", "email"]}}"#,
            "interception.channels",
        ),
        (
            r#"{"interception": {"excluded_communication_types": ["Offers"]}}"#,
            "excluded_communication_types",
        ),
        (r#"{"interception": {"delay": 3}}"#, "delay"),
        (r#"{"interception": []}"#, "sequence"),
        (r#"{"anonymous_tokens": "none"}"#, "none"),
    ] {
        assert!(
            error::<Settings>(json).contains(part),
            "{json}: {}",
            error::<Settings>(json)
        );
    }
}

/// Asking for more than the level above allows is an error; the most restrictive wins.
#[test]
fn ceilings_only_lower() {
    let levels = [Ceiling::Off, Ceiling::Anonymous, Ceiling::Identified];
    for upper in levels {
        for lower in levels {
            let (above, asked) = (
                Ceilings {
                    clicks: upper,
                    ..Ceilings::default()
                },
                Ceilings {
                    clicks: lower,
                    ..Ceilings::default()
                },
            );
            assert_eq!(
                asked.within(above),
                if lower > upper {
                    Err(CeilingError::Clicks)
                } else {
                    Ok(())
                }
            );
            assert_eq!(asked.most_restrictive(above).clicks, lower.min(upper));
            let (above, asked) = (
                Ceilings {
                    opens: upper,
                    ..Ceilings::default()
                },
                Ceilings {
                    opens: lower,
                    ..Ceilings::default()
                },
            );
            assert_eq!(
                asked.within(above),
                if lower > upper {
                    Err(CeilingError::Opens)
                } else {
                    Ok(())
                }
            );
        }
    }
}
