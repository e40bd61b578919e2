//! Brings the schema up to date when an instance first opens the database.

use std::cell::Cell;

use spin_sdk::sqlite::{Connection, Value};

use crate::StoreError;
use crate::sql::{integer, run};

const MIGRATIONS: [(i64, &str); 2] = [
    (1, include_str!("../migrations/0001_first_path.sql")),
    (2, include_str!("../migrations/0002_regimes.sql")),
];

thread_local! {
    static CHECKED: Cell<bool> = const { Cell::new(false) };
}

fn newest() -> i64 {
    MIGRATIONS
        .iter()
        .map(|(version, _)| *version)
        .max()
        .unwrap_or(0)
}

/// Applies what is missing. Safe when many instances and hosts start at once: the work happens in one
/// write transaction per migration, on a connection that nothing else can reach.
pub async fn ensure(connection: &Connection) -> Result<(), StoreError> {
    if CHECKED.get() {
        return Ok(());
    }
    let found = match run(
        connection,
        "SELECT max(version) FROM schema_version",
        Vec::new(),
    )
    .await
    {
        Ok(rows) => rows.first().and_then(|row| row.get::<i64>(0)).unwrap_or(0),
        Err(_) => 0,
    };
    if found < newest() {
        let fresh = Connection::open_default()
            .await
            .map_err(|_| StoreError::Away("SQLite cannot be opened".to_owned()))?;
        for (version, script) in MIGRATIONS {
            apply(&fresh, version, script).await?;
        }
    } else if found > newest() {
        return Err(StoreError::NewerSchema {
            found,
            known: newest(),
        });
    }
    CHECKED.set(true);
    Ok(())
}

async fn apply(
    connection: &Connection,
    version: i64,
    script: &'static str,
) -> Result<(), StoreError> {
    // Stays on a local file; a server has its own journal and may refuse.
    let _ = run(connection, "PRAGMA journal_mode=WAL", Vec::new()).await;
    run(connection, "BEGIN IMMEDIATE", Vec::new()).await?;
    let result = apply_statements(connection, version, script).await;
    let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = run(connection, end, Vec::new()).await;
    result.and(ended.map(|_| ()))
}

async fn apply_statements(
    connection: &Connection,
    version: i64,
    script: &'static str,
) -> Result<(), StoreError> {
    run(
        connection,
        "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT",
        Vec::new(),
    )
    .await?;
    let rows = run(
        connection,
        "SELECT count(*) FROM schema_version WHERE version = ?1",
        vec![Value::Integer(version)],
    )
    .await?;
    let applied = rows
        .first()
        .map_or(Ok(0), |row| integer(row, 0, "schema_version"))?;
    if applied > 0 {
        return Ok(());
    }
    for statement in statements(script) {
        run(connection, statement, Vec::new()).await?;
    }
    run(
        connection,
        "INSERT INTO schema_version (version, applied_at) VALUES (?1, unixepoch() * 1000000)",
        vec![Value::Integer(version)],
    )
    .await?;
    Ok(())
}

/// The statements of a script: each ends with `;` and an empty line (migrations/README.md).
fn statements(script: &'static str) -> impl Iterator<Item = &'static str> {
    script.split(";\n\n").map(str::trim).filter(|statement| {
        statement
            .lines()
            .any(|line| !line.trim().is_empty() && !line.starts_with("--"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_of_every_migration_is_whole() {
        for (_, script) in MIGRATIONS {
            for statement in statements(script) {
                let begins =
                    statement.matches(" BEGIN\n").count() + statement.matches("\nBEGIN\n").count();
                let ends = statement.matches("\nEND").count();
                assert_eq!(begins, ends, "a trigger was cut in two: {statement}");
            }
        }
    }
}
