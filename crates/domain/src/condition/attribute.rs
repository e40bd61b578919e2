//! What the organisation keeps about somebody.

use super::ConditionError;
use crate::object::read_from_object_only;
use crate::{Attribute, AttributeError, AttributeName, AttributeType, AttributeValue, Attributes};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Values in one clause at most.
const MOST_VALUES: usize = 200;

/// As it is written: one of `is`, `one_of`, `is_set`, or `at_least` and `at_most`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "AttributeClause"))]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct AttributeClause {
    /// Which one.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Attribute"))]
    pub name: AttributeName,
    /// Has this value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Value>,
    /// Has one of these values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 200)))]
    pub one_of: Option<Vec<Value>>,
    /// Has this number or day, or a later one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Value>,
    /// Has this number or day, or an earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Value>,
    /// Has any value, or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_set: Option<bool>,
}

read_from_object_only!(AttributeClause);

/// What was checked: has a value, and such a one.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeTest {
    /// Of which attribute.
    pub name: AttributeName,
    /// Of which type the values are that are compared.
    pub kind: AttributeType,
    /// One of these.
    pub one_of: Option<Vec<AttributeValue>>,
    /// This or more.
    pub at_least: Option<AttributeValue>,
    /// This or less.
    pub at_most: Option<AttributeValue>,
}

impl AttributeTest {
    /// Checks what is written.
    ///
    /// # Errors
    /// [`ConditionError`] with the place.
    pub fn new(clause: &AttributeClause, attributes: &Attributes) -> Result<Self, ConditionError> {
        let attribute = attributes
            .get(clause.name.as_str())
            .ok_or_else(|| ConditionError::at("/name", AttributeError::Unknown))?;
        let value = |pointer: &str, value: &Value| -> Result<AttributeValue, ConditionError> {
            let read = attribute.read_json(value);
            let read = read.map_err(|error| ConditionError::at(pointer, error))?;
            read.ok_or_else(|| ConditionError::at(pointer, "Give a value; for none use is_set."))
        };
        let range = clause.at_least.is_some() || clause.at_most.is_some();
        let said = [
            clause.is.is_some(),
            clause.one_of.is_some(),
            clause.is_set.is_some(),
            range,
        ];
        if said.iter().filter(|said| **said).count() != 1 {
            let reason = "Give one of is, one_of, is_set, or at_least and at_most.";
            return Err(ConditionError::at("", reason));
        }
        if range && !has_order(attribute) {
            let reason = "Only numbers and days are more or less. Use is or one_of.";
            return Err(ConditionError::at("", reason));
        }
        let one_of = match (&clause.is, &clause.one_of) {
            (Some(is), _) => Some(vec![value("/is", is)?]),
            (None, Some(values)) => {
                if !(1..=MOST_VALUES).contains(&values.len()) {
                    return Err(ConditionError::at("/one_of", "Give 1 to 200 values."));
                }
                let values = values.iter().enumerate();
                let values = values.map(|(place, item)| value(&format!("/one_of/{place}"), item));
                Some(values.collect::<Result<_, _>>()?)
            }
            (None, None) => None,
        };
        let limit = |pointer, limit: &Option<Value>| {
            limit
                .as_ref()
                .map(|limit| value(pointer, limit))
                .transpose()
        };
        Ok(Self {
            name: clause.name.clone(),
            kind: attribute.kind,
            one_of,
            at_least: limit("/at_least", &clause.at_least)?,
            at_most: limit("/at_most", &clause.at_most)?,
        })
    }
}

const fn has_order(attribute: &Attribute) -> bool {
    matches!(attribute.kind, AttributeType::Number | AttributeType::Date)
}
