//! What requests say about contacts.

use std::collections::BTreeMap;

use domain::{AttributeError, AttributeName, AttributeValue, Attributes, Subject};
use serde::Deserialize;
use serde_json::Value;
use store::RequestOnce;
use web::{Problem, ProblemKind};

/// Attributes by name; `null` takes one away.
pub type Said = BTreeMap<String, Value>;

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ContactAttributes"))]
#[serde(deny_unknown_fields)]
pub struct AttributesBody {
    /// By name, of the types that the organisation's settings define; `null` takes one away.
    #[cfg_attr(test, schemars(extend("propertyNames" = { "pattern": "^[a-z0-9_]{1,32}$" })))]
    pub attributes: Said,
}

/// A contact, and what is said about it.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ContactChange"))]
#[serde(deny_unknown_fields)]
pub struct ContactBody {
    /// The key in the mailing system.
    #[cfg_attr(test, schemars(with = "domain::schema::ContactKey"))]
    pub contact: String,
    /// By name, of the types that the organisation's settings define; `null` takes one away.
    #[serde(default)]
    #[cfg_attr(test, schemars(extend("propertyNames" = { "pattern": "^[a-z0-9_]{1,32}$" })))]
    pub attributes: Said,
}

/// The contact that an address names. Addresses of people do not belong there: logs keep them.
pub fn contact_in_path(key: &str) -> Result<Subject, Problem> {
    if key.contains('@') {
        let detail = "An e-mail address must not stand in a URL. Use POST /v1/contacts and POST /v1/contacts/query.";
        return Err(Problem::new(ProblemKind::Malformed, detail));
    }
    Subject::contact(key).map_err(|error| Problem::invalid("key", error))
}

/// What makes a request that has an `Idempotency-Key` one that changes nothing the second time.
pub fn once<'a>(id: &'a str, content: &'a str) -> Option<RequestOnce<'a>> {
    (!id.is_empty()).then_some(RequestOnce { id, content })
}

/// The values, as the organisation defines them. `prefix` is where the document stands in the body.
pub fn values(
    said: &Said,
    attributes: &Attributes,
    prefix: &str,
) -> Result<BTreeMap<AttributeName, Option<AttributeValue>>, Problem> {
    said.iter()
        .map(|(name, value)| {
            let attribute = attributes.get(name).ok_or_else(|| {
                Problem::invalid(format!("{prefix}/attributes"), AttributeError::Unknown)
            })?;
            let value = attribute.read_json(value).map_err(|error| {
                Problem::invalid(format!("{prefix}/attributes/{}", attribute.name), error)
            })?;
            Ok((attribute.name.clone(), value))
        })
        .collect()
}
