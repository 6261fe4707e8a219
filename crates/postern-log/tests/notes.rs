//! Notes, checkpoints and receipts: published examples, a second implementation, and every rejection.

use base64ct::{Base64, Encoding};
use postern_core::keys::{PrivateKey, PublicKey, SignError, Signature, Signer};
use postern_core::time::Time;
use postern_log::Tip;
use postern_log::checkpoint::Checkpoint;
use postern_log::note::{COSIGNATURE, ED25519, MAX_LEN, MAX_SIGNATURES, Note, NoteError, key_id};
use postern_log::receipt::{CosignError, Receipt, cosign};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use signed_note::{StandardSigner, StandardVerifier, VerifierList};

const GATE: &str = "north-1";
const AUDITOR: &str = "audit.example";

/// The values of the tests of `golang.org/x/mod/sumdb/note`, which `signed_note` has too.
const ANSWER: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER_KEY: &str = "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER: &str =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const ENOCH_KEY: &str = "ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const ENOCH: &str =
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";
/// The example of C2SP tlog-cosignature, whose keys it does not tell.
const SOFA: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n
— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
";

/// What a log published and witnesses cosigned, and the keys of the log and of one witness.
const ARCHE: &str = "arche2025h1.staging.ct.transparency.dev\n1432088532\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n
— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
";
const ARCHE_KEY: &str = "AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f";
const REMORA_KEY: &str = "BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

fn key(seed: u8) -> PrivateKey {
    PrivateKey::from_seed(&[seed; 32])
}

fn gate() -> PrivateKey {
    key(1)
}

fn auditor() -> PrivateKey {
    key(2)
}

fn time(seconds: u64) -> Time {
    Time::from_seconds(seconds).unwrap()
}

fn checkpoint() -> Checkpoint {
    let (origin, root) = (GATE.to_owned(), [0xab; 32]);
    Checkpoint {
        origin,
        tip: Tip { size: 4097, root },
    }
}

fn note() -> String {
    checkpoint().sign(&gate()).unwrap()
}

fn open(note: &str) -> Result<Checkpoint, NoteError> {
    Checkpoint::open(note, GATE, &gate().public())
}

fn open_receipt(note: &str) -> Result<Receipt, NoteError> {
    Receipt::open(note, GATE, &gate().public(), AUDITOR, &auditor().public())
}

/// The type and the key at the end of a verifier key.
fn verifier_key(base64: &str) -> (u8, PublicKey) {
    let bytes = Base64::decode_vec(base64).unwrap();
    let key = PublicKey::from_bytes(bytes[1..].try_into().unwrap()).unwrap();
    (bytes[0], key)
}

/// A line of signature from its parts, with nothing of the crate under test.
fn line(name: &str, signature_type: u8, key: &PublicKey, bytes: &[u8]) -> String {
    let id = Sha256::digest([name.as_bytes(), b"\n", &[signature_type], key.as_bytes()].concat());
    format!("— {name} {}\n", Base64::encode_string(&[&id[..4], bytes].concat()))
}

/// `text` signed by the gate, whatever it is.
fn signed(text: &str) -> String {
    let signature = gate().sign(text.as_bytes()).unwrap();
    format!("{text}\n{}", line(GATE, ED25519, &gate().public(), &signature))
}

/// The auditor's line over `text` at a time.
fn cosignature(text: &str, seconds: u64) -> String {
    let signature = auditor()
        .sign(format!("cosignature/v1\ntime {seconds}\n{text}").as_bytes())
        .unwrap();
    let bytes = [&seconds.to_be_bytes()[..], &signature].concat();
    line(AUDITOR, COSIGNATURE, &auditor().public(), &bytes)
}

fn not_signed<T>(name: &str) -> Result<T, NoteError> {
    Err(NoteError::NotSigned { name: name.to_owned() })
}

fn bad_signature<T>(name: &str) -> Result<T, NoteError> {
    Err(NoteError::BadSignature { name: name.to_owned() })
}

#[test]
fn key_ids_of_published_keys() {
    for (name, id, base64) in [
        ("PeterNeumann", "c74f20a3", PETER_KEY),
        ("EnochRoot", "af0cfe78", ENOCH_KEY),
        (
            "example.com/foo",
            "530d903a",
            "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        ),
        ("TEST", "7997405c", "AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6"),
        ("arche2025h1.staging.ct.transparency.dev", "ba2f06c0", ARCHE_KEY),
        ("remora.n621.de", "da77ade7", REMORA_KEY),
    ] {
        let (signature_type, key) = verifier_key(base64);
        assert_eq!(postern_core::hex(&key_id(name, signature_type, &key)), id, "{name}");
    }
}

#[test]
fn published_notes_verify() {
    let foo = "This is an example message.\n
— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    let (_, key) = verifier_key("AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    assert_eq!(Note::parse(foo).unwrap().verify("example.com/foo", &key), Ok(()));

    let ((_, peter), (_, enoch)) = (verifier_key(PETER_KEY), verifier_key(ENOCH_KEY));
    let both = Note::parse(&format!("{ANSWER}\n{PETER}{ENOCH}")).unwrap();
    assert_eq!((both.text(), both.signatures().len()), (ANSWER, 2));
    assert_eq!(both.verify("PeterNeumann", &peter), Ok(()));
    assert_eq!(both.verify("EnochRoot", &enoch), Ok(()));
    let one = Note::parse(&format!("{ANSWER}\n{PETER}")).unwrap();
    assert_eq!(one.verify("EnochRoot", &enoch), not_signed("EnochRoot"));
    assert_eq!(one.verify("PeterNeumann", &enoch), not_signed("PeterNeumann"));
    let invalid = [&PETER[..60], "ABCD", &PETER[60..]].concat();
    let bad = Note::parse(&format!("{ANSWER}\n{invalid}")).unwrap();
    assert_eq!(bad.verify("PeterNeumann", &peter), bad_signature("PeterNeumann"));
    let many = format!("{ANSWER}\n{PETER}{PETER}{PETER}{ENOCH}");
    assert_eq!(Note::parse(&many).unwrap().verify("PeterNeumann", &peter), Ok(()));
}

#[test]
fn the_text_of_a_published_note_has_empty_lines_and_other_letters() {
    let sera = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n
— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
    let note = Note::parse(sera).unwrap();
    assert!(note.text().ends_with(":\n\ned è subito sera.\n"));
    assert_eq!(note.signatures()[0].name(), "quasimodo.example/salvatore");
    assert_eq!(note.signatures()[0].bytes().len(), 64);
    assert_eq!(note.to_string(), sera);
}

#[test]
fn the_published_cosigned_checkpoint_is_read() {
    let note = Note::parse(SOFA).unwrap();
    assert_eq!(note.to_string(), SOFA);
    let lines: Vec<_> = note
        .signatures()
        .iter()
        .map(|s| (s.name(), s.id(), s.bytes().len()))
        .collect();
    assert_eq!(
        lines,
        [
            ("example.com/behind-the-sofa", [0x03, 0x3d, 0xe0, 0xae], 64),
            ("witness.example.com/w1", [0x8d, 0x66, 0xcf, 0x3f], 72),
        ]
    );
    // 1679315147, as the signed message of the example has it.
    assert_eq!(note.signatures()[1].bytes()[..8], 1_679_315_147_u64.to_be_bytes());
    // It is a checkpoint: an auditor takes it for one.
    assert!(cosign(SOFA, AUDITOR, &auditor(), time(7)).unwrap().starts_with(SOFA));
}

/// A log and a witness that know nothing of us.
#[test]
fn a_published_cosigned_checkpoint_verifies() {
    let (origin, witness) = ("arche2025h1.staging.ct.transparency.dev", "remora.n621.de");
    let ((log_type, log), (witness_type, key)) = (verifier_key(ARCHE_KEY), verifier_key(REMORA_KEY));
    assert_eq!((log_type, witness_type), (ED25519, COSIGNATURE));
    let open = |note: &str| Receipt::open(note, origin, &log, witness, &key);
    let receipt = open(ARCHE).unwrap();
    assert_eq!(
        (receipt.checkpoint.tip.size, receipt.time),
        (1_432_088_532, time(1_779_573_024))
    );
    // The witness's signature as of another second.
    let later = ARCHE.replace("AABqEiEg", "AABqEiEh");
    assert_ne!(later, ARCHE);
    assert_eq!(open(&later), bad_signature(witness));
}

#[test]
fn signed_note_makes_and_takes_the_same_checkpoints() {
    let public = gate().public();
    let id = u32::from_be_bytes(key_id(GATE, ED25519, &public));
    let with_type = |bytes: &[u8; 32]| Base64::encode_string(&[&[ED25519], &bytes[..]].concat());
    let ours = note();
    let verifier = StandardVerifier::new(&format!("{GATE}+{id:08x}+{}", with_type(public.as_bytes()))).unwrap();
    let theirs = signed_note::Note::from_bytes(ours.as_bytes()).unwrap();
    let (good, other) = theirs.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
    assert_eq!((good.len(), other.len()), (1, 0));

    let secret = format!("PRIVATE+KEY+{GATE}+{id:08x}+{}", with_type(gate().seed()));
    let mut theirs = signed_note::Note::new(theirs.text(), &[]).unwrap();
    theirs.add_sigs(&[&StandardSigner::new(&secret).unwrap()]).unwrap();
    assert_eq!(String::from_utf8(theirs.to_bytes()).unwrap(), ours);
}

#[test]
fn a_checkpoint_is_the_note_of_the_format() {
    let root = "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=";
    assert_eq!(note(), signed(&format!("north-1\n4097\n{root}\n")));
    assert_eq!(open(&note()), Ok(checkpoint()));
}

#[test]
fn a_checkpoint_that_nobody_would_read_is_not_signed() {
    for (origin, size) in [("", 1), ("a b", 1), ("a+b", 1), ("a\nb", 1), (GATE, u64::MAX)] {
        let (origin, root) = (origin.to_owned(), [0; 32]);
        let tip = Tip { size, root };
        assert!(Checkpoint { origin, tip }.sign(&gate()).is_err());
    }
}

#[test]
fn a_long_note_is_refused() {
    let room = MAX_LEN - signed("\n").len();
    let note = signed(&format!("{}\n", "a".repeat(room)));
    assert_eq!((note.len(), open(&note)), (MAX_LEN, Err(NoteError::NotACheckpoint)));
    assert_eq!(
        Note::parse(&signed(&format!("{}\n", "a".repeat(room + 1)))),
        Err(NoteError::TooLong)
    );
}

#[test]
fn too_many_signatures_are_refused() {
    let with = |count| format!("a\n\n{}", "— b AAAAAAA=\n".repeat(count));
    assert_eq!(
        Note::parse(&with(MAX_SIGNATURES)).unwrap().signatures().len(),
        MAX_SIGNATURES
    );
    assert_eq!(
        Note::parse(&with(MAX_SIGNATURES + 1)),
        Err(NoteError::TooManySignatures)
    );
}

#[test]
fn control_characters_are_refused() {
    for c in (0..b' ').filter(|c| *c != b'\n').map(char::from) {
        for note in [format!("{c}{}", note()), note().replacen('\n', &format!("{c}\n"), 1)] {
            assert_eq!(Note::parse(&note), Err(NoteError::ControlCharacter), "{c:?}");
        }
    }
}

#[test]
fn what_has_no_text_or_no_signatures_is_no_note() {
    let note = note();
    let text = note.split_inclusive('\n').take(3).collect::<String>();
    for other in [
        "",
        "\n",
        &text,
        &format!("\n{text}"),
        note.trim_end(),
        &note.replace("\n\n", "\n"),
    ] {
        assert_eq!(Note::parse(other), Err(NoteError::NotANote), "{other:?}");
    }
}

#[test]
fn a_malformed_line_of_signature_is_refused() {
    for line in [
        "- b AAAAAAA=",
        "—b AAAAAAA=",
        "—  AAAAAAA=",
        "— b",
        "— b ",
        "— b+c AAAAAAA=",
        "— b\u{a0}c AAAAAAA=",
        "— b c AAAAAAA=",
        "— b AAAAAAA= ",
        "— b AAAAAAA",
        "— b AAAAAAB=",
        "— b AAAAAA==",
        "— b AAAA_A==",
        "— b AAAAAAA=AAAA",
    ] {
        let note = format!("a\n\n— b AAAAAAA=\n{line}\n");
        assert_eq!(Note::parse(&note), Err(NoteError::SignatureLine), "{line:?}");
    }
}

#[test]
fn a_note_of_another_key_or_name_is_not_signed() {
    assert_eq!(Checkpoint::open(&note(), GATE, &key(3).public()), not_signed(GATE));
    assert_eq!(
        Checkpoint::open(&note(), "north-2", &gate().public()),
        not_signed("north-2")
    );
    let cosigned = line(GATE, COSIGNATURE, &gate().public(), &[0; 72]);
    let text = note().split_inclusive('\n').take(4).collect::<String>();
    assert_eq!(open(&format!("{text}{cosigned}")), not_signed(GATE));
}

#[test]
fn a_changed_text_is_a_bad_signature() {
    assert_eq!(open(&note().replacen("4097", "4096", 1)), bad_signature(GATE));
}

#[test]
fn one_bad_signature_beside_a_good_one_is_bad() {
    for bytes in [&[0; 64][..], &[1], &[0; 65]] {
        let bad = line(GATE, ED25519, &gate().public(), bytes);
        assert_eq!(open(&format!("{}{bad}", note())), bad_signature(GATE));
    }
}

#[test]
fn signatures_of_others_do_no_harm() {
    let others = [
        line(GATE, ED25519, &key(3).public(), &[0; 64]),
        line("north-2", ED25519, &gate().public(), &[0; 64]),
        line(GATE, 0xff, &gate().public(), &[1]),
    ];
    assert_eq!(open(&format!("{}{}", note(), others.concat())), Ok(checkpoint()));
}

#[test]
fn what_is_signed_but_no_checkpoint_is_refused() {
    let root = Base64::encode_string(&[0xab; 32]);
    for text in [
        "\n".to_owned(),
        "north-1\n4097\n".to_owned(),
        format!("north-1\n4097\n{root}\nextension\n"),
        format!("north-1\n4097\n{root}\n\n"),
        format!("\n4097\n{root}\n"),
        format!("north 1\n4097\n{root}\n"),
        format!("north-1\n04097\n{root}\n"),
        format!("north-1\n+4097\n{root}\n"),
        format!("north-1\n-1\n{root}\n"),
        format!("north-1\n\n{root}\n"),
        format!("north-1\n{}\n{root}\n", 1_u64 << 63),
        format!("north-1\n4097\n{}\n", &root[..43]),
        format!("north-1\n4097\n{}\n", Base64::encode_string(&[0xab; 31])),
        format!("north-1\n4097\n{}\n", Base64::encode_string(&[0xab; 33])),
        format!("north-1\n4097\n{}t=\n", &root[..42]),
    ] {
        assert_eq!(open(&signed(&text)), Err(NoteError::NotACheckpoint), "{text:?}");
        let cosigned = cosign(&signed(&text), AUDITOR, &auditor(), time(1));
        assert_eq!(cosigned, Err(CosignError::Note(NoteError::NotACheckpoint)), "{text:?}");
    }
}

#[test]
fn a_checkpoint_of_another_origin_is_refused() {
    let text = note().replace(GATE, "north-2");
    let text = text.split_inclusive('\n').take(3).collect::<String>();
    assert_eq!(open(&signed(&text)), Err(NoteError::OtherOrigin));
}

#[test]
fn a_receipt_is_the_cosignature_of_the_specification() {
    let receipt = cosign(&note(), AUDITOR, &auditor(), time(1_679_315_147)).unwrap();
    let text = "north-1\n4097\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n";
    assert_eq!(receipt, format!("{}{}", note(), cosignature(text, 1_679_315_147)));
    let opened = open_receipt(&receipt).unwrap();
    assert_eq!(opened.checkpoint, checkpoint());
    assert_eq!((opened.auditor.as_str(), opened.time), (AUDITOR, time(1_679_315_147)));
    assert_eq!(open(&receipt), Ok(checkpoint()), "it still is a checkpoint");
}

#[test]
fn a_later_receipt_of_the_same_auditor_replaces_the_older() {
    let first = cosign(&note(), AUDITOR, &auditor(), time(5)).unwrap();
    let by_both = cosign(&first, "other.example", &key(3), time(6)).unwrap();
    let again = cosign(&by_both, AUDITOR, &auditor(), time(7)).unwrap();
    assert_eq!(Note::parse(&again).unwrap().signatures().len(), 3);
    assert_eq!(open_receipt(&again).unwrap().time, time(7));
    let with_new_key = cosign(&again, AUDITOR, &key(3), time(8)).unwrap();
    assert_eq!(open_receipt(&with_new_key).unwrap().time, time(7), "of another key");
    let other = Receipt::open(&again, GATE, &gate().public(), "other.example", &key(3).public());
    assert_eq!(other.unwrap().time, time(6));
}

#[test]
fn of_two_receipts_in_one_note_the_newest_counts() {
    let text = note().split_inclusive('\n').take(3).collect::<String>();
    let two = format!("{}{}{}", note(), cosignature(&text, 9), cosignature(&text, 8));
    assert_eq!(open_receipt(&two).unwrap().time, time(9));
    let one_bad = two.replace(
        &cosignature(&text, 8),
        &line(AUDITOR, COSIGNATURE, &auditor().public(), &[0; 72]),
    );
    assert_eq!(open_receipt(&one_bad), bad_signature(AUDITOR));
}

#[test]
fn a_receipt_needs_both_signatures() {
    let receipt = cosign(&note(), AUDITOR, &auditor(), time(5)).unwrap();
    assert_eq!(open_receipt(&note()), not_signed(AUDITOR));
    let by = |key: &PrivateKey, name| Receipt::open(&receipt, GATE, &gate().public(), name, &key.public());
    assert_eq!(by(&key(3), AUDITOR), not_signed(AUDITOR));
    assert_eq!(by(&auditor(), "other.example"), not_signed("other.example"));
    let (head, lines) = receipt.split_once("\n\n").unwrap();
    let (_, cosignature) = lines.split_once('\n').unwrap();
    assert_eq!(open_receipt(&format!("{head}\n\n{cosignature}")), not_signed(GATE));
}

#[test]
fn a_plain_signature_is_no_receipt() {
    let text = note().split_inclusive('\n').take(3).collect::<String>();
    let plain = line(
        AUDITOR,
        ED25519,
        &auditor().public(),
        &auditor().sign(text.as_bytes()).unwrap(),
    );
    assert_eq!(open_receipt(&format!("{}{plain}", note())), not_signed(AUDITOR));
    let as_cosignature = line(
        AUDITOR,
        COSIGNATURE,
        &auditor().public(),
        &auditor().sign(text.as_bytes()).unwrap(),
    );
    assert_eq!(
        open_receipt(&format!("{}{as_cosignature}", note())),
        bad_signature(AUDITOR)
    );
}

#[test]
fn the_time_of_a_receipt_is_signed_and_bounded() {
    let text = note().split_inclusive('\n').take(3).collect::<String>();
    let mut moved = Note::parse(&format!("{}{}", note(), cosignature(&text, 5)))
        .unwrap()
        .signatures()[1]
        .bytes()
        .to_vec();
    moved[7] ^= 1;
    let moved = line(AUDITOR, COSIGNATURE, &auditor().public(), &moved);
    assert_eq!(open_receipt(&format!("{}{moved}", note())), bad_signature(AUDITOR));
    let last = Time::MAX.seconds();
    assert_eq!(
        open_receipt(&format!("{}{}", note(), cosignature(&text, last)))
            .unwrap()
            .time,
        Time::MAX
    );
    let late = format!("{}{}", note(), cosignature(&text, last + 1));
    assert_eq!(open_receipt(&late), Err(NoteError::Time));
}

#[test]
fn an_auditor_has_the_name_of_a_key() {
    for name in ["", "a b", "a+b", "a\n", "审计"] {
        assert_eq!(
            cosign(&note(), name, &auditor(), time(1)),
            Err(CosignError::Auditor),
            "{name:?}"
        );
    }
}

#[test]
fn a_full_note_is_not_cosigned() {
    let lines = line("b", 0xff, &key(3).public(), &[1]).repeat(MAX_SIGNATURES - 1);
    let full = format!("{}{lines}", note());
    assert_eq!(cosign(&full, AUDITOR, &auditor(), time(1)), Err(CosignError::Full));
    let long = format!("{}{}", note(), line("b", 0xff, &key(3).public(), &[1; 2900]));
    assert!(Note::parse(&long).is_ok());
    assert_eq!(cosign(&long, AUDITOR, &auditor(), time(1)), Err(CosignError::Full));
}

#[test]
fn what_a_device_says_is_passed_on() {
    struct Broken;
    impl Signer for Broken {
        fn public(&self) -> PublicKey {
            auditor().public()
        }
        fn sign(&self, _: &[u8]) -> Result<Signature, SignError> {
            Err(SignError("no card".to_owned()))
        }
    }
    let no_card = SignError("no card".to_owned());
    assert_eq!(checkpoint().sign(&Broken), Err(no_card.clone()));
    assert_eq!(
        cosign(&note(), AUDITOR, &Broken, time(1)),
        Err(CosignError::Sign(no_card))
    );
}

#[test]
fn every_flipped_byte_of_a_receipt_is_noticed() {
    let receipt = cosign(&note(), AUDITOR, &auditor(), time(5)).unwrap();
    for at in 0..receipt.len() {
        for bit in 0..8 {
            let mut flipped = receipt.clone().into_bytes();
            flipped[at] ^= 1 << bit;
            if let Ok(flipped) = String::from_utf8(flipped) {
                assert!(open_receipt(&flipped).is_err(), "byte {at}, bit {bit}");
            }
        }
    }
    for len in 0..receipt.len() {
        if let Some(cut) = receipt.get(..len) {
            assert!(open_receipt(cut).is_err(), "{len} bytes");
        }
    }
}

/// Texts that are notes, or nearly.
fn near_notes() -> impl Strategy<Value = String> {
    let bits = prop::sample::select(vec![
        "\n", "\n\n", "— ", "—", " ", "a", "b/c", "+", "AAAAAAA=", "AAAAAAAA", "AAAAAAB=", "\u{a0}", "\u{7f}", "\t",
        "\u{85}", "4097", "长", PETER, ENOCH, ANSWER,
    ]);
    prop::collection::vec(bits, 0..12).prop_map(|bits| bits.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_note_is_written_back(text in near_notes()) {
        if let Ok(note) = Note::parse(&text) {
            prop_assert_eq!(note.to_string(), text);
        }
    }

    #[test]
    fn signed_note_agrees_what_is_a_note(tail in near_notes(), whole in any::<bool>()) {
        let text = if whole { format!("{ANSWER}\n{PETER}{tail}") } else { tail };
        let (ours, theirs) = (Note::parse(&text), signed_note::Note::from_bytes(text.as_bytes()));
        prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?}: {:?}", text, ours);
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            prop_assert_eq!(ours.text().as_bytes(), theirs.text());
            prop_assert_eq!(ours.to_string().into_bytes(), theirs.to_bytes());
        }
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = open(&text);
        let _ = open(&signed(&format!("{}\n", text.replace(char::is_control, ""))));
        let _ = cosign(&text, AUDITOR, &auditor(), time(1));
    }

    #[test]
    fn every_checkpoint_comes_back(size in 0_u64..=i64::MAX as u64, root: [u8; 32], name in "[!-*,-~]{1,64}") {
        let checkpoint = Checkpoint { origin: name.clone(), tip: Tip { size, root } };
        let note = checkpoint.sign(&gate()).unwrap();
        prop_assert_eq!(Checkpoint::open(&note, &name, &gate().public()), Ok(checkpoint));
    }
}
