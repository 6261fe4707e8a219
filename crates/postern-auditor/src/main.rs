//! `postern-auditor`: see the library of the same name.

use std::process::ExitCode;

fn main() -> ExitCode {
    postern_auditor::main(std::env::args_os().collect())
}
