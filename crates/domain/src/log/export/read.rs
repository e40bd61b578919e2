//! Reads exports.

use super::person::{self, PERSON_COLUMNS};
use super::{ExportError, Rest, Row, Who};
use crate::files::{Action, AuditRecord};
use crate::log::leaf::LeafKind;
use crate::{Choice, Flag, Flags, Regime, Source, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The columns of the audit log as CSV; NDJSON has the same fields.
const COLUMNS: &str = "seq,subject,via,action,dc,al,tg,cd,sh,re,source,regime,regime_source,at,received_at,network,request_id";

/// The rows of an export, whatever its format.
///
/// # Errors
/// [`ExportError::Unknown`] where it is none, [`ExportError::Malformed`] for the first row that cannot be read.
pub fn read(text: &str) -> Result<Vec<Row>, ExportError> {
    let first = text.lines().next().unwrap_or_default();
    if first == COLUMNS {
        return lines(text, 1, csv);
    }
    if first == PERSON_COLUMNS {
        return person::csv(text);
    }
    if !first.starts_with('{') {
        return if first.split('^').count() >= 12 {
            lines(text, 0, record)
        } else {
            Err(ExportError::Unknown)
        };
    }
    if text.contains("\"signals\"") {
        return person::json(text);
    }
    lines(text, 0, json)
}

fn lines<T: Into<Option<Row>>>(
    text: &str,
    skip: usize,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<Row>, ExportError> {
    let rows = text.lines().enumerate().skip(skip).map(|(index, line)| {
        let number = index.saturating_add(1);
        let row = read(line).and_then(Into::into);
        row.map(|row| Row { number, ..row })
            .ok_or(ExportError::Malformed(number))
    });
    rows.collect()
}

impl From<Action> for LeafKind {
    fn from(action: Action) -> Self {
        match action {
            Action::Set => Self::Set,
            Action::Remove => Self::Remove,
            Action::Portability => Self::Portability,
        }
    }
}

/// The Salesforce DMP's line.
fn record(line: &str) -> Option<Row> {
    let record = AuditRecord::parse(line).ok()?;
    // Written in one way only.
    if record.to_string() != line {
        return None;
    }
    let who = match (record.bridge_key, record.kuid) {
        (_, Some(device)) => Who::Device(device),
        (Some((name, value)), None) if name == "contact" => {
            Who::Subject(format!("contact:{value}"))
        }
        (Some((name, value)), None) => Who::Subject(format!("bk:{name}:{value}")),
        (None, None) => Who::Erased,
    };
    let regime = record.regime.zip(record.regime_source);
    Some(Row {
        number: 0,
        organisation: Some(record.organisation),
        who,
        kind: record.action.into(),
        at: record.at,
        flags: (record.action == Action::Set).then_some(record.flags),
        communication: None,
        source: record.source,
        request: record.request,
        item: None,
        rest: Rest {
            regime: regime
                .map(|(regime, source)| (regime.code().to_owned(), source.code().to_owned())),
            ..Rest::default()
        },
    })
}

/// A row of NDJSON, written in one way only.
fn json(line: &str) -> Option<Line> {
    let value: Value = serde_json::from_str(line).ok()?;
    if crate::log::canonical(&value)? != line {
        return None;
    }
    serde_json::from_str(line).ok()
}

/// A cell as it is written.
pub(super) fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// A row of CSV as the JSON that the same row is.
fn csv(line: &str) -> Option<Line> {
    let cells = crate::files::cells(line, ',');
    let columns: Vec<&str> = COLUMNS.split(',').collect();
    let again: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    if cells.len() != columns.len() || again.join(",") != line {
        return None;
    }
    let fields: Map<String, Value> = columns
        .into_iter()
        .zip(cells)
        .map(|(name, cell)| {
            // What a spreadsheet would take for a formula begins with a quote.
            let text = match cell.strip_prefix('\'') {
                Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
                _ => cell.as_str(),
            };
            let value = match (name, text) {
                (_, "") => Value::Null,
                ("seq", number) => {
                    let seq = number.parse::<i64>().ok();
                    let seq = seq.filter(|seq| seq.to_string() == number);
                    seq.map_or(Value::Null, Value::from)
                }
                (name, "true" | "false") if name.len() == 2 => Value::Bool(text == "true"),
                (_, text) => Value::from(text),
            };
            (name.to_owned(), value)
        })
        .collect();
    serde_json::from_value(Value::Object(fields)).ok()
}

/// A time, written in one way only.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Written(pub Timestamp);

impl TryFrom<String> for Written {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let at = Timestamp::parse_rfc3339(&text).ok();
        let at = at.filter(|at| at.to_rfc3339() == text);
        at.map(Self)
            .ok_or("a time is written as 2026-11-21T08:30:00.000000Z")
    }
}

/// A row of the audit log as JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(rename = "seq")]
    _seq: i64,
    subject: Option<String>,
    via: Option<String>,
    action: String,
    dc: Option<bool>,
    al: Option<bool>,
    tg: Option<bool>,
    cd: Option<bool>,
    sh: Option<bool>,
    re: Option<bool>,
    source: Source,
    regime: Regime,
    regime_source: String,
    at: Written,
    received_at: Written,
    network: Option<String>,
    request_id: String,
}

impl From<Line> for Option<Row> {
    fn from(line: Line) -> Self {
        let action = Action::parse(&line.action).ok()?;
        let said = [
            (Flag::Dc, line.dc),
            (Flag::Al, line.al),
            (Flag::Tg, line.tg),
            (Flag::Cd, line.cd),
            (Flag::Sh, line.sh),
            (Flag::Re, line.re),
        ];
        let flags = said
            .into_iter()
            .fold(Flags::none(), |flags, (flag, said)| match said {
                Some(true) => flags.with(flag, Choice::Granted),
                Some(false) => flags.with(flag, Choice::Refused),
                None => flags,
            });
        if (action == Action::Set) == flags.is_empty() {
            return None;
        }
        Some(Row {
            number: 0,
            organisation: None,
            who: line.subject.map_or(Who::Erased, Who::Subject),
            kind: action.into(),
            at: line.at.0,
            flags: (action == Action::Set).then_some(flags),
            communication: None,
            source: line.source,
            request: line.request_id,
            item: None,
            rest: Rest {
                received_at: Some(line.received_at.0),
                regime: Some((line.regime.code().to_owned(), line.regime_source)),
                // An erased one has no name any more.
                linked: line.via.map(|_| true),
                network: Some(line.network),
                ..Rest::default()
            },
        })
    }
}
