//! `assent scrub`: overwrites what deleting leaves in the files, where nothing else does.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

use crate::output::{note, say};

/// `assent up` does it first when what comes right after a start is done, and then so often.
const FIRST: Duration = Duration::from_secs(600);
const EVERY: Duration = Duration::from_secs(24 * 3600);

/// Overwrite what deleting has left in the files of SQLite
///
/// What is deleted is overwritten at once, but SQLite can leave bytes of a row where it stood before it was moved within the
/// file, and in the write-ahead log. `assent up` does this for itself once a day; beside Spin do it from cron, or right after
/// an erasure. The service can go on meanwhile.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  assent scrub .assent/sqlite_db.db .assent/sqlite_key_value.db
  assent scrub .spin/sqlite_db.db .spin/sqlite_key_value.db";

/// Does it once.
pub fn run(arguments: &Arguments) -> Result<()> {
    for file in &arguments.files {
        say(format_args!("{}", once(file)?));
    }
    Ok(())
}

fn once(file: &Path) -> Result<String> {
    let found = assent_host::scrub(file)?;
    let log = if found.log_is_empty {
        ""
    } else {
        "; somebody reads an older state, so the write-ahead log is not empty yet: do it again"
    };
    Ok(format!(
        "{}: {} of {} pages overwritten{log}",
        file.display(),
        found.overwritten,
        found.pages
    ))
}

/// Does it every day on a thread of its own, which ends with the process.
pub fn keep_scrubbing(files: Vec<PathBuf>) {
    std::thread::spawn(move || {
        std::thread::sleep(FIRST);
        loop {
            // A database that nobody has used yet is not there.
            for file in files.iter().filter(|file| file.exists()) {
                if let Err(error) = assent_host::scrub(file) {
                    note(format_args!("{error:#}"));
                }
            }
            std::thread::sleep(EVERY);
        }
    });
}
