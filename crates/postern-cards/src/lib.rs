//! Codes to print and cut: PDF sheets of cards. What a code's text means is not known here.
//!
//! - [`Font`] is a font file that may be embedded and has the characters; [`Font::find`] searches the system for one.
//! - [`Sheet`] takes [`Card`]s one by one and becomes a PDF file (ISO 32000-1). The same cards and font give the same
//!   file, byte for byte: there is no clock and nothing random in it.
//!
//! A card has the size of ID-1 (ISO/IEC 7810), 85.6 mm by 54 mm. Its symbol is drawn as a path, not as an image. Text is
//! drawn one glyph after the other, without shaping: Chinese, Japanese, Korean, Yi and the Latin, Greek, Cyrillic,
//! Armenian and Georgian scripts are right that way; all else (Arabic, Tibetan, Mongolian, combining marks) is an error
//! and never drawn wrong.
//!
//! ```no_run
//! use chrono::NaiveDate;
//! use postern_cards::{Card, Font, Paper, Sheet, Style};
//! use postern_core::text::Names;
//! use postern_qr::Symbol;
//!
//! let font = Font::find(None, "王小明".chars())?;
//! let style = Style {
//!     paper: Paper::A4,
//!     title: "Cards 1 to 500",
//!     language: "zh-CN",
//!     issuer: &Names::new("Example Health Office", "示例卫生处")?,
//!     notice: Some(&Names::new("DEMONSTRATION", "演示")?),
//! };
//! let mut sheet = Sheet::new(&style, &font)?;
//! sheet.add(&Card {
//!     symbol: &Symbol::new("PC1:A MADE UP TEXT")?,
//!     name: Some("王小明"),
//!     serial: "DEMO-00000001",
//!     valid_from: NaiveDate::from_ymd_opt(2026, 1, 1).ok_or("no such date")?,
//!     valid_until: NaiveDate::from_ymd_opt(2026, 6, 30).ok_or("no such date")?,
//! })?;
//! std::fs::write("cards.pdf", sheet.finish()?)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod draw;
mod error;
mod font;
mod layout;
mod paper;
mod sheet;
mod wrap;

pub use error::{CardError, Part};
pub use font::{Font, FontError, MAX_FONT, Unprintable, Why};
pub use paper::Paper;
pub use sheet::{Card, MAX_CARDS, MAX_NAME, MAX_SERIAL, MAX_SYMBOL, Sheet, Style};
