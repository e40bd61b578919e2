//! The demo's outbox: what its mailing system (`assent up --demo`) has sent, to whom, with which tokens.

use domain::{MessageId, OrganisationId, Subject};
use serde::{Deserialize, Serialize};
use spin_sdk::http::StatusCode;
use web::{Handled, Problem, Request};

const LIMIT: usize = 1024 * 1024;
const MOST_PEOPLE: usize = 12;

/// A newsletter that was sent.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Outbox {
    /// Who sent it.
    pub organisation: OrganisationId,
    /// Its API key: the page reads the real API with it.
    pub key: String,
    /// The mail.
    pub message: MessageId,
    /// The rewritten mail with its merge tags.
    pub template: String,
    /// To whom it went.
    pub people: Vec<Recipient>,
}

/// Somebody who got it.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// In addresses of the demo.
    pub id: String,
    /// On the page.
    pub name: String,
    /// In the mailing system.
    pub contact: String,
    /// What happened before.
    pub story: String,
    /// What was merged into the links.
    pub click: String,
    /// What was merged into the footer.
    pub preferences: String,
}

impl Outbox {
    /// Whether somebody else's mail carries the same token.
    pub fn is_shared(&self, person: &Recipient) -> bool {
        let same = |other: &&Recipient| other.click == person.click;
        self.people.iter().filter(same).count() > 1
    }
}

impl Recipient {
    /// As much of the token as people can compare; they all begin alike.
    pub fn token_end(&self) -> &str {
        let start = self.click.len().saturating_sub(4);
        self.click.get(start..).unwrap_or_default()
    }
}

/// What the page's script gets.
#[derive(Serialize)]
struct OutboxView<'a> {
    organisation: OrganisationId,
    key: &'a str,
    message: MessageId,
    people: &'a [Recipient],
}

/// Whether a text can be a token: nothing in it means anything in HTML or in an address.
pub fn is_token(text: &str) -> bool {
    (1..=1024).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Replaces the outbox; for the operator.
pub async fn put(request: Request) -> Handled {
    web::admin(request.headers()).await?;
    web::require_json(request.headers())?;
    let content = web::read_capped(request, LIMIT).await?;
    let outbox: Outbox = web::json(&content)?;
    check(&outbox)?;
    let text = serde_json::to_string(&outbox).map_err(Problem::internal)?;
    store::put_demo_outbox(text).await?;
    Ok(web::empty(StatusCode::NO_CONTENT))
}

/// The outbox for the page's script, without the mail.
pub async fn get() -> Handled {
    let outbox = stored()
        .await?
        .ok_or_else(|| Problem::not_found("The demo is being prepared. Try again in a moment."))?;
    let view = OutboxView {
        organisation: outbox.organisation,
        key: &outbox.key,
        message: outbox.message,
        people: &outbox.people,
    };
    web::answer_json(StatusCode::OK, &view)
}

/// What was put; nothing before that.
pub async fn stored() -> Result<Option<Outbox>, Problem> {
    let text = store::demo_outbox().await?;
    text.map(|text| serde_json::from_str(&text).map_err(Problem::internal))
        .transpose()
}

fn check(outbox: &Outbox) -> Result<(), Problem> {
    let key = outbox.key.as_bytes();
    if key.is_empty() || key.len() > 200 || !key.iter().all(u8::is_ascii_graphic) {
        return Err(Problem::invalid("/key", "Give the API key."));
    }
    if outbox.template.is_empty() {
        return Err(Problem::invalid("/template", "Give the rewritten mail."));
    }
    if !(1..=MOST_PEOPLE).contains(&outbox.people.len()) {
        let detail = format!("Give 1 to {MOST_PEOPLE} people.");
        return Err(Problem::invalid("/people", detail));
    }
    for (number, person) in outbox.people.iter().enumerate() {
        let same = |other: &&Recipient| other.id == person.id;
        let unique = outbox.people.iter().filter(same).count() == 1;
        let field = if !is_id(&person.id) || !unique {
            "id"
        } else if !is_label(&person.name) {
            "name"
        } else if Subject::contact(&person.contact).is_err() {
            "contact"
        } else if !is_label(&person.story) {
            "story"
        } else if !is_token(&person.click) {
            "click"
        } else if !is_token(&person.preferences) {
            "preferences"
        } else {
            continue;
        };
        let detail = "Give ids of lower-case letters, short texts, and tokens as they were minted.";
        return Err(Problem::invalid(
            format!("/people/{number}/{field}"),
            detail,
        ));
    }
    Ok(())
}

fn is_id(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn is_label(text: &str) -> bool {
    (1..=60).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
pub(crate) mod tests;
