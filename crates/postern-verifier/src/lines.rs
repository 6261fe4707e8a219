//! Lines of foreign input: bounded, and a bad one is skipped whole.

use std::io::{self, BufRead, Read};

/// The longest line in bytes, its ending not counted: more than any QR code holds (ISO/IEC 18004: 7,089 digits).
pub(crate) const MAX_LINE: usize = 8 << 10;

/// Why a line is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineError {
    /// Not UTF-8.
    NotText,
    /// Longer than [`MAX_LINE`].
    TooLong,
}

/// The lines of an input, one at a time.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    input: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    /// The lines of `input`.
    pub(crate) fn new(input: R) -> Self {
        Self { input, number: 0 }
    }

    /// The number of the line that was read last, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The next line that is not empty, without its ending; `None` at the end. Space is kept: codes may end in one.
    ///
    /// # Errors
    ///
    /// Those of the input.
    pub(crate) fn next(&mut self) -> io::Result<Option<Result<String, LineError>>> {
        loop {
            let mut line = Vec::new();
            // Two bytes more for the ending.
            let read = self
                .input
                .by_ref()
                .take(MAX_LINE as u64 + 2)
                .read_until(b'\n', &mut line)?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            let whole = line.pop_if(|byte| *byte == b'\n').is_some();
            if whole {
                line.pop_if(|byte| *byte == b'\r');
            }
            if line.len() > MAX_LINE {
                if !whole {
                    self.input.skip_until(b'\n')?;
                }
                return Ok(Some(Err(LineError::TooLong)));
            }
            match String::from_utf8(line) {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => return Ok(Some(Ok(text))),
                Err(_) => return Ok(Some(Err(LineError::NotText))),
            }
        }
    }
}

impl<R: Read> Lines<io::BufReader<R>> {
    /// Whether the next line is here already, so that reading it does not wait.
    pub(crate) fn has_line(&self) -> bool {
        self.input.buffer().contains(&b'\n')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<(u64, Result<String, LineError>)> {
        let mut lines = Lines::new(io::BufReader::with_capacity(16, bytes));
        let mut all = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            all.push((lines.number(), line));
        }
        all
    }

    #[test]
    fn empty_lines_are_passed_over_and_counted() {
        let expected = [
            (2, Ok("a ".to_owned())),
            (5, Ok("b".to_owned())),
            (6, Ok("c\rd".to_owned())),
        ];
        assert_eq!(all(b"\na \r\n\r\n  \nb\nc\rd"), expected);
        assert_eq!(all(b""), []);
        assert_eq!(all(b"\n\n"), []);
    }

    #[test]
    fn a_bad_line_costs_itself() {
        let mut input = vec![b'x'; MAX_LINE + 100];
        input.extend(b"\n\xff\xfe\nok\n");
        let expected = [
            (1, Err(LineError::TooLong)),
            (2, Err(LineError::NotText)),
            (3, Ok("ok".to_owned())),
        ];
        assert_eq!(all(&input), expected);
    }

    #[test]
    fn the_bound_is_exact_with_every_ending() {
        for ending in ["", "\n", "\r\n"] {
            let line = |len| [vec![b'x'; len], ending.as_bytes().to_vec(), b"y".to_vec()].concat();
            let expected = if ending.is_empty() { 1 } else { 2 };
            let good = all(&line(MAX_LINE - 1));
            assert_eq!((good.len(), good[0].1.is_ok()), (expected, true));
            let bad = all(&line(MAX_LINE + 1));
            assert_eq!((bad.len(), &bad[0].1), (expected, &Err(LineError::TooLong)));
        }
        assert!(all(&[vec![b'x'; MAX_LINE], b"\r\n".to_vec()].concat())[0].1.is_ok());
    }
}
