//! What a browser sees of Assent on an organisation's site: the tag, the banner, and the routes behind them
//! (`docs/tag.md`).

mod routes;
mod words;
