//! Conditions on contacts: what may be written, and that nobody is found by what is not known of her.

use domain::condition::{Clause, Condition, Leaf};
use domain::{Attributes, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::strategies::NOW;

const MESSAGE: &str = "45e0a0b2-7f30-456c-875c-1cfa507d72b6";

fn attributes() -> Attributes {
    serde_json::from_value(json!([
        { "name": "city", "type": "text", "label": "City" },
        { "name": "age", "type": "number", "label": "Age" },
        { "name": "vip", "type": "boolean", "label": "VIP" },
        { "name": "tier", "type": "choice", "label": "Tier", "choices": ["gold"] },
    ]))
    .unwrap()
}

fn read(condition: &Value) -> Result<Condition, String> {
    let clause: Clause =
        serde_json::from_value(condition.clone()).map_err(|error| error.to_string())?;
    Condition::new(&clause, &attributes()).map_err(|error| error.pointer)
}

/// A condition over three behaviours and two attributes, each by its number.
#[derive(Debug, Clone)]
enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Not(Box<Tree>),
    Leaf(u8),
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = (0..5_u8).prop_map(Tree::Leaf);
    leaf.prop_recursive(3, 15, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Tree::All),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Tree::Any),
            inner.prop_map(|tree| Tree::Not(Box::new(tree))),
        ]
    })
}

fn written(tree: &Tree) -> Value {
    match tree {
        Tree::All(trees) => json!({ "all": trees.iter().map(written).collect::<Vec<_>>() }),
        Tree::Any(trees) => json!({ "any": trees.iter().map(written).collect::<Vec<_>>() }),
        Tree::Not(tree) => json!({ "not": written(tree) }),
        Tree::Leaf(0) => json!({ "clicked": {} }),
        Tree::Leaf(1) => json!({ "opened": {} }),
        Tree::Leaf(2) => json!({ "clicked": { "at_least": 2 } }),
        Tree::Leaf(3) => json!({ "attribute": { "name": "vip", "is": true } }),
        Tree::Leaf(_) => json!({ "attribute": { "name": "city", "is": "Lyon" } }),
    }
}

/// No, not known, yes: 0, 1, 2.
fn model(tree: &Tree, holds: &[bool; 5], is_trackable: bool) -> u8 {
    let of = |tree: &Tree| model(tree, holds, is_trackable);
    match tree {
        Tree::All(trees) => trees.iter().map(of).min().unwrap(),
        Tree::Any(trees) => trees.iter().map(of).max().unwrap(),
        Tree::Not(tree) => 2 - of(tree),
        Tree::Leaf(leaf) if *leaf < 3 && !is_trackable => 1,
        Tree::Leaf(leaf) => 2 * u8::from(holds[usize::from(*leaf)]),
    }
}

/// The leaves in the order in which they stand.
fn leaves(tree: &Tree) -> Vec<u8> {
    match tree {
        Tree::All(trees) | Tree::Any(trees) => trees.iter().flat_map(leaves).collect(),
        Tree::Not(tree) => leaves(tree),
        Tree::Leaf(leaf) => vec![*leaf],
    }
}

proptest! {
    #[test]
    fn a_condition_holds_as_a_slow_model_says(tree in tree(), holds: [bool; 5], is_trackable: bool) {
        let order = leaves(&tree);
        prop_assume!(order.len() <= 20);
        let condition = read(&written(&tree)).unwrap();
        prop_assert_eq!(condition.leaves().len(), order.len());
        let bits = order.iter().enumerate().fold(0, |bits, (place, leaf)| {
            bits | u32::from(holds[usize::from(*leaf)]) << place
        });
        let expected = [Some(false), None, Some(true)][usize::from(model(&tree, &holds, is_trackable))];
        prop_assert_eq!(condition.holds(bits, is_trackable), expected);
    }

    /// Whatever she did, it makes no difference to what is found of somebody who may not be tracked.
    #[test]
    fn behaviour_of_who_may_not_be_tracked_changes_nothing(tree in tree(), one: u32, other: u32) {
        prop_assume!(leaves(&tree).len() <= 20);
        let condition = read(&written(&tree)).unwrap();
        let attributes = condition.leaves().iter().enumerate()
            .filter(|(_, leaf)| matches!(leaf, Leaf::Attribute(_)))
            .fold(0, |bits, (place, _)| bits | 1 << place);
        let other = (other & !attributes) | (one & attributes);
        prop_assert_eq!(condition.holds(one, false), condition.holds(other, false));
    }
}

#[test]
fn what_cannot_be_used_is_refused_with_its_place() {
    let deep = |levels: usize| {
        (0..levels).fold(json!({ "opened": {} }), |inner, _| json!({ "not": inner }))
    };
    let many = |count: usize| json!({ "any": vec![json!({ "opened": {} }); count] });
    for fine in [
        json!({ "clicked": {} }),
        json!({ "clicked": { "messages": [MESSAGE], "within_days": 30, "at_least": 2, "to": "2026-01-01T00:00:00Z" } }),
        json!({ "attribute": { "name": "age", "at_least": 18, "at_most": 30 } }),
        json!({ "attribute": { "name": "tier", "one_of": ["gold"] } }),
        json!({ "attribute": { "name": "city", "is_set": false } }),
        deep(7),
        many(20),
    ] {
        assert!(read(&fine).is_ok(), "{fine}");
    }
    for (wrong, pointer) in [
        (json!({ "all": [] }), "/all"),
        (json!({ "not": { "any": [] } }), "/not/any"),
        (json!({ "clicked": { "at_least": 0 } }), "/clicked/at_least"),
        (
            json!({ "clicked": { "within_days": 4000 } }),
            "/clicked/within_days",
        ),
        (
            json!({ "clicked": { "within_days": 1, "from": "2026-01-01T00:00:00Z" } }),
            "/clicked/from",
        ),
        (
            json!({ "clicked": { "messages": vec![MESSAGE; 101] } }),
            "/clicked/messages",
        ),
        (
            json!({ "clicked": { "messages": [MESSAGE], "links": ["abcdefghijklmnop"] } }),
            "/clicked/links",
        ),
        (
            json!({ "opened": { "links": ["abcdefghijklmnop"] } }),
            "/opened/links",
        ),
        (
            json!({ "all": [{ "attribute": { "name": "street", "is": "x" } }] }),
            "/all/0/attribute/name",
        ),
        (
            json!({ "attribute": { "name": "age", "is": "x" } }),
            "/attribute/is",
        ),
        (
            json!({ "attribute": { "name": "age", "is": null } }),
            "/attribute",
        ),
        (json!({ "attribute": { "name": "age" } }), "/attribute"),
        (
            json!({ "attribute": { "name": "age", "is": 1, "at_least": 1 } }),
            "/attribute",
        ),
        (
            json!({ "attribute": { "name": "city", "at_least": "a" } }),
            "/attribute",
        ),
        (
            json!({ "attribute": { "name": "tier", "one_of": ["gold", "tin"] } }),
            "/attribute/one_of/1",
        ),
        (
            json!({ "attribute": { "name": "tier", "one_of": [] } }),
            "/attribute/one_of",
        ),
    ] {
        assert_eq!(read(&wrong).unwrap_err(), pointer, "{wrong}");
    }
    assert_eq!(read(&many(21)).unwrap_err(), "/any/20/opened");
    assert!(read(&deep(8)).is_err());
    for unreadable in [
        json!("opened"),
        json!([]),
        json!({ "clicked": [] }),
        json!({ "clicked": { "message": MESSAGE } }),
        json!({ "viewed": {} }),
        json!({ "attribute": ["city", "x"] }),
    ] {
        assert!(
            serde_json::from_value::<Clause>(unreadable.clone()).is_err(),
            "{unreadable}"
        );
    }
}

#[test]
fn a_period_ends_before_its_end_and_days_are_counted_back() {
    let period = |clause: Value| {
        let condition = read(&json!({ "clicked": clause })).unwrap();
        let Leaf::Behaviour(behaviour) = &condition.leaves()[0] else {
            panic!("a behaviour");
        };
        behaviour.period(NOW)
    };
    let ever = (
        Timestamp::from_micros(i64::MIN),
        Timestamp::from_micros(i64::MAX),
    );
    assert_eq!(period(json!({})), ever);
    let day = NOW.saturating_add_micros(-86_400_000_000);
    assert_eq!(period(json!({ "within_days": 1 })), (day, ever.1));
    let year = Timestamp::parse_rfc3339("2026-01-01T00:00:00Z").unwrap();
    assert_eq!(
        period(json!({ "from": "2026-01-01T00:00:00Z" })),
        (year, ever.1)
    );
    assert_eq!(
        period(json!({ "to": "2026-01-01T00:00:00Z" })),
        (ever.0, year)
    );
}
