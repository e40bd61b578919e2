//! `assent`: runs the application on this machine, and makes mails ready for sending.

mod arguments;
mod bucket;
mod client;
mod consent;
mod deliver;
mod demo;
mod evidence;
mod export;
mod import;
mod line_column;
mod manifest;
mod mint;
mod output;
mod private_file;
mod random;
mod report;
mod retain;
mod rewrite;
mod scrub;
mod secrets;
mod service;
mod token;
mod up;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Consent-aware tracking: whether this person's behaviour may be linked to them, answered at the edge.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Up(up::Arguments),
    Rewrite(rewrite::Arguments),
    Consent(consent::Arguments),
    Token(token::Arguments),
    Deliver(deliver::Arguments),
    Retain(retain::Arguments),
    Scrub(scrub::Arguments),
    Report(report::Arguments),
    Import(import::Arguments),
    Export(export::Arguments),
    Verify(verify::Arguments),
    Evidence(evidence::Arguments),
}

const EXAMPLES: &str = "\
Examples:
  assent up --demo                              start here, with a demo to click through
  assent up --listen 0.0.0.0:8080               start for everybody on the network
  assent rewrite mail.html --dry-run            see which links of a mail would be counted
  assent rewrite mail.html -o ready.html        register them and write the mail to send
  assent token mint $MESSAGE contacts.txt       make the tokens for its recipients
  assent report $MESSAGE -o results.html        read what came of a mail
  assent consent get contact:4711               see what somebody has decided
  assent import consent-data/                   bring in decisions from files
  assent export audit -o exports                write yesterday's log
  assent verify receipt receipt.jws             check a receipt, without asking anybody
  assent evidence contact:4711 -o 4711.zip      write all that proves what somebody decided

`assent help <command>` explains each.";

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .with_writer(std::io::stderr)
        .init();
    let done = match arguments.command {
        Command::Up(arguments) => up::run(arguments),
        Command::Rewrite(arguments) => rewrite::run(arguments),
        Command::Consent(arguments) => consent::run(arguments),
        Command::Token(arguments) => token::run(arguments),
        Command::Deliver(arguments) => deliver::run(arguments),
        Command::Retain(arguments) => retain::run(&arguments),
        Command::Scrub(arguments) => scrub::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Evidence(arguments) => evidence::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::note(format_args!("error: {error:#}"));
            if error.is::<import::LeftOut>() {
                ExitCode::from(3)
            } else if error.is::<verify::Rejected>() {
                ExitCode::from(4)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}
