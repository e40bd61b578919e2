//! The headers that Spin adds to a request (`crates/trigger-http/src/headers.rs` and
//! `wasi.rs::prepare_request`): after those of the client, so that a forged one comes first.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use http::header::{CONNECTION, HOST};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use crate::routes::{Match, Pattern};

const PATH_INFO: HeaderName = HeaderName::from_static("spin-path-info");
const FULL_URL: HeaderName = HeaderName::from_static("spin-full-url");
const MATCHED_ROUTE: HeaderName = HeaderName::from_static("spin-matched-route");
const BASE_PATH: HeaderName = HeaderName::from_static("spin-base-path");
const RAW_COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-raw-component-route");
const COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-component-route");
const CLIENT_ADDR: HeaderName = HeaderName::from_static("spin-client-addr");

/// What is the same for every request of a route.
#[derive(Debug)]
pub(crate) struct RouteHeaders {
    matched: HeaderValue,
    raw: HeaderValue,
    component: HeaderValue,
}

impl RouteHeaders {
    pub fn new(pattern: &Pattern) -> Result<Self> {
        let value = |text: &str| {
            HeaderValue::from_str(text)
                .with_context(|| format!("the route {text:?} cannot be in a header"))
        };
        Ok(Self {
            matched: value(&pattern.based())?,
            raw: value(&pattern.raw)?,
            component: value(pattern.prefix())?,
        })
    }

    /// Appends what Spin tells a component about a request, in Spin's order.
    pub fn append(
        &self,
        headers: &mut HeaderMap,
        uri: &Uri,
        matched: &Match<'_>,
        client: &HeaderValue,
    ) {
        let full_url = uri.to_string();
        headers.reserve(8);
        append(headers, PATH_INFO, matched.rest);
        append(headers, FULL_URL, &full_url);
        headers.append(MATCHED_ROUTE, self.matched.clone());
        headers.append(BASE_PATH, HeaderValue::from_static("/"));
        headers.append(RAW_COMPONENT_ROUTE, self.raw.clone());
        headers.append(COMPONENT_ROUTE, self.component.clone());
        headers.append(CLIENT_ADDR, client.clone());
        for (name, value) in &matched.parameters {
            let name = format!(
                "spin-path-match-{}",
                name.to_ascii_lowercase().replace('_', "-")
            );
            // As in Spin, what cannot be a header is left out.
            if let Ok(name) = HeaderName::try_from(name) {
                append(headers, name, value);
            }
        }
    }
}

fn append(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.append(name, value);
    }
}

/// The value of `spin-client-addr`: who is at the other end of the connection.
pub(crate) fn client_addr(client: SocketAddr) -> HeaderValue {
    HeaderValue::from_str(&client.to_string()).unwrap_or(HeaderValue::from_static("unknown"))
}

/// Takes out what is not for components: `connection`, and a `host` that would look like a call
/// from another component (Spin: `strip_forbidden_headers`).
pub(crate) fn strip(headers: &mut HeaderMap) {
    headers.remove(CONNECTION);
    let internal = headers.get(HOST).is_some_and(|host| {
        let host = host.as_bytes();
        let name = host.split(|byte| *byte == b':').next().unwrap_or(host);
        name.to_ascii_lowercase().ends_with(b".spin.internal")
    });
    if internal {
        headers.remove(HOST);
    }
}

/// The whole URL of a request; whoever names no host, or two, is refused (Spin: `set_req_uri`; of two
/// headers Spin takes the first, RFC 9112 §3.2 refuses them).
pub(crate) fn full_uri(uri: &Uri, headers: &HeaderMap) -> Result<Uri> {
    ensure!(
        headers.get_all(HOST).iter().nth(1).is_none(),
        "two host headers"
    );
    let named = headers
        .get(HOST)
        .map(|host| Authority::try_from(host.as_bytes()).context("the host is not one"))
        .transpose()?;
    let authority = match (named, uri.authority()) {
        (Some(named), Some(other)) => {
            ensure!(named == *other, "the host is not that of the URL");
            named
        }
        (Some(named), None) => named,
        (None, Some(other)) => other.clone(),
        (None, None) => anyhow::bail!("no host"),
    };
    let mut parts = http::uri::Parts::default();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(authority);
    let path = uri.path_and_query().cloned();
    parts.path_and_query = Some(path.unwrap_or(PathAndQuery::from_static("/")));
    Ok(Uri::from_parts(parts)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::Routes;

    #[test]
    fn a_forged_header_comes_before_the_hosts_own() {
        let routes = Routes::new([("/foo/:user_id/...".to_owned(), ())]).unwrap();
        let (pattern, (), matched) = routes.find("/foo/42/bar").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("shop.example:81"));
        headers.insert("spin-client-addr", HeaderValue::from_static("6.6.6.6:1"));
        let uri = full_uri(&Uri::from_static("/foo/42/bar?a=b"), &headers).unwrap();
        let client = client_addr(([127, 0, 0, 1], 7).into());
        let route = RouteHeaders::new(pattern).unwrap();
        route.append(&mut headers, &uri, &matched, &client);
        let clients: Vec<_> = headers.get_all(CLIENT_ADDR).iter().collect();
        assert_eq!(clients, ["6.6.6.6:1", "127.0.0.1:7"]);
        for (name, value) in [
            ("spin-full-url", "http://shop.example:81/foo/42/bar?a=b"),
            ("spin-path-info", "/bar"),
            ("spin-matched-route", "/foo/:user_id/..."),
            ("spin-component-route", "/foo/:user_id"),
            ("spin-raw-component-route", "/foo/:user_id/..."),
            ("spin-base-path", "/"),
            ("spin-path-match-user-id", "42"),
        ] {
            assert_eq!(headers.get(name).unwrap(), value, "{name}");
        }
    }

    #[test]
    fn hosts_that_contradict_or_are_missing_are_refused() {
        let mut headers = HeaderMap::new();
        assert!(full_uri(&Uri::from_static("/"), &headers).is_err());
        headers.insert("host", HeaderValue::from_static("a.example"));
        assert!(full_uri(&Uri::from_static("http://b.example/"), &headers).is_err());
        assert!(full_uri(&Uri::from_static("http://a.example/"), &headers).is_ok());
        headers.append("host", HeaderValue::from_static("a.example"));
        assert!(full_uri(&Uri::from_static("/"), &headers).is_err());
    }

    #[test]
    fn what_is_not_for_components_is_taken_out() {
        let mut headers = HeaderMap::new();
        headers.insert("connection", HeaderValue::from_static("close"));
        headers.insert("host", HeaderValue::from_static("a.spin.internal:80"));
        headers.insert("accept", HeaderValue::from_static("*/*"));
        strip(&mut headers);
        assert_eq!(headers.len(), 1);
    }
}
