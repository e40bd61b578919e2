//! User agents of machines that follow links: mail scanners, previews, crawlers, libraries.

/// Anything longer is judged by its beginning.
const LOOKED_AT: usize = 512;

/// Names, in lower case, that only machines use. Found anywhere in a user agent.
const FRAGMENTS: &[&str] = &[
    // Mail security gateways and their sandboxes.
    "barracuda",
    "mimecast",
    "proofpoint",
    "urldefense",
    "safelinks",
    "microsoft office existence discovery",
    "fireeye",
    "trendmicro",
    "trend micro",
    "symantec",
    "messagelabs",
    "cisco-ironport",
    "ironport",
    "sophos",
    "forcepoint",
    "websense",
    "mcafee",
    "fortinet",
    "fortiguard",
    "checkpoint",
    "avanan",
    "cloudmark",
    "vade",
    "zscaler",
    "paloalto",
    "phishtank",
    "urlscan",
    "virustotal",
    "netcraft",
    "bitdefender",
    "cyren",
    "trustwave",
    "mailguard",
    "spamexperts",
    "egress defend",
    "google-safety",
    "google-inspectiontool",
    "google-read-aloud",
    // Previews of links in messengers and networks.
    "facebookexternalhit",
    "facebookcatalog",
    "meta-externalagent",
    "meta-externalfetcher",
    "whatsapp/",
    "skypeuripreview",
    "microsoftpreview",
    "bingpreview",
    "embedly",
    "vkshare",
    "pinterest/0.",
    "redditbot",
    "iframely",
    "mastodon/",
    "pleroma",
    "misskey",
    "lemmy/",
    "bluesky",
    "cardyb",
    "viber/",
    "snapchat",
    "line-poker",
    "slack-imgproxy",
    // Whoever says so.
    "crawl",
    "spider",
    "scanner",
    "scraper",
    "fetcher",
    "preview",
    "validator",
    "link check",
    "linkcheck",
    "monitor",
    "slurp",
    "feedly",
    "feedburner",
    "mediapartners",
    "archive.org",
    "ia_archiver",
    "uptime",
    "pingdom",
    "statuscake",
    // Browsers without a person.
    "headless",
    "phantomjs",
    "puppeteer",
    "playwright",
    "selenium",
    "webdriver",
    "electron/0",
    "lighthouse",
    "prerender",
    "wkhtmlto",
    // Libraries and tools.
    "curl/",
    "libcurl",
    "wget",
    "python",
    "aiohttp",
    "httpx",
    "urllib",
    "go-http-client",
    "okhttp",
    "java/",
    "apache-httpclient",
    "httpclient",
    "http-client",
    "http_client",
    "httpunit",
    "libwww",
    "lwp::",
    "lwp-",
    "perl/",
    "node-fetch",
    "undici",
    "axios",
    "got (",
    "got/",
    "superagent",
    "guzzle",
    "php/",
    "ruby",
    "faraday",
    "rest-client",
    "restsharp",
    "reqwest",
    "hyper/",
    "ureq",
    "dart/",
    "dart:io",
    "postman",
    "insomnia",
    "winhttp",
    "winhttprequest",
    "powershell",
    "cfnetwork",
    "urlgrabber",
    "scrapy",
    "mechanize",
    "nutch",
    "httrack",
    "nmap",
    "nikto",
    "masscan",
    "zgrab",
    "httpie",
    "elinks",
    "deno/",
    "bun/",
    "node.js",
    "axel",
    "aria2",
];

/// Whether a user agent is that of a machine. One that is missing or empty is: every browser and
/// every mail program that a person reads with sends one.
///
/// Proxies that load pictures for a reader who has opened the mail (`GoogleImageProxy`,
/// `YahooMailProxy`) are not scanners.
///
/// The list is ours, put together from the names that these products publish; it can only be
/// incomplete. Wrongly matched, a person is counted as a scanner and nothing else happens to her.
#[must_use]
pub fn scanner_user_agent(user_agent: Option<&str>) -> bool {
    let Some(user_agent) = user_agent
        .map(str::trim)
        .filter(|user_agent| !user_agent.is_empty())
    else {
        return true;
    };
    let beginning = user_agent
        .as_bytes()
        .get(..LOOKED_AT)
        .unwrap_or(user_agent.as_bytes());
    let lower = beginning.to_ascii_lowercase();
    let Ok(lower) = std::str::from_utf8(&lower) else {
        return false;
    };
    names_bot(lower) || FRAGMENTS.iter().any(|fragment| lower.contains(fragment))
}

/// "bot" alone or at the end of a name, such as `Googlebot/2.1`; but not the phones named Cubot.
fn names_bot(lower: &str) -> bool {
    lower.match_indices("bot").any(|(place, _)| {
        let before = lower.get(..place).unwrap_or_default();
        !before.ends_with("cu")
    })
}
