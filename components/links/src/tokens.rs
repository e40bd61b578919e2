//! `POST /v1/messages/{id}/tokens`: what the mailing system merges into each person's mail. A JSON list is
//! answered at once; for long lists see `token_stream`.

use domain::Subject;
use serde::Deserialize;
use store::{MintProgress, digest};
use web::{BATCH_LIMIT, Context, Handled, Problem, ProblemKind, Request};

use crate::minter::{Minter, TokenLine};

/// Contacts in one list.
const MOST_CONTACTS: usize = 10_000;

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Contacts"))]
#[serde(deny_unknown_fields)]
pub struct TokensBody {
    #[cfg_attr(
        test,
        schemars(with = "Vec<domain::schema::ContactKey>", length(max = 10_000))
    )]
    contacts: Vec<String>,
}

/// A click token and a preferences token for each contact, by what SQLite says of her now.
pub async fn mint(context: Context, request: Request, id: &str) -> Handled {
    let minter = Minter::new(request.headers(), id).await?;
    web::require_json(request.headers())?;
    let request_id = web::idempotency_key(request.headers(), &context.request_id)?;
    let as_csv = web::first_header(request.headers(), "accept")
        .is_some_and(|accept| accept.contains("text/csv"));

    let content = web::read_capped(request, BATCH_LIMIT).await?;
    let body: TokensBody = web::json(&content)?;
    if body.contacts.len() > MOST_CONTACTS {
        let detail = format!(
            "A list may hold at most {MOST_CONTACTS} contacts. Send more as text/plain, one a line."
        );
        return Err(Problem::new(ProblemKind::TooLarge, detail));
    }
    let mut contacts = Vec::with_capacity(body.contacts.len());
    for (number, contact) in body.contacts.iter().enumerate() {
        let subject = Subject::contact(contact);
        contacts
            .push(subject.map_err(|error| Problem::invalid(format!("/contacts/{number}"), error))?);
    }
    let (lines, mint) = minter.mint(&contacts, context.now).await?;
    let progress = MintProgress {
        mint,
        content: digest(&content),
    };
    minter
        .session
        .store
        .count_mint(
            minter.message.id,
            &request_id,
            None,
            &progress,
            true,
            context.now,
        )
        .await?;
    if as_csv {
        Ok(web::csv(csv(&lines)))
    } else {
        Ok(web::ndjson(ndjson(&lines)?))
    }
}

/// One document a line.
pub fn ndjson(lines: &[TokenLine<'_>]) -> Result<String, Problem> {
    let mut text = String::new();
    for line in lines {
        text.push_str(&serde_json::to_string(line).map_err(Problem::internal)?);
        text.push('\n');
    }
    Ok(text)
}

/// RFC 4180; tokens need no quotes, contact keys may.
fn csv(lines: &[TokenLine<'_>]) -> String {
    let mut text = String::from("contact,click,preferences,one_click\r\n");
    for line in lines {
        let contact = line.contact.replace('"', "\"\"");
        text.push_str(&format!(
            "\"{contact}\",{},{},{}\r\n",
            line.click,
            line.preferences,
            line.one_click.as_deref().unwrap_or_default()
        ));
    }
    text
}
