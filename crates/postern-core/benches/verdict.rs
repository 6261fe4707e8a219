//! Text to verdict beside the bare signature check, and minting beside the bare signature: the floors.

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;

use common::{at, claims, key, minted, now, trust};
use criterion::{Criterion, criterion_group, criterion_main};
use ed25519_dalek::VerifyingKey;
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

/// 2,048 codes of different people, as many as one equation takes; times are for all of them.
fn many(c: &mut Criterion) {
    const MANY: u32 = 2048;
    let texts: Vec<String> = (0..MANY)
        .map(|index| {
            let mut claims = claims();
            claims.record.index = index;
            minted("west-code", &claims)
        })
        .collect();
    let codes: Vec<Vec<u8>> = texts
        .iter()
        .map(|text| base45::decode(&text[4..]).expect("our own code decodes"))
        .collect();
    let parsed = codes
        .iter()
        .map(|code| Sign1::parse(code).expect("our own code parses"));
    let (signed, signatures): (Vec<_>, Vec<_>) = parsed
        .map(|message| (message.to_be_signed(), message.signature))
        .unzip();
    let public = key("west-code").public();
    let judge = Judge::new(trust()).expect("the sample pack compiles");
    let admitted = |texts: &[String]| {
        let verdicts = judge.check_all(texts, at(now()));
        verdicts
            .iter()
            .filter(|verdict| verdict.outcome == Outcome::Admit)
            .count()
    };
    assert_eq!(admitted(&texts), texts.len());

    let mut group = c.benchmark_group("2,048 codes");
    group
        .throughput(criterion::Throughput::Elements(MANY.into()))
        .sample_size(20);
    group.bench_function("floor: verify_batch of the library", |b| {
        let messages: Vec<&[u8]> = signed.iter().map(Vec::as_slice).collect();
        let signatures: Vec<_> = signatures.iter().map(ed25519_dalek::Signature::from_bytes).collect();
        let key = VerifyingKey::from_bytes(public.as_bytes()).expect("a key");
        let keys = vec![key; messages.len()];
        b.iter(|| ed25519_dalek::verify_batch(black_box(&messages), &signatures, &keys))
    });
    group.bench_function("verify_strict of each", |b| {
        b.iter(|| {
            let each = signed.iter().zip(&signatures);
            each.filter(|(message, signature)| public.verify(message, signature).is_ok())
                .count()
        })
    });
    group.bench_function("parsing", |b| {
        b.iter(|| {
            texts
                .iter()
                .map(|text| ParsedCode::from_text(black_box(text)))
                .collect::<Vec<_>>()
        })
    });
    group.bench_function("texts to verdicts", |b| b.iter(|| admitted(black_box(&texts))));
    let mut with_one_bad = texts.clone();
    with_one_bad[1000] = code::mint(&key("forger"), public.kid(), &claims()).expect("a key in memory signs");
    group.bench_function("texts to verdicts, one of them forged", |b| {
        b.iter(|| admitted(black_box(&with_one_bad)))
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

criterion_group!(benches, verdict, many, mint);
criterion_main!(benches);
