//! Text to QR symbol to picture, and picture to texts. What a text means is not known here.
//!
//! - [`symbol`] makes a [`Symbol`] of a text; [`draw`] makes a PNG, an SVG or terminal blocks of it.
//! - [`picture`] makes grey pixels, [`Luma`], of a PNG or JPEG file.
//! - [`reader`] finds the texts of all codes in them, within a time budget that the caller keeps.
//! - [`process`] does both in a child process, for strangers' pictures: some pictures keep a reader busy for minutes,
//!   and a thread cannot be stopped, but a process can.
//!
//! ```
//! use postern_qr::{Symbol, draw, picture, reader};
//!
//! let symbol = Symbol::new("PC1:A MADE UP TEXT")?;
//! let file = draw::png(&symbol, draw::DEFAULT_SCALE);
//! let found = reader::read(&picture::decode(&file)?, &mut || true);
//! assert_eq!(found.texts[0].text, "PC1:A MADE UP TEXT");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod binarise;
mod detect;
pub mod draw;
mod filter;
mod luma;
pub mod picture;
#[cfg(not(target_family = "wasm"))]
pub mod process;
pub mod reader;
mod rung;
pub mod symbol;

pub use luma::Luma;
pub use picture::PictureError;
pub use reader::{Found, ReadResult, Reader};
pub use symbol::{Level, Symbol, SymbolError};
