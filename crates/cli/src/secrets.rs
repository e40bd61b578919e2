//! The secrets of a deployment. Whoever sets none gets random ones, once per state folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::{private_file, random};

/// Which they are. Those that the manifest does not have are not made.
const NAMES: [&str; 4] = [
    "hash_secret",
    "token_secrets",
    "admin_token",
    "log_signing_key",
];

/// Opens the keyed hashes under which everything about a person is stored, so it can never change.
const HASH_SECRET: &str = "hash_secret";

/// Spin's name for the database, in which there are keyed hashes as soon as it is there.
const DATABASE: &str = "sqlite_db.db";

const HEADER: &str = "\
# Made by `assent up`. Whoever has this file can read tokens and administer; keep it like a password.
# hash_secret must stay as it is for ever: with another one nobody's decisions are found again.
# A variable SPIN_VARIABLE_<NAME> of the environment is used instead of what stands here.
";

/// Secrets by name.
pub type Secrets = BTreeMap<String, String>;

/// What is to be passed on, and whether it comes from the file.
pub struct Found {
    /// Secrets that nothing else sets.
    pub secrets: Secrets,
    /// Whether the file was needed.
    pub from_file: bool,
}

/// The secrets that are neither in `given` nor elsewhere set, from the file, which is made if need be.
pub fn load_or_create(
    state_dir: &Path,
    file: &Path,
    declared: &BTreeSet<&str>,
    given: &BTreeMap<String, String>,
) -> Result<Found> {
    let wanted: Vec<&str> = NAMES
        .into_iter()
        .filter(|name| declared.contains(name))
        .collect();
    let mut kept = read(file)?.unwrap_or_default();
    check_hash_secret(&kept, given, file)?;
    let missing: Vec<&str> = wanted
        .iter()
        .copied()
        .filter(|name| !given.contains_key(*name) && !kept.contains_key(*name))
        .collect();
    if !missing.is_empty() {
        ensure!(
            !missing.contains(&HASH_SECRET) || !state_dir.join(DATABASE).exists(),
            "{} holds decisions that were stored with a hash_secret that is not here. Put {} back, or \
             set SPIN_VARIABLE_HASH_SECRET to what it was then; or begin with an empty --state-dir.",
            state_dir.display(),
            file.display()
        );
        kept = add(file, kept, &missing)?;
    }
    let secrets: Secrets = kept
        .into_iter()
        .filter(|(name, _)| wanted.contains(&name.as_str()) && !given.contains_key(name))
        .collect();
    let from_file = !secrets.is_empty();
    Ok(Found { secrets, from_file })
}

/// Secrets that the environment sets, by the names of the variables.
pub fn from_environment() -> Secrets {
    NAMES
        .into_iter()
        .filter_map(|name| {
            let key = format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase());
            Some((name.to_owned(), std::env::var(key).ok()?))
        })
        .collect()
}

fn read(file: &Path) -> Result<Option<Secrets>> {
    let Some(text) = private_file::read(file)? else {
        return Ok(None);
    };
    // The parser's own message would quote the line, and with it the secret.
    let secrets = toml::from_str(&text)
        .ok()
        .with_context(|| format!("{} is not as `assent up` wrote it", file.display()))?;
    Ok(Some(secrets))
}

fn check_hash_secret(kept: &Secrets, given: &Secrets, file: &Path) -> Result<()> {
    match (kept.get(HASH_SECRET), given.get(HASH_SECRET)) {
        (Some(kept), Some(given)) if kept != given => bail!(
            "the hash_secret that is set differs from the one in {}, with which this state was stored; \
             nobody's decisions would be found. Unset SPIN_VARIABLE_HASH_SECRET, or use another --state-dir.",
            file.display()
        ),
        _ => Ok(()),
    }
}

/// Adds random secrets to the file. Two processes that start at once end up with the same.
fn add(file: &Path, kept: Secrets, missing: &[&str]) -> Result<Secrets> {
    let is_new = kept.is_empty();
    let mut secrets = kept;
    for name in missing {
        secrets.insert((*name).to_owned(), random::hexadecimal::<32>()?);
    }
    let text = format!("{HEADER}{}", toml::to_string(&secrets)?);
    if !is_new {
        private_file::replace(file, &text)?;
    } else if !private_file::create(file, &text)? {
        return read(file)?.with_context(|| format!("{} was there and is gone", file.display()));
    }
    Ok(secrets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn load(folder: &Path, declared: &[&str], given: &[(&str, &str)]) -> Result<Secrets> {
        let given = given
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        let declared = declared.iter().copied().collect();
        let file = folder.join("secrets.toml");
        load_or_create(folder, &file, &declared, &given).map(|found| found.secrets)
    }

    #[test]
    fn secrets_are_made_once_and_for_the_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let first = load(folder.path(), &NAMES, &[]).unwrap();
        assert_eq!(first.len(), 4);
        assert!(first.values().all(|secret| secret.len() == 64));
        assert_eq!(load(folder.path(), &NAMES, &[]).unwrap(), first);
        let file = std::fs::metadata(folder.path().join("secrets.toml")).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn only_what_is_declared_and_not_given_is_passed_on() {
        let folder = tempfile::tempdir().unwrap();
        let one = load(folder.path(), &["hash_secret", "demo"], &[]).unwrap();
        assert_eq!(one.keys().collect::<Vec<_>>(), ["hash_secret"]);
        let all = load(folder.path(), &NAMES, &[("admin_token", "mine")]).unwrap();
        assert_eq!(all.get("hash_secret"), one.get("hash_secret"));
        assert!(all.contains_key("token_secrets") && !all.contains_key("admin_token"));
    }

    #[test]
    fn the_hash_secret_of_a_state_cannot_be_changed_or_lost() {
        let folder = tempfile::tempdir().unwrap();
        load(folder.path(), &NAMES, &[]).unwrap();
        let other = load(folder.path(), &NAMES, &[("hash_secret", "another")]);
        assert!(other.unwrap_err().to_string().contains("differs"));

        let lost = tempfile::tempdir().unwrap();
        std::fs::write(lost.path().join(DATABASE), "").unwrap();
        assert!(
            load(lost.path(), &NAMES, &[])
                .unwrap_err()
                .to_string()
                .contains("Put")
        );
        let given = [
            ("hash_secret", "a"),
            ("token_secrets", "b"),
            ("admin_token", "c"),
            ("log_signing_key", "d"),
        ];
        assert!(load(lost.path(), &NAMES, &given).unwrap().is_empty());
        assert!(!lost.path().join("secrets.toml").exists());
    }

    #[test]
    fn a_broken_file_is_not_quoted() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("secrets.toml"),
            "hash_secret = 'topsecret",
        )
        .unwrap();
        let error = load(folder.path(), &NAMES, &[]).unwrap_err();
        assert!(!format!("{error:#}").contains("topsecret"));
    }
}
