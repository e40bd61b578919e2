//! Databases as the service makes them.
#![allow(dead_code, reason = "each test uses a part")]

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;

/// By number.
static MIGRATIONS: LazyLock<Vec<(i64, String)>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let files = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let mut migrations: Vec<(i64, String)> = files
        .filter_map(|file| {
            let name = file.file_name().into_string().unwrap();
            let number = name.strip_suffix(".sql")?.split('_').next()?;
            let script = std::fs::read_to_string(file.path()).unwrap();
            Some((number.parse().unwrap(), script))
        })
        .collect();
    migrations.sort();
    migrations
});

/// Applies those migrations.
pub fn migrate(database: &Connection, numbers: RangeInclusive<i64>) {
    for (number, script) in MIGRATIONS.iter() {
        if numbers.contains(number) {
            database.execute_batch(script).unwrap();
        }
    }
}

/// With all migrations and the organisation `org`: a copy, because the migrations take a hundred times as long.
pub fn database() -> Connection {
    static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let database = Connection::open_in_memory().unwrap();
        migrate(&database, 0..=i64::MAX);
        let organisation = "INSERT INTO organisation VALUES ('org', '{}', 1, 1, 1, 'admin')";
        database.execute(organisation, []).unwrap();
        let path = new_path();
        database
            .execute("VACUUM INTO ?1", [path.to_str().unwrap()])
            .unwrap();
        let content = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        content
    });
    let path = new_path();
    std::fs::write(&path, FILE.as_slice()).unwrap();
    let database = Connection::open(&path).unwrap();
    database
        .execute_batch(
            "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; SELECT 1 FROM organisation",
        )
        .unwrap();
    // It is there as long as it is open.
    std::fs::remove_file(&path).unwrap();
    database
}

fn new_path() -> PathBuf {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("assent-store-{}-{number}", std::process::id()))
}

pub fn number(database: &Connection, query: &str) -> i64 {
    database.query_row(query, [], |row| row.get(0)).unwrap()
}

/// Rows of `activity` that do not say what the interactions do.
pub const WRONG_ACTIVITY: &str = "
  WITH expected AS (
    SELECT l.org_id, l.kind, i.at / 86400000000 AS day, i.subject_id, i.message_id, count(*) AS n
    FROM interaction i JOIN link l ON l.id = i.link_id GROUP BY 1, 2, 3, 4, 5),
  found AS (SELECT d.org_id, d.kind, d.day, a.subject_id, m.message_id, a.n FROM activity a
    LEFT JOIN activity_day d ON d.id = a.day_id LEFT JOIN message_number m ON m.number = a.message_number)
  SELECT count(*) FROM (SELECT * FROM (SELECT * FROM expected EXCEPT SELECT * FROM found)
    UNION ALL SELECT * FROM (SELECT * FROM found EXCEPT SELECT * FROM expected))";
