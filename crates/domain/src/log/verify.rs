//! Checks proofs, from nothing but the proof and roots that are trusted.

use super::hash::LogHash;

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
