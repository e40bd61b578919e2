//! Overwrites what deleting leaves in the pages of a SQLite file.
//!
//! `secure_delete` overwrites a row where it stands when it is deleted. But where SQLite moved the row before, because a
//! page was full, its bytes stay in the unused middle of the page that it left (`rebuildPage` in `btree.c` clears nothing
//! there). They are not part of any row, so no statement reaches them; they are found by looking at every page.
//!
//! Pages are read and written as rows of SQLite's own table of pages, `sqlite_dbpage`: in transactions, so that others may
//! use the file at the same time.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

/// Pages between two pauses, in which others write.
const SLICE: usize = 256;
const PAUSE: Duration = Duration::from_millis(5);
/// How long to wait for others that write, and at the end for those that read what is in the write-ahead log.
const PATIENCE: Duration = Duration::from_secs(5);
/// With fewer pages than this no page begins like one of a table or an index but those: all others begin with the number of
/// a page (<https://sqlite.org/fileformat2.html>).
const MOST_PAGES: u32 = 1 << 25;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scrubbed {
    /// Its pages.
    pub pages: u32,
    /// Those in which something was overwritten.
    pub overwritten: u32,
    /// Whether the write-ahead log is empty now. It is not where somebody still reads an older state.
    pub log_is_empty: bool,
}

/// Overwrites what deleting has left in the unused parts of the pages, and empties the write-ahead log. What the file says
/// stays as it is. Others may use it meanwhile.
///
/// # Errors
/// If it is no SQLite file, or one whose pages cannot be told apart: with `auto_vacuum`, or of more than 128 GiB.
pub fn scrub(path: &Path) -> Result<Scrubbed> {
    let scrubbed = scrub_file(path);
    scrubbed.with_context(|| {
        format!(
            "what was deleted cannot be overwritten in {}",
            path.display()
        )
    })
}

fn scrub_file(path: &Path) -> Result<Scrubbed> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update_and_check(None, "secure_delete", "ON", |_| Ok(()))?;
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, u32>(0));
    ensure!(
        number("auto_vacuum")? == 0,
        "it is kept small by auto_vacuum, which makes its pages look alike"
    );
    let pages = number("page_count")?;
    ensure!(pages < MOST_PAGES, "it has too many pages");
    let mut overwritten: u32 = 0;
    let all: Vec<u32> = (1..=pages).collect();
    for slice in all.chunks(SLICE) {
        let found = overwrite(&mut connection, slice)?;
        overwritten = overwritten.saturating_add(found);
        std::thread::sleep(PAUSE);
    }
    let busy: u32 =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(Scrubbed {
        pages,
        overwritten,
        log_is_empty: busy == 0,
    })
}

/// How many of the pages had something to overwrite.
fn overwrite(connection: &mut Connection, pages: &[u32]) -> Result<u32> {
    let mut dirty = Vec::new();
    for page in pages {
        if clean(connection, *page)?.is_some() {
            dirty.push(*page);
        }
    }
    if dirty.is_empty() {
        return Ok(0);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut overwritten: u32 = 0;
    for page in dirty {
        // Somebody may have written it since.
        if let Some(data) = clean(&transaction, page)? {
            transaction
                .prepare_cached("UPDATE sqlite_dbpage SET data = ?2 WHERE pgno = ?1")?
                .execute((page, data))?;
            overwritten = overwritten.saturating_add(1);
        }
    }
    transaction.commit()?;
    Ok(overwritten)
}

/// The page as it should be; nothing if it is, or is gone.
fn clean(connection: &Connection, page: u32) -> Result<Option<Vec<u8>>> {
    let mut read = connection.prepare_cached("SELECT data FROM sqlite_dbpage WHERE pgno = ?1")?;
    let mut rows = read.query([page])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let before = row.get_ref(0)?.as_blob()?;
    let after = cleaned(before, page == 1);
    Ok(after.filter(|after| after != before))
}

/// A page of a table or an index with zeros wherever no row is; nothing for another page, or one that is not as it should
/// be (file format, "B-tree Pages").
fn cleaned(page: &[u8], is_first: bool) -> Option<Vec<u8>> {
    // The first one begins with the header of the file.
    let header: usize = if is_first { 100 } else { 0 };
    let at = |offset: usize| header.checked_add(offset);
    let header_size = match page.get(header)? {
        2 | 5 => 12,
        10 | 13 => 8,
        _ => return None,
    };
    let cells = number_at(page, at(3)?)?.checked_mul(2)?;
    let middle = at(header_size)?.checked_add(cells)?;
    let content = match number_at(page, at(5)?)? {
        0 => 1 << 16,
        content => content,
    };
    let mut page = page.to_vec();
    let mut free = number_at(&page, at(1)?)?;
    page.get_mut(middle..content)?.fill(0);
    while free != 0 {
        // Where the next one is, and how large this one is; the next one lies behind.
        let (rest, size) = (
            free.checked_add(4)?,
            number_at(&page, free.checked_add(2)?)?,
        );
        let end = free.checked_add(size)?;
        if free < content || rest > end {
            return None;
        }
        page.get_mut(rest..end)?.fill(0);
        let next = number_at(&page, free)?;
        if next != 0 && next < end {
            return None;
        }
        free = next;
    }
    Some(page)
}

/// Two bytes, the first the larger.
fn number_at(page: &[u8], offset: usize) -> Option<usize> {
    let bytes = page.get(offset..)?.first_chunk::<2>()?;
    Some(usize::from(u16::from_be_bytes(*bytes)))
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    /// Numbers that are the same every time.
    struct Numbers(u64);

    impl Numbers {
        fn next(&mut self) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0
        }

        fn below(&mut self, limit: u32) -> u32 {
            u32::try_from(self.next() % u64::from(limit)).unwrap()
        }

        fn text(&mut self, letter: &str, limit: u32) -> String {
            letter.repeat(self.below(limit).try_into().unwrap())
        }
    }

    fn connect(path: &Path) -> Connection {
        let connection = Connection::open(path).unwrap();
        connection
            .execute_batch(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA secure_delete=ON",
            )
            .unwrap();
        connection
    }

    /// Rows that grow and move, of which some are deleted in the end.
    fn filled_and_deleted(path: &Path) -> Connection {
        let mut connection = connect(path);
        connection
            .execute_batch(
                "CREATE TABLE one (id INTEGER PRIMARY KEY, name TEXT, rest TEXT, UNIQUE (name));
                 CREATE TABLE other (name TEXT PRIMARY KEY, rest TEXT) WITHOUT ROWID",
            )
            .unwrap();
        let mut numbers = Numbers(7);
        let transaction = connection.transaction().unwrap();
        for id in 0..4000_u32 {
            let who = if id % 8 == 0 { "GOES" } else { "stays" };
            let name = format!("{:016x}{who}{id}", numbers.next());
            let rest = numbers.text("r", 60);
            let into = |table| format!("INSERT INTO {table} (name, rest) VALUES (?1, ?2)");
            transaction.execute(&into("one"), (&name, &rest)).unwrap();
            transaction.execute(&into("other"), (&name, &rest)).unwrap();
            let (longer, place) = (numbers.text("l", 300), format!("{:x}", numbers.next()));
            let grow = "UPDATE other SET rest = ?1 WHERE name = (SELECT name FROM other WHERE name > ?2 LIMIT 1)";
            transaction.execute(grow, (&longer, place)).unwrap();
            let grow = "UPDATE one SET rest = ?1 WHERE id = ?2";
            transaction
                .execute(grow, (&longer, numbers.below(id + 1)))
                .unwrap();
        }
        transaction.commit().unwrap();
        for table in ["one", "other"] {
            let delete = format!("DELETE FROM {table} WHERE name LIKE '%GOES%'");
            assert_eq!(connection.execute(&delete, []).unwrap(), 500);
        }
        connection
    }

    fn count(path: &Path, text: &[u8]) -> usize {
        let bytes = std::fs::read(path).unwrap();
        bytes
            .windows(text.len())
            .filter(|part| *part == text)
            .count()
    }

    #[test]
    fn what_deleting_leaves_is_overwritten_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db");
        let connection = filled_and_deleted(&path);
        let content = || -> Vec<(String, String)> {
            let rows = "SELECT name, rest FROM one UNION ALL SELECT * FROM other";
            let mut rows = connection.prepare(rows).unwrap();
            let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
            rows.unwrap().map(Result::unwrap).collect()
        };
        let before = content();
        connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .unwrap();
        assert!(count(&path, b"GOES") > 0, "SQLite has left nothing");

        let scrubbed = scrub(&path).unwrap();
        assert!(scrubbed.overwritten > 0 && scrubbed.overwritten < scrubbed.pages);
        assert!(scrubbed.log_is_empty);
        assert_eq!(count(&path, b"GOES"), 0);
        assert_eq!(
            std::fs::metadata(path.with_extension("db-wal"))
                .unwrap()
                .len(),
            0
        );
        assert_eq!(content(), before);
        let check = "PRAGMA integrity_check";
        let found: String = connection.query_row(check, [], |row| row.get(0)).unwrap();
        assert_eq!(found, "ok");
        // Whoever has the file open goes on with it.
        connection
            .execute("UPDATE one SET rest = rest || name", [])
            .unwrap();
        let found: String = connection.query_row(check, [], |row| row.get(0)).unwrap();
        assert_eq!(found, "ok");
        let again = Scrubbed {
            overwritten: 0,
            ..scrub(&path).unwrap()
        };
        assert_eq!(scrub(&path).unwrap(), again);
    }

    #[test]
    fn others_write_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db");
        drop(filled_and_deleted(&path));
        let writing = std::thread::spawn({
            let path = path.clone();
            move || {
                let connection = connect(&path);
                connection.busy_timeout(PATIENCE).unwrap();
                let mut numbers = Numbers(9);
                for _ in 0..2000 {
                    let name = format!("{:016x}", numbers.next());
                    let values = (name, numbers.text("n", 400));
                    connection
                        .execute("INSERT INTO other VALUES (?1, ?2)", values)
                        .unwrap();
                }
            }
        });
        while !writing.is_finished() {
            scrub(&path).unwrap();
        }
        writing.join().unwrap();
        scrub(&path).unwrap();
        assert_eq!(count(&path, b"GOES"), 0);
        let connection = connect(&path);
        let found: (String, u32) = connection
            .query_row(
                "SELECT (SELECT * FROM pragma_integrity_check), count(*) FROM other",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        assert_eq!(found, ("ok".to_owned(), 5500));
    }

    #[test]
    fn what_cannot_be_told_apart_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db");
        assert!(scrub(&path).is_err() && !path.exists());
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch("PRAGMA auto_vacuum=FULL; CREATE TABLE t (a)")
            .unwrap();
        let why = format!("{:#}", scrub(&path).unwrap_err());
        assert!(why.contains("auto_vacuum"), "{why}");
        std::fs::write(&path, "no database").unwrap();
        assert!(scrub(&path).is_err());
        for page in [
            &b""[..],
            b"\x0d",
            b"\x0d\0\0\xff\xff\0\0\0",
            b"\x0d\0\x09\0\0\0\x09\0\0\0\0\0\0",
        ] {
            assert_eq!(cleaned(page, false), None, "{page:?}");
        }
    }
}
