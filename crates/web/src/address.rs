//! Where this application is reached from outside.

use crate::{Problem, Request, last_header};

/// The address that a request names in `base_url`, else that under which it came in.
///
/// # Errors
/// A problem where `given` is no complete `https` address.
pub fn base_url(request_origin: Option<String>, given: Option<&str>) -> Result<String, Problem> {
    let base = match given {
        Some(given) => given.trim_end_matches('/').to_owned(),
        None => request_origin.ok_or_else(|| {
            Problem::invalid(
                "/base_url",
                "Give the address under which your readers reach Assent.",
            )
        })?,
    };
    let plain =
        domain::check_destination(&base).is_ok() && !base.contains(['?', '#', '"', '\'', '<', '>']);
    if plain {
        Ok(base)
    } else {
        Err(Problem::invalid(
            "/base_url",
            "Give an https:// address without query and fragment.",
        ))
    }
}

/// The scheme and authority under which a request came in. Only the last `spin-full-url` is the host's own.
pub fn origin_of(request: &Request) -> Option<String> {
    let url = last_header(request.headers(), "spin-full-url")?;
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    Some(format!("{scheme}://{authority}"))
}
