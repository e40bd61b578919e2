//! Consent strings of the IAB: TCF (Europe) and GPP (its frame for the United States and others), read, checked,
//! and mapped to flags by the tables of `docs/signals.md`.
//!
//! The formats are those of the specifications of the IAB Tech Lab: "Transparency and Consent String with Global
//! Vendor & CMP List Formats" 2.3 and "Global Privacy Platform String" 1.0 with its sections.

mod bits;
mod gpp;
mod statement;
mod tcf;
mod us;

pub use bits::BitsError;
pub use gpp::{Gpp, GppError, Section};
pub use statement::{Evidence, MAPPING, Place, Statement, StatementError, Strings};
pub use tcf::{Publisher, Tcf, TcfError, TcfFlaw};
pub use us::UsSection;

/// The longest string that is read, in characters. Real ones have hundreds, with many restrictions thousands.
pub const MAX_STRING: usize = 16_384;
