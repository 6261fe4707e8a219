//! The keyboard itself, by evdev of Linux.

use std::path::Path;
use std::time::Instant;

use evdev::raw_stream::RawDevice;
use evdev::{EventType, KeyCode, SynchronizationCode};
use rustix::event::PollFlags;
use rustix::io::Errno;

use super::KeyDecoder;
use super::find::find;
use crate::error::DeviceError;
use crate::events::Outlet;
use crate::fd::{self, TICK};
use crate::line::End;
use crate::serial::SILENCE;
use crate::source::{Source, Step};

/// A scanner's keyboard, taken for us: no key reaches the console or another program while it is open.
pub(super) struct Keyboard {
    device: RawDevice,
    name: String,
    decoder: KeyDecoder,
    /// When the last key came.
    last: Instant,
}

impl Keyboard {
    pub(super) fn open(name: &str, end: End) -> Result<Self, DeviceError> {
        let path = find(name, Path::new("/sys/class/input"), Path::new("/dev/input"))?;
        let fail = |error| DeviceError::from_io(name, error);
        let not_such = || DeviceError::NotSuch {
            device: name.to_owned(),
            kind: "keyboard",
        };
        let mut device = RawDevice::open(&path).map_err(|error| match Errno::from_io_error(&error) {
            // It answers none of the questions that an input device answers.
            Some(Errno::NOTTY | Errno::INVAL | Errno::ISDIR) => not_such(),
            _ => fail(error),
        })?;
        if !device
            .supported_keys()
            .is_some_and(|keys| keys.contains(KeyCode::KEY_ENTER))
        {
            return Err(not_such());
        }
        // Fails where another program has it for itself: [`DeviceError::Busy`].
        device.grab().map_err(fail)?;
        Ok(Self {
            device,
            name: name.to_owned(),
            decoder: KeyDecoder::new(end),
            last: Instant::now(),
        })
    }

    fn lost(&mut self, outlet: &Outlet, error: std::io::Error) -> DeviceError {
        if let Some(line) = self.decoder.cut() {
            outlet.give_line(line);
        }
        DeviceError::from_io(&self.name, error)
    }
}

impl Source for Keyboard {
    fn step(&mut self, outlet: &Outlet) -> Result<Step, DeviceError> {
        // While a text is coming its silence is to be noticed when it is due.
        let wait = if self.decoder.is_empty() { TICK } else { TICK / 4 };
        match fd::wait(&self.device, PollFlags::IN, wait) {
            Ok(true) => {}
            Ok(false) => {
                if self.last.elapsed() >= SILENCE
                    && let Some(line) = self.decoder.silence()
                {
                    outlet.give_line(line);
                }
                return Ok(Step::GoOn);
            }
            Err(error) => return Err(self.lost(outlet, error)),
        }
        self.last = Instant::now();
        let events = self.device.fetch_events().map(Iterator::collect::<Vec<_>>);
        let events = events.map_err(|error| self.lost(outlet, error))?;
        for event in events {
            match event.event_type() {
                EventType::KEY => {
                    if let Some(line) = self.decoder.key(event.code(), event.value()) {
                        outlet.give_line(line);
                    }
                }
                EventType::SYNCHRONIZATION if event.code() == SynchronizationCode::SYN_DROPPED.0 => self.decoder.lost(),
                _ => {}
            }
        }
        Ok(Step::GoOn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_keyboard_is_not_opened() {
        let reason = |device: &str| Keyboard::open(device, End::Auto).err().map(|error| error.reason());
        assert_eq!(reason("/nonexistent"), Some("device-missing"));
        assert_eq!(reason("/dev/null"), Some("device-not-such"));
        assert_eq!(reason("/dev"), Some("device-not-such"));
        assert_eq!(reason("no keyboard has such a name"), Some("device-missing"));
    }
}
