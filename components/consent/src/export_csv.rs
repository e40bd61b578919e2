//! What is stored about people as a table: one row for each flag in force, each flag of a signal and the strings it was made
//! of, each request, link, interaction and attribute. `domain::log::export` reads it.

use std::borrow::Cow;

use domain::log::export::PERSON_COLUMNS;
use domain::{Shown, Timestamp};

use crate::communications;
use crate::export::ExportView;
use crate::history::SignalView;

/// RFC 4180.
pub fn csv(views: &[ExportView]) -> String {
    let mut table = Table(format!("{PERSON_COLUMNS}\r\n"));
    for view in views {
        table.person(view);
    }
    table.0
}

struct Table(String);

/// The columns after `value`; empty where they say nothing.
type Rest<'a> = [Cow<'a, str>; 14];

fn rest<'a>(source: &'a str, regime: &'a str) -> Rest<'a> {
    let mut rest: Rest<'a> = Default::default();
    let [first, second, ..] = &mut rest;
    (*first, *second) = (source.into(), regime.into());
    rest
}

fn of_signal(signal: &SignalView) -> Rest<'_> {
    let time = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339).unwrap_or_default();
    let [form, version, language] = of_form(signal.shown.as_ref());
    [
        signal.source.into(),
        signal.regime.into(),
        signal.request_id.as_str().into(),
        signal.item.to_string().into(),
        signal.tier.into(),
        signal.regime_source.as_str().into(),
        signal.received_at.to_rfc3339().into(),
        time(signal.grants_at).into(),
        signal.via.as_deref().unwrap_or_default().into(),
        signal.actor.as_deref().unwrap_or_default().into(),
        form,
        version,
        language,
        signal.seq.to_string().into(),
    ]
}

fn of_communication(said: &communications::SignalView) -> Rest<'_> {
    let [form, version, language] = of_form(said.shown.as_ref());
    let nothing = || Cow::Borrowed("");
    [
        said.source.into(),
        nothing(),
        said.request_id.as_str().into(),
        said.item.to_string().into(),
        nothing(),
        nothing(),
        said.received_at.to_rfc3339().into(),
        nothing(),
        nothing(),
        said.actor.as_deref().unwrap_or_default().into(),
        form,
        version,
        language,
        said.seq.to_string().into(),
    ]
}

fn of_form(shown: Option<&Shown>) -> [Cow<'_, str>; 3] {
    match shown {
        Some(shown) => [&shown.form, &shown.version, &shown.language].map(|text| text.into()),
        None => Default::default(),
    }
}

impl Table {
    fn person(&mut self, view: &ExportView) {
        let subject = view.subject.as_str();
        let nothing = || rest("", "");
        for (flag, found) in view.consent.flags() {
            let value = if found.effective { "yes" } else { "no" };
            let rest = rest(found.source.unwrap_or_default(), view.consent.regime.code());
            self.row(subject, "in_force", found.decided_at, [flag, value], &rest);
        }
        for signal in &view.signals {
            self.signal(subject, signal);
        }
        for (id, found) in view.communications.iter().flat_map(|found| &found.types) {
            let said = [id.as_str(), found.status.code()];
            let rest = rest(found.source.unwrap_or_default(), "");
            self.row(
                subject,
                "communication_in_force",
                found.decided_at,
                said,
                &rest,
            );
        }
        for said in &view.communication_signals {
            let what = [said.communication_type.as_str(), said.status.code()];
            let rest = of_communication(said);
            self.row(subject, "communication", Some(said.at), what, &rest);
        }
        for linked in &view.links {
            let said = ["linked", linked.subject.as_str()];
            self.row(subject, "link", Some(linked.linked_at), said, &nothing());
        }
        for done in &view.interactions {
            let said = [done.kind.code(), done.message.as_str()];
            let rest = rest(&done.destination, "");
            self.row(subject, "interaction", Some(done.at), said, &rest);
        }
        if view.asked_later.is_some() {
            self.row(
                subject,
                "asked_later",
                view.asked_later,
                ["", ""],
                &nothing(),
            );
        }
        if view.last_open.is_some() {
            self.row(subject, "last_open", view.last_open, ["", ""], &nothing());
        }
        if let Some(own) = view.ceiling {
            let levels = [own.clicks.code(), own.opens.code()];
            self.row(subject, "ceiling", None, levels, &nothing());
        }
        for (name, value) in &view.attributes {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            self.row(subject, "attribute", None, [name, &value], &nothing());
        }
        for device in &view.devices {
            self.person(device);
        }
    }

    fn signal(&mut self, subject: &str, signal: &SignalView) {
        let (at, rest) = (Some(signal.at), of_signal(signal));
        if signal.flags.is_empty() {
            self.row(subject, "request", at, [&signal.action, ""], &rest);
        }
        for (flag, choice) in signal.flags.iter() {
            let value = match choice {
                domain::Choice::Granted => "granted",
                domain::Choice::Refused => "refused",
            };
            self.row(subject, "signal", at, [flag.code(), value], &rest);
        }
        let strings = signal.evidence.as_ref();
        if let Some(strings) = strings.and_then(|strings| serde_json::to_string(strings).ok()) {
            self.row(subject, "strings", at, ["", &strings], &rest);
        }
    }

    fn row(
        &mut self,
        subject: &str,
        record: &str,
        at: Option<Timestamp>,
        [name, value]: [&str; 2],
        rest: &Rest<'_>,
    ) {
        let at = at.map(Timestamp::to_rfc3339).unwrap_or_default();
        let fields = [subject, record, &at, name, value];
        let fields = fields.into_iter().chain(rest.iter().map(|cell| &**cell));
        for (number, field) in fields.enumerate() {
            if number > 0 {
                self.0.push(',');
            }
            self.field(field);
        }
        self.0.push_str("\r\n");
    }

    fn field(&mut self, field: &str) {
        if field.contains(['"', ',', '\r', '\n']) {
            self.0.push('"');
            self.0.push_str(&field.replace('"', "\"\""));
            self.0.push('"');
        } else {
            self.0.push_str(field);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_holds_what_is_in_it() {
        let mut table = Table(String::new());
        table.row("contact:a,\"b\"", "link", None, ["x", ""], &rest("s", ""));
        let expected = "\"contact:a,\"\"b\"\"\",link,,x,,s,,,,,,,,,,,,,\r\n";
        assert_eq!(table.0, expected);
        let columns = PERSON_COLUMNS.split(',').count();
        assert_eq!(columns, 5 + rest("", "").len());
    }
}
