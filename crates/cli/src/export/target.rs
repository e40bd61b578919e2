//! Where exports go: under a folder of this machine or of a bucket. A file is there whole or not at all.

use std::fmt;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

use crate::bucket::{self, Bucket, Object, Upload};

/// A folder.
pub enum Target {
    Here(PathBuf),
    Bucket(Arc<Bucket>, String),
}

impl Target {
    /// A folder, or `s3://bucket/folder`.
    pub fn open(place: &Path) -> Result<Self> {
        match place.to_str().and_then(bucket::parse) {
            Some((name, folder)) => {
                let folder = folder.trim_end_matches('/').to_owned();
                Ok(Self::Bucket(Bucket::open(name)?, folder))
            }
            None => Ok(Self::Here(place.to_owned())),
        }
    }

    /// Begins the file at this path under the folder.
    pub fn file(&self, path: &str) -> Result<Unfinished> {
        match self {
            Self::Here(folder) => {
                let path = folder.join(path);
                let folder = path.parent().unwrap_or(folder);
                std::fs::create_dir_all(folder)
                    .with_context(|| format!("cannot make {}", folder.display()))?;
                let unfinished = NamedTempFile::new_in(folder)
                    .with_context(|| format!("cannot write {}", path.display()))?;
                Ok(Unfinished::Here(path, BufWriter::new(unfinished)))
            }
            Self::Bucket(bucket, folder) => {
                let key = format!("{folder}/{path}");
                let object = Object {
                    bucket: bucket.clone(),
                    key: key.trim_start_matches('/').to_owned(),
                };
                Ok(Unfinished::Bucket(Upload::new(object)))
            }
        }
    }
}

/// A file that is being written.
pub enum Unfinished {
    Here(PathBuf, BufWriter<NamedTempFile>),
    Bucket(Upload),
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Here(path, _) => path.display().fmt(f),
            Self::Bucket(upload) => upload.fmt(f),
        }
    }
}

impl Unfinished {
    /// Takes in the next bytes.
    pub async fn write(&mut self, piece: &[u8]) -> Result<()> {
        match self {
            Self::Here(_, writer) => Ok(writer.write_all(piece)?),
            Self::Bucket(upload) => upload.write(piece).await,
        }
    }

    /// Makes the file.
    pub async fn end(self) -> Result<()> {
        match self {
            Self::Here(path, writer) => {
                let unfinished = writer
                    .into_inner()
                    .map_err(std::io::IntoInnerError::into_error)?;
                unfinished.as_file().sync_all()?;
                unfinished.persist(path)?;
                Ok(())
            }
            Self::Bucket(mut upload) => match upload.end().await {
                Ok(()) => Ok(()),
                Err(error) => {
                    upload.abort().await;
                    Err(error)
                }
            },
        }
    }

    /// Leaves nothing of it.
    pub async fn give_up(self) {
        if let Self::Bucket(upload) = self {
            upload.abort().await;
        }
    }
}
