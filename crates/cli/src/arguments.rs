//! Values on the command line, with errors that say what to write.

use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

/// `127.0.0.1:3000`, `localhost:3000`, `[::1]:3000`, `:3000` or `3000`.
pub fn listen(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix(':').unwrap_or(text);
    let text = if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("127.0.0.1:{port}")
    } else {
        text.to_owned()
    };
    let addresses: Vec<SocketAddr> = text
        .to_socket_addrs()
        .map_err(|_| "write host:port, for example 127.0.0.1:3000; port 0 takes a free one")?
        .collect();
    addresses
        .iter()
        .find(|address| address.is_ipv4())
        .or_else(|| addresses.first())
        .copied()
        .ok_or_else(|| "this host has no address".to_owned())
}

/// `500ms`, `30s`, `2m`.
pub fn duration(text: &str) -> Result<Duration, String> {
    const UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];
    UNITS
        .iter()
        .find_map(|(unit, milliseconds)| {
            let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
            number.checked_mul(*milliseconds)
        })
        .map(Duration::from_millis)
        .ok_or_else(|| "write a time such as 500ms, 30s or 2m".to_owned())
}

/// `name=value`.
pub fn variable(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| "write name=value, for example demo=true".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for (text, expected) in [
            ("127.0.0.1:3000", Some("127.0.0.1:3000")),
            ("3001", Some("127.0.0.1:3001")),
            (":0", Some("127.0.0.1:0")),
            ("localhost:80", Some("127.0.0.1:80")),
            ("[::1]:80", Some("[::1]:80")),
            ("127.0.0.1", None),
            ("", None),
            (":", None),
            ("99999", None),
        ] {
            let read = listen(text).ok().map(|address| address.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn times_have_units() {
        for (text, expected) in [
            ("500ms", Some(500)),
            ("1s", Some(1000)),
            ("2m", Some(120_000)),
            ("1h", Some(3_600_000)),
            ("30", None),
            ("s", None),
            ("-1s", None),
            ("99999999999999999999s", None),
        ] {
            let read = duration(text).ok().map(|time| time.as_millis());
            assert_eq!(read, expected, "{text}");
        }
    }

    #[test]
    fn variables_may_hold_equals_signs_in_their_value() {
        assert_eq!(variable("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert!(variable("=b").is_err() && variable("a").is_err());
    }
}
