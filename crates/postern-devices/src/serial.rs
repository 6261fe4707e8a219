//! Serial ports: USB (CDC-ACM) and RS-232.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::termios::{
    ControlModes, OptionalActions, QueueSelector, SpecialCodeIndex, ioctl_tiocexcl, ioctl_tiocnxcl, tcflush, tcgetattr,
    tcsetattr,
};

use crate::error::DeviceError;
use crate::events::Outlet;
use crate::fd::{self, Read, TICK};
use crate::line::{End, Framer};
use crate::source::{Source, Step};

/// How long a device that sends no ending is silent after a text.
pub(crate) const SILENCE: Duration = Duration::from_millis(200);

/// An open serial port: raw, 8N1, no flow control, no modem lines, nobody else's while it is open.
#[derive(Debug)]
pub(crate) struct Port {
    fd: OwnedFd,
    path: PathBuf,
}

impl Port {
    pub(crate) fn open(path: &Path, baud: u32) -> Result<Self, DeviceError> {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let fd = rustix::fs::open(path, flags, Mode::empty());
        let fd = fd.map_err(|error| DeviceError::from_io(path.display(), error.into()))?;
        let port = Self {
            fd,
            path: path.to_owned(),
        };
        port.set_up(baud).map_err(|error| match error {
            Errno::NOTTY => DeviceError::NotSuch {
                device: path.display().to_string(),
                kind: "serial port",
            },
            error => DeviceError::from_io(path.display(), error.into()),
        })?;
        Ok(port)
    }

    fn set_up(&self, baud: u32) -> Result<(), Errno> {
        let mut settings = tcgetattr(&self.fd)?;
        settings.make_raw();
        let framing = ControlModes::CSIZE | ControlModes::PARENB | ControlModes::CSTOPB | ControlModes::CRTSCTS;
        settings.control_modes -= framing;
        settings.control_modes |= ControlModes::CS8 | ControlModes::CREAD | ControlModes::CLOCAL;
        settings.special_codes[SpecialCodeIndex::VMIN] = 1;
        settings.special_codes[SpecialCodeIndex::VTIME] = 0;
        settings.set_speed(baud)?;
        tcsetattr(&self.fd, OptionalActions::Now, &settings)?;
        // Two programs that listen at one scanner get half a code each; some look at every port that is plugged in.
        ioctl_tiocexcl(&self.fd)?;
        // What was sent while nobody listened is the end of something.
        tcflush(&self.fd, QueueSelector::IFlush)
    }

    /// Writes all bytes, or fails when `deadline` is over.
    pub(crate) fn write(&self, mut bytes: &[u8], deadline: Instant) -> Result<(), DeviceError> {
        let fail = |error: io::Error| DeviceError::from_io(self.path.display(), error);
        while !bytes.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(DeviceError::Silent {
                    device: self.path.display().to_string(),
                });
            }
            if !fd::wait(&self.fd, PollFlags::OUT, left).map_err(fail)? {
                continue;
            }
            match rustix::io::write(&self.fd, bytes) {
                Ok(len) => bytes = &bytes[len..],
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(error) => return Err(fail(error.into())),
            }
        }
        Ok(())
    }
}

impl AsFd for Port {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        // A terminal that stays open elsewhere would keep others out. Of one that is gone there is nothing to give back.
        let _ = ioctl_tiocnxcl(&self.fd);
    }
}

/// A scanner or reader on a serial port.
pub(crate) struct Serial {
    port: Port,
    framer: Framer,
    /// When the last byte came.
    last: Instant,
    buffer: Vec<u8>,
}

impl Serial {
    pub(crate) fn open(path: &Path, baud: u32, end: End) -> Result<Self, DeviceError> {
        Ok(Self {
            port: Port::open(path, baud)?,
            framer: Framer::new(end),
            last: Instant::now(),
            buffer: vec![0; 4096],
        })
    }

    /// It is gone: what had come of a text is lost.
    fn lost(&mut self, outlet: &Outlet, error: DeviceError) -> DeviceError {
        if let Some(line) = self.framer.cut() {
            outlet.give_line(line);
        }
        error
    }
}

impl Source for Serial {
    fn step(&mut self, outlet: &Outlet) -> Result<Step, DeviceError> {
        // While a text is coming its silence is to be noticed when it is due.
        let wait = if self.framer.is_empty() { TICK } else { TICK / 4 };
        match fd::read(&self.port, &mut self.buffer, wait) {
            Ok(Read::Bytes(len)) => {
                self.last = Instant::now();
                for byte in &self.buffer[..len] {
                    if let Some(line) = self.framer.push(*byte) {
                        outlet.give_line(line);
                    }
                }
            }
            Ok(Read::Nothing) if self.last.elapsed() >= SILENCE => {
                if let Some(line) = self.framer.silence() {
                    outlet.give_line(line);
                }
            }
            Ok(Read::Nothing) => {}
            Ok(Read::End) => {
                let device = self.port.path.display().to_string();
                return Err(self.lost(outlet, DeviceError::Unplugged { device }));
            }
            Err(error) => {
                let error = DeviceError::from_io(self.port.path.display(), error);
                return Err(self.lost(outlet, error));
            }
        }
        Ok(Step::GoOn)
    }
}
