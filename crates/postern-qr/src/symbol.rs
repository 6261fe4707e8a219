//! Text to QR symbol (ISO/IEC 18004).

use qrcode::bits::Bits;
use qrcode::{Color, EcLevel, QrCode, Version};

/// The most bytes of text that are tried: what version 40 at level L holds in alphanumeric mode.
pub const MAX_TEXT: usize = 4296;

/// 64-bit words in a row: the widest symbol has 177 modules.
const WORDS: usize = 3;

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

/// Why a text has no symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SymbolError {
    /// There is no text.
    Empty,
    /// More than [`MAX_TEXT`] bytes, or more than version 40 holds at the level asked for.
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
    /// Module x of a row is bit `x % 64` of word `x / 64`.
    rows: Vec<[u64; WORDS]>,
    version: u8,
    level: Level,
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
    /// # Errors
    /// See [`SymbolError`].
    pub fn with_level(text: &str, level: Level) -> Result<Self, SymbolError> {
        let too_long = SymbolError::TooLong { bytes: text.len() };
        if text.is_empty() {
            return Err(SymbolError::Empty);
        }
        if text.len() > MAX_TEXT {
            return Err(too_long);
        }
        let correction = match level {
            Level::L => EcLevel::L,
            Level::M => EcLevel::M,
            Level::Q => EcLevel::Q,
            Level::H => EcLevel::H,
        };
        let code = if text.is_ascii() {
            QrCode::with_error_correction_level(text, correction).ok()
        } else {
            byte_mode(text.as_bytes(), correction).and_then(|bits| QrCode::with_bits(bits, correction).ok())
        };
        let code = code.ok_or(too_long)?;
        // Micro symbols are never asked for.
        let Version::Normal(version) = code.version() else {
            return Err(too_long);
        };
        let rows = code.to_colors().chunks_exact(code.width()).map(pack).collect();
        Ok(Self {
            rows,
            version: version as u8,
            level,
        })
    }

    /// Modules a side: 21 to 177.
    #[must_use]
    pub fn width(&self) -> usize {
        self.rows.len()
    }

    /// The version, 1 to 40; the width is `17 + 4 * version`.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.version
    }

    /// The level of error correction.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// Whether the module in column `x` of row `y` is dark; everything outside is light.
    #[must_use]
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.width() && self.rows.get(y).is_some_and(|row| row[x / 64] >> (x % 64) & 1 == 1)
    }
}

/// The bits of the smallest version that holds the bytes in byte mode.
fn byte_mode(bytes: &[u8], level: EcLevel) -> Option<Bits> {
    (1..=40).find_map(|version| {
        let mut bits = Bits::new(Version::Normal(version));
        bits.push_byte_data(bytes).ok()?;
        bits.push_terminator(level).ok()?;
        Some(bits)
    })
}

fn pack(row: &[Color]) -> [u64; WORDS] {
    let mut words = [0; WORDS];
    for (x, color) in row.iter().enumerate() {
        if *color == Color::Dark {
            words[x / 64] |= 1 << (x % 64);
        }
    }
    words
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
        let most = alphanumeric(MAX_TEXT);
        assert_eq!(Symbol::with_level(&most, Level::L).unwrap().version(), 40);
        assert_eq!(Symbol::new(&most), Err(SymbolError::TooLong { bytes: MAX_TEXT }));
        let error = Symbol::with_level(&alphanumeric(MAX_TEXT + 1), Level::L).unwrap_err();
        assert_eq!(error.reason(), "text-too-long");
        assert!(Symbol::new(&"検".repeat(MAX_TEXT / 3)).is_err());
    }
}
