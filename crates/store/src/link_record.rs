//! What the key-value store holds about a tracked link.
//!
//! Layout: `2 kind ceiling organisation[16] message[16] destination check`, the check that of
//! [`crate::checked`].

use domain::{Ceiling, Kind, MessageId, OrganisationId};

use crate::checked::{checked, with_check};
use crate::projection::number_of;

const FORMAT: u8 = 2;
/// The numbers of kinds in stored values: their place here.
const KINDS: [Kind; 2] = [Kind::Click, Kind::Open];

/// Where a tracked link leads and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRecord {
    /// A link to follow or an open pixel.
    pub kind: Kind,
    /// The most that the message lets be recorded here.
    pub ceiling: Ceiling,
    /// Whose link.
    pub organisation: OrganisationId,
    /// In which mail.
    pub message: MessageId,
    /// The registered destination; empty for a pixel.
    pub destination: String,
}

impl LinkRecord {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![
            FORMAT,
            number_of(&KINDS, self.kind),
            number_of(&Ceiling::ALL, self.ceiling),
        ];
        bytes.extend(self.organisation.as_bytes());
        bytes.extend(self.message.as_bytes());
        bytes.extend(self.destination.as_bytes());
        with_check(bytes)
    }

    /// Nothing for what this version cannot read; the caller then asks SQLite.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (&[format, kind, ceiling], rest) = checked(bytes)?.split_first_chunk::<3>()?;
        let (organisation, rest) = rest.split_first_chunk::<16>()?;
        let (message, destination) = rest.split_first_chunk::<16>()?;
        if format != FORMAT {
            return None;
        }
        Some(Self {
            kind: *KINDS.get(usize::from(kind))?,
            ceiling: *Ceiling::ALL.get(usize::from(ceiling))?,
            organisation: OrganisationId::from_bytes(*organisation),
            message: MessageId::from_bytes(*message),
            destination: String::from_utf8(destination.to_vec()).ok()?,
        })
    }
}
