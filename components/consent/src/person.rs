//! Whom a request for erasure or for everything that is stored is about.

use domain::{RegimeSource, Settings, Source, Subject};
use serde::Deserialize;
use serde_json::value::RawValue;
use store::{Action, NewAction, Requested, digest};
use web::Problem;

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Person"))]
#[serde(deny_unknown_fields)]
pub struct PersonBody {
    #[cfg_attr(test, schemars(with = "domain::Subject"))]
    subject: String,
}

/// Reads the document that stands at `prefix` in the body.
pub fn named(
    document: &RawValue,
    item: usize,
    prefix: &str,
    settings: &Settings,
) -> Result<NewAction, Problem> {
    let body: PersonBody = web::json_item(document.get().as_bytes(), prefix)?;
    let subject = Subject::parse(&body.subject)
        .map_err(|error| Problem::invalid(format!("{prefix}/subject"), error))?;
    action(item, subject, settings)
}

/// An action asked now, through the API.
pub fn action(item: usize, subject: Subject, settings: &Settings) -> Result<NewAction, Problem> {
    Ok(NewAction {
        item: u32::try_from(item).map_err(Problem::internal)?,
        subject,
        source: Source::Api,
        regime: settings.default_regime,
        regime_source: RegimeSource::Org,
        at: Requested::Live,
    })
}

/// What tells a request from others under the same id: other actions may have the same body.
pub fn content(action: Action, body: &[u8]) -> String {
    digest(&[action.code().as_bytes(), b" ", body].concat())
}
