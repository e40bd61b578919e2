//! What must hold for every input of a parser: one function for each, which panics for an input that
//! breaks its promise.
//!
//! `make fuzz` looks for such inputs (`fuzz/`); `cargo test` tries the seeds in `fuzz/seeds/` and thousands
//! of variations of them. Inputs of several parts are separated by the byte 255, which no UTF-8 has.

mod agent;
mod codes;
mod files;
mod host;
mod http_input;
mod input;
mod mail;
mod projections;
mod receipts;
mod settings;
mod signals;
mod strings;
mod subjects;
mod tags;
mod times;
mod tokens;

// Parsers that are inside of components and of the host: read from where they are, so that neither a
// component nor wasmtime has to be built into a fuzz target.
#[path = "../../../components/links/src/address.rs"]
mod address;
#[path = "../../../crates/store/src/checked.rs"]
mod checked;
#[path = "../../../components/consent/src/decision.rs"]
mod decision;
#[path = "../../../crates/host/src/headers.rs"]
#[allow(dead_code)]
mod headers;
#[path = "../../../crates/store/src/link_record.rs"]
mod link_record;
#[path = "../../../crates/cli/src/import/lzo.rs"]
mod lzo;
#[path = "../../../crates/host/src/manifest.rs"]
#[allow(dead_code)]
mod manifest;
#[path = "../../../crates/store/src/projection.rs"]
mod projection;
#[path = "../../../crates/host/src/routes.rs"]
#[allow(dead_code)]
mod routes;
#[path = "../../../crates/host/src/variables.rs"]
#[allow(dead_code)]
mod variables;

/// A property of every input.
pub type Property = fn(&[u8]);

/// All properties, each under the name of its fuzz target.
pub const ALL: &[(&str, Property)] = &[
    ("token", tokens::token),
    ("form", tokens::form),
    ("subject", subjects::subject),
    ("mail_html", mail::html),
    ("mail_text", mail::text),
    ("destination", mail::destination),
    ("signal", signals::signal),
    ("settings", settings::settings),
    ("projection", projections::projection),
    ("link_record", projections::link_record),
    ("code", codes::code),
    ("timestamp", times::timestamp),
    ("file_line", files::file_line),
    ("file_table", files::file_table),
    ("lzop", files::lzop),
    ("tcf", strings::tcf),
    ("gpp", strings::gpp),
    ("user_agent", agent::user_agent),
    ("language", http_input::language),
    ("path", http_input::path),
    ("request_head", http_input::request_head),
    ("jsonp", tags::jsonp),
    ("tag", tags::tag),
    ("receipt", receipts::receipt),
    ("export", receipts::export),
    ("host_manifest", host::manifest),
    ("host_request", host::request),
];

/// The property of this name.
pub fn named(name: &str) -> Property {
    let found = ALL.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("no property {name}")).1
}
