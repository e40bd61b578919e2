//! Where a link may lead.

use domain::{DestinationError, check_destination};
use proptest::prelude::*;

/// A destination comes back byte for byte: query, fragment, capitals, a missing path.
#[test]
fn destinations_stay_as_given() {
    for address in [
        "https://example.com",
        "http://example.com/",
        "HTTPS://Example.COM/a/../b?x=1&y=%7B%22a%22%7D#top",
        "https://example.com?utm_source=mail&next=https://other.example/",
        "https://example.com/a@b?c=d@e#f@g",
        "https://example.com:8443/a;b=c,d/(e)!$&'*+",
        "https://192.0.2.1/",
        "https://[2001:db8::1]/",
        "https://example.com/?a=\\b#c\\d",
        "https://example.com/\"<>|{}",
    ] {
        assert_eq!(check_destination(address).as_deref(), Ok(address));
    }
}

/// What a header cannot carry, or would change the meaning of, comes back as browsers write it.
#[test]
fn destinations_fit_a_header() {
    for (address, written) in [
        (
            "https://bücher.example/ü?q=ä#ö",
            "https://xn--bcher-kva.example/%C3%BC?q=%C3%A4#%C3%B6",
        ),
        ("https:example.com/a", "https://example.com/a"),
        (
            "https:example.com/?u=http://x/",
            "https://example.com/?u=http://x/",
        ),
        ("https:/example.com", "https://example.com/"),
        ("https:///example.com/", "https://example.com/"),
        ("https:\\\\example.com\\a", "https://example.com/a"),
    ] {
        assert_eq!(
            check_destination(address).as_deref(),
            Ok(written),
            "{address}"
        );
    }
}

/// Schemes, credentials and everything that breaks headers are refused, each with its reason.
#[test]
fn bad_destinations_are_refused() {
    use DestinationError::{Credentials, Scheme, TooLong, Unreadable, WhiteSpace};
    let long = format!("https://example.com/{}", "a".repeat(2048));
    let grows = format!("https://example.com/{}", "ä".repeat(1000));
    for (address, error) in [
        ("", Scheme),
        ("/path", Scheme),
        ("//example.com/", Scheme),
        ("example.com", Scheme),
        ("javascript:alert(1)//https://example.com", Scheme),
        ("data:text/html,x", Scheme),
        ("ftp://example.com/", Scheme),
        ("mailto:jane@example.com", Scheme),
        ("httpss://example.com/", Scheme),
        ("https://bank.example@evil.example/", Credentials),
        ("https://user:secret@example.com/", Credentials),
        ("https://@example.com/", Credentials),
        ("https:user@example.com/", Credentials),
        ("https://", Unreadable),
        ("https://?", Unreadable),
        ("https://exa%00mple.com/", Unreadable),
        ("https://example.com:99999/", Unreadable),
        ("https://[::1/", Unreadable),
        ("https://example.com/a b", WhiteSpace),
        (" https://example.com/", WhiteSpace),
        ("https://example.com/\r\nSet-Cookie: a=b", WhiteSpace),
        ("https://example.com/\u{0}", WhiteSpace),
        ("https://example.com/\u{a0}", WhiteSpace),
        (&long, TooLong),
        (&grows, TooLong),
    ] {
        assert_eq!(check_destination(address), Err(error), "{address}");
    }
}

proptest! {
    /// Whatever passes fits a header, leads to the web, and passes again unchanged.
    #[test]
    fn what_passes_is_safe(address in "(https?|HTTP|javascript|data)?:?/{0,3}[a-zA-Z0-9.@:\\\\ä漢 %-]{0,30}[/?#]?\\PC{0,40}") {
        if let Ok(written) = check_destination(&address) {
            prop_assert!(written.bytes().all(|byte| (0x21..0x7f).contains(&byte)), "{}", written);
            let lower = written.to_ascii_lowercase();
            prop_assert!(lower.starts_with("https://") || lower.starts_with("http://"));
            prop_assert_eq!(check_destination(&written), Ok(written));
        }
    }
}
