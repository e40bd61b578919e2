//! The rows of the export in two formats.

use std::collections::BTreeMap;

use domain::{AttributeName, AttributeValue, Attributes, Kind, LinkId, MessageId, Timestamp};
use serde::Serialize;
use spin_sdk::http::HeaderMap;
use web::{Problem, ProblemKind};

use crate::csv;

/// How it is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Ndjson,
}

/// An interaction by name, or how many were not.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ExportedInteraction"))]
pub struct Row<'a> {
    /// `identified`; `anonymous`, all of a kind of a mail; or `anonymous_by_link`, the part of these that may be shown.
    pub record: &'static str,
    pub message: MessageId,
    pub message_name: &'a str,
    pub kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<&'a str>,
    /// How many; 1 by name.
    pub n: u64,
    /// What the organisation keeps about the contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<BTreeMap<String, serde_json::Value>>"))]
    pub attributes: Option<&'a BTreeMap<AttributeName, AttributeValue>>,
}

const COLUMNS: [&str; 9] = [
    "record",
    "message",
    "message_name",
    "kind",
    "link",
    "destination",
    "at",
    "contact",
    "n",
];

impl Format {
    /// The one that the client accepts.
    pub fn wanted(headers: &HeaderMap) -> Result<Self, Problem> {
        let accept = web::first_header(headers, "accept").unwrap_or("*/*");
        let ranges = accept.split(',');
        let mut ranges = ranges.map(|range| range.split(';').next().unwrap_or_default().trim());
        ranges
            .find_map(|range| match range {
                "text/csv" | "text/*" | "*/*" => Some(Self::Csv),
                "application/x-ndjson" | "application/*" => Some(Self::Ndjson),
                _ => None,
            })
            .ok_or_else(|| {
                let detail = "Accept text/csv or application/x-ndjson.";
                Problem::new(ProblemKind::Invalid, detail)
            })
    }

    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    /// What comes before the rows.
    pub fn header(self, attributes: &Attributes) -> String {
        match self {
            Self::Csv => {
                let names = attributes.iter().map(|attribute| attribute.name.as_str());
                let names: Vec<String> = names.map(|name| format!("attribute.{name}")).collect();
                csv::row(COLUMNS.into_iter().chain(names.iter().map(String::as_str)))
            }
            Self::Ndjson => String::new(),
        }
    }

    /// A row with its line end.
    pub fn line(self, row: &Row<'_>, attributes: &Attributes) -> Result<String, Problem> {
        match self {
            Self::Ndjson => {
                let text = serde_json::to_string(row).map_err(Problem::internal)?;
                Ok(format!("{text}\n"))
            }
            Self::Csv => Ok(row.table_row(attributes)),
        }
    }
}

impl Row<'_> {
    fn table_row(&self, attributes: &Attributes) -> String {
        let link = self.link.map(|link| link.to_string());
        let at = self.at.map(Timestamp::to_rfc3339);
        let (message, n) = (self.message.to_string(), self.n.to_string());
        let cells = [
            self.record,
            &message,
            self.message_name,
            self.kind.code(),
            link.as_deref().unwrap_or_default(),
            self.destination.unwrap_or_default(),
            at.as_deref().unwrap_or_default(),
            self.contact.unwrap_or_default(),
            &n,
        ];
        let values: Vec<String> = attributes
            .iter()
            .map(|attribute| {
                let value = self.attributes.and_then(|own| own.get(&attribute.name));
                value.map_or_else(String::new, text)
            })
            .collect();
        csv::row(cells.into_iter().chain(values.iter().map(String::as_str)))
    }
}

/// A value as a cell.
pub fn text(value: &AttributeValue) -> String {
    match value {
        AttributeValue::Text(text) => text.clone(),
        AttributeValue::Number(number) => number.to_string(),
        AttributeValue::Boolean(yes) => yes.to_string(),
        AttributeValue::Date(day) => day.to_string(),
    }
}
