//! What a whole bundle costs the gate that seals it, the drop box that checks it and the auditor that opens it.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use postern_core::keys::{PrivateKey, Signer};
use postern_log::Tip;
use postern_log::bundle::{LogBundle, MAX_LEAVES, SealedBundle};
use postern_log::checkpoint::Checkpoint;
use postern_log::merkle::{Frontier, Hash, leaf_hash};
use postern_log::proof::{consistency, verify_consistency};
use postern_seal::Identity;

/// Bytes of a leaf: those of an admission with its credential have about as many.
const LEAF_LEN: usize = 112;

/// A part of a large log, and what a gate has of a day.
fn bundles(c: &mut Criterion) {
    bundle(c, MAX_LEAVES as u64);
    bundle(c, 4000);
}

fn bundle(c: &mut Criterion, count: u64) {
    let (gate, auditor) = (PrivateKey::from_seed(&[1; 32]), Identity::generate());
    // Not from the first leaf on, so that there is a proof.
    let from = 5 * MAX_LEAVES as u64 / 2;
    let mut before = Frontier::new();
    (0..from).for_each(|i| before.push(leaf_hash(&i.to_be_bytes())));
    let leaves: Vec<Vec<u8>> = (from..from + count)
        .map(|i| i.to_be_bytes().into_iter().cycle().take(LEAF_LEN).collect())
        .collect();
    let hashes: Vec<Hash> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
    let mut after = before.clone();
    hashes.iter().for_each(|hash| after.push(*hash));
    let tip = |tree: &Frontier| Tip {
        size: tree.size(),
        root: tree.root(),
    };
    let (old, new) = (tip(&before), tip(&after));
    let checkpoint = Checkpoint {
        origin: "made-up".to_owned(),
        tip: new,
    };
    let content = LogBundle {
        key: gate.public(),
        from,
        gate: "made-up".parse().unwrap(),
        note: checkpoint.sign(&gate).unwrap(),
        proof: consistency(&before, &hashes),
        leaves,
    };
    let file = content.seal(&gate, &[auditor.recipient()]).unwrap();

    let mut group = c.benchmark_group(format!("bundle of {count} leaves"));
    group.sample_size(20).throughput(Throughput::Elements(count));
    group.bench_function("seal", |b| {
        b.iter(|| content.seal(&gate, &[auditor.recipient()]).unwrap())
    });
    group.bench_function("verify", |b| {
        b.iter(|| SealedBundle::parse(&file).unwrap().verify(&gate.public()).unwrap());
    });
    group.bench_function("open", |b| {
        b.iter(|| {
            let sealed = SealedBundle::parse(&file).unwrap();
            sealed.open(&gate.public(), &auditor).unwrap()
        });
    });
    group.bench_function("hash and compare with the checkpoint", |b| {
        b.iter(|| {
            let mut tree = before.clone();
            content.leaves.iter().for_each(|leaf| tree.push(leaf_hash(leaf)));
            assert_eq!(tree.root(), new.root);
        });
    });
    group.bench_function("prove consistency", |b| b.iter(|| consistency(&before, &hashes)));
    group.bench_function("verify consistency", |b| {
        b.iter(|| verify_consistency(&old, &new, &content.proof).unwrap());
    });
    group.finish();
}

criterion_group!(benches, bundles);
criterion_main!(benches);
