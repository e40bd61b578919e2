//! Tracked addresses, as they are in mails.

use domain::{Kind, LinkId};

/// Longer than any token that opens; nothing longer may fill the queue.
const LONGEST_TOKEN: usize = 1024;

/// What a tracked address says.
pub struct Hit<'a> {
    /// A click or an open.
    pub kind: Kind,
    /// Which link.
    pub link: LinkId,
    /// Whose, perhaps.
    pub token: Option<&'a str>,
}

impl<'a> Hit<'a> {
    /// Reads `/l/{link}/{token}` and `/o/{link}/{token}`; whatever stands behind the link, or nothing, is
    /// a token that may not open. Nothing for every other path.
    pub fn parse(path: &'a str) -> Option<Self> {
        let (kind, rest) = match path.strip_prefix("/l/") {
            Some(rest) => (Kind::Click, rest),
            None => (Kind::Open, path.strip_prefix("/o/")?),
        };
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (link, token) = match rest.split_once('/') {
            Some((link, token)) => (
                link,
                Some(token.trim_end_matches('/'))
                    .filter(|token| (1..=LONGEST_TOKEN).contains(&token.len())),
            ),
            None => (rest, None),
        };
        Some(Self {
            kind,
            link: LinkId::parse(link).ok()?,
            token,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_stands_behind_a_link_is_a_token() {
        let link = "abcdefghijklmnop";
        let token = |path: &str| Hit::parse(path).map(|hit| hit.token.map(str::to_owned));
        assert_eq!(token(&format!("/l/{link}")), Some(None));
        assert_eq!(token(&format!("/l/{link}/")), Some(None));
        assert_eq!(
            token(&format!("/l/{link}/*|CLICK|*?utm=1")),
            Some(Some("*|CLICK|*".to_owned()))
        );
        assert_eq!(
            token(&format!("/o/{link}/abc/")),
            Some(Some("abc".to_owned()))
        );
        let longest = "a".repeat(LONGEST_TOKEN);
        assert_eq!(token(&format!("/l/{link}/{longest}a")), Some(None));
        assert_eq!(token(&format!("/l/{link}/{longest}/")), Some(Some(longest)));
        assert_eq!(token("/l/short/abc"), None);
        assert_eq!(token("/v1/messages"), None);
    }
}
