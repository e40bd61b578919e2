//! What is in force: from SQLite, or as the edge sees it.

use domain::{Ceilings, Device, KeyedHash, OrganisationId, Subject, Timestamp};

use super::project::{key, project_again, read_one, recent};
use super::rows::{RECORDING_STATES, in_order, read_states, states_parameters};
use super::types::{CurrentConsent, ForRecording, Seen};
use crate::industry::AtTheEdge;
use crate::kv;
use crate::projection::Projection;
use crate::sql::{Lane, execute};
use crate::{Store, StoreError};

/// Subjects in one statement, so that a long list does not keep everybody else's reads waiting.
const SLICE: usize = 1000;

impl Store {
    /// What the subjects have decided, from SQLite, in the order asked.
    pub async fn current(
        &self,
        organisation: OrganisationId,
        subjects: &[Subject],
    ) -> Result<Vec<CurrentConsent>, StoreError> {
        let hashes: Vec<KeyedHash> = subjects
            .iter()
            .map(|subject| self.hash(organisation, subject))
            .collect();
        let mut found = Vec::with_capacity(hashes.len());
        for slice in hashes.chunks(SLICE) {
            found.extend(in_order(slice, &read_states(organisation, slice).await?)?);
        }
        self.add_industry_opt_outs(Lane::Read, subjects, &mut found)
            .await?;
        Ok(found)
    }

    /// The same for the recorder, which works after the answer and waits as long as it takes.
    pub async fn current_for_recording(
        &self,
        organisation: OrganisationId,
        subjects: &[Subject],
    ) -> Result<ForRecording, StoreError> {
        let hashes: Vec<KeyedHash> = subjects
            .iter()
            .map(|subject| self.hash(organisation, subject))
            .collect();
        let rows = execute(
            Lane::Record,
            RECORDING_STATES,
            states_parameters(organisation, &hashes)?,
        )
        .await?;
        let column = |index| rows.first().and_then(|row| row.get::<i64>(index));
        let mut states = in_order(&hashes, &rows)?;
        self.add_industry_opt_outs(Lane::Record, subjects, &mut states)
            .await?;
        Ok(ForRecording {
            version: column(1),
            unprojected: column(2) == Some(1),
            states,
        })
    }

    /// What the edge acts on for a subject: the key-value store, and SQLite where that knows nothing.
    pub async fn projected(
        &self,
        organisation: OrganisationId,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<CurrentConsent, StoreError> {
        let mut current = self.projected_alone(organisation, subject, now).await?;
        let Ok(device) = Device::try_from(subject.clone()) else {
            return Ok(current);
        };
        // Strangers are not projected, or asking would fill the store.
        let known = current.version != 0;
        match self.industry_at_the_edge(&device, known, now).await? {
            AtTheEdge::OptedIn => {}
            AtTheEdge::OptedOut(since) => current.state.industry_opt_out = Some(since),
            AtTheEdge::Hold => return Ok(CurrentConsent::unknown(current.keyed_hash, Seen::Hold)),
        }
        Ok(current)
    }

    async fn projected_alone(
        &self,
        organisation: OrganisationId,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<CurrentConsent, StoreError> {
        let hash = self.hash(organisation, subject);
        let value = kv::get(key(organisation, hash)).await.ok().flatten();
        match value.as_deref().map(Projection::decode) {
            // One without a version says only that nobody was known: by now a file may have brought somebody,
            // and then this is not written (ADR 12).
            Some(Some(Projection::State { version, state })) if version > 0 => Ok(CurrentConsent {
                subject_id: None,
                keyed_hash: hash,
                version,
                state,
                ceiling: Ceilings::default(),
                seen: Seen::Projection,
            }),
            Some(Some(Projection::Hold { since })) if recent(now, since) => {
                Ok(CurrentConsent::unknown(hash, Seen::Hold))
            }
            // Newer than this software: closed.
            Some(None) => Ok(CurrentConsent::unknown(hash, Seen::Hold)),
            other => {
                let held = matches!(other, Some(Some(Projection::Hold { .. })));
                let current = read_one(organisation, hash).await?;
                // Strangers are not projected, or asking would fill the store; a hold that nobody took
                // back is.
                if held || current.is_known() {
                    // Away: the next reader asks SQLite again.
                    let _ = project_again(organisation, hash).await;
                }
                Ok(current)
            }
        }
    }
}
