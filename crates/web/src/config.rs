//! What the operator sets: secret variables of the application.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use domain::log::keys::LogKeys;
use domain::wire::DeviceKey;
use domain::{HashSecret, TokenSecrets};
use spin_sdk::http::HeaderMap;
use spin_sdk::variables;
use store::Store;

use crate::{Problem, ProblemKind};

/// How long an instance goes on with what the variables said.
const KEEP: Duration = Duration::from_secs(1);

/// The secrets of a deployment.
#[derive(Clone)]
pub struct Config {
    /// The stores, keyed with `hash_secret`.
    pub store: Store,
    /// The secrets that seal and open tokens.
    pub token_secrets: TokenSecrets,
    /// What seals and opens the cookies of browsers, keyed with `hash_secret`.
    pub device_key: DeviceKey,
}

async fn variable(name: &'static str) -> Result<String, Problem> {
    variables::get(name).await.map_err(|_| {
        Problem::internal(format!(
            "the variable {name} is not granted to this component"
        ))
    })
}

thread_local! {
    static KEPT: RefCell<Option<(Instant, Config)>> = const { RefCell::new(None) };
}

/// The configuration as it was at most a second ago; variables may change between requests.
pub async fn configuration() -> Result<Config, Problem> {
    let kept = KEPT.with_borrow(|kept| {
        kept.as_ref()
            .filter(|(at, _)| at.elapsed() < KEEP)
            .map(|(_, config)| config.clone())
    });
    if let Some(config) = kept {
        return Ok(config);
    }
    let fresh = read().await?;
    KEPT.with_borrow_mut(|kept| *kept = Some((Instant::now(), fresh.clone())));
    Ok(fresh)
}

async fn read() -> Result<Config, Problem> {
    let hash_secret = HashSecret::new(&variable("hash_secret").await?)
        .map_err(|error| Problem::internal(format!("variable hash_secret: {error}")))?;
    let token_secrets = TokenSecrets::parse(&variable("token_secrets").await?)
        .map_err(|error| Problem::internal(format!("variable token_secrets: {error}")))?;
    Ok(Config {
        store: Store::new(hash_secret.clone()),
        token_secrets,
        device_key: DeviceKey::new(hash_secret),
    })
}

/// A variable that is `true` or something else; not granted means not true.
pub async fn flag_variable(name: &'static str) -> bool {
    variables::get(name)
        .await
        .is_ok_and(|value| value == "true")
}

/// Where the person is, in the header that the operator's proxy sets (the variable `region_header` names
/// it). Only the last one is the proxy's own: a client can send others. Empty is unknown, which is not the
/// same as no header.
pub async fn region(headers: &HeaderMap) -> Option<String> {
    let name = region_header().await?;
    let value = headers.get_all(&name).iter().next_back()?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// The variable `region_header`, if it is set.
pub async fn region_header() -> Option<String> {
    variables::get("region_header")
        .await
        .ok()
        .filter(|name| !name.is_empty())
}

/// The keys that sign heads and receipts. They are read anew each time: few ask for them.
pub async fn log_keys() -> Result<LogKeys, Problem> {
    let keys = variables::get("log_signing_key").await.unwrap_or_default();
    LogKeys::parse(&keys).map_err(|error| Problem {
        inside: Some(format!("variable log_signing_key: {error}")),
        ..Problem::new(
            ProblemKind::Unavailable,
            "This deployment has no key to sign its log with. Set the variable log_signing_key.",
        )
    })
}

pub(crate) async fn admin_token() -> Option<String> {
    variables::get("admin_token")
        .await
        .ok()
        .filter(|token| !token.is_empty())
}
