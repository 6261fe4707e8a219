//! Text to verdict beside the bare signature check, and minting beside the bare signature: the floors.

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;

use common::{at, claims, key, minted, now, trust};
use criterion::{Criterion, criterion_group, criterion_main};
use postern_core::base45;
use postern_core::code::{self, ParsedCode};
use postern_core::cose::Sign1;
use postern_core::keys::Signer;
use postern_core::verdict::{Judge, Outcome};

fn verdict(c: &mut Criterion) {
    let text = minted("east-code", &claims());
    let bytes = base45::decode(&text[4..]).expect("our own code decodes");
    let message = Sign1::parse(&bytes).expect("our own code parses");
    let signed = message.to_be_signed();
    let public = key("east-code").public();
    let judge = Judge::new(trust()).expect("the sample pack compiles");
    assert_eq!(judge.check(&text, at(now())).outcome, Outcome::Admit);

    let mut group = c.benchmark_group("verdict");
    group.bench_function("floor: verify_strict", |b| {
        b.iter(|| public.verify(black_box(&signed), black_box(&message.signature)))
    });
    group.bench_function("text to verdict", |b| {
        b.iter(|| judge.check(black_box(&text), at(now())))
    });
    group.bench_function("of which parsing", |b| {
        b.iter(|| ParsedCode::from_text(black_box(&text)))
    });
    group.finish();
}

fn mint(c: &mut Criterion) {
    let signer = key("east-code");
    let kid = signer.public().kid();
    let claims = claims();
    let bytes = base45::decode(&minted("east-code", &claims)[4..]).expect("our own code decodes");
    let signed = Sign1::parse(&bytes).expect("our own code parses").to_be_signed();

    let mut group = c.benchmark_group("mint");
    group.bench_function("floor: sign", |b| b.iter(|| signer.sign(black_box(&signed))));
    group.bench_function("claims to text", |b| {
        b.iter(|| code::mint(&signer, kid, black_box(&claims)))
    });
    let many = vec![claims; 256];
    group.throughput(criterion::Throughput::Elements(256));
    group.bench_function("256 claims to codes, inversions in one", |b| {
        b.iter(|| code::mint_all(&signer, kid, black_box(&many)))
    });
    group.finish();
}

criterion_group!(benches, verdict, mint);
criterion_main!(benches);
