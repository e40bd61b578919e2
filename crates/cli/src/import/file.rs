//! The files to import: where they are, when they are from, and what is in them.

use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use domain::Timestamp;
use flate2::read::MultiGzDecoder;

use super::lzo::LzopReader;
use super::table;
use crate::bucket::{self, Bucket, Object};

/// A file to import.
pub struct Source {
    /// Where it is.
    pub path: PathBuf,
    /// When it was last changed.
    pub changed: Option<SystemTime>,
    /// Its bytes, packed as it is.
    pub size: u64,
    /// Where it really is, if that is a bucket.
    pub object: Option<Object>,
}

/// Where a file can be read.
pub enum Fetched {
    /// Where it is.
    Here,
    /// A copy.
    Copy(tempfile::TempPath),
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
pub async fn sources(paths: &[PathBuf]) -> Result<Vec<Source>> {
    let mut found = Vec::new();
    for path in paths {
        if let Some((name, prefix)) = path.to_str().and_then(bucket::parse) {
            in_bucket(name, prefix, &mut found).await?;
            continue;
        }
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

/// The file with this key, or those of the folder.
async fn in_bucket(name: &str, prefix: &str, found: &mut Vec<Source>) -> Result<()> {
    let bucket = Bucket::open(name)?;
    let folder = prefix.trim_end_matches('/');
    for object in bucket.list(folder).await? {
        // Not what only begins alike, nor what stands for a folder.
        let rest = object.key.strip_prefix(folder).unwrap_or_default();
        let belongs = folder.is_empty() || rest.is_empty() || rest.starts_with('/');
        let hidden = rest.split('/').any(|part| is_beside(Path::new(part)));
        if !belongs || hidden || object.key.ends_with('/') {
            continue;
        }
        let micros = object
            .changed
            .and_then(|at| u64::try_from(at.micros()).ok());
        found.push(Source {
            path: PathBuf::from(format!("s3://{name}/{}", object.key)),
            changed: micros.and_then(|micros| {
                SystemTime::UNIX_EPOCH.checked_add(Duration::from_micros(micros))
            }),
            size: object.size,
            object: Some(Object {
                bucket: bucket.clone(),
                key: object.key,
            }),
        });
    }
    Ok(())
}

fn source(path: PathBuf, about: &std::fs::Metadata) -> Source {
    Source {
        path,
        changed: about.modified().ok(),
        size: about.len(),
        object: None,
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

    /// The file on this machine; a copy that goes when it is dropped if it is in a bucket.
    pub async fn fetch(&self) -> Result<Fetched> {
        let Some(object) = &self.object else {
            return Ok(Fetched::Here);
        };
        let place = || format!("cannot read {}", self.path.display());
        // Under its own ending, because workbooks are known by it.
        let ending = self.path.extension().and_then(|ending| ending.to_str());
        let ending = ending
            .map(|ending| format!(".{ending}"))
            .unwrap_or_default();
        let mut copy = tempfile::Builder::new()
            .suffix(&ending)
            .tempfile()
            .context("cannot write a file for a while")?;
        object.read(&mut copy).await.with_context(place)?;
        Ok(Fetched::Copy(copy.into_temp_path()))
    }

    /// Its bytes, unpacked; a workbook as CSV.
    pub fn open(&self, fetched: &Fetched) -> Result<Box<dyn Read + Send>> {
        let place = || format!("cannot read {}", self.path.display());
        let path: &Path = match fetched {
            Fetched::Here => &self.path,
            Fetched::Copy(copy) => copy,
        };
        if self.content() == Content::Workbook {
            let csv = table::csv_of_workbook(path).with_context(place)?;
            return Ok(Box::new(Cursor::new(csv)));
        }
        let file = BufReader::new(File::open(path).with_context(place)?);
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
