//! Reading strangers' pictures in a child process that can be killed.
//!
//! The child runs [`serve`] on its standard input and output; the parent keeps a [`ReaderProcess`]. A picture on which a
//! reader spins, crashes or runs out of memory costs that picture and one child: the next picture gets a new one. A
//! child that does its work is kept for all pictures.

mod frame;
mod parent;

use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

pub use parent::ReaderProcess;

use crate::luma::Luma;
use crate::picture::{self, PictureError};
use crate::reader::{Found, read_thoroughly};
use frame::{Answer, Asked};

/// The soft budget of a picture that a person waits for: 2 seconds.
pub const DEFAULT_BUDGET: Duration = Duration::from_millis(2000);
/// How long past its soft budget a child may take before it is killed: one rung of the ladder, and a large picture's
/// decoding.
pub const GRACE: Duration = Duration::from_millis(1000);

/// A picture to be read.
#[derive(Clone, Copy, Debug)]
pub enum Request<'a> {
    /// The bytes of a picture file; the child decodes it.
    File(&'a [u8]),
    /// Grey pixels, as from a camera.
    Luma(&'a Luma),
}

/// What a child read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOutcome {
    /// Each text once, from the top of the picture to the bottom; empty where nothing was read.
    pub texts: Vec<Found>,
    /// Whether the soft budget ended the search before it was over.
    pub out_of_time: bool,
    /// Milliseconds that the child took, decoding included.
    pub ms: u32,
}

/// Why a picture was not read to an end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// The child ended, or answered with something that is no answer. The next picture gets a new child.
    Crashed,
    /// The child was past its budget and was killed. The next picture gets a new child.
    Killed {
        /// The hard budget in milliseconds.
        after_ms: u64,
    },
    /// A reader panicked on this picture; the child lives.
    Panicked,
    /// The file has no picture to search.
    Picture(PictureError),
    /// No child could be started.
    Spawn(io::ErrorKind),
}

impl ReadError {
    /// A stable name for programs and logs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Crashed => "reader-crashed",
            Self::Killed { .. } => "reader-killed",
            Self::Panicked => "reader-panicked",
            Self::Picture(error) => error.reason(),
            Self::Spawn(_) => "reader-not-started",
        }
    }
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Crashed => f.write_str("the reader process ended on this picture"),
            Self::Killed { after_ms } => write!(f, "the reader process was stopped after {after_ms} ms"),
            Self::Panicked => f.write_str("the reader failed on this picture"),
            Self::Picture(error) => error.fmt(f),
            Self::Spawn(kind) => write!(f, "the reader process could not be started: {kind}"),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Picture(error) => Some(error),
            _ => None,
        }
    }
}

/// The child's loop: answers requests until the input ends.
///
/// A panic in a reader costs one answer. Nothing else may write to `output`.
///
/// # Errors
/// An error of reading or writing, or [`io::ErrorKind::InvalidData`] for input that is no request. Either way the child
/// should end: the parent starts another.
pub fn serve(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    while let Some(body) = frame::receive(&mut input, frame::MAX_REQUEST)? {
        let start = Instant::now();
        let asked = frame::request_from(body).ok_or(io::ErrorKind::InvalidData)?;
        // Nothing is shared between two requests, so nothing can be left half done.
        let answer = catch_unwind(AssertUnwindSafe(|| answer(asked, start))).unwrap_or(Answer::Panicked);
        frame::send(&mut output, &[&frame::answer_to_bytes(&answer)])?;
    }
    Ok(())
}

fn answer(asked: Asked, start: Instant) -> Answer {
    let picture = match asked.picture {
        frame::Picture::File(file) => picture::decode(&file),
        frame::Picture::Luma(luma) => Ok(luma),
    };
    let picture = match picture {
        Ok(picture) => picture,
        Err(error) => return Answer::Picture(error),
    };
    let result = read_thoroughly(&picture, &mut || start.elapsed() < asked.budget);
    let ms = u32::try_from(start.elapsed().as_millis()).unwrap_or(u32::MAX);
    Answer::Read(ReadOutcome {
        texts: result.texts,
        out_of_time: result.out_of_time,
        ms,
    })
}
