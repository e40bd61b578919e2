//! RFC 9457 problem details: a stable type, the place of the mistake, and what to do. Nothing about the
//! inside: that goes to the log under the same request id.

use serde::Serialize;
use spin_sdk::http::StatusCode;
use store::StoreError;

/// What can go wrong, as a caller can tell it apart. `docs/errors.md` lists the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// The body is not the format it says, or not a whole one.
    Malformed,
    /// A field has a value that it cannot have.
    Invalid,
    /// No API key, or one that is unknown or revoked.
    Unauthenticated,
    /// The key lacks the scope.
    Forbidden,
    /// Nothing here, or nothing of yours.
    NotFound,
    /// Nothing is known about the person that a tag asks for: she has not been asked yet.
    NoConsent,
    /// The resource does not do this.
    MethodNotAllowed,
    /// The same request id with other content.
    Conflict,
    /// The person's consent does not allow it.
    GateClosed,
    /// More than the limit.
    TooLarge,
    /// The body's type is not understood here.
    UnsupportedMediaType,
    /// A decision from the future.
    TimestampInFuture,
    /// A store is away; nothing is promised.
    Unavailable,
    /// A mistake of ours.
    Internal,
}

impl ProblemKind {
    /// All kinds, for the documentation and its test.
    pub const ALL: [Self; 14] = [
        Self::Malformed,
        Self::Invalid,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::NoConsent,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::GateClosed,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::TimestampInFuture,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The last part of the problem's `type`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Invalid => "invalid",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::NoConsent => "no_consent",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Conflict => "conflict",
            Self::GateClosed => "gate_closed",
            Self::TooLarge => "too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::TimestampInFuture => "timestamp_in_future",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    /// The problem's `type`.
    pub fn urn(self) -> String {
        format!("urn:assent:problem:{}", self.code())
    }

    /// The HTTP status.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Invalid | Self::TimestampInFuture => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound | Self::NoConsent => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict | Self::GateClosed => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// One line for people, the same for every problem of the kind.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Malformed => "The request cannot be read",
            Self::Invalid => "A value is not allowed",
            Self::Unauthenticated => "A valid API key is needed",
            Self::Forbidden => "This key may not do that",
            Self::NotFound => "Not found",
            Self::NoConsent => "No consent yet",
            Self::MethodNotAllowed => "Method not allowed",
            Self::Conflict => "This request id was used before with other content",
            Self::GateClosed => "Consent does not allow it",
            Self::TooLarge => "Too large",
            Self::UnsupportedMediaType => "Unsupported media type",
            Self::TimestampInFuture => "The decision's time lies in the future",
            Self::Unavailable => "Temporarily unavailable",
            Self::Internal => "Internal error",
        }
    }
}

/// A problem: what the caller sees, and apart from it what only the log does.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Which.
    pub kind: ProblemKind,
    /// What is wrong here and what to do; never a token, a key or an identifier.
    pub detail: String,
    /// RFC 6901 pointer to the mistake in a JSON body, or the name of a parameter.
    pub pointer: Option<String>,
    /// `Allow` of a 405.
    pub allow: Option<&'static str>,
    /// For the log only.
    pub inside: Option<String>,
}

/// The body on the wire.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Problem"))]
pub struct Document<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
}

impl Problem {
    /// A problem of a kind, with what to do.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            pointer: None,
            allow: None,
            inside: None,
        }
    }

    /// A value that is not allowed at `pointer`.
    pub fn invalid(pointer: impl Into<String>, detail: impl ToString) -> Self {
        Self {
            pointer: Some(pointer.into()),
            ..Self::new(ProblemKind::Invalid, detail.to_string())
        }
    }

    /// Nothing here.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::NotFound, detail)
    }

    /// The resource does other methods.
    pub fn method_not_allowed(allow: &'static str) -> Self {
        Self {
            allow: Some(allow),
            ..Self::new(ProblemKind::MethodNotAllowed, format!("Use {allow}."))
        }
    }

    /// A mistake of ours: the text goes to the log only.
    pub fn internal(inside: impl ToString) -> Self {
        Self {
            inside: Some(inside.to_string()),
            ..Self::new(
                ProblemKind::Internal,
                "Something went wrong here. The log has it under this request id.",
            )
        }
    }

    /// What is sent.
    pub fn document(&self) -> Document<'_> {
        Document {
            r#type: self.kind.urn(),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            detail: &self.detail,
            pointer: self.pointer.as_deref(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Away(_) => Self {
                inside: Some(error.to_string()),
                ..Self::new(
                    ProblemKind::Unavailable,
                    "Nothing is promised about this request. Repeat it with the same Idempotency-Key.",
                )
            },
            StoreError::Conflict => Self::new(
                ProblemKind::Conflict,
                "Send other content under a new Idempotency-Key.",
            ),
            StoreError::NewerSchema { .. } | StoreError::Corrupt(_) => Self::internal(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_lists_every_kind_with_its_status_and_no_other() {
        let rows = include_str!("../../../docs/errors.md")
            .lines()
            .filter(|line| line.starts_with("| `") && !line.starts_with("| `type`"))
            .map(|line| {
                let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
                assert_eq!(cells.len(), 4, "{line}");
                assert!(cells.iter().all(|cell| !cell.is_empty()), "{line}");
                (cells[0].trim_matches('`').to_owned(), cells[1].to_owned())
            });
        let mut documented: Vec<(String, String)> = rows.collect();
        documented.sort();
        let kinds = ProblemKind::ALL.into_iter();
        let mut known: Vec<(String, String)> = kinds
            .map(|kind| (kind.code().to_owned(), kind.status().as_u16().to_string()))
            .collect();
        known.sort();
        assert_eq!(documented, known, "docs/errors.md, the code");
    }

    /// The compiler sees to it that every kind has a code.
    #[test]
    fn every_kind_is_in_the_list_of_all() {
        let source = include_str!("problem.rs");
        let (_, codes) = source.split_once("fn code(self)").unwrap();
        let (codes, _) = codes.split_once("\n    }\n").unwrap();
        assert_eq!(codes.matches(" => \"").count(), ProblemKind::ALL.len());
    }

    #[test]
    fn the_inside_of_a_failure_stays_inside() {
        let problem = Problem::internal("connection to 10.0.0.7 refused");
        let document = serde_json::to_string(&problem.document()).unwrap();
        assert!(!document.contains("10.0.0.7"), "{document}");
    }
}
