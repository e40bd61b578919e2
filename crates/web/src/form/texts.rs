//! Which texts a form has: what an organisation may write in its own words, and what stands for what people saw.

use domain::FormKind;

/// On every form.
const EVERY: [&str; 27] = [
    "banner-language-name",
    "language-choice",
    "sender-unnamed",
    "moment",
    "day-first",
    "month-1",
    "month-2",
    "month-3",
    "month-4",
    "month-5",
    "month-6",
    "month-7",
    "month-8",
    "month-9",
    "month-10",
    "month-11",
    "month-12",
    "privacy-notice",
    "not-saved-title",
    "not-saved-expired",
    "not-saved-incomplete",
    "not-saved-overtaken",
    "not-saved-unchosen",
    "preferences-partly-title",
    "preferences-partly",
    "preview-title",
    "preview-text",
];

const TRACKING: &[&str] = &[
    "tracking-title",
    "tracking-lead",
    "status-heading",
    "status-since",
    "status-refused",
    "status-refused-effect",
    "status-accepted",
    "status-accepted-effect",
    "status-unanswered",
    "status-unanswered-linked",
    "status-unanswered-unlinked",
    "status-lapsed",
    "meaning-heading",
    "meaning-agree-term",
    "meaning-agree",
    "meaning-refuse-term",
    "meaning-refuse",
    "meaning-both",
    "answer-refuse",
    "answer-grant",
    "gpc-notice",
    "receipt-link",
    "saved-refused-title",
    "saved-refused",
    "saved-granted-title",
    "saved-granted",
];

const UNSUBSCRIBE: &[&str] = &[
    "unsubscribe-title",
    "unsubscribe-lead",
    "unsubscribe-heading",
    "unsubscribe-choose",
    "unsubscribe-selected",
    "unsubscribe-all",
    "unsubscribe-one",
    "unsubscribe-unchosen",
    "unsubscribe-done-title",
    "unsubscribe-done",
    "unsubscribe-nothing",
    "unsubscribe-tracking",
    "unsubscribe-tracking-link",
    "communication-opted-in",
    "communication-opted-out",
    "communication-unanswered",
    "preferences-link",
];

const PREFERENCES: &[&str] = &[
    "preferences-title",
    "preferences-lead",
    "preferences-tracking-heading",
    "preferences-tracking-question",
    "preferences-flags-question",
    "preferences-communications-heading",
    "preferences-communications-question",
    "preferences-save",
    "preferences-saved-title",
    "preferences-saved",
    "receipt-link",
    "preferences-profile",
    "meaning-agree-term",
    "meaning-agree",
    "meaning-refuse-term",
    "meaning-refuse",
    "choice-yes",
    "choice-no",
    "gpc-notice",
    "banner-dc",
    "banner-dc-text",
    "banner-al",
    "banner-al-text",
    "banner-tg",
    "banner-tg-text",
    "banner-cd",
    "banner-cd-text",
    "banner-sh",
    "banner-sh-text",
    "banner-re",
    "banner-re-text",
];

const OPT_IN: &[&str] = &[
    "opt-in-title",
    "opt-in-lead",
    "opt-in-choose",
    "opt-in-tracking",
    "opt-in-tracking-detail",
    "opt-in-submit",
    "opt-in-unchosen",
    "opt-in-done-title",
    "opt-in-done",
    "meaning-agree-term",
    "meaning-agree",
    "meaning-refuse-term",
    "meaning-refuse",
    "choice-yes",
    "choice-no",
    "gpc-notice",
    "communication-opted-in",
    "tracking-lead",
    "unsubscribe-tracking-link",
    "preferences-link",
];

const PROFILE: &[&str] = &[
    "profile-title",
    "profile-lead",
    "profile-details",
    "profile-tracking",
    "profile-submit",
    "profile-done-title",
    "profile-done",
    "profile-invalid",
    "profile-nothing",
    "meaning-agree-term",
    "meaning-agree",
    "meaning-refuse-term",
    "meaning-refuse",
    "choice-yes",
    "choice-no",
    "gpc-notice",
    "tracking-lead",
    "unsubscribe-tracking-link",
    "preferences-link",
];

/// The form that a click shows.
const INTERCEPTION: &[&str] = &[
    "intercept-title",
    "intercept-lead",
    "intercept-lead-unnamed",
    "meaning-heading",
    "meaning-refuse-term",
    "meaning-refuse",
    "meaning-agree-term",
    "meaning-agree",
    "intercept-refuse",
    "intercept-accept",
    "intercept-communication-title",
    "intercept-communication-lead",
    "intercept-communication-lead-unnamed",
    "intercept-communication-heading",
    "intercept-communication-no-term",
    "intercept-communication-no-effect",
    "intercept-communication-no",
    "intercept-communication-yes-term",
    "intercept-communication-yes-effect",
    "intercept-communication-yes",
    "intercept-later",
    "intercept-later-effect",
    "intercept-both",
    "intercept-go-on",
];

/// The texts of a form of this kind.
pub fn text_ids(kind: FormKind) -> impl Iterator<Item = &'static str> {
    let own = match kind {
        FormKind::Tracking => TRACKING,
        FormKind::Unsubscribe => UNSUBSCRIBE,
        FormKind::OptIn => OPT_IN,
        FormKind::Profile => PROFILE,
        FormKind::Preferences => PREFERENCES,
        FormKind::Interception => INTERCEPTION,
    };
    own.iter().chain(&EVERY).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, Texts};

    #[test]
    fn every_text_exists_once_in_every_language() {
        for kind in FormKind::ALL {
            let mut ids: Vec<&str> = text_ids(kind).collect();
            for language in Language::ALL {
                for id in &ids {
                    assert_ne!(Texts::of(language).get(id), **id, "{}", language.code());
                }
            }
            let count = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), count, "{kind:?}");
        }
    }
}
