//! The promises of the rules, each checked by a table or for all inputs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod conditions;
mod consent_mode;
mod destinations;
mod erasure;
mod files;
mod iab;
mod interactions;
mod mail;
mod mail_properties;
mod overlays;
mod regimes;
mod resolution;
mod scanners;
mod stances;
mod strategies;
mod subjects;
mod tags;
mod tokens;
mod wire;
