//! Files in the place of a tag key that was wrapped to the gate: nobody signs them.

use std::fs::File;

use postern_core::tag::TagKey;

use crate::common::day::Day;
use crate::common::{AT, tags};
use crate::gate::Besieged;

const EPOCH: u8 = 7;

/// The state of the one epoch that the pack names.
fn state(gate: &Besieged) -> String {
    gate.status_at(AT)["tag_keys"][0]["state"].as_str().unwrap().to_owned()
}

/// They are passed over: who can write to the medium can take a key from a gate that has none yet, and give it none.
#[test]
fn a_tag_key_that_the_pack_does_not_name_is_not_taken() {
    let gate = Besieged::on_day(3);
    let key = TagKey::new(EPOCH, [7; 32]);
    let mut day = gate.authority.day(4);
    day.pack.version = 2;
    day.pack.tags = vec![tags::epoch(&gate.authority, &key)];
    let other = Besieged::on_day(0);
    let (path, good) = tags::wrapped(&gate.gate, &key, EPOCH);
    let bad = [
        b"rubbish".to_vec(),
        tags::wrapped(&gate.gate, &TagKey::new(EPOCH, [8; 32]), EPOCH).1,
        tags::wrapped(&gate.gate, &TagKey::new(8, [7; 32]), EPOCH).1,
        tags::wrapped(&other.gate, &key, EPOCH).1,
        vec![0; 2000],
    ];
    let update = |day: &Day, file: &[u8]| {
        let mut files = day.repository();
        files.set(&path, file.to_vec());
        for from in [
            gate.publish("tags", &files),
            gate.gate.file("tags.bundle", &files.bundle()),
        ] {
            let done = gate.gate.run("update", ["--from".as_ref(), from.as_os_str()]);
            assert_eq!(done.status, 0, "{done:?}");
        }
        state(&gate)
    };
    for file in &bad {
        assert_eq!(update(&day, file), "lacking");
    }
    // Nor one without an end.
    let folder = gate.publish("tags", &day.repository());
    File::options()
        .write(true)
        .open(folder.join(&path))
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    assert_eq!(
        gate.gate.run("update", ["--from".as_ref(), folder.as_os_str()]).status,
        0
    );
    assert_eq!(state(&gate), "lacking");

    assert_eq!(update(&day, &good), "good");
    // What is held is not given up for it, either.
    for (file, version) in bad.iter().zip(5..) {
        assert_eq!(update(&day.clone().at(version), file), "good");
    }
    gate.is_on_day(4);
}
