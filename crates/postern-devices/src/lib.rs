//! What hangs on a gate: scanners, cameras, document readers, turnstiles. Bytes come in, texts and pictures go out; what
//! they mean is not known here.
//!
//! - [`Spec`] says what a source is; [`Sources`] runs one thread for each and gives their [`Event`]s. A source that is
//!   unplugged is told once and opened again when it is there again.
//! - [`KeyDecoder`] makes texts of the keys of a scanner that acts as a keyboard.
//! - [`FrameParser`] cuts a stream into pictures.
//! - [`calibrate`] finds out what a scanner's settings do to a text, and how to undo it.
//! - [`turnstile`] opens one, and sees to it that it shuts.
//!
//! No input of a device makes anything here panic, wait or grow without a bound.

pub mod calibrate;
mod camera;
mod error;
mod events;
mod fd;
mod folder;
mod frames;
mod keyboard;
mod line;
mod serial;
mod source;
mod spec;
mod stdin;
pub mod turnstile;

pub use error::{DeviceError, SpecFault};
pub use events::{BadPicture, Event, Picture, What};
pub use frames::FrameParser;
pub use keyboard::KeyDecoder;
pub use line::{BadLine, End, Ended, Line, MAX_LINE};
pub use source::Sources;
pub use spec::{Kind, Reads, Spec};
