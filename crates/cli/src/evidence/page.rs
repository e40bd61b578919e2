//! The page for people: nothing is loaded, and it prints well.

use std::fmt::Write as _;

use domain::Flag;
use serde_json::Value;

use super::gather::Evidence;

const STYLE: &str = "\
:root{color-scheme:light}*{box-sizing:border-box}body{margin:0 auto;max-width:50rem;padding:1.5rem 1rem 4rem;color:#1c2430;\
background:#fff;font:1rem/1.55 Georgia,'Times New Roman',serif;overflow-wrap:anywhere}h1{font-size:1.75rem;line-height:1.2}\
h2{margin:2.5rem 0 .5rem;font-size:1.25rem;border-bottom:1px solid #8a939e;padding-bottom:.25rem}h3{margin:1.5rem 0 .25rem;\
font-size:1.0625rem}dl{display:grid;grid-template-columns:minmax(7rem,13rem) 1fr;gap:.25rem 1rem;margin:.5rem 0}dt{color:#545d69}\
dd{margin:0}pre,code{font:.8125rem/1.5 ui-monospace,'Liberation Mono',monospace}pre{white-space:pre-wrap;background:#f3f4f1;\
padding:.75rem 1rem;border-radius:.25rem}.bad{color:#8a1010;font-weight:bold}.entry{break-inside:avoid}blockquote{margin:.5rem 0;\
padding-left:1rem;border-left:3px solid #8a939e;white-space:pre-line}@media(max-width:30rem){dl{grid-template-columns:1fr}\
dd{margin-bottom:.5rem}}@media print{body{font-size:10.5pt;padding:0;max-width:none}h2{break-after:avoid}pre{background:none;\
border:1px solid #8a939e}}";

/// The whole document.
pub fn page(evidence: &Evidence) -> String {
    let mut html = String::new();
    let subject = escaped(&evidence.subject);
    let _ = write!(
        html,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Evidence of consent: {subject}</title><style>{STYLE}</style></head><body>\n\
         <h1>Evidence of consent</h1>\n<dl><dt>About</dt><dd>{subject}</dd>"
    );
    let asked = evidence.receipts.values().find_map(|proved| {
        proved
            .receipt
            .as_ref()
            .ok()?
            .record
            .pii_controller
            .party_name
            .clone()
    });
    if let Some(name) = asked {
        let _ = write!(html, "<dt>Asked by</dt><dd>{}</dd>", escaped(&name));
    }
    let _ = writeln!(
        html,
        "<dt>Organisation</dt><dd>{}</dd><dt>Put together</dt><dd>{}</dd><dt>Result</dt><dd>{}</dd></dl>",
        escaped(&evidence.organisation),
        moment(&evidence.made_at.to_rfc3339()),
        if evidence.wrong == 0 {
            "Everything that can be checked holds.".to_owned()
        } else {
            format!(
                "<span class=\"bad\">{} checks failed, see below.</span>",
                evidence.wrong
            )
        }
    );
    html.push_str(
        "<p>This document says what one person was asked and answered, when, and how that can be checked without \
         trusting whoever keeps it. Each answer is an entry of a log that can only grow; the receipts in this archive \
         show that.</p>\n",
    );
    in_force(&mut html, evidence);
    history(&mut html, evidence);
    communications(&mut html, evidence);
    texts(&mut html, evidence);
    meaning(&mut html, evidence);
    html.push_str("</body></html>\n");
    html
}

fn in_force(html: &mut String, evidence: &Evidence) {
    html.push_str("<h2>What holds now</h2>\n<dl>");
    for flag in Flag::ALL {
        let found = evidence.consent.pointer(&format!("/flags/{}", flag.code()));
        let choice = found
            .and_then(|found| found.get("choice"))
            .and_then(Value::as_str);
        let effective = found.and_then(|found| found.get("effective")) == Some(&Value::Bool(true));
        let _ = write!(
            html,
            "<dt>{}</dt><dd>{}: {}</dd>",
            in_words(flag.code()),
            choice.map_or("not answered".to_owned(), escaped),
            if effective { "allowed" } else { "not allowed" }
        );
    }
    html.push_str("</dl>\n");
}

fn history(html: &mut String, evidence: &Evidence) {
    html.push_str("<h2>What was said, newest first</h2>\n");
    for signal in &evidence.history {
        let text = |name: &str| signal.get(name).and_then(Value::as_str).unwrap_or_default();
        let what = match text("action") {
            "remove" => "Everything about the person was erased",
            "portability" => "A copy of everything that is stored was asked for",
            _ => "An answer",
        };
        let _ = write!(
            html,
            "<div class=\"entry\"><h3>{}: {what}</h3>\n<dl>",
            moment(text("at"))
        );
        let flags = signal.get("flags").and_then(Value::as_object);
        for (code, granted) in flags.into_iter().flatten() {
            let answer = if *granted == Value::Bool(true) {
                "agreed"
            } else {
                "refused"
            };
            let _ = write!(
                html,
                "<dt>{}</dt><dd><strong>{answer}</strong></dd>",
                in_words(code)
            );
        }
        for (name, title) in [
            ("source", "Came in through"),
            ("regime", "Under the rules"),
            ("request_id", "Request"),
            ("actor", "Sent with API key"),
        ] {
            if !text(name).is_empty() {
                let _ = write!(html, "<dt>{title}</dt><dd>{}</dd>", escaped(text(name)));
            }
        }
        if let Some(number) = shown_of(evidence, signal) {
            let _ = write!(
                html,
                "<dt>Was shown</dt><dd><a href=\"#text-{number}\">text {number}</a></dd>"
            );
        }
        proof(html, evidence, signal);
        html.push_str("</dl></div>\n");
    }
}

fn communications(html: &mut String, evidence: &Evidence) {
    if evidence.communications.is_empty() {
        return;
    }
    html.push_str("<h2>What was said about communications, newest first</h2>\n");
    for signal in &evidence.communications {
        let text = |name: &str| {
            let found = signal.get(name).and_then(Value::as_str);
            escaped(found.unwrap_or_default())
        };
        let _ = write!(
            html,
            "<div class=\"entry\"><h3>{}: {}</h3>\n<dl><dt>Answer</dt><dd><strong>{}</strong></dd><dt>Came in through</dt><dd>{}</dd>",
            moment(&text("at")),
            text("type"),
            text("status").replace('_', " "),
            text("source")
        );
        if let Some(number) = shown_of(evidence, signal) {
            let _ = write!(
                html,
                "<dt>Was shown</dt><dd><a href=\"#text-{number}\">text {number}</a></dd>"
            );
        }
        proof(html, evidence, signal);
        html.push_str("</dl></div>\n");
    }
}

/// Whether the receipt of an entry holds, where it has one.
fn proof(html: &mut String, evidence: &Evidence, signal: &Value) {
    let seq = signal.get("seq").and_then(Value::as_i64);
    let proved = seq.and_then(|seq| Some((seq, evidence.receipts.get(&seq)?)));
    let Some((seq, proved)) = proved else { return };
    let _ = match &proved.receipt {
        Ok(receipt) => {
            let place = receipt.proof.index.saturating_add(1);
            write!(
                html,
                "<dt>Proof</dt><dd>Valid: entry {place} of the log. <a href=\"receipts/{seq}.jws\">receipts/{seq}.jws</a></dd>"
            )
        }
        Err(why) => {
            let why = escaped(why);
            write!(
                html,
                "<dt>Proof</dt><dd class=\"bad\">Not valid: {why}</dd>"
            )
        }
    };
}

/// The number of the text that an entry was given on.
fn shown_of(evidence: &Evidence, signal: &Value) -> Option<usize> {
    let shown = signal.get("shown")?;
    let same = |shown_before: &domain::Shown| {
        serde_json::to_value(shown_before).is_ok_and(|before| before == *shown)
    };
    let place = evidence.texts.iter().position(|(shown, _)| same(shown))?;
    place.checked_add(1)
}

fn texts(html: &mut String, evidence: &Evidence) {
    if evidence.texts.is_empty() {
        return;
    }
    html.push_str("<h2>What was shown</h2>\n");
    for (number, (shown, words)) in (1..).zip(&evidence.texts) {
        let _ = write!(
            html,
            "<div class=\"entry\" id=\"text-{number}\"><h3>Text {number}</h3><dl><dt>Form</dt><dd>{}</dd>\
             <dt>Version</dt><dd><code>{}</code></dd><dt>Language</dt><dd>{}</dd></dl>",
            escaped(&shown.form),
            escaped(&shown.version),
            escaped(&shown.language)
        );
        match words {
            Some(words) => {
                let language = escaped(&shown.language);
                let _ = writeln!(
                    html,
                    "<blockquote lang=\"{language}\" dir=\"auto\">{}</blockquote></div>",
                    escaped(&lines(words))
                );
            }
            None => html.push_str(
                "<p>The words are not kept by this service: the form was another system's, which has to show them.</p></div>\n",
            ),
        }
    }
}

/// The texts of a form out of its words, which are JSON: whoever asks first, then each in a line.
fn lines(words: &str) -> String {
    let words: Value = serde_json::from_str(words).unwrap_or_default();
    let text = |name: &str| words.get(name).and_then(Value::as_str);
    let parts = ["texts", "asked"].map(|name| words.get(name).and_then(Value::as_object));
    let parts = parts.into_iter().flatten().flatten();
    let lines: Vec<&str> = [text("sender"), text("privacy_notice")]
        .into_iter()
        .flatten()
        // How dates are written and languages are called.
        .chain(parts.filter_map(|(_, line)| line.as_str().filter(|line| !line.contains("{$"))))
        .collect();
    lines.join("\n")
}

fn meaning(html: &mut String, evidence: &Evidence) {
    let _ = write!(
        html,
        "<h2>What this proves</h2>\n<ul><li>Each answer with a valid proof was written into the log with this person, \
         these purposes, this time and this form, and has not been changed since.</li><li>The log that the newest \
         receipt speaks of is the one that is signed today: nothing was taken out or put in between.</li></ul>\n\
         <h2>What it does not prove</h2>\n<ul><li>That what was written was true in the first place: who sat at the \
         keyboard is for other evidence to show.</li><li>That everybody is shown the same log. Compare \
         <code>checkpoint.txt</code> with heads that others have kept.</li><li>What is in <code>in force</code> and \
         in entries without a proof: the service says so.</li></ul>\n\
         <h2>How to check it yourself</h2>\n<p>Take the public keys from the organisation's own address \
         (<code>/.well-known/jwks.json</code>) rather than from this archive, and compare. Then, in this folder:</p>\n<pre>{}</pre>\n\
         <p>Or without any program of ours: <code>docs/proof.md</code> of Assent does it with openssl and Python.</p>\n\
         <h2>What the verifier said</h2>\n<pre>{}</pre>\n",
        commands(evidence),
        escaped(&evidence.verification)
    );
}

fn commands(evidence: &Evidence) -> String {
    let receipts = evidence.receipts.keys().take(3);
    let lines =
        receipts.map(|seq| format!("assent verify receipt receipts/{seq}.jws --keys jwks.json\n"));
    lines.collect()
}

fn in_words(code: &str) -> &'static str {
    match code {
        "dc" => "Data collection",
        "al" => "Analytics",
        "tg" => "Targeting",
        "cd" => "Cross-device use",
        "sh" => "Sharing",
        "re" => "Re-identification",
        _ => "Another purpose",
    }
}

/// `2026-11-21 08:30:00 UTC`, with its form for programs.
fn moment(at: &str) -> String {
    let (date, time) = (
        at.get(..10).unwrap_or(at),
        at.get(11..19).unwrap_or_default(),
    );
    format!(
        "<time datetime=\"{}\">{} {} UTC</time>",
        escaped(at),
        escaped(date),
        escaped(time)
    )
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}
