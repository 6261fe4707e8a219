//! `pictures/ID.png`: a 1-bit PNG of the symbol, 4 pixels a module.

use postern_qr::draw;

use super::super::error::MintError;
use super::folder::Pictures;
use super::{Drawing, Format, Mark, Sink, Target};

/// A folder of PNG pictures.
pub(super) struct Png;

impl Format for Png {
    fn draw(&self, code: &Drawing<'_>, into: &mut Vec<u8>) {
        into.extend_from_slice(&draw::png(code.symbol(), draw::DEFAULT_SCALE));
    }

    fn open(&self, target: &Target, _: Option<Mark>) -> Result<Option<Box<dyn Sink>>, MintError> {
        Pictures::open(target, "png")
    }
}
