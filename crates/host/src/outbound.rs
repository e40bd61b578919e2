//! What a component may send requests to: `allowed_outbound_hosts`, in the forms of Spin
//! (`crates/outbound-networking-config/src/allowed_hosts.rs`) but for networks and the application itself.

use std::future::Future;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use http_body_util::BodyExt;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks, default_send_request};

/// One place that requests may go to.
#[derive(Debug, PartialEq, Eq)]
struct Allowed {
    /// `http`, `https`; nothing for both.
    scheme: Option<String>,
    host: Host,
    /// The first and the last.
    ports: (u16, u16),
}

#[derive(Debug, PartialEq, Eq)]
enum Host {
    Any,
    /// Everything that ends with this, which begins with a dot.
    Below(String),
    Exactly(String),
}

/// Everything that requests of a component may go to; nothing, unless the manifest says so.
#[derive(Debug, Default)]
pub(crate) struct AllowedHosts(Vec<Allowed>);

impl AllowedHosts {
    /// Reads entries whose templates are filled.
    pub fn parse(entries: &[String]) -> Result<Self> {
        let allowed = entries.iter().map(|entry| {
            Allowed::parse(entry.trim()).with_context(|| {
                format!(
                    "allowed_outbound_hosts: {entry:?} is not <scheme>://<host>[:<port>] with * for any"
                )
            })
        });
        Ok(Self(allowed.collect::<Result<_>>()?))
    }

    fn allow(&self, uri: &http::Uri) -> bool {
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return false;
        };
        let default = if scheme == "https" { 443 } else { 80 };
        let port = authority.port_u16().unwrap_or(default);
        let host = authority.host().to_ascii_lowercase();
        self.0
            .iter()
            .any(|allowed| allowed.allows(scheme, &host, port))
    }
}

impl Allowed {
    fn parse(entry: &str) -> Result<Self> {
        let (scheme, rest) = entry.split_once("://").context("there is no scheme")?;
        ensure!(
            ["*", "http", "https"].contains(&scheme),
            "this host sends http and https only"
        );
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.rsplit_once(':') {
            // Not the inside of an IPv6 address.
            Some((host, port)) if !port.ends_with(']') => (host, port),
            _ => (rest, ""),
        };
        Ok(Self {
            scheme: (scheme != "*").then(|| scheme.to_owned()),
            host: Host::parse(&host.to_ascii_lowercase())?,
            ports: ports(port, scheme)?,
        })
    }

    fn allows(&self, scheme: &str, host: &str, port: u16) -> bool {
        self.scheme.as_ref().is_none_or(|allowed| allowed == scheme)
            && (self.ports.0..=self.ports.1).contains(&port)
            && match &self.host {
                Host::Any => true,
                Host::Below(suffix) => host.ends_with(suffix),
                Host::Exactly(allowed) => allowed == host,
            }
    }
}

impl Host {
    fn parse(host: &str) -> Result<Self> {
        if host == "*" {
            return Ok(Self::Any);
        }
        ensure!(!host.contains('/'), "networks and paths are not supported");
        ensure!(
            host != "self" && !host.ends_with(".spin.internal"),
            "calls between components are not supported"
        );
        let (host, below) = match host.strip_prefix("*.") {
            Some(host) => (host, true),
            None => (host, false),
        };
        ensure!(
            !host.is_empty() && !host.contains('*'),
            "a wildcard stands for the whole host or its first part"
        );
        Ok(if below {
            Self::Below(format!(".{host}"))
        } else {
            Self::Exactly(host.to_owned())
        })
    }
}

fn ports(port: &str, scheme: &str) -> Result<(u16, u16)> {
    Ok(match (port, scheme) {
        ("*", _) => (0, u16::MAX),
        ("", "http") => (80, 80),
        ("", "https") => (443, 443),
        ("", _) => bail!("a scheme that is any needs a port"),
        _ => match port.split_once("..") {
            // The end is not part of it, as in Spin.
            Some((first, end)) => {
                let end: u16 = end.parse().context("a port is a number")?;
                let last = end.checked_sub(1).context("a range has an end")?;
                (first.parse().context("a port is a number")?, last)
            }
            None => {
                let port = port.parse().context("a port is a number")?;
                (port, port)
            }
        },
    })
}

/// Sends what the manifest allows, and nothing else.
pub(crate) struct Outbound(pub Arc<AllowedHosts>);

type Sent = (
    http::Response<WasiBody>,
    Box<dyn Future<Output = Result<(), Error>> + Send>,
);

impl WasiHttpHooks for Outbound {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _done: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent, Error>> + Send> {
        if !self.0.allow(request.uri()) {
            return Box::new(std::future::ready(Err(Error::HttpRequestDenied)));
        }
        Box::new(async move {
            let (answer, connection) = default_send_request(request, options).await?;
            let connection: Box<dyn Future<Output = Result<(), Error>> + Send> =
                Box::new(connection);
            Ok((answer.map(BodyExt::boxed_unsync), connection))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(entry: &str, uri: &str) -> bool {
        AllowedHosts::parse(&[entry.to_owned()])
            .unwrap()
            .allow(&uri.parse().unwrap())
    }

    #[test]
    fn what_is_allowed() {
        for (entry, uri, expected) in [
            ("https://a.example", "https://a.example/x", true),
            ("https://a.example", "https://A.EXAMPLE/x", true),
            ("https://a.example", "https://a.example:443/x", true),
            ("https://a.example", "https://a.example:8443/x", false),
            ("https://a.example", "http://a.example/x", false),
            ("https://a.example", "https://b.example/x", false),
            ("https://a.example", "https://a.example.evil/x", false),
            ("https://a.example:*", "https://a.example:8443/x", true),
            ("https://*:*", "https://anything.example:1/x", true),
            ("https://*:*", "http://anything.example/x", false),
            ("https://*.example.com", "https://a.b.example.com/", true),
            ("https://*.example.com", "https://example.com/", false),
            ("https://*.example.com", "https://badexample.com/", false),
            ("*://127.0.0.1:8000..9000", "http://127.0.0.1:8999/", true),
            ("*://127.0.0.1:8000..9000", "http://127.0.0.1:9000/", false),
            ("http://[::1]:80", "http://[::1]/", true),
        ] {
            assert_eq!(allows(entry, uri), expected, "{entry} {uri}");
        }
        assert!(!AllowedHosts::default().allow(&"https://a.example/".parse().unwrap()));
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for entry in [
            "",
            "*",
            "a.example",
            "redis://a.example",
            "*://a.example",
            "https://a.*.example",
            "https://10.0.0.0/8",
            "https://a.example/path",
            "https://self",
            "http://webhooks.spin.internal",
            "https://a.example:port",
        ] {
            let error = AllowedHosts::parse(&[entry.to_owned()]).unwrap_err();
            assert!(error.to_string().contains(entry), "{entry}: {error}");
        }
    }
}
