//! Application variables and the templates through which components see them
//! (Spin: `crates/expressions/src/{lib,template}.rs`).
//!
//! Values are resolved once, at the start: neither the environment nor the options change later.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};

use crate::manifest::Manifest;

/// The values of all application variables.
#[derive(Debug, Default)]
pub(crate) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Takes each value from the overrides, else from `environment`, else the manifest's default.
    pub fn resolve(
        manifest: &Manifest,
        overrides: &BTreeMap<String, String>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self> {
        for name in overrides.keys() {
            ensure!(
                manifest.variables.contains_key(name),
                "there is no variable {name:?} in the manifest"
            );
        }
        let mut values = BTreeMap::new();
        for (name, variable) in &manifest.variables {
            ensure!(
                is_lower_snake(name),
                "variables.{name}: a name consists of lower-case words with underscores"
            );
            let key = format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase());
            let value = overrides
                .get(name)
                .cloned()
                .or_else(|| environment(&key))
                .or_else(|| variable.default.clone());
            match value {
                Some(value) => {
                    values.insert(name.clone(), value);
                }
                None if variable.required => {
                    bail!("the variable {name:?} is required: set {key} in the environment")
                }
                None => bail!("variables.{name}: must be required or have a default"),
            }
        }
        Ok(Self(values))
    }

    /// Fills the templates of one component.
    pub fn for_component(
        &self,
        templates: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>> {
        templates
            .iter()
            .map(|(name, template)| {
                let value = self.fill(template);
                Ok((
                    name.clone(),
                    value.with_context(|| format!("variable {name:?}"))?,
                ))
            })
            .collect()
    }

    /// The text with values in the place of `{{ name }}`.
    pub fn fill(&self, template: &str) -> Result<String> {
        let mut filled = String::new();
        let mut rest = template;
        while let Some((literal, expression)) = rest.split_once("{{") {
            filled.push_str(literal);
            let (name, after) = expression
                .split_once("}}")
                .context("'{{' without '}}' in a template")?;
            let name = name.trim();
            let value = self.0.get(name);
            filled.push_str(value.with_context(|| format!("there is no variable {name:?}"))?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

/// Whether a name is one that Spin takes: lower-case words, joined by single underscores.
pub(crate) fn is_lower_snake(name: &str) -> bool {
    name.split('_').all(|word| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(variables: &str) -> Manifest {
        toml::from_str(&format!(
            "spin_manifest_version = 2\napplication = {{ name = \"x\" }}\ntrigger = {{ http = [] }}\n[variables]\n{variables}"
        ))
        .unwrap()
    }

    fn pairs(items: &[(&str, &str)]) -> BTreeMap<String, String> {
        let own = |(k, v): &(&str, &str)| ((*k).to_owned(), (*v).to_owned());
        items.iter().map(own).collect()
    }

    #[test]
    fn overrides_win_over_the_environment_and_that_over_the_default() {
        let manifest =
            manifest("a = { default = \"1\" }\nb = { default = \"1\" }\nc = { default = \"1\" }");
        let environment = |key: &str| (key != "SPIN_VARIABLE_C").then(|| "2".to_owned());
        let variables = Variables::resolve(&manifest, &pairs(&[("a", "3")]), environment).unwrap();
        assert_eq!(variables.0, pairs(&[("a", "3"), ("b", "2"), ("c", "1")]));
    }

    #[test]
    fn a_missing_one_names_what_to_set() {
        let manifest = manifest("api_key = { required = true }");
        let error = Variables::resolve(&manifest, &BTreeMap::new(), |_| None).unwrap_err();
        assert!(
            error.to_string().contains("SPIN_VARIABLE_API_KEY"),
            "{error}"
        );
    }

    #[test]
    fn templates() {
        let variables = Variables(pairs(&[("a", "1"), ("b", "2")]));
        for (template, expected) in [
            ("", Some("")),
            ("plain", Some("plain")),
            ("{{a}}-{{ b }}!", Some("1-2!")),
            ("}} {{ a }}", Some("}} 1")),
            ("{{ a", None),
            ("{{ unknown }}", None),
        ] {
            assert_eq!(
                variables.fill(template).ok().as_deref(),
                expected,
                "{template}"
            );
        }
    }
}
