//! A turnstile's controller on a serial port: some bytes to open, others to shut.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::{Actuator, Shared, WRITE};
use crate::error::DeviceError;
use crate::serial::Port;

/// How often and how long it is tried to shut before it is told that this fails.
const TRIES: u32 = 5;
const RETRY: Duration = Duration::from_millis(200);

/// Sends bytes. The port stays open between the orders: opening it resets many controllers.
pub(super) struct Bytes {
    path: PathBuf,
    baud: u32,
    on: Vec<u8>,
    off: Vec<u8>,
    pulse: Duration,
    port: Option<Port>,
}

impl Bytes {
    pub(super) fn new(path: PathBuf, baud: u32, on: Vec<u8>, off: Vec<u8>, pulse: Duration) -> Self {
        Self {
            path,
            baud,
            on,
            off,
            pulse,
            port: None,
        }
    }

    fn send(&mut self, is_on: bool) -> Result<(), DeviceError> {
        let port = match self.port.take() {
            Some(port) => port,
            None => Port::open(&self.path, self.baud)?,
        };
        let bytes = if is_on { &self.on } else { &self.off };
        port.write(bytes, Instant::now() + WRITE)?;
        // Kept only where it works; else it is opened anew the next time.
        self.port = Some(port);
        Ok(())
    }

    /// Shuts what may be open.
    fn shut_again(&mut self) -> Result<(), DeviceError> {
        for n in 0..TRIES {
            if self.send(false).is_ok() {
                return Ok(());
            }
            if n + 1 < TRIES {
                std::thread::sleep(RETRY);
            }
        }
        let device = self.path.display().to_string();
        Err(DeviceError::StillOpen { device })
    }
}

impl Actuator for Bytes {
    fn pulse(&mut self, _id: u64, shared: &Shared) -> Result<(), DeviceError> {
        // A port that was opened before and is gone is found out now; a part of the bytes may have gone through.
        if self.port.is_none() {
            self.port = Some(Port::open(&self.path, self.baud)?);
        }
        let opened = self.send(true);
        if opened.is_ok() {
            shared.wait(self.pulse);
        }
        self.shut_again()?;
        opened
    }

    fn shut(&mut self) -> Result<(), DeviceError> {
        self.send(false)
    }
}
