//! Standard input, line by line.

use std::io;

use crate::error::DeviceError;
use crate::events::Outlet;
use crate::fd::{self, Read, TICK};
use crate::line::{End, Ended, Framer};
use crate::source::{Source, Step};

/// The lines of standard input, read past the buffer of the standard library: nothing else may read it.
pub(crate) struct Stdin {
    framer: Framer,
    buffer: Vec<u8>,
}

impl Stdin {
    pub(crate) fn open() -> Self {
        Self {
            framer: Framer::new(End::Lf),
            buffer: vec![0; 64 << 10],
        }
    }
}

impl Source for Stdin {
    fn step(&mut self, outlet: &Outlet) -> Result<Step, DeviceError> {
        let read =
            fd::read(io::stdin(), &mut self.buffer, TICK).map_err(|error| DeviceError::from_io("stdin", error))?;
        match read {
            Read::Bytes(len) => {
                for byte in &self.buffer[..len] {
                    if let Some(line) = self.framer.push(*byte) {
                        outlet.give_line(line);
                    }
                }
            }
            Read::End => {
                if let Some(line) = self.framer.finish(Ended::Input) {
                    outlet.give_line(line);
                }
                return Ok(Step::Ended);
            }
            Read::Nothing => {}
        }
        Ok(Step::GoOn)
    }
}
