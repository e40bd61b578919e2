use super::checkpoint::{Checkpoint, CheckpointError};
use super::hash::LogHash;
use super::jws::{self, JwsError};
use super::keys::{LogKeys, LogKeysError};
use super::leaf::{Leaf, LeafKey, LeafKind, settings_hash};
use super::proof::ProofPlan;
use super::receipt::{Receipt, ReceiptParts, ReceiptProof};
use super::tree::{Frontier, NodePlace};
use super::verify::{is_consistent, root_of_inclusion};
use crate::{OrganisationId, Regime, Settings, Shown, Source, Timestamp};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::{prelude::*, sample::Index};
use sha2::Sha256;
use std::collections::HashMap;

/// Leaves and roots of the trees of 1 to 8 of them, from the tests of Google's Certificate Transparency (RFC 6962).
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// Ed25519 key and public key of RFC 8032 §7.1, test 1.
const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const OTHER_SEED: &str = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";

fn decode(hex: &str) -> Vec<u8> {
    base16ct::lower::decode_vec(hex).unwrap()
}

/// A tree with all its nodes.
#[derive(Default)]
struct Whole {
    frontier: Frontier,
    nodes: HashMap<NodePlace, LogHash>,
    roots: Vec<LogHash>,
    leaves: Vec<LogHash>,
}

impl Whole {
    fn of(leaves: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut whole = Self::default();
        whole.roots.push(LogHash::empty());
        for leaf in leaves {
            let hash = LogHash::leaf(&leaf);
            let nodes = &mut whole.nodes;
            whole.frontier.add(hash, |place, hash| {
                assert_eq!(
                    nodes.insert(place, hash),
                    None,
                    "{place:?} was complete before"
                );
            });
            whole.leaves.push(hash);
            whole.roots.push(whole.frontier.root());
        }
        whole
    }

    fn look_up(&self, plan: &ProofPlan) -> Vec<LogHash> {
        plan.hashes(|place| self.nodes.get(&place).copied())
            .unwrap()
    }
}

fn numbered(count: u64) -> Whole {
    Whole::of((0..count).map(|number| number.to_be_bytes().to_vec()))
}

#[test]
fn the_roots_are_those_of_certificate_transparency() {
    let whole = Whole::of(LEAVES.map(decode));
    assert_eq!(
        LogHash::empty().to_string(),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    for (root, expected) in whole.roots[1..].iter().zip(ROOTS) {
        assert_eq!(root.to_string(), expected);
    }
}

#[test]
fn proofs_are_those_of_another_implementation() {
    let mut other = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let whole = numbered(40);
    for number in 0..40_u64 {
        other.push(number.to_be_bytes().to_vec());
        let size = number + 1;
        assert_eq!(
            other.root().as_bytes().as_slice(),
            whole.roots[size as usize].as_bytes()
        );
        for index in 0..size {
            let ours = whole.look_up(&ProofPlan::inclusion(index, size).unwrap());
            let ours: Vec<u8> = ours.iter().flat_map(|hash| *hash.as_bytes()).collect();
            assert_eq!(
                ours,
                other.prove_inclusion(index as usize).as_bytes(),
                "{index} in {size}"
            );
        }
        for old in 1..size {
            let ours = whole.look_up(&ProofPlan::consistency(old, size).unwrap());
            let ours: Vec<u8> = ours.iter().flat_map(|hash| *hash.as_bytes()).collect();
            let theirs = other.prove_consistency((size - old) as usize);
            assert_eq!(ours, theirs.as_bytes(), "{old} to {size}");
        }
    }
}

#[test]
fn every_proof_verifies_and_only_for_its_place() {
    const SIZE: u64 = 130;
    let whole = numbered(SIZE);
    for size in 1..=SIZE {
        let root = whole.roots[size as usize];
        assert_eq!(whole.look_up(&ProofPlan::root(size)), [root]);
        for index in 0..size {
            let path = whole.look_up(&ProofPlan::inclusion(index, size).unwrap());
            let leaf = whole.leaves[index as usize];
            assert_eq!(root_of_inclusion(leaf, index, size, &path), Some(root));
            let neighbour = (index + 1) % size;
            if neighbour != index {
                assert_ne!(root_of_inclusion(leaf, neighbour, size, &path), Some(root));
            }
        }
        for old in 0..=size {
            let plan = ProofPlan::consistency(old, size).unwrap_or_default();
            let path = whole.look_up(&plan);
            let old_root = whole.roots[old as usize];
            assert!(
                is_consistent((old, old_root), (size, root), &path),
                "{old} to {size}"
            );
            if old != size {
                assert!(!is_consistent((old, root), (size, root), &path));
            }
            if old > 0 {
                assert!(!is_consistent((old, old_root), (size, old_root), &path) || old == size);
            }
        }
    }
    assert_eq!(ProofPlan::inclusion(5, 5), None);
    assert_eq!(ProofPlan::consistency(6, 5), None);
}

#[test]
fn a_tree_goes_on_from_its_frontier() {
    let whole = numbered(77);
    let mut again = Frontier::default();
    for leaf in &whole.leaves {
        again = Frontier::new(again.size(), again.roots().to_vec()).unwrap();
        again.add(*leaf, |_, _| {});
    }
    assert_eq!(again, whole.frontier);
    assert_eq!(Frontier::new(3, vec![LogHash::empty()]), None);
}

fn checkpoint() -> Checkpoint {
    let organisation = OrganisationId::parse("45e0a0b2-7f30-456c-875c-1cfa507d72b6").unwrap();
    Checkpoint {
        origin: Checkpoint::origin_of(organisation),
        size: 8,
        root: LogHash::parse(ROOTS[7]).unwrap(),
    }
}

#[test]
fn the_keys_are_those_of_rfc_8032() {
    let keys = LogKeys::parse(SEED).unwrap().public();
    let key = keys.iter().next().unwrap();
    let expected = decode("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    assert_eq!(key.bytes().unwrap().as_slice(), expected);
    // The key and its thumbprint of RFC 8037, appendix A.
    assert_eq!(key.kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    assert_eq!(
        serde_json::to_string(&keys).unwrap(),
        r#"{"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#
    );
    assert_eq!(LogKeys::parse(" ").unwrap_err(), LogKeysError::Empty);
    let short = format!("{SEED},{}", &SEED[2..]);
    assert_eq!(
        LogKeys::parse(&short).unwrap_err(),
        LogKeysError::NotHexadecimal(2)
    );
}

#[test]
fn a_checkpoint_is_read_as_it_was_signed() {
    let keys = LogKeys::parse(SEED).unwrap();
    let note = checkpoint().signed(&keys);
    assert!(note.starts_with(
        "assent/45e0a0b2-7f30-456c-875c-1cfa507d72b6\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n\u{2014} assent/45e0a0b2-7f30-456c-875c-1cfa507d72b6 "
    ));
    assert_eq!(
        Checkpoint::verified(&note, &keys.public()),
        Ok(checkpoint())
    );
    let stranger = LogKeys::parse(OTHER_SEED).unwrap();
    let unknown = Checkpoint::verified(&note, &stranger.public());
    assert_eq!(unknown, Err(CheckpointError::UnknownKey));
}

#[test]
fn who_knows_the_old_or_the_new_key_believes_what_both_sign() {
    let (old, new) = (
        LogKeys::parse(SEED).unwrap(),
        LogKeys::parse(OTHER_SEED).unwrap(),
    );
    let both = LogKeys::parse(&format!("{OTHER_SEED}, {SEED}")).unwrap();
    let note = checkpoint().signed(&both);
    for keys in [&old, &new, &both] {
        assert_eq!(
            Checkpoint::verified(&note, &keys.public()),
            Ok(checkpoint())
        );
    }
    let before = checkpoint().signed(&old);
    assert_eq!(
        Checkpoint::verified(&before, &both.public()),
        Ok(checkpoint())
    );
}

#[test]
fn a_checkpoint_with_any_other_byte_is_not_believed() {
    let keys = LogKeys::parse(SEED).unwrap();
    let note = checkpoint().signed(&keys).into_bytes();
    for place in 0..note.len() {
        for bit in 0..8 {
            let mut altered = note.clone();
            altered[place] ^= 1 << bit;
            let Ok(altered) = String::from_utf8(altered) else {
                continue;
            };
            assert!(
                Checkpoint::verified(&altered, &keys.public()).is_err(),
                "{altered}"
            );
        }
    }
}

#[test]
fn what_is_signed_cannot_be_altered() {
    let keys = LogKeys::parse(SEED).unwrap();
    let signed = jws::sign("t", r#"{"a":1}"#, &keys).unwrap();
    assert_eq!(
        jws::verified("t", &signed, &keys.public()).unwrap(),
        r#"{"a":1}"#
    );
    assert_eq!(
        jws::verified("u", &signed, &keys.public()),
        Err(JwsError::Malformed)
    );
    let stranger = LogKeys::parse(OTHER_SEED).unwrap();
    assert_eq!(
        jws::verified("t", &signed, &stranger.public()),
        Err(JwsError::UnknownKey)
    );
    for place in 0..signed.len() {
        for bit in 0..7 {
            let mut altered = signed.clone().into_bytes();
            altered[place] ^= 1 << bit;
            let altered = String::from_utf8(altered).unwrap();
            assert!(
                jws::verified("t", &altered, &keys.public()).is_err(),
                "{altered}"
            );
        }
    }
}

#[test]
fn a_leaf_is_written_in_one_way_and_names_nobody() {
    let org = OrganisationId::parse("45e0a0b2-7f30-456c-875c-1cfa507d72b6").unwrap();
    let key = LeafKey::derive("00112233445566778899aabbccddeeff", "r1", 0).unwrap();
    let leaf = Leaf {
        flags: serde_json::from_str(r#"{"tg":false,"dc":true}"#).ok(),
        subject: key.subject("contact:42"),
        ..Leaf::new(LeafKind::Set, org, Timestamp::from_micros(0))
    };
    let text = super::canonical(&leaf).unwrap();
    // The commitment worked out with Python's hmac and hashlib.
    assert_eq!(
        text,
        r#"{"at":"1970-01-01T00:00:00.000000Z","flags":{"dc":true,"tg":false},"kind":"set","org":"45e0a0b2-7f30-456c-875c-1cfa507d72b6","subject":"a680876e1a472bd60c4d98b47bb80a51112285cb0bfed867d96dbb876c6c93bf","v":1}"#
    );
    assert_eq!(Leaf::parse(&text), Some(leaf));
    assert_eq!(Leaf::parse(&text.replace("\"v\":1", "\"v\": 1")), None);
    let next = LeafKey::derive("00112233445566778899aabbccddeeff", "r1", 1).unwrap();
    assert_ne!(next.subject("contact:42"), key.subject("contact:42"));
    assert_eq!(
        settings_hash(r#"{"b":1,"a":2}"#),
        settings_hash(r#"{ "a": 2, "b": 1 }"#)
    );
}

/// Everything that somebody can hold of a log: a receipt, its head, and all entries.
fn handed_out(keys: &LogKeys) -> (String, String, Vec<String>) {
    let org = OrganisationId::parse("45e0a0b2-7f30-456c-875c-1cfa507d72b6").unwrap();
    let key = LeafKey::derive("00112233445566778899aabbccddeeff", "r1", 0).unwrap();
    let shown = Shown {
        form: "tracking".to_owned(),
        version: "1f".to_owned(),
        language: "fr".to_owned(),
    };
    let leaves: Vec<String> = (30..51_u32)
        .map(|number| {
            let leaf = Leaf {
                flags: serde_json::from_str(r#"{"tg":false,"dc":true}"#).ok(),
                regime: Some(Regime::Gdpr),
                source: Some(Source::Form),
                subject: key.subject(&format!("contact:{number}")),
                shown: key.shown(&shown),
                ..Leaf::new(LeafKind::Set, org, Timestamp::from_micros(number.into()))
            };
            super::canonical(&leaf).unwrap()
        })
        .collect();
    let whole = Whole::of(leaves.iter().map(|leaf| leaf.clone().into_bytes()));
    let checkpoint = Checkpoint {
        origin: Checkpoint::origin_of(org),
        size: 21,
        root: whole.frontier.root(),
    };
    let checkpoint = checkpoint.signed(keys);
    let proof = ReceiptProof {
        leaf: leaves[12].clone(),
        leaf_key: key,
        index: 12,
        path: whole.look_up(&ProofPlan::inclusion(12, 21).unwrap()),
        checkpoint: checkpoint.clone(),
    };
    let parts = ReceiptParts {
        subject: "contact:42",
        request_id: "r1",
        item: 0,
        shown: Some(shown),
        settings: &Settings::default(),
        proof,
    };
    let receipt = Receipt::new(parts, Timestamp::from_micros(9)).unwrap();
    (receipt.signed(keys).unwrap(), checkpoint, leaves)
}

/// Whether these are the entries of the log that a head stands for.
fn are_entries(leaves: &[String], head: &Checkpoint) -> bool {
    let whole = Whole::of(leaves.iter().map(|leaf| leaf.clone().into_bytes()));
    (whole.frontier.size(), whole.frontier.root()) == (head.size, head.root)
}

/// `ASSENT_MUTATIONS` says how many.
#[test]
fn what_is_altered_anywhere_is_rejected() {
    let wanted = std::env::var("ASSENT_MUTATIONS").map_or(1000, |number| number.parse().unwrap());
    let keys = LogKeys::parse(SEED).unwrap();
    let public = keys.public();
    let (receipt, note, leaves) = handed_out(&keys);
    let (read, head) = Receipt::verified(&receipt, &public).unwrap();
    assert_eq!(read.record.pii_principal_id, "contact:42");
    assert!(are_entries(&leaves, &head));
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % limit as u64).unwrap()
    };
    let payload = super::canonical(&read).unwrap();
    for number in 0..wanted {
        let original = [&receipt, &note, &leaves[number % 21], &payload][number % 4];
        let mut bytes = original.clone().into_bytes();
        match below(3) {
            0 => {
                let place = below(bytes.len());
                bytes[place] ^= 1 << below(7);
            }
            1 => drop(bytes.remove(below(bytes.len()))),
            _ => bytes.insert(below(bytes.len()), u8::try_from(32 + below(95)).unwrap()),
        }
        let altered = String::from_utf8_lossy(&bytes).into_owned();
        if altered == *original {
            continue;
        }
        let accepted = match number % 4 {
            0 => Receipt::verified(&altered, &public).is_ok(),
            1 => Checkpoint::verified(&altered, &public).is_ok(),
            2 => {
                let mut others = leaves.clone();
                others[number % 21].clone_from(&altered);
                are_entries(&others, &head)
            }
            // Even whoever could sign as the organisation cannot put another decision into a tree that was given out;
            // what only the receipt says is as the signer wants it.
            _ => Receipt::verified(
                &jws::sign("assent-receipt+jwt", &altered, &keys).unwrap(),
                &public,
            )
            .is_ok_and(|(receipt, _)| {
                let (now, before) = (&receipt.record, &read.record);
                (
                    &now.pii_principal_id,
                    &now.purposes,
                    now.event_time,
                    &now.notice,
                ) != (
                    &before.pii_principal_id,
                    &before.purposes,
                    before.event_time,
                    &before.notice,
                ) || receipt.proof.leaf != read.proof.leaf
            }),
        };
        assert!(!accepted, "{altered}");
    }
}

proptest! {
    #[test]
    fn no_proof_survives_a_change(size in 2_usize..200, index in any::<Index>(), place in any::<Index>(), bit in 0_u8..8) {
        let index = index.index(size);
        let whole = numbered(size as u64);
        let root = whole.roots[size];
        let mut path = whole.look_up(&ProofPlan::inclusion(index as u64, size as u64).unwrap());
        let place = place.index(path.len());
        let mut bytes = *path[place].as_bytes();
        bytes[usize::from(bit)] ^= 1 << bit;
        path[place] = LogHash::from_bytes(bytes);
        let leaf = whole.leaves[index];
        prop_assert_ne!(root_of_inclusion(leaf, index as u64, size as u64, &path), Some(root));
        path.push(root);
        prop_assert_eq!(root_of_inclusion(leaf, index as u64, size as u64, &path), None);
    }
}
