//! Reads everything about people, as JSON and as a table.

use super::{ExportError, Rest, Row, Who};
use crate::files::Action;
use crate::iab::Evidence;
use crate::log::leaf::LeafKind;
use crate::{
    Choice, CommunicationStatus, CommunicationType, Flag, Flags, Regime, Shown, Source, Tier,
};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::read::{Written, quoted};

/// The columns of the table.
pub const PERSON_COLUMNS: &str = "subject,record,at,name,value,source,regime,request_id,item,tier,regime_source,\
received_at,grants_at,via,actor,form,version,language,seq";

/// What is not in the log, or follows from it.
const OTHER_RECORDS: [&str; 8] = [
    "in_force",
    "communication_in_force",
    "link",
    "interaction",
    "asked_later",
    "last_open",
    "ceiling",
    "attribute",
];

/// The JSON of one person, and of her devices.
pub fn json(text: &str) -> Result<Vec<Row>, ExportError> {
    let person: Person = serde_json::from_str(text).map_err(|_| ExportError::Unknown)?;
    let mut rows = Vec::new();
    person.rows(&mut rows)?;
    Ok(rows)
}

/// Everything about a person, as far as the log has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    subject: String,
    signals: Vec<Signal>,
    #[serde(default)]
    communication_signals: Vec<Communication>,
    #[serde(default)]
    devices: Vec<Person>,
    #[serde(rename = "at")]
    _at: IgnoredAny,
    #[serde(rename = "consent")]
    _consent: IgnoredAny,
    #[serde(rename = "communications")]
    _communications: Option<IgnoredAny>,
    #[serde(rename = "links")]
    _links: IgnoredAny,
    #[serde(rename = "messages")]
    _messages: IgnoredAny,
    #[serde(rename = "interactions")]
    _interactions: IgnoredAny,
    #[serde(rename = "asked_later")]
    _asked_later: Option<IgnoredAny>,
    #[serde(rename = "attributes")]
    _attributes: Option<IgnoredAny>,
    #[serde(rename = "ceiling")]
    _ceiling: Option<IgnoredAny>,
    #[serde(rename = "last_open")]
    _last_open: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Signal {
    #[serde(rename = "seq")]
    _seq: i64,
    request_id: String,
    item: u32,
    action: String,
    via: Option<String>,
    flags: Flags,
    tier: Tier,
    source: Source,
    regime: Regime,
    regime_source: String,
    at: Written,
    grants_at: Option<Written>,
    received_at: Written,
    shown: Option<Shown>,
    evidence: Option<Evidence>,
    actor: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Communication {
    #[serde(rename = "seq")]
    _seq: i64,
    request_id: String,
    item: u32,
    #[serde(rename = "type")]
    communication_type: CommunicationType,
    status: CommunicationStatus,
    source: Source,
    at: Written,
    received_at: Written,
    shown: Option<Shown>,
    actor: Option<String>,
}

impl Person {
    fn rows(self, rows: &mut Vec<Row>) -> Result<(), ExportError> {
        for signal in self.signals {
            let number = rows.len().saturating_add(1);
            let row = signal.row(number, self.subject.clone());
            rows.push(row.ok_or(ExportError::Malformed(number))?);
        }
        for said in self.communication_signals {
            let number = rows.len().saturating_add(1);
            let row = said.row(number, self.subject.clone());
            rows.push(row.ok_or(ExportError::Malformed(number))?);
        }
        self.devices
            .into_iter()
            .try_for_each(|device| device.rows(rows))
    }
}

impl Signal {
    fn row(self, number: usize, subject: String) -> Option<Row> {
        let action = Action::parse(&self.action).ok()?;
        let evidence = self.evidence.as_ref().map(serde_json::to_string);
        let is_set = action == Action::Set;
        Some(Row {
            number,
            organisation: None,
            who: Who::Subject(subject),
            kind: action.into(),
            at: self.at.0,
            flags: is_set.then_some(self.flags),
            communication: None,
            source: self.source,
            request: self.request_id,
            item: Some(self.item),
            rest: Rest {
                received_at: Some(self.received_at.0),
                grants_at: is_set.then_some(self.grants_at.map(|at| at.0)),
                regime: Some((self.regime.code().to_owned(), self.regime_source)),
                tier: Some(self.tier),
                actor: Some(self.actor),
                linked: Some(self.via.is_some()),
                network: None,
                shown: Some(self.shown),
                evidence: Some(evidence.transpose().ok()?),
            },
        })
    }
}

impl Communication {
    fn row(self, number: usize, subject: String) -> Option<Row> {
        let opted_in = match self.status {
            CommunicationStatus::OptedIn => true,
            CommunicationStatus::OptedOut => false,
            CommunicationStatus::Unanswered => return None,
        };
        Some(Row {
            number,
            organisation: None,
            who: Who::Subject(subject),
            kind: LeafKind::Communication,
            at: self.at.0,
            flags: None,
            communication: Some((self.communication_type, opted_in)),
            source: self.source,
            request: self.request_id,
            item: Some(self.item),
            rest: Rest {
                received_at: Some(self.received_at.0),
                actor: Some(self.actor),
                shown: Some(self.shown),
                ..Rest::default()
            },
        })
    }
}

/// The table of one person or of several, written in one way only.
pub fn csv(text: &str) -> Result<Vec<Row>, ExportError> {
    let records = records(text).ok_or(ExportError::Unknown)?;
    let mut rows: Vec<Row> = Vec::new();
    // The cells that the rows of one signal share.
    let mut shared: Option<Record> = None;
    for (index, record) in records.into_iter().enumerate().skip(1) {
        let number = index.saturating_add(1);
        let malformed = || ExportError::Malformed(number);
        let mut record = Record::try_from(record).map_err(|_| malformed())?;
        let [_, kind, _, name, value, ..] = &mut record;
        let [kind, name, value] = [kind, name, value].map(std::mem::take);
        let known = rows.last_mut().filter(|_| shared.as_ref() == Some(&record));
        match (kind.as_str(), known) {
            ("signal", Some(row)) => add_flag(row, &name, &value).ok_or_else(malformed)?,
            ("strings", Some(row)) if name.is_empty() && row.rest.evidence == Some(None) => {
                row.rest.evidence = Some(Some(value));
            }
            ("signal" | "request" | "communication", _) => {
                let row = row(number, &kind, &name, &value, &record);
                rows.push(row.ok_or_else(malformed)?);
                shared = Some(record);
            }
            (other, _) if OTHER_RECORDS.contains(&other) => {}
            _ => return Err(malformed()),
        }
    }
    Ok(rows)
}

type Record = [String; 19];

/// The first row of a signal.
fn row(number: usize, kind: &str, name: &str, value: &str, record: &Record) -> Option<Row> {
    let [
        subject,
        _,
        at,
        _,
        _,
        source,
        regime,
        request,
        item,
        tier,
        regime_source,
        received_at,
        grants_at,
        via,
        actor,
        form,
        version,
        language,
        seq,
    ] = record;
    let text = |text: &String| (!text.is_empty()).then(|| text.clone());
    let time = |text: &String| Written::try_from(text.clone()).ok().map(|at| at.0);
    let number_of = |text: &String| text.parse::<i64>().ok().filter(|n| n.to_string() == *text);
    number_of(seq)?;
    let shown = match (text(form), text(version), text(language)) {
        (Some(form), Some(version), Some(language)) => Some(Shown {
            form,
            version,
            language,
        }),
        (None, None, None) => None,
        _ => return None,
    };
    let mut row = Row {
        number,
        organisation: None,
        who: Who::Subject(subject.clone()),
        kind: LeafKind::Communication,
        at: time(at)?,
        flags: None,
        communication: None,
        source: Source::parse(source).ok()?,
        request: request.clone(),
        item: Some(u32::try_from(number_of(item)?).ok()?),
        rest: Rest {
            received_at: Some(time(received_at)?),
            actor: Some(text(actor)),
            shown: Some(shown),
            ..Rest::default()
        },
    };
    if kind == "communication" {
        let opted_in = match value {
            "opted_in" => true,
            "opted_out" => false,
            _ => return None,
        };
        row.communication = Some((CommunicationType::parse(name).ok()?, opted_in));
        let empty = [regime, tier, regime_source, grants_at, via];
        return empty.iter().all(|cell| cell.is_empty()).then_some(row);
    }
    let tier = serde_json::from_value(tier.as_str().into()).ok()?;
    let regime = Regime::parse(regime).ok()?;
    row.rest.tier = Some(tier);
    row.rest.regime = Some((regime.code().to_owned(), regime_source.clone()));
    row.rest.linked = Some(!via.is_empty());
    row.rest.evidence = Some(None);
    let grants_at = match text(grants_at) {
        Some(at) => Some(time(&at)?),
        None => None,
    };
    if kind == "signal" {
        row.kind = LeafKind::Set;
        row.flags = Some(Flags::none());
        row.rest.grants_at = Some(grants_at);
        add_flag(&mut row, name, value)?;
        return Some(row);
    }
    let action = Action::parse(name).ok()?;
    row.kind = action.into();
    (action != Action::Set && value.is_empty()).then_some(row)
}

/// One more flag of a signal, which says each once.
fn add_flag(row: &mut Row, flag: &str, value: &str) -> Option<()> {
    let flag = Flag::parse(flag).ok()?;
    let choice = match value {
        "granted" => Choice::Granted,
        "refused" => Choice::Refused,
        _ => return None,
    };
    let flags = row.flags.as_mut()?;
    if flags.iter().any(|(known, _)| known == flag) {
        return None;
    }
    *flags = flags.with(flag, choice);
    Some(())
}

/// The cells of a table after RFC 4180; nothing if it is written in another way than it would be.
fn records(text: &str) -> Option<Vec<Vec<String>>> {
    let mut records = Vec::new();
    let (mut record, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (is_quoted, character) {
            (true, '"') if characters.next_if_eq(&'"').is_some() => cell.push('"'),
            (true, '"') => is_quoted = false,
            (false, '"') => is_quoted = true,
            (false, ',') => record.push(std::mem::take(&mut cell)),
            (false, '\r') if characters.next_if_eq(&'\n').is_some() => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            (_, other) => cell.push(other),
        }
    }
    let again: String = records
        .iter()
        .map(|record| {
            let cells: Vec<String> = record.iter().map(|cell| quoted(cell)).collect();
            cells.join(",") + "\r\n"
        })
        .collect();
    (again == text).then_some(records)
}
