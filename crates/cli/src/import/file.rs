//! The files to import: where they are, when they are from, and what is in them.

use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use domain::Timestamp;
use flate2::read::MultiGzDecoder;

use super::lzo::LzopReader;
use super::table;

/// A file to import.
#[derive(Debug)]
pub struct Source {
    /// Where it is.
    pub path: PathBuf,
    /// When it was last changed.
    pub changed: Option<SystemTime>,
    /// Its bytes, packed as it is.
    pub size: u64,
}

/// What is in a file once it is unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Consent records.
    Records,
    /// A table as text.
    Csv,
    /// A table in a workbook.
    Workbook,
}

/// The files at these places, those of a folder in the order of their names.
pub fn sources(paths: &[PathBuf]) -> Result<Vec<Source>> {
    let mut found = Vec::new();
    for path in paths {
        let about =
            std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
        if about.is_dir() {
            folder(path, &mut found)?;
        } else {
            found.push(source(path.clone(), &about));
        }
    }
    Ok(found)
}

fn source(path: PathBuf, about: &std::fs::Metadata) -> Source {
    Source {
        path,
        changed: about.modified().ok(),
        size: about.len(),
    }
}

fn folder(path: &Path, found: &mut Vec<Source>) -> Result<()> {
    let entries = std::fs::read_dir(path)
        .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let mut paths: Vec<PathBuf> = entries.iter().map(std::fs::DirEntry::path).collect();
    paths.sort();
    for path in paths.into_iter().filter(|path| !is_beside(path)) {
        let about =
            std::fs::metadata(&path).with_context(|| format!("cannot read {}", path.display()))?;
        if about.is_dir() {
            folder(&path, found)?;
        } else {
            found.push(source(path, &about));
        }
    }
    Ok(())
}

/// Hidden files, the index of an lzop file, and what a job leaves to say that it is done.
fn is_beside(path: &Path) -> bool {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    name.starts_with(['.', '_']) || name.ends_with(".index")
}

impl Source {
    /// When lines without a time were decided: the beginning of the day whose folder this is in, or when the file was
    /// last changed.
    pub fn date(&self) -> String {
        let day = self
            .folder_of_day()
            .and_then(|day| Timestamp::parse_rfc3339(&format!("{day}T00:00:00Z")).ok());
        let changed = || {
            let since = self.changed?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
            i64::try_from(since.as_micros())
                .ok()
                .map(Timestamp::from_micros)
        };
        day.or_else(changed)
            .unwrap_or(Timestamp::from_micros(0))
            .to_rfc3339()
    }

    /// The name of the folder `YYYY-MM-DD` that this is in.
    pub fn folder_of_day(&self) -> Option<&str> {
        self.path.ancestors().skip(1).find_map(|folder| {
            let name = folder.file_name()?.to_str()?;
            let is_day = Timestamp::parse_rfc3339(&format!("{name}T00:00:00Z")).is_ok();
            is_day.then_some(name)
        })
    }

    /// What is in it, by its name.
    pub fn content(&self) -> Content {
        let name = self.path.to_string_lossy().to_ascii_lowercase();
        let name = name
            .strip_suffix(".gz")
            .or_else(|| name.strip_suffix(".lzo"))
            .unwrap_or(&name);
        match name.rsplit('.').next() {
            Some("csv" | "tsv") => Content::Csv,
            Some("xlsx" | "xlsm" | "xlsb" | "xls" | "ods") => Content::Workbook,
            _ => Content::Records,
        }
    }

    /// Its bytes, unpacked; a workbook as CSV.
    pub fn open(&self) -> Result<Box<dyn Read + Send>> {
        let place = || format!("cannot read {}", self.path.display());
        if self.content() == Content::Workbook {
            let csv = table::csv_of_workbook(&self.path).with_context(place)?;
            return Ok(Box::new(Cursor::new(csv)));
        }
        let file = BufReader::new(File::open(&self.path).with_context(place)?);
        match self.path.extension().and_then(|name| name.to_str()) {
            Some("gz") => Ok(Box::new(MultiGzDecoder::new(file))),
            Some("lzo") => Ok(Box::new(LzopReader::new(file).with_context(place)?)),
            Some("zip" | "bz2" | "xz" | "zst") => bail!(
                "{}: unpack it first; gzip and lzop are read as they are",
                place()
            ),
            _ => Ok(Box::new(file)),
        }
    }
}
