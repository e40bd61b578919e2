//! The files that a component may read (Spin: `crates/loader/src/local.rs`). Folders are shown as
//! they are; single files and patterns are copied at the start into a folder that becomes `/`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

use crate::manifest::{Component, Mount, Placement};

/// What one component sees of the file system; nothing of it can be written.
#[derive(Debug, Default)]
pub(crate) struct Files {
    mounts: Vec<(PathBuf, String)>,
    /// Deleted when the host ends.
    gathered: Option<TempDir>,
}

impl Files {
    /// Finds, and copies where necessary, what the manifest names. `root` is its folder.
    pub fn gather(component: &Component, root: &Path) -> Result<Self> {
        let mut files = Self::default();
        for mount in &component.files {
            match mount {
                Mount::Placement(placement) => files.place(placement, root)?,
                Mount::Pattern(pattern) => files
                    .copy_matching(pattern, &component.exclude_files, root)
                    .with_context(|| format!("files {pattern:?}"))?,
            }
        }
        if !component.exclude_files.is_empty() {
            ensure!(
                files.mounts.is_empty(),
                "exclude_files works on patterns in files, not on folders with a destination"
            );
        }
        Ok(files)
    }

    fn place(&mut self, placement: &Placement, root: &Path) -> Result<()> {
        let source = root.join(&placement.source);
        let destination = format!("/{}", placement.destination.trim_matches('/'));
        if source.is_dir() {
            self.mounts.push((source, destination));
            return Ok(());
        }
        ensure!(source.is_file(), "files: there is no {}", source.display());
        self.copy(&source, Path::new(destination.trim_start_matches('/')))
    }

    fn copy_matching(&mut self, pattern: &str, exclude: &[String], root: &Path) -> Result<()> {
        let path = root.join(pattern);
        let path = if path.is_dir() {
            path.join("**/*")
        } else {
            path
        };
        let path = path.to_str().context("not UTF-8")?;
        let exclude: Vec<_> = exclude
            .iter()
            .map(|pattern| glob::Pattern::new(pattern))
            .collect::<Result<_, _>>()?;
        let mut found = false;
        for file in glob::glob(path)? {
            let file = file?;
            let relative = file
                .strip_prefix(root)
                .context("outside of the application")?;
            let excluded = exclude.iter().any(|pattern| pattern.matches_path(relative));
            if file.is_file() && !excluded {
                found = true;
                self.copy(&file, relative)?;
            }
        }
        if !found {
            bail!("there is no such file");
        }
        Ok(())
    }

    fn copy(&mut self, source: &Path, relative: &Path) -> Result<()> {
        let dir = match &mut self.gathered {
            Some(dir) => dir,
            none => none.insert(TempDir::with_prefix("assent-host-")?),
        };
        let target = dir.path().join(relative);
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::copy(source, &target)
            .with_context(|| format!("cannot copy {}", source.display()))?;
        Ok(())
    }

    /// Shows the files to a new instance.
    pub fn mount(&self, wasi: &mut WasiCtxBuilder) -> wasmtime::Result<()> {
        if let Some(dir) = &self.gathered {
            wasi.preopened_dir(dir.path(), "/", FsPerms::ReadOnly)?;
        }
        for (source, destination) in &self.mounts {
            wasi.preopened_dir(source, destination, FsPerms::ReadOnly)?;
        }
        Ok(())
    }
}
