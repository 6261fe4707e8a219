//! Reading strangers' pictures in a child process that can be killed.
//!
//! The child runs [`serve`] on its standard input and output; the parent keeps a [`ReaderProcess`]. A picture on which a
//! reader spins, crashes or runs out of memory costs that picture and one child: the next picture gets a new one. A
//! child that does its work is kept for all pictures.
//!
//! The child calls [`confine`] before it reads anything. It fails closed: `serve` takes what `confine` returned, and a
//! child that could not be confined looks at no picture but answers with that, and the parent says
//! [`ReadError::Unconfined`].

mod confine;
mod frame;
mod parent;

use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

pub use confine::{ConfineError, Confinement, MEMORY, confine};
pub use parent::ReaderProcess;

use crate::luma::Luma;
use crate::picture::{self, PictureError};
use crate::reader::{Found, glance, read_thoroughly};
use frame::{Answer, Asked, What};

/// The budget of a picture that a person waits for: 2 seconds.
pub const DEFAULT_BUDGET: Duration = Duration::from_millis(2000);
/// The budget of a frame of a stream: a quarter of a second.
pub const FRAME_BUDGET: Duration = Duration::from_millis(250);

/// How much of the ladder a picture is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effort {
    /// The first rung alone, [`glance`]: for a frame of a stream, where the next one is soon there.
    Glance,
    /// The whole ladder, [`read_thoroughly`].
    Whole,
}

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
    /// Whether the child's own limit ended the search before it was over.
    pub out_of_time: bool,
    /// Milliseconds that the child took, decoding included.
    pub ms: u32,
}

/// Why a picture was not read to an end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// The child ended, or answered with something that is no answer; a confined child ends where it asks for what it
    /// gave up. The next picture gets a new child.
    Crashed,
    /// The child had not answered in time and was killed. The next picture gets a new child.
    Killed {
        /// Milliseconds that it was given: a little less than the budget.
        after_ms: u64,
    },
    /// A reader panicked on this picture; the child lives.
    Panicked,
    /// The file has no picture to search.
    Picture(PictureError),
    /// No child could be started.
    Spawn(io::ErrorKind),
    /// The child could not be confined, so it did not look at the picture. No other child will.
    Unconfined(ConfineError),
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
            Self::Unconfined(_) => "reader-unconfined",
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
            Self::Unconfined(error) => write!(f, "the reader process could not be confined: {error}"),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Picture(error) => Some(error),
            Self::Unconfined(error) => Some(error),
            _ => None,
        }
    }
}

/// The child's loop: answers requests until the input ends.
///
/// `confined` is what [`confine`] returned. Where that is an error every answer is that error, and no picture is looked at.
/// A panic in a reader costs one answer. Nothing else may write to `output`.
///
/// # Errors
/// An error of reading or writing, or [`io::ErrorKind::InvalidData`] for input that is no request. Either way the child
/// should end: the parent starts another.
pub fn serve(
    confined: Result<Confinement, ConfineError>,
    mut input: impl Read,
    mut output: impl Write,
) -> io::Result<()> {
    while let Some(body) = frame::receive(&mut input, frame::MAX_REQUEST)? {
        let start = Instant::now();
        let asked = frame::request_from(body).ok_or(io::ErrorKind::InvalidData)?;
        let answer = match confined {
            // Nothing is shared between two requests, so nothing can be left half done.
            Ok(confinement) => {
                catch_unwind(AssertUnwindSafe(|| answer(asked, confinement, start))).unwrap_or(Answer::Panicked)
            }
            Err(error) => Answer::Unconfined(error),
        };
        frame::send(&mut output, &[&frame::answer_to_bytes(&answer)])?;
    }
    Ok(())
}

fn answer(asked: Asked, confinement: Confinement, start: Instant) -> Answer {
    let picture = match asked.what {
        What::File(file) => picture::decode(&file),
        What::Hello => return Answer::Ready(confinement),
        What::Luma(luma) => Ok(luma),
    };
    let picture = match picture {
        Ok(picture) => picture,
        Err(error) => return Answer::Picture(error),
    };
    let mut go_on = || start.elapsed() < asked.soft;
    let result = match asked.effort {
        Effort::Glance => glance(&picture, &mut go_on),
        Effort::Whole => read_thoroughly(&picture, &mut go_on),
    };
    let ms = u32::try_from(start.elapsed().as_millis()).unwrap_or(u32::MAX);
    Answer::Read(ReadOutcome {
        texts: result.texts,
        out_of_time: result.out_of_time,
        ms,
    })
}
