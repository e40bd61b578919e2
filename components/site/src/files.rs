//! `/static/…` and `/openapi.json`: the files that the manifest mounts.

use spin_sdk::http::{HeaderValue, StatusCode};
use web::{Answer, Handled, Problem, Request};

/// What is served, by the end of the name; nothing else is.
const TYPES: [(&str, &str); 10] = [
    ("css", "text/css; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("ico", "image/x-icon"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain; charset=utf-8"),
    ("webp", "image/webp"),
    ("woff2", "font/woff2"),
];

/// Files keep their names, so browsers ask each time and get `304`.
const CACHE: &str = "no-cache";

/// A new version may come with every release.
const OPENAPI_CACHE: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// A served document runs nothing and loads nothing, whatever is in it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'",
);

/// A file.
pub fn get(request: &Request, path: &[&str]) -> Handled {
    let not_found = || Problem::not_found("There is no such file.");
    let (place, content_type) = place(path).ok_or_else(not_found)?;
    // The folder is mounted read-only and small, so the whole file is read.
    let content = std::fs::read(&place).map_err(|_| not_found())?;
    let tag = format!("\"{}\"", short(&store::digest(&content)));
    let known = web::first_header(request.headers(), "if-none-match");
    let mut answer = if known.is_some_and(|known| matches(known, &tag)) {
        not_modified()
    } else {
        web::file(content_type, content, CACHE)
    };
    let headers = answer.headers_mut();
    headers.insert("content-security-policy", POLICY);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert("etag", tag);
    }
    Ok(answer)
}

/// The description of the API, for pages of every site.
pub async fn openapi(request: &Request) -> Handled {
    let mut answer = get(request, &["openapi.json"])?;
    let headers = answer.headers_mut();
    headers.insert("cache-control", OPENAPI_CACHE);
    headers.insert("access-control-allow-origin", HeaderValue::from_static("*"));
    Ok(answer)
}

fn not_modified() -> Answer {
    let mut answer = web::file("text/plain", Vec::new(), CACHE);
    *answer.status_mut() = StatusCode::NOT_MODIFIED;
    answer.headers_mut().remove("content-type");
    answer.headers_mut().remove("content-length");
    answer
}

fn short(digest: &str) -> &str {
    digest.get(..32).unwrap_or(digest)
}

/// RFC 9110, 13.1.2: weak comparison with a list.
fn matches(known: &str, tag: &str) -> bool {
    known
        .split(',')
        .map(str::trim)
        .any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

/// Where a file is, and its type. Only plain names: nothing can climb out, and nothing hidden is seen.
fn place(path: &[&str]) -> Option<(String, &'static str)> {
    let plain = |name: &&str| {
        !name.is_empty()
            && !name.starts_with('.')
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    if path.is_empty() || !path.iter().all(plain) {
        return None;
    }
    let (_, ending) = path.last()?.rsplit_once('.')?;
    let (_, content_type) = TYPES.iter().find(|(known, _)| *known == ending)?;
    Some((format!("/{}", path.join("/")), content_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_looked_for() {
        assert_eq!(
            place(&["demo", "demo.css"]),
            Some(("/demo/demo.css".to_owned(), "text/css; charset=utf-8"))
        );
        for path in [
            &[][..],
            &[""],
            &["demo"],
            &["demo", ""],
            &["..", "secret.txt"],
            &["demo", "..", "a.css"],
            &["a/../b.css"],
            &["demo\\a.css"],
            &[".env.txt"],
            &["a\0.css"],
            &["", "etc", "a.txt"],
            &["a.exe"],
            &["css"],
            &["C:a.css"],
        ] {
            assert_eq!(place(path), None, "{path:?}");
        }
    }

    #[test]
    fn a_known_version_is_recognised() {
        for known in ["\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "*"] {
            assert!(matches(known, "\"abc\""), "{known}");
        }
        for other in ["", "abc", "\"abd\"", "\"abc"] {
            assert!(!matches(other, "\"abc\""), "{other}");
        }
    }
}
