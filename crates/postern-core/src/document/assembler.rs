//! From the lines of a reader to documents. One reader may send the texts of codes and, in one line or in several, documents.

use super::zone::{Size, is_zone_text, state};
use super::{DocumentError, Reading, resident, zone};

/// What a line turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A document that cannot be taken.
    Bad(DocumentError),
    /// A document.
    Document(Reading),
    /// A part of a document whose other lines are to come.
    More,
    /// Something else, to be looked at as the text of a code.
    NotADocument,
}

/// What became of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assembled {
    /// Lines before this one began a document, which it does not go on with: they are given up.
    pub given_up: Option<DocumentError>,
    /// The line itself.
    pub line: Line,
}

/// Puts the lines of a document together. It holds at most one unfinished document, a few lines of 90 characters; the caller has the
/// clock, and calls [`Assembler::give_up`] where the next line does not come.
#[derive(Default)]
pub struct Assembler(Option<Unfinished>);

struct Unfinished {
    size: Size,
    lines: usize,
    /// The lines, joined.
    joined: String,
}

/// The most characters of a line: a whole TD1.
const MAX_LINE: usize = Size::Td1.len();
/// The fewest characters of a line that may be a damaged part of a zone.
const MIN_PART: usize = 25;

impl Assembler {
    /// One that has seen no line.
    pub const fn new() -> Self {
        Self(None)
    }

    /// Whether an unfinished document waits for its next line.
    pub const fn is_waiting(&self) -> bool {
        self.0.is_some()
    }

    /// Gives the unfinished document up: [`DocumentError::Incomplete`] where there is one.
    pub fn give_up(&mut self) -> Option<DocumentError> {
        self.0.take().map(|_| DocumentError::Incomplete)
    }

    /// Takes the next line, without its end; white space around it does not count.
    ///
    /// A line is of a document where it has the form of a resident identity number, old or new, or where it begins or goes on with a
    /// machine-readable zone. A zone begins with a document code and a state, then: in a line of 44 or 36 characters names, which have
    /// two fillers and not the digits of a second line; in a line of 30 characters a digit, and a filler or a state that exists. It goes
    /// on with any line of a zone's characters that has the width or a filler, even a misread one. What has the characters and two
    /// fillers but no place is [`DocumentError::Incomplete`].
    pub fn line(&mut self, line: &str) -> Assembled {
        let line = line.trim_ascii();
        let goes_on = |unfinished: &&mut Unfinished| unfinished.goes_on_with(line);
        if let Some(unfinished) = self.0.as_mut().filter(goes_on) {
            unfinished.joined.push_str(line);
            // An empty line is between a carriage return and a line feed.
            unfinished.lines += usize::from(!line.is_empty());
            let is_whole = unfinished.lines * unfinished.size.width() == unfinished.size.len();
            let whole = self.0.take_if(|_| is_whole);
            return Assembled {
                given_up: None,
                line: whole.map_or(Line::More, |whole| Line::of(zone(&whole.joined))),
            };
        }
        Assembled {
            given_up: self.give_up(),
            line: self.first_line(line),
        }
    }

    fn first_line(&mut self, line: &str) -> Line {
        if resident::is_resident(line) || resident::is_old(line) {
            return Line::of(resident(line));
        }
        if line.len() > MAX_LINE || !is_zone_text(line) {
            return Line::NotADocument;
        }
        match beginning(line) {
            Some(size) if line.len() == size.len() => Line::of(zone(line)),
            Some(size) => {
                self.0 = Some(Unfinished {
                    size,
                    lines: 1,
                    joined: line.to_owned(),
                });
                Line::More
            }
            None if line.len() >= MIN_PART && line.contains("<<") => Line::Bad(DocumentError::Incomplete),
            None => Line::NotADocument,
        }
    }
}

/// Shows nothing of a document.
impl std::fmt::Debug for Assembler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lines = self.0.as_ref().map_or(0, |unfinished| unfinished.lines);
        write!(f, "Assembler({lines} lines)")
    }
}

impl Unfinished {
    /// Whether a line is the next one, perhaps a misread one. A misread line is not looked at as a code: it would be refused as none.
    fn goes_on_with(&self, line: &str) -> bool {
        let has_its_form = line.len() == self.size.width() || line.contains('<');
        let is_part = line.len() <= MAX_LINE && is_zone_text(line) && has_its_form && beginning(line).is_none();
        is_part || line.is_empty()
    }
}

impl Line {
    fn of(reading: Result<Reading, DocumentError>) -> Self {
        reading.map_or_else(Self::Bad, Self::Document)
    }
}

/// The form of the zone that a line begins or is, where it does.
fn beginning(line: &str) -> Option<Size> {
    let size = Size::ALL
        .into_iter()
        .find(|size| [size.width(), size.len()].contains(&line.len()))?;
    let (first, _) = line.split_at_checked(size.width())?;
    let code = match size {
        Size::Td1 => "ACI",
        Size::Td2 => "ACIV",
        Size::Td3 => "PV",
    };
    let state = state(first.as_bytes()).filter(|_| first.starts_with(|c| code.contains(c)))?;
    let has_digit = first.bytes().any(|c| c.is_ascii_digit());
    let fits = match size {
        Size::Td1 => has_digit && (first.contains('<') || super::country::alpha_2(state).is_some()),
        Size::Td2 | Size::Td3 => first.contains("<<") && !is_second(first.as_bytes(), size),
    };
    fits.then_some(size)
}

/// Whether a line has digits where the second line of a TD2 or TD3 has check digits: of the birth, the expiry, and of all.
fn is_second(line: &[u8], size: Size) -> bool {
    [19, 27, size.width() - 1]
        .iter()
        .all(|place| line[*place].is_ascii_digit())
}

#[cfg(test)]
mod tests;
