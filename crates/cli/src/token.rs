//! `assent token`: tokens for a mail's recipients, and what a token says.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use domain::{ClickToken, MessageId, OrganisationId, TokenKeys, TokenSecrets};

use crate::mint;
use crate::output::say;
use crate::service::Service;

/// Make tokens for a mail's recipients, or see what a token says
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Mint(Mint),
    Open(Open),
}

/// Make a click token and a preferences token for each contact
///
/// Sends the contacts to a service as they are read, and writes the tokens as they come: one JSON object a
/// line. Nobody is counted twice if it is repeated with the same --id.
#[derive(clap::Args)]
pub struct Mint {
    /// The id of the message
    pub message: String,

    /// The contacts' keys, one a line, in UTF-8; `-` reads them from stdin
    #[arg(default_value = "-")]
    pub file: PathBuf,

    /// Write the tokens to this file, not to stdout
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// The id under which this may be repeated [default: a new one]
    #[arg(long)]
    pub id: Option<String>,

    #[command(flatten)]
    pub service: Service,
}

/// Show what a token says, without a service
#[derive(clap::Args)]
struct Open {
    /// The token: the last part of a link or of a form's address
    token: String,

    /// The id of the organisation that it belongs to
    #[arg(long, value_name = "ID")]
    organisation: String,

    /// The id of its message, for a click token; without it, a preferences token is opened
    #[arg(long, value_name = "ID")]
    message: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  ASSENT_KEY=… assent token mint $MESSAGE contacts.txt -o tokens.ndjson
  cut -d, -f1 export.csv | ASSENT_KEY=… assent token mint $MESSAGE > tokens.ndjson
  SPIN_VARIABLE_TOKEN_SECRETS=… assent token open $TOKEN --organisation $ID --message $MESSAGE";

/// Where the secret comes from; a command line can be seen by others.
const SECRETS: &str = "SPIN_VARIABLE_TOKEN_SECRETS";

/// Does it once.
pub fn run(arguments: Arguments) -> Result<()> {
    match arguments.command {
        Command::Mint(arguments) => mint::run(&arguments),
        Command::Open(arguments) => open(&arguments),
    }
}

fn open(arguments: &Open) -> Result<()> {
    let secrets = std::env::var(SECRETS).ok().with_context(|| {
        format!("set {SECRETS} to the service's token_secrets (secrets.toml in its state folder)")
    })?;
    let secrets = TokenSecrets::parse(&secrets).with_context(|| SECRETS)?;
    let organisation = OrganisationId::parse(&arguments.organisation).context("--organisation")?;
    let keys = TokenKeys::derive(&secrets, organisation);
    let Some(message) = &arguments.message else {
        return match keys.open_preferences(&arguments.token) {
            Some(contact) => {
                say(format_args!("preferences token of {contact}"));
                Ok(())
            }
            None => bail!(
                "no preferences token of this organisation, or sealed with another secret. \
                 For a click token give --message"
            ),
        };
    };
    let message = MessageId::parse(message).context("--message")?;
    match keys.open_click(message, &arguments.token) {
        Some(ClickToken::Own(contact)) => say(format_args!("click token of {contact}")),
        Some(ClickToken::MayBeAsked(contact)) => {
            say(format_args!("click token of {contact}, who may be asked"));
        }
        Some(ClickToken::OnlyToAsk(contact)) => say(format_args!("click token to ask {contact}")),
        Some(ClickToken::Anonymous) => say(format_args!("anonymous click token")),
        Some(ClickToken::AnonymousPerson(_)) => {
            say(format_args!(
                "anonymous click token with a number of its own"
            ));
        }
        None => bail!(
            "no click token of this message and organisation, or sealed with another secret. \
             For a preferences token leave --message out"
        ),
    }
    Ok(())
}
