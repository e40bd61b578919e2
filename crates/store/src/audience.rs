//! Of whom a condition holds: of all contacts, in slices of the list, or of some.
//!
//! SQLite finds out which clauses hold of whom, each with one statement for a slice that reads an index in its order;
//! what follows is decided in `domain`, once for each combination (ADR 22).

mod bits;
mod pace;
mod question;
pub mod statements;

use std::collections::BTreeMap;

use domain::condition::{Condition, Leaf};
use domain::{Gate, KeyedHash, Policy, Settings, Stance, Subject, Timestamp};
use spin_sdk::sqlite::Value;

use crate::consent::states_parameters;
use crate::sql::{integer, parsed, read_many};
use crate::{CurrentConsent, Organisation, Store, StoreError};
use bits::Contacts;
use pace::Pace;
use question::Asked;

/// What has to be open for an audience: behaviour was recorded only where tracking was allowed, and is used only where
/// targeting is.
pub const AUDIENCE_GATES: [Gate; 2] = [Gate::Target, Gate::Track];

/// Contacts that are looked at together.
const SLICE: u32 = 131_072;
/// Rows that are looked at together for one clause: with more slices get smaller.
const MOST_ROWS: usize = 1_000_000;
/// Contacts whose keys are read together.
const KEYS: usize = 1000;

/// A condition with what its clauses name in this organisation.
pub struct Audience<'a> {
    condition: &'a Condition,
    asked: Vec<Asked>,
    organisation: &'a Organisation,
    now: Timestamp,
    pace: Pace,
}

/// The place in a condition of a message or a link that the organisation does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName(pub String);

/// A part of the list of contacts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AudienceSlice {
    /// Those of whom the condition holds, who may be targeted, and whose tracking is allowed: their places in the list.
    pub members: Vec<i64>,
    /// Those who may not, unless the condition says no of them by their attributes alone.
    pub untrackable: Vec<i64>,
    /// The place of the last one that was looked at; nothing at the end of the list.
    pub next: Option<i64>,
}

/// What was found out about a contact.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The clauses that hold, for [`Condition::holds`].
    pub leaves: u32,
    /// What the person has decided.
    pub current: CurrentConsent,
}

impl Store {
    /// Looks up what a condition names.
    ///
    /// # Errors
    /// [`UnknownName`] with the place of a message or a link that the organisation does not have.
    pub async fn audience<'a>(
        &self,
        organisation: &'a Organisation,
        condition: &'a Condition,
        now: Timestamp,
    ) -> Result<Result<Audience<'a>, UnknownName>, StoreError> {
        let mut asked = Vec::new();
        for (place, leaf) in condition.leaves().iter().enumerate() {
            let found = match leaf {
                Leaf::Behaviour(behaviour) => {
                    Asked::behaviour(organisation.id, behaviour, now).await?
                }
                Leaf::Attribute(test) => Ok(Asked::attribute(organisation.id, test).await?),
            };
            match found {
                Ok(found) => asked.push(found),
                Err(unknown) => {
                    let pointer = format!("{}{unknown}", condition.pointer(place));
                    return Ok(Err(UnknownName(pointer)));
                }
            }
        }
        Ok(Ok(Audience {
            condition,
            asked,
            organisation,
            now,
            pace: Pace::new(SLICE, MOST_ROWS),
        }))
    }

    /// The keys of contacts at these places of the list; whoever was erased since is left out.
    pub async fn contact_keys(
        &self,
        organisation: &Organisation,
        places: &[i64],
    ) -> Result<Vec<String>, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("subject");
        let mut keys = Vec::with_capacity(places.len());
        for slice in places.chunks(KEYS) {
            let places = serde_json::to_string(slice).map_err(|_| CORRUPT)?;
            let parameters = vec![
                Value::from(organisation.id.to_string()),
                Value::from(places),
            ];
            let rows = read_many(statements::KEYS, parameters, slice.len()).await?;
            let text = rows.first().and_then(|row| row.get::<&str>(0));
            let found: Vec<String> =
                serde_json::from_str(text.unwrap_or("[]")).map_err(|_| CORRUPT)?;
            keys.extend(found);
        }
        Ok(keys)
    }
}

impl Audience<'_> {
    /// Looks at about so many contacts first, where not all are wanted.
    pub fn begin_with(&self, contacts: u32) {
        self.pace.begin_with(contacts);
    }

    /// Looks at the next contacts after a place of the list.
    pub async fn slice(&self, after: i64) -> Result<AudienceSlice, StoreError> {
        loop {
            let (size, most) = self.pace.next();
            if let Some((slice, rows)) = self.slice_of(after, size, most).await? {
                self.pace.done(rows);
                return Ok(slice);
            }
            self.pace.too_much();
        }
    }

    /// Looks at so many contacts, and says how many rows the clause gave that gave most; nothing where that is `most`.
    async fn slice_of(
        &self,
        after: i64,
        size: u32,
        most: usize,
    ) -> Result<Option<(AudienceSlice, usize)>, StoreError> {
        const TABLE: &str = "contact";
        let organisation = Value::from(self.organisation.id.to_string());
        let items = usize::try_from(size).unwrap_or(usize::MAX);
        let parameters = vec![organisation.clone(), Value::from(after), Value::from(size)];
        let rows = read_many(statements::END, parameters, items).await?;
        let Some(end) = rows.first().and_then(|row| row.get::<i64>(0)) else {
            return Ok(Some((AudienceSlice::default(), 0)));
        };
        let is_full = rows.first().and_then(|row| row.get::<u32>(1)) >= Some(size);
        let stances = rows.first().and_then(|row| row.get::<&str>(2));
        let mut parameters = vec![organisation, Value::from(after), Value::from(end)];
        parameters.extend(self.verdicts(stances.unwrap_or_default())?);
        let rows = read_many(statements::CONTACTS, parameters, items).await?;
        let text = rows.first().and_then(|row| row.get::<&str>(0));
        let mut contacts =
            Contacts::read(text.unwrap_or_default()).ok_or(StoreError::Corrupt(TABLE))?;
        let mut rows = 0;
        for (place, asked) in self.asked.iter().enumerate() {
            let found = asked.in_slice(after, end, most).await?;
            let found = contacts.mark(place, asked.at_least(), &found);
            rows = rows.max(found.ok_or(StoreError::Corrupt("interaction"))?);
            if rows >= most {
                return Ok(None);
            }
        }
        let mut known = BTreeMap::new();
        let mut slice = AudienceSlice {
            next: is_full.then_some(end),
            ..AudienceSlice::default()
        };
        for contact in contacts.iter() {
            let holds = *known
                .entry((contact.leaves, contact.is_open))
                .or_insert_with(|| self.condition.holds(contact.leaves, contact.is_open));
            match (contact.is_open, holds) {
                (true, Some(true)) => slice.members.push(contact.place),
                (false, None | Some(true)) => slice.untrackable.push(contact.place),
                _ => {}
            }
        }
        Ok(Some((slice, rows)))
    }

    /// When the gates are open for each of these stances, and what the statement needs to tell.
    fn verdicts(&self, stances: &str) -> Result<[Value; 4], StoreError> {
        let settings: &Settings = &self.organisation.settings;
        let policy = Policy::from(settings);
        let verdicts: Vec<(i64, u8, i64)> = stances
            .split_terminator(',')
            .filter_map(|bits| bits.parse().ok())
            .map(|bits| {
                let verdict = Stance::from_bits(bits).verdict(&AUDIENCE_GATES, &policy, self.now);
                (bits, verdict.open(), verdict.lapsed_at().micros())
            })
            .collect();
        let needed = AUDIENCE_GATES.iter().fold(0, |mask, gate| {
            mask | gate.needs(settings.tracking_flags).mask()
        });
        let backfill = settings
            .backfill
            .map_or(i64::MIN, |backfill| backfill.at.micros());
        let lapsed = verdicts.iter().map(|(_, _, lapsed_at)| *lapsed_at).max();
        let verdicts =
            serde_json::to_string(&verdicts).map_err(|_| StoreError::Corrupt("contact"))?;
        Ok([
            Value::from(verdicts),
            Value::from(i64::from(needed)),
            Value::from(backfill),
            Value::from(lapsed),
        ])
    }

    /// What is to be known of these contacts, in the order asked.
    pub async fn facts(
        &self,
        store: &Store,
        subjects: &[Subject],
    ) -> Result<Vec<Facts>, StoreError> {
        let organisation = self.organisation.id;
        let mut all = Vec::with_capacity(subjects.len());
        let mut places = BTreeMap::new();
        for subjects in subjects.chunks(KEYS) {
            let current = store.current(organisation, subjects).await?;
            let hashes: Vec<KeyedHash> = current.iter().map(|current| current.keyed_hash).collect();
            let parameters = states_parameters(organisation, &hashes)?;
            for row in &read_many(statements::PLACES, parameters, hashes.len()).await? {
                let hash = parsed(row, 0, "subject", KeyedHash::parse)?;
                places.insert(hash, integer(row, 1, "subject")?);
            }
            all.extend(current);
        }
        // In the order of the list, so that those of one statement stand near one another.
        let mut sorted: Vec<i64> = places.values().copied().collect();
        sorted.sort_unstable();
        let mut leaves = BTreeMap::new();
        for these in sorted.chunks(KEYS) {
            let mut contacts = Contacts::of(these);
            for (place, asked) in self.asked.iter().enumerate() {
                let found = asked.of_these(these).await?;
                contacts
                    .mark(place, asked.at_least(), &found)
                    .ok_or(StoreError::Corrupt("interaction"))?;
            }
            let of_these = contacts.iter();
            leaves.extend(of_these.map(|contact| (contact.place, contact.leaves)));
        }
        let facts = all.into_iter().map(|current| {
            let place = places.get(&current.keyed_hash);
            let leaves = place.and_then(|place| leaves.get(place)).copied();
            Facts {
                leaves: leaves.unwrap_or(0),
                current,
            }
        });
        Ok(facts.collect())
    }
}
