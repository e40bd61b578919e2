//! Leaves, made of what is stored.

use domain::log::hash::LogHash;
use domain::log::leaf::{Leaf, LeafKey, LeafKind, settings_hash};
use domain::log::{SERVICE, canonical};
use domain::{
    CommunicationType, Flags, IndustryAction, IndustrySource, OrganisationId, Regime, Shown,
    Source, Tier, Timestamp,
};
use spin_sdk::sqlite::RowResult;

use crate::StoreError;
use crate::sql::{integer, parsed, text};

/// A change of settings.
pub fn settings_leaf(organisation: OrganisationId, row: &RowResult) -> Result<String, StoreError> {
    const TABLE: &str = "settings_version";
    let at = Timestamp::from_micros(integer(row, 3, TABLE)?);
    let leaf = Leaf {
        version: Some(integer(row, 0, TABLE)?),
        settings: settings_hash(text(row, 1, TABLE)?),
        actor: Some(text(row, 2, TABLE)?.to_owned()),
        ..Leaf::new(LeafKind::Settings, organisation, at)
    };
    canonical(&leaf).ok_or(StoreError::Corrupt(TABLE))
}

/// A decision, an erasure or a request for everything stored.
pub fn signal_leaf(organisation: OrganisationId, row: &RowResult) -> Result<String, StoreError> {
    const TABLE: &str = "signal";
    let time = |index| integer(row, index, TABLE).map(Timestamp::from_micros);
    let mask = |index| row.get::<u8>(index).ok_or(StoreError::Corrupt(TABLE));
    let owned = |index| row.get::<&str>(index).map(str::to_owned);
    let kind = match text(row, 5, TABLE)? {
        "remove" => LeafKind::Remove,
        "portability" => LeafKind::Portability,
        "communication" => LeafKind::Communication,
        _ => LeafKind::Set,
    };
    let item = row.get::<u32>(4).ok_or(StoreError::Corrupt(TABLE))?;
    let request_id = text(row, 3, TABLE)?;
    let is_communication = kind == LeafKind::Communication;
    let key = row.get::<&str>(2).and_then(|salt| {
        if is_communication {
            LeafKey::derive_for_communication(salt, request_id, item)
        } else {
            LeafKey::derive(salt, request_id, item)
        }
    });
    let of_consent = |index| (!is_communication).then_some(index);
    let communication_type = row
        .get::<&str>(22)
        .map(CommunicationType::parse)
        .transpose()
        .map_err(|_| StoreError::Corrupt(TABLE))?;
    let flags = Flags::from_masks(mask(6)?, mask(7)?).map_err(|_| StoreError::Corrupt(TABLE))?;
    let (at, grants_at) = (time(12)?, time(14)?);
    let shown = match (owned(15), owned(16), owned(17)) {
        (Some(form), Some(version), Some(language)) => Some(Shown {
            form,
            version,
            language,
        }),
        _ => None,
    };
    let committed = |commit: &dyn Fn(&LeafKey) -> Option<LogHash>| key.as_ref().and_then(commit);
    let leaf = Leaf {
        received_at: Some(time(13)?),
        grants_at: (kind == LeafKind::Set && grants_at != at).then_some(grants_at),
        flags: (kind == LeafKind::Set).then_some(flags),
        communication_type,
        opted_in: is_communication.then_some(mask(6)? != 0),
        tier: of_consent(8)
            .map(|index| Tier::from_number(mask(index)?).map_err(|_| StoreError::Corrupt(TABLE)))
            .transpose()?,
        source: Some(parsed(row, 9, TABLE, Source::parse)?),
        regime: of_consent(10)
            .map(|index| parsed(row, index, TABLE, Regime::parse))
            .transpose()?,
        regime_source: of_consent(11).and_then(owned),
        actor: owned(19),
        linked: integer(row, 20, TABLE)? != 0,
        subject: committed(&|key| key.subject(row.get::<&str>(1)?)),
        shown: committed(&|key| key.shown(shown.as_ref()?)),
        network: committed(&|key| key.network(row.get::<&str>(18)?)),
        evidence: committed(&|key| key.evidence(row.get::<&str>(21)?)),
        ..Leaf::new(kind, organisation, at)
    };
    canonical(&leaf).ok_or(StoreError::Corrupt(TABLE))
}

/// An industry opt-out, or one taken back. Nothing but the keyed hash of the device is stored of it, so that is what the
/// leaf commits to, and what opens it.
pub fn industry_leaf(row: &RowResult) -> Result<String, StoreError> {
    const TABLE: &str = "industry_change";
    let time = |index| integer(row, index, TABLE).map(Timestamp::from_micros);
    let kind = match parsed(row, 4, TABLE, IndustryAction::parse)? {
        IndustryAction::OptOut => LeafKind::OptOut,
        IndustryAction::OptIn => LeafKind::OptIn,
    };
    let device = text(row, 1, TABLE)?;
    let item = row.get::<u32>(3).ok_or(StoreError::Corrupt(TABLE))?;
    let key = LeafKey::derive(device, text(row, 2, TABLE)?, item);
    let leaf = Leaf {
        received_at: Some(time(7)?),
        list: Some(parsed(row, 5, TABLE, IndustrySource::parse)?),
        subject: key.and_then(|key| key.subject(device)),
        ..Leaf::new(kind, SERVICE, time(6)?)
    };
    canonical(&leaf).ok_or(StoreError::Corrupt(TABLE))
}
