//! Telling an organisation's own system of changes, by the scheme of Standard Webhooks
//! (standardwebhooks.com, version 1).

use crate::{DestinationError, OrganisationId, TokenSecrets, WebhookId, check_destination};
use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use std::time::Duration;
use thiserror::Error;
use url::{Host, Url};

const KEY: &[u8] = b"assent webhook v1";

/// The address cannot receive webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReceiverError {
    /// It is no complete address.
    #[error("{0}")]
    Address(#[from] DestinationError),
    /// What is sent names people.
    #[error("a receiver has an https:// address; http:// is for this machine alone (127.0.0.1)")]
    Plain,
    /// It would not be sent.
    #[error("the address of a receiver has no # part")]
    Fragment,
}

/// Checks the address of a receiver, and gives it in the form in which it is called.
///
/// # Errors
/// [`ReceiverError`] says what must change.
pub fn check_receiver(address: &str) -> Result<String, ReceiverError> {
    let address = check_destination(address)?;
    let url = Url::parse(&address).map_err(|_| DestinationError::Unreadable)?;
    if url.fragment().is_some() {
        return Err(ReceiverError::Fragment);
    }
    let loopback = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if url.scheme() != "https" && !loopback {
        return Err(ReceiverError::Plain);
    }
    Ok(url.into())
}

/// The keys that sign what one webhook sends: of each token secret `HKDF-SHA256(secret, no salt, "assent
/// webhook v1" ‖ organisation ‖ webhook)`. So nothing secret is stored, and while there are two token secrets
/// receivers may know either key.
#[derive(Clone)]
pub struct WebhookKeys(Vec<[u8; 32]>);

impl WebhookKeys {
    /// The keys of this webhook.
    #[must_use]
    pub fn derive(
        secrets: &TokenSecrets,
        organisation: OrganisationId,
        webhook: WebhookId,
    ) -> Self {
        let info: [&[u8]; 3] = [KEY, &organisation.as_bytes(), &webhook.as_bytes()];
        Self(secrets.derived(&info).collect())
    }

    /// What the receiver is given to check signatures: `whsec_` and base64 of the first key.
    #[must_use]
    pub fn secret(&self) -> String {
        let key = self.0.first().map(|key| Base64::encode_string(key));
        format!("whsec_{}", key.unwrap_or_default())
    }

    /// The header `webhook-signature`: a signature with each key, of the message's id, its time in seconds
    /// since the epoch, and its body.
    #[must_use]
    pub fn sign(&self, message: &str, seconds: i64, body: &[u8]) -> String {
        let signatures = self
            .0
            .iter()
            .filter_map(|key| signature(key, message, seconds, body));
        signatures.collect::<Vec<_>>().join(" ")
    }
}

/// Always `Some`: HMAC takes keys of every length.
fn signature(key: &[u8], message: &str, seconds: i64, body: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(format!("{message}.{seconds}.").as_bytes());
    mac.update(body);
    let signature = Base64::encode_string(&mac.finalize().into_bytes());
    Some(format!("v1,{signature}"))
}

impl fmt::Debug for WebhookKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookKeys({}, …)", self.0.len())
    }
}

/// How long to wait after so many failures in a row. It never gives up: what a person said stays true, and the
/// feed keeps it.
#[must_use]
pub const fn retry_after(failures: u32) -> Duration {
    Duration::from_secs(match failures {
        0 => 0,
        1 => 5,
        2 => 30,
        3 => 120,
        4 => 600,
        5 => 1800,
        _ => 3600,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn receivers_are_https_or_on_this_machine() {
        for (address, expected) in [
            (
                "https://a.example/hook?x=1",
                Ok("https://a.example/hook?x=1"),
            ),
            ("https://A.example", Ok("https://a.example/")),
            (
                "http://127.0.0.1:8080/hook",
                Ok("http://127.0.0.1:8080/hook"),
            ),
            ("http://localhost/hook", Ok("http://localhost/hook")),
            ("http://[::1]/hook", Ok("http://[::1]/hook")),
            ("http://a.example/hook", Err(ReceiverError::Plain)),
            ("http://localhost.evil.example/", Err(ReceiverError::Plain)),
            ("https://a.example/#x", Err(ReceiverError::Fragment)),
            (
                "https://user:secret@a.example/",
                Err(DestinationError::Credentials.into()),
            ),
            ("ftp://a.example/", Err(DestinationError::Scheme.into())),
        ] {
            assert_eq!(
                check_receiver(address).as_deref(),
                expected.as_deref(),
                "{address}"
            );
        }
    }

    /// The example of the reference libraries (github.com/standard-webhooks/standard-webhooks).
    #[test]
    fn signatures_are_those_of_the_reference() {
        let key = Base64::decode_vec("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = signature(
            &key,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signed.as_deref(), Some(expected));
    }

    #[test]
    fn every_secret_signs_and_each_webhook_has_its_own() {
        let secrets = TokenSecrets::parse("0123456789abcdef-new,0123456789abcdef-old").unwrap();
        let organisation = OrganisationId::from_random([1; 16]);
        let [one, other] = [2, 3].map(|byte| {
            WebhookKeys::derive(&secrets, organisation, WebhookId::from_random([byte; 16]))
        });
        let signed = one.sign("m", 5, b"{}");
        assert_eq!(signed.split(' ').count(), 2);
        assert!(signed.split(' ').all(|part| part.starts_with("v1,")));
        assert_ne!(one.secret(), other.secret());
        assert_ne!(signed, other.sign("m", 5, b"{}"));
        assert_ne!(signed, one.sign("m", 6, b"{}"));
        assert!(one.secret().starts_with("whsec_"));
    }

    #[test]
    fn the_pauses_grow_to_an_hour() {
        let pauses: Vec<u64> = (0..9).map(|n| retry_after(n).as_secs()).collect();
        assert!(pauses.is_sorted());
        assert_eq!(pauses.last(), Some(&3600));
    }
}
