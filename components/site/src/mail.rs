//! `GET /demo/mail/{person}`: the mail as it lies in somebody's inbox.

use spin_sdk::http::HeaderValue;
use web::{Handled, Problem, Request};

use crate::outbox::{self, is_token};

/// The merge tags of the demo's mailing system.
const CLICK: &str = "*|ASSENT_CLICK|*";
const PREFERENCES: &str = "*|ASSENT_PREFS|*";

/// A mail has styles of its own and runs nothing. Its pictures may come from wherever the application is
/// reached under; its links open beside it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
);

/// The merged mail; with `click` and `preferences` as it was sent again.
pub async fn get(request: &Request, person: &str) -> Handled {
    let outbox = outbox::stored()
        .await?
        .ok_or_else(|| Problem::not_found("The demo is being prepared. Try again in a moment."))?;
    let recipient = outbox
        .people
        .iter()
        .find(|recipient| recipient.id == person)
        .ok_or_else(|| Problem::not_found("Nobody of that name got the newsletter."))?;
    let [click, preferences] = web::query(request.uri().query(), ["click", "preferences"])?;
    let click = click.as_deref().unwrap_or(&recipient.click);
    let preferences = preferences.as_deref().unwrap_or(&recipient.preferences);
    if !is_token(click) || !is_token(preferences) {
        return Err(Problem::invalid(
            "click",
            "Give tokens as they were minted.",
        ));
    }
    let html = merged(&outbox.template, click, preferences);
    let mut answer = web::file("text/html; charset=utf-8", html, "no-store");
    let headers = answer.headers_mut();
    headers.insert("content-security-policy", POLICY);
    headers.insert("referrer-policy", HeaderValue::from_static("no-referrer"));
    Ok(answer)
}

/// What a mailing system does, and the target that a web mail program gives to links.
fn merged(template: &str, click: &str, preferences: &str) -> String {
    template
        .replace(CLICK, click)
        .replace(PREFERENCES, preferences)
        .replacen("<head>", "<head><base target=\"_blank\">", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tokens_are_merged() {
        let template = "<head></head><a href=\"/l/x/*|ASSENT_CLICK|*\">a</a><a href=\"/p/o/*|ASSENT_PREFS|*/tracking\">p</a>";
        assert_eq!(
            merged(template, "C", "P"),
            "<head><base target=\"_blank\"></head><a href=\"/l/x/C\">a</a><a href=\"/p/o/P/tracking\">p</a>"
        );
    }

    #[test]
    fn the_newsletter_has_the_merge_tags_of_this_mailing_system() {
        let newsletter = include_str!("../../../static/demo/newsletter.html");
        let footer = "{{BASE}}/p/{{ORG}}/*|ASSENT_PREFS|*/tracking";
        assert!(newsletter.contains(footer) && newsletter.contains("<head>"));
        for line in newsletter
            .lines()
            .filter(|line| line.contains("/demo/page/"))
        {
            let (_, rest) = line.split_once("{{BASE}}/demo/page/").unwrap_or_default();
            let name = rest.split('"').next().unwrap_or_default();
            assert!(crate::demo::landing(name).is_ok(), "{name}");
        }
    }
}
