//! The gate's program. All of it is in the library, so that a rehearsal can play it.

use std::process::ExitCode;

fn main() -> ExitCode {
    postern_verifier::main(std::env::args_os().collect())
}
