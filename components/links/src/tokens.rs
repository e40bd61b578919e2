//! `POST /v1/messages/{id}/tokens`: what the mailing system merges into each person's mail.

use domain::{ClickToken, Policy, Subject, TokenKeys, click_token_for, resolve};
use serde::{Deserialize, Serialize};
use store::{Mint, Scope, digest};
use web::{BATCH_LIMIT, Context, Handled, Problem, ProblemKind, Request};

use crate::messages::find;

/// Contacts in one request.
const MOST_CONTACTS: usize = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokensBody {
    contacts: Vec<String>,
}

#[derive(Serialize)]
struct TokenLine<'a> {
    contact: &'a str,
    click: String,
    preferences: String,
}

/// A click token and a preferences token for each contact, by what SQLite says of her now.
pub async fn mint(context: Context, request: Request, id: &str) -> Handled {
    let session = web::session(request.headers(), Scope::MessagesWrite).await?;
    web::require_json(request.headers())?;
    let request_id = web::idempotency_key(request.headers(), &context.request_id)?;
    let as_csv = web::first_header(request.headers(), "accept")
        .is_some_and(|accept| accept.contains("text/csv"));
    let message = find(&session.store, session.organisation.id, id).await?;

    let content = web::read_capped(request, BATCH_LIMIT).await?;
    let body: TokensBody = web::json(&content)?;
    if body.contacts.len() > MOST_CONTACTS {
        let detail =
            format!("Give at most {MOST_CONTACTS} contacts. Send the rest in another request.");
        return Err(Problem::new(ProblemKind::TooLarge, detail));
    }
    let mut contacts = Vec::with_capacity(body.contacts.len());
    for (number, contact) in body.contacts.iter().enumerate() {
        let subject = Subject::contact(contact);
        contacts
            .push(subject.map_err(|error| Problem::invalid(format!("/contacts/{number}"), error))?);
    }

    let settings = &session.organisation.settings;
    let policy = Policy::from(settings);
    let ceilings = message.ceiling.most_restrictive(settings.ceiling);
    let keys = TokenKeys::derive(&session.token_secrets, session.organisation.id);
    let states = session
        .store
        .current(session.organisation.id, &contacts)
        .await?;
    let mut mint = Mint::default();
    let mut lines = Vec::with_capacity(contacts.len());
    for ((contact, subject), current) in body.contacts.iter().zip(&contacts).zip(&states) {
        let resolved = resolve(
            &current.state,
            &policy.for_person(&current.state),
            context.now,
        );
        let click = click_token_for(subject, &resolved, ceilings);
        mint.sent = mint.sent.saturating_add(1);
        if click == ClickToken::Anonymous {
            mint.untracked = mint.untracked.saturating_add(1);
        }
        lines.push(TokenLine {
            contact,
            click: keys
                .seal_click(message.id, &click)
                .map_err(Problem::internal)?,
            preferences: keys.seal_preferences(subject).map_err(Problem::internal)?,
        });
    }
    session
        .store
        .count_mint(
            message.id,
            &request_id,
            &digest(&content),
            mint,
            context.now,
        )
        .await?;
    if as_csv {
        Ok(web::csv(csv(&lines)))
    } else {
        ndjson(&lines)
    }
}

fn ndjson(lines: &[TokenLine<'_>]) -> Handled {
    let mut text = String::new();
    for line in lines {
        text.push_str(&serde_json::to_string(line).map_err(Problem::internal)?);
        text.push('\n');
    }
    Ok(web::ndjson(text))
}

/// RFC 4180; tokens need no quotes, contact keys may.
fn csv(lines: &[TokenLine<'_>]) -> String {
    let mut text = String::from("contact,click,preferences\r\n");
    for line in lines {
        let contact = line.contact.replace('"', "\"\"");
        text.push_str(&format!(
            "\"{contact}\",{},{}\r\n",
            line.click, line.preferences
        ));
    }
    text
}
