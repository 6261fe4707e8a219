//! What the commands print, in both languages: `tests/cmd/*.trycmd`.

mod common;

use std::path::Path;

use common::{Authority, BIN, Gate};

/// The snapshots run in a folder that holds a root, a repository, bundles, pictures, and a gate for each language.
#[test]
fn the_commands_print_what_they_printed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let a = Authority::new();
    std::fs::write(path.join("first.root"), a.root(1)).unwrap();
    a.repository(1, 1).write(&path.join("repository"));
    std::fs::write(path.join("old.bundle"), a.repository(1, 1).bundle()).unwrap();
    let mut weak = a.repository(2, 2);
    weak.0.remove("pack/2.pack");
    weak.write(&path.join("half"));
    std::fs::create_dir(path.join("pictures")).unwrap();
    for (name, text) in [("a.png", a.good()), ("b.png", a.referred()), ("c.png", a.forged())] {
        std::fs::write(path.join("pictures").join(name), common::picture(&text)).unwrap();
    }
    std::fs::write(path.join("pictures/d.png"), "no picture").unwrap();
    std::fs::write(path.join("expired.txt"), a.expired()).unwrap();
    std::fs::write(path.join("misspelt.toml"), "[pass-back]\nwindwo = 60\n").unwrap();
    for name in ["en", "zh"] {
        let gate = Gate::updated(Authority::demo());
        std::fs::rename(gate.store(), path.join(format!("demo-{name}"))).unwrap();
        let gate = Gate::updated(a.clone());
        std::fs::rename(gate.store(), path.join(format!("gate-{name}"))).unwrap();
    }
    std::env::set_current_dir(path).unwrap();
    trycmd::TestCases::new()
        .register_bin("postern-verifier", Path::new(BIN))
        .case(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/*.trycmd"))
        .run();
}
