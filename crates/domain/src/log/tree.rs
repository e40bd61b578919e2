//! The tree as it grows. Only its frontier is needed for that: the roots of the perfect subtrees it consists of, at
//! most 64 of them, however many leaves there are.

use super::hash::LogHash;

/// Where a node stands that never changes again: the root of the perfect subtree over the leaves
/// `index · 2^level` to `(index + 1) · 2^level - 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NodePlace {
    /// Its height above the leaves.
    pub level: u8,
    /// Its number from the left in its level.
    pub index: u64,
}

/// A tree, as far as adding to it takes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    /// From the largest subtree to the smallest: one for each bit of `size`.
    roots: Vec<LogHash>,
}

impl Frontier {
    /// The frontier of a tree with this many leaves; nothing if these cannot be its roots.
    #[must_use]
    pub fn new(size: u64, roots: Vec<LogHash>) -> Option<Self> {
        let wanted = usize::try_from(size.count_ones()).ok()?;
        (roots.len() == wanted).then_some(Self { size, roots })
    }

    /// How many leaves there are.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The roots of its perfect subtrees, from the largest to the smallest.
    #[must_use]
    pub fn roots(&self) -> &[LogHash] {
        &self.roots
    }

    /// Adds a leaf. Gives each node that is complete with it to `complete`, the leaf first.
    pub fn add(&mut self, leaf: LogHash, mut complete: impl FnMut(NodePlace, LogHash)) {
        let (mut level, mut index, mut hash) = (0_u8, self.size, leaf);
        complete(NodePlace { level, index }, hash);
        while index & 1 == 1
            && let Some(left) = self.roots.pop()
        {
            hash = LogHash::node(left, hash);
            index >>= 1;
            level = level.saturating_add(1);
            complete(NodePlace { level, index }, hash);
        }
        self.roots.push(hash);
        self.size = self.size.saturating_add(1);
    }

    /// The root of the whole tree (RFC 9162 §2.1.1).
    #[must_use]
    pub fn root(&self) -> LogHash {
        joined(&self.roots).unwrap_or_else(LogHash::empty)
    }
}

/// The root over neighbouring perfect subtrees, from the largest to the smallest; nothing for none.
pub(super) fn joined(roots: &[LogHash]) -> Option<LogHash> {
    let (last, rest) = roots.split_last()?;
    let join = |right, left: &LogHash| LogHash::node(*left, right);
    Some(rest.iter().rev().fold(*last, join))
}
