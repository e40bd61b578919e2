//! Files that hold secrets: for the owner only, and there whole or not at all.

use std::fs::Permissions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, Result};
use tempfile::{Builder, NamedTempFile};

/// Makes a folder that only its owner can look into, if it is not there.
pub fn create_folder(path: &Path) -> Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("cannot make the folder {}", path.display()))
}

/// The text of a file; nothing if there is none.
pub fn read(path: &Path) -> Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Writes a file that is not there yet. Gives false, and changes nothing, if somebody was faster.
pub fn create(path: &Path, text: &str) -> Result<bool> {
    match written(path, text)?.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error).with_context(|| cannot_write(path)),
    }
}

/// Writes a file in place of what was there.
pub fn replace(path: &Path, text: &str) -> Result<()> {
    let file = written(path, text)?;
    file.persist(path)
        .map_err(|error| error.error)
        .with_context(|| cannot_write(path))?;
    Ok(())
}

fn written(path: &Path, text: &str) -> Result<NamedTempFile> {
    let folder = path.parent().context("a file is in a folder")?;
    let write = || -> std::io::Result<NamedTempFile> {
        let mut file = Builder::new()
            .permissions(Permissions::from_mode(0o600))
            .tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        // What was made with a secret must not outlive it.
        file.as_file().sync_all()?;
        Ok(file)
    };
    write().with_context(|| cannot_write(path))
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}
