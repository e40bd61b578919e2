//! A request, as far as it matters: parameters from the address and from a form, and what the headers say.

use spin_sdk::http::{HeaderMap, Method};
use web::{FORM_LIMIT, Problem, ProblemKind, Request};

/// A request that was read.
pub struct Asking {
    /// Names and values, those of the address first.
    pub parameters: Vec<(String, String)>,
    /// Its headers.
    pub headers: HeaderMap,
    /// Whether it must not change anything by itself.
    pub is_get: bool,
    /// Where the person is, if the operator's proxy says so.
    pub region: Option<String>,
}

impl Asking {
    /// Reads the address and the headers.
    pub async fn of(request: &Request) -> Self {
        let query = request.uri().query().unwrap_or_default();
        Self {
            parameters: web::form_fields(query.as_bytes()),
            headers: request.headers().clone(),
            is_get: request.method() == Method::GET,
            region: web::region(request.headers()).await,
        }
    }

    /// Reads the form of a `POST`, after what the address says.
    pub async fn read_form(&mut self, request: Request) -> Result<(), Problem> {
        names_no_address(&self.parameters)?;
        if !self.is_get {
            require_form(&self.headers)?;
            let content = web::read_capped(request, FORM_LIMIT).await?;
            self.parameters.extend(web::form_fields(&content));
        }
        Ok(())
    }
}

/// Addresses of people do not belong into those of pages: logs keep them.
fn names_no_address(parameters: &[(String, String)]) -> Result<(), Problem> {
    let names = |(name, value): &(String, String)| match name.as_str() {
        "bk" => value.trim().eq_ignore_ascii_case("email"),
        "idv" => value.contains('@'),
        _ => false,
    };
    if parameters.iter().any(names) {
        let detail = "An e-mail address must not stand in a URL. Send the same parameters as a form with POST, or bk=email_sha256.";
        return Err(Problem::new(ProblemKind::Malformed, detail));
    }
    Ok(())
}

/// A body is a form; a request without one needs no type.
fn require_form(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(kind) = web::first_header(headers, "content-type") else {
        return Ok(());
    };
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Ok(())
    } else {
        Err(Problem::new(
            ProblemKind::UnsupportedMediaType,
            "Send the parameters in the address or as application/x-www-form-urlencoded.",
        ))
    }
}
