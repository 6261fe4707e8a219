//! The trust of the fixtures, and documents that its keys sign.
#![allow(dead_code, reason = "each target uses its part")]

use std::sync::LazyLock;

use postern_core::demo;
use postern_core::keys::Role;
use postern_core::time::Time;
use postern_core::trust::{Candidate, Document, FilePin, Payload, Snapshot, Trust};

/// 2026-11-11T00:00:00Z, when the snapshot was made.
pub const NOW: Time = Time::saturating(1_794_355_200);

/// The root.
pub const ROOT: &[u8] = include_bytes!("../../fixtures/codes/trust/root/1.root");
/// The first pack, which names no list.
pub const PACK: &[u8] = include_bytes!("../../fixtures/codes/trust/pack/1.pack");
/// Its snapshot.
pub const SNAPSHOT: &[u8] = include_bytes!("../../fixtures/codes/trust/snapshot/1.snapshot");

/// The trust of a new gate.
pub static PINNED: LazyLock<Trust> = LazyLock::new(|| Trust::pin(ROOT).expect("the fixtures' root is signed"));

/// The trust of a gate that was updated.
pub static TRUST: LazyLock<Trust> = LazyLock::new(|| {
    let candidate = Candidate {
        roots: &[],
        snapshot: SNAPSHOT,
        pack: PACK,
    };
    PINNED.update(&candidate, postern_core::trust::no_status_files).expect("the fixtures are one state")
});

/// A document signed by the first `count` demonstration keys of a role.
pub fn signed<P: Payload>(payload: P, role: Role, count: u8) -> Vec<u8> {
    let mut document = Document::draft(payload);
    for n in 0..count {
        let entry = document.sign(&demo::key(role, n)).expect("a key in memory signs");
        document.add_signature(entry);
    }
    document.to_bytes()
}

/// A snapshot for a pack.
pub fn snapshot(pack: &[u8], version: u64) -> Vec<u8> {
    let snapshot = Snapshot {
        pack: FilePin::of(pack, version),
        root: 1,
        files: vec![],
        issued: NOW,
        version: 2,
        register: None,
    };
    signed(snapshot, Role::Snapshot, 1)
}
