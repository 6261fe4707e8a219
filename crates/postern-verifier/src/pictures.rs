//! Pictures to texts, in a child process that can be killed.
//!
//! The child is this program with the argument `reader`. It is started without an environment, is given pictures through
//! a pipe and opens no file: what a hostile picture can reach in it is the picture.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use postern_cli::files::read_bounded;
use postern_qr::picture::MAX_FILE;
use postern_qr::process::{ReadError, ReadOutcome, ReaderProcess, Request};

use crate::Program;
use crate::error::Error;
use crate::fault::Fault;

/// The argument that makes this program the child.
const READER: &str = "reader";

/// Reads pictures, within a budget for each.
#[derive(Debug)]
pub(crate) struct PictureReader {
    process: ReaderProcess,
    budget: Duration,
}

impl PictureReader {
    /// A reader. The child is started with the first picture.
    pub(crate) fn new(program: &Program, budget: Duration) -> Self {
        let args = program
            .prefix_args
            .iter()
            .cloned()
            .chain([OsString::from(READER)])
            .collect();
        Self {
            process: ReaderProcess::new(program.exe.clone(), args),
            budget,
        }
    }

    /// The codes of one picture: at least one, or a fault of this picture alone.
    ///
    /// # Errors
    ///
    /// [`Error::ReaderNotStarted`]: then no picture can be read.
    pub(crate) fn read(&mut self, path: &Path) -> Result<Result<ReadOutcome, Fault>, Error> {
        let file = match read_bounded(path, MAX_FILE as u64) {
            Ok(file) => file,
            Err(error) => return Ok(Err(Fault::File(error))),
        };
        match self.process.read(Request::File(&file), self.budget) {
            Ok(outcome) if outcome.texts.is_empty() => Ok(Err(Fault::NoCode {
                out_of_time: outcome.out_of_time,
            })),
            Ok(outcome) => Ok(Ok(outcome)),
            Err(ReadError::Spawn(kind)) => Err(Error::ReaderNotStarted(kind)),
            Err(error) => Ok(Err(Fault::Read(error))),
        }
    }
}

/// The child's work, until its input ends: the exit status. It says nothing, since nobody would hear it.
pub(crate) fn serve() -> u8 {
    let served = postern_qr::process::serve(std::io::stdin().lock(), std::io::stdout().lock());
    u8::from(served.is_err())
}
