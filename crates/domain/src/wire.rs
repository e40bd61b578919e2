//! What the tags of the Salesforce DMP send to its consent service, and how they want to be answered.
//!
//! The parameters and bodies are those of `docs/wire.md`: recorded from tags and configurations.

mod callback;
mod device;
mod parameters;

pub use callback::{Callback, CallbackError};
pub use device::DeviceKey;
pub use parameters::{Identifier, ParameterError, Parameters, Route, WireError};
