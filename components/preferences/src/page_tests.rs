//! What the pages promise: complete texts, one first heading, two equal buttons, nothing unescaped.

use super::*;
use crate::frame::{version, words};
use crate::moment::Moment;
use domain::FormKind;
use store::OwnForms;
use web::form::{Offered, sheet, text_ids};
use web::{Language, Texts};

/// The templates of forms.
const FORMS: [(&str, FormKind); 5] = [
    (
        include_str!("../templates/tracking.html"),
        FormKind::Tracking,
    ),
    (
        include_str!("../templates/unsubscribe.html"),
        FormKind::Unsubscribe,
    ),
    (
        include_str!("../templates/preferences.html"),
        FormKind::Preferences,
    ),
    (include_str!("../templates/opt_in.html"), FormKind::OptIn),
    (include_str!("../templates/profile.html"), FormKind::Profile),
];
const OTHERS: [&str; 23] = [
    include_str!("../templates/base.html"),
    include_str!("../templates/question.html"),
    include_str!("../templates/unknown.html"),
    include_str!("../templates/failure.html"),
    include_str!("../templates/opt_out.html"),
    include_str!("../templates/receipt.html"),
    include_str!("../templates/check.html"),
    include_str!("../templates/said.html"),
    include_str!("../templates/meaning.html"),
    include_str!("../../../crates/web/src/form/read.rs"),
    include_str!("check.rs"),
    include_str!("frame.rs"),
    include_str!("moment.rs"),
    include_str!("obstacle.rs"),
    include_str!("opt_in.rs"),
    include_str!("opt_out.rs"),
    include_str!("page.rs"),
    include_str!("preferences.rs"),
    include_str!("receipt.rs"),
    include_str!("profile.rs"),
    include_str!("status.rs"),
    include_str!("types.rs"),
    include_str!("unsubscribe.rs"),
];

/// Every quoted string in a source that looks like the id of a text.
fn ids(source: &'static str) -> impl Iterator<Item = &'static str> {
    const PREFIXES: [&str; 25] = [
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
        "unsubscribe-",
        "communication-",
        "preferences-",
        "choice-",
        "opt-in-",
        "preview-",
        "receipt-",
        "check-",
        "profile-",
    ];
    source
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|text| PREFIXES.iter().any(|prefix| text.starts_with(prefix)) || *text == "moment")
        // What `is_asked` begins with.
        .filter(|text| !text.ends_with('-'))
}

fn form() -> Form {
    Form::usual(&OwnForms::new(), FormKind::Tracking)
}

fn page(language: Language) -> TrackingPage {
    let texts = Texts::of(language);
    let since = Timestamp::parse_rfc3339("2026-11-21T19:40:00Z").unwrap();
    TrackingPage {
        frame: Frame {
            texts: Texts::of(language),
            language: language.code().to_owned(),
            direction: domain::direction(language.code()),
            languages: Language::ALL.map(Offered::shipped).to_vec(),
            sheet: sheet::path("p"),
            brand: Some("/p/x/brand.css?v=1".to_owned()),
            logo: Some("/p/x/logo?v=1".to_owned()),
            sender: Some("Bäckerei <b>Müller</b> & Co".to_owned()),
            privacy_signal: true,
            privacy_notice: Some("https://example.org/privacy?a=1&b=\"2\"".to_owned()),
            preview: false,
        },
        notice: Some(Notice::done(&texts, "saved-refused-title", "saved-refused")),
        status: Status {
            kind: "refused",
            word: texts.get("status-refused"),
            effect: texts.get("status-refused-effect"),
            since: Some(Moment::new(&texts, since)),
            lapsed: None,
            answer: Some(Answer::Refuse),
        },
        shown: "token".to_owned(),
        receipt: "/p/x/y/receipt".to_owned(),
    }
}

#[test]
fn every_text_that_is_used_exists() {
    let all = FORMS.into_iter().map(|(source, _)| source).chain(OTHERS);
    let mut ids: Vec<&str> = all.flat_map(ids).collect();
    ids.sort_unstable();
    ids.dedup();
    assert!(ids.len() > 100, "{ids:?}");
    for language in Language::ALL {
        for id in &ids {
            assert_ne!(Texts::of(language).get(id), **id, "{}", language.code());
        }
    }
}

/// What an organisation can write, and what is kept as shown, is what the template shows.
#[test]
fn the_texts_of_a_form_are_those_of_its_template() {
    for (template, kind) in FORMS {
        let known: Vec<&str> = text_ids(kind).collect();
        for id in ids(template) {
            assert!(known.contains(&id), "{id} of {kind:?}");
        }
    }
}

#[test]
fn the_page_is_whole_in_every_language() {
    for language in Language::ALL {
        let page = page(language);
        let html = page.render().unwrap();
        assert!(html.starts_with("<!doctype html>"), "{html}");
        let direction = domain::direction(language.code());
        let start = format!("<html lang=\"{}\" dir=\"{direction}\"", language.code());
        assert!(html.contains(&start));
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
        for id in [
            "tracking-title",
            "meaning-both",
            "answer-refuse",
            "gpc-notice",
        ] {
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
    let version_of = |change: &dyn Fn(&mut Frame)| {
        let mut frame = page(Language::En).frame;
        change(&mut frame);
        version(&words(&frame, &form(), &BTreeMap::new()))
    };
    let usual = version_of(&|_| {});
    assert_eq!(usual, version_of(&|_| {}));
    assert_eq!(usual.len(), 32);
    // What the browser says, where the notice stands, who asks, and every word.
    assert_ne!(usual, version_of(&|frame| frame.privacy_signal = false));
    assert_ne!(usual, version_of(&|frame| frame.privacy_notice = None));
    assert_ne!(usual, version_of(&|frame| frame.sender = None));
    assert_ne!(
        usual,
        version(&words(&page(Language::Fr).frame, &form(), &BTreeMap::new()))
    );
    // It is the hash of what is kept.
    let words = words(&page(Language::En).frame, &form(), &BTreeMap::new());
    assert!(store::digest(words.as_bytes()).starts_with(&usual));
    let kept: serde_json::Value = serde_json::from_str(&words).unwrap();
    assert_eq!(
        kept["texts"]["tracking-title"],
        "May we know what you click on?"
    );
    assert!(kept["texts"].get("saved-refused").is_none());
}

#[test]
fn a_saved_message_needs_the_stored_status() {
    let page = page(Language::En);
    let (frame, status) = (&page.frame, &page.status);
    assert!(saved(frame, Some(Answer::Refuse), status).is_some());
    assert!(saved(frame, Some(Answer::Grant), status).is_none());
    assert!(saved(frame, None, status).is_none());
}
