//! `postern-issuer`: see the library of the same name.

use std::process::ExitCode;

fn main() -> ExitCode {
    postern_issuer::main(std::env::args_os().collect())
}
