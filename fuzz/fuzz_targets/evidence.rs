//! What gates and auditors send each other: leaves, notes, receipts, names of files, bundles up to their signature.
#![no_main]

use libfuzzer_sys::fuzz_target;
use postern_core::demo;
use postern_core::keys::{Role, Signer};
use postern_log::Event;
use postern_log::bundle::{SealedBundle, parse_path};
use postern_log::checkpoint::Checkpoint;
use postern_log::note::Note;
use postern_log::receipt::Receipt;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(event) = Event::from_leaf(bytes) {
        assert_eq!(event.to_leaf(), bytes, "a leaf has one encoding");
    }
    let key = demo::key(Role::Gate, 0).public();
    if let Ok(bundle) = SealedBundle::parse(bytes) {
        let _ = bundle.verify(&key);
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(note) = Note::parse(text) {
        assert_eq!(note.to_string(), text, "a note has one spelling");
        for line in note.signatures() {
            let _ = Checkpoint::open(text, line.name(), &key);
            let _ = Receipt::open(text, line.name(), &key, line.name(), &key);
        }
    }
    if let Some((_, from, to)) = parse_path(text) {
        assert!(text.ends_with(&format!("/{from}-{to}.log")), "a path has one spelling");
    }
});
