//! User agents: the verdict does not depend on what a scanner can vary for free.

use domain::scanner_user_agent;

/// Input: a user agent.
pub fn user_agent(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let scanner = scanner_user_agent(Some(text));
    assert_eq!(
        scanner_user_agent(Some(&text.to_ascii_uppercase())),
        scanner
    );
    assert_eq!(scanner_user_agent(Some(&format!("  {text}\t"))), scanner);
    if text.trim().is_empty() {
        assert!(scanner);
    }
    if text.chars().count() < 400 {
        assert!(scanner_user_agent(Some(&format!("{text} Googlebot/2.1"))));
        let browser = "Mozilla/5.0 (X11; Linux x86_64) Chrome/141.0.0.0 ";
        // What a browser says in front does not hide what comes behind, except names that count only there.
        if !scanner_user_agent(Some(&format!("{browser}{text}"))) {
            assert!(
                !scanner
                    || BEGINNINGS
                        .iter()
                        .any(|name| text.trim().to_ascii_lowercase().starts_with(name))
                    || text.trim().is_empty()
            );
        }
    }
}

const BEGINNINGS: [&str; 9] = [
    "ruby", "perl", "php", "node", "axel", "got/", "bun/", "deno/", "dart/",
];
