//! The routes of the tags of the Salesforce DMP (`docs/wire.md`): what they answer, to whom, and what they never do.

mod answers;
mod everywhere;
mod page;
mod refusals;
mod replay;
mod rights;

use assent_tests::{App, Organisation, SITE};
use serde_json::{Value, json};

/// An organisation whose site it is; `legacy` takes changes by `GET`.
async fn shop(app: &App, legacy: bool) -> Organisation {
    app.organisation(json!({ "origins": [SITE], "legacy_get_set": legacy }))
        .await
}

/// The document that a script calls its function with.
fn called_with(script: &str, function: &str) -> Value {
    let document = script
        .strip_prefix("/**/")
        .and_then(|rest| rest.strip_prefix(function))
        .and_then(|rest| rest.strip_prefix('('))
        .and_then(|rest| rest.strip_suffix(");"))
        .unwrap_or_else(|| panic!("no call of {function}: {script}"));
    serde_json::from_str(document).unwrap()
}
