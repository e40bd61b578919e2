//! What people did with a mail: recorded after the answer, in batches, and reported.

use domain::report::Count;
use domain::{Kind, LinkId, MessageId, OrganisationId, Subject, Timestamp, Verdict};
use serde::Serialize;
use spin_sdk::sqlite::Value;

use crate::consent::salt;
use crate::sql::{Lane, execute, integer, read_many, write};
use crate::{CurrentConsent, Mint, Store, StoreError};

/// Interactions with one link in one hour that count alike.
#[derive(Debug, Clone)]
pub struct Occurrences {
    /// With which link.
    pub link: LinkId,
    /// In which hour since the epoch.
    pub hour: i64,
    /// How they count.
    pub verdict: Verdict,
    /// How many.
    pub n: u32,
    /// For identified ones: each person, at the version on which that was decided, and when.
    pub people: Vec<(AtVersion, Timestamp)>,
    /// For anonymous ones: those on a token that is one person's.
    pub strangers: Vec<Stranger>,
}

/// Somebody who is not named, on a token that is hers alone.
#[derive(Debug, Clone)]
pub struct Stranger {
    /// What stands for her: [`Store::stranger`].
    pub hash: String,
    /// When.
    pub at: Timestamp,
    /// Whether people are counted by it; otherwise only bursts are looked for.
    pub counted: bool,
}

/// A person as she was when it was decided to name her.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtVersion {
    pub(crate) subject_id: i64,
    pub(crate) version: i64,
}

/// Counters of a mail.
#[derive(Debug, Clone)]
pub struct Stats {
    /// What was handed out.
    pub mint: Mint,
    /// How often somebody unsubscribed with it, by hour since the epoch. Who did so because of which mail is stored nowhere.
    pub unsubscribes: Vec<(i64, u64)>,
    /// One per link, kind, hour and verdict, by hour.
    pub counts: Vec<Count>,
}

/// Occurrences as json_each reads them in [`INSERT`]. People and strangers are texts of fixed width (subject, version,
/// time, 19 digits each), which SQLite takes apart in a third of the time that JSON costs.
#[derive(Serialize)]
struct IntakeRow {
    link: LinkId,
    hour: i64,
    verdict: &'static str,
    n: u32,
    people: Vec<String>,
    strangers: Vec<String>,
}

const INSERT: &str = "INSERT INTO interaction_intake (link_id, hour, verdict, n, people, strangers) \
  SELECT value ->> 'link', value ->> 'hour', value ->> 'verdict', value ->> 'n', value ->> 'people', value ->> 'strangers' \
  FROM json_each(?1) WHERE (SELECT ceiling FROM link WHERE id = value ->> 'link') <> 'off'";

const MINTED: &str = "SELECT coalesce(sum(sent), 0), coalesce(sum(untracked), 0), \
  (SELECT group_concat(hour || ' ' || n, char(10)) FROM \
    (SELECT hour, n FROM unsubscribe_count WHERE message_id = ?1 ORDER BY hour)) \
  FROM mint WHERE message_id = ?1";

/// One text, since a row costs more than what is in it: a mail of ten links has thousands in a month.
const COUNTS: &str = "SELECT group_concat(link_id || ' ' || kind || ' ' || hour || ' ' || verdict || ' ' || n, char(10)) \
  FROM (SELECT link_id, kind, hour, verdict, n FROM interaction_count WHERE message_id = ?1 ORDER BY hour)";

const KNOW: &str = "INSERT INTO subject (org_id, keyed_hash, identifier, salt, first_seen, latest_at, version) \
  SELECT ?1, value ->> 'keyed_hash', value ->> 'identifier', value ->> 'salt', ?2, 0, 0 FROM json_each(?3) WHERE true \
  ON CONFLICT (org_id, keyed_hash) DO NOTHING";

#[derive(Serialize)]
struct NewSubjectRow<'a> {
    keyed_hash: String,
    identifier: &'a str,
    salt: String,
}

impl CurrentConsent {
    /// What naming a person is tied to: the state on which that was decided. Nothing for somebody whom
    /// SQLite does not know.
    pub fn at_version(&self) -> Option<AtVersion> {
        self.subject_id.map(|subject_id| AtVersion {
            subject_id,
            version: self.version,
        })
    }

    /// Whether SQLite has the subject at all.
    pub const fn is_known(&self) -> bool {
        self.subject_id.is_some()
    }
}

impl Store {
    /// Makes subjects known that have never said anything, where the mode lets them be named all the same.
    pub async fn make_known(
        &self,
        organisation: OrganisationId,
        subjects: &[&Subject],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let parameters = self.subject_parameters(organisation, subjects, now)?;
        execute(Lane::Record, KNOW, parameters).await?;
        Ok(())
    }

    /// The same on the request path.
    pub async fn make_known_now(
        &self,
        organisation: OrganisationId,
        subjects: &[&Subject],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let parameters = self.subject_parameters(organisation, subjects, now)?;
        write(KNOW, parameters, subjects.len()).await?;
        Ok(())
    }

    fn subject_parameters(
        &self,
        organisation: OrganisationId,
        subjects: &[&Subject],
        now: Timestamp,
    ) -> Result<Vec<Value>, StoreError> {
        let rows: Vec<NewSubjectRow<'_>> = subjects
            .iter()
            .map(|subject| NewSubjectRow {
                keyed_hash: self.hash(organisation, subject).to_string(),
                identifier: subject.as_str(),
                salt: salt(),
            })
            .collect();
        let rows = serde_json::to_string(&rows).map_err(|_| StoreError::Corrupt("subject"))?;
        Ok(vec![
            Value::from(organisation.to_string()),
            Value::from(now.micros()),
            Value::from(rows),
        ])
    }

    /// Records a batch in one statement. A contact is kept only where SQLite still has the version that was
    /// decided on; otherwise the interaction counts as anonymous.
    pub async fn record(&self, batch: &[Occurrences]) -> Result<(), StoreError> {
        let rows: Vec<IntakeRow> = batch.iter().map(intake_row).collect();
        let rows = serde_json::to_string(&rows).map_err(|_| StoreError::Corrupt("interaction"))?;
        execute(Lane::Record, INSERT, vec![Value::from(rows)]).await?;
        Ok(())
    }

    /// The counters of a mail.
    pub async fn stats(&self, message: MessageId) -> Result<Stats, StoreError> {
        let id = Value::from(message.to_string());
        let minted = read_many(MINTED, vec![id.clone()], 1).await?;
        let mint = minted.first().map_or(Ok(Mint::default()), |row| {
            Ok::<_, StoreError>(Mint {
                sent: unsigned(integer(row, 0, "mint")?),
                untracked: unsigned(integer(row, 1, "mint")?),
            })
        })?;
        let unsubscribes = minted.first().and_then(|row| row.get::<&str>(2));
        let unsubscribes = unsubscribes
            .unwrap_or_default()
            .lines()
            .map(unsubscribes_of);
        let unsubscribes = unsubscribes
            .collect::<Option<_>>()
            .ok_or(StoreError::Corrupt("unsubscribe_count"))?;
        let rows = read_many(COUNTS, vec![id], 1000).await?;
        let lines = rows.first().and_then(|row| row.get::<&str>(0));
        let counts = lines.unwrap_or_default().lines().map(count_of);
        let counts = counts
            .collect::<Option<_>>()
            .ok_or(StoreError::Corrupt("interaction_count"))?;
        Ok(Stats {
            mint,
            unsubscribes,
            counts,
        })
    }
}

fn intake_row(occurrences: &Occurrences) -> IntakeRow {
    let people = occurrences.people.iter().map(|(person, at)| {
        let AtVersion {
            subject_id,
            version,
        } = person;
        format!("{subject_id:019}{version:019}{:019}", at.micros())
    });
    let strangers = occurrences.strangers.iter().map(|stranger| {
        let counted = if stranger.counted { "+" } else { "" };
        format!("{}{:019}{counted}", stranger.hash, stranger.at.micros())
    });
    IntakeRow {
        link: occurrences.link,
        hour: occurrences.hour,
        verdict: occurrences.verdict.code(),
        n: occurrences.n,
        people: people.collect(),
        strangers: strangers.collect(),
    }
}

/// A line of [`COUNTS`].
fn count_of(line: &str) -> Option<Count> {
    let mut fields = line.split(' ');
    let mut field = || fields.next();
    let (link, kind, hour) = (field()?, field()?, field()?);
    let (code, n) = (field()?, field()?);
    Some(Count {
        link: LinkId::parse(link).ok()?,
        kind: Kind::parse(kind).ok()?,
        hour: hour.parse().ok()?,
        verdict: Verdict::ALL
            .into_iter()
            .find(|verdict| verdict.code() == code)?,
        n: unsigned(n.parse().ok()?),
    })
}

/// A line of [`MINTED`]: the hour, and how many.
fn unsubscribes_of(line: &str) -> Option<(i64, u64)> {
    let (hour, n) = line.split_once(' ')?;
    Some((hour.parse().ok()?, unsigned(n.parse().ok()?)))
}

pub(crate) fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}
