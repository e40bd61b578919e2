//! Spin's manifest, version 2, as far as this host goes. What it does not know is an error with its
//! place, so that nothing is silently left out (Spin: `crates/manifest/src/schema/v2.rs`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

/// A whole `spin.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    spin_manifest_version: u32,
    pub application: Application,
    #[serde(default)]
    pub variables: BTreeMap<String, Variable>,
    pub trigger: Triggers,
    #[serde(default, rename = "component")]
    pub components: BTreeMap<String, Component>,
}

/// Names of the application; only `/.well-known/spin/info` shows them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "read so that they are not unknown")]
pub(crate) struct Application {
    pub name: String,
    #[serde(default)]
    pub version: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    authors: Vec<String>,
    targets: Option<toml::Value>,
    tool: Option<toml::Table>,
}

/// An application variable.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "read so that they are not unknown")]
pub(crate) struct Variable {
    description: Option<String>,
    #[serde(default)]
    pub required: bool,
    pub default: Option<String>,
    #[serde(default)]
    secret: bool,
}

/// The triggers that this host serves.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Triggers {
    pub http: Vec<HttpTrigger>,
}

/// A route and who answers it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "read so that they are not unknown")]
pub(crate) struct HttpTrigger {
    id: Option<String>,
    pub route: RouteConfig,
    pub component: Option<String>,
    pub static_response: Option<StaticResponse>,
    executor: Option<Executor>,
}

/// A pattern, or `{ private = true }` for a component that only others call.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum RouteConfig {
    Path(String),
    Private { private: bool },
}

/// Only the plain executor exists here, not Wagi.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
enum Executor {
    #[serde(alias = "spin")]
    Http,
}

/// An answer that needs no component.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StaticResponse {
    #[serde(default = "ok")]
    pub status_code: u16,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[serde(default)]
    pub body: String,
}

fn ok() -> u16 {
    200
}

/// A component and what it may use.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "read so that they are not unknown")]
pub(crate) struct Component {
    pub source: PathBuf,
    #[serde(default)]
    description: String,
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    #[serde(default)]
    pub files: Vec<Mount>,
    #[serde(default)]
    pub exclude_files: Vec<String>,
    #[serde(default)]
    pub allowed_outbound_hosts: Vec<String>,
    #[serde(default)]
    pub key_value_stores: Vec<String>,
    #[serde(default)]
    pub sqlite_databases: Vec<String>,
    targets: Option<toml::Value>,
    build: Option<toml::Table>,
    tool: Option<toml::Table>,
    // Overrides for `spin build --profile` and `spin up --profile`: the plain component is run.
    profile: Option<toml::Table>,
}

/// Files that a component may read.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Mount {
    Pattern(String),
    Placement(Placement),
}

/// A file or folder and where the component sees it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Placement {
    pub source: PathBuf,
    pub destination: String,
}

impl Manifest {
    /// Reads and checks a manifest.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the manifest {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("in the manifest {}", path.display()))
    }

    pub fn parse(text: &str) -> Result<Self> {
        let manifest: Self = toml::from_str(text)?;
        ensure!(
            manifest.spin_manifest_version == 2,
            "spin_manifest_version is {}, this host reads version 2",
            manifest.spin_manifest_version
        );
        for trigger in &manifest.trigger.http {
            manifest.check_trigger(trigger)?;
        }
        for id in manifest.components.keys() {
            ensure!(
                is_kebab(id),
                "component.{id}: an id consists of lower-case words with hyphens"
            );
        }
        Ok(manifest)
    }

    fn check_trigger(&self, trigger: &HttpTrigger) -> Result<()> {
        let place = match &trigger.route {
            RouteConfig::Path(path) => format!("trigger.http with route {path:?}"),
            RouteConfig::Private { private } => {
                ensure!(*private, "trigger.http: private = false is not a route");
                "trigger.http with a private route".to_owned()
            }
        };
        match (&trigger.component, &trigger.static_response) {
            (Some(_), Some(_)) => bail!("{place}: has both component and static_response"),
            (None, None) => bail!("{place}: has neither component nor static_response"),
            (Some(id), None) => ensure!(
                self.components.contains_key(id),
                "{place}: there is no component {id:?}"
            ),
            (None, Some(_)) => {}
        }
        Ok(())
    }
}

/// Whether an id is one that Spin takes; the log files are named after it.
fn is_kebab(id: &str) -> bool {
    !id.is_empty()
        && id
            .split('-')
            .all(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()))
        && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "spin_manifest_version = 2\n[application]\nname = \"x\"\n";

    fn error(rest: &str) -> String {
        format!(
            "{:#}",
            Manifest::parse(&format!("{HEAD}{rest}")).unwrap_err()
        )
    }

    #[test]
    fn an_application_with_every_known_part_is_read() {
        let manifest = Manifest::parse(&format!(
            r#"{HEAD}
            [variables]
            key = {{ required = true, secret = true, description = "d" }}
            [[trigger.http]]
            route = "/a/..."
            component = "a-b"
            [[trigger.http]]
            route = {{ private = true }}
            component = "a-b"
            executor = {{ type = "http" }}
            [[trigger.http]]
            route = "/"
            static_response = {{ status_code = 302, headers = {{ location = "/a" }} }}
            [component.a-b]
            source = "a.wasm"
            key_value_stores = ["default"]
            files = ["x/*", {{ source = "s", destination = "/" }}]
            [component.a-b.variables]
            key = "{{{{ key }}}}"
            [component.a-b.build]
            command = "cargo build"
            "#
        ));
        assert_eq!(manifest.unwrap().trigger.http.len(), 3);
    }

    #[test]
    fn what_is_unknown_is_an_error_with_its_place() {
        let text = error("[[trigger.http]]\nroute = \"/\"\ncomponents = \"a\"\n");
        assert!(
            text.contains("components") && text.contains("line"),
            "{text}"
        );
        let text = error("[trigger]\nhttp = []\n[component.a]\nsource = \"a\"\nsqlite = []\n");
        assert!(text.contains("sqlite"), "{text}");
    }

    #[test]
    fn a_trigger_names_a_component_that_exists() {
        let text = error("[[trigger.http]]\nroute = \"/x\"\ncomponent = \"nobody\"\n");
        assert!(text.contains("\"/x\"") && text.contains("nobody"), "{text}");
    }
}
