//! The rows of exports in three formats.

use domain::files::{Action, AuditRecord, ConsentRecord, DissentRecord};
use domain::{Choice, Flag, Flags, OrganisationId, Subject};
use serde::Serialize;
use serde_json::{Map, Value, json};
use spin_sdk::http::HeaderMap;
use store::{Dissent, InForce, LogEntry};
use web::{Problem, ProblemKind};

/// How an export is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The Salesforce DMP's lines.
    Records,
    Csv,
    Ndjson,
}

/// The columns of the log.
pub const LOG: [&str; 17] = [
    "seq",
    "subject",
    "via",
    "action",
    "dc",
    "al",
    "tg",
    "cd",
    "sh",
    "re",
    "source",
    "regime",
    "regime_source",
    "at",
    "received_at",
    "network",
    "request_id",
];

/// The columns of a dissent list.
pub const DISSENT: [&str; 3] = ["subject", "flag", "at"];

/// The columns of what is in force, as imports of tables read them.
pub const CONSENT: [&str; 9] = [
    "subject", "dc", "al", "tg", "cd", "sh", "re", "at", "regime",
];

impl Format {
    /// The one that the client accepts.
    pub fn wanted(headers: &HeaderMap) -> Result<Self, Problem> {
        let accept = web::first_header(headers, "accept").unwrap_or("*/*");
        accept
            .split(',')
            .find_map(
                |range| match range.split(';').next().unwrap_or_default().trim() {
                    "text/plain" | "text/*" | "*/*" => Some(Self::Records),
                    "text/csv" => Some(Self::Csv),
                    "application/x-ndjson" | "application/*" => Some(Self::Ndjson),
                    _ => None,
                },
            )
            .ok_or_else(|| {
                let detail = "Accept text/plain, text/csv or application/x-ndjson.";
                Problem::new(ProblemKind::Invalid, detail)
            })
    }

    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Records => "text/plain; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    /// What comes before the rows.
    pub fn header(self, columns: &[&str]) -> String {
        match self {
            Self::Csv => format!("{}\n", columns.join(",")),
            Self::Records | Self::Ndjson => String::new(),
        }
    }

    /// A row without its line end.
    pub fn line(self, row: &Row) -> Result<String, Problem> {
        match self {
            Self::Records => Ok(row.record.clone()),
            Self::Ndjson => serde_json::to_string(&row.fields).map_err(Problem::internal),
            Self::Csv => Ok(row
                .columns
                .iter()
                .map(|name| row.cell(name))
                .collect::<Vec<_>>()
                .join(",")),
        }
    }
}

/// A row in every format.
#[derive(Serialize)]
pub struct Row {
    record: String,
    columns: &'static [&'static str],
    fields: Map<String, Value>,
}

/// The name and the value of a subject: `contact` and its key, a device's type, a bridge key's name.
fn parts(subject: &Subject) -> (&str, &str) {
    let (kind, rest) = subject.as_str().split_once(':').unwrap_or_default();
    match subject.contact_key() {
        Some(key) => (kind, key),
        None => rest.split_once(':').unwrap_or_default(),
    }
}

impl Row {
    /// A row of the log. The first two fields of the line are the bridge key or contact that was named, the third is the
    /// device that was reached.
    pub fn log(organisation: OrganisationId, entry: LogEntry) -> Self {
        let is_device = |subject: &&Subject| subject.as_str().starts_with("device:");
        let named = entry.via.as_ref().or(entry.subject.as_ref());
        let named = named.filter(|subject| !is_device(subject)).map(parts);
        let device = entry.subject.as_ref().filter(is_device).map(parts);
        let network = entry
            .network
            .as_deref()
            .map(|network| network.split('/').next().unwrap_or(network));
        let has_regime = !entry.flags.is_empty();
        let record = AuditRecord {
            bridge_key: named.map(|(name, value)| (name.to_owned(), value.to_owned())),
            device: None,
            kuid: device.map(|(_, value)| value.to_owned()),
            organisation,
            source: entry.source,
            at: entry.at,
            flags: entry.flags,
            action: entry.action,
            regime: has_regime.then_some(entry.regime),
            regime_source: has_regime.then_some(entry.regime_source),
            address: network.and_then(|network| network.parse().ok()),
            request: entry.request_id.clone(),
        };
        let mut fields = object(json!({
            "seq": entry.seq,
            "subject": entry.subject,
            "via": entry.via,
            "action": entry.action.code(),
            "source": entry.source,
            "regime": entry.regime,
            "regime_source": entry.regime_source,
            "at": entry.at,
            "received_at": entry.received_at,
            "network": entry.network,
            "request_id": entry.request_id,
        }));
        insert_flags(&mut fields, entry.flags);
        Self {
            record: record.to_string(),
            columns: &LOG,
            fields,
        }
    }

    /// Somebody on a dissent list.
    pub fn dissent(organisation: OrganisationId, flag: Flag, dissent: Dissent) -> Self {
        let record = DissentRecord {
            value: parts(&dissent.subject).1.to_owned(),
            organisation,
            flag,
            at: dissent.at,
        };
        let fields = json!({ "subject": dissent.subject, "flag": flag, "at": dissent.at });
        Self {
            record: record.to_string(),
            columns: &DISSENT,
            fields: object(fields),
        }
    }

    /// What somebody has said, as far as it is in force: the line that says it again.
    pub fn in_force(said: InForce) -> Self {
        let mut fields = object(json!({
            "subject": said.subject,
            "at": said.at,
            "regime": said.regime,
        }));
        insert_flags(&mut fields, said.flags);
        let record = ConsentRecord {
            subject: said.subject,
            action: Action::Set,
            regime: Some(said.regime),
            flags: said.flags,
            at: Some(said.at),
        };
        Self {
            record: record.to_string(),
            columns: &CONSENT,
            fields,
        }
    }

    /// A cell of CSV (RFC 4180). One that a spreadsheet would take for a formula begins with a quote.
    fn cell(&self, name: &str) -> String {
        let text = match self.fields.get(name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) if text.starts_with(['=', '+', '-', '@']) => {
                format!("'{text}")
            }
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        if text.contains(['"', ',', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text
        }
    }
}

fn insert_flags(fields: &mut Map<String, Value>, flags: Flags) {
    for flag in Flag::ALL {
        let choice = flags.get(flag).map(|choice| choice == Choice::Granted);
        fields.insert(flag.code().to_owned(), choice.into());
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
