//! The demo: an organisation, three people, and a newsletter that was sent to them.
//!
//! Done through the same API as everybody else's, once per state folder; `demo.json` there says how far
//! it came, so that a start that was interrupted goes on.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use domain::OrganisationId;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::client::Client;
use crate::{private_file, random};

/// The merge tags of the demo's mailing system, as they stand in the newsletter.
const CLICK_TAG: &str = "*|ASSENT_CLICK|*";
const PREFERENCES_TAG: &str = "*|ASSENT_PREFS|*";

/// Id on the page, name, contact key, what happened before the mail.
const PEOPLE: [(&str, &str, &str, &str); 3] = [
    ("anna", "Anna", "demo-anna", "agreed"),
    ("ben", "Ben", "demo-ben", "refused"),
    ("chloe", "Chloé", "demo-chloe", "never asked"),
];

/// Where the demo's parts are.
pub struct Place {
    /// What was made for this state.
    pub file: PathBuf,
    /// The newsletter before it is rewritten.
    pub newsletter: PathBuf,
    /// The right to make it.
    pub admin_token: String,
}

#[derive(Serialize, Deserialize)]
struct Demo {
    organisation: OrganisationId,
    key: Option<String>,
    mail: Option<Mail>,
}

/// The newsletter as it was sent, and from what it was made.
#[derive(Serialize, Deserialize)]
struct Mail {
    base: String,
    source: String,
    id: String,
    template: String,
    tokens: Vec<Tokens>,
}

#[derive(Serialize, Deserialize)]
struct Tokens {
    contact: String,
    click: String,
    preferences: String,
}

#[derive(Deserialize)]
struct NewKey {
    key: String,
}

#[derive(Deserialize)]
struct NewMessage {
    id: String,
    content: String,
}

/// Makes what is missing, and puts the mails into the demo's outbox.
pub async fn prepare(place: &Place, base: &str) -> Result<()> {
    ensure!(
        !place.admin_token.is_empty(),
        "the variable admin_token is empty"
    );
    let admin = Client::new(base, &place.admin_token)?;
    admin.healthy().await?;

    let mut demo = match load(&place.file)? {
        Some(demo) => demo,
        None => {
            let demo = Demo {
                organisation: OrganisationId::from_random(random::bytes()?),
                key: None,
                mail: None,
            };
            save(&place.file, &demo)?;
            demo
        }
    };
    let key = match demo.key.clone() {
        Some(key) => key,
        None => {
            let key = organisation_and_key(&admin, demo.organisation).await?;
            let client = admin.with_secret(&key);
            decisions(&client, demo.organisation).await?;
            demo.key = Some(key.clone());
            save(&place.file, &demo)?;
            key
        }
    };
    let source = newsletter(place, base, demo.organisation)?;
    let mail = match demo.mail.take() {
        Some(mail) if mail.base == base && mail.source == source => mail,
        _ => send(&admin.with_secret(&key), base, source).await?,
    };
    let outbox = outbox(demo.organisation, &key, &mail);
    demo.mail = Some(mail);
    save(&place.file, &demo)?;
    admin
        .send(Method::PUT, "/demo/outbox", None, &outbox)
        .await?;
    Ok(())
}

async fn organisation_and_key(admin: &Client, organisation: OrganisationId) -> Result<String> {
    let settings = json!({
        "display_name": "Fernhill Garden Club",
        "languages": ["en", "fr"],
        "default_language": "en",
    });
    let body = json!({ "id": organisation, "settings": settings });
    let _: Value = admin.post("/v1/organisations", None, &body).await?;
    let body = json!({
        "organisation": organisation,
        "name": "demo",
        "scopes": ["consent:read", "consent:write", "messages:write", "reports:read"],
    });
    let new: NewKey = admin.post("/v1/keys", None, &body).await?;
    Ok(new.key)
}

/// What Anna and Ben have said before; Chloé has said nothing.
async fn decisions(client: &Client, organisation: OrganisationId) -> Result<()> {
    for (contact, granted) in [("demo-anna", true), ("demo-ben", false)] {
        let body = json!({
            "subject": format!("contact:{contact}"),
            "flags": { "dc": granted, "al": granted },
        });
        let once = format!("{contact}-{organisation}");
        let _: Value = client.post("/v1/consent", Some(&once), &body).await?;
    }
    Ok(())
}

fn newsletter(place: &Place, base: &str, organisation: OrganisationId) -> Result<String> {
    let text = private_file::read(&place.newsletter)?
        .with_context(|| format!("there is no {}", place.newsletter.display()))?;
    Ok(text
        .replace("{{BASE}}", base)
        .replace("{{ORG}}", &organisation.to_string()))
}

async fn send(client: &Client, base: &str, source: String) -> Result<Mail> {
    let body = json!({
        "name": title(&source).unwrap_or("Newsletter"),
        "format": "html",
        "content": source,
        "click_tag": CLICK_TAG,
        "preferences_tag": PREFERENCES_TAG,
        "base_url": base,
    });
    let message: NewMessage = client.post("/v1/messages", None, &body).await?;
    let contacts: Vec<&str> = PEOPLE.iter().map(|(_, _, contact, _)| *contact).collect();
    let path = format!("/v1/messages/{}/tokens", message.id);
    let answer = client
        .send(Method::POST, &path, None, &json!({ "contacts": contacts }))
        .await?;
    let tokens = answer
        .text()
        .await?
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()
        .context("the tokens of the mail cannot be read")?;
    Ok(Mail {
        base: base.to_owned(),
        source,
        id: message.id,
        template: message.content,
        tokens,
    })
}

fn outbox(organisation: OrganisationId, key: &str, mail: &Mail) -> Value {
    let people: Vec<Value> = PEOPLE
        .iter()
        .filter_map(|(id, name, contact, story)| {
            let tokens = mail
                .tokens
                .iter()
                .find(|tokens| tokens.contact == *contact)?;
            Some(json!({
                "id": id,
                "name": name,
                "contact": contact,
                "story": story,
                "click": tokens.click,
                "preferences": tokens.preferences,
            }))
        })
        .collect();
    json!({
        "organisation": organisation,
        "key": key,
        "message": mail.id,
        "template": mail.template,
        "people": people,
    })
}

fn title(html: &str) -> Option<&str> {
    let (_, rest) = html.split_once("<title>")?;
    let (title, _) = rest.split_once("</title>")?;
    Some(title.trim()).filter(|title| !title.is_empty())
}

fn load(file: &Path) -> Result<Option<Demo>> {
    let Some(text) = private_file::read(file)? else {
        return Ok(None);
    };
    let demo = serde_json::from_str(&text).ok();
    let again = || {
        format!(
            "{} is not as it was written; delete it to make a new demo",
            file.display()
        )
    };
    demo.map(Some).with_context(again)
}

fn save(file: &Path, demo: &Demo) -> Result<()> {
    private_file::replace(file, &serde_json::to_string_pretty(demo)?)
}
