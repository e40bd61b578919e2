//! Two organisations with everything that an organisation can have, and what does not exist.

use assent_tests::{App, Form, Message, Organisation, Tokens, random};
use serde_json::{Value, json};

/// An organisation, its mail, and the person who reads it.
pub struct Side {
    pub club: Organisation,
    pub administrator: String,
    pub mail: Message,
    pub tokens: Tokens,
    pub things: Things,
}

/// What requests name.
pub struct Things {
    pub organisation: String,
    pub message: String,
    /// A link that is clicked; as a pixel it does not exist.
    pub link: String,
    pub subject: String,
    pub contact: String,
    pub request_id: String,
    pub import: String,
    pub click: String,
    pub preferences: String,
    pub one_click: String,
    pub form: String,
    pub key_id: String,
    pub webhook: String,
    pub rule: String,
    pub seq: String,
}

const MAIL: &str = "<body><a href='https://theirs.example'>x</a></body>";

fn settings() -> Value {
    let newsletter = json!({ "id": "newsletter", "name": { "en": "Newsletter" } });
    json!({ "display_name": "Club", "communication_types": [newsletter] })
}

impl Side {
    pub async fn new(app: &App) -> Self {
        let club = app.organisation(settings()).await;
        let contact = format!("person-{}", random());
        let subject = format!("contact:{contact}");
        let request_id = format!("request-{}", random());
        let body = json!({ "subject": subject, "flags": { "dc": true, "al": true } });
        let request = club
            .request("POST", "/v1/consent")
            .header("idempotency-key", &request_id);
        assert_eq!(request.json(&body).send().await.unwrap().status(), 200);
        let import = format!("import-{}", random());
        let line = format!("contact^^{contact}^set^^dc=1&al=1^1515471711277000\n");
        club.import(&import, "", line).await;
        let mail = json!({ "content": MAIL, "communication_type": "newsletter" });
        let mail = club.message_with(mail).await;
        let tokens = club.tokens(&mail, &[&contact]).await.remove(0);
        club.visit(&mail.click_path(&tokens.click)).await;
        club.stats_with(&mail, "clicks", 1).await;
        let form = Form::open(app, &club.id, &tokens.preferences, "en")
            .await
            .shown;
        let administrator = Organisation::make_key(app, &club.id, &["admin"]).await;
        let keys = format!("/v1/keys?organisation={}", club.id);
        let keys = app.admin("GET", &keys, &Value::Null).await;
        let webhook = json!({ "organisation": club.id, "url": "https://127.0.0.1:9/hook" });
        let webhook = app.admin("POST", "/v1/webhooks", &webhook).await;
        let rule = json!({ "name": "Win back", "only_tracked": true });
        let rule = club
            .request("POST", "/v1/rules")
            .json(&rule)
            .send()
            .await
            .unwrap();
        let rule: Value = rule.json().await.unwrap();
        let attributes = json!({ "attributes": {} });
        club.send("PUT", &format!("/v1/contacts/{contact}"), &attributes)
            .await;
        let seq = club.history(&subject).await[0]["seq"].to_string();
        let things = Things {
            organisation: club.id.clone(),
            message: mail.id.clone(),
            link: mail.clicks()[0].id.clone(),
            subject,
            contact,
            request_id,
            import,
            click: tokens.click.clone(),
            preferences: tokens.preferences.clone(),
            one_click: tokens.one_click.clone().unwrap(),
            form,
            key_id: keys[0]["id"].as_str().unwrap().to_owned(),
            webhook: webhook["id"].as_str().unwrap().to_owned(),
            rule: rule["id"].as_str().unwrap().to_owned(),
            seq,
        };
        Self {
            club,
            administrator,
            mail,
            tokens,
            things,
        }
    }

    pub fn link(&self, kind: &str) -> &str {
        &self
            .mail
            .links
            .iter()
            .find(|link| link.kind == kind)
            .unwrap()
            .id
    }

    /// Everything that can be read about an organisation.
    pub async fn state(&self, app: &App) -> Value {
        let organisation = format!("/v1/organisations/{}", self.club.id);
        let keys = format!("/v1/keys?organisation={}", self.club.id);
        let webhook = format!(
            "/v1/webhooks/{}?organisation={}",
            self.things.webhook, self.club.id
        );
        let webhook = app.admin("GET", &webhook, &Value::Null).await;
        let subject = &self.things.subject;
        json!({
            "webhook": [webhook["url"], webhook["created_at"]],
            "organisation": app.admin("GET", &organisation, &Value::Null).await,
            "keys": app.admin("GET", &keys, &Value::Null).await,
            "consent": self.club.consent(subject).await,
            "projection": self.club.projection(subject).await,
            "history": self.club.history(subject).await,
            "imports": self.club.get("/v1/imports").await,
            "contact": self.club.get(&format!("/v1/contacts/{}", self.things.contact)).await,
            "rules": self.club.get("/v1/rules").await,
            "message": self.club.get(&format!("/v1/messages/{}", self.mail.id)).await,
            "stats": self.club.stats(&self.mail).await,
            "communications": self.club.get(&format!("/v1/communications/{subject}")).await,
            "forms": self.club.get("/v1/forms").await,
        })
    }
}

impl Things {
    /// The same kinds of things, which nobody has.
    pub fn of_nobody() -> Self {
        let uuid = || {
            let (one, two) = (random(), random());
            let (start, version, variant) = (&one[..8], &one[9..12], &one[13..]);
            format!(
                "{start}-{}-4{version}-8{variant}-{}",
                &one[4..8],
                &two[..12]
            )
        };
        let contact = format!("person-{}", random());
        let token = |length: usize| "Q".repeat(length);
        Self {
            organisation: uuid(),
            message: uuid(),
            link: "abcdefghijklmnop".to_owned(),
            subject: format!("contact:{contact}"),
            contact,
            request_id: format!("request-{}", random()),
            import: format!("import-{}", random()),
            click: token(87),
            preferences: token(87),
            one_click: token(150),
            form: token(130),
            key_id: uuid(),
            webhook: uuid(),
            rule: uuid(),
            seq: "1".to_owned(),
        }
    }

    /// A text in which it cannot be seen whose things were named.
    pub fn anonymised(&self, text: &str) -> String {
        // As it stands in addresses.
        let encoded = self.contact.replace('-', "%2D");
        let named = [
            (&encoded, "<contact>"),
            (&self.organisation, "<organisation>"),
            (&self.message, "<message>"),
            (&self.subject, "<subject>"),
            (&self.contact, "<contact>"),
            (&self.request_id, "<request>"),
            (&self.click, "<click>"),
            (&self.preferences, "<preferences>"),
            (&self.one_click, "<one_click>"),
            (&self.key_id, "<key>"),
        ];
        named
            .into_iter()
            .fold(text.to_owned(), |text, (name, mark)| {
                text.replace(name.as_str(), mark)
            })
    }
}
