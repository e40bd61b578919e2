//! Google Consent Mode.

use domain::Flag;

#[test]
fn consent_mode_grants_what_its_flags_allow() {
    let value = |allowed: &[Flag]| {
        domain::consent_mode(|flag| allowed.contains(&flag))
            .map(|(_, value)| if value == "granted" { '+' } else { '-' })
            .into_iter()
            .collect::<String>()
    };
    let names = domain::CONSENT_MODE.map(|(name, _)| name);
    assert_eq!(
        names,
        [
            "ad_storage",
            "ad_user_data",
            "ad_personalization",
            "analytics_storage",
            "functionality_storage",
            "personalization_storage",
            "security_storage"
        ]
    );
    assert_eq!(value(&[]), "------+");
    assert_eq!(value(&Flag::ALL), "+++++++");
    assert_eq!(value(&[Flag::Dc]), "+---+-+");
    assert_eq!(value(&[Flag::Al]), "---+--+");
    assert_eq!(value(&[Flag::Tg]), "------+");
    assert_eq!(value(&[Flag::Al, Flag::Tg]), "--++-++");
    assert_eq!(value(&[Flag::Sh, Flag::Tg]), "------+");
    assert_eq!(value(&[Flag::Al, Flag::Tg, Flag::Sh]), "-+++-++");
    assert_eq!(value(&[Flag::Cd, Flag::Re]), "------+");
}

#[test]
fn the_tag_has_the_same_table_of_consent_mode() {
    let tag = include_str!("../../../../static/src/assent.js");
    for (name, flags) in domain::CONSENT_MODE {
        let codes: Vec<&str> = flags.iter().map(|flag| flag.code()).collect();
        let line = match codes.is_empty() {
            true => format!("{name}: 'granted'"),
            false => format!("{name}: value({}),", codes.join(" && ")),
        };
        assert!(tag.contains(&line), "{line}");
    }
}
