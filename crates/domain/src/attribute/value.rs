//! Values of attributes.

use chrono::NaiveDate;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::fmt;
use thiserror::Error;

/// Up to here every whole number is exact.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A value does not fit its attribute. The message says what fits, and never repeats the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AttributeError {
    /// The organisation has no such attribute.
    #[error("there is no such attribute: define it in the settings of the organisation")]
    Unknown,
    /// For [`AttributeType::Text`](super::AttributeType::Text).
    #[error("write 1 to 500 characters without control characters, or null for nothing")]
    Text,
    /// For [`AttributeType::Number`](super::AttributeType::Number).
    #[error("write a number, or null for nothing")]
    Number,
    /// For [`AttributeType::Boolean`](super::AttributeType::Boolean).
    #[error("write true or false, or null for nothing")]
    Boolean,
    /// For [`AttributeType::Date`](super::AttributeType::Date).
    #[error("write a day as 2026-11-22, or null for nothing")]
    Date,
    /// For [`AttributeType::Choice`](super::AttributeType::Choice).
    #[error("write one of the attribute's choices, or null for nothing")]
    Choice,
}

/// A value of an attribute. On the wire a string, a number or a boolean.
#[derive(Debug, Clone, PartialEq)]
pub enum AttributeValue {
    /// Of a text or a choice.
    Text(String),
    /// Finite.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
    /// A day.
    Date(NaiveDate),
}

impl AttributeValue {
    /// As it is stored: comparable within its type. A day is a text that sorts by time, yes is 1, a number always has
    /// a fraction, so that all numbers are of one type.
    #[must_use]
    pub fn to_stored(&self) -> Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Number(number) => (*number).into(),
            Self::Boolean(yes) => u8::from(*yes).into(),
            Self::Date(day) => day.to_string().into(),
        }
    }
}

impl fmt::Display for AttributeValue {
    /// As it is written in a table, and as [`Attribute::read_text`](super::Attribute::read_text) reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
            Self::Boolean(yes) => write!(f, "{yes}"),
            Self::Date(day) => write!(f, "{day}"),
        }
    }
}

impl Serialize for AttributeValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => match whole(*number) {
                Some(whole) => serializer.serialize_i64(whole),
                None => serializer.serialize_f64(*number),
            },
            Self::Boolean(yes) => serializer.serialize_bool(*yes),
            Self::Date(day) => serializer.collect_str(day),
        }
    }
}

/// The number without a fraction, where it has none and is exact.
#[expect(
    clippy::cast_possible_truncation,
    reason = "whole, and within what is exact"
)]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}
