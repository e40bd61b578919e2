//! Reading headers of a request.

use spin_sdk::http::HeaderMap;

/// A header that clients set; text only.
pub fn first_header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// A header that the host sets. A client can send one of the same name, and Spin appends its own (Spin,
/// `crates/trigger-http/src/headers.rs`): only the last one is the host's.
pub fn last_header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(name)
        .iter()
        .next_back()
        .and_then(|value| value.to_str().ok())
}

/// The values of the cookies of this name, in the order in which the browser sends them (RFC 6265 §5.4).
pub fn cookies<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all("cookie")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(move |pair| {
            let (found, value) = pair.trim().split_once('=')?;
            (found == name).then_some(value)
        })
}

/// Whether the person's browser says that she objects: any other value than `1` is ignored, and one `1` among
/// several headers is enough (GPC, §3.4).
pub fn privacy_signal(headers: &HeaderMap) -> bool {
    headers
        .get_all("sec-gpc")
        .iter()
        .any(|value| value.as_bytes() == b"1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use spin_sdk::http::HeaderValue;

    #[test]
    fn only_exactly_1_is_a_privacy_signal() {
        let mut headers = HeaderMap::new();
        for (value, expected) in [("0", false), ("true", false), ("1", true)] {
            headers.append("sec-gpc", HeaderValue::from_static(value));
            assert_eq!(privacy_signal(&headers), expected, "{value}");
        }
    }

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append("cookie", HeaderValue::from_static("ab=1; b=2;b=3"));
        headers.append("cookie", HeaderValue::from_static("x; b=4=5; =6"));
        assert_eq!(
            cookies(&headers, "b").collect::<Vec<_>>(),
            ["2", "3", "4=5"]
        );
        assert_eq!(cookies(&headers, "c").count(), 0);
    }
}
