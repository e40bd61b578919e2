//! Decisions: recorded, projected, read, and how they came to be.

mod act;
mod attempt;
mod catch_up;
mod communicate;
mod decide;
mod file_line;
mod history;
mod import;
mod project;
mod read;
mod read_back;
mod rows;
mod types;

pub use act::{Action, NewAction};
pub use catch_up::CaughtUp;
pub(crate) use communicate::{COMMUNICATION_SIGNALS, communication_entry};
pub use communicate::{CommunicationEntry, NewCommunication, RecordedCommunication};
pub(crate) use decide::salt;
pub use file_line::FileLine;
pub(crate) use history::{history_columns, history_entry};
pub use import::Imported;
pub(crate) use project::{
    CONCURRENT_PROJECTIONS, PROJECTION_ATTEMPTS, REPAIR_EVERY, recent, recent_at,
};
pub(crate) use rows::{states_parameters, subject_line, subject_of};
pub use types::{
    Actor, CurrentConsent, ForRecording, HistoryEntry, NewSignal, Outcome, Recorded, Requested,
    Seen,
};
