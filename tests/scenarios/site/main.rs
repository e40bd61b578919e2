//! What a browser sees of Assent on an organisation's site: the tag, the banner, and the routes behind them
//! (`docs/tag.md`).

mod away;
mod demo;
mod krux;
mod look;
mod measure;
mod promises;
mod routes;
mod server;
mod shop;
mod words;
