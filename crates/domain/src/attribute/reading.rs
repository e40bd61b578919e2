//! What is a value of an attribute.

use super::{Attribute, AttributeError, AttributeType, AttributeValue, is_text};
use chrono::NaiveDate;
use serde_json::Value;

/// Characters of a text at most.
const LONGEST_TEXT: usize = 500;

impl Attribute {
    /// Reads a value as JSON has it; `null` is none.
    ///
    /// # Errors
    /// [`AttributeError`] says what would fit.
    pub fn read_json(&self, value: &Value) -> Result<Option<AttributeValue>, AttributeError> {
        match (self.kind, value) {
            (_, Value::Null) => return Ok(None),
            (AttributeType::Number, Value::Number(number)) => number
                .as_f64()
                .filter(|number| number.is_finite())
                .map(AttributeValue::Number),
            (AttributeType::Boolean, Value::Bool(yes)) => Some(AttributeValue::Boolean(*yes)),
            (
                AttributeType::Text | AttributeType::Date | AttributeType::Choice,
                Value::String(text),
            ) => self.of_text(text),
            _ => None,
        }
        .map(Some)
        .ok_or_else(|| self.mistake())
    }

    /// Reads a value as a table or a form has it; nothing or `null` is none.
    ///
    /// # Errors
    /// [`AttributeError`] says what would fit.
    pub fn read_text(&self, text: &str) -> Result<Option<AttributeValue>, AttributeError> {
        let text = text.trim();
        if text.is_empty() || text.eq_ignore_ascii_case("null") {
            return Ok(None);
        }
        let value = match self.kind {
            AttributeType::Number => text
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
                .map(AttributeValue::Number),
            AttributeType::Boolean => match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" => Some(AttributeValue::Boolean(true)),
                "false" | "0" | "no" => Some(AttributeValue::Boolean(false)),
                _ => None,
            },
            // Spreadsheets give a day the time at which it begins.
            AttributeType::Date => {
                let begins = [" 00:00:00", "T00:00:00"];
                let day = begins.iter().find_map(|time| text.strip_suffix(time));
                self.of_text(day.unwrap_or(text))
            }
            AttributeType::Text | AttributeType::Choice => self.of_text(text),
        };
        value.map(Some).ok_or_else(|| self.mistake())
    }

    fn of_text(&self, text: &str) -> Option<AttributeValue> {
        match self.kind {
            AttributeType::Text => {
                is_text(text, LONGEST_TEXT).then(|| AttributeValue::Text(text.to_owned()))
            }
            AttributeType::Choice => {
                let chosen = self.choices.iter().find(|choice| *choice == text);
                chosen.map(|choice| AttributeValue::Text(choice.clone()))
            }
            AttributeType::Date => {
                let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
                day.filter(|_| text.len() == 10).map(AttributeValue::Date)
            }
            AttributeType::Number | AttributeType::Boolean => None,
        }
    }

    /// What is stored, see [`AttributeValue::to_stored`]; nothing where that is of another type.
    pub(super) fn stored(&self, value: &Value) -> Option<AttributeValue> {
        match (self.kind, value) {
            (AttributeType::Boolean, Value::Number(number)) => match number.as_i64() {
                Some(0) => Some(AttributeValue::Boolean(false)),
                Some(1) => Some(AttributeValue::Boolean(true)),
                _ => None,
            },
            (AttributeType::Number, Value::Number(number)) => {
                number.as_f64().map(AttributeValue::Number)
            }
            (_, Value::String(text)) => self.of_text(text),
            _ => None,
        }
    }

    const fn mistake(&self) -> AttributeError {
        match self.kind {
            AttributeType::Text => AttributeError::Text,
            AttributeType::Number => AttributeError::Number,
            AttributeType::Boolean => AttributeError::Boolean,
            AttributeType::Date => AttributeError::Date,
            AttributeType::Choice => AttributeError::Choice,
        }
    }
}
