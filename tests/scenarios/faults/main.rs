//! What goes wrong around a host: disks, locks, clients, clocks, stopped processes. Under each of them people are
//! asked, agree, click and refuse; afterwards everything acknowledged is there, no refusal is overridden, nothing
//! is half-written, and the host answers as before without a restart.
//!
//! `tests/faults.sh` runs the long form; `ASSENT_FAULT_SECONDS` and `ASSENT_CUTS` say how long and how often.

mod clients;
mod clock;
mod disk;
mod redis;
mod scene;
mod stores;
