//! Log bundles: what comes back, what does not, and why.

use std::sync::LazyLock;

use postern_core::cbor::{self, ByteString, Bytes};
use postern_core::cose;
use postern_core::keys::{PrivateKey, PublicKey, Signer};
use postern_log::bundle::{
    BundleError, LogBundle, MAX_LEAVES, MAX_LEN, MAX_PROOF, SealedBundle, TYPE, parse_path, part, path, receipt_path,
};
use postern_log::checkpoint::Checkpoint;
use postern_log::merkle::{Frontier, Hash, leaf_hash};
use postern_log::note::NoteError;
use postern_log::proof::{consistency, verify_consistency};
use postern_log::{Tip, bundle};
use postern_seal::{Identity, SealError};
use proptest::prelude::*;
use serde::Serialize;

static AUDITOR: LazyLock<Identity> = LazyLock::new(Identity::generate);

/// Bytes up to the end of the protected header, of which 9 to 12 are the kid.
const HEAD: usize = 44;

fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_seed(&[seed; 32])
}

fn gate() -> PrivateKey {
    key(1)
}

fn leaf(i: u64) -> Vec<u8> {
    i.to_be_bytes()[..(i % 9) as usize].to_vec()
}

fn frontier(size: u64) -> Frontier {
    let mut tree = Frontier::new();
    (0..size).for_each(|i| tree.push(leaf_hash(&leaf(i))));
    tree
}

fn note(size: u64) -> String {
    let root = frontier(size).root();
    let tip = Tip { size, root };
    let origin = "north-1".to_owned();
    Checkpoint { origin, tip }.sign(&gate()).unwrap()
}

/// The leaves `from..to` of a made-up log.
fn log_bundle(from: u64, to: u64) -> LogBundle {
    let leaves: Vec<_> = (from..to).map(leaf).collect();
    let hashes: Vec<_> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
    LogBundle {
        key: gate().public(),
        from,
        gate: "north-1".parse().unwrap(),
        note: note(to),
        proof: consistency(&frontier(from), &hashes),
        leaves,
    }
}

fn seal(bundle: &LogBundle) -> Vec<u8> {
    bundle.seal(&gate(), &[AUDITOR.recipient()]).unwrap()
}

fn open(file: &[u8]) -> Result<LogBundle, BundleError> {
    SealedBundle::parse(file)?.open(&gate().public(), &AUDITOR)
}

/// `log-content`, with nothing checked.
#[derive(Serialize)]
struct Content {
    key: PublicKey,
    from: u64,
    gate: &'static str,
    note: String,
    proof: Vec<Bytes<32>>,
    format: u64,
    leaves: Vec<ByteString<'static>>,
}

fn content() -> Content {
    Content {
        key: gate().public(),
        from: 0,
        gate: "north-1",
        note: note(0),
        proof: Vec::new(),
        format: 1,
        leaves: Vec::new(),
    }
}

/// A file that the gate signed and sealed, whatever is in it.
fn with(content: &impl Serialize) -> Vec<u8> {
    let sealed = postern_seal::seal(&cbor::to_vec(content), &[AUDITOR.recipient()]).unwrap();
    signed(&sealed)
}

fn signed(sealed: &[u8]) -> Vec<u8> {
    of_range(0, 0, sealed)
}

/// Signed as a bundle of these places.
fn of_range(from: u64, to: u64, sealed: &[u8]) -> Vec<u8> {
    let payload = cbor::to_vec(&(from, to, ByteString(sealed)));
    cose::sign1_typed(&gate(), gate().public().kid(), TYPE, &payload).unwrap()
}

#[test]
fn a_bundle_is_of_the_places_that_its_gate_names_outside() {
    let file = seal(&log_bundle(5, 9));
    assert_eq!(SealedBundle::parse(&file).unwrap().range(), 5..9);
    let sealed = postern_seal::seal(&cbor::to_vec(&content()), &[AUDITOR.recipient()]).unwrap();
    let size = |from| BundleError::Size {
        from,
        leaves: 0,
        size: 0,
    };
    assert_eq!(open(&of_range(0, 1, &sealed)), Err(size(0)));
    assert_eq!(open(&of_range(7, 7, &sealed)), Err(size(7)));
    let parse = |from, to| SealedBundle::parse(&of_range(from, to, &sealed)).map(|bundle| bundle.range());
    assert_eq!(parse(0, 65_536).unwrap(), 0..65_536);
    for (from, to) in [(0, 65_537), (1, 0), (u64::MAX, u64::MAX)] {
        assert_eq!(parse(from, to).unwrap_err(), BundleError::Damaged, "{from} to {to}");
    }
    let bare = cose::sign1_typed(&gate(), gate().public().kid(), TYPE, &sealed).unwrap();
    assert_eq!(SealedBundle::parse(&bare).unwrap_err(), BundleError::Damaged);
}

/// The end alone does not say which leaves they are: it is the same for more and for fewer of them.
#[test]
fn a_bundle_begins_where_its_gate_says_outside() {
    let sealed = |content: &Content| postern_seal::seal(&cbor::to_vec(content), &[AUDITOR.recipient()]).unwrap();
    let two = sealed(&Content {
        note: note(2),
        leaves: vec![ByteString(b"a"), ByteString(b"b")],
        ..content()
    });
    let one = sealed(&Content {
        from: 1,
        note: note(2),
        proof: vec![Bytes([7; 32])],
        leaves: vec![ByteString(b"b")],
        ..content()
    });
    assert_eq!(open(&of_range(0, 2, &two)).unwrap().from, 0);
    assert_eq!(open(&of_range(1, 2, &one)).unwrap().from, 1);
    for (from, sealed, leaves) in [(1, &two, 2), (2, &two, 2), (0, &one, 1), (2, &one, 1)] {
        let size = BundleError::Size { from, leaves, size: 2 };
        assert_eq!(open(&of_range(from, 2, sealed)), Err(size), "{from}, {leaves}");
    }
}

#[test]
fn a_bundle_comes_back() {
    for (from, to) in [(0, 0), (0, 1), (0, 9), (5, 5), (5, 6), (64, 80), (63, 200)] {
        let bundle = log_bundle(from, to);
        let file = seal(&bundle);
        let sealed = SealedBundle::parse(&file).unwrap();
        assert_eq!(sealed.kid(), gate().public().kid());
        assert_eq!(sealed.verify(&gate().public()), Ok(()));
        let opened = sealed.open(&gate().public(), &AUDITOR).unwrap();
        assert_eq!(opened, bundle, "{from} to {to}");
        let tip = opened.checkpoint().unwrap().tip;
        let root = frontier(from).root();
        let old = Tip { size: from, root };
        assert_eq!(verify_consistency(&old, &tip, &opened.proof), Ok(()));
    }
}

#[test]
fn each_auditor_opens_it_and_nobody_else() {
    let (bundle, second) = (log_bundle(0, 3), Identity::generate());
    let file = bundle
        .seal(&gate(), &[AUDITOR.recipient(), second.recipient()])
        .unwrap();
    let sealed = SealedBundle::parse(&file).unwrap();
    for identity in [&*AUDITOR, &second] {
        assert_eq!(sealed.open(&gate().public(), identity).as_ref(), Ok(&bundle));
    }
    let stranger = sealed.open(&gate().public(), &Identity::generate());
    assert_eq!(stranger, Err(BundleError::NotForThisIdentity));
}

#[test]
fn the_content_is_as_the_format_has_it() {
    let file = with(&content());
    assert_eq!(open(&file), Ok(log_bundle(0, 0)));
    // Its signature covers the type: the same content as another type is something else.
    let payload = postern_seal::seal(&cbor::to_vec(&content()), &[AUDITOR.recipient()]).unwrap();
    let other = cose::sign1_typed(&gate(), gate().public().kid(), "application/x", &payload).unwrap();
    assert!(matches!(open(&other), Err(BundleError::NotABundle(_))));
}

#[test]
fn every_flipped_bit_is_refused_by_a_name() {
    let file = seal(&log_bundle(3, 5));
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut flipped = file.clone();
            flipped[at] ^= 1 << bit;
            let reason = open(&flipped).unwrap_err().reason();
            let expected = match at {
                9..13 => "bundle-other-key",
                0..HEAD => "not-a-log-bundle",
                _ => "bundle-damaged",
            };
            assert_eq!(reason, expected, "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn a_bundle_that_is_cut_is_refused_at_every_length() {
    let file = seal(&log_bundle(3, 5));
    for len in 0..file.len() {
        let reason = open(&file[..len]).unwrap_err().reason();
        // Before the end of the header nothing says yet what it was to be.
        let expected = if len < HEAD {
            "not-a-log-bundle"
        } else {
            "bundle-damaged"
        };
        assert_eq!(reason, expected, "{len} bytes");
    }
    let longer = [&file[..], b"\0"].concat();
    assert_eq!(open(&longer), Err(BundleError::Damaged));
}

#[test]
fn other_files_are_no_bundles() {
    for other in [
        &b""[..],
        b"PK\x03\x04",
        b"age-encryption.org/v1\n",
        &[0xd2],
        &[0x84; 100],
    ] {
        assert!(
            matches!(SealedBundle::parse(other), Err(BundleError::NotABundle(_))),
            "{other:?}"
        );
    }
}

#[test]
fn a_bundle_that_is_too_large_is_refused_before_it_is_read() {
    assert_eq!(
        SealedBundle::parse(&vec![0xd2; MAX_LEN + 1]).unwrap_err(),
        BundleError::TooLarge
    );
}

#[test]
fn a_bundle_of_another_gate_is_of_another_key() {
    let file = seal(&log_bundle(0, 3));
    let opened = SealedBundle::parse(&file).unwrap().open(&key(2).public(), &AUDITOR);
    assert_eq!(opened, Err(BundleError::OtherKey));
}

/// A gate that signs what another wrote: nobody without the other's key could have made the note.
#[test]
fn the_key_inside_is_the_one_that_signed() {
    let key = key(2).public();
    assert_eq!(open(&with(&Content { key, ..content() })), Err(BundleError::OtherKey));
    let other = LogBundle {
        key,
        ..log_bundle(0, 3)
    };
    assert_eq!(other.seal(&gate(), &[AUDITOR.recipient()]), Err(BundleError::OtherKey));
}

#[test]
fn another_key_with_the_same_kid_has_not_signed_it() {
    let sealed = postern_seal::seal(&cbor::to_vec(&content()), &[AUDITOR.recipient()]).unwrap();
    let payload = cbor::to_vec(&(0_u64, 0_u64, ByteString(&sealed)));
    let forged = cose::sign1_typed(&key(2), gate().public().kid(), TYPE, &payload).unwrap();
    assert_eq!(open(&forged), Err(BundleError::Damaged));
}

#[test]
fn the_note_must_be_of_the_gate() {
    let by_other = {
        let root = frontier(0).root();
        let (origin, tip) = ("north-1".to_owned(), Tip { size: 0, root });
        Checkpoint { origin, tip }.sign(&key(2)).unwrap()
    };
    let name = "north-1".to_owned();
    let not_signed = BundleError::Note(NoteError::NotSigned { name });
    assert_eq!(
        open(&with(&Content {
            note: by_other.clone(),
            ..content()
        })),
        Err(not_signed.clone())
    );
    assert_eq!(
        open(&with(&Content {
            note: String::new(),
            ..content()
        })),
        Err(BundleError::Note(NoteError::NotANote))
    );
    let gate_2 = open(&with(&Content {
        gate: "north-2",
        ..content()
    }));
    assert!(
        matches!(gate_2, Err(BundleError::Note(NoteError::NotSigned { .. }))),
        "{gate_2:?}"
    );
    let bundle = LogBundle {
        note: by_other,
        ..log_bundle(0, 0)
    };
    assert_eq!(bundle.seal(&gate(), &[AUDITOR.recipient()]), Err(not_signed));
}

#[test]
fn the_checkpoint_ends_with_the_last_leaf() {
    let bundle = LogBundle {
        note: note(6),
        ..log_bundle(2, 5)
    };
    let size = BundleError::Size {
        from: 2,
        leaves: 3,
        size: 6,
    };
    assert_eq!(bundle.seal(&gate(), &[AUDITOR.recipient()]), Err(size));
    let beyond = open(&with(&Content {
        from: u64::MAX,
        leaves: vec![ByteString(b"a")],
        ..content()
    }));
    let (from, leaves, size) = (u64::MAX, 1, 0);
    assert_eq!(beyond, Err(BundleError::Size { from, leaves, size }));
}

#[test]
fn a_proof_is_there_where_one_is_to_be() {
    let proof = vec![Bytes([7; 32])];
    assert_eq!(open(&with(&Content { proof, ..content() })), Err(BundleError::Proof));
    let bundle = LogBundle {
        proof: Vec::new(),
        ..log_bundle(2, 5)
    };
    assert_eq!(bundle.seal(&gate(), &[AUDITOR.recipient()]), Err(BundleError::Proof));
}

#[test]
fn a_later_format_is_told() {
    assert_eq!(
        open(&with(&Content { format: 2, ..content() })),
        Err(BundleError::LaterFormat(2))
    );
}

#[test]
fn more_leaves_or_hashes_than_a_bundle_has_are_refused() {
    let leaves = vec![ByteString(b""); MAX_LEAVES + 1];
    let proof = vec![Bytes([0; 32]); MAX_PROOF + 1];
    for content in [Content { leaves, ..content() }, Content { proof, ..content() }] {
        let opened = open(&with(&content));
        assert!(
            matches!(&opened, Err(BundleError::Content(e)) if e.to_string().contains("more than")),
            "{opened:?}"
        );
    }
    let leaves = vec![Vec::new(); MAX_LEAVES + 1];
    let proof = vec![[0; 32]; MAX_PROOF + 1];
    let large = vec![vec![0; MAX_LEN / 3]; 3];
    let bundle = log_bundle(0, 3);
    for bundle in [
        LogBundle {
            leaves,
            ..bundle.clone()
        },
        LogBundle {
            proof,
            ..bundle.clone()
        },
        LogBundle {
            leaves: large,
            ..bundle
        },
    ] {
        assert_eq!(bundle.seal(&gate(), &[AUDITOR.recipient()]), Err(BundleError::TooLarge));
    }
}

#[test]
fn content_of_another_shape_is_refused() {
    for content in [&b"\xa0"[..], b"", b"\xff", &[0x9f; 1000]] {
        let sealed = postern_seal::seal(content, &[AUDITOR.recipient()]).unwrap();
        assert!(
            matches!(open(&signed(&sealed)), Err(BundleError::Content(_))),
            "{content:?}"
        );
    }
    let mut bytes = cbor::to_vec(&content());
    // The key "leaves" and an empty array: a longer head for the same number of elements.
    assert_eq!(bytes.pop(), Some(0x80));
    bytes.extend([0x98, 0x00]);
    let sealed = postern_seal::seal(&bytes, &[AUDITOR.recipient()]).unwrap();
    assert!(
        matches!(open(&signed(&sealed)), Err(BundleError::Content(_))),
        "not deterministic"
    );
}

#[test]
fn what_is_signed_but_not_sealed_is_refused() {
    assert_eq!(open(&signed(b"")), Err(BundleError::Seal(SealError::NotAnAgeFile)));
    let mut sealed = postern_seal::seal(&cbor::to_vec(&content()), &[AUDITOR.recipient()]).unwrap();
    *sealed.last_mut().unwrap() ^= 1;
    assert_eq!(open(&signed(&sealed)), Err(BundleError::Seal(SealError::Damaged)));
    assert_eq!(
        log_bundle(0, 1).seal(&gate(), &[]),
        Err(BundleError::Seal(SealError::Recipients))
    );
}

#[test]
fn paths_have_one_spelling() {
    let key = gate().public();
    let thumbprint = key.thumbprint();
    let hex = postern_core::hex(&thumbprint);
    let text = path(&key, 65_536, 131_072);
    assert_eq!(text, format!("evidence/{hex}/65536-131072.log"));
    assert_eq!(parse_path(&text), Some((thumbprint, 65_536, 131_072)));
    let longest = path(&key, i64::MAX as u64 - 1, i64::MAX as u64);
    assert!(longest.len() <= postern_core::bundle::MAX_PATH);
    assert!(parse_path(&longest).is_some());
    postern_core::bundle::Bundle::default()
        .insert(&longest, Vec::new())
        .unwrap();
    for other in [
        String::new(),
        format!("evidence/{hex}/065536-131072.log"),
        format!("evidence/{hex}/+65536-131072.log"),
        format!("evidence/{hex}/65536-131072"),
        format!("evidence/{hex}/65536.log"),
        format!("evidence/{hex}/2-1.log"),
        format!("evidence/{hex}/0-65537.log"),
        format!("evidence/{hex}/9223372036854775808-9223372036854775808.log"),
        format!("evidence/{hex}/0-1-2.log"),
        format!("evidence/{hex}/a/0-1.log"),
        format!("/evidence/{hex}/0-1.log"),
        format!("evidence/{}/0-1.log", hex.to_uppercase()),
        format!("evidence/{}/0-1.log", &hex[..62]),
        format!("evidence/{}长/0-1.log", &hex[..61]),
        format!("receipt/{hex}/0-1.log"),
    ] {
        assert_eq!(parse_path(&other), None, "{other}");
    }
}

#[test]
fn a_receipt_lies_beside() {
    let (gate, auditor) = (gate().public(), key(2).public());
    let text = receipt_path(&gate, &auditor);
    let hex = postern_core::hex(&gate.thumbprint());
    assert_eq!(text, format!("receipt/{hex}/{}.receipt", auditor.kid()));
    postern_core::bundle::Bundle::default()
        .insert(&text, Vec::new())
        .unwrap();
}

#[test]
fn parts_end_at_multiples() {
    let parts = |receipted, size| {
        let ends = part(receipted, size).map(|range| (range.start, range.end));
        ends.collect::<Vec<_>>()
    };
    assert_eq!(parts(0, 0), []);
    assert_eq!(parts(7, 7), []);
    assert_eq!(parts(9, 7), [], "a log that was put back");
    assert_eq!(parts(0, 1), [(0, 1)]);
    assert_eq!(parts(5, 65_536), [(5, 65_536)]);
    assert_eq!(parts(65_535, 65_537), [(65_535, 65_536), (65_536, 65_537)]);
    let several = [(65_536, 131_072), (131_072, 196_608), (196_608, 200_000)];
    assert_eq!(parts(65_536, 200_000), several);
    assert_eq!(parts(u64::MAX - 1, u64::MAX), [(u64::MAX - 1, u64::MAX)]);
}

proptest! {
    #[test]
    fn parts_tile_what_has_no_receipt(receipted in 0_u64..300_000, size in 0_u64..900_000) {
        let mut next = receipted;
        for range in part(receipted, size) {
            prop_assert_eq!(range.start, next);
            prop_assert!(range.end - range.start <= MAX_LEAVES as u64 && range.start < range.end);
            prop_assert!(range.end == size || range.end % MAX_LEAVES as u64 == 0);
            next = range.end;
        }
        prop_assert_eq!(next, size.max(receipted));
    }

    #[test]
    fn any_path_is_refused_or_the_one(text in "evidence/[0-9a-f]{62,65}/[0-9]{1,3}-[0-9]{1,3}.log") {
        if let Some((_, from, to)) = parse_path(&text) {
            let end = format!("/{from}-{to}.log");
            prop_assert!(text.ends_with(&end) && from <= to);
        }
    }

    #[test]
    fn no_bytes_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        as_content in any::<bool>(),
    ) {
        let file = match as_content {
            true => signed(&postern_seal::seal(&bytes, &[AUDITOR.recipient()]).unwrap()),
            false => bytes,
        };
        prop_assert!(open(&file).is_err());
    }

    #[test]
    fn any_leaves_come_back(leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..40)) {
        let mut tree = Frontier::new();
        leaves.iter().for_each(|leaf| tree.push(leaf_hash(leaf)));
        let tip = Tip { size: tree.size(), root: tree.root() };
        let note = Checkpoint { origin: "north-1".to_owned(), tip }.sign(&gate()).unwrap();
        let bundle = LogBundle { note, leaves, ..log_bundle(0, 0) };
        prop_assert_eq!(open(&seal(&bundle)), Ok(bundle));
    }
}

#[test]
fn the_bounds_are_those_of_the_format() {
    assert_eq!(
        (bundle::MAX_LEAVES, bundle::MAX_LEN, bundle::MAX_PROOF),
        (65_536, 67_108_864, 126)
    );
    // A whole part of the longest leaves fits.
    let longest = MAX_LEAVES * (postern_log::event::MAX_LEAF_LEN + 3) + 8192 + MAX_PROOF * size_of::<Hash>();
    assert!(longest + longest / 4096 + 8192 < MAX_LEN);
}
