//! The operator's word that this is the right root.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};

/// Longer answers are not read to the end.
const MAX_ANSWER: u64 = 64;

/// What the operator said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// `yes` or `是`.
    Yes,
    /// Anything else.
    No,
    /// There is no terminal to ask on.
    Nobody,
}

/// Asks on the controlling terminal: standard input may be a file that somebody else wrote.
///
/// # Errors
///
/// Those of the terminal.
pub(crate) fn ask(question: &str) -> io::Result<Answer> {
    let Ok(mut terminal) = terminal() else {
        return Ok(Answer::Nobody);
    };
    terminal.write_all(question.as_bytes())?;
    terminal.flush()?;
    answer(BufReader::new(terminal))
}

#[cfg(unix)]
fn terminal() -> io::Result<File> {
    File::options().read(true).write(true).open("/dev/tty")
}

/// Elsewhere than on Unix there is no way to a terminal that is not one of the standard streams.
#[cfg(not(unix))]
fn terminal() -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

fn answer(input: impl BufRead) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    input.take(MAX_ANSWER).read_until(b'\n', &mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim();
    // Only a whole word counts: a stray key or Enter must not be a yes.
    Ok(if text.eq_ignore_ascii_case("yes") || text == "是" {
        Answer::Yes
    } else {
        Answer::No
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_yes_counts() {
        for yes in ["yes\n", "YES\r\n", " 是 \n", "Yes"] {
            assert_eq!(answer(yes.as_bytes()).unwrap(), Answer::Yes, "{yes}");
        }
        for no in [
            "",
            "\n",
            "y\n",
            "no\n",
            "yes please\n",
            "是的\n",
            "\u{1b}[Ayes\n",
            &"yes ".repeat(100),
        ] {
            assert_eq!(answer(no.as_bytes()).unwrap(), Answer::No, "{no}");
        }
        assert_eq!(answer(&b"\xff\xfe\n"[..]).unwrap(), Answer::No);
    }
}
