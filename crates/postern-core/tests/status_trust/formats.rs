//! What is new in packs and snapshots stands in format 2; what needs nothing new is of format 1 as before.

use postern_core::cbor::{self, Bytes};
use postern_core::cose::Sign;
use postern_core::keys::Signer;
use postern_core::trust::{
    Auditor, Candidate, ContentPin, DiskFull, Document, DocumentKind, Emergency, FilePin, Pack, Payload, Snapshot,
    StatusFile, StatusKind, TagEpoch, no_status_files,
};
use serde_cbor::Value;

use crate::age::windows;
use crate::common::*;
use crate::offer::*;

/// The payload with this `format`, in deterministic encoding.
fn with_format<P: Payload>(payload: &P, format: i128) -> Vec<u8> {
    let mut value: Value = serde_cbor::from_slice(&cbor::to_vec(payload)).unwrap();
    let Value::Map(members) = &mut value else {
        panic!("a payload is a map")
    };
    members.insert(Value::Text("format".to_owned()), Value::Integer(format));
    serde_cbor::to_vec(&value).unwrap()
}

/// Whether a payload is of this format, and of no other.
#[track_caller]
fn only<P: Payload>(payload: &P, format: i128) {
    for other in [0, 1, 2] {
        let decoded = cbor::from_slice::<P>(&with_format(payload, other));
        assert_eq!(decoded.is_ok(), other == format, "format {other}");
    }
}

#[test]
fn a_pack_that_needs_nothing_new_is_of_format_1() {
    only(&pack(1), 1);
    // A list was there before.
    only(&listed(1), 1);
}

#[test]
fn each_new_member_of_a_pack_needs_format_2() {
    let news: [fn(&mut Pack); 8] = [
        |pack| pack.issuers[0].columns = vec![TESTED.parse().unwrap()],
        |pack| pack.issuers[0].windows = Some(windows(1, 2, 3)),
        |pack| pack.tags = vec![tag(0)],
        |pack| pack.auditors = vec![auditor("office")],
        |pack| pack.retention = Some(0),
        |pack| pack.disk_full = Some(DiskFull::ByHand),
        |pack| pack.disk_full = Some(DiskFull::Close),
        |pack| {
            pack.emergency = Some(Emergency {
                from: MADE,
                gates: vec![],
                rules: vec![],
                until: MADE,
                reason: names("Made-up outage"),
                issuers: vec![],
                windows: pack.windows,
            });
        },
    ];
    for change in news {
        let mut pack = listed(1);
        change(&mut pack);
        only(&pack, 2);
        assert_eq!(cbor::from_slice::<Pack>(&cbor::to_vec(&pack)).as_ref(), Ok(&pack));
        // The keys of each map are in the order of RFC 8949 section 4.2.1, by length and then by bytes.
        let sorted: Value = serde_cbor::from_slice(&cbor::to_vec(&pack)).unwrap();
        assert_eq!(serde_cbor::to_vec(&sorted).unwrap(), cbor::to_vec(&pack));
    }
}

/// A made-up auditor, whose key follows from the name.
fn auditor(name: &str) -> Auditor {
    Auditor {
        age: format!("age1{}", "q".repeat(58)).parse().unwrap(),
        key: key(name).public(),
        from: MADE,
        name: name.parse().unwrap(),
        until: MADE,
    }
}

#[test]
fn auditors_are_in_order_and_told_apart() {
    let taken = |change: &dyn Fn(&mut Vec<Auditor>)| {
        let mut pack = pack(1);
        pack.auditors = vec![auditor("office"), auditor("ministry")];
        pack.auditors.sort_by_key(|auditor| auditor.key);
        change(&mut pack.auditors);
        cbor::from_slice::<Pack>(&cbor::to_vec(&pack)).is_ok()
    };
    assert!(taken(&|_| ()));
    assert!(!taken(&|auditors| auditors.reverse()));
    assert!(!taken(&|auditors| auditors[1] = auditors[0].clone()));
    assert!(
        !taken(&|auditors| auditors[1].name = auditors[0].name.clone()),
        "two of one name"
    );
    assert!(
        !taken(&|auditors| auditors[0].from = MADE.plus(1)),
        "ends before it begins"
    );
    let code_key = pack(1).issuers[0].keys[0].key;
    assert!(!taken(&|auditors| *auditors = vec![Auditor {
        key: code_key,
        ..auditor("office")
    }]));
    let many = |count: u8| -> Vec<Auditor> {
        let mut auditors: Vec<_> = (0..count).map(|i| auditor(&format!("office-{i}"))).collect();
        auditors.sort_by_key(|auditor| auditor.key);
        auditors
    };
    assert!(taken(&|auditors| *auditors = many(16)));
    assert!(!taken(&|auditors| *auditors = many(17)));
}

#[test]
fn logs_are_kept_for_ten_years_at_most() {
    let taken = |seconds| {
        let mut pack = pack(1);
        pack.retention = Some(seconds);
        cbor::from_slice::<Pack>(&cbor::to_vec(&pack)).is_ok()
    };
    assert!(taken(315_360_000));
    assert!(!taken(315_360_001));
}

#[test]
fn each_new_member_of_a_snapshot_needs_format_2() {
    only(&snapshot(1, b"", 1), 1);
    let mut pinning = snapshot(1, b"", 1);
    pinning.files = Offer::day(1).pins;
    only(&pinning, 2);
    let mut registered = snapshot(1, b"", 1);
    registered.register = Some(FilePin::of(b"", 1));
    only(&registered, 2);
    let sorted: Value = serde_cbor::from_slice(&cbor::to_vec(&registered)).unwrap();
    assert_eq!(serde_cbor::to_vec(&sorted).unwrap(), cbor::to_vec(&registered));
}

#[test]
fn a_later_format_says_so() {
    fn parsed<P: Payload + std::fmt::Debug>(payload: &P, format: i128) -> &'static str {
        let bytes = Sign::draft(P::TYPE, with_format(payload, format)).to_bytes();
        Document::<P>::parse(&bytes).map_or_else(|e| e.reason(), |_| "good")
    }
    let snapshot = snapshot(1, b"", 1);
    for (format, reason) in [
        (1, "good"),
        (2, "malformed-payload"),
        (0, "malformed-payload"),
        (3, "later-format"),
    ] {
        assert_eq!(parsed(&pack(1), format), reason, "pack {format}");
        assert_eq!(parsed(&snapshot, format), reason, "snapshot {format}");
    }
    assert_eq!(parsed(&pack(1), 1 << 32), "later-format");
    for (format, reason) in [(1, "good"), (2, "later-format")] {
        let delta = delta_of("east", (1, &[0]), (2, &[1]), MADE);
        assert_eq!(parsed(&delta, format), reason, "delta {format}");
        assert_eq!(parsed(&hours(1, MADE, &[1]), format), reason, "column {format}");
        assert_eq!(parsed(&root(1), format), reason, "root {format}");
    }
    rejected(
        fresh().update(
            &Candidate {
                roots: &[],
                snapshot: &later_snapshot(),
                pack: &[],
            },
            no_status_files,
        ),
        DocumentKind::Snapshot,
        "later-format",
    );
}

/// A signed snapshot of format 3.
fn later_snapshot() -> Vec<u8> {
    let mut envelope = Sign::draft(Snapshot::TYPE, with_format(&snapshot(1, b"", 1), 3));
    let entry = envelope.signature_by(&key("snapshot")).unwrap();
    envelope.signatures.push(entry);
    envelope.to_bytes()
}

fn tag(epoch: u8) -> TagEpoch {
    TagEpoch {
        from: MADE,
        epoch,
        until: MADE.plus(DAY),
        digest: Bytes([epoch; 32]),
    }
}

#[test]
fn each_bound_of_a_packs_new_members_is_kept() {
    let decodes = |change: &dyn Fn(&mut Pack)| {
        let mut pack = with_column(1);
        change(&mut pack);
        cbor::from_slice::<Pack>(&cbor::to_vec(&pack)) == Ok(pack)
    };
    let columns = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect::<Vec<_>>();
    let numbered = |count| (0..count).map(|n| format!("c{n:02}").parse().unwrap()).collect();
    assert!(decodes(&|_| ()));
    assert!(decodes(&|pack| pack.issuers[0].columns = columns(&["a", "b"])));
    assert!(!decodes(&|pack| pack.issuers[0].columns = columns(&["b", "a"])));
    assert!(!decodes(&|pack| pack.issuers[0].columns = columns(&["a", "a"])));
    assert!(decodes(&|pack| pack.issuers[0].columns = numbered(16)));
    assert!(!decodes(&|pack| pack.issuers[0].columns = numbered(17)));
    assert!(!decodes(&|pack| pack.issuers[0].list = None), "columns without a list");
    assert!(
        !decodes(&|pack| pack.issuers[1].list = pack.issuers[0].list.clone()),
        "one list for two"
    );
    assert!(!decodes(&|pack| pack.issuers[0].windows = Some(windows(3, 2, 4))));
    assert!(!decodes(&|pack| pack.issuers[0].windows = Some(windows(1, 2, 3654))));
    assert!(decodes(&|pack| pack.tags = (0..8).map(tag).collect()));
    assert!(!decodes(&|pack| pack.tags = (0..9).map(tag).collect()));
    assert!(!decodes(&|pack| pack.tags = vec![tag(1), tag(0)]));
    assert!(!decodes(&|pack| pack.tags = vec![tag(1), tag(1)]));
    assert!(!decodes(&|pack| {
        pack.tags = vec![TagEpoch {
            until: MADE,
            from: MADE.plus(1),
            ..tag(0)
        }];
    }));
}

#[test]
fn each_bound_of_a_snapshots_files_is_kept() {
    let entry = |kind, from, column: Option<&str>, version| StatusFile {
        from,
        kind,
        list: "east".parse().unwrap(),
        size: 1,
        column: column.map(|name| name.parse().unwrap()),
        sha256: Bytes([0; 32]),
        content: (kind != StatusKind::Delta).then(|| ContentPin::of(b"")),
        version,
    };
    let decodes = |files: &[StatusFile]| {
        let mut snapshot = snapshot(1, b"", 1);
        snapshot.files = files.to_vec();
        cbor::from_slice::<Snapshot>(&cbor::to_vec(&snapshot)) == Ok(snapshot)
    };
    use StatusKind::{Column, Delta, Status};
    let (column, delta, list) = (
        entry(Column, None, Some("a"), 3),
        entry(Delta, Some(2), None, 3),
        entry(Status, None, None, 3),
    );
    assert!(decodes(&[column.clone(), delta.clone(), list.clone()]));
    assert!(!decodes(&[delta.clone(), column.clone()]), "out of order");
    assert!(!decodes(&[list.clone(), list.clone()]), "twice");
    assert!(
        !decodes(&[list.clone(), entry(Status, None, None, 4)]),
        "one list in two versions"
    );
    assert!(
        !decodes(&[column.clone(), entry(Column, None, Some("a"), 4)]),
        "one column in two versions"
    );
    assert!(decodes(&[column.clone(), entry(Column, None, Some("b"), 3)]));
    assert!(decodes(&[delta.clone(), entry(Delta, Some(2), None, 4)]));
    assert!(
        !decodes(&[entry(Delta, Some(2), None, 4), delta.clone()]),
        "deltas out of order"
    );
    for broken in [
        entry(Status, Some(2), None, 3),
        entry(Status, None, Some("a"), 3),
        entry(Column, None, None, 3),
        entry(Delta, None, None, 3),
        entry(Delta, Some(3), None, 3),
        entry(Delta, Some(0), None, 3),
        entry(Status, None, None, 0),
        entry(Status, None, None, 1 << 53),
        StatusFile { content: None, ..list },
        StatusFile {
            content: column.content,
            ..delta
        },
        StatusFile {
            content: None,
            ..column
        },
    ] {
        assert!(!decodes(std::slice::from_ref(&broken)), "{broken:?}");
    }
    let deltas: Vec<_> = (2..=1025).map(|version| entry(Delta, Some(1), None, version)).collect();
    assert!(decodes(&deltas));
    let more: Vec<_> = (2..=1026).map(|version| entry(Delta, Some(1), None, version)).collect();
    assert!(!decodes(&more));
}
