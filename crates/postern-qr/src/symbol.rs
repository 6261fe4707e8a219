//! Text to QR symbol (ISO/IEC 18004).

mod penalty;
#[cfg(test)]
mod reference;
mod template;

use qrcode::bits::{Bits, encode_auto};
use qrcode::{EcLevel, Version, ec};

use penalty::penalty;
use template::Template;

/// The largest version that is made; there are 40. A row of it fits a 128-bit word.
pub const MAX_VERSION: u8 = 27;
/// The most bytes of text that are tried: the digits that [`MAX_VERSION`] holds at level L.
pub const MAX_TEXT: usize = 3517;

/// Modules a side of [`MAX_VERSION`].
const MAX_WIDTH: usize = width(MAX_VERSION);

/// How much of a symbol may be lost without losing the text (ISO/IEC 18004, 7.5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// About 7 %.
    L,
    /// About 15 %.
    #[default]
    M,
    /// About 25 %.
    Q,
    /// About 30 %.
    H,
}

impl From<Level> for EcLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::L => Self::L,
            Level::M => Self::M,
            Level::Q => Self::Q,
            Level::H => Self::H,
        }
    }
}

/// Why a text has no symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SymbolError {
    /// There is no text.
    Empty,
    /// More than [`MAX_TEXT`] bytes, or more than version 27 holds at the level asked for.
    TooLong {
        /// Bytes of the text.
        bytes: usize,
    },
}

impl SymbolError {
    /// A stable name for programs and logs.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Empty => "text-empty",
            Self::TooLong { .. } => "text-too-long",
        }
    }
}

impl std::fmt::Display for SymbolError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("an empty text has no QR symbol"),
            Self::TooLong { bytes } => write!(f, "a text of {bytes} bytes does not fit a QR symbol"),
        }
    }
}

impl std::error::Error for SymbolError {}

/// A QR symbol without its quiet zone: a square of dark and light modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Module x of a row is bit x; dark is one.
    rows: Vec<u128>,
    version: u8,
    level: Level,
    mask: u8,
}

impl Symbol {
    /// The smallest symbol for `text` at [`Level::M`].
    ///
    /// # Errors
    /// See [`SymbolError`].
    pub fn new(text: &str) -> Result<Self, SymbolError> {
        Self::with_level(text, Level::M)
    }

    /// The smallest symbol for `text` at a level of error correction.
    ///
    /// Digits, and the 45 characters of the alphanumeric mode, are packed in those modes. Text outside ASCII is written
    /// as UTF-8 in byte mode as a whole, because pairs of its bytes can look like Kanji.
    ///
    /// The mask is the one with the lowest [`penalty`](Self::penalty); of several, the one with the lowest number.
    ///
    /// # Errors
    /// See [`SymbolError`].
    pub fn with_level(text: &str, level: Level) -> Result<Self, SymbolError> {
        let (template, version, data) = place(text, level)?;
        let data = &data[..width(version)];
        let mask = best_mask(template, data);
        Ok(Self {
            rows: masked(template, mask, data).collect(),
            version,
            level,
            mask,
        })
    }

    /// Modules a side: 21 to 125.
    #[must_use]
    pub fn width(&self) -> usize {
        self.rows.len()
    }

    /// The version, 1 to 27; the width is `17 + 4 * version`.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.version
    }

    /// The level of error correction.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// The number of the mask, 0 to 7 (ISO/IEC 18004, 7.8.2).
    #[must_use]
    pub fn mask(&self) -> u8 {
        self.mask
    }

    /// The points of what could trouble a reader (ISO/IEC 18004:2015, 7.8.3.1).
    ///
    /// Where the standard leaves room, it is read as its example in annex I does: with the mask's own format information,
    /// and the four light modules beside a finder-like pattern may be in the quiet zone. Such a pattern counts once, also
    /// with light on both sides, and its ratio 1:1:3:1:1 is in modules.
    #[must_use]
    pub fn penalty(&self) -> u32 {
        penalty(&self.rows)
    }

    /// Whether the module in column `x` of row `y` is dark; everything outside is light.
    #[must_use]
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.width() && self.rows.get(y).is_some_and(|row| row >> x & 1 == 1)
    }

    /// The rows from the top: module x is bit x, dark is one.
    pub(crate) fn rows(&self) -> &[u128] {
        &self.rows
    }
}

const fn width(version: u8) -> usize {
    17 + 4 * version as usize
}

/// The smallest version that holds the text, and the rows of its codewords there.
fn place(text: &str, level: Level) -> Result<(&'static Template, u8, [u128; MAX_WIDTH]), SymbolError> {
    let too_long = SymbolError::TooLong { bytes: text.len() };
    if text.is_empty() {
        return Err(SymbolError::Empty);
    }
    if text.len() > MAX_TEXT {
        return Err(too_long);
    }
    let bits = if text.is_ascii() {
        encode_auto(text.as_bytes(), level.into()).ok()
    } else {
        byte_mode(text.as_bytes(), level.into())
    };
    let bits = bits.ok_or(too_long)?;
    let version = match bits.version() {
        Version::Normal(version) if version <= MAX_VERSION.into() => version as u8,
        _ => return Err(too_long),
    };
    let words = ec::construct_codewords(&bits.into_bytes(), Version::Normal(version.into()), level.into());
    let (data, correction) = words.map_err(|_| too_long)?;
    let template = Template::of(version, level);
    Ok((template, version, template.place(data.into_iter().chain(correction))))
}

/// The bits of the smallest version that holds the bytes in byte mode.
fn byte_mode(bytes: &[u8], level: EcLevel) -> Option<Bits> {
    (1..=MAX_VERSION).find_map(|version| {
        let mut bits = Bits::new(Version::Normal(version.into()));
        bits.push_byte_data(bytes).ok()?;
        bits.push_terminator(level).ok()?;
        Some(bits)
    })
}

fn masked<'a>(template: &'a Template, mask: u8, data: &'a [u128]) -> impl Iterator<Item = u128> + 'a {
    template.rows[usize::from(mask)]
        .iter()
        .zip(data)
        .map(|(row, data)| row ^ data)
}

/// The mask with the lowest penalty; of several, the lowest number.
fn best_mask(template: &Template, data: &[u128]) -> u8 {
    let mut rows = [0; MAX_WIDTH];
    let rows = &mut rows[..data.len()];
    let points = |mask: &u8| {
        rows.iter_mut()
            .zip(masked(template, *mask, data))
            .for_each(|(row, masked)| *row = masked);
        penalty(rows)
    };
    (0..8).min_by_key(points).expect("there are eight masks")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A made-up text of `length` characters of the alphanumeric mode.
    fn alphanumeric(length: usize) -> String {
        "PC1:"
            .chars()
            .chain("0A1B2C3D4E5F %*+-./:Z".chars().cycle())
            .take(length)
            .collect()
    }

    #[test]
    fn our_texts_fit_version_8_at_level_m() {
        assert_eq!(Symbol::new(&alphanumeric(220)).unwrap().version(), 8);
        assert_eq!(Symbol::new(&alphanumeric(221)).unwrap().version(), 8);
        assert_eq!(Symbol::new(&alphanumeric(222)).unwrap().version(), 9);
    }

    #[test]
    fn a_symbol_has_its_finder_patterns() {
        let symbol = Symbol::new(&alphanumeric(50)).unwrap();
        let width = symbol.width();
        assert_eq!(width, 17 + 4 * usize::from(symbol.version()));
        for (left, top) in [(0, 0), (width - 7, 0), (0, width - 7)] {
            let row: Vec<bool> = (0..7).map(|x| symbol.is_dark(left + x, top + 3)).collect();
            assert_eq!(row, [true, false, true, true, true, false, true]);
        }
        assert!(!symbol.is_dark(width, 0) && !symbol.is_dark(0, width) && !symbol.is_dark(7, 0));
    }

    #[test]
    fn a_higher_level_needs_more_room() {
        let versions: Vec<u8> = [Level::L, Level::M, Level::Q, Level::H]
            .map(|level| Symbol::with_level(&alphanumeric(220), level).unwrap().version())
            .to_vec();
        assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
        assert_eq!(Symbol::new(&alphanumeric(20)).unwrap().level(), Level::M);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(Symbol::new(""), Err(SymbolError::Empty));
        let fits = |text: &str, level| Symbol::with_level(text, level).map(|symbol| symbol.version());
        let too_long = |bytes| Err(SymbolError::TooLong { bytes });
        assert_eq!(fits(&alphanumeric(2132), Level::L), Ok(MAX_VERSION));
        assert_eq!(fits(&alphanumeric(2133), Level::L), too_long(2133));
        assert_eq!(fits(&alphanumeric(2132), Level::M), too_long(2132));
        assert_eq!(fits(&"7".repeat(MAX_TEXT), Level::L), Ok(MAX_VERSION));
        assert_eq!(fits(&"7".repeat(MAX_TEXT + 1), Level::L), too_long(MAX_TEXT + 1));
        assert_eq!(fits(&"检".repeat(488), Level::L), Ok(MAX_VERSION));
        assert_eq!(fits(&"检".repeat(489), Level::L), too_long(1467));
        assert_eq!(Symbol::new(&"检".repeat(9999)).unwrap_err().reason(), "text-too-long");
    }
}
