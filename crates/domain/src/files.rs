//! The lines of the Salesforce DMP's files: consent records come in, audit log records and dissent records go out; and
//! tables, in which other systems keep the same.
//!
//! Fields of a line are separated by `^`, and all separators are always there. No field is quoted, so none has a `^`.
//! `docs/formats.md` describes the lines for those who write and read them.

mod audit;
mod consent;
mod dissent;
mod field;
mod table;

pub use audit::AuditRecord;
pub use consent::{Action, ActionError, ConsentRecord};
pub use dissent::DissentRecord;
pub use field::{Field, Mistake, RecordError};
pub(crate) use table::cells;
pub use table::{ContactRow, Table, TableError};
