//! What is kept no longer, in bounded slices: any number of hosts may ask for it at once, and however often.

use domain::{Cutoffs, OrganisationId, Retention, Settings, Timestamp};
use spin_sdk::sqlite::Value;

use crate::sql::{integer, parsed, read, read_many, text, write};
use crate::{Store, StoreError};

/// Rows that one statement changes at most, so that decisions do not wait.
const ROWS: i64 = 500;
/// Mails that one statement looks at.
const MAILS: i64 = 100;
/// Statements that one call makes.
const STATEMENTS: u32 = 40;

/// Organisations with which nothing was done today yet, or not all.
const DUE: &str = "SELECT o.id, o.settings FROM organisation o LEFT JOIN retention r ON r.org_id = o.id \
  WHERE r.done IS NULL OR r.done < ?1 ORDER BY o.id LIMIT 10";

const PLACE: &str = "SELECT created_at, message_id FROM retention WHERE org_id = ?1 AND day = ?2";

const MESSAGES: &str = "SELECT created_at, id FROM message WHERE org_id = ?1 AND created_at < ?2 \
  AND (created_at, id) > (?3, ?4) ORDER BY created_at, id LIMIT ?5";

/// `?1` is a JSON array of mails.
const OLD: &str = "SELECT coalesce(json_group_array(id), '[]'), count(*) FROM (SELECT i.id AS id FROM json_each(?1) mail \
  CROSS JOIN interaction i ON i.message_id = mail.value WHERE i.at < ?2 LIMIT ?3)";

const EXPIRE: &str = "INSERT INTO interaction_expiry (org_id, ids, before, day, created_at, message_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

const LAST_OPENS: &str = "DELETE FROM last_open WHERE org_id = ?1 AND subject_id IN \
  (SELECT subject_id FROM last_open WHERE org_id = ?1 AND day < ?2 / 86400000000 LIMIT ?3) RETURNING 1";

const NETWORKS: &str = "UPDATE signal SET ip = NULL WHERE seq IN \
  (SELECT seq FROM signal WHERE org_id = ?1 AND ip IS NOT NULL AND received_at < ?2 LIMIT ?3) RETURNING 1";

const IMPORT_ERRORS: &str = "DELETE FROM import_error WHERE org_id = ?1 AND (run_id, line) IN \
  (SELECT e.run_id, e.line FROM import_run r CROSS JOIN import_error e ON e.org_id = r.org_id AND e.run_id = r.id \
  WHERE r.org_id = ?1 AND r.started_at < ?2 LIMIT ?3) RETURNING 1";

const ATTEMPTS: &str = "DELETE FROM attempt WHERE org_id = ?1 AND request_id IN \
  (SELECT request_id FROM attempt WHERE org_id = ?1 AND received_at < ?2 LIMIT ?3) RETURNING 1";

const CONTACT_REQUESTS: &str = "DELETE FROM contact_request WHERE (org_id, request_id, item) IN \
  (SELECT org_id, request_id, item FROM contact_request WHERE org_id = ?1 AND received_at < ?2 LIMIT ?3) RETURNING 1";

/// Of mails from before: counted by a trigger, so that the number of people stays.
const STRANGERS: &str = "DELETE FROM anonymous_person WHERE (message_id, kind, person) IN \
  (SELECT p.message_id, p.kind, p.person FROM message m CROSS JOIN anonymous_person p ON p.message_id = m.id \
  WHERE m.org_id = ?1 AND m.created_at < ?2 LIMIT ?3) RETURNING 1";

const ASKED: &str = "DELETE FROM asked WHERE subject_id IN \
  (SELECT a.subject_id FROM asked a CROSS JOIN subject s ON s.id = a.subject_id \
  WHERE a.at < ?2 AND s.org_id = ?1 LIMIT ?3) RETURNING 1";

/// Of attributes that the settings, as they are now, do not define.
const ATTRIBUTES: &str = "DELETE FROM contact_attribute WHERE (attribute_id, subject_id) IN \
  (SELECT v.attribute_id, v.subject_id FROM attribute a CROSS JOIN contact_attribute v ON v.attribute_id = a.id \
  WHERE a.org_id = ?1 AND v.at < ?2 AND a.name NOT IN (SELECT defined.value ->> 'name' \
    FROM organisation o CROSS JOIN json_each(o.settings, '$.attributes') defined WHERE o.id = ?1) LIMIT ?3) RETURNING 1";

const DONE: &str = "INSERT INTO retention (org_id, day, created_at, message_id, done) VALUES (?1, ?2, 0, '', ?2) \
  ON CONFLICT (org_id) DO UPDATE SET done = max(done, excluded.done)";

impl Store {
    /// Takes away some of what is kept no longer, and says whether there may be more.
    pub async fn retain(&self, now: Timestamp) -> Result<bool, StoreError> {
        // Where nobody clicks nobody else forgets them.
        self.forget_recent_clicks(now).await?;
        // The day is everybody's; what goes is each organisation's own.
        let today = Retention::default().cutoffs(now).day;
        let due = read(DUE, vec![Value::from(today)]).await?;
        let mut left = STATEMENTS;
        for row in &due {
            let organisation = parsed(row, 0, "organisation", OrganisationId::parse)?;
            let settings = text(row, 1, "organisation")?;
            let settings: Settings =
                serde_json::from_str(settings).map_err(|_| StoreError::Corrupt("organisation"))?;
            let cutoffs = Retention::from(&settings).cutoffs(now);
            if !retain_one(organisation, &cutoffs, &mut left).await? {
                return Ok(true);
            }
            let done = vec![
                Value::from(organisation.to_string()),
                Value::from(cutoffs.day),
            ];
            write(DONE, done, 1).await?;
        }
        // The next call finds out whether those were all.
        Ok(!due.is_empty())
    }
}

/// Whether nothing is left of this organisation's today.
async fn retain_one(
    organisation: OrganisationId,
    cutoffs: &Cutoffs,
    left: &mut u32,
) -> Result<bool, StoreError> {
    if let Some(before) = cutoffs.interactions
        && !interactions(organisation, cutoffs.day, before, left).await?
    {
        return Ok(false);
    }
    for (statement, before) in [
        (LAST_OPENS, cutoffs.interactions),
        (STRANGERS, cutoffs.interactions),
        (NETWORKS, cutoffs.networks),
        (IMPORT_ERRORS, cutoffs.import_errors),
        (ATTEMPTS, cutoffs.attempts),
        (CONTACT_REQUESTS, cutoffs.attempts),
        (ASKED, Some(cutoffs.asked)),
        (ATTRIBUTES, Some(cutoffs.attributes)),
    ] {
        let Some(before) = before else { continue };
        loop {
            if !spend(left) {
                return Ok(false);
            }
            let parameters = vec![
                Value::from(organisation.to_string()),
                Value::from(before.micros()),
                Value::from(ROWS),
            ];
            let changed = write(statement, parameters, 500).await?;
            if i64::try_from(changed.len()).is_ok_and(|changed| changed < ROWS) {
                break;
            }
        }
    }
    Ok(true)
}

/// Goes on with the mails where it ended, today; whether nothing is left.
async fn interactions(
    organisation: OrganisationId,
    day: i64,
    before: Timestamp,
    left: &mut u32,
) -> Result<bool, StoreError> {
    const TABLE: &str = "retention";
    let org = || Value::from(organisation.to_string());
    let rows = read(PLACE, vec![org(), Value::from(day)]).await?;
    let mut place = match rows.first() {
        Some(row) => (integer(row, 0, TABLE)?, text(row, 1, TABLE)?.to_owned()),
        None => (i64::MIN, String::new()),
    };
    loop {
        if !spend(left) {
            return Ok(false);
        }
        let parameters = vec![
            org(),
            Value::from(before.micros()),
            Value::from(place.0),
            Value::from(place.1.as_str()),
            Value::from(MAILS),
        ];
        let mails = read_many(MESSAGES, parameters, 100).await?;
        let Some(last) = mails.last() else {
            return Ok(true);
        };
        let last = (integer(last, 0, TABLE)?, text(last, 1, TABLE)?.to_owned());
        let ids: Vec<&str> = mails
            .iter()
            .map(|row| text(row, 1, TABLE))
            .collect::<Result<_, _>>()?;
        let ids = serde_json::to_string(&ids).map_err(|_| StoreError::Corrupt(TABLE))?;
        let parameters = vec![
            Value::from(ids),
            Value::from(before.micros()),
            Value::from(ROWS),
        ];
        let old = read_many(OLD, parameters, 1000).await?;
        let old = old.first().ok_or(StoreError::Corrupt(TABLE))?;
        let complete = integer(old, 1, TABLE)? < ROWS;
        let reached = if complete { &last } else { &place };
        let parameters = vec![
            org(),
            Value::from(text(old, 0, TABLE)?),
            Value::from(before.micros()),
            Value::from(day),
            Value::from(reached.0),
            Value::from(reached.1.as_str()),
        ];
        write(EXPIRE, parameters, 500).await?;
        if complete {
            place = last;
        }
    }
}

fn spend(left: &mut u32) -> bool {
    match left.checked_sub(1) {
        Some(rest) => {
            *left = rest;
            true
        }
        None => false,
    }
}
