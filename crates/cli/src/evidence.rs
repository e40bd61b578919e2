//! `assent evidence`: all that proves what one person decided, in one archive, for a lawyer and for a program.

mod archive;
mod gather;
mod page;

use std::path::PathBuf;

use anyhow::{Result, bail};
use domain::Subject;

use crate::output::say;
use crate::service::Service;
use crate::verify::Rejected;
use gather::Evidence;

/// Write everything that proves what one person decided into one archive
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// contact:KEY, device:TYPE:VALUE or bk:NAME:VALUE
    subject: String,

    /// The archive to write; a file that is there is never replaced
    #[arg(short, long, value_name = "FILE.zip")]
    output: PathBuf,

    #[command(flatten)]
    service: Service,
}

const EXAMPLES: &str = "\
Examples:
  ASSENT_KEY=… assent evidence contact:4711 -o contact-4711.zip

In the archive: index.html to read and print, evidence.json for programs, the receipts with their proofs, the words that
were shown, the signed head of the log, the public keys, and what the verifier said about all of it.
The archive is about a person: only you can read the file, and so it should stay.

Exit codes: 0 everything holds, 4 something does not (it is written all the same, and says what), 1 it could not be made.";

/// Does it once.
pub fn run(arguments: &Arguments) -> Result<()> {
    let subject = Subject::parse(&arguments.subject)?;
    if arguments.output.exists() {
        bail!(
            "{} is there already; give another name",
            arguments.output.display()
        );
    }
    let client = arguments.service.client("consent:read")?;
    let evidence = assent_host::runtime()?.block_on(Evidence::gather(&client, &subject))?;
    archive::write(&arguments.output, &evidence)?;
    say(format_args!(
        "{}: {} entries of the history, {} receipts",
        arguments.output.display(),
        evidence.history.len(),
        evidence.receipts.len()
    ));
    if evidence.wrong > 0 {
        let wrong = evidence.wrong;
        let why =
            format!("{wrong} of the checks failed; verification.txt in the archive says which");
        return Err(Rejected::because(why).into());
    }
    Ok(())
}
