//! Conditions on contacts, of what they did with mails and of their attributes: for audiences, rules, scores and
//! automations.
//!
//! What somebody did is known only of who may be tracked. Of everybody else it is neither true nor false that she
//! clicked (Kleene's logic), and so it is of every condition that depends on it: nobody is found by `not clicked` who
//! refused to be seen clicking.

mod attribute;
mod behaviour;

pub use attribute::{AttributeClause, AttributeTest};
pub use behaviour::{Behaviour, BehaviourClause};

use crate::{Attributes, Kind};
use serde::Deserialize;
use thiserror::Error;

/// Clauses in one condition at most.
pub const MOST_CLAUSES: usize = 20;
/// Levels of `all`, `any` and `not` at most.
pub const DEEPEST: usize = 8;

/// A condition as it is written: `{"all": […]}`, `{"any": […]}`, `{"not": {…}}`, `{"clicked": {…}}`, `{"opened": {…}}`
/// or `{"attribute": {…}}`.
#[derive(Debug, Clone, PartialEq, Deserialize, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Condition"))]
#[serde(rename_all = "snake_case")]
pub enum Clause {
    /// Every one of them.
    All(#[cfg_attr(feature = "schema", schemars(length(min = 1, max = 20)))] Vec<Clause>),
    /// At least one of them.
    Any(#[cfg_attr(feature = "schema", schemars(length(min = 1, max = 20)))] Vec<Clause>),
    /// Known not to be so.
    Not(Box<Clause>),
    /// Clicked a link of a mail.
    Clicked(BehaviourClause),
    /// Opened a mail.
    Opened(BehaviourClause),
    /// Has an attribute.
    Attribute(AttributeClause),
}

/// A condition cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{reason}")]
pub struct ConditionError {
    /// The place in the condition (RFC 6901).
    pub pointer: String,
    /// What to do.
    pub reason: String,
}

/// What a clause asks that has no other clauses in it.
#[derive(Debug, Clone, PartialEq)]
pub enum Leaf {
    /// Of what somebody did.
    Behaviour(Behaviour),
    /// Of what the organisation keeps.
    Attribute(AttributeTest),
}

/// A condition that was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    root: Node,
    leaves: Vec<Leaf>,
    /// Where each leaf stands.
    pointers: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    /// The place in the leaves.
    Leaf(usize),
}

impl Condition {
    /// Checks a condition against the attributes of the organisation.
    ///
    /// # Errors
    /// [`ConditionError`] with the place of what is wrong.
    pub fn new(clause: &Clause, attributes: &Attributes) -> Result<Self, ConditionError> {
        let mut found = Vec::new();
        let root = read(clause, attributes, String::new(), 1, &mut found)?;
        let (leaves, pointers) = found.into_iter().unzip();
        Ok(Self {
            root,
            leaves,
            pointers,
        })
    }

    /// The condition that holds of everybody.
    #[must_use]
    pub const fn always() -> Self {
        Self {
            root: Node::All(Vec::new()),
            leaves: Vec::new(),
            pointers: Vec::new(),
        }
    }

    /// What has to be found out about a contact, in the order of the bits that [`Self::holds`] takes; at most
    /// [`MOST_CLAUSES`].
    #[must_use]
    pub fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    /// Where a leaf stands in the condition (RFC 6901).
    #[must_use]
    pub fn pointer(&self, leaf: usize) -> &str {
        self.pointers.get(leaf).map_or("", String::as_str)
    }

    /// Whether the condition holds for a contact of whom those leaves hold whose bit is set. Nothing where that is not to
    /// be known, because the contact may not be tracked: then bits of behaviour mean nothing.
    #[must_use]
    pub fn holds(&self, leaves: u32, is_trackable: bool) -> Option<bool> {
        self.evaluate(&self.root, leaves, is_trackable)
    }

    fn evaluate(&self, node: &Node, bits: u32, is_trackable: bool) -> Option<bool> {
        let mut of = |node: &Node| self.evaluate(node, bits, is_trackable);
        match node {
            Node::All(nodes) => nodes.iter().map(&mut of).fold(Some(true), and),
            Node::Any(nodes) => {
                let none = nodes
                    .iter()
                    .map(|node| of(node).map(|held| !held))
                    .fold(Some(true), and);
                none.map(|held| !held)
            }
            Node::Not(node) => of(node).map(|held| !held),
            Node::Leaf(place) => {
                let is_known =
                    is_trackable || !matches!(self.leaves.get(*place), Some(Leaf::Behaviour(_)));
                is_known.then_some(bits >> place & 1 == 1)
            }
        }
    }
}

/// No wins over not knowing, which wins over yes.
const fn and(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn read(
    clause: &Clause,
    attributes: &Attributes,
    pointer: String,
    depth: usize,
    leaves: &mut Vec<(Leaf, String)>,
) -> Result<Node, ConditionError> {
    if depth > DEEPEST {
        return Err(wrong(
            pointer,
            format!("Put at most {DEEPEST} levels into each other."),
        ));
    }
    let deeper = depth.saturating_add(1);
    let mut many = |name: &str, clauses: &[Clause]| {
        let pointer = format!("{pointer}/{name}");
        if clauses.is_empty() {
            return Err(wrong(pointer, "Give at least one clause.".to_owned()));
        }
        clauses
            .iter()
            .enumerate()
            .map(|(place, clause)| {
                read(
                    clause,
                    attributes,
                    format!("{pointer}/{place}"),
                    deeper,
                    leaves,
                )
            })
            .collect::<Result<Vec<_>, _>>()
    };
    let name = match clause {
        Clause::All(clauses) => return many("all", clauses).map(Node::All),
        Clause::Any(clauses) => return many("any", clauses).map(Node::Any),
        Clause::Not(clause) => {
            let node = read(clause, attributes, format!("{pointer}/not"), deeper, leaves)?;
            return Ok(Node::Not(Box::new(node)));
        }
        Clause::Clicked(_) => "clicked",
        Clause::Opened(_) => "opened",
        Clause::Attribute(_) => "attribute",
    };
    let pointer = format!("{pointer}/{name}");
    if leaves.len() >= MOST_CLAUSES {
        let reason = format!("Give at most {MOST_CLAUSES} clauses.");
        return Err(wrong(pointer, reason));
    }
    let leaf = leaf(clause, attributes).map_err(|error| error.within(&pointer))?;
    let node = Node::Leaf(leaves.len());
    leaves.extend(leaf.map(|leaf| (leaf, pointer)));
    let is_unset = matches!(clause, Clause::Attribute(clause) if clause.is_set == Some(false));
    Ok(if is_unset {
        Node::Not(Box::new(node))
    } else {
        node
    })
}

/// Nothing of a clause that has others in it.
fn leaf(clause: &Clause, attributes: &Attributes) -> Result<Option<Leaf>, ConditionError> {
    let behaviour = |kind, clause| Behaviour::new(kind, clause).map(Leaf::Behaviour).map(Some);
    match clause {
        Clause::Clicked(clause) => behaviour(Kind::Click, clause),
        Clause::Opened(clause) => behaviour(Kind::Open, clause),
        Clause::Attribute(clause) => {
            let test = AttributeTest::new(clause, attributes)?;
            Ok(Some(Leaf::Attribute(test)))
        }
        Clause::All(_) | Clause::Any(_) | Clause::Not(_) => Ok(None),
    }
}

fn wrong(pointer: String, reason: String) -> ConditionError {
    ConditionError { pointer, reason }
}

impl ConditionError {
    fn at(pointer: &str, reason: impl ToString) -> Self {
        wrong(pointer.to_owned(), reason.to_string())
    }

    /// The same for a document in which this one stands.
    #[must_use]
    pub fn within(self, prefix: &str) -> Self {
        wrong(format!("{prefix}{}", self.pointer), self.reason)
    }
}
