//! Alterations of what is stored: whatever is given out of it shows them.

use assent_tests::Dice;
use domain::log::keys::LogPublicKeys;
use domain::log::proof::ProofPlan;
use domain::log::receipt::Receipt;
use rusqlite::types::Value as Cell;

use super::alter::altered;
use super::{AUDIT, Log};
use crate::verifiers::Case;

/// What a decision about flags says.
const SIGNAL: [&str; 7] = [
    "decided_at",
    "received_at",
    "source",
    "regime",
    "regime_from",
    "request_id",
    "granted",
];

/// An altered cell of the database, and what is fetched and checked then; nothing where it cannot be altered like this.
pub async fn row(
    log: &Log,
    keys: &LogPublicKeys,
    database: &rusqlite::Connection,
    dice: &mut Dice,
) -> Option<(Case, Case)> {
    let size = u64::try_from(log.entries.lines().count()).unwrap();
    let (path, receipt) = &log.receipts[dice.below(log.receipts.len())];
    let read = Receipt::verified(receipt, keys).unwrap().0;
    let index = read.proof.index;
    let seq: i64 = database
        .query_row(
            "SELECT signal_seq FROM log_leaf WHERE idx = ?1",
            [i64::try_from(index).unwrap()],
            |row| row.get(0),
        )
        .unwrap();
    let is_communication = path.starts_with("/v1/communications/");
    let signals = if is_communication {
        "communication_signal"
    } else {
        "signal"
    };
    let kind = dice.below(5);
    let (table, column, place): (&str, &str, String) = match kind {
        0 => (
            "log_leaf",
            "leaf",
            format!("idx = {}", dice.below(usize::try_from(size).unwrap())),
        ),
        1 => {
            let plan = ProofPlan::inclusion(index, size).unwrap();
            let places: Vec<_> = plan.places().collect();
            let node = places[dice.below(places.len())];
            (
                "log_node",
                "hash",
                format!("level = {} AND idx = {}", node.level, node.index),
            )
        }
        2 => ("log_head", "frontier", "1".to_owned()),
        3 if is_communication => ("communication_signal", "request_id", format!("seq = {seq}")),
        3 => {
            let column = SIGNAL[dice.below(SIGNAL.len())];
            ("signal", column, format!("seq = {seq}"))
        }
        _ => {
            let column = ["salt", "identifier"][dice.below(2)];
            (
                "subject",
                column,
                format!("id IN (SELECT subject_id FROM {signals} WHERE seq = {seq})"),
            )
        }
    };
    let before: Cell = database
        .query_row(
            &format!("SELECT {column} FROM {table} WHERE {place}"),
            [],
            |row| row.get(0),
        )
        .unwrap();
    let after = match &before {
        Cell::Text(text) => Cell::Text(altered(text, dice)),
        Cell::Integer(number) if column == "granted" => {
            Cell::Integer(number ^ (1 << dice.below(6)))
        }
        Cell::Integer(number) => {
            Cell::Integer(number + 1 + i64::try_from(dice.below(1000)).unwrap())
        }
        Cell::Blob(bytes) => {
            let mut bytes = bytes.clone();
            let place = dice.below(bytes.len());
            bytes[place] ^= 1 << dice.below(8);
            Cell::Blob(bytes)
        }
        other => panic!("{other:?}"),
    };
    let set = format!("UPDATE {table} SET {column} = ?1 WHERE {place}");
    if after == before || database.execute(&set, [&after]).is_err() {
        return None;
    }
    // An answer that breaks off, or says that something is unreadable, gives nothing out.
    let fetch = |path: String, accept: &'static str| async move {
        let request = log.club.request("GET", &path).header("accept", accept);
        match request.send().await {
            Ok(answer) if answer.status() == 200 => answer.text().await.unwrap_or_default(),
            _ => String::new(),
        }
    };
    let head = log.heads[1].clone();
    let (original, case) = match kind {
        0 => {
            let of = |entries| ("entries", vec![entries, head.clone()]);
            let now = fetch("/v1/log/entries".to_owned(), "*/*").await;
            (of(log.entries.clone()), of(now))
        }
        2 => {
            let proof = format!("{{\"from\":{size},\"to\":{size},\"path\":[]}}");
            let of = |now| ("checkpoints", vec![head.clone(), now, proof.clone()]);
            let now = fetch(
                format!("/v1/log/checkpoint?organisation={}", log.club.id),
                "*/*",
            )
            .await;
            (of(head.clone()), of(now))
        }
        _ if kind == 1 || column == "salt" || kind == 3 && is_communication => {
            let now = fetch(path.clone(), "*/*").await;
            (("receipt", vec![receipt.clone()]), ("receipt", vec![now]))
        }
        _ => {
            let now = fetch(AUDIT.to_owned(), "application/x-ndjson").await;
            let last = log.exports.last().unwrap();
            (log.export(last), log.export(&now))
        }
    };
    assert_eq!(database.execute(&set, [&before]).unwrap(), 1);
    Some((original, case))
}
