//! Checks proofs, from nothing but the proof and roots that are trusted.

use super::checkpoint::Checkpoint;
use super::hash::LogHash;
use super::leaf::Leaf;
use super::tree::Frontier;
use serde::Deserialize;
use thiserror::Error;

/// The answer of `GET /v1/log/consistency`.
#[derive(Debug, Clone, Deserialize)]
pub struct Consistency {
    /// Leaves of the older log.
    pub from: u64,
    /// Leaves of the newer one.
    pub to: u64,
    /// The hashes.
    pub path: Vec<LogHash>,
}

/// Why heads or entries do not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LogError {
    /// Of two logs.
    #[error("these are heads of two different logs")]
    OtherLog,
    /// The proof is about others.
    #[error("the proof is about other sizes")]
    OtherSizes,
    /// The newer log does not begin with the older.
    #[error(
        "the newer log does not begin with the older one: it was rewritten, or the proof is wrong. Keep both heads: they are signed"
    )]
    Rewritten,
    /// Not written as it was hashed, or of another log.
    #[error("line {0} is no leaf of this log")]
    NoLeaf(u64),
    /// Other leaves than those that were signed.
    #[error("these entries are not what the head stands for: some are missing, or were altered")]
    OtherEntries,
}

/// Whether the log of the newer head begins with that of the older one.
///
/// # Errors
/// [`LogError`]: what is wrong first.
pub fn check_heads(
    old: &Checkpoint,
    new: &Checkpoint,
    proof: &Consistency,
) -> Result<(), LogError> {
    if old.origin != new.origin {
        return Err(LogError::OtherLog);
    }
    if (proof.from, proof.to) != (old.size, new.size) {
        return Err(LogError::OtherSizes);
    }
    if is_consistent((old.size, old.root), (new.size, new.root), &proof.path) {
        Ok(())
    } else {
        Err(LogError::Rewritten)
    }
}

/// The leaves that a head stands for, out of one a line; what comes after them does not matter.
///
/// # Errors
/// [`LogError`]: what is wrong first.
pub fn entries(lines: &str, head: &Checkpoint) -> Result<Vec<Leaf>, LogError> {
    let (mut tree, mut leaves) = (Frontier::default(), Vec::new());
    for line in lines.lines() {
        if tree.size() == head.size {
            break;
        }
        let leaf = Leaf::parse(line);
        let leaf = leaf.filter(|leaf| Checkpoint::origin_of(leaf.org) == head.origin);
        leaves.push(leaf.ok_or(LogError::NoLeaf(tree.size().saturating_add(1)))?);
        tree.add(LogHash::leaf(line.as_bytes()), |_, _| {});
    }
    if (tree.size(), tree.root()) == (head.size, head.root) {
        Ok(leaves)
    } else {
        Err(LogError::OtherEntries)
    }
}

/// The root of the tree of `size` leaves in which `leaf` has the place `index`, if `path` is such a proof (RFC 9162
/// §2.1.3.2). The proof holds where this is the root that a signed head gives.
#[must_use]
pub fn root_of_inclusion(
    leaf: LogHash,
    index: u64,
    size: u64,
    path: &[LogHash],
) -> Option<LogHash> {
    if index >= size {
        return None;
    }
    let (mut node, mut last, mut root) = (index, size.saturating_sub(1), leaf);
    for hash in path {
        if last == 0 {
            return None;
        }
        if node & 1 == 1 || node == last {
            root = LogHash::node(*hash, root);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            root = LogHash::node(root, *hash);
        }
        node >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(root)
}

/// Whether the tree with the root `old_root` is the beginning of the one with `new_root` (RFC 9162 §2.1.4.2). An
/// empty tree is the beginning of every tree.
#[must_use]
pub fn is_consistent(
    (old, old_root): (u64, LogHash),
    (new, new_root): (u64, LogHash),
    path: &[LogHash],
) -> bool {
    if old == 0 {
        return path.is_empty() && old_root == LogHash::empty();
    }
    if old >= new {
        return old == new && path.is_empty() && old_root == new_root;
    }
    extends(old, old_root, new, path) == Some((old_root, new_root))
}

/// Both roots, as the proof gives them.
fn extends(old: u64, old_root: LogHash, new: u64, path: &[LogHash]) -> Option<(LogHash, LogHash)> {
    let (first, rest) = if old.is_power_of_two() {
        (old_root, path)
    } else {
        let (first, rest) = path.split_first()?;
        (*first, rest)
    };
    let (mut node, mut last) = (old.saturating_sub(1), new.saturating_sub(1));
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut from_old, mut from_new) = (first, first);
    for hash in rest {
        if last == 0 {
            return None;
        }
        if node & 1 == 1 || node == last {
            from_old = LogHash::node(*hash, from_old);
            from_new = LogHash::node(*hash, from_new);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            from_new = LogHash::node(from_new, *hash);
        }
        node >>= 1;
        last >>= 1;
    }
    (last == 0).then_some((from_old, from_new))
}
