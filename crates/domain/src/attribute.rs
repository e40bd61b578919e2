//! What an organisation keeps about its contacts, by which results are segmented and audiences are chosen: it says
//! which attributes there are, and of which type.

mod name;
mod reading;
mod value;

pub use name::{AttributeName, AttributeNameError};
pub use value::{AttributeError, AttributeValue};

use crate::object::read_from_object_only;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use thiserror::Error;

/// Attributes of one organisation at most.
pub const MOST_ATTRIBUTES: usize = 100;
/// Choices of one attribute at most.
const MOST_CHOICES: usize = 200;
/// Characters of a label or a choice at most.
const LONGEST_LABEL: usize = 100;

/// What the values of an attribute are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AttributeType {
    /// 1 to 500 characters without control characters.
    Text,
    /// A number, as exact as a double.
    Number,
    /// Yes or no.
    Boolean,
    /// A day: `2026-11-22`.
    Date,
    /// One of the attribute's `choices`.
    Choice,
}

/// One attribute, as an organisation defines it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Attribute", extend("anyOf" = [
    { "properties": { "type": { "const": "choice" }, "choices": { "minItems": 1 } }, "required": ["choices"] },
    { "properties": { "type": { "not": { "const": "choice" } }, "choices": { "maxItems": 0 } } },
])))]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Attribute {
    /// By which it is asked for.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Attribute"))]
    pub name: AttributeName,
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: AttributeType,
    /// What people read: on forms, in reports.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Label"))]
    pub label: String,
    /// What may be chosen, where the type is `choice`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Choices"))]
    pub choices: Vec<String>,
}

read_from_object_only!(Attribute);

/// A definition cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AttributesError {
    /// Too many, or one name twice.
    #[error("attributes: define each name once, at most 100")]
    Names,
    /// No label, or one that cannot be shown.
    #[error("attributes: a label has 1 to 100 characters without control characters")]
    Label,
    /// Choices where there are none, none where there are, or one twice.
    #[error(
        "attributes: give the type choice 1 to 200 different choices of 1 to 100 characters, and other types none"
    )]
    Choices,
}

/// The attributes of one organisation, in the order in which it shows them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(inline))]
#[serde(transparent)]
pub struct Attributes(#[cfg_attr(feature = "schema", schemars(length(max = 100)))] Vec<Attribute>);

impl Attributes {
    /// Checks definitions.
    ///
    /// # Errors
    /// [`AttributesError`] says what is wrong.
    pub fn new(attributes: Vec<Attribute>) -> Result<Self, AttributesError> {
        let repeated = attributes.iter().enumerate().any(|(place, attribute)| {
            let mut before = attributes.iter().take(place);
            before.any(|other| other.name == attribute.name)
        });
        if attributes.len() > MOST_ATTRIBUTES || repeated {
            return Err(AttributesError::Names);
        }
        for attribute in &attributes {
            attribute.check()?;
        }
        Ok(Self(attributes))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Attribute> {
        self.0.iter()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Attribute> {
        self.iter()
            .find(|attribute| attribute.name.as_str() == name)
    }

    /// What is stored of a contact, as far as it is defined: what was stored under another type is left out.
    #[must_use]
    pub fn shown(
        &self,
        stored: &BTreeMap<String, Value>,
    ) -> BTreeMap<AttributeName, AttributeValue> {
        self.iter()
            .filter_map(|attribute| {
                let value = stored.get(attribute.name.as_str())?;
                Some((attribute.name.clone(), attribute.stored(value)?))
            })
            .collect()
    }
}

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl Attribute {
    fn check(&self) -> Result<(), AttributesError> {
        if !is_label(&self.label) {
            return Err(AttributesError::Label);
        }
        let repeated = self.choices.iter().enumerate().any(|(place, choice)| {
            let mut before = self.choices.iter().take(place);
            before.any(|other| other == choice)
        });
        let count = match self.kind {
            AttributeType::Choice => 1..=MOST_CHOICES,
            _ => 0..=0,
        };
        let fits = count.contains(&self.choices.len())
            && self.choices.iter().all(|choice| is_label(choice));
        if fits && !repeated {
            Ok(())
        } else {
            Err(AttributesError::Choices)
        }
    }
}

fn is_label(text: &str) -> bool {
    is_text(text, LONGEST_LABEL)
}

fn is_text(text: &str, longest: usize) -> bool {
    !text.trim().is_empty()
        && text.chars().count() <= longest
        && !text.chars().any(char::is_control)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn attribute(kind: &str) -> Attribute {
        let choices = if kind == "choice" {
            vec!["red", "blue"]
        } else {
            Vec::new()
        };
        serde_json::from_value(
            json!({ "name": "x", "type": kind, "label": "X", "choices": choices }),
        )
        .unwrap()
    }

    #[test]
    fn each_type_takes_its_own_values_and_stores_them_so_that_they_compare() {
        for (kind, value, text, stored) in [
            ("text", json!("Lyon"), "Lyon", json!("Lyon")),
            ("number", json!(3), "3", json!(3.0)),
            ("number", json!(-1.5), "-1.5", json!(-1.5)),
            ("boolean", json!(true), "true", json!(1)),
            (
                "date",
                json!("2026-02-28"),
                "2026-02-28",
                json!("2026-02-28"),
            ),
            ("choice", json!("blue"), "blue", json!("blue")),
        ] {
            let attribute = attribute(kind);
            let read = attribute.read_json(&value).unwrap().unwrap();
            assert_eq!(read.to_stored(), stored, "{kind}");
            assert_eq!(serde_json::to_value(&read).unwrap(), value, "{kind}");
            assert_eq!(attribute.stored(&stored).as_ref(), Some(&read), "{kind}");
            assert_eq!(read.to_string(), text);
            assert_eq!(attribute.read_text(text).unwrap(), Some(read), "{kind}");
            assert_eq!(attribute.read_text(" ").unwrap(), None);
            assert_eq!(attribute.read_json(&Value::Null).unwrap(), None);
        }
        let day = attribute("date").read_text("2026-02-28 00:00:00").unwrap();
        assert_eq!(day.unwrap().to_string(), "2026-02-28");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (kind, wrong) in [
            ("text", json!("")),
            ("text", json!("a\nb")),
            ("text", json!(1)),
            ("text", json!("x".repeat(501))),
            ("number", json!("3")),
            ("boolean", json!(1)),
            ("date", json!("2026-02-30")),
            ("date", json!("2026-2-3")),
            ("choice", json!("green")),
            ("choice", json!(["red"])),
        ] {
            assert!(attribute(kind).read_json(&wrong).is_err(), "{kind} {wrong}");
        }
        for (kind, wrong) in [
            ("number", "NaN"),
            ("number", "inf"),
            ("boolean", "maybe"),
            ("date", "1.2.2026"),
        ] {
            assert!(attribute(kind).read_text(wrong).is_err(), "{kind} {wrong}");
        }
    }

    #[test]
    fn definitions_are_checked() {
        let read = serde_json::from_value::<Attributes>;
        let city = json!({ "name": "city", "type": "text", "label": "City" });
        assert!(read(json!([city])).is_ok());
        assert!(read(json!([city, city])).is_err());
        for wrong in [
            json!({ "name": "City", "type": "text", "label": "City" }),
            json!({ "name": "city", "type": "text", "label": " " }),
            json!({ "name": "city", "type": "text", "label": "City", "choices": ["x"] }),
            json!({ "name": "city", "type": "choice", "label": "City" }),
            json!({ "name": "city", "type": "choice", "label": "City", "choices": ["x", "x"] }),
            json!({ "name": "city", "type": "list", "label": "City" }),
            json!(["city", "text", "City"]),
        ] {
            assert!(read(json!([wrong])).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_was_stored_under_another_type_is_not_shown() {
        let attributes = Attributes::new(vec![attribute("number")]).unwrap();
        let stored =
            |value| BTreeMap::from([("x".to_owned(), value), ("y".to_owned(), json!("z"))]);
        assert_eq!(attributes.shown(&stored(json!("red"))).len(), 0);
        assert_eq!(attributes.shown(&stored(json!(2.0))).len(), 1);
    }
}
