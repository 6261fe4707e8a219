//! Pictures on standard input, so that any capture program can feed a gate.

mod jpeg;
mod png;
mod y4m;

use std::io;

use postern_qr::picture::MAX_FILE;

use crate::error::DeviceError;
use crate::events::{Outlet, Picture};
use crate::fd::{self, Read, TICK};
use crate::source::{Source, Step};

/// The bytes without a picture in them after which a stream is given up.
const MAX_GARBAGE: u64 = MAX_FILE as u64;

/// Cuts a stream of bytes into pictures: PNG and JPEG files one after the other, mixed as they come, or Y4M
/// (`YUV4MPEG2`); the first bytes decide. What decodes a picture comes later: here files are only walked through.
///
/// Between files anything may be, and is passed over; a damaged file is passed over up to where it contradicts itself. Y4M has
/// nothing by which one could find back, so that there damage is the end.
///
/// Memory is one file, at most [`postern_qr::picture::MAX_FILE`], or one picture of Y4M within the bounds of a
/// [`postern_qr::Luma`].
#[derive(Debug, Default)]
pub struct FrameParser {
    state: State,
    /// Bytes since the last picture.
    garbage: u64,
}

#[derive(Debug)]
enum State {
    /// Not known yet; the bytes so far, fewer than a signature has.
    New(Vec<u8>),
    Files(Files),
    Y4m(y4m::Y4m),
}

impl Default for State {
    fn default() -> Self {
        Self::New(Vec::new())
    }
}

impl FrameParser {
    /// Nothing has come.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes and gives `found` each picture that they complete.
    ///
    /// # Errors
    ///
    /// The stream is lost: [`DeviceError::NoFrames`] where it does not begin with a picture, 128 MiB have none or
    /// Y4M contradicts itself, [`DeviceError::UnsupportedFormat`] for a kind of Y4M that is not read.
    pub fn push(&mut self, mut bytes: &[u8], found: &mut dyn FnMut(Picture)) -> Result<(), DeviceError> {
        if let State::New(start) = &mut self.state {
            let wanted = y4m::SIGNATURE.len().saturating_sub(start.len()).min(bytes.len());
            let (first, rest) = bytes.split_at(wanted);
            start.extend_from_slice(first);
            bytes = rest;
            let start = std::mem::take(start);
            if is_picture(&start) {
                self.state = State::Files(Files::default());
            } else if start == y4m::SIGNATURE {
                self.state = State::Y4m(y4m::Y4m::default());
            } else if could_be(&start) {
                self.state = State::New(start);
                return Ok(());
            } else {
                self.state = State::New(Vec::new());
                let bytes = start.len() as u64;
                return Err(DeviceError::NoFrames { bytes });
            }
            self.take(&start, found)?;
        }
        self.take(bytes, found)
    }

    fn take(&mut self, bytes: &[u8], found: &mut dyn FnMut(Picture)) -> Result<(), DeviceError> {
        let garbage = &mut self.garbage;
        *garbage += bytes.len() as u64;
        let mut found = |picture| {
            *garbage = 0;
            found(picture);
        };
        match &mut self.state {
            // Only where there are no bytes left for it.
            State::New(_) => {}
            State::Files(files) => files.push(bytes, &mut found),
            State::Y4m(stream) => stream.push(bytes, &mut found)?,
        }
        // A file may be as large as the bound, with as much between it and the last one.
        match matches!(self.state, State::Files(_)) && *garbage > 2 * MAX_GARBAGE {
            true => Err(DeviceError::NoFrames { bytes: *garbage }),
            false => Ok(()),
        }
    }
}

/// Whether a file begins as PNG or JPEG.
pub(crate) fn is_picture(bytes: &[u8]) -> bool {
    bytes.starts_with(png::SIGNATURE) || bytes.starts_with(jpeg::SIGNATURE)
}

/// Whether bytes that are too few to tell can become a picture.
fn could_be(bytes: &[u8]) -> bool {
    [png::SIGNATURE, jpeg::SIGNATURE, y4m::SIGNATURE]
        .iter()
        .any(|signature| signature.starts_with(bytes))
}

/// What a walk through the beginning of a file has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Walk {
    /// What is before this place contradicts itself: no file.
    Damaged(usize),
    /// More bytes are needed.
    More,
    /// The file ends before this place.
    Whole(usize),
}

#[derive(Debug, Default)]
struct Files {
    buffer: Vec<u8>,
    /// What is before this place in the buffer is done with.
    start: usize,
    walk: Option<Walker>,
}

#[derive(Debug)]
enum Walker {
    Jpeg(jpeg::Walker),
    Png(png::Walker),
}

impl Files {
    fn push(&mut self, bytes: &[u8], found: &mut dyn FnMut(Picture)) {
        // In pieces, so that the bound holds however much comes at once.
        for piece in bytes.chunks(1 << 16) {
            self.buffer.extend_from_slice(piece);
            while self.next(found) {}
            self.buffer.drain(..self.start);
            self.start = 0;
        }
    }

    /// Goes on with the bytes that are here; `false` when more are needed. Each byte is walked over once, so that no stream
    /// makes this slow.
    fn next(&mut self, found: &mut dyn FnMut(Picture)) -> bool {
        let file = &self.buffer[self.start..];
        let walk = match &mut self.walk {
            None => return self.find(),
            Some(Walker::Jpeg(walker)) => walker.walk(file),
            Some(Walker::Png(walker)) => walker.walk(file),
        };
        self.start += match walk {
            Walk::More if file.len() <= MAX_FILE => return false,
            Walk::More => file.len(),
            Walk::Damaged(place) => place.min(file.len()),
            Walk::Whole(end) => {
                if end <= MAX_FILE {
                    found(Picture::File(file[..end].to_vec()));
                }
                end
            }
        };
        self.walk = None;
        true
    }

    /// Looks for the beginning of a file, and passes over what is before it.
    fn find(&mut self) -> bool {
        // The first bytes of PNG's signature are enough to begin with.
        const FIRST: usize = jpeg::SIGNATURE.len();
        let mut starts = self.buffer[self.start..].windows(FIRST);
        let start = starts.position(|first| first == jpeg::SIGNATURE || png::SIGNATURE.starts_with(first));
        match start {
            Some(place) => {
                self.start += place;
                self.walk = Some(match self.buffer[self.start] == jpeg::SIGNATURE[0] {
                    true => Walker::Jpeg(jpeg::Walker::default()),
                    false => Walker::Png(png::Walker::default()),
                });
                true
            }
            None => {
                // The last two bytes may be the first ones of a signature.
                self.start = self.start.max(self.buffer.len().saturating_sub(FIRST - 1));
                false
            }
        }
    }
}

/// Frames on standard input.
pub(crate) struct Frames {
    parser: FrameParser,
    buffer: Vec<u8>,
}

impl Frames {
    pub(crate) fn open() -> Self {
        Self {
            parser: FrameParser::new(),
            buffer: vec![0; 1 << 18],
        }
    }
}

impl Source for Frames {
    fn step(&mut self, outlet: &Outlet) -> Result<Step, DeviceError> {
        let read = fd::read(io::stdin(), &mut self.buffer, TICK);
        match read.map_err(|error| DeviceError::from_io("stdin", error))? {
            Read::Bytes(len) => self
                .parser
                .push(&self.buffer[..len], &mut |picture| outlet.give_latest(picture))?,
            Read::End => return Ok(Step::Ended),
            Read::Nothing => {}
        }
        Ok(Step::GoOn)
    }
}

#[cfg(test)]
mod tests;
