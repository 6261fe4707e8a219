//! Pictures to texts, in a child process that can be killed.
//!
//! The child is this program with the argument `reader`. It is started without an environment, is confined, and is given
//! pictures through a pipe: what a hostile picture can reach in it is the picture.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use postern_cli::files::read_bounded;
use postern_devices::Picture;
use postern_qr::picture::MAX_FILE;
use postern_qr::process::{Effort, ReadError, ReadOutcome, ReaderProcess, Request, confine};

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
        match self.search(Request::File(&file), Effort::Whole) {
            Err(Fault::Read(ReadError::Spawn(kind))) => Err(Error::ReaderNotStarted(kind)),
            // Fails closed: a child that could not be confined gets no picture.
            Err(Fault::Read(ReadError::Unconfined(_))) => Err(Error::ReaderUnconfined),
            other => Ok(other),
        }
    }

    /// The codes of a picture that is here already, or a fault of it: a door goes on where no reader can be started just now.
    pub(crate) fn picture(&mut self, picture: &Picture, effort: Effort) -> Result<ReadOutcome, Fault> {
        let request = match picture {
            Picture::File(bytes) => Request::File(bytes),
            Picture::Luma(luma) => Request::Luma(luma),
        };
        self.search(request, effort)
    }

    fn search(&mut self, request: Request<'_>, effort: Effort) -> Result<ReadOutcome, Fault> {
        match self.process.read(request, effort, self.budget) {
            Ok(outcome) if outcome.texts.is_empty() => Err(Fault::NoCode {
                out_of_time: outcome.out_of_time,
            }),
            Ok(outcome) => Ok(outcome),
            Err(error) => Err(Fault::Read(error)),
        }
    }
}

/// The child's work, until its input ends: the exit status. It says nothing, since nobody would hear it.
pub(crate) fn serve() -> u8 {
    let served = postern_qr::process::serve(confine(), std::io::stdin().lock(), std::io::stdout().lock());
    u8::from(served.is_err())
}
