//! Machines and people, told apart by their user agents.

use domain::{Kind, Machine, machine, scanner_user_agent};
use proptest::prelude::*;

/// Machines that follow links.
const MACHINES: &[&str] = &[
    "",
    "   ",
    "curl/8.5.0",
    "Wget/1.21.4",
    "python-requests/2.31.0",
    "Python/3.11 aiohttp/3.9.1",
    "python-httpx/0.27.0",
    "Go-http-client/1.1",
    "Go-http-client/2.0",
    "Java/1.8.0_292",
    "okhttp/4.12.0",
    "Apache-HttpClient/4.5.13 (Java/11.0.11)",
    "Ruby",
    "PHP/8.2",
    "node",
    "axios/1.6.2",
    "got (https://github.com/sindresorhus/got)",
    "Dart/3.2 (dart:io)",
    "http.rb/5.1.1 (Mastodon/4.2.1; +https://mastodon.social/)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko, BingPreview/1.0b) Chrome/116 Safari/537.36",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "TelegramBot (like TwitterBot)",
    "WhatsApp/2.23.20.0 A",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Mozilla/5.0 (compatible; Barracuda Sentinel)",
    "Mozilla/5.0 (compatible; MimecastURLScanner)",
    "Microsoft Office Existence Discovery",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/119.0 Safari/537.36",
    "Expanse, a Palo Alto Networks company, searches across the global IPv4 space",
    "ia_archiver (+http://www.alexa.com/site/help/webmasters; crawler@alexa.com)",
];

/// Browsers, mail programs, and proxies that load pictures for a reader.
const PEOPLE: &[&str] = &[
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:121.0) Gecko/20100101 Firefox/121.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.6.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Safari/605.1.15",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0",
    "Spark/3.0 CFNetwork/1410.0.3 Darwin/22.6.0",
    "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; .NET4.0E; Microsoft Outlook 16.0.5134; ms-office; MSOffice 16)",
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17126; Pro)",
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
    "Outlook-iOS/2.0",
    "Mozilla/5.0 (Linux; Android 9; CUBOT NOTE 20 Build/PPR1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 13; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/441.0]",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/21C62 [LinkedInApp]",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Mailspring/1.13 Chrome/108.0 Electron/22.0 Safari/537.36",
    "Opera/9.80 (Android; Opera Mini/36.2/119.132; U; id) Presto/2.12.423 Version/12.16",
];

/// Scanners are told from people; a missing user agent is a scanner's.
#[test]
fn machines_and_people() {
    assert!(scanner_user_agent(None));
    for machine in MACHINES {
        assert!(scanner_user_agent(Some(machine)), "{machine}");
        assert!(
            scanner_user_agent(Some(&machine.to_uppercase())),
            "{machine}"
        );
    }
    for person in PEOPLE {
        assert!(!scanner_user_agent(Some(person)), "{person}");
    }
}

proptest! {
    /// No user agent, however strange or long, makes it fail.
    #[test]
    fn any_user_agent_is_judged(start in "\\PC{0,30}", repeat in 0..3000_usize) {
        let _ = scanner_user_agent(Some(&start.repeat(repeat)));
    }
}

/// What loads pictures for everybody is apart from people and from scanners; a click never comes from it.
#[test]
fn proxies_of_mail_programs_are_told_apart_where_they_load_a_pixel() {
    let google =
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
    for (agent, open, click) in [
        (Some("Mozilla/5.0"), Some(Machine::AppleProxy), None),
        (Some(" Mozilla/5.0 "), Some(Machine::AppleProxy), None),
        (Some("Mozilla/5.0 (iPhone)"), None, None),
        (Some(google), Some(Machine::GoogleProxy), None),
        (
            Some("curl/8.5.0"),
            Some(Machine::Scanner),
            Some(Machine::Scanner),
        ),
        (None, Some(Machine::Scanner), Some(Machine::Scanner)),
    ] {
        assert_eq!(machine(Kind::Open, agent), open, "{agent:?}");
        assert_eq!(machine(Kind::Click, agent), click, "{agent:?}");
    }
}
