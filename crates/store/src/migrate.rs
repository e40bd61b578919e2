//! Brings the schema up to date when an instance first opens the database.

use std::cell::Cell;
use std::time::Duration;

use spin_sdk::sqlite::{Connection, Value};

use crate::StoreError;
use crate::bounded::bounded;
use crate::sql::{integer, run};

const MIGRATIONS: &[(i64, &str)] = &[
    (1, include_str!("../migrations/0001_first_path.sql")),
    (2, include_str!("../migrations/0002_regimes.sql")),
    (3, include_str!("../migrations/0003_reports.sql")),
    (4, include_str!("../migrations/0004_clock_set_back.sql")),
    (5, include_str!("../migrations/0005_links_and_erasure.sql")),
    (6, include_str!("../migrations/0006_industry_opt_out.sql")),
    (7, include_str!("../migrations/0007_files.sql")),
    (8, include_str!("../migrations/0008_feed.sql")),
    (9, include_str!("../migrations/0009_decisions.sql")),
    (10, include_str!("../migrations/0010_subject_message.sql")),
    (12, include_str!("../migrations/0012_file_lines.sql")),
    (14, include_str!("../migrations/0014_evidence.sql")),
    (15, include_str!("../migrations/0015_transparency_log.sql")),
    (16, include_str!("../migrations/0016_interception.sql")),
    (17, include_str!("../migrations/0017_communications.sql")),
    (18, include_str!("../migrations/0018_results.sql")),
    (19, include_str!("../migrations/0019_contacts.sql")),
    (21, include_str!("../migrations/0021_last_hours.sql")),
    (22, include_str!("../migrations/0022_activity.sql")),
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

/// How long the first request to an old or empty database waits. Longer than for a read: it is a healthy
/// database that has something to do.
const MIGRATION: Duration = Duration::from_secs(10);

/// Applies what is missing. Safe when many instances and hosts start at once: the work happens in one
/// write transaction per migration, on a connection that nothing else can reach.
///
/// # Errors
/// [`StoreError::Away`] if the database does not say its version within `limit`, or takes too long to be
/// brought up to date; [`StoreError::NewerSchema`].
pub async fn ensure(limit: Duration) -> Result<(), StoreError> {
    if CHECKED.get() {
        return Ok(());
    }
    let away = || StoreError::Away("SQLite did not answer in time".to_owned());
    let found = bounded(limit, version()).await.ok_or_else(away)??;
    if found < newest() {
        bounded(MIGRATION, migrate()).await.ok_or_else(away)??;
    } else if found > newest() {
        return Err(StoreError::NewerSchema {
            found,
            known: newest(),
        });
    }
    CHECKED.set(true);
    Ok(())
}

/// The version of the database, 0 for an empty one.
async fn version() -> Result<i64, StoreError> {
    const NAMED: &str = "SELECT 1 FROM sqlite_master WHERE name = 'schema_version'";
    let connection = open().await?;
    let asked = run(
        &connection,
        "SELECT max(version) FROM schema_version",
        Vec::new(),
    );
    match asked.await {
        Ok(rows) => Ok(rows.first().and_then(|row| row.get::<i64>(0)).unwrap_or(0)),
        // Either the table is not there yet, or the database is away.
        Err(error) if !run(&connection, NAMED, Vec::new()).await?.is_empty() => Err(error),
        Err(_) => Ok(0),
    }
}

async fn migrate() -> Result<(), StoreError> {
    let connection = open().await?;
    // What a migration moves must not stay in free pages, where an erasure no longer finds it.
    let _ = run(&connection, "PRAGMA secure_delete=ON", Vec::new()).await;
    for &(version, script) in MIGRATIONS {
        apply(&connection, version, script).await?;
    }
    Ok(())
}

async fn open() -> Result<Connection, StoreError> {
    Connection::open_default()
        .await
        .map_err(|_| StoreError::Away("SQLite cannot be opened".to_owned()))
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
