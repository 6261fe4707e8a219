//! Each way in which a document can be wrong, and the way back from a stolen key. One named test per rejection.

mod common;

use common::*;
use postern_core::cbor;
use postern_core::keys::Signer;
use postern_core::text::Ident;
use postern_core::trust::{
    ContentPin, Document, DocumentKind, Fault, Pack, Root, Snapshot, StatusFile, StatusKind, Trust, TrustError,
    no_status_files,
};

fn fresh() -> Trust {
    Trust::pin(&first_root()).unwrap()
}

#[track_caller]
fn rejected(result: Result<Trust, TrustError>, document: DocumentKind, reason: &str) {
    let error = result.expect_err("a hostile update was taken");
    assert_eq!((error.document, error.reason()), (document, reason), "{error}");
    assert!(TrustError::REASONS.contains(&reason), "{reason} is in the list");
}

use DocumentKind::{Pack as PACK, Root as ROOT, Snapshot as SNAPSHOT};

#[test]
fn an_honest_update_is_taken_and_may_be_repeated() {
    let trust = trust();
    let again = trust.update(&files().candidate(), no_status_files).unwrap();
    assert_eq!(again.pack().unwrap().payload().version, 1);
    assert_eq!(trust.time_floor(), MADE);
    let later = trust
        .update(&files_of(pack(2), 2).candidate(), no_status_files)
        .unwrap();
    assert_eq!(later.pack().unwrap().payload().version, 2);
}

#[test]
fn a_state_is_restored_from_its_documents() {
    let trust = trust();
    let [root, snapshot, pack] = [
        trust.root().to_bytes(),
        trust.snapshot().unwrap().to_bytes(),
        trust.pack().unwrap().to_bytes(),
    ];
    Trust::restore(&root, Some((&snapshot, &pack)), &[]).unwrap();
    let mut edited = pack.clone();
    let last = edited.len() - 1;
    edited[last] ^= 1;
    rejected(
        Trust::restore(&root, Some((&snapshot, &edited)), &[]),
        PACK,
        "not-pinned",
    );
}

#[test]
fn documents_are_deterministic_cbor() {
    let mut pack = pack(1);
    pack.value_sets.insert("a-longer-name".parse().unwrap(), vec![]);
    pack.value_sets.insert("b".parse().unwrap(), vec![]);
    pack.issuers[0].list = Some("east-list".parse().unwrap());
    let file = |kind, from, column: Option<&str>| StatusFile {
        from,
        kind,
        list: "east".parse().unwrap(),
        size: 1,
        column: column.map(|name| name.parse::<Ident>().unwrap()),
        sha256: cbor::Bytes([0; 32]),
        content: (kind != StatusKind::Delta).then(|| ContentPin::of(b"")),
        version: 3,
    };
    let mut snapshot = snapshot(1, b"", 1);
    snapshot.files = vec![
        file(StatusKind::Column, None, Some("negative")),
        file(StatusKind::Delta, Some(2), None),
        file(StatusKind::Status, None, None),
    ];
    for bytes in [cbor::to_vec(&root(1)), cbor::to_vec(&pack), cbor::to_vec(&snapshot)] {
        // `Value` sorts a map's text keys by length and then by bytes, which is the order of RFC 8949 section 4.2.1.
        let sorted: serde_cbor::Value = serde_cbor::from_slice(&bytes).unwrap();
        assert_eq!(serde_cbor::to_vec(&sorted).unwrap(), bytes);
    }
    assert_eq!(cbor::from_slice::<Pack>(&cbor::to_vec(&pack)), Ok(pack));
    assert_eq!(cbor::from_slice::<Snapshot>(&cbor::to_vec(&snapshot)), Ok(snapshot));
    assert_eq!(cbor::from_slice::<Root>(&cbor::to_vec(&root(1))), Ok(root(1)));
}

#[test]
fn an_unsigned_root_is_not_pinned() {
    rejected(Trust::pin(&signed(root(1), &[])), ROOT, "under-signed");
}

#[test]
fn a_root_signed_by_one_of_two_is_not_pinned() {
    rejected(Trust::pin(&signed(root(1), &["root-a"])), ROOT, "under-signed");
}

#[test]
fn a_root_signed_by_strangers_is_not_pinned() {
    rejected(
        Trust::pin(&signed(root(1), &["root-a", "stranger"])),
        ROOT,
        "under-signed",
    );
}

#[test]
fn a_root_signed_by_another_role_is_not_pinned() {
    rejected(
        Trust::pin(&signed(root(1), &["publisher-a", "publisher-b", "snapshot"])),
        ROOT,
        "under-signed",
    );
}

#[test]
fn two_signatures_by_one_key_count_once() {
    let mut document = Document::draft(root(1));
    let entry = document.sign(&key("root-a")).unwrap();
    document.add_signature(entry);
    let once = document.to_bytes();
    // Written by hand, since `add_signature` would not keep it twice.
    let mut envelope = postern_core::cose::Sign::parse(&once).unwrap();
    envelope.signatures.push(entry);
    rejected(Trust::pin(&envelope.to_bytes()), ROOT, "under-signed");
}

#[test]
fn a_document_of_another_kind_is_not_taken() {
    rejected(Trust::pin(&files().pack), ROOT, "wrong-type");
    let files = files();
    let swapped = Files {
        snapshot: files.pack.clone(),
        ..files
    };
    rejected(
        fresh().update(&swapped.candidate(), no_status_files),
        SNAPSHOT,
        "wrong-type",
    );
}

#[test]
fn rubbish_is_not_taken() {
    rejected(Trust::pin(b"<html>404</html>"), ROOT, "malformed-envelope");
    rejected(Trust::pin(&vec![0; (64 << 10) + 1]), ROOT, "too-large");
    for n in 0..first_root().len() {
        assert!(Trust::pin(&first_root()[..n]).is_err(), "cut to {n} bytes");
    }
}

#[test]
fn no_flipped_bit_of_an_update_is_taken() {
    let good = files();
    let accepted = fresh().update(&good.candidate(), no_status_files).unwrap();
    for which in 0..2 {
        let length = if which == 0 {
            good.snapshot.len()
        } else {
            good.pack.len()
        };
        for i in 0..length {
            let mut bad = good.clone();
            let bytes = if which == 0 { &mut bad.snapshot } else { &mut bad.pack };
            bytes[i] ^= 1;
            assert!(fresh().update(&bad.candidate(), no_status_files).is_err(), "byte {i}");
            assert!(accepted.update(&bad.candidate(), no_status_files).is_err(), "byte {i}");
        }
    }
}

#[test]
fn an_under_signed_pack_is_not_taken() {
    let mut files = files();
    files.pack = signed(pack(1), &["publisher-a"]);
    files.snapshot = signed(snapshot(1, &files.pack, 1), &["snapshot"]);
    rejected(
        fresh().update(&files.candidate(), no_status_files),
        PACK,
        "under-signed",
    );
}

#[test]
fn a_pack_signed_by_the_snapshot_key_is_not_taken() {
    let mut files = files();
    files.pack = signed(pack(1), &["publisher-a", "snapshot"]);
    files.snapshot = signed(snapshot(1, &files.pack, 1), &["snapshot"]);
    rejected(
        fresh().update(&files.candidate(), no_status_files),
        PACK,
        "under-signed",
    );
}

#[test]
fn a_snapshot_signed_by_publishers_is_not_taken() {
    let mut files = files();
    files.snapshot = signed(snapshot(1, &files.pack, 1), &["publisher-a", "publisher-b"]);
    rejected(
        fresh().update(&files.candidate(), no_status_files),
        SNAPSHOT,
        "under-signed",
    );
}

#[test]
fn a_mixed_and_matched_pack_is_not_taken() {
    let mut files = files_of(pack(2), 2);
    files.pack = common::files().pack;
    rejected(trust().update(&files.candidate(), no_status_files), PACK, "not-pinned");
}

#[test]
fn a_snapshot_is_not_rolled_back() {
    let newer = trust()
        .update(&files_of(pack(1), 2).candidate(), no_status_files)
        .unwrap();
    rejected(
        newer.update(&files().candidate(), no_status_files),
        SNAPSHOT,
        "wrong-version",
    );
}

#[test]
fn a_pack_is_not_rolled_back_by_a_newer_snapshot() {
    let newer = trust()
        .update(&files_of(pack(2), 2).candidate(), no_status_files)
        .unwrap();
    rejected(
        newer.update(&files_of(pack(1), 3).candidate(), no_status_files),
        PACK,
        "wrong-version",
    );
}

#[test]
fn one_version_has_one_content() {
    let mut other = pack(1);
    other.expires = other.expires.plus(1);
    rejected(
        trust().update(&files_of(other, 2).candidate(), no_status_files),
        PACK,
        "conflicting-version",
    );
    let mut files = files();
    let mut twin = snapshot(1, &files.pack, 1);
    twin.issued = twin.issued.plus(1);
    files.snapshot = signed(twin, &["snapshot"]);
    rejected(
        trust().update(&files.candidate(), no_status_files),
        SNAPSHOT,
        "conflicting-version",
    );
}

#[test]
fn a_pin_with_another_version_than_the_pack_is_not_taken() {
    let mut files = files();
    files.snapshot = signed(snapshot(1, &files.pack, 2), &["snapshot"]);
    rejected(fresh().update(&files.candidate(), no_status_files), PACK, "not-pinned");
}

#[test]
fn a_snapshot_that_knows_a_newer_root_waits_for_it() {
    let mut files = files();
    let mut ahead = snapshot(1, &files.pack, 1);
    ahead.root = 2;
    files.snapshot = signed(ahead, &["snapshot"]);
    rejected(
        fresh().update(&files.candidate(), no_status_files),
        ROOT,
        "wrong-version",
    );
}

/// Root 2, in which the role that `change` sees is another.
fn next_root(signers: &[&str], change: impl Fn(&mut Root)) -> Vec<u8> {
    let mut next = root(2);
    change(&mut next);
    signed(next, signers)
}

#[test]
fn roots_are_followed_one_by_one_with_expired_ones_between() {
    let second = next_root(&["root-a", "root-b", "new-a"], |root| {
        root.roles.root = keys(&["new-a", "root-a"], 2);
        root.expires = root.issued.plus(1);
    });
    let mut third = root(3);
    third.roles.root = keys(&["new-a", "new-b"], 2);
    let third = signed(third, &["new-a", "root-a", "new-b"]);
    let mut files = files();
    files.roots = vec![first_root(), second.clone(), third.clone()];
    assert_eq!(
        fresh()
            .update(&files.candidate(), no_status_files)
            .unwrap()
            .root()
            .payload()
            .version,
        3
    );
    files.roots = vec![third, second];
    rejected(
        fresh().update(&files.candidate(), no_status_files),
        ROOT,
        "wrong-version",
    );
}

#[test]
fn a_root_needs_its_predecessors_threshold() {
    let second = next_root(&["new-a", "root-a"], |root| root.roles.root = keys(&["new-a"], 1));
    let mut files = files();
    files.roots = vec![second];
    rejected(
        fresh().update(&files.candidate(), no_status_files),
        ROOT,
        "under-signed",
    );
}

#[test]
fn a_root_needs_its_own_threshold() {
    let second = next_root(&["root-a", "root-b"], |root| root.roles.root = keys(&["new-a"], 1));
    let mut files = files();
    files.roots = vec![second];
    rejected(
        fresh().update(&files.candidate(), no_status_files),
        ROOT,
        "under-signed",
    );
}

#[test]
fn a_stolen_snapshot_key_ends_with_the_root_that_drops_it() {
    // The thief ran the version up, so that the honest snapshot looks old.
    let held = trust()
        .update(&files_of(pack(1), 1 << 40).candidate(), no_status_files)
        .unwrap();
    rejected(
        held.update(&files_of(pack(2), 3).candidate(), no_status_files),
        SNAPSHOT,
        "wrong-version",
    );
    let mut honest = files_of(pack(2), 3);
    honest.roots = vec![next_root(&["root-a", "root-b"], |root| {
        root.roles.snapshot = keys(&["snapshot-2"], 1)
    })];
    rejected(
        held.update(&honest.candidate(), no_status_files),
        SNAPSHOT,
        "under-signed",
    );
    honest.snapshot = signed(snapshot(3, &honest.pack, 2), &["snapshot-2"]);
    let recovered = held.update(&honest.candidate(), no_status_files).unwrap();
    assert_eq!(recovered.snapshot().unwrap().payload().version, 3);
}

/// Found by review: an old stick together with a root that only adds keys brought a removed issuer back.
#[test]
fn a_root_that_adds_keys_rolls_nothing_back() {
    let held = trust()
        .update(&files_of(pack(2), 2).candidate(), no_status_files)
        .unwrap();
    let adding = |root: &mut Root| {
        root.roles.snapshot = keys(&["snapshot", "snapshot-2"], 1);
        root.roles.publisher = keys(&["publisher-a", "publisher-b", "publisher-c"], 2);
    };
    let mut old = files();
    old.roots = vec![next_root(&["root-a", "root-b"], adding)];
    rejected(
        held.update(&old.candidate(), no_status_files),
        SNAPSHOT,
        "wrong-version",
    );
    let mut forged_day = files_of(pack(1), 3);
    forged_day.roots = old.roots.clone();
    rejected(
        held.update(&forged_day.candidate(), no_status_files),
        PACK,
        "wrong-version",
    );
    let mut honest = files_of(pack(3), 3);
    honest.roots = old.roots;
    assert_eq!(
        held.update(&honest.candidate(), no_status_files)
            .unwrap()
            .root()
            .payload()
            .version,
        2
    );
}

/// Found by review: one pack from a machine with a wrong clock moved the floor of every gate for good.
#[test]
fn what_is_dated_after_its_snapshot_is_not_taken() {
    let mut dated = pack(1);
    dated.issued = now().plus(DAY + 1);
    dated.expires = dated.issued.plus(DAY);
    rejected(
        fresh().update(&files_of(dated, 1).candidate(), no_status_files),
        PACK,
        "dated-ahead",
    );
    let mut within = pack(1);
    within.issued = now().plus(DAY);
    assert!(
        fresh()
            .update(&files_of(within, 1).candidate(), no_status_files)
            .is_ok()
    );
    let mut files = files();
    files.roots = vec![next_root(&["root-a", "root-b"], |root| {
        root.issued = now().plus(2 * DAY);
        root.expires = root.issued.plus(DAY);
    })];
    rejected(fresh().update(&files.candidate(), no_status_files), ROOT, "dated-ahead");
}

#[test]
fn a_rotated_snapshot_key_does_not_roll_the_pack_back() {
    let held = trust()
        .update(&files_of(pack(5), 5).candidate(), no_status_files)
        .unwrap();
    let mut old = files_of(pack(1), 6);
    old.roots = vec![next_root(&["root-a", "root-b"], |root| {
        root.roles.snapshot = keys(&["snapshot-2"], 1)
    })];
    old.snapshot = signed(snapshot(6, &old.pack, 1), &["snapshot-2"]);
    rejected(held.update(&old.candidate(), no_status_files), PACK, "wrong-version");
}

#[test]
fn a_stolen_publisher_key_ends_with_the_root_that_drops_it() {
    let held = trust()
        .update(&files_of(pack(1 << 40), 2).candidate(), no_status_files)
        .unwrap();
    let mut honest = files();
    honest.roots = vec![next_root(&["root-a", "root-b"], |root| {
        root.roles.publisher = keys(&["publisher-c"], 1);
        root.roles.snapshot = keys(&["snapshot-2"], 1);
    })];
    honest.pack = signed(pack(2), &["publisher-c"]);
    honest.snapshot = signed(snapshot(3, &honest.pack, 2), &["snapshot-2"]);
    assert_eq!(
        held.update(&honest.candidate(), no_status_files)
            .unwrap()
            .pack()
            .unwrap()
            .payload()
            .version,
        2
    );
}

#[test]
fn a_snapshots_time_does_not_move_the_floor() {
    let mut files = files();
    let mut far = snapshot(1, &files.pack, 1);
    far.issued = MADE.plus(100 * 365 * DAY);
    files.snapshot = signed(far, &["snapshot"]);
    assert_eq!(
        fresh()
            .update(&files.candidate(), no_status_files)
            .unwrap()
            .time_floor(),
        MADE
    );
}

#[test]
fn a_pack_whose_rule_does_not_compile_says_which() {
    let mut pack = pack(1);
    pack.rules[0].logic = json(r#"{"launch": []}"#);
    let trust = fresh().update(&files_of(pack, 1).candidate(), no_status_files).unwrap();
    let error = postern_core::verdict::Judge::new(trust).unwrap_err();
    assert!(
        matches!(&error.fault, Fault::Rule { id, .. } if id == "entry"),
        "{error}"
    );
}

/// Edits the CBOR of a pack and says whether the result is still a pack.
fn edited(edit: impl Fn(&mut Pack)) -> bool {
    let mut pack = pack(1);
    edit(&mut pack);
    cbor::from_slice::<Pack>(&cbor::to_vec(&pack)).is_ok()
}

#[test]
fn each_bound_of_a_pack_is_kept() {
    assert!(edited(|_| ()));
    assert!(!edited(|pack| pack.version = 0));
    assert!(!edited(|pack| pack.version = 1 << 53));
    assert!(!edited(|pack| pack.expires = pack.issued));
    assert!(!edited(|pack| pack.windows.fresh = pack.windows.stale + 1));
    assert!(!edited(|pack| pack.windows.stale = u64::MAX));
    assert!(!edited(|pack| pack.issuers.reverse()));
    assert!(!edited(|pack| pack.issuers[1].id = pack.issuers[0].id.clone()));
    assert!(!edited(|pack| pack.issuers[0].keys.clear()));
    assert!(!edited(|pack| pack.issuers[0].keys.reverse()));
    assert!(!edited(
        |pack| pack.issuers[0].keys[0].role = postern_core::keys::Role::Root
    ));
    assert!(!edited(
        |pack| pack.issuers[0].rules[0] = "no-such-rule".parse().unwrap()
    ));
    assert!(!edited(
        |pack| pack.issuers[0].until = pack.issuers[0].from.min(postern_core::time::Time::default())
    ));
    assert!(!edited(
        |pack| pack.issuers[1].keys = vec![pack.issuers[0].keys[0].clone()]
    ));
    assert!(!edited(|pack| pack.rules.swap(0, 1)));
}

#[test]
fn each_bound_of_a_root_is_kept() {
    use postern_core::trust::Keys;
    let decodes = |root: Root| cbor::from_slice::<Root>(&cbor::to_vec(&root)).is_ok();
    assert!(decodes(root(1)));
    assert!(!decodes(root(0)));
    let mut two_roles = root(1);
    two_roles.roles.snapshot = keys(&["root-a"], 1);
    assert!(!decodes(two_roles), "one key in two roles");
    assert!(Keys::new(vec![], 1).is_err());
    assert!(Keys::new(vec![key("a").public()], 0).is_err());
    assert!(Keys::new(vec![key("a").public()], 2).is_err());
    assert!(Keys::new(vec![key("a").public(); 2], 1).is_err());
}
