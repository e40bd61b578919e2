//! Settings as JSON.

use domain::{Flag, Policy, Settings, TrackingStatus, resolve};

use crate::input::parts;

/// Input: two documents, the second in the place of the first.
pub fn settings(input: &[u8]) {
    let [one, other] = parts(input);
    let one = check(one);
    let other = check(other);
    if let (Some(one), Some(other)) = (one, other) {
        let now = other.clone().succeeding(&one);
        for flag in Flag::ALL {
            let asked =
                one.tracking_flags.contains(flag) || one.former_tracking_flags.contains(flag);
            let known =
                now.tracking_flags.contains(flag) || now.former_tracking_flags.contains(flag);
            assert!(
                known || !asked,
                "a refusal of {} would be forgotten",
                flag.code()
            );
        }
        assert_eq!(now.tracking_flags, other.tracking_flags);
        assert_eq!(now.clone().succeeding(&one), now);
    }
}

fn check(json: &[u8]) -> Option<Settings> {
    let settings: Settings = match web::json(json) {
        Ok(settings) => settings,
        Err(problem) => {
            assert!(problem.kind.status().is_client_error());
            return None;
        }
    };
    assert_eq!(settings.check(), Ok(()));
    let written = serde_json::to_vec(&settings).unwrap();
    assert_eq!(web::json::<Settings>(&written).unwrap(), settings);
    assert!(!settings.tracking_flags.is_empty());
    assert!(settings.languages.contains(&settings.default_language));
    let document: serde_json::Value = serde_json::from_slice(json).unwrap();
    let mut known = serde_json::to_value(Settings::default()).unwrap();
    known["former_tracking_flags"] = serde_json::Value::Null;
    known["regions"] = serde_json::Value::Null;
    known["banner"] = serde_json::Value::Null;
    for name in document.as_object().unwrap().keys() {
        assert!(known.get(name).is_some(), "{name} passed silently");
    }
    for text in [&settings.display_name, &settings.privacy_notice_url]
        .into_iter()
        .flatten()
    {
        assert!(!text.chars().any(char::is_control));
    }
    if let Some(address) = &settings.privacy_notice_url {
        assert!(address.starts_with("https://"));
    }
    // Nobody who was never asked is tracked, unless the organisation has chosen just that.
    let policy = Policy::from(&settings);
    let stranger = resolve(
        &domain::ConsentState::default(),
        &policy,
        domain::Timestamp::from_micros(0),
    );
    assert_eq!(stranger.tracking_status(), TrackingStatus::Unanswered);
    let regime = settings.default_regime;
    assert_eq!(
        stranger.allows(domain::Gate::Track),
        regime.unset_means(settings.global_mode)
    );
    // A region can only tighten, and each is there once.
    if let Some(regions) = &settings.regions {
        assert_eq!(
            regions.regimes().count(),
            document["regions"].as_object().unwrap().len()
        );
    }
    Some(settings)
}
