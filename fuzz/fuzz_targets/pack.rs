//! Documents of a stranger, documents that the authority might sign, and bundles.
#![no_main]

#[path = "../src/authority.rs"]
mod authority;

use libfuzzer_sys::fuzz_target;
use postern_core::bundle::Bundle;
use postern_core::cbor;
use postern_core::keys::Role;
use postern_core::policy::Policy;
use postern_core::repository::{self, Wanted};
use postern_core::time::TimeEvidence;
use postern_core::trust::{
    Candidate, Document, Pack, Payload, Root, Snapshot, StoredStatus, Trust, no_status_files,
};
use postern_core::verdict::Judge;

/// A code that the fixtures' pack admits.
const CODE: &str = include_str!("../../fixtures/codes/good-all-facts.txt");

/// What parses is the one encoding of what was read.
fn parse<P: Payload>(bytes: &[u8]) {
    if let Ok(document) = Document::<P>::parse(bytes) {
        assert_eq!(document.to_bytes(), bytes);
        let _ = document.digest();
    }
}

fn update(candidate: &Candidate<'_>) {
    let updated = authority::TRUST
        .update(candidate, no_status_files)
        .or_else(|_| authority::PINNED.update(candidate, no_status_files));
    if let Ok(trust) = updated {
        judge(trust);
    }
}

fn judge(trust: Trust) {
    let Ok(judge) = Judge::new(trust) else { return };
    let text = CODE.trim_end().rsplit('\n').next().expect("a line");
    let time = TimeEvidence::Clock {
        system: authority::NOW,
        floor: judge.trust().time_floor(),
    };
    let verdict = judge.check(text, time);
    assert_eq!(verdict.reasons.is_empty(), verdict.outcome.as_str() == "admit");
    // What was installed can be stored and restored.
    let trust = judge.trust();
    let (root, snapshot, pack) = (trust.root().to_bytes(), trust.snapshot(), trust.pack());
    let (snapshot, pack) = (snapshot.expect("updated").to_bytes(), pack.expect("updated").to_bytes());
    Trust::restore(&root, Some((&snapshot, &pack)), &stored(trust)).expect("what was believed is believed again");
}

fn stored(trust: &Trust) -> Vec<StoredStatus<'_>> {
    let held = trust.status().iter();
    held.map(|(list, column, held)| StoredStatus {
        list,
        column,
        file: held.file(),
        content: held.content(),
    })
    .collect()
}

fuzz_target!(|bytes: &[u8]| {
    parse::<Root>(bytes);
    parse::<Pack>(bytes);
    parse::<Snapshot>(bytes);
    update(&Candidate {
        roots: &[bytes.to_vec()],
        snapshot: bytes,
        pack: bytes,
    });
    update(&Candidate {
        roots: &[],
        snapshot: authority::SNAPSHOT,
        pack: bytes,
    });
    if let Ok(pack) = cbor::from_slice::<Pack>(bytes) {
        let compiles = Policy::compile(&pack).is_ok();
        let version = pack.version;
        let pack = authority::signed(pack, Role::Publisher, 2);
        let snapshot = authority::snapshot(&pack, version);
        if compiles {
            update(&Candidate {
                roots: &[],
                snapshot: &snapshot,
                pack: &pack,
            });
        }
    }
    if let Ok(root) = cbor::from_slice::<Root>(bytes) {
        let root = authority::signed(root, Role::Root, 3);
        update(&Candidate {
            roots: &[root],
            snapshot: authority::SNAPSHOT,
            pack: authority::PACK,
        });
    }
    if let Ok(snapshot) = cbor::from_slice::<Snapshot>(bytes) {
        let snapshot = authority::signed(snapshot, Role::Snapshot, 1);
        update(&Candidate {
            roots: &[],
            snapshot: &snapshot,
            pack: authority::PACK,
        });
    }
    if let Ok(bundle) = Bundle::parse(bytes) {
        assert_eq!(bundle.to_bytes(), bytes);
        let read = |wanted: Wanted<'_>| {
            let file = bundle.file(wanted.path).filter(|file| file.len() <= wanted.max);
            Ok::<_, ()>(file.map(<[u8]>::to_vec))
        };
        if let Ok(trust) = repository::update(&authority::PINNED, read) {
            judge(trust);
        }
    }
});
