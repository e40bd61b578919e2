//! Paths, queries and headers of requests.

use spin_sdk::http::{HeaderMap, HeaderValue};
use web::{Language, ProblemKind};

use crate::address::Hit;
use crate::input::{parts, texts};

/// Input: the language chosen on the page, `Accept-Language`.
pub fn language(input: &[u8]) {
    let Some([chosen, accepted]) = texts(input) else {
        return;
    };
    for offered in [&Language::ALL[..], &[Language::Fr], &[Language::En], &[]] {
        for fallback in Language::ALL {
            let found = web::negotiate(Some(chosen), Some(accepted), offered, fallback);
            assert!(offered.contains(&found) || found == fallback);
            if let Some(wanted) = Language::of(chosen).filter(|wanted| offered.contains(wanted)) {
                assert_eq!(found, wanted);
            } else {
                assert_eq!(
                    found,
                    web::negotiate(None, Some(accepted), offered, fallback)
                );
            }
        }
    }
}

/// Input: a path and a query.
pub fn path(input: &[u8]) {
    let Some([path, query]) = texts(input) else {
        return;
    };
    segments(path);
    hit(path, query);
    match web::query(Some(query), ["regime", "source"]) {
        Ok(values) => {
            let said = web::form_fields(query.as_bytes());
            assert_eq!(
                said.len(),
                values.iter().flatten().count(),
                "each at most once"
            );
            for (name, value) in said {
                let place = usize::from(name == "source");
                assert_eq!(values[place].as_ref(), Some(&value));
            }
        }
        Err(problem) => {
            assert_eq!(problem.kind, ProblemKind::Invalid);
            assert!(
                problem
                    .pointer
                    .is_some_and(|name| name.len() <= 24 && name.is_ascii())
            );
        }
    }
}

fn segments(path: &str) {
    let Ok(segments) = web::segments(path) else {
        return;
    };
    let bare = path.trim_start_matches('/');
    assert_eq!(
        segments.len(),
        bare.split('/').count(),
        "an encoded slash makes no segment"
    );
    let written: Vec<String> = segments
        .iter()
        .map(|segment| {
            percent_encoding::utf8_percent_encode(segment, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        })
        .collect();
    let rewritten = web::segments(&format!("/{}", written.join("/"))).unwrap();
    // One leading empty segment cannot be told from a leading slash; we never route on one.
    if segments.first().is_some_and(|first| !first.is_empty()) {
        assert_eq!(rewritten, segments);
    }
}

fn hit(path: &str, query: &str) {
    let Some(hit) = Hit::parse(path) else {
        return;
    };
    assert_eq!(hit.kind == domain::Kind::Click, path.starts_with("/l/"));
    let link = hit.link.to_string();
    let rest = path.get(3..).unwrap();
    assert!(rest.starts_with(&link), "{path}");
    assert!(matches!(
        rest.as_bytes().get(16),
        None | Some(b'/' | b'?' | b'#')
    ));
    if let Some(token) = hit.token {
        assert!(path.contains(token) && (1..=1024).contains(&token.len()));
        assert!(!token.contains(['?', '#']) && !token.ends_with('/'));
    }
    // What mail programs and trackers append changes nothing.
    if !path.contains(['?', '#']) {
        let longer = format!("{path}?{query}");
        let again = Hit::parse(&longer).unwrap();
        assert_eq!((again.link, again.token), (hit.link, hit.token));
    }
}

/// Input: the values of `Idempotency-Key`, `Content-Type` and, of a trusted one, `spin-client-addr`.
pub fn request_head(input: &[u8]) {
    let [key, kind, forged] = parts(input);
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("idempotency-key", key),
        ("content-type", kind),
        ("spin-client-addr", forged),
    ] {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(name, value);
        }
    }
    match web::idempotency_key(&headers, "ours-and-random") {
        Ok(found) => {
            assert!((8..=128).contains(&found.len()));
            assert!(
                found
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() && !b"\"\\<>".contains(&byte))
            );
            assert!(found.as_bytes() == key || headers.get("idempotency-key").is_none());
        }
        Err(problem) => assert_eq!(problem.kind, ProblemKind::Invalid),
    }
    if web::require_json(&headers).is_ok() {
        let kind = std::str::from_utf8(kind).unwrap().to_ascii_lowercase();
        assert!(kind.trim_start().starts_with("application/json"));
    }
    headers.append("spin-client-addr", HeaderValue::from_static("192.0.2.1:7"));
    assert_eq!(
        web::last_header(&headers, "spin-client-addr"),
        Some("192.0.2.1:7")
    );
}
