//! Records decisions, in the order of ADR 0001.

use std::cell::Cell;
use std::collections::BTreeSet;

use domain::iab::Evidence;
use domain::{KeyedHash, OrganisationId, Timestamp};
use futures::StreamExt;
use serde::Serialize;
use spin_sdk::sqlite::Value;
use spin_sdk::wasip3;

use super::attempt;
use super::project::{CONCURRENT_PROJECTIONS, key, project_again};
use super::read_back::{ReadBack, read_back};
use super::types::{Actor, CurrentConsent, NewSignal, Outcome, Recorded, Requested, Times};
use crate::kv::{self, KvAway};
use crate::projection::Projection;
use crate::sql::write;
use crate::{Store, StoreError};

/// A signal as json_each reads it in [`INSERT`].
#[derive(Serialize)]
struct IntakeRow<'a> {
    keyed_hash: String,
    identifier: &'a str,
    salt: String,
    item: u32,
    granted: u8,
    refused: u8,
    tier: u8,
    source: &'static str,
    regime: &'static str,
    regime_from: &'static str,
    live: bool,
    at: i64,
    since: i64,
    form: Option<&'a str>,
    form_version: Option<&'a str>,
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grants_from: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<&'a Evidence>,
}

const INSERT: &str = "INSERT INTO signal_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, \
  granted, refused, tier, source, regime, regime_from, live, at, since, received_at, form, form_version, language, ip, actor, grants_from, evidence) \
  SELECT ?1, value ->> 'keyed_hash', value ->> 'identifier', value ->> 'salt', ?2, value ->> 'item', ?3, \
  value ->> 'granted', value ->> 'refused', value ->> 'tier', value ->> 'source', value ->> 'regime', \
  value ->> 'regime_from', value ->> 'live', value ->> 'at', value ->> 'since', ?4, value ->> 'form', value ->> 'form_version', \
  value ->> 'language', NULL, ?5, value ->> 'grants_from', value ->> 'evidence' FROM json_each(?6)";

/// Signals in one statement: a longer one would keep everybody else's refusals waiting.
const SLICE: usize = 500;

/// One request with its decisions, on its way through the stores.
struct Request<'a> {
    organisation: OrganisationId,
    id: &'a str,
    content: &'a str,
    actor: Actor,
    signals: &'a [NewSignal],
    hashes: Vec<KeyedHash>,
    now: Timestamp,
}

impl Store {
    /// Stores the signals of one request and brings them into force, in the linked organisations too.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the request id came before with other content, and
    /// [`StoreError::Away`] when nothing can be promised: what was stored of a long list is completed by
    /// repeating it with the same request id, and a grant that is repeated after a refusal changes nothing.
    pub async fn decide(
        &self,
        organisation: OrganisationId,
        request_id: &str,
        content: &str,
        actor: Actor,
        signals: &[NewSignal],
        now: Timestamp,
    ) -> Result<Vec<Recorded>, StoreError> {
        let content = self.fingerprint(content);
        let mut recorded = self
            .decide_in(organisation, request_id, &content, actor, signals, now)
            .await?;
        for linked in self.linked_with(organisation).await? {
            let id = linked_request_id(organisation, request_id);
            let actor = Actor::Linked(organisation);
            self.decide_in(linked, &id, &content, actor, signals, now)
                .await?;
        }
        let subjects = signals.iter().map(|signal| &signal.subject);
        let opted_out = self.industry_opt_outs_of(organisation, subjects).await?;
        for Recorded { current, .. } in &mut recorded {
            current.state.industry_opt_out = opted_out.get(&current.keyed_hash).copied();
        }
        Ok(recorded)
    }

    /// The same in one organisation. `content` is the fingerprint that is stored.
    pub(super) async fn decide_in(
        &self,
        organisation: OrganisationId,
        request_id: &str,
        content: &str,
        actor: Actor,
        signals: &[NewSignal],
        now: Timestamp,
    ) -> Result<Vec<Recorded>, StoreError> {
        let hashes = signals
            .iter()
            .map(|signal| self.hash(organisation, &signal.subject))
            .collect();
        let request = Request {
            organisation,
            id: request_id,
            content,
            actor,
            signals,
            hashes,
            now,
        };
        let recorded = request.store().await;
        if matches!(recorded, Err(StoreError::Away(_))) {
            attempt::remember(organisation, request_id, now);
        }
        recorded
    }
}

impl Request<'_> {
    async fn store(&self) -> Result<Vec<Recorded>, StoreError> {
        let since = self.announce().await?;
        for (signals, hashes) in self.signals.chunks(SLICE).zip(self.hashes.chunks(SLICE)) {
            self.insert(signals, hashes, since).await?;
        }
        let items = self.signals.len();
        let mut read =
            match read_back(self.organisation, self.id, self.content, items, self.now).await {
                Err(StoreError::Conflict) => {
                    // Nothing was stored, so what was announced is taken back.
                    for hash in &self.hashes {
                        let _ = project_again(self.organisation, *hash).await;
                    }
                    return Err(StoreError::Conflict);
                }
                read => read?,
            };
        let states = read.states(self.organisation, &self.hashes).await?;
        let recorded: Vec<Recorded> = self
            .signals
            .iter()
            .zip(states)
            .map(|(signal, current)| self.recorded(signal, &read, current))
            .collect();
        // There is no mark of ours that would notice if somebody else was writing meanwhile.
        let unmarked = recorded
            .iter()
            .map(|recorded| (recorded.outcome, recorded.current.keyed_hash))
            .filter(|(outcome, hash)| *outcome != Outcome::Stored || !read.has_state(*hash))
            .map(|(_, hash)| hash)
            .collect::<BTreeSet<_>>();
        read.project(self.organisation, &unmarked).await;
        Ok(recorded)
    }

    fn recorded(&self, signal: &NewSignal, read: &ReadBack, current: CurrentConsent) -> Recorded {
        let entry = read.entry(signal.item);
        let brought = match signal.at {
            Requested::Live => self.now,
            Requested::At(at) => at,
        };
        Recorded {
            item: signal.item,
            at: entry.and_then(|entry| entry.at).unwrap_or(brought),
            outcome: match entry {
                Some(entry) if entry.is_new => Outcome::Stored,
                Some(_) => Outcome::Repeated,
                None => Outcome::Void,
            },
            devices: entry.map_or(0, |entry| entry.devices),
            current,
        }
    }

    async fn insert(
        &self,
        signals: &[NewSignal],
        hashes: &[KeyedHash],
        since: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let rows: Vec<IntakeRow<'_>> = signals
            .iter()
            .zip(hashes)
            .map(|(signal, hash)| intake_row(signal, *hash, self.now, since))
            .collect();
        let rows = serde_json::to_string(&rows).map_err(|_| StoreError::Corrupt("signal"))?;
        let parameters = vec![
            Value::from(self.organisation.to_string()),
            Value::from(self.id),
            Value::from(self.content),
            Value::from(self.now.micros()),
            Value::from(self.actor.text()),
            Value::from(rows),
        ];
        write(INSERT, parameters, signals.len()).await?;
        Ok(())
    }

    /// Before SQLite: closes what a refusal is about. A grant closes too (its first subject stands for a
    /// list), because that shows whether it can come into force at all. Gives when this request first came
    /// in, if that was before.
    async fn announce(&self) -> Result<Option<Timestamp>, StoreError> {
        let refusing: Vec<KeyedHash> = self
            .signals
            .iter()
            .zip(&self.hashes)
            .filter(|(signal, _)| signal.flags.contains_refusal())
            .map(|(_, hash)| *hash)
            .collect();
        let only_grants = refusing.is_empty();
        let closed = if only_grants {
            self.hashes.iter().take(1).copied().collect()
        } else {
            refusing
        };
        let hold = Projection::Hold { since: self.now }.encode();
        let away = Cell::new(false);
        futures::stream::iter(closed)
            .for_each_concurrent(CONCURRENT_PROJECTIONS, |hash| {
                let (hold, away) = (hold.clone(), &away);
                async move {
                    // Where the key-value store is away, SQLite alone has a refusal; that is enough.
                    if kv::set(key(self.organisation, hash), hold).await.is_err() {
                        away.set(true);
                    }
                }
            })
            .await;
        if only_grants && away.get() {
            return Err(nothing_granted());
        }
        match attempt::first_came_in(self.organisation, self.id).await {
            Ok(first) => Ok(first),
            // Only this store may know that the request is older than a refusal.
            Err(KvAway) if only_grants => Err(nothing_granted()),
            Err(KvAway) => Ok(None),
        }
    }
}

/// The request id under which a linked organisation keeps what was said to `own`: no request of its own can have
/// it, because it holds a `/`.
pub(super) fn linked_request_id(own: OrganisationId, request_id: &str) -> String {
    format!("{own}/{request_id}")
}

fn nothing_granted() -> StoreError {
    StoreError::Away("the key-value store is away, so nothing can be granted".to_owned())
}

fn intake_row(
    signal: &NewSignal,
    hash: KeyedHash,
    now: Timestamp,
    first: Option<Timestamp>,
) -> IntakeRow<'_> {
    let times = Times::new(signal.at, signal.since, first, now);
    let shown = signal.shown.as_ref();
    IntakeRow {
        keyed_hash: hash.to_string(),
        identifier: signal.subject.as_str(),
        salt: salt(),
        item: signal.item,
        granted: signal.flags.granted_mask(),
        refused: signal.flags.refused_mask(),
        tier: signal.tier.number(),
        source: signal.source.code(),
        regime: signal.regime.code(),
        regime_from: signal.regime_source.code(),
        live: times.live,
        at: times.at,
        since: times.since,
        form: shown.map(|shown| shown.form.as_str()),
        form_version: shown.map(|shown| shown.version.as_str()),
        language: shown.map(|shown| shown.language.as_str()),
        grants_from: signal.grants_from.map(Timestamp::micros),
        evidence: signal.evidence.as_ref(),
    }
}

pub(crate) fn salt() -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(32);
    for byte in wasip3::random::random::get_random_bytes(16) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
