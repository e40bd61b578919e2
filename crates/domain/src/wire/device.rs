//! The cookie of a browser.

use crate::{DeviceId, HashSecret};
use hmac::Mac;
use std::fmt;

/// Separates these codes from everything else that is made with the same secret.
const CONTEXT: &[u8] = b"assent device cookie v1";

/// How many bytes of the code are kept.
const CODE_BYTES: usize = 16;

/// Makes and reads the values of device cookies: `<id>.<code>`, the code being the first half of an
/// HMAC-SHA256 in hexadecimal digits.
///
/// An id alone opens nothing: it stands in exports and in files, and whoever reads one there could otherwise
/// act for that browser.
#[derive(Clone)]
pub struct DeviceKey(HashSecret);

impl DeviceKey {
    /// The key of a deployment. It is `hash_secret`, because a cookie must be readable as long as what was
    /// said under its id.
    #[must_use]
    pub const fn new(secret: HashSecret) -> Self {
        Self(secret)
    }

    /// The value of the cookie of a browser.
    #[must_use]
    pub fn seal(&self, device: DeviceId) -> String {
        let code = self.0.code(CONTEXT, &device.as_bytes());
        let whole: [u8; 32] = code.finalize().into_bytes().into();
        let code = whole.get(..CODE_BYTES).unwrap_or_default();
        format!("{device}.{}", base16ct::lower::encode_string(code))
    }

    /// The browser of a cookie; `None` for a value that was not made here.
    #[must_use]
    pub fn open(&self, value: &str) -> Option<DeviceId> {
        let (id, code) = value.split_once('.')?;
        let device = DeviceId::parse(id).ok()?;
        let mut given = [0; CODE_BYTES];
        let given = base16ct::lower::decode(code, &mut given).ok()?;
        let is_ours = given.len() == CODE_BYTES
            && self
                .0
                .code(CONTEXT, &device.as_bytes())
                .verify_truncated_left(given)
                .is_ok();
        is_ours.then_some(device)
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceKey(…)")
    }
}
