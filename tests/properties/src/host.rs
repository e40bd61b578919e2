//! The host's own parsers: what it is started with, and what it makes of a request.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderValue, Uri};

use crate::headers::{RouteHeaders, client_addr, full_uri, strip};
use crate::input::{parts, texts};
use crate::manifest::Manifest;
use crate::routes::Routes;
use crate::variables::Variables;

/// Input: a manifest.
pub fn manifest(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let Ok(manifest) = Manifest::parse(text) else {
        return;
    };
    for trigger in &manifest.trigger.http {
        if let Some(id) = &trigger.component {
            assert!(manifest.components.contains_key(id));
        }
    }
    for id in manifest.components.keys() {
        assert!(
            !id.contains(['/', '.', '\0']),
            "log files are named after it"
        );
    }
    if let Ok(variables) =
        Variables::resolve(&manifest, &BTreeMap::new(), |_| Some("{{ x }}".to_owned()))
    {
        for component in manifest.components.values() {
            // A value is not read as a template again.
            let _ = variables.for_component(&component.variables);
        }
    }
}

/// Input: two routes, a target, a host, a forged header.
pub fn request(input: &[u8]) {
    let [one, other, target, host, forged] = parts(input);
    let routes = [one, other].join(&255);
    let Some([one, other]) = texts(&routes) else {
        return;
    };
    let Ok(uri) = Uri::try_from(target) else {
        return;
    };
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("host", host),
        ("spin-client-addr", forged),
        ("spin-full-url", forged),
        ("spin-path-info", forged),
    ] {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(name, value);
        }
    }
    headers.append("connection", HeaderValue::from_static("x-secret"));
    strip(&mut headers);
    assert!(!headers.contains_key("connection"));
    let Ok(full) = full_uri(&uri, &headers) else {
        return;
    };
    let named = full.authority().unwrap().as_str();
    assert!(
        !named
            .to_ascii_lowercase()
            .split(':')
            .next()
            .unwrap()
            .ends_with(".spin.internal")
            || headers.get("host").is_none()
    );
    let path = uri.path();
    let Ok(routes) = Routes::new([(one.to_owned(), 0), (other.to_owned(), 1)]) else {
        return;
    };
    let Some((pattern, _, matched)) = routes.find(path) else {
        return;
    };
    // What is open in the route is a part of the path as it came, and segments stay segments.
    for (_, value) in &matched.parameters {
        assert!(!value.is_empty() && !value.contains('/') && path.contains(value));
    }
    assert!(path.ends_with(matched.rest));
    assert!(matched.rest.is_empty() || matched.rest.starts_with('/'));
    let Ok(route) = RouteHeaders::new(pattern) else {
        return;
    };
    let client = client_addr(([192, 0, 2, 1], 7).into());
    route.append(&mut headers, &full, &matched, &client);
    for (name, wanted) in [
        ("spin-client-addr", "192.0.2.1:7"),
        ("spin-path-info", matched.rest),
    ] {
        let last = headers.get_all(name).iter().next_back().unwrap();
        assert_eq!(last.as_bytes(), wanted.as_bytes(), "{name}");
    }
    let full_url = headers.get_all("spin-full-url").iter().next_back().unwrap();
    assert_eq!(full_url.as_bytes(), full.to_string().as_bytes());
}
