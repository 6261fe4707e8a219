//! What the commands print, in both languages: `tests/cmd/*.trycmd`.

use std::path::Path;

#[test]
fn the_commands_print_what_they_printed() {
    trycmd::TestCases::new()
        .register_bin("postern-auditor", Path::new(env!("CARGO_BIN_EXE_postern-auditor")))
        .case("tests/cmd/*.trycmd");
}
