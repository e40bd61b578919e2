//! What is stored about people as a table: one row for each flag in force, each flag and string of a signal,
//! each request, link, interaction and attribute.

use domain::Timestamp;

use crate::export::ExportView;

/// The columns; `source` is through what a signal came, or where a link leads.
const HEADER: &str = "subject,record,at,name,value,source,regime,request_id\r\n";

/// RFC 4180.
pub fn csv(views: &[ExportView]) -> String {
    let mut table = Table(HEADER.to_owned());
    for view in views {
        table.person(view);
    }
    table.0
}

struct Table(String);

impl Table {
    fn person(&mut self, view: &ExportView) {
        let subject = view.subject.as_str();
        for (flag, found) in view.consent.flags() {
            let value = if found.effective { "yes" } else { "no" };
            let source = found.source.unwrap_or_default();
            let regime = view.consent.regime.code();
            self.row(
                subject,
                "in_force",
                found.decided_at,
                [flag, value, source, regime, ""],
            );
        }
        for signal in &view.signals {
            let rest = [signal.source, signal.regime, &signal.request_id];
            let [source, regime, request_id] = rest;
            if signal.flags.is_empty() {
                let row = [signal.action.as_str(), "", source, regime, request_id];
                self.row(subject, "request", Some(signal.at), row);
            }
            for (flag, choice) in signal.flags.iter() {
                let value = match choice {
                    domain::Choice::Granted => "granted",
                    domain::Choice::Refused => "refused",
                };
                let row = [flag.code(), value, source, regime, request_id];
                self.row(subject, "signal", Some(signal.at), row);
            }
            if let Some(evidence) = &signal.evidence {
                for (name, string) in [("tcf", &evidence.tcf), ("gpp", &evidence.gpp)] {
                    let Some(string) = string else { continue };
                    let row = [name, string.as_str(), source, regime, request_id];
                    self.row(subject, "string", Some(signal.at), row);
                }
            }
        }
        for (id, found) in view.communications.iter().flat_map(|found| &found.types) {
            let row = [
                id.as_str(),
                found.status.code(),
                found.source.unwrap_or_default(),
                "",
                "",
            ];
            self.row(subject, "communication_in_force", found.decided_at, row);
        }
        for said in &view.communication_signals {
            let row = [
                said.communication_type.as_str(),
                said.status.code(),
                said.source,
                "",
                &said.request_id,
            ];
            self.row(subject, "communication", Some(said.at), row);
        }
        for linked in &view.links {
            let row = ["linked", linked.subject.as_str(), "", "", ""];
            self.row(subject, "link", Some(linked.linked_at), row);
        }
        for done in &view.interactions {
            let row = [
                done.kind.code(),
                done.message.as_str(),
                &done.destination,
                "",
                "",
            ];
            self.row(subject, "interaction", Some(done.at), row);
        }
        if view.asked_later.is_some() {
            self.row(subject, "asked_later", view.asked_later, [""; 5]);
        }
        if view.last_open.is_some() {
            self.row(subject, "last_open", view.last_open, [""; 5]);
        }
        for (name, value) in &view.attributes {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            self.row(subject, "attribute", None, [name, &value, "", "", ""]);
        }
        for device in &view.devices {
            self.person(device);
        }
    }

    fn row(&mut self, subject: &str, record: &str, at: Option<Timestamp>, rest: [&str; 5]) {
        let at = at.map(Timestamp::to_rfc3339).unwrap_or_default();
        let fields = [subject, record, &at].into_iter().chain(rest);
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
        table.row("contact:a,\"b\"", "link", None, ["x", "", "", "", "1"]);
        assert_eq!(table.0, "\"contact:a,\"\"b\"\"\",link,,x,,,,1\r\n");
    }
}
