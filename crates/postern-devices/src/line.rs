//! Bytes or characters to lines: bounded, and a bad line costs itself only.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The longest line in bytes, its ending not counted: more than any QR code holds (ISO/IEC 18004: 7,089 digits).
pub const MAX_LINE: usize = 8 << 10;

/// What a device sends after each text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum End {
    /// CR, LF or Tab, whichever comes.
    #[default]
    Auto,
    /// CR. An LF after it is passed over.
    Cr,
    /// CR and LF, in this order and together: each alone is a part of the text.
    CrLf,
    /// LF. A CR before it is passed over.
    Lf,
    /// As `Auto`, and 200 ms without a character end a text too. For devices that send nothing after it; a device that
    /// pauses within a text gives two bad ones, hence only where it is asked for.
    Silence,
    /// Tab.
    Tab,
}

impl End {
    pub(crate) const ALL: [Self; 6] = [Self::Auto, Self::Cr, Self::CrLf, Self::Lf, Self::Silence, Self::Tab];

    /// The name in texts and tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cr => "cr",
            Self::CrLf => "crlf",
            Self::Lf => "lf",
            Self::Silence => "silence",
            Self::Tab => "tab",
        }
    }
}

/// A text that a device sent. Its debug form tells the length only: it may be somebody's code or document.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// 1 to [`MAX_LINE`] bytes, not only space, without its ending. Space at both ends is kept: codes may end in one.
    pub text: String,
    /// How it was known to be whole.
    pub ended: Ended,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line({} bytes, {:?})", self.text.len(), self.ended)
    }
}

/// How a text was known to be whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By the end of the input; only for standard input.
    Input,
    /// By CR, LF or Tab.
    Mark,
    /// By silence; only with [`End::Silence`].
    Silence,
}

/// Why a line is none. The whole of it is lost, the next one is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadLine {
    /// The device was unplugged within it.
    Cut,
    /// The system lost some of its keystrokes.
    Lost,
    /// Not UTF-8.
    NotText,
    /// Longer than [`MAX_LINE`].
    TooLong,
    /// A key that stands for no character on a US keyboard.
    UnknownKey,
}

impl BadLine {
    /// A stable name for programs and logs.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Cut => "line-cut",
            Self::Lost => "line-keys-lost",
            Self::NotText => "line-not-text",
            Self::TooLong => "line-too-long",
            Self::UnknownKey => "line-unknown-key",
        }
    }
}

/// Puts lines together, byte by byte.
pub(crate) struct Framer {
    end: End,
    line: Vec<u8>,
    /// What is wrong with the line that is being put together; its bytes are no longer kept.
    bad: Option<BadLine>,
}

impl fmt::Debug for Framer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Framer({:?}, {} bytes, {:?})", self.end, self.line.len(), self.bad)
    }
}

/// A line, or why it is none.
pub(crate) type Framed = Result<Line, BadLine>;

impl Framer {
    pub(crate) fn new(end: End) -> Self {
        Self {
            end,
            line: Vec::new(),
            bad: None,
        }
    }

    /// Takes a byte and gives the line that it ends.
    pub(crate) fn push(&mut self, byte: u8) -> Option<Framed> {
        let ends = match self.end {
            End::Auto | End::Silence => matches!(byte, b'\r' | b'\n' | b'\t'),
            End::Cr => byte == b'\r',
            End::CrLf => byte == b'\n' && self.line.last() == Some(&b'\r'),
            End::Lf => byte == b'\n',
            End::Tab => byte == b'\t',
        };
        if ends {
            if matches!(self.end, End::CrLf | End::Lf) {
                self.line.pop_if(|last| *last == b'\r');
            }
            return self.finish(Ended::Mark);
        }
        if self.end == End::Cr && byte == b'\n' && self.is_empty() {
            return None;
        }
        // One byte more, for the CR of an ending; it also stays where a line is too long, to see its CR LF.
        match self.line.len() > MAX_LINE {
            true => {
                self.bad = Some(BadLine::TooLong);
                self.line.clear();
                self.line.push(byte);
            }
            false => self.line.push(byte),
        }
        None
    }

    /// The line that is being put together is bad, whatever comes until its end.
    pub(crate) fn spoil(&mut self, why: BadLine) {
        self.bad.get_or_insert(why);
    }

    /// Ends the line here; `None` where there is none or only space.
    pub(crate) fn finish(&mut self, ended: Ended) -> Option<Framed> {
        let line = std::mem::take(&mut self.line);
        if let Some(bad) = self.bad.take() {
            return Some(Err(bad));
        }
        if line.len() > MAX_LINE {
            return Some(Err(BadLine::TooLong));
        }
        match String::from_utf8(line) {
            Ok(text) if text.trim().is_empty() => None,
            Ok(text) => Some(Ok(Line { text, ended })),
            Err(_) => Some(Err(BadLine::NotText)),
        }
    }

    /// The device was silent for a while.
    pub(crate) fn silence(&mut self) -> Option<Framed> {
        match self.end {
            End::Silence => self.finish(Ended::Silence),
            _ => None,
        }
    }

    /// The device is gone: what it had begun to send is lost.
    pub(crate) fn cut(&mut self) -> Option<Framed> {
        if !self.is_empty() {
            self.spoil(BadLine::Cut);
        }
        self.finish(Ended::Input)
    }

    /// Whether nothing of a line is here.
    pub(crate) fn is_empty(&self) -> bool {
        self.line.is_empty() && self.bad.is_none()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn framed(end: End, bytes: &[u8]) -> Vec<Result<String, BadLine>> {
        let mut framer = Framer::new(end);
        let mut all: Vec<_> = bytes.iter().filter_map(|byte| framer.push(*byte)).collect();
        all.extend(framer.finish(Ended::Input));
        all.into_iter().map(|line| line.map(|line| line.text)).collect()
    }

    fn texts(end: End, bytes: &[u8]) -> Vec<String> {
        framed(end, bytes).into_iter().map(Result::unwrap).collect()
    }

    #[test]
    fn the_debug_form_tells_no_text() {
        let mut framer = Framer::new(End::Lf);
        b"SECRET".iter().for_each(|byte| assert_eq!(framer.push(*byte), None));
        assert_eq!(format!("{framer:?}"), "Framer(Lf, 6 bytes, None)");
        assert_eq!(format!("{:?}", framer.push(b'\n')), "Some(Ok(Line(6 bytes, Mark)))");
    }

    #[test]
    fn each_ending_is_its_own() {
        assert_eq!(texts(End::Lf, b"\na \r\n\r\n  \nb\nc\rd"), ["a ", "b", "c\rd"]);
        assert_eq!(texts(End::Cr, b"a\r\nb\rc\td\r"), ["a", "b", "c\td"]);
        assert_eq!(texts(End::CrLf, b"a\rb\nc\r\nd\r\n"), ["a\rb\nc", "d"]);
        assert_eq!(texts(End::Tab, b"a\tb\r\n\tc"), ["a", "b\r\n", "c"]);
        for end in [End::Auto, End::Silence] {
            assert_eq!(texts(end, b"a\rb\nc\r\nd\t e \t\t"), ["a", "b", "c", "d", " e "]);
        }
        for end in End::ALL {
            assert!(framed(end, b"").is_empty());
        }
    }

    #[test]
    fn silence_ends_a_line_only_where_it_is_asked_for() {
        for end in End::ALL {
            let mut framer = Framer::new(end);
            framer.push(b'a');
            let ended = framer.silence().map(|line| line.unwrap().ended);
            assert_eq!(ended, (end == End::Silence).then_some(Ended::Silence));
            assert_eq!(framer.silence(), None);
        }
    }

    #[test]
    fn a_bad_line_costs_itself() {
        let mut input = vec![b'x'; 3 * MAX_LINE];
        input.extend(b"\r\n\xff\xfe\r\nok\r\n");
        for end in [End::Auto, End::CrLf, End::Lf, End::Cr, End::Silence] {
            let expected = [Err(BadLine::TooLong), Err(BadLine::NotText), Ok("ok".to_owned())];
            assert_eq!(framed(end, &input), expected, "{end:?}");
        }
    }

    #[test]
    fn the_bound_is_exact_with_every_ending() {
        for ending in ["\n", "\r\n"] {
            let line = |len| [vec![b'x'; len], ending.as_bytes().to_vec(), b"y".to_vec()].concat();
            assert_eq!(texts(End::Lf, &line(MAX_LINE)), ["x".repeat(MAX_LINE), "y".to_owned()]);
            let expected = [Err(BadLine::TooLong), Ok("y".to_owned())];
            assert_eq!(framed(End::Lf, &line(MAX_LINE + 1)), expected);
        }
    }

    #[test]
    fn a_line_that_is_cut_is_no_line() {
        let mut framer = Framer::new(End::Auto);
        assert_eq!(framer.cut(), None);
        framer.push(b'a');
        assert_eq!(framer.cut(), Some(Err(BadLine::Cut)));
        assert_eq!(framer.cut(), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_line_out_of_bounds(
            bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'\r'), Just(b'\n'), Just(b'A')], 0..200),
            end in proptest::sample::select(&End::ALL[..]),
        ) {
            for text in framed(end, &bytes).into_iter().flatten() {
                prop_assert!(!text.trim().is_empty() && text.len() <= MAX_LINE);
            }
        }

        #[test]
        fn every_text_comes_through(texts_in in proptest::collection::vec("[!-~][ -~]{0,40}", 1..9)) {
            for (end, mark) in [(End::Auto, "\t"), (End::Cr, "\r"), (End::CrLf, "\r\n"), (End::Lf, "\n"), (End::Tab, "\t")] {
                let sent: String = texts_in.iter().flat_map(|text| [text.as_str(), mark]).collect();
                prop_assert_eq!(&texts(end, sent.as_bytes()), &texts_in);
            }
        }
    }
}
