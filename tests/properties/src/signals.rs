//! Decisions as JSON: what is recorded is what was said, and what is refused is not repeated.

use domain::{Flag, MAX_AHEAD_MICROS, Settings, Subject, Timestamp};
use serde_json::Value;
use store::{NewSignal, Requested};

/// An identifier that the seeds hold in every place; no answer may repeat it.
const CANARY: &str = "ada@example.org";

/// Input: a body of `POST /v1/consent`.
pub fn signal(input: &[u8]) {
    let now = Timestamp::from_micros(1_795_290_000_000_000);
    let settings = Settings::default();
    let (documents, is_list) = match web::json_items(input) {
        Ok(found) => found,
        Err(problem) => return quiet(&problem),
    };
    assert!(is_list || documents.len() == 1);
    for (item, document) in documents.iter().take(50).enumerate() {
        let prefix = if is_list {
            format!("/{item}")
        } else {
            String::new()
        };
        match crate::decision::signal(document, item, &prefix, &settings, now) {
            Ok(signal) => says(&signal, document.get(), now),
            Err(problem) => {
                quiet(&problem);
                let pointer = problem.pointer.as_deref().unwrap_or_default();
                assert!(
                    pointer.is_empty() || pointer.starts_with(&prefix),
                    "{pointer}"
                );
            }
        }
    }
}

/// Read a second way, the document says the same.
fn says(signal: &NewSignal, document: &str, now: Timestamp) {
    let value: Value = serde_json::from_str(document).unwrap();
    let document = value.as_object().unwrap();
    for name in document.keys() {
        assert!(
            [
                "subject", "flags", "tcf", "gpp", "gpp_sid", "gpc", "regime", "region", "at",
                "tier", "shown"
            ]
            .contains(&name.as_str()),
            "{name}"
        );
    }
    let none = serde_json::Map::new();
    let flags = document
        .get("flags")
        .map_or(&none, |flags| flags.as_object().unwrap());
    let said = serde_json::to_value(signal.flags).unwrap();
    let has_others = ["tcf", "gpp", "gpc"].iter().any(|name| {
        document
            .get(*name)
            .is_some_and(|value| !value.is_null() && value != false)
    });
    assert_eq!(signal.evidence.is_some(), has_others);
    // What is said in flags is recorded as it was said; more comes from strings and the browser only.
    for (name, value) in flags {
        assert_eq!(said[name], *value);
    }
    assert!(has_others || said.as_object().unwrap().len() == flags.len());
    assert!(flags.keys().all(|name| Flag::parse(name).is_ok()));
    assert!(!signal.flags.is_empty());
    let subject = Subject::parse(document["subject"].as_str().unwrap()).unwrap();
    assert_eq!(subject, signal.subject);
    match (document.get("at"), signal.at) {
        (None | Some(Value::Null), Requested::Live) => {}
        // A string has a day.
        (None | Some(Value::Null), Requested::At(at)) if signal.evidence.is_some() => {
            assert!(at.micros() <= now.micros() + MAX_AHEAD_MICROS);
        }
        (Some(Value::String(text)), Requested::At(at)) => {
            assert_eq!(Timestamp::parse_rfc3339(text), Ok(at));
            assert!(at.micros() <= now.micros() + MAX_AHEAD_MICROS);
        }
        other => panic!("{other:?}"),
    }
    if let Some(shown) = &signal.shown {
        for text in [&shown.form, &shown.version, &shown.language] {
            assert!((1..=256).contains(&text.len()));
        }
    }
}

fn quiet(problem: &web::Problem) {
    assert!(problem.kind.status().is_client_error());
    assert!(problem.inside.is_none());
    let answer = serde_json::to_string(&problem.document()).unwrap();
    assert!(!answer.contains(CANARY), "{answer}");
    assert!(answer.len() < 1000, "{answer}");
    assert!(!answer.chars().any(char::is_control));
}
