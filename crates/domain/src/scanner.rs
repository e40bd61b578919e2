//! User agents of machines that follow links: mail scanners, previews, crawlers, libraries.

use crate::Kind;

/// A machine that asked for a link or a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Machine {
    /// A mail scanner, a preview, a crawler, a library.
    Scanner,
    /// Apple's Mail Privacy Protection, which loads the pictures of every mail, opened or not.
    AppleProxy,
    /// Google's image proxy, which loads a picture once and shows that one to everybody whose mail has the same
    /// address of it: so how often it asks depends on how many addresses there are, not on how many people open.
    GoogleProxy,
}

/// What Apple's proxy sends and nothing else, as senders observe it; Apple does not document it. Its address ranges are
/// published, but a component does not see whole addresses everywhere.
const APPLE_PROXY: &str = "Mozilla/5.0";

/// What Google's proxy names itself, in lower case.
const GOOGLE_PROXY: &str = "googleimageproxy";

/// The machine behind a user agent, if it is one. The proxies of mail programs count as such where they load a
/// pixel; people's clicks do not go through them.
#[must_use]
pub fn machine(kind: Kind, user_agent: Option<&str>) -> Option<Machine> {
    let text = user_agent.unwrap_or_default().trim();
    if kind == Kind::Open {
        if text == APPLE_PROXY {
            return Some(Machine::AppleProxy);
        }
        let beginning: String = text.chars().take(LOOKED_AT).collect();
        if beginning.to_ascii_lowercase().contains(GOOGLE_PROXY) {
            return Some(Machine::GoogleProxy);
        }
    }
    scanner_user_agent(user_agent).then_some(Machine::Scanner)
}

/// Anything longer is judged by its beginning.
const LOOKED_AT: usize = 512;

/// Names, in lower case, with which the user agents of some libraries begin.
const BEGINNINGS: &[&str] = &[
    "ruby", "perl", "php", "node", "axel", "got/", "bun/", "deno/", "dart/",
];

/// Names, in lower case, that only machines use. Found anywhere in a user agent.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    // Mail security gateways, their sandboxes, and others that look for malice.
    "barracuda", "mimecast", "proofpoint", "urldefense", "fireeye", "trendmicro", "trend micro", "symantec",
    "messagelabs", "ironport", "forcepoint", "websense", "cloudmark", "avanan", "phishtank", "urlscan", "virustotal",
    "netcraft", "palo alto networks", "google-safety", "microsoft office existence discovery",
    // Previews of links in messengers and networks. (Those named bot: see `names_bot`.)
    "preview", "facebookexternalhit", "facebookcatalog", "meta-external", "whatsapp/", "embedly", "iframely", "vkshare",
    "pinterest/0.", "mastodon/", "pleroma", "misskey", "lemmy/", "cardyb", "line-poker", "slack-imgproxy",
    // Whoever says so.
    "crawl", "spider", "scanner", "scraper", "fetcher", "validator", "linkcheck", "link check", "monitor", "uptime",
    "pingdom", "statuscake", "slurp", "mediapartners", "google-inspectiontool", "google-read-aloud", "archive.org",
    // Browsers without a person.
    "headless", "phantomjs", "puppeteer", "playwright", "selenium", "webdriver", "lighthouse", "prerender", "wkhtmlto",
    // Libraries and tools.
    "curl/", "wget", "python", "aiohttp", "httpx", "urllib", "go-http-client", "okhttp", "java/", "httpclient",
    "http-client", "http_client", "http.rb", "libwww", "lwp::", "node-fetch", "node.js", "undici", "axios", "got (",
    "superagent", "guzzle", "faraday", "rest-client", "restsharp", "reqwest", "hyper/", "ureq", "postman", "insomnia",
    "winhttp", "powershell", "httpie", "scrapy", "mechanize", "nutch", "httrack", "nmap", "nikto", "masscan", "zgrab",
    "aria2",
];

/// Whether a user agent is that of a machine. One that is missing or empty is: every browser and
/// every mail program that a person reads with sends one.
///
/// Proxies that load pictures for a reader who has opened the mail (`GoogleImageProxy`,
/// `YahooMailProxy`) are not scanners ([`machine`] knows some of them); nor is what can be a mail program's own way of loading
/// pictures (`CFNetwork`, the bare `Mozilla/5.0` of Apple's privacy proxy).
///
/// The list is ours, put together from the names that these products publish; it can only be
/// incomplete. A person who is wrongly matched is counted as a scanner, and nothing else happens to
/// her.
#[must_use]
pub fn scanner_user_agent(user_agent: Option<&str>) -> bool {
    let user_agent = user_agent.unwrap_or_default().trim();
    let beginning: String = user_agent.chars().take(LOOKED_AT).collect();
    let lower = beginning.to_ascii_lowercase();
    lower.is_empty()
        || names_bot(&lower)
        || BEGINNINGS.iter().any(|name| lower.starts_with(name))
        || NAMES.iter().any(|name| lower.contains(name))
}

/// "bot", alone or as part of a name such as `Googlebot/2.1`; but not the phones named Cubot.
fn names_bot(lower: &str) -> bool {
    lower
        .match_indices("bot")
        .any(|(place, _)| !lower.get(..place).unwrap_or_default().ends_with("cu"))
}
