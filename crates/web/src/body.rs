//! Bodies with a limit, JSON with the place of a mistake, forms.

use domain::ObjectOnly;
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use spin_sdk::http::HeaderMap;

use crate::path::harmless;
use crate::{Problem, ProblemKind, Request, first_header};

/// One decision.
pub const DECISION_LIMIT: usize = 64 * 1024;
/// A batch or a mail.
pub const BATCH_LIMIT: usize = 8 * 1024 * 1024;
/// A form that a person sends.
pub const FORM_LIMIT: usize = 16 * 1024;

/// The whole body, read only up to `limit` bytes.
pub async fn read_capped(request: Request, limit: usize) -> Result<Vec<u8>, Problem> {
    let too_large = || {
        Problem::new(
            ProblemKind::TooLarge,
            format!("The body may have at most {limit} bytes."),
        )
    };
    let announced = first_header(request.headers(), "content-length")
        .and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut body = request.into_body();
    let mut content = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            Problem::new(
                ProblemKind::Malformed,
                "The body ended too early. Send it again.",
            )
        })?;
        if let Ok(data) = frame.into_data() {
            if content.len().saturating_add(data.len()) > limit {
                return Err(too_large());
            }
            content.extend_from_slice(&data);
        }
    }
    if announced.is_some_and(|length| length != content.len()) {
        return Err(Problem::new(
            ProblemKind::Malformed,
            "The body ended too early. Send it again.",
        ));
    }
    Ok(content)
}

/// The id under which a changing request may be repeated: `Idempotency-Key`, or a fresh one.
pub fn idempotency_key(headers: &HeaderMap, otherwise: &str) -> Result<String, Problem> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(otherwise.to_owned());
    };
    value
        .to_str()
        .ok()
        .filter(|key| domain::is_request_id(key))
        .map(str::to_owned)
        .ok_or_else(|| {
            Problem::invalid(
                "Idempotency-Key",
                "Send 8 to 128 letters, digits, '-', '_', '.' or ':', for example a UUID.",
            )
        })
}

/// That the body says it is JSON.
pub fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = first_header(headers, "content-type").unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(Problem::new(
            ProblemKind::UnsupportedMediaType,
            "Send the body as application/json.",
        ))
    }
}

/// A JSON object.
pub fn json<T: DeserializeOwned>(content: &[u8]) -> Result<T, Problem> {
    json_item(content, "")
}

/// The elements of a JSON list, or the one document that is no list; each still to be read.
pub fn json_items(content: &[u8]) -> Result<(Vec<&RawValue>, bool), Problem> {
    let is_list = content.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let items = if is_list {
        serde_json::from_slice(content)
    } else {
        serde_json::from_slice(content).map(|one| vec![one])
    };
    items
        .map(|items| (items, is_list))
        .map_err(|error| problem_of(&error, String::new()))
}

/// A JSON object that stands at `prefix` in a larger document.
pub fn json_item<T: DeserializeOwned>(content: &[u8], prefix: &str) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(content);
    let value =
        serde_path_to_error::deserialize(ObjectOnly(&mut deserializer)).map_err(|error| {
            let pointer = format!("{prefix}{}", pointer(error.path()));
            problem_of(error.inner(), pointer)
        })?;
    deserializer
        .end()
        .map_err(|error| problem_of(&error, prefix.to_owned()))?;
    Ok(value)
}

fn problem_of(error: &serde_json::Error, pointer: String) -> Problem {
    if error.is_data() {
        // "… at line 1 column 9" says nothing that the pointer does not say better.
        let text = error.to_string();
        let text = text
            .rsplit_once(" at line ")
            .map_or(text.as_str(), |(text, _)| text);
        Problem::invalid(
            if pointer.is_empty() {
                "/".to_owned()
            } else {
                pointer
            },
            without_values(text),
        )
    } else {
        let place = format!("line {}, column {}", error.line(), error.column());
        Problem::new(
            ProblemKind::Malformed,
            format!("The body is not valid JSON: see {place}."),
        )
    }
}

/// Serde quotes wrong values and names in its messages; they may be identifiers.
fn without_values(text: &str) -> String {
    if let Some(rest) = text
        .strip_prefix("unknown field `")
        .or_else(|| text.strip_prefix("unknown variant `"))
    {
        // The name may hold what follows names; the last one is serde's own.
        return match rest.rsplit_once("`, expected ") {
            Some((name, _)) if harmless(name) == name => text.to_owned(),
            Some((_, expected)) => format!("unknown name, expected {expected}"),
            None => "unknown name".to_owned(),
        };
    }
    match text
        .strip_prefix("invalid type: ")
        .or_else(|| text.strip_prefix("invalid value: "))
    {
        Some(rest) => match rest.rsplit_once(", expected ") {
            Some((_, expected)) => format!("expected {expected}"),
            None => "wrong type".to_owned(),
        },
        None => text.to_owned(),
    }
}

/// RFC 6901.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut text = String::new();
    for segment in path {
        text.push('/');
        match segment {
            Segment::Seq { index } => text.push_str(&index.to_string()),
            Segment::Map { key } => text.push_str(harmless(key)),
            Segment::Enum { variant } => text.push_str(variant),
            Segment::Unknown => text.push('?'),
        }
    }
    text
}

/// The fields of a form.
pub fn form_fields(content: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(content).into_owned().collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[allow(dead_code)]
        inner: Inner,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[allow(dead_code)]
        number: u8,
    }

    fn problem(text: &str) -> Problem {
        json::<Sample>(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn a_mistake_is_answered_with_its_place() {
        let wrong_type = problem(r#"{"inner":{"number":"ada@example.org"}}"#);
        assert_eq!(wrong_type.kind, ProblemKind::Invalid);
        assert_eq!(wrong_type.pointer.as_deref(), Some("/inner/number"));
        assert!(
            !wrong_type.detail.contains("ada@example.org"),
            "a value was quoted: {}",
            wrong_type.detail
        );
        assert_eq!(
            problem(r#"{"inner":{"numbr":1}}"#).pointer.as_deref(),
            Some("/inner/numbr")
        );
        assert_eq!(
            problem(r#"{"inner":{}}"#).pointer.as_deref(),
            Some("/inner")
        );
    }

    #[test]
    fn an_unknown_name_is_not_repeated_whatever_is_in_it() {
        let problem = problem("{\"x`, ada@example.org`, expected ben\":1}");
        assert!(
            problem.detail.contains("expected `inner`"),
            "{}",
            problem.detail
        );
        assert!(
            !problem.detail.contains("ada") && !problem.detail.contains("ben"),
            "{}",
            problem.detail
        );
    }

    #[test]
    fn a_list_is_no_object() {
        for text in ["[]", "[[1]]", r#"[{"number":1}]"#] {
            assert_eq!(problem(text).kind, ProblemKind::Invalid, "{text}");
        }
    }

    #[test]
    fn broken_json_is_malformed() {
        for text in ["", "{", "{\"inner\":", "{} x", "nul"] {
            assert!(
                matches!(
                    problem(text).kind,
                    ProblemKind::Malformed | ProblemKind::Invalid
                ),
                "{text}"
            );
        }
    }
}
