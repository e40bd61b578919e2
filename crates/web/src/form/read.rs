//! A form as it comes back, and why its answer cannot be taken as it came.

use crate::{FORM_LIMIT, Problem, ProblemKind, Request};
use spin_sdk::http::{HeaderMap, StatusCode};

/// Why an answer could not be taken as it came: the status, and the text that explains it.
pub type Objection = (StatusCode, &'static str);

/// The page lay open for too long.
pub const EXPIRED: Objection = (StatusCode::CONFLICT, "not-saved-expired");
/// There was a refusal since.
pub const OVERTAKEN: Objection = (StatusCode::CONFLICT, "not-saved-overtaken");
/// Without what says which page it was.
pub const INCOMPLETE: Objection = (StatusCode::UNPROCESSABLE_ENTITY, "not-saved-incomplete");
/// No button was pressed.
pub const UNCHOSEN: Objection = (StatusCode::UNPROCESSABLE_ENTITY, "not-saved-unchosen");

/// The fields of a form.
pub async fn read(request: Request) -> Result<Vec<(String, String)>, Problem> {
    require_form(request.headers())?;
    let body = crate::read_capped(request, FORM_LIMIT).await?;
    Ok(crate::form_fields(&body))
}

fn require_form(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = crate::first_header(headers, "content-type").unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Ok(())
    } else {
        Err(Problem::new(
            ProblemKind::UnsupportedMediaType,
            "Send the form as application/x-www-form-urlencoded.",
        ))
    }
}
