//! What the pages promise: complete texts, one first heading, two equal buttons, nothing unescaped.

use super::*;
use crate::moment::Moment;

const TEMPLATES: [&str; 5] = [
    include_str!("../templates/base.html"),
    include_str!("../templates/tracking.html"),
    include_str!("../templates/unknown.html"),
    include_str!("../templates/failure.html"),
    include_str!("../templates/opt_out.html"),
];
const SOURCES: [&str; 7] = [
    include_str!("../../../crates/web/src/form/read.rs"),
    include_str!("moment.rs"),
    include_str!("obstacle.rs"),
    include_str!("opt_out.rs"),
    include_str!("page.rs"),
    include_str!("status.rs"),
    include_str!("tracking.rs"),
];

/// Every quoted string that looks like the id of a text.
fn ids() -> Vec<&'static str> {
    let prefixes = [
        "tracking-",
        "status-",
        "meaning-",
        "answer-",
        "saved-",
        "not-saved-",
        "opt-out-",
        "unknown-",
        "unavailable-",
        "failure-",
        "month-",
        "day-",
        "gpc-",
        "privacy-",
        "language-",
        "sender-",
    ];
    let mut ids: Vec<&str> = TEMPLATES
        .into_iter()
        .chain(SOURCES)
        .flat_map(|source| source.split('"').skip(1).step_by(2))
        .filter(|text| prefixes.iter().any(|prefix| text.starts_with(prefix)) || *text == "moment")
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn page(language: Language) -> TrackingPage {
    let texts = Texts::of(language);
    let since = Timestamp::parse_rfc3339("2026-11-21T19:40:00Z").unwrap();
    TrackingPage {
        frame: Frame {
            texts: Texts::of(language),
            language,
            languages: Language::ALL.to_vec(),
            sheet: sheet::path("p"),
            brand: Some("/p/x/brand.css?v=1".to_owned()),
            logo: Some("/p/x/logo?v=1".to_owned()),
            sender: Some("Bäckerei <b>Müller</b> & Co".to_owned()),
        },
        notice: Some(Notice {
            role: "status",
            title: texts.get("saved-refused-title"),
            text: texts.get("saved-refused"),
        }),
        status: Status {
            kind: "refused",
            word: texts.get("status-refused"),
            effect: texts.get("status-refused-effect"),
            since: Some(Moment::new(&texts, since)),
            lapsed: None,
            answer: Some(Answer::Refuse),
        },
        shown: "token".to_owned(),
        privacy_signal: true,
        privacy_notice: Some("https://example.org/privacy?a=1&b=\"2\"".to_owned()),
    }
}

#[test]
fn every_text_that_is_used_exists() {
    let ids = ids();
    assert!(ids.len() > 50, "{ids:?}");
    for language in Language::ALL {
        for id in &ids {
            assert_ne!(Texts::of(language).get(id), **id, "{}", language.code());
        }
    }
}

#[test]
fn the_evidence_covers_every_text_of_the_question() {
    let [_, tracking, ..] = TEMPLATES;
    for id in ids() {
        let asked = ["tracking-", "meaning-", "answer-", "privacy-"];
        if tracking.contains(id) && asked.iter().any(|prefix| id.starts_with(prefix)) {
            assert!(FORM_TEXTS.contains(&id), "{id}");
        }
    }
}

#[test]
fn the_page_is_whole_in_every_language() {
    for language in Language::ALL {
        let page = page(language);
        let html = page.render().unwrap();
        assert!(html.starts_with("<!doctype html>"), "{html}");
        assert!(html.contains(&format!("<html lang=\"{}\"", language.code())));
        assert_eq!(html.matches("<h1>").count(), 1);
        assert_eq!(html.matches("role=\"status\"").count(), 1);
        assert!(
            !html.contains("<script") && !html.contains(" style="),
            "{html}"
        );
        assert!(
            html.contains("Bäckerei &#60;b&#62;Müller&#60;/b&#62; &#38; Co"),
            "{html}"
        );
        assert!(!html.contains("b=\"2\""), "{html}");
        for id in FORM_TEXTS.into_iter().chain(["gpc-notice"]) {
            let text = page.frame.texts.get(id).replace('\'', "&#39;");
            assert!(html.contains(&text), "{id}");
        }
    }
}

#[test]
fn refusing_comes_first_and_weighs_the_same() {
    let html = page(Language::En).render().unwrap();
    let button = |value: &str| {
        let start = html.find(&format!(
            "<button type=\"submit\" name=\"answer\" value=\"{value}\""
        ));
        start.unwrap()
    };
    assert!(button("refuse") < button("grant"));
    assert_eq!(html.matches("<button").count(), 2);
    // No class of its own: one rule of the sheet is for both.
    assert!(!html.contains("<button class") && !sheet::SHEET.contains("[value"));
    let texts = Texts::of(Language::En);
    let (refuse, grant) = (texts.get("answer-refuse"), texts.get("answer-grant"));
    assert!(
        refuse.len().abs_diff(grant.len()) <= 4,
        "{refuse} / {grant}"
    );
}

#[test]
fn the_version_is_that_of_the_words() {
    let page = page(Language::En);
    let version_of = |signal, notice| version(&page.frame, signal, notice);
    assert_eq!(version_of(false, None), version_of(false, None));
    assert_ne!(version_of(false, None), version_of(true, None));
    assert_ne!(
        version_of(false, None),
        version_of(false, Some("https://example.org/"))
    );
    let french = self::page(Language::Fr).frame;
    assert_ne!(version_of(false, None), version(&french, false, None));
    assert_eq!(version_of(false, None).len(), 16);
}

#[test]
fn a_saved_message_needs_the_stored_status() {
    let texts = Texts::of(Language::En);
    let status = page(Language::En).status;
    assert!(Notice::saved(&texts, Some(Answer::Refuse), &status).is_some());
    assert!(Notice::saved(&texts, Some(Answer::Grant), &status).is_none());
    assert!(Notice::saved(&texts, None, &status).is_none());
}
