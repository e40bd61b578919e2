//! Of which nodes a proof is made. Each of its hashes is the root of a subtree, joined from perfect ones.

use super::hash::LogHash;
use super::tree::{NodePlace, joined};

/// A proof that is still to be looked up: for each hash the places of the perfect subtrees that it joins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProofPlan(Vec<Vec<NodePlace>>);

impl ProofPlan {
    /// That leaf `index` is in the tree of `size` leaves (RFC 9162 §2.1.3.1). Nothing if there is no such leaf.
    #[must_use]
    pub fn inclusion(index: u64, size: u64) -> Option<Self> {
        if index >= size {
            return None;
        }
        let mut plan = Vec::new();
        let (mut low, mut high) = (0, size);
        while high.saturating_sub(low) > 1 {
            let middle = middle(low, high);
            if index < middle {
                plan.push(subtrees(middle, high));
                high = middle;
            } else {
                plan.push(subtrees(low, middle));
                low = middle;
            }
        }
        plan.reverse();
        Some(Self(plan))
    }

    /// That the tree of `old` leaves is the beginning of that of `new` leaves (RFC 9162 §2.1.4.1). Nothing if it
    /// would be empty or larger. Between equal trees there is nothing to prove.
    #[must_use]
    pub fn consistency(old: u64, new: u64) -> Option<Self> {
        if old == 0 || old > new {
            return None;
        }
        let mut plan = Vec::new();
        let (mut low, mut high) = (0, new);
        while high != old {
            let middle = middle(low, high);
            if old <= middle {
                plan.push(subtrees(middle, high));
                high = middle;
            } else {
                plan.push(subtrees(low, middle));
                low = middle;
            }
        }
        // The old tree itself is known to whoever checks.
        if low > 0 {
            plan.push(subtrees(low, high));
        }
        plan.reverse();
        Some(Self(plan))
    }

    /// The root of the tree with `size` leaves, to be looked up as if it were a proof of one hash.
    #[must_use]
    pub fn root(size: u64) -> Self {
        Self(vec![subtrees(0, size)])
    }

    /// All places whose hashes are needed.
    pub fn places(&self) -> impl Iterator<Item = NodePlace> {
        self.0.iter().flatten().copied()
    }

    /// The proof, if all hashes are there.
    #[must_use]
    pub fn hashes(
        &self,
        mut hash_at: impl FnMut(NodePlace) -> Option<LogHash>,
    ) -> Option<Vec<LogHash>> {
        let found = self.0.iter().map(|places| {
            let hashes: Option<Vec<_>> = places.iter().map(|place| hash_at(*place)).collect();
            joined(&hashes?)
        });
        found.collect()
    }
}

/// Where the tree over `low..high` parts: its left side is the largest perfect tree that leaves something over.
fn middle(low: u64, high: u64) -> u64 {
    let leaves = high.saturating_sub(low).saturating_sub(1).max(1);
    low.saturating_add(1 << leaves.ilog2())
}

/// The perfect subtrees over `low..high`, where `low` is where one of that size can begin.
fn subtrees(mut low: u64, high: u64) -> Vec<NodePlace> {
    let mut places = Vec::new();
    while low < high {
        let level = high.saturating_sub(low).ilog2();
        places.push(NodePlace {
            level: u8::try_from(level).unwrap_or(u8::MAX),
            index: low >> level,
        });
        low = low.saturating_add(1 << level);
    }
    places
}
