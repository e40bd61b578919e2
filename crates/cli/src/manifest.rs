//! What the command line has to know of a `spin.toml`; the host reads all of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// The part of a manifest that decides what must be there before the start.
#[derive(Deserialize)]
pub struct Manifest {
    #[serde(default)]
    variables: BTreeMap<String, toml::Value>,
    #[serde(default)]
    component: BTreeMap<String, Component>,
    /// The folder of the manifest.
    #[serde(skip)]
    pub folder: PathBuf,
}

#[derive(Deserialize)]
struct Component {
    source: toml::Value,
}

impl Manifest {
    /// Reads a manifest and checks that its components are built.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| {
            let path = path.display();
            format!("cannot read {path}. Run this in the project's folder, or give --manifest FILE")
        })?;
        let mut manifest: Self =
            toml::from_str(&text).with_context(|| format!("in {}", path.display()))?;
        manifest.folder = path.parent().map(Path::to_owned).unwrap_or_default();
        manifest.check_built()?;
        Ok(manifest)
    }

    /// The names of the application's variables.
    pub fn variables(&self) -> BTreeSet<&str> {
        self.variables.keys().map(String::as_str).collect()
    }

    fn check_built(&self) -> Result<()> {
        let missing: Vec<String> = self
            .component
            .values()
            .filter_map(|component| component.source.as_str())
            .map(|source| self.folder.join(source))
            .filter(|source| !source.exists())
            .map(|source| format!("\n  {}", source.display()))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        bail!(
            "not built yet:{}\nRun `make build`, which takes a few minutes the first time.",
            missing.concat()
        )
    }
}
