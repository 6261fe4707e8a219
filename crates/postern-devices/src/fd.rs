//! Waiting for and reading from an open device, never for longer than one tick.

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// The longest that a source waits before it looks whether the caller is gone.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// What came of waiting and reading.
pub(crate) enum Read {
    /// So many bytes, at least one.
    Bytes(usize),
    /// The end of the input, or the device hung up.
    End,
    /// Nothing within the time.
    Nothing,
}

/// Whether there is something to do for `events` (or an error to be met) before `wait` is over. A signal ends the wait.
pub(crate) fn wait(fd: impl AsFd, events: PollFlags, wait: Duration) -> io::Result<bool> {
    let timeout = Timespec {
        tv_sec: i64::try_from(wait.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(wait.subsec_nanos()),
    };
    match poll(&mut [PollFd::new(&fd, events)], Some(&timeout)) {
        Ok(ready) => Ok(ready > 0),
        Err(Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Waits for bytes, but not longer than `timeout`, and reads what is there.
pub(crate) fn read(fd: impl AsFd, buffer: &mut [u8], timeout: Duration) -> io::Result<Read> {
    if !wait(&fd, PollFlags::IN, timeout)? {
        return Ok(Read::Nothing);
    }
    match rustix::io::read(&fd, buffer) {
        Ok(0) => Ok(Read::End),
        Ok(len) => Ok(Read::Bytes(len)),
        Err(Errno::INTR | Errno::AGAIN) => Ok(Read::Nothing),
        Err(error) => Err(error.into()),
    }
}
