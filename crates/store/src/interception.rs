//! What asking on a click leaves behind, and people who are counted without being known.

use domain::{CommunicationType, Kind, LinkId, MessageId, OrganisationId, Subject, Timestamp};
use spin_sdk::sqlite::Value;

use crate::interaction::AtVersion;
use crate::sql::{Lane, execute, integer, read, read_many, text, write};
use crate::{Store, StoreError};

/// Nobody is asked who was erased, so nothing is kept of her either.
const ASKED: &str = "INSERT INTO asked (subject_id, at) SELECT id, ?3 FROM subject \
  WHERE org_id = ?1 AND keyed_hash = ?2 AND identifier IS NOT NULL \
  ON CONFLICT (subject_id) DO UPDATE SET at = max(at, excluded.at)";

const ASKING: &str = "SELECT m.communication_type, (SELECT a.at FROM subject s JOIN asked a ON a.subject_id = s.id \
  WHERE s.org_id = ?1 AND s.keyed_hash = ?2) FROM message m WHERE m.id = ?3 AND m.org_id = ?1";

const ACCEPTED: &str =
    "INSERT INTO accepted_click (link_id, subject_id, version, at) VALUES (?1, ?2, ?3, ?4)";

/// A part only, so that nobody waits for it; every instance asks for it.
const FORGET: &str = "DELETE FROM recent_click WHERE (message_id, person, at, link_id) IN ( \
  SELECT message_id, person, at, link_id FROM recent_click WHERE at < ?1 LIMIT 2000)";

/// How long clicks are kept to find bursts in: longer than one lasts, as those of another instance may come later.
const RECENT_MICROS: i64 = 10_000_000;

/// Those whose hashes are kept no longer, too.
const PEOPLE: &str = "SELECT kind, sum(n) FROM ( \
  SELECT kind, count(*) AS n FROM anonymous_person WHERE message_id = ?1 GROUP BY kind \
  UNION ALL SELECT kind, n FROM anonymous_people_before WHERE message_id = ?1) GROUP BY kind";

/// How many people did something of whom nothing is known but a random number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AnonymousPeople {
    /// Those who clicked.
    pub clicks: u64,
    /// Those who opened.
    pub opens: u64,
}

/// What a click needs to know before it asks.
#[derive(Debug, Clone)]
pub struct Asking {
    /// What the message is.
    pub communication_type: Option<CommunicationType>,
    /// When the person last wanted to be asked later.
    pub later: Option<Timestamp>,
}

impl Store {
    /// Notes that somebody wants to be asked later.
    pub async fn ask_later(
        &self,
        organisation: OrganisationId,
        person: &Subject,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.make_known_now(organisation, &[person], now).await?;
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(self.hash(organisation, person).to_string()),
            Value::from(now.micros()),
        ];
        write(ASKED, parameters, 1).await?;
        Ok(())
    }

    /// What a click needs to know before it asks, besides what the person has decided.
    pub async fn asking(
        &self,
        organisation: OrganisationId,
        message: MessageId,
        person: &Subject,
    ) -> Result<Asking, StoreError> {
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(self.hash(organisation, person).to_string()),
            Value::from(message.to_string()),
        ];
        let rows = read(ASKING, parameters).await?;
        let row = rows.first().ok_or(StoreError::Corrupt("message"))?;
        let named = row.get::<&str>(0).map(CommunicationType::parse).transpose();
        Ok(Asking {
            communication_type: named.map_err(|_| StoreError::Corrupt("message"))?,
            later: row.get::<i64>(1).map(Timestamp::from_micros),
        })
    }

    /// Names the person of a click that was counted as anonymous when the form was shown, once: if SQLite still has
    /// the version on which that was decided.
    pub async fn accept_click(
        &self,
        link: LinkId,
        person: AtVersion,
        shown_at: Timestamp,
    ) -> Result<(), StoreError> {
        let parameters = vec![
            Value::from(link.to_string()),
            Value::from(person.subject_id),
            Value::from(person.version),
            Value::from(shown_at.micros()),
        ];
        execute(Lane::Record, ACCEPTED, parameters).await?;
        Ok(())
    }

    /// What stands for somebody in a message of whom no more shall be known, another one for clicks than for opens.
    #[must_use]
    pub fn stranger(&self, message: MessageId, kind: Kind, token: &str) -> String {
        self.fingerprint(&format!("stranger\n{message}\n{}\n{token}", kind.code()))
    }

    /// Forgets the clicks in which bursts are looked for, but for the last ones.
    pub async fn forget_recent_clicks(&self, now: Timestamp) -> Result<(), StoreError> {
        let before = now.micros().saturating_sub(RECENT_MICROS);
        execute(Lane::Record, FORGET, vec![Value::from(before)]).await?;
        Ok(())
    }

    /// How many people did something in a message whose tokens have a number of their own.
    pub async fn anonymous_people(
        &self,
        message: MessageId,
    ) -> Result<AnonymousPeople, StoreError> {
        const TABLE: &str = "anonymous_person";
        let rows = read_many(PEOPLE, vec![Value::from(message.to_string())], 1000).await?;
        let mut people = AnonymousPeople::default();
        for row in &rows {
            let n = u64::try_from(integer(row, 1, TABLE)?).unwrap_or(0);
            match text(row, 0, TABLE)? {
                "click" => people.clicks = n,
                _ => people.opens = n,
            }
        }
        Ok(people)
    }
}
