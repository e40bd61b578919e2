//! HTML pages: strict headers, no script needed, nothing cached, nothing for search engines.

use spin_sdk::http::StatusCode;

use crate::Answer;
use crate::respond::{body, set};

/// A rendered page.
pub struct Page {
    /// The document.
    pub html: String,
    /// Its language (BCP 47).
    pub language: String,
    /// Whether scripts of our own may run; forms need none.
    pub scripts: bool,
}

impl Page {
    /// The answer with the headers of every page.
    pub fn answer(self, status: StatusCode) -> Answer {
        self.leading_to(status, "")
    }

    /// The same where a form of the page leads elsewhere: to these sources besides our own (CSP 3, `form-action`).
    pub fn leading_to(self, status: StatusCode, sources: &str) -> Answer {
        let script = if self.scripts {
            "script-src 'self'; connect-src 'self'; frame-src 'self'; "
        } else {
            ""
        };
        let policy = format!(
            "default-src 'none'; {script}style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'{sources}; \
             base-uri 'none'; frame-ancestors 'none'"
        );
        let mut answer = body(status, "text/html; charset=utf-8", self.html);
        set(&mut answer, "content-security-policy", &policy);
        set(&mut answer, "content-language", &self.language);
        set(&mut answer, "cache-control", "no-store");
        set(&mut answer, "referrer-policy", "no-referrer");
        set(&mut answer, "x-robots-tag", "noindex, nofollow");
        set(&mut answer, "vary", "accept-language");
        answer
    }
}

/// A style sheet whose address carries its version, so that it never has to be asked for again.
pub fn stylesheet(css: &'static str) -> Answer {
    let mut answer = body(StatusCode::OK, "text/css; charset=utf-8", css);
    set(
        &mut answer,
        "cache-control",
        "public, max-age=31536000, immutable",
    );
    answer
}
