//! The stages of minting, a thousand rows at a time, and whole runs beside their floor. All people are made up.

#[path = "../tests/mint/office.rs"]
mod office;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use postern_core::code;
use postern_core::demo;
use postern_core::keys::{Role, Signer};
use postern_issuer::mint::FormatName;
use postern_issuer::mint::ledger::{Entry, Ledger, Owner, Wanted};
use postern_issuer::mint::people::{Chunk, Columns, EncodingChoice, PeopleFile};
use postern_issuer::mint::permutation::Permutation;
use postern_issuer::mint::shard::Shard;
use postern_qr::{Symbol, draw};

use office::{HEADER, Office, mint};

const ROWS: u64 = 1000;

/// Rows as a registry has them: name, birth, an identity card with its check character, a vaccination and a test.
fn people(rows: u64) -> String {
    let mut text = format!("{HEADER}\n");
    for i in 0..rows {
        let number = format!(
            "99{:04}19{:02}0{}1{}{:03}",
            i % 10_000,
            i % 90,
            i % 9 + 1,
            i % 10,
            i / 10 % 1000
        );
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let digits = number.bytes().zip(weights);
        let sum: u32 = digits.map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        let check = char::from(b"10X98765432"[sum as usize % 11]);
        let birth = format!("{}-{}-{}", &number[6..10], &number[10..12], &number[12..14]);
        text.push_str(&format!(
            "DEMO-{i:08},样本甲,{birth},id,CN,{number}{check},CoronaVac,2,2,2026-01-31,nucleic-acid,not-detected,2026-11-23 08:00,\n"
        ));
    }
    text
}

fn first_chunk(office: &Office) -> (PeopleFile, Columns, Chunk) {
    let mut file = PeopleFile::open(&office.people(people(ROWS)).people, EncodingChoice::Auto).unwrap();
    let columns = file.columns().clone();
    let chunk = file.next_chunk().unwrap().unwrap();
    (file, columns, chunk)
}

fn stages(c: &mut Criterion) {
    let office = Office::new();
    let (file, columns, chunk) = first_chunk(&office);
    let rows = chunk.rows(file.encoding()).count() as u64;
    let mut group = c.benchmark_group("a row");
    group.throughput(Throughput::Elements(rows));
    group.bench_function("read, and its keys for doubles", |b| {
        b.iter(|| {
            for row in chunk.rows(file.encoding()) {
                black_box(columns.id(&row).is_ok());
                black_box(columns.paper(&row).unwrap().map(|paper| paper.digest()));
            }
        })
    });
    group.bench_function("to applicant, digest and tag", |b| {
        let tags = demo::tag_key();
        b.iter(|| {
            for row in chunk.rows(file.encoding()) {
                let applicant = columns.applicant(&row).unwrap();
                black_box((
                    applicant.content(),
                    applicant.paper().map(|paper| tags.tag(paper.document())),
                ));
            }
        })
    });
    group.bench_function("place", |b| {
        let places = Permutation::new(&[7; 32], 1 << 24);
        (0..4096).for_each(|n| assert!(places.at(n).is_some()));
        b.iter(|| (0..rows).filter_map(|n| places.at(n)).fold(0, |all, place| all ^ place))
    });
    let signer = demo::key(Role::Code, 0);
    let messages: Vec<Vec<u8>> = (0..rows).map(|n| n.to_be_bytes().repeat(14)).collect();
    group.bench_function("floor: signature, one by one", |b| {
        b.iter(|| {
            messages
                .iter()
                .for_each(|message| drop(black_box(signer.sign(message))))
        })
    });
    group.bench_function("floor: signature, inversions in one", |b| {
        b.iter(|| signer.sign_all(&messages))
    });
    let code = vec![0x5a; 143];
    group.bench_function("text", |b| {
        b.iter(|| (0..rows).for_each(|_| drop(black_box(code::text(&code)))))
    });
    let text = code::text(&code);
    group.bench_function("symbol", |b| {
        b.iter(|| (0..rows).for_each(|_| drop(black_box(Symbol::new(&text)))))
    });
    let symbol = Symbol::new(&text).unwrap();
    group.bench_function("picture", |b| {
        b.iter(|| (0..rows).for_each(|_| drop(black_box(draw::png(&symbol, draw::DEFAULT_SCALE)))))
    });
    group.bench_function("ledger, with its share of a commit of 8,192", |b| {
        let owner = Owner {
            issuer: "west".to_owned(),
            authority: [7; 32],
        };
        let wanted = Wanted {
            may_make: true,
            capacity: Some(1 << 32),
            shard: Shard::WHOLE,
            key: [1; 32],
        };
        let mut ledger = Ledger::open(&office.path("bench.db"), &owner, wanted).unwrap();
        ledger.note_key(&signer.public(), office::AT).unwrap();
        ledger.expect(u64::MAX).unwrap();
        let mut places = ledger.places();
        let mut in_group = 0;
        b.iter(|| {
            for _ in 0..rows {
                let place = places.next().unwrap();
                ledger.begin().unwrap();
                let entry = Entry {
                    counter: place.counter,
                    id: format!("DEMO-{:08}", place.counter),
                    content: [3; 16],
                    index: place.index,
                    issued: office::AT,
                    expires: office::AT.plus(1),
                    code: code.clone(),
                };
                ledger.add(&entry, office::AT).unwrap();
                in_group += 1;
                if in_group == 8192 {
                    ledger.commit().unwrap();
                    in_group = 0;
                }
            }
        })
    });
    group.finish();
}

/// Whole runs in this process, on all cores, from the file to the outputs.
fn runs(c: &mut Criterion) {
    const MANY: u64 = 50_000;
    let mut group = c.benchmark_group("a run, for each of 50,000 rows");
    group.throughput(Throughput::Elements(MANY));
    group.sample_size(10);
    for format in [FormatName::Csv, FormatName::Tar] {
        group.bench_function(format.as_str(), |b| {
            b.iter_batched(
                || {
                    let office = Office::new();
                    let mut args = office.people(people(MANY));
                    args.issue.format = vec![format];
                    (office, args)
                },
                |(office, args)| {
                    let minted = mint(&args, &["--json"]).unwrap();
                    (office, minted)
                },
                BatchSize::PerIteration,
            )
        });
    }
    group.finish();
}

criterion_group!(benches, stages, runs);
criterion_main!(benches);
