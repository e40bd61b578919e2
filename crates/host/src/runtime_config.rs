//! Spin's `runtime-config.toml`: where the stores behind the labels are
//! (Spin: `crates/runtime-config/src/lib.rs`). Unknown keys are errors, as in Spin.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::kv_store::KvPlace;
use crate::options::Options;
use crate::sqlite_database::Database;

/// Where everything is kept, decided from the options, the runtime configuration and Spin's defaults.
pub(crate) struct Places {
    /// The root of what the application keeps.
    pub state_dir: PathBuf,
    /// Where components' output goes.
    pub log_dir: PathBuf,
    /// The most memory of an instance, in bytes.
    pub max_instance_memory: usize,
    /// Where each key-value store is.
    pub key_value: BTreeMap<String, KvPlace>,
    /// The database of each label.
    pub sqlite: BTreeMap<String, Arc<Database>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    state_dir: Option<PathBuf>,
    log_dir: Option<PathBuf>,
    max_instance_memory: Option<usize>,
    #[serde(default)]
    key_value_store: BTreeMap<String, Store>,
    #[serde(default)]
    sqlite_database: BTreeMap<String, Store>,
}

#[derive(Debug, Deserialize)]
struct Store {
    #[serde(rename = "type")]
    kind: String,
    #[serde(flatten)]
    rest: toml::Table,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyValue {
    path: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Redis {
    url: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sqlite {
    path: PathBuf,
    #[serde(default)]
    allow_attach_file: bool,
}

impl Places {
    /// Decides where everything is. `root` is the manifest's folder.
    pub fn new(options: &Options, root: &Path) -> Result<Self> {
        let file = match &options.runtime_config {
            Some(path) => std::fs::read_to_string(path)
                .context("cannot read it")
                .and_then(|text| Ok(toml::from_str::<File>(&text)?))
                .with_context(|| format!("in the runtime configuration {}", path.display()))?,
            None => File::default(),
        };
        let config_dir = options.runtime_config.as_deref().and_then(Path::parent);
        Self::from_file(file, config_dir, options, root)
    }

    fn from_file(
        file: File,
        config_dir: Option<&Path>,
        options: &Options,
        root: &Path,
    ) -> Result<Self> {
        let state_dir = options
            .state_dir
            .clone()
            .or(file.state_dir)
            .unwrap_or_else(|| root.join(".spin"));
        let state_dir = std::path::absolute(&state_dir)?;
        let mut key_value = BTreeMap::new();
        for (label, store) in file.key_value_store {
            let place = format!("key_value_store.{label}");
            let place = if store.kind == "redis" {
                let redis: Redis = settings(store, &place)?;
                KvPlace::Redis(redis.url)
            } else {
                let store: KeyValue = local(store, "or \"redis\" with a url", &place)?;
                // Spin takes these relative to the configuration, but SQLite's to the current folder.
                let path = config_dir.unwrap_or(root).join(store.path);
                KvPlace::File(std::path::absolute(path)?)
            };
            key_value.insert(label, place);
        }
        let mut sqlite = BTreeMap::new();
        for (label, store) in file.sqlite_database {
            let place = format!("sqlite_database.{label}");
            let store: Sqlite = local(store, "libsql is for real Spin", &place)?;
            let path = std::path::absolute(store.path)?;
            sqlite.insert(label, Database::new(path, store.allow_attach_file));
        }
        // Spin's own names, so that either host finds the other's data.
        key_value
            .entry("default".to_owned())
            .or_insert_with(|| KvPlace::File(state_dir.join("sqlite_key_value.db")));
        sqlite
            .entry("default".to_owned())
            .or_insert_with(|| Database::new(state_dir.join("sqlite_db.db"), false));
        let log_dir = options.log_dir.clone().or(file.log_dir);
        Ok(Self {
            log_dir: log_dir.unwrap_or_else(|| state_dir.join("logs")),
            max_instance_memory: file
                .max_instance_memory
                .unwrap_or(options.max_instance_memory),
            state_dir,
            key_value,
            sqlite,
        })
    }
}

/// The settings of a store on this machine.
fn local<T: serde::de::DeserializeOwned>(store: Store, others: &str, place: &str) -> Result<T> {
    if store.kind != "spin" {
        bail!(
            "{place}: this host supports type = \"spin\" with a path, not {:?} ({others})",
            store.kind
        );
    }
    settings(store, place)
}

fn settings<T: serde::de::DeserializeOwned>(store: Store, place: &str) -> Result<T> {
    T::deserialize(store.rest).with_context(|| format!("in {place}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Result<Places> {
        let file = toml::from_str(text)?;
        let options = Options::new("spin.toml");
        Places::from_file(
            file,
            Some(Path::new("/config")),
            &options,
            Path::new("/app"),
        )
    }

    #[test]
    fn without_a_configuration_the_files_are_those_of_spin() {
        let places = places("").unwrap();
        let key_value = places.key_value.get("default").unwrap();
        assert!(*key_value == KvPlace::File("/app/.spin/sqlite_key_value.db".into()));
        let sqlite = &places.sqlite.get("default").unwrap().path;
        assert_eq!(sqlite, Path::new("/app/.spin/sqlite_db.db"));
        assert_eq!(places.log_dir, Path::new("/app/.spin/logs"));
    }

    #[test]
    fn paths_of_key_value_stores_start_at_the_configuration() {
        let places = places("[key_value_store.x]\ntype = \"spin\"\npath = \"x.db\"").unwrap();
        let file = places.key_value.get("x").unwrap();
        assert!(*file == KvPlace::File("/config/x.db".into()));
    }

    #[test]
    fn a_key_value_store_can_be_in_redis() {
        let text = "[key_value_store.default]\ntype = \"redis\"\nurl = \"redis://r:1\"";
        let places = places(text).unwrap();
        let redis = places.key_value.get("default").unwrap();
        assert!(*redis == KvPlace::Redis("redis://r:1".into()));
    }

    #[test]
    fn other_kinds_and_unknown_keys_are_errors_that_name_the_place() {
        for (text, expected) in [
            (
                "[key_value_store.default]\ntype = \"redis\"\nurl = \"\"\nauth = 1",
                "key_value_store.default",
            ),
            (
                "[key_value_store.default]\ntype = \"aws_dynamo\"",
                "\"redis\" with a url",
            ),
            (
                "[sqlite_database.default]\ntype = \"libsql\"\nurl = \"\"",
                "real Spin",
            ),
            (
                "[sqlite_database.d]\ntype = \"spin\"\npath = \"p\"\nx = 1",
                "sqlite_database.d",
            ),
            ("[llm_compute]\ntype = \"spin\"", "llm_compute"),
        ] {
            let error = format!("{:#}", places(text).err().unwrap());
            assert!(error.contains(expected), "{error}");
        }
    }
}
