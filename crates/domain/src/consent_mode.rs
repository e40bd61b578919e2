//! The six flags as Google Consent Mode v2 has them: the second table of `docs/signals.md`. The tag does the same in
//! `static/assent.js`; a test compares them.

use crate::Flag;

/// Each type of Consent Mode with the flags that it needs, all of them. `granted` if they are, else `denied`.
/// `security_storage` needs nobody's consent.
pub const CONSENT_MODE: [(&str, &[Flag]); 7] = [
    ("ad_storage", &[Flag::Dc]),
    ("ad_user_data", &[Flag::Al, Flag::Tg, Flag::Sh]),
    ("ad_personalization", &[Flag::Al, Flag::Tg]),
    ("analytics_storage", &[Flag::Al]),
    ("functionality_storage", &[Flag::Dc]),
    ("personalization_storage", &[Flag::Al, Flag::Tg]),
    ("security_storage", &[]),
];

/// The value of each type, where `allows` says whether a flag is a yes.
pub fn consent_mode(allows: impl Fn(Flag) -> bool) -> [(&'static str, &'static str); 7] {
    CONSENT_MODE.map(|(name, flags)| {
        let granted = flags.iter().all(|flag| allows(*flag));
        (name, if granted { "granted" } else { "denied" })
    })
}
