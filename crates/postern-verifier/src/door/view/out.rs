//! Standard output of a door: a controller that does not read must not hold it for ever, and one that is gone must be missed.

use std::io::{self, StdoutLock, Write};
use std::time::Duration;

use crate::error::Error;

/// How long a reader may leave the pipe full.
const PATIENCE: Duration = Duration::from_secs(10);

/// Standard output, whole texts at a time.
pub(super) struct Out(StdoutLock<'static>);

impl Out {
    /// Takes it for as long as the door is open.
    pub(super) fn stdout() -> Self {
        Self(io::stdout().lock())
    }

    /// Writes a text and sends it off.
    ///
    /// # Errors
    ///
    /// [`Error::Unread`] where nobody reads; [`Error::Output`].
    pub(super) fn write(&mut self, text: &str) -> Result<(), Error> {
        // What is writable takes a page at once.
        for part in text.as_bytes().chunks(4096) {
            self.wait()?;
            let sent = self.0.write_all(part).and_then(|()| self.0.flush());
            sent.map_err(|error| match error.kind() {
                io::ErrorKind::BrokenPipe => Error::Unread,
                _ => Error::Output(error),
            })?;
        }
        Ok(())
    }

    #[cfg(target_os = "linux")]
    fn wait(&self) -> Result<(), Error> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let until = std::time::Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(std::time::Instant::now());
            let timeout = Timespec::try_from(left).map_err(|error| Error::Output(io::Error::other(error)))?;
            match poll(&mut [PollFd::new(&self.0, PollFlags::OUT)], Some(&timeout)) {
                Ok(0) => return Err(Error::Unread),
                Ok(_) => return Ok(()),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(Error::Output(error.into())),
            }
        }
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "as on Linux")]
    fn wait(&self) -> Result<(), Error> {
        let _there_is_no_waiting = PATIENCE;
        Ok(())
    }
}
