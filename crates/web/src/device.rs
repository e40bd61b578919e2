//! The cookie by which a browser is known again.

use domain::DeviceId;
use domain::wire::DeviceKey;
use spin_sdk::http::HeaderMap;

use crate::cookies;

/// The cookie on pages of this site. `__Host-`: no other host of the domain can plant one.
pub const DEVICE_COOKIE: &str = "__Host-assent-device";

/// 13 months, in seconds: as long as a choice may be remembered (CNIL, deliberation 2020-091).
pub const DEVICE_COOKIE_AGE: u32 = 34_128_000;

/// The browser's id on pages of this site, if it has one that was made here.
pub fn device(headers: &HeaderMap, key: &DeviceKey) -> Option<DeviceId> {
    cookies(headers, DEVICE_COOKIE).find_map(|value| key.open(value))
}

/// The cookie with which it remembers this id, in the words of RFC 6265bis. Pages of other sites send it too, so
/// that an opt-out made here counts there.
pub fn device_cookie(device: DeviceId, key: &DeviceKey) -> String {
    let value = key.seal(device);
    format!(
        "{DEVICE_COOKIE}={value}; Path=/; Max-Age={DEVICE_COOKIE_AGE}; Secure; HttpOnly; SameSite=None"
    )
}
