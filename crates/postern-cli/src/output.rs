//! Standard output that may be closed at any time, as by `| head`.

use std::error::Error;
use std::fmt;
use std::io::{self, BufWriter, StdoutLock, Write};

/// Buffered standard output for data. Where the reader has gone away, its errors are recognised by
/// [`is_broken_pipe`], and [`crate::program::run`] ends quietly. Call [`Write::flush`] at the end.
///
/// `println!` panics on a closed pipe: programs write data through this instead.
#[derive(Debug)]
pub struct Output<W: Write = StdoutLock<'static>> {
    inner: BufWriter<W>,
}

impl Output {
    /// Locks standard output.
    pub fn stdout() -> Self {
        Self::new(io::stdout().lock())
    }
}

impl<W: Write> Output<W> {
    /// Wraps any writer in the place of standard output.
    pub fn new(writer: W) -> Self {
        Self {
            inner: BufWriter::new(writer),
        }
    }
}

impl<W: Write> Write for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes).map_err(mark)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush().map_err(mark)
    }
}

/// True where the error, or one of its causes, is that the reader of an [`Output`] has gone away. A broken pipe of
/// anything else (a child process, a socket) is an error like any other.
pub fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if inner.is_some_and(|inner| inner.is::<ReaderGone>()) {
            return true;
        }
        next = error.source();
    }
    false
}

fn mark(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::BrokenPipe {
        io::Error::new(io::ErrorKind::BrokenPipe, ReaderGone)
    } else {
        error
    }
}

#[derive(Debug)]
struct ReaderGone;

impl fmt::Display for ReaderGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the reader of standard output has gone away")
    }
}

impl Error for ReaderGone {}

#[cfg(test)]
mod tests {
    use super::*;

    struct Closed(io::ErrorKind);

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[derive(Debug)]
    struct Wrapping(io::Error);

    impl fmt::Display for Wrapping {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("cannot write the report")
        }
    }

    impl Error for Wrapping {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    fn failure(kind: io::ErrorKind) -> io::Error {
        let mut out = Output::new(Closed(kind));
        writeln!(out, "x")
            .and_then(|()| out.flush())
            .expect_err("the writer always fails")
    }

    #[test]
    fn a_reader_that_went_away_is_recognised_through_other_errors() {
        assert!(is_broken_pipe(&failure(io::ErrorKind::BrokenPipe)));
        assert!(is_broken_pipe(&Wrapping(failure(io::ErrorKind::BrokenPipe))));
    }

    #[test]
    fn other_errors_and_other_pipes_are_not() {
        assert!(!is_broken_pipe(&failure(io::ErrorKind::StorageFull)));
        assert!(!is_broken_pipe(&io::Error::from(io::ErrorKind::BrokenPipe)));
    }
}
