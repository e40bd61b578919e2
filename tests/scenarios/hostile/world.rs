//! What is attacked, and how it must look afterwards.

use assent_tests::{App, Form, Organisation, random};
use rusqlite::Connection;
use serde_json::{Value, json};

/// In tokens, keys, subjects, headers: no log may hold it.
pub const CANARY: &str = "c4n4ry-7b1f0e";

/// An organisation with a mail, and a person who has refused.
pub struct World {
    pub club: Organisation,
    pub organisation: String,
    pub key: String,
    pub message: String,
    pub link: String,
    pixel: String,
    pub victim: String,
    pub click_token: String,
    pub preferences_token: String,
    /// A form token of somebody else.
    pub foreign_form: String,
}

/// How many rows there are of everything that no hostile request may make.
#[derive(Debug, PartialEq)]
pub struct Rows(Vec<(&'static str, i64)>);

impl World {
    pub async fn new(app: &App) -> Self {
        let club = app.organisation(json!({})).await;
        let message = club
            .message("<p><a href=\"https://example.com/offer\">Offer</a></p>")
            .await;
        let victim = format!("victim-{}", random());
        let other = format!("other-{}", random());
        club.grant(&format!("contact:{victim}")).await;
        let tokens = club.tokens(&message, &[&victim, &other]).await;
        club.refuse(&format!("contact:{victim}")).await;
        let form = Form::open(app, &club.id, &tokens[1].preferences, "en").await;
        let link_id = |kind: &str| {
            let found = message.links.iter().find(|link| link.kind == kind);
            found.unwrap().id.clone()
        };
        Self {
            organisation: club.id.clone(),
            key: club.key.clone(),
            message: message.id.clone(),
            link: link_id("click"),
            pixel: link_id("open"),
            victim,
            click_token: tokens[0].click.clone(),
            preferences_token: tokens[0].preferences.clone(),
            foreign_form: form.shown,
            club,
        }
    }

    pub fn link_path(&self, token: &str) -> String {
        format!("/l/{}/{token}", self.link)
    }

    pub fn pixel_path(&self, token: &str) -> String {
        format!("/o/{}/{token}", self.pixel)
    }

    /// The person who has refused has still refused, by nothing but her own two decisions.
    pub async fn the_victim_is_untouched(&self) {
        let subject = format!("contact:{}", self.victim);
        assert_eq!(self.club.history(&subject).await.len(), 2);
        let consent = self.club.consent(&subject).await;
        assert_eq!(consent["tracking_status"], "refused", "{consent}");
        assert_eq!(
            consent["hasTrackingConsent"],
            Value::Bool(false),
            "{consent}"
        );
    }
}

impl Rows {
    pub fn count(database: &Connection) -> Self {
        let tables = [
            "organisation",
            "settings_version",
            "api_key",
            "message",
            "link",
            "interaction",
        ];
        let count = |table: &&'static str| {
            let query = format!("SELECT count(*) FROM {table}");
            (
                *table,
                database.query_row(&query, [], |row| row.get(0)).unwrap(),
            )
        };
        Self(tables.iter().map(count).collect())
    }
}

/// How many decisions are stored.
pub fn signals(database: &Connection) -> u64 {
    let count: i64 = database
        .query_row(
            "SELECT count(*) FROM signal WHERE action = 'set'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    count.unsigned_abs()
}
