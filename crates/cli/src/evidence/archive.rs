//! The archive.

use std::fs::Permissions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::Builder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::gather::Evidence;
use super::page::page;

/// Writes the archive, for its owner only: whole, and not over another file.
pub fn write(path: &Path, evidence: &Evidence) -> Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let cannot = || format!("cannot write {}", path.display());
    let file = Builder::new()
        .permissions(Permissions::from_mode(0o600))
        .tempfile_in(folder)
        .with_context(cannot)?;
    let mut archive = ZipWriter::new(file);
    // The time of the archive stands in it; that of a file in it says nothing.
    let options = SimpleFileOptions::default().unix_permissions(0o600);
    for (name, content) in files(evidence)? {
        archive.start_file(name, options).with_context(cannot)?;
        archive.write_all(content.as_bytes()).with_context(cannot)?;
    }
    let file = archive.finish().with_context(cannot)?;
    file.as_file().sync_all().with_context(cannot)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {
            bail!("{} is there already; give another name", path.display())
        }
        Err(error) => Err(error.error).with_context(cannot),
    }
}

/// Names and contents.
fn files(evidence: &Evidence) -> Result<Vec<(String, String)>> {
    let mut files = vec![
        ("index.html".to_owned(), page(evidence)),
        (
            "evidence.json".to_owned(),
            serde_json::to_string_pretty(&document(evidence))?,
        ),
        ("verification.txt".to_owned(), evidence.verification.clone()),
        ("checkpoint.txt".to_owned(), evidence.checkpoint.clone()),
        ("jwks.json".to_owned(), evidence.keys.clone()),
    ];
    for (seq, proved) in &evidence.receipts {
        files.push((format!("receipts/{seq}.jws"), proved.signed.clone()));
    }
    for (size, proof) in &evidence.consistency {
        files.push((format!("consistency/{size}.json"), proof.clone()));
    }
    for (number, (_, words)) in (1..).zip(&evidence.texts) {
        if let Some(words) = words {
            files.push((format!("texts/{number}.json"), words.clone()));
        }
    }
    Ok(files)
}

/// The same for programs.
fn document(evidence: &Evidence) -> Value {
    let receipts: Vec<Value> = evidence
        .receipts
        .iter()
        .map(|(seq, proved)| {
            json!({
                "seq": seq,
                "file": format!("receipts/{seq}.jws"),
                "valid": proved.receipt.is_ok(),
                "receipt": proved.receipt.as_ref().ok(),
                "problem": proved.receipt.as_ref().err(),
            })
        })
        .collect();
    let texts: Vec<Value> = (1..)
        .zip(&evidence.texts)
        .map(|(number, (shown, words))| {
            json!({
                "shown": shown,
                "words": words,
                "file": words.as_ref().map(|_| format!("texts/{number}.json")),
            })
        })
        .collect();
    json!({
        "format": "assent-evidence-1",
        "subject": evidence.subject,
        "organisation": evidence.organisation,
        "made_at": evidence.made_at,
        "valid": evidence.wrong == 0,
        "in_force": evidence.consent,
        "history": evidence.history,
        "communications": evidence.communications,
        "receipts": receipts,
        "texts": texts,
        "checkpoint": evidence.checkpoint,
        "keys": serde_json::from_str::<Value>(&evidence.keys).unwrap_or_default(),
        "verification": evidence.verification.lines().collect::<Vec<_>>(),
    })
}
