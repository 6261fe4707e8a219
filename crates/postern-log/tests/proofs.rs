//! Proofs against `ct-merkle`, which made its own, and against every change.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof};
use postern_log::Tip;
use postern_log::merkle::{Frontier, Hash, MAX_SIZE, empty_root, leaf_hash};
use postern_log::proof::{ProofError, consistency, inclusion, verify_consistency, verify_inclusion};
use proptest::prelude::*;
use sha2::Sha256;

type Oracle = MemoryBackedTree<Sha256, Vec<u8>>;

fn leaf(i: u64) -> Vec<u8> {
    i.to_be_bytes().to_vec()
}

fn hashes(range: std::ops::Range<u64>) -> Vec<Hash> {
    range.map(|i| leaf_hash(&leaf(i))).collect()
}

fn frontier(size: u64) -> Frontier {
    let mut tree = Frontier::new();
    hashes(0..size).into_iter().for_each(|hash| tree.push(hash));
    tree
}

fn tip(size: u64) -> Tip {
    let root = frontier(size).root();
    Tip { size, root }
}

fn oracle(size: u64) -> Oracle {
    let mut tree = Oracle::new();
    (0..size).for_each(|i| tree.push(leaf(i)));
    tree
}

fn agree_on_consistency(theirs: &Oracle, old: u64, new: u64) {
    let proof = consistency(&frontier(old), &hashes(old..new));
    assert_eq!(
        verify_consistency(&tip(old), &tip(new), &proof),
        Ok(()),
        "{old} to {new}"
    );
    if old > 0 {
        let their_proof = theirs.prove_consistency((new - old) as usize);
        assert_eq!(proof.as_flattened(), their_proof.as_bytes(), "{old} to {new}");
        let ours = ConsistencyProof::try_from_bytes(proof.concat()).unwrap();
        theirs.root().verify_consistency(&oracle(old).root(), &ours).unwrap();
    } else {
        assert!(proof.is_empty());
    }
}

#[test]
fn consistency_of_all_small_sizes_is_that_of_ct_merkle() {
    for new in 0..=70 {
        let theirs = oracle(new);
        (0..=new).for_each(|old| agree_on_consistency(&theirs, old, new));
    }
}

#[test]
fn inclusion_in_all_small_sizes_is_that_of_ct_merkle() {
    for size in 1..=70 {
        let theirs = oracle(size);
        for index in 0..size {
            let proof = inclusion(&hashes(0..size), index);
            let their_proof = theirs.prove_inclusion(index as usize);
            assert_eq!(proof.as_flattened(), their_proof.as_bytes(), "{index} of {size}");
            let hash = leaf_hash(&leaf(index));
            assert_eq!(verify_inclusion(&hash, index, &tip(size), &proof), Ok(()));
            let ours = InclusionProof::try_from_bytes(proof.concat()).unwrap();
            theirs.root().verify_inclusion(&leaf(index), index, &ours).unwrap();
        }
    }
}

#[test]
fn every_change_of_a_consistency_proof_is_noticed() {
    for new in 2..=20 {
        for old in 1..new {
            let proof = consistency(&frontier(old), &hashes(old..new));
            let check = |old: &Tip, new: &Tip, proof: &[Hash]| verify_consistency(old, new, proof);
            let (o, n) = (tip(old), tip(new));
            for at in 0..proof.len() {
                let mut other = proof.clone();
                other[at][at % 32] ^= 1;
                assert!(check(&o, &n, &other).is_err(), "{old} to {new}, hash {at}");
                assert_eq!(
                    check(&o, &n, &proof[..at]),
                    Err(ProofError::Length),
                    "{old} to {new}, {at} hashes"
                );
            }
            let longer = [&proof[..], &[[0; 32]]].concat();
            assert_eq!(check(&o, &n, &longer), Err(ProofError::Length));
            assert_eq!(check(&n, &o, &proof), Err(ProofError::Size));
            let other = |tip: &Tip| Tip { root: [7; 32], ..*tip };
            let old_root = check(&other(&o), &n, &proof);
            // The proof leaves out the hash of an old tree that is perfect: then nothing leads to the new root.
            let wrong = if old.is_power_of_two() {
                ProofError::NewRoot
            } else {
                ProofError::OldRoot
            };
            assert_eq!(old_root, Err(wrong), "{old} to {new}");
            assert_eq!(check(&o, &other(&n), &proof), Err(ProofError::NewRoot));
        }
    }
}

#[test]
fn every_change_of_an_inclusion_proof_is_noticed() {
    for size in 1..=20 {
        for index in 0..size {
            let (hash, tip, proof) = (leaf_hash(&leaf(index)), tip(size), inclusion(&hashes(0..size), index));
            for at in 0..proof.len() {
                let mut other = proof.clone();
                other[at][at % 32] ^= 1;
                assert_eq!(verify_inclusion(&hash, index, &tip, &other), Err(ProofError::NewRoot));
                assert_eq!(
                    verify_inclusion(&hash, index, &tip, &proof[..at]),
                    Err(ProofError::Length)
                );
            }
            let longer = [&proof[..], &[[0; 32]]].concat();
            assert_eq!(verify_inclusion(&hash, index, &tip, &longer), Err(ProofError::Length));
            assert_eq!(
                verify_inclusion(&[7; 32], index, &tip, &proof),
                Err(ProofError::NewRoot)
            );
            assert_eq!(verify_inclusion(&hash, size, &tip, &proof), Err(ProofError::Size));
            for other in (0..size).filter(|other| *other != index) {
                assert!(
                    verify_inclusion(&hash, other, &tip, &proof).is_err(),
                    "{index} as {other} of {size}"
                );
            }
        }
    }
}

#[test]
fn the_empty_tree_is_the_start_of_every_tree() {
    let empty = tip(0);
    assert_eq!(empty.root, empty_root());
    assert_eq!(verify_consistency(&empty, &empty, &[]), Ok(()));
    assert_eq!(verify_consistency(&empty, &tip(5), &[]), Ok(()));
    assert_eq!(verify_consistency(&empty, &tip(5), &[[0; 32]]), Err(ProofError::Length));
    let false_empty = Tip { size: 0, root: [7; 32] };
    assert_eq!(verify_consistency(&false_empty, &tip(5), &[]), Err(ProofError::OldRoot));
    assert_eq!(verify_consistency(&empty, &false_empty, &[]), Err(ProofError::NewRoot));
}

#[test]
fn a_tree_has_grown_from_itself() {
    assert_eq!(verify_consistency(&tip(5), &tip(5), &[]), Ok(()));
    assert_eq!(
        verify_consistency(&tip(5), &tip(5), &[[0; 32]]),
        Err(ProofError::Length)
    );
    let other = Tip { size: 5, root: [7; 32] };
    assert_eq!(verify_consistency(&tip(5), &other, &[]), Err(ProofError::NewRoot));
}

#[test]
fn a_leaf_that_is_not_there_has_no_proof() {
    for (size, index) in [(0, 0), (1, 1), (5, 5), (5, u64::MAX)] {
        let proof = inclusion(&hashes(0..size), index);
        assert!(proof.is_empty());
        assert_eq!(
            verify_inclusion(&leaf_hash(&leaf(0)), index, &tip(size), &proof),
            Err(ProofError::Size)
        );
    }
}

/// A tree of the largest size, whose subtrees are made up: at that size no leaf can be laid beside another.
#[test]
fn the_largest_trees_have_proofs_of_at_most_64_hashes() {
    for back in 1..=70 {
        let size = MAX_SIZE - back;
        let peaks = (0..size.count_ones()).map(|i| [i as u8; 32]).collect();
        let old = Frontier::from_peaks(size, peaks).unwrap();
        let leaves = hashes(0..back);
        let mut new = old.clone();
        leaves.iter().for_each(|leaf| new.push(*leaf));
        let proof = consistency(&old, &leaves);
        assert!(proof.len() <= 64, "{}", proof.len());
        let tip = |tree: &Frontier| Tip {
            size: tree.size(),
            root: tree.root(),
        };
        assert_eq!(verify_consistency(&tip(&old), &tip(&new), &proof), Ok(()), "{size}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn larger_trees_agree(old in 0_u64..3000, more in 0_u64..3000, index in any::<prop::sample::Index>()) {
        let new = old + more + 1;
        let theirs = oracle(new);
        agree_on_consistency(&theirs, old, new);
        let index = index.index(new as usize) as u64;
        let proof = inclusion(&hashes(0..new), index);
        let their_proof = theirs.prove_inclusion(index as usize);
        prop_assert_eq!(proof.as_flattened(), their_proof.as_bytes());
        prop_assert_eq!(verify_inclusion(&leaf_hash(&leaf(index)), index, &tip(new), &proof), Ok(()));
    }
}

proptest! {
    #[test]
    fn no_proof_panics(
        old in any::<(u64, Hash)>(),
        new in any::<(u64, Hash)>(),
        small in any::<bool>(),
        proof in prop::collection::vec(any::<Hash>(), 0..130),
    ) {
        let tip = |(size, root)| Tip { size: if small { size % 9 } else { size }, root };
        let (old, new) = (tip(old), tip(new));
        let made_up = verify_consistency(&old, &new, &proof);
        prop_assert!(made_up.is_err() || old == new, "{:?}", made_up);
        prop_assert!(verify_inclusion(&old.root, old.size, &new, &proof).is_err());
    }
}
