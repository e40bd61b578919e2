//! `/.well-known/gpc.json`: this site abides by Global Privacy Control (W3C, "GPC Support Resource").

use web::Handled;

/// Change `lastUpdate` when what is said here changes.
const GPC: &str = r#"{"gpc": true, "lastUpdate": "2026-11-21"}"#;

/// The document.
pub async fn gpc() -> Handled {
    Ok(web::file("application/json", GPC, "public, max-age=86400"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn it_has_the_members_that_the_standard_wants() {
        let document: serde_json::Value = serde_json::from_str(GPC).unwrap();
        assert_eq!(document["gpc"], true);
        assert_eq!(document["lastUpdate"].as_str().unwrap().len(), 10);
    }
}
