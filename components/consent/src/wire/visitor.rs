//! The browser that asks: from which page, with which cookie, and whether a person is behind it.

use domain::wire::DeviceKey;
use domain::{DeviceId, Origin, scanner_user_agent};
use spin_sdk::http::HeaderMap;

/// The browser's id in pages of other sites. Each site has its own (CHIPS), so that nobody is followed from
/// one to another. `__Host-`: no other host of the domain can plant one.
const IN_OTHER_SITES: &str = "__Host-assent-site-device";

/// What the headers of a request say about the browser.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The page's origin, if it says one.
    pub origin: Option<Origin>,
    /// Whether it shows a page at all, be it one that does not say its origin.
    pub shows_page: bool,
    /// Whether it says it in `Origin`, and so wants to read the answer.
    pub wants_cors: bool,
    /// Whether the page is one of this very host.
    pub is_own_page: bool,
    /// Whether `Sec-GPC: 1` came along.
    pub objects: bool,
    /// Whether the browser was not told to do this by a script of the page that is shown.
    pub is_machine: bool,
    is_other_site: bool,
    in_other_sites: Option<DeviceId>,
    in_own_site: Option<DeviceId>,
}

impl Visitor {
    /// Reads the headers.
    pub fn of(headers: &HeaderMap, key: &DeviceKey) -> Self {
        let header = |name| web::first_header(headers, name);
        let site = header("sec-fetch-site");
        // `Origin: null` is no origin, whatever the `Referer` says.
        let origin = match header("origin") {
            Some(origin) => Origin::parse(origin),
            None => Origin::of_address(header("referer").unwrap_or_default()),
        };
        Self {
            origin: origin.ok(),
            shows_page: header("origin").or(header("referer")).is_some(),
            wants_cors: header("origin").is_some(),
            is_own_page: site == Some("same-origin"),
            objects: web::privacy_signal(headers),
            is_machine: is_machine(headers),
            is_other_site: !matches!(site, Some("same-origin" | "same-site" | "none")),
            in_other_sites: web::cookies(headers, IN_OTHER_SITES).find_map(|value| key.open(value)),
            in_own_site: web::device(headers, key),
        }
    }

    /// The browser, under the id that it has in this page's site.
    pub const fn device(&self) -> Option<DeviceId> {
        if self.is_other_site {
            self.in_other_sites
        } else {
            self.in_own_site
        }
    }

    /// Its other id, where it sends one: only an opt-out that it made here counts in other sites, too.
    pub const fn elsewhere(&self) -> Option<DeviceId> {
        if self.is_other_site {
            self.in_own_site
        } else {
            None
        }
    }

    /// The cookie with which the browser remembers this id, in the words of RFC 6265bis.
    pub fn cookie(&self, device: DeviceId, key: &DeviceKey) -> String {
        if !self.is_other_site {
            return web::device_cookie(device, key);
        }
        let (value, age) = (key.seal(device), web::DEVICE_COOKIE_AGE);
        format!(
            "{IN_OTHER_SITES}={value}; Path=/; Max-Age={age}; Secure; HttpOnly; SameSite=None; Partitioned"
        )
    }
}

/// Prefetchers, previews, scanners of links, and links that somebody follows: no script of a page. Browsers that
/// say nothing about it are believed.
fn is_machine(headers: &HeaderMap) -> bool {
    let header = |name| web::first_header(headers, name);
    let prefetches = ["sec-purpose", "purpose", "x-moz", "x-purpose"]
        .into_iter()
        .filter_map(header)
        .any(|purpose| {
            let purpose = purpose.to_ascii_lowercase();
            ["prefetch", "prerender", "preview"]
                .iter()
                .any(|word| purpose.contains(word))
        });
    let is_script = matches!(header("sec-fetch-dest"), None | Some("script" | "empty"))
        && matches!(
            header("sec-fetch-mode"),
            None | Some("no-cors" | "cors" | "same-origin")
        );
    prefetches || !is_script || scanner_user_agent(header("user-agent"))
}
